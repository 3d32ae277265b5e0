//! Values: what a field is compared with, as expressions.

use crate::pattern::escaped;

/// A text with wildcards.
#[derive(Clone, Debug)]
pub(super) struct Glob {
    pieces: Vec<Piece>,
    /// Whether letters must be capital or not as they are written.
    pub(super) cased: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Piece {
    Char(char),
    /// `-`, or another sign that begins an option.
    Dash,
    /// `?`
    One,
    /// `*`
    Any,
}

impl Glob {
    /// `*` and `?` stand for what they do unless a backslash is before them; one before anything else is itself.
    pub(super) fn parse(text: &str, cased: bool, windash: bool) -> Self {
        let mut pieces = Vec::new();
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            pieces.push(match c {
                '*' => Piece::Any,
                '?' => Piece::One,
                '\\' => Piece::Char(chars.next_if(|c| matches!(c, '*' | '?' | '\\')).unwrap_or(c)),
                '-' | '/' if windash => Piece::Dash,
                c => Piece::Char(c),
            });
        }
        Self { pieces, cased }
    }

    /// With `*` before it, behind it, or both.
    pub(super) fn open(mut self, before: bool, behind: bool) -> Self {
        if before {
            self.pieces.insert(0, Piece::Any);
        }
        if behind {
            self.pieces.push(Piece::Any);
        }
        self
    }

    /// Without the `*` at its ends, and whether there were any.
    pub(super) fn trimmed(&self) -> (bool, Self, bool) {
        let is_any = |piece: &&Piece| **piece == Piece::Any;
        let before = self.pieces.iter().take_while(is_any).count();
        let rest = self.pieces.get(before..).unwrap_or_default();
        let behind = rest.iter().rev().take_while(is_any).count();
        let pieces = rest.get(..rest.len() - behind).unwrap_or_default().to_vec();
        (before > 0, Self { pieces, cased: self.cased }, behind > 0)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Whether it is one text and nothing else.
    pub(super) fn literal(&self) -> Option<String> {
        let c = |piece: &Piece| if let Piece::Char(c) = piece { Some(*c) } else { None };
        self.pieces.iter().map(c).collect()
    }

    /// Whether it says the same in capital letters.
    pub(super) fn is_caseless(&self) -> bool {
        let cased =
            |piece: &Piece| matches!(piece, Piece::Char(c) if c.is_lowercase() || c.is_uppercase());
        self.cased || !self.pieces.iter().any(cased)
    }

    /// Whether any of these signs is in it.
    pub(super) fn has(&self, is: impl Fn(char) -> bool) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Char(c) if is(*c)))
    }

    /// A text that it matches.
    pub(super) fn example(&self) -> String {
        let c = |piece: &Piece| match piece {
            Piece::Char(c) => Some(*c),
            Piece::Dash => Some('-'),
            Piece::One => Some('a'),
            Piece::Any => None,
        };
        self.pieces.iter().filter_map(c).collect()
    }

    /// As an expression in which a wildcard is one of a class of signs.
    pub(super) fn regex(&self, class: &str) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Char(c) => escaped(*c),
            Piece::Dash => r"[-\/–—―]".to_owned(),
            Piece::One => class.to_owned(),
            Piece::Any => format!("{class}*"),
        };
        self.pieces.iter().map(piece).collect()
    }
}

/// Whole numbers that are at least so great, or at most.
pub(super) fn numbers(least: bool, limit: u64) -> String {
    let digits: Vec<u32> = limit.to_string().chars().filter_map(|c| c.to_digit(10)).collect();
    let count = digits.len();
    let mut ways = vec![limit.to_string()];
    // The same up to one digit, that one greater or less, and anything behind it.
    for (at, digit) in digits.iter().enumerate() {
        let (low, high) = if least {
            (digit + 1, 9)
        } else {
            // No number but zero begins with it.
            (u32::from(at == 0 && count > 1), digit.wrapping_sub(1))
        };
        if *digit == 0 && !least || low > high {
            continue;
        }
        let before: String = digits.iter().take(at).map(ToString::to_string).collect();
        let one = if low == high { low.to_string() } else { format!("[{low}-{high}]") };
        ways.push(format!("{before}{one}{}", repeated(count - at - 1)));
    }
    match (least, count) {
        (true, _) => ways.push(format!(r"[1-9]\d{{{count},}}")),
        (false, 1) => {}
        (false, 2) => ways.push(r"\d".to_owned()),
        (false, _) => ways.push(format!(r"\d|[1-9]\d{{1,{}}}", count - 2)),
    }
    format!("(?:{})", ways.join("|"))
}

fn repeated(times: usize) -> String {
    match times {
        0 => String::new(),
        1 => r"\d".to_owned(),
        _ => format!(r"\d{{{times}}}"),
    }
}

/// Addresses of a network, as `10.0.0.0/8` is one.
pub(super) fn network(text: &str) -> Option<String> {
    let (address, bits) = text.split_once('/').unwrap_or((text, "32"));
    let address: std::net::Ipv4Addr = address.parse().ok()?;
    let bits: u32 = bits.parse().ok().filter(|bits| *bits <= 32)?;
    let octets = (0..4_u32).zip(address.octets()).map(|(at, octet)| {
        let octet = u32::from(octet);
        match bits.saturating_sub(at * 8) {
            0 => r"\d{1,3}".to_owned(),
            fixed if fixed >= 8 => octet.to_string(),
            fixed => {
                let size = 1 << (8 - fixed);
                let first = octet / size * size;
                let all: Vec<String> = (first..first + size).map(|it| it.to_string()).collect();
                format!("(?:{})", all.join("|"))
            }
        }
    });
    Some(octets.collect::<Vec<_>>().join(r"\."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern;

    fn finds(regex: &str, text: &str) -> bool {
        pattern::regex(&format!("^(?:{regex})$"), false).unwrap()[0].finder()(text)
    }

    #[test]
    fn a_backslash_is_itself_but_before_a_wildcard() {
        for (text, regex) in [
            (r"a*b?", "a.*b."),
            (r"a\*", r"a\*"),
            (r"C:\Windows", r"C:\\Windows"),
            (r"a\\*", r"a\\.*"),
            (r"a\\\*", r"a\\\*"),
            (r"a\\\\b", r"a\\\\b"),
        ] {
            assert_eq!(Glob::parse(text, true, false).regex("."), regex, "{text}");
        }
    }

    #[test]
    fn numbers_compare_as_numbers() {
        for limit in [0, 1, 7, 10, 19, 99, 100, 403, 1000] {
            let (least, most) = (numbers(true, limit), numbers(false, limit));
            for number in [
                0, 1, 6, 7, 8, 9, 10, 11, 19, 20, 98, 99, 100, 101, 402, 403, 404, 999, 1000, 1001,
                99999,
            ] {
                let text = number.to_string();
                assert_eq!(finds(&least, &text), number >= limit, "{number} >= {limit}: {least}");
                assert_eq!(finds(&most, &text), number <= limit, "{number} <= {limit}: {most}");
            }
        }
    }

    #[test]
    fn networks() {
        for (network, inside, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
            ("192.168.4.0/22", "192.168.7.255", "192.168.8.0"),
            ("127.0.0.1", "127.0.0.1", "127.0.0.11"),
        ] {
            let regex = super::network(network).unwrap();
            assert!(finds(&regex, inside) && !finds(&regex, outside), "{network}: {regex}");
        }
        for text in ["fe80::/10", "10.0.0.0/33", "x"] {
            assert_eq!(super::network(text), None);
        }
    }
}
