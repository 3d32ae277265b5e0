//! The short form of a file, which is what the grammar reads: each token is written as one sign.
//!
//! A parser that tries one alternative after another looks at every token many times. So each is read once, here,
//! and the parser neither spells words nor skips white space. What the signs are is said in `grammar.pest`.

use std::ops::Range;

use super::ast::Span;

/// All words of the language, sorted.
const WORDS: [&str; 74] = [
    "and",
    "as",
    "at",
    "because",
    "before",
    "by",
    "changes",
    "collect",
    "collected",
    "confirm",
    "confirmed",
    "count",
    "derive",
    "disable",
    "distinct",
    "entity",
    "enum",
    "event",
    "expect",
    "explained",
    "explains",
    "extract",
    "false",
    "finding",
    "for",
    "from",
    "given",
    "has",
    "ignore",
    "in",
    "keep",
    "key",
    "lapsed",
    "lossy",
    "max",
    "maybe",
    "min",
    "needs",
    "newest",
    "no",
    "none",
    "not",
    "of",
    "oldest",
    "open",
    "or",
    "param",
    "per",
    "rate",
    "refs",
    "remedy",
    "remove",
    "replace",
    "resolved",
    "sample",
    "set",
    "severity",
    "shuffled",
    "since",
    "site",
    "sum",
    "suspected",
    "test",
    "then",
    "title",
    "tolerating",
    "true",
    "unless",
    "until",
    "use",
    "version",
    "when",
    "within",
    "without",
];

/// The short form of a file.
#[derive(Default)]
pub(super) struct Signs {
    text: String,
    tokens: Vec<Token>,
}

/// One token.
#[derive(Clone, Copy)]
pub(super) struct Token {
    /// Where its sign stands in the short form.
    pub(super) sign: usize,
    /// Where it stands in the file.
    pub(super) span: Span,
}

/// Tokens that follow one another.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) signs: &'a str,
    /// Where its signs begin among those of the file.
    pub(super) start: usize,
    pub(super) tokens: &'a [Token],
}

impl Part<'_> {
    /// Where the token stands that the sign at a place is of; where it is of none, the next one, or the end of all.
    pub(super) fn place(&self, at: usize) -> u32 {
        let first = self.tokens.partition_point(|token| token.sign < self.start + at);
        match self.tokens.get(first) {
            Some(token) => token.span.start,
            None => self.tokens.last().map_or(0, |token| token.span.end),
        }
    }
}

impl Signs {
    /// How many tokens there are so far.
    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Some of the tokens, and the signs that they are written as.
    pub(super) fn part(&self, tokens: Range<usize>) -> Part<'_> {
        let place =
            |token: usize| self.tokens.get(token).map_or(self.text.len(), |token| token.sign);
        let (start, end) = (place(tokens.start), place(tokens.end));
        Part {
            signs: self.text.get(start..end).unwrap_or_default(),
            start,
            tokens: self.tokens.get(tokens).unwrap_or_default(),
        }
    }

    /// Ends a piece: no item goes on behind it.
    pub(super) fn end(&mut self) {
        self.text.push(';');
    }

    /// White space before the token that `text` begins with. It is kept where it makes a difference.
    pub(super) fn gap(&mut self, text: &str) {
        let kept = match text.as_bytes() {
            [b'=', next, ..] => *next != b'=',
            [first, ..] => matches!(first, b'.' | b'(' | b'['),
            [] => false,
        };
        if kept || self.text.ends_with('.') {
            self.text.push(' ');
        }
    }

    /// Writes one token.
    pub(super) fn push(&mut self, sign: char, at: Range<usize>) {
        self.begin(at);
        self.text.push(sign);
    }

    /// Begins a token, whose sign is written next.
    fn begin(&mut self, at: Range<usize>) {
        let place = |at| u32::try_from(at).unwrap_or(u32::MAX);
        let span = Span { start: place(at.start), end: place(at.end) };
        self.tokens.push(Token { sign: self.text.len(), span });
    }

    /// Writes the word, number, bracket or operator that `text` begins with, and says how long it is. An operator of
    /// two characters is two tokens.
    pub(super) fn token(&mut self, text: &str, at: usize) -> usize {
        let Some(first) = text.chars().next() else { return 0 };
        let (sign, len) = match first {
            '{' | '}' | '(' | ')' | '[' | ']' | '<' | '>' | ',' | ':' | '.' | '*' | '~' | '?'
            | '=' | '!' | '+' | '-' | '/' | '"' | '`' => (first, 1),
            '0'..='9' => ('0', number(text)),
            'a'..='z' | 'A'..='Z' | '_' => match version(text) {
                Some(len) => ('1', len),
                None => return self.word(word(text), at),
            },
            _ => ('#', first.len_utf8()),
        };
        self.push(sign, at..at + len);
        len
    }

    fn word(&mut self, word: &str, at: usize) -> usize {
        let first = word.as_bytes().first();
        let start = WORDS.partition_point(|known| known.as_bytes().first() < first);
        let mut near =
            WORDS.iter().skip(start).take_while(|known| known.as_bytes().first() == first);
        self.begin(at..at + word.len());
        if near.any(|known| *known == word) || word == "_" {
            self.text.push_str(word);
        } else {
            self.text.push('a');
        }
        self.text.push(' ');
        word.len()
    }

    /// Writes a template, from backquote to backquote.
    pub(super) fn template(&mut self, text: &str, start: usize) {
        let mut at = 0;
        let mut in_hole = false;
        while let Some(first) = after(text, at).chars().next() {
            let (rest, here) = (after(text, at), start + at);
            let (sign, len) = match first {
                '`' => (first, 1),
                '{' | '}' if in_hole || first == '{' => {
                    in_hole = first == '{';
                    (first, 1)
                }
                _ if !in_hole => ('$', run(rest, b"`{").max(first.len_utf8())),
                ':' | '.' => (first, 1),
                'a'..='z' | 'A'..='Z' | '_' => {
                    at += self.word(word(rest), here);
                    continue;
                }
                _ => ('#', first.len_utf8()),
            };
            self.push(sign, here..here + len);
            at += len;
        }
    }
}

/// The word that a text begins with; a number counts as one.
pub(super) fn word(text: &str) -> &str {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    text.get(..count(text, is_word)).unwrap_or_default()
}

/// How long the text is up to one of the bytes that end it, an escape before it taken away, or the line's end.
pub(super) fn run(text: &str, ends: &[u8]) -> usize {
    let mut escaped = false;
    count(text, |byte| {
        let inside = *byte != b'\n' && (escaped || !ends.contains(byte));
        escaped = *byte == b'\\' && !escaped;
        inside
    })
}

/// How long the number or date is that a text begins with, with the units written on to it. Which there are is
/// decided when it is read.
fn number(text: &str) -> usize {
    if let Some(len) = date(text) {
        return len;
    }
    let mut len = digits(text);
    len += fraction(after(text, len));
    let mut next = len;
    while after(text, next).starts_with(|c: char| c.is_ascii_alphabetic()) {
        len = next + word(after(text, next)).len();
        next = len + fraction(after(text, len));
    }
    len + usize::from(after(text, len).starts_with('%'))
}

/// `2027-01-01` or `2027-01-01T10:00:00.5Z`.
fn date(text: &str) -> Option<usize> {
    let day = text.as_bytes().get(..10)?;
    let fits = |(at, byte): (usize, &u8)| match at {
        4 | 7 => *byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    if !day.iter().enumerate().all(fits) {
        return None;
    }
    let mut len = day.len();
    if after(text, len).starts_with('T') {
        while let [first, rest @ ..] = after(text, len).as_bytes()
            && match first {
                b'.' => rest.first().is_some_and(u8::is_ascii_digit),
                b':' | b'+' => true,
                _ => first.is_ascii_alphanumeric(),
            }
        {
            len += 1;
        }
    }
    Some(len)
}

/// `v1.14` or `v1.14.3-rc.1`.
fn version(text: &str) -> Option<usize> {
    let alphanumeric = |text| count(text, u8::is_ascii_alphanumeric);
    let major = 1 + digits(text.strip_prefix('v')?);
    let mut len = major;
    while let [b'.', b'0'..=b'9', ..] = after(text, len).as_bytes() {
        len += 1 + alphanumeric(after(text, len + 1));
    }
    if major == 1 || len == major {
        return None;
    }
    let mut suffix = false;
    while let [sign, next, ..] = after(text, len).as_bytes()
        && (matches!(sign, b'-' | b'+') || suffix && *sign == b'.')
        && next.is_ascii_alphanumeric()
    {
        suffix = true;
        len += 1 + alphanumeric(after(text, len + 1));
    }
    Some(len)
}

fn digits(text: &str) -> usize {
    count(text, u8::is_ascii_digit)
}

/// A point and the digits behind it.
fn fraction(text: &str) -> usize {
    match text.strip_prefix('.').map_or(0, digits) {
        0 => 0,
        digits => 1 + digits,
    }
}

fn count(text: &str, mut is_part: impl FnMut(&u8) -> bool) -> usize {
    text.bytes().take_while(|byte| is_part(byte)).count()
}

fn after(text: &str, at: usize) -> &str {
    text.get(at..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_words_are_those_of_the_grammar() {
        let quoted =
            include_str!("grammar.pest").split('"').filter_map(|text| text.strip_suffix(' '));
        let is_word = |text: &&str| text.len() > 1 && text.bytes().all(|c| c.is_ascii_lowercase());
        let words: BTreeSet<&str> = quoted.filter(is_word).collect();
        assert_eq!(words.into_iter().collect::<Vec<_>>(), WORDS);
    }

    #[test]
    fn a_token_ends_where_it_should() {
        for (text, len) in [
            ("10m", 3),
            ("1h30m ", 5),
            ("1.5h.x", 4),
            ("1.5h2.5m", 8),
            ("1..2", 1),
            ("85%", 3),
            ("10_000", 2),
            ("2027-01-01", 10),
            ("2027-01-01T10:00:00.5Z,", 22),
            ("2027-01-01T10..", 13),
            ("2027-1-1", 4),
            ("v1.14", 5),
            ("v1.14.3-rc.1+k3s1 ", 17),
            ("v1", 2),
            ("v1.x", 2),
            ("v1.2.", 4),
            ("word_1.x", 6),
            (">=", 1),
            ("é", 2),
        ] {
            assert_eq!(Signs::default().token(text, 0), len, "{text}");
        }
    }
}
