//! Places in rule files as editors and other programs count them: lines, and in a line the units of an encoding.

use etio_dsl::syntax::ast::Span;
use lsp_types::{Position, PositionEncodingKind, Range};

/// What is counted in a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Encoding {
    /// What every editor knows.
    #[default]
    Utf16,
    /// Bytes.
    Utf8,
    /// Characters, as people count.
    Utf32,
}

impl Encoding {
    /// The one to use among those that an editor offers.
    pub(super) fn among(offered: &[PositionEncodingKind]) -> Self {
        if offered.contains(&PositionEncodingKind::UTF8) { Self::Utf8 } else { Self::Utf16 }
    }

    pub(super) const fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf16 => PositionEncodingKind::UTF16,
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    const fn width(self, c: char) -> usize {
        match self {
            Self::Utf16 => c.len_utf16(),
            Self::Utf8 => c.len_utf8(),
            Self::Utf32 => 1,
        }
    }

    /// The byte at a position; behind the end of a line it is that end.
    pub(super) fn offset(self, text: &str, position: Position) -> usize {
        let Some(line) = lines(text).nth(position.line as usize) else { return text.len() };
        let (mut at, mut units) = (line.0, 0);
        for c in line.1.chars() {
            units += self.width(c);
            if units > position.character as usize {
                break;
            }
            at += c.len_utf8();
        }
        at
    }

    pub(super) fn position(self, text: &str, offset: usize) -> Position {
        let (number, (start, line)) = lines(text)
            .take_while(|(start, _)| *start <= offset)
            .enumerate()
            .last()
            .unwrap_or_default();
        let before = line.char_indices().take_while(|(at, _)| start + at < offset);
        let units: usize = before.map(|(_, c)| self.width(c)).sum();
        let short = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Position { line: short(number), character: short(units) }
    }

    pub(super) fn range(self, text: &str, span: Span) -> Range {
        let end = span.end.max(span.start) as usize;
        Range { start: self.position(text, span.start as usize), end: self.position(text, end) }
    }
}

/// The lines of a text without their ends, and where they begin. There is one more than there are ends.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut next = Some(0);
    std::iter::from_fn(move || {
        let start = next?;
        let rest = text.get(start..)?;
        let end = rest.find(['\n', '\r']);
        let ending =
            |end| if rest.get(end..).is_some_and(|rest| rest.starts_with("\r\n")) { 2 } else { 1 };
        next = end.map(|end| start + end + ending(end));
        Some((start, rest.get(..end.unwrap_or(rest.len()))?))
    })
}

#[cfg(test)]
mod tests {
    use lsp_types::Position;

    use super::Encoding;

    #[test]
    fn units_are_counted_in_the_encoding() {
        // One, two, and four bytes; one, one and two units of UTF-16.
        let text = "a\nä𝄞b\r\nc";
        for (encoding, character) in
            [(Encoding::Utf16, 3), (Encoding::Utf8, 6), (Encoding::Utf32, 2)]
        {
            let place = Position { line: 1, character };
            assert_eq!(encoding.position(text, 8), place);
            assert_eq!(encoding.offset(text, place), 8);
        }
    }

    #[test]
    fn behind_the_end_is_the_end() {
        let at =
            |line, character| Encoding::Utf16.offset("ab\r\nc\rd", Position { line, character });
        assert_eq!([at(0, 9), at(1, 0), at(1, 9), at(2, 9), at(9, 0)], [2, 4, 5, 7, 7]);
    }
}
