//! What a name that is bound nowhere was meant to be, where what stands beside it tells.

use super::Lower;
use crate::{
    diag::{Fix, did_you_mean},
    resolve::number,
    syntax::{ast::Span, unit_in_words},
};

impl Lower<'_, '_> {
    /// What to say and to write: a unit of time in words behind its number, or a misspelt word before a pattern.
    /// Nothing where the name may well be one.
    pub(super) fn slip(&self, name: &str, span: Span) -> Option<(String, Fix)> {
        let file = self.st.file;
        let text = self.cx.files.get(file)?.text.as_str();
        let (before, rest) = text.split_at_checked(span.start as usize)?;
        let before = before.trim_end_matches(' ');
        let digits = digits_at_end(before);
        if let Some(unit) = unit_in_words(name).filter(|_| !digits.is_empty()) {
            let whole = Span { start: number(before.len() - digits.len()), end: span.end };
            let replacement = format!("{digits}{unit}");
            let help = format!("a time is one word: `{replacement}`");
            return Some((help, Fix { file, span: whole, replacement }));
        }
        if !is_pattern(rest.get(name.len()..)?) {
            return None;
        }
        let replacement = did_you_mean(name, ["oldest", "newest"])?;
        Some((format!("did you mean `{replacement}`?"), Fix { file, span, replacement }))
    }
}

fn digits_at_end(text: &str) -> &str {
    text.get(text.trim_end_matches(|c: char| c.is_ascii_digit()).len()..).unwrap_or_default()
}

/// Whether a text begins with the path of a relation and a brace, on this line.
fn is_pattern(text: &str) -> bool {
    let path = text.trim_start_matches(' ');
    let behind = path.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "_.".contains(c));
    path.len() > behind.len() && behind.trim_start_matches(' ').starts_with('{')
}
