//! Cuts a file into items before anything is parsed, so that a broken item spoils no other, and writes the
//! short form of their tokens ([`Signs`]).
//!
//! The scanner knows just enough to see which brackets pair up: comments, texts with expressions in
//! them, templates and regexes. Where a bracket is never closed it goes on at the next line that
//! begins an item in its first column.

use std::ops::Range;

use super::ast::Span;
use super::signs::{self, Signs};
use crate::diag::{Diagnostic, codes};

/// The words that begin an item.
pub(super) const ITEMS: [&str; 9] =
    ["use", "enum", "event", "entity", "extract", "derive", "finding", "test", "site"];

/// Words that go on with an item although they may begin a line outside all brackets.
const GO_ON: [&str; 4] = ["from", "when", "keep", "param"];

/// Some editors write it in front of a file.
const BOM: char = '\u{feff}';

/// How deep brackets may nest. The parser recurses with them.
const DEPTH: usize = 64;

/// One item, or a text that is none.
pub(super) struct Piece {
    /// From its first word to its last token.
    pub(super) span: Span,
    /// Which of the file's tokens are its own.
    pub(super) tokens: Range<usize>,
    /// Where its innermost bracket opens that is never closed.
    pub(super) open: Option<usize>,
    /// Why it need not be parsed: its brackets or texts do not close.
    pub(super) error: Option<Diagnostic>,
}

/// A file cut into items.
pub(super) struct Split {
    /// What lies between them is white space and comments.
    pub(super) pieces: Vec<Piece>,
    /// The tokens of all pieces.
    pub(super) signs: Signs,
}

/// Cuts `text`.
pub(super) fn split(text: &str, file: usize) -> Split {
    let at = if text.starts_with(BOM) { BOM.len_utf8() } else { 0 };
    let mut scanner = Scanner { text, file, at, signs: Signs::default() };
    let mut pieces = Vec::new();
    while let Some(piece) = scanner.piece() {
        pieces.push(piece);
    }
    Split { pieces, signs: scanner.signs }
}

struct Scanner<'a> {
    text: &'a str,
    file: usize,
    at: usize,
    signs: Signs,
}

/// What has been opened and not closed.
#[derive(Clone, Copy)]
struct Open {
    with: With,
    at: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum With {
    Brace,
    Paren,
    Square,
    /// The brackets of `refs`, with texts that are taken as they stand.
    Refs,
    /// A text with expressions.
    Text,
    /// A text that is taken as it stands.
    Plain,
}

impl With {
    fn close(self) -> char {
        match self {
            Self::Brace => '}',
            Self::Paren => ')',
            Self::Square | Self::Refs => ']',
            Self::Text | Self::Plain => '"',
        }
    }

    fn is_text(self) -> bool {
        matches!(self, Self::Text | Self::Plain)
    }
}

/// What has been seen of a piece so far.
#[derive(Default)]
struct Seen<'a> {
    /// Its first word.
    keyword: &'a str,
    open: Vec<Open>,
    /// The last token, where it was a word or a sign.
    last: &'a str,
    /// One past the last token.
    end: usize,
    /// A closing brace whose line is not indented as that of the brace it closes.
    crooked: Option<(usize, usize)>,
    error: Option<Diagnostic>,
}

impl<'a> Scanner<'a> {
    fn piece(&mut self) -> Option<Piece> {
        self.skip_trivia();
        self.peek()?;
        let (start, first_token) = (self.at, self.signs.len());
        let mut seen = Seen { keyword: self.word(), end: start, ..Seen::default() };
        loop {
            if seen.open.last().is_some_and(|open| open.with.is_text()) {
                self.text_part(&mut seen);
                continue;
            }
            self.skip_blank(&mut seen);
            let Some(first) = self.peek() else { break };
            if self.at > start && self.begins_item(&seen) {
                break;
            }
            if self.at > seen.end {
                self.signs.gap(self.rest());
            }
            self.token(first, &mut seen);
        }
        let open = seen.open.last().map(|open| open.at);
        if let Some(open) = seen.open.last() {
            let error = self.unclosed(*open, seen.crooked);
            seen.error.get_or_insert(error);
        }
        let tokens = first_token..self.signs.len();
        self.signs.end();
        Some(Piece { span: span(start, seen.end), tokens, open, error: seen.error })
    }

    /// Whether the word at this place begins another piece.
    fn begins_item(&self, seen: &Seen<'_>) -> bool {
        let first_column = self.at == 0 || self.before().ends_with('\n');
        let inside = !seen.open.is_empty();
        if inside && !first_column {
            return false;
        }
        let word = self.word();
        let after_brace = seen.last == "}";
        if ITEMS.contains(&word) && self.is_named(word) {
            return if inside {
                !(word == "test" && seen.keyword == "finding")
            } else {
                after_brace || self.is_first_on_line()
            };
        }
        !word.is_empty() && !inside && first_column && after_brace && !GO_ON.contains(&word)
    }

    /// Whether a name or a text follows the word, as it does in every item.
    fn is_named(&self, word: &str) -> bool {
        let rest = self.rest().get(word.len()..).unwrap_or_default();
        let name = rest.trim_start_matches([' ', '\t']);
        name.len() < rest.len()
            && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '"')
    }

    fn is_first_on_line(&self) -> bool {
        self.before().trim_end_matches([' ', '\t', '\r']).is_empty()
            || self.before().trim_end_matches([' ', '\t', '\r']).ends_with('\n')
    }

    /// Reads one token outside of texts, which begins with `c`.
    fn token(&mut self, c: char, seen: &mut Seen<'a>) {
        let start = self.at;
        match c {
            '"' => {
                let plain = match seen.last {
                    "sample" | "test" | "collect" | "site" => true,
                    "because" | "version" => seen.keyword == "site",
                    _ => seen.open.last().is_some_and(|open| open.with == With::Refs),
                };
                let with = if plain { With::Plain } else { With::Text };
                self.open(seen, with);
            }
            '{' => self.open(seen, With::Brace),
            '(' => self.open(seen, With::Paren),
            // In a condition `refs` may be the name of a field.
            '[' if seen.last == "refs" && seen.keyword == "finding" && seen.open.len() == 1 => {
                self.open(seen, With::Refs);
            }
            '[' => self.open(seen, With::Square),
            '}' | ')' | ']' => self.close(seen, c),
            '`' => self.quoted(seen, '`', codes::UNCLOSED_TEMPLATE, "template", "a backquote"),
            '/' if seen.keyword == "extract" || seen.last == "~" => {
                self.quoted(seen, '/', codes::UNCLOSED_REGEX, "regex", "a slash");
            }
            _ => self.at += self.signs.token(self.rest(), self.at),
        }
        seen.last = self.text.get(start..self.at).unwrap_or_default();
        seen.end = self.at;
    }

    fn open(&mut self, seen: &mut Seen<'a>, with: With) {
        let at = self.at;
        // A text that is taken as it stands is one token, written when it closes.
        if with != With::Plain {
            self.signs.token(self.rest(), at);
        }
        self.at += 1;
        seen.open.push(Open { with, at });
        if seen.open.len() > DEPTH {
            // The item is lost; nothing is remembered that would have to be searched.
            seen.open.clear();
            seen.error.get_or_insert_with(|| {
                Diagnostic::new(codes::TOO_DEEP, "brackets are nested too deeply here")
                    .at(self.file, span(at, at + 1), format!("this is level {}", DEPTH + 1))
                    .help("bind parts of it to names with `name = …` on lines of their own")
            });
        }
    }

    fn close(&mut self, seen: &mut Seen<'a>, c: char) {
        let at = self.at;
        self.at += self.signs.token(self.rest(), at);
        // Outside all brackets it is left to the parser, which says what could stand here.
        let Some(open) = seen.open.last().copied() else { return };
        if open.with.close() == c {
            seen.open.pop();
            if c == '}' && seen.crooked.is_none() && self.is_crooked(open.at, at) {
                seen.crooked = Some((open.at, at));
            }
            return;
        }
        seen.error.get_or_insert_with(|| {
            let expected = open.with.close();
            Diagnostic::new(codes::WRONG_BRACKET, format!("`{c}` does not close what is open"))
                .at(self.file, span(at, at + 1), format!("`{expected}` must come first"))
                .also(self.file, span(open.at, open.at + 1), "opened here")
                .help(format!("close it with `{expected}`, or remove the `{c}`"))
        });
        let matching = seen.open.iter().rposition(|open| open.with.close() == c);
        // A bracket of a text's expression closes nothing outside of that text.
        let text = seen.open.iter().rposition(|open| open.with.is_text());
        if let Some(matching) = matching.filter(|matching| Some(*matching) > text) {
            seen.open.truncate(matching);
        }
    }

    /// Reads what is plain inside a text, and the sign behind it; the line's end ends the text.
    fn text_part(&mut self, seen: &mut Seen<'a>) {
        let Some(open) = seen.open.last().copied() else { return };
        let start = self.at;
        let plain = open.with == With::Plain;
        self.at += signs::run(self.rest(), if plain { b"\"" } else { b"\"{" });
        if self.at > start && !plain {
            self.signs.push('$', start..self.at);
        }
        match self.peek() {
            None | Some('\n') => self.unclosed_text(seen),
            Some('"') => {
                seen.open.pop();
                self.at += 1;
                seen.last = "\"";
                let (sign, start) = if plain { ('\'', open.at) } else { ('"', self.at - 1) };
                self.signs.push(sign, start..self.at);
            }
            Some(_) => self.open(seen, With::Brace),
        }
        seen.end = self.at;
    }

    /// At the end of a line: ends all texts that are open.
    fn unclosed_text(&self, seen: &mut Seen<'a>) {
        let Some(first) = seen.open.iter().position(|open| open.with.is_text()) else { return };
        let Some(open) = seen.open.get(first).copied() else { return };
        let brace = seen.open.get(first + 1).copied();
        seen.open.truncate(first);
        seen.end = self.at;
        seen.error.get_or_insert_with(|| {
            let here = span(open.at, self.at);
            let error = Diagnostic::new(codes::UNCLOSED_TEXT, "this text is not closed");
            match brace {
                Some(brace) => error
                    .at(self.file, span(brace.at, brace.at + 1), "an expression begins here")
                    .also(self.file, span(open.at, open.at + 1), "the text begins here")
                    .help("close the expression with `}`; for the character itself write `\\{`"),
                None => error
                    .at(self.file, here, "no closing quote on this line")
                    .help("add `\"`; a text ends on the line it begins, a quote in it is `\\\"`"),
            }
        });
    }

    /// Reads a template or a regex: no brackets count in it, and it ends on its line.
    fn quoted(
        &mut self,
        seen: &mut Seen<'a>,
        quote: char,
        code: crate::diag::Code,
        what: &str,
        quote_words: &str,
    ) {
        let start = self.at;
        let (mut escaped, mut class) = (false, false);
        let rest = self.rest().get(1..).unwrap_or_default();
        for (i, c) in rest.char_indices() {
            match c {
                '\n' => {
                    self.at = start + 1 + i;
                    break;
                }
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '[' if quote == '/' => class = true,
                ']' => class = false,
                _ if c == quote && !class => {
                    self.at = start + 1 + i + 1;
                    let quoted = self.text.get(start..self.at).unwrap_or_default();
                    match quote {
                        '/' => self.signs.push('%', start..self.at),
                        _ => self.signs.template(quoted, start),
                    }
                    return;
                }
                _ => {}
            }
        }
        if self.at == start {
            self.at = self.text.len();
        }
        let end = self.at;
        seen.error.get_or_insert_with(|| {
            Diagnostic::new(code, format!("this {what} is not closed"))
                .at(self.file, span(start, end), format!("no closing `{quote}` on this line"))
                .help(format!("add {quote_words} at its end; one inside it is written `\\{quote}`"))
        });
    }

    fn unclosed(&self, open: Open, crooked: Option<(usize, usize)>) -> Diagnostic {
        let bracket = self.text.get(open.at..=open.at).unwrap_or_default();
        let close = open.with.close();
        let message = format!("a `{bracket}` is never closed");
        let error = Diagnostic::new(codes::UNCLOSED_BRACKET, message);
        let error = match crooked {
            Some((opened, closed)) => error
                .at(self.file, span(opened, opened + 1), "probably this one")
                .also(
                    self.file,
                    span(closed, closed + 1),
                    "this closes it, but is indented as if for another",
                )
                .also(
                    self.file,
                    span(open.at, open.at + 1),
                    "so that nothing is left to close this",
                ),
            None => error.at(
                self.file,
                span(open.at, open.at + 1),
                format!("no `{close}` for it before the next item"),
            ),
        };
        error.help(format!("add the missing `{close}`"))
    }

    /// Whether the closing brace begins its line, but not under the line of its opening one.
    fn is_crooked(&self, open: usize, close: usize) -> bool {
        let before = |at: usize| self.text.get(..at).unwrap_or_default();
        let bare = before(close).trim_end_matches([' ', '\t']);
        if !bare.ends_with('\n') {
            return false;
        }
        let opener = before(open).rsplit('\n').next().unwrap_or_default();
        close - bare.len() != opener.len() - opener.trim_start().len()
    }

    /// Skips white space and comments.
    fn skip_trivia(&mut self) {
        loop {
            let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
            self.at += self.rest().bytes().take_while(is_space).count();
            let code = self.rest();
            if !code.starts_with("//") {
                return;
            }
            self.at += code.find('\n').unwrap_or(code.len());
        }
    }

    /// Skips white space and comments; inside a text's expression the end of the line ends the text.
    fn skip_blank(&mut self, seen: &mut Seen<'a>) {
        if !seen.open.iter().any(|open| open.with.is_text()) {
            return self.skip_trivia();
        }
        let rest = self.rest();
        let line = rest.split('\n').next().unwrap_or(rest);
        let code = line.trim_start_matches([' ', '\t', '\r']);
        self.at += if code.starts_with("//") { line.len() } else { line.len() - code.len() };
        if matches!(self.peek(), None | Some('\n')) {
            self.unclosed_text(seen);
            self.skip_trivia();
        }
    }

    /// The word at this place; a number counts as one.
    fn word(&self) -> &'a str {
        signs::word(self.rest())
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn before(&self) -> &'a str {
        self.text.get(..self.at).unwrap_or_default()
    }
}

fn span(start: usize, end: usize) -> Span {
    let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span { start: place(start), end: place(end) }
}
