//! Regular expressions that are plain: literals, `\d`, `[a-z_]`, groups, `|`, `*`, `+`, `?` and `{1,3}`.
//!
//! Most are nothing else, and reading them byte by byte costs a twentieth of building their syntax trees. INVARIANT:
//! what is plain, `regex-syntax` takes too, and reads alike; what is not, it may still take.

use core::{iter::Peekable, str::Bytes};

/// No group need lie deeper; the parser's limit is far above.
const DEEPEST: usize = 32;

/// A part of a plain regular expression.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part<'r> {
    /// A group begins; with its name, if it has one.
    Open(Option<&'r str>),
    /// The group that began last ends.
    Close,
    /// Another alternative begins.
    Or,
    /// A byte that stands for itself. Letters beyond ASCII are several.
    Byte(u8),
    /// One of several characters, or a place: `\d`, `[a-z]`, `.`, `^`.
    Class,
    /// What came last comes so many times.
    Times {
        /// At least.
        least: u32,
        /// At most, if there is an end.
        most: Option<u32>,
    },
}

/// What a `*` would be about.
#[derive(PartialEq, Eq)]
enum Last {
    /// There is nothing to repeat.
    Nothing,
    One,
    /// It is repeated already, and a `?` says no more than how.
    Repeated,
}

/// Shows the parts of a plain regular expression in order; `None` where it is not plain, which may be seen late.
pub fn parts<'r>(regex: &'r str, mut see: impl FnMut(Part<'r>)) -> Option<()> {
    let (mut depth, mut last) = (0_usize, Last::Nothing);
    let mut bytes = regex.bytes().peekable();
    while let Some(byte) = bytes.next() {
        let part = match byte {
            b'(' => {
                depth += 1;
                Part::Open(open(&mut bytes, regex)?)
            }
            b')' => {
                depth = depth.checked_sub(1)?;
                Part::Close
            }
            b'|' => Part::Or,
            b'?' if last == Last::Repeated => {
                last = Last::Nothing;
                continue;
            }
            b'*' | b'+' | b'?' | b'{' if last != Last::One => return None,
            b'*' => Part::Times { least: 0, most: None },
            b'+' => Part::Times { least: 1, most: None },
            b'?' => Part::Times { least: 0, most: Some(1) },
            b'{' => times(&mut bytes)?,
            b'\\' if bytes.next_if_eq(&b'b').is_some() => Part::Class,
            b'\\' => escape(&mut bytes)?,
            b'[' => {
                class(&mut bytes)?;
                Part::Class
            }
            b'.' | b'^' | b'$' => Part::Class,
            byte => Part::Byte(byte),
        };
        last = match part {
            Part::Open(_) | Part::Or => Last::Nothing,
            Part::Times { .. } => Last::Repeated,
            Part::Close | Part::Byte(_) | Part::Class => Last::One,
        };
        if depth > DEEPEST {
            return None;
        }
        see(part);
    }
    (depth == 0).then_some(())
}

/// What follows `(`, up to the end of its name.
fn open<'r>(bytes: &mut Peekable<Bytes<'_>>, regex: &'r str) -> Option<Option<&'r str>> {
    if bytes.next_if_eq(&b'?').is_none() || bytes.next_if_eq(&b':').is_some() {
        return Some(None);
    }
    bytes.next_if_eq(&b'P');
    bytes.next_if_eq(&b'<')?;
    let start = regex.len() - bytes.len();
    bytes.next_if(|byte| byte.is_ascii_alphabetic() || *byte == b'_')?;
    while bytes.next_if(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').is_some() {}
    let end = regex.len() - bytes.len();
    bytes.next_if_eq(&b'>')?;
    regex.get(start..end).map(Some)
}

/// What follows `{`, up to its `}`.
fn times<'r>(bytes: &mut Peekable<Bytes<'_>>) -> Option<Part<'r>> {
    let least = number(bytes)?;
    let most = match bytes.next()? {
        b'}' => return Some(Part::Times { least, most: Some(least) }),
        b',' if bytes.peek() == Some(&b'}') => None,
        b',' => Some(number(bytes).filter(|most| least <= *most)?),
        _ => return None,
    };
    bytes.next_if_eq(&b'}')?;
    Some(Part::Times { least, most })
}

/// A number of few digits.
fn number(bytes: &mut Peekable<Bytes<'_>>) -> Option<u32> {
    let mut digit = || bytes.next_if(u8::is_ascii_digit).map(|digit| u32::from(digit - b'0'));
    let mut number = digit()?;
    for _ in 0..3 {
        let Some(digit) = digit() else { break };
        number = number * 10 + digit;
    }
    Some(number)
}

/// What follows `[`, up to its `]`.
fn class(bytes: &mut Peekable<Bytes<'_>>) -> Option<()> {
    bytes.next_if_eq(&b'^');
    let mut first = true;
    loop {
        match bytes.next()? {
            b']' if !first => return Some(()),
            from @ (b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z') => range(bytes, from)?,
            // By itself it is the last one of a class, and else between two.
            b'-' if bytes.peek() != Some(&b']') => return None,
            b'[' | b']' | b'^' | b'&' | b'~' => return None,
            b'\\' => drop(escape(bytes)?),
            _ => {}
        }
        first = false;
    }
}

/// What may follow the first of a range.
fn range(bytes: &mut Peekable<Bytes<'_>>, from: u8) -> Option<()> {
    if bytes.next_if_eq(&b'-').is_none() || bytes.peek() == Some(&b']') {
        return Some(());
    }
    bytes.next_if(|to| to.is_ascii_alphanumeric() && from <= *to).map(drop)
}

/// What follows a backslash: with it, one character or a class of them.
fn escape<'r>(bytes: &mut Peekable<Bytes<'_>>) -> Option<Part<'r>> {
    match bytes.next()? {
        b'd' | b'D' | b's' | b'S' | b'w' | b'W' => Some(Part::Class),
        b'n' => Some(Part::Byte(b'\n')),
        b'r' => Some(Part::Byte(b'\r')),
        b't' => Some(Part::Byte(b'\t')),
        byte if br".\+*?()|[]{}^$#&-~/".contains(&byte) => Some(Part::Byte(byte)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use alloc::{vec, vec::Vec};

    use super::{Part, parts};

    fn read(regex: &str) -> Option<Vec<Part<'_>>> {
        let mut all = Vec::new();
        parts(regex, |part| all.push(part))?;
        Some(all)
    }

    #[test]
    fn the_usual_ones_are_plain() {
        use Part::{Byte, Class, Close, Open, Or, Times};
        let [any, some] = [0, 1].map(|least| Times { least, most: None });
        let maybe = Times { least: 0, most: Some(1) };
        for (regex, expected) in [
            (
                r"a\[(?P<b>\d+)\]",
                vec![Byte(b'a'), Byte(b'['), Open(Some("b")), Class, some, Close, Byte(b']')],
            ),
            (
                "^(?<x>[^ ]+?)(y?|(?:z*))",
                vec![
                    Class,
                    Open(Some("x")),
                    Class,
                    some,
                    Close,
                    Open(None),
                    Byte(b'y'),
                    maybe,
                    Or,
                    Open(None),
                    Byte(b'z'),
                    any,
                    Close,
                    Close,
                ],
            ),
            (
                r"[\w.'’-]{2,64}\b\n]",
                vec![Class, Times { least: 2, most: Some(64) }, Class, Byte(b'\n'), Byte(b']')],
            ),
            ("[0-9a-]{3}.{0,}", vec![Class, Times { least: 3, most: Some(3) }, Class, any]),
            ("é}", vec![Byte(0xC3), Byte(0xA9), Byte(b'}')]),
        ] {
            assert_eq!(read(regex), Some(expected), "{regex}");
        }
    }

    #[test]
    fn others_are_left_to_the_parser() {
        for regex in [
            "(",
            ")",
            "a)",
            "*",
            "(*)",
            "a|*",
            "a**",
            "a+?*",
            "{2}",
            "a{,2}",
            "a{2",
            "a{3,2}",
            "a{2 }",
            "a{99999}",
            "[]",
            "[^]",
            "[b-a]",
            "[a-\\d]",
            "[_-z]",
            "[-a]",
            "[[:alpha:]]",
            "[a&&b]",
            "(?i)a",
            r"\pL",
            r"\B",
            r"\",
            "(?P<1>x)",
            "(?P=a)",
        ] {
            assert_eq!(read(regex), None, "{regex}");
        }
        assert_eq!(read(&("(".repeat(300) + &")".repeat(300))), None);
    }
}
