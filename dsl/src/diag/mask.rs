//! What must not reach a terminal.

/// Whether a character of a text could steer a terminal, or show the text in another order than it has.
#[must_use]
pub fn is_masked(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A text with a sign of it in the place of each such character.
pub(super) fn masked(text: &str) -> String {
    let mask = |c: char| if is_masked(c) && c != '\n' { '\u{fffd}' } else { c };
    text.chars().map(mask).collect()
}
