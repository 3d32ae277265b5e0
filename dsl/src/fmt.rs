//! The one way rule files are laid out.
//!
//! The author decides where lines break and where blank lines stand; indentation, blanks, commas and
//! columns follow from the text. Comments, texts and templates are kept as they are. Formatting what is
//! formatted changes nothing, and no formatting changes what a file means.

mod lines;
mod tokens;

use crate::diag::{Diagnostic, codes};
use crate::syntax;

/// Lays out a rule file. One that has errors is not touched; they are returned.
pub fn fmt(text: &str) -> Result<String, Vec<Diagnostic>> {
    let before = meaning(text)?;
    let arena = syntax::cst::Arena::new();
    let tree = syntax::tree(text, &arena);
    let formatted = lines::lay_out(tokens::tokens(&tree, text));
    if meaning(&formatted).is_ok_and(|after| after == before) {
        return Ok(formatted);
    }
    let error =
        Diagnostic::new(codes::FORMAT_CHANGES_MEANING, "this file cannot be formatted safely")
            .help("it is left as it is; this is an error in the formatter, please report the file");
    Err(vec![error])
}

/// What a file says, apart from where it says it.
fn meaning(text: &str) -> Result<String, Vec<Diagnostic>> {
    let (tree, errors) = syntax::parse(text, 0);
    if !errors.is_empty() {
        return Err(errors);
    }
    let debug = format!("{tree:?}");
    let mut pieces = debug.split("Span { start: ");
    let mut meaning = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        meaning += piece.trim_start_matches(|c: char| c.is_ascii_digit() || ", end:}".contains(c));
    }
    Ok(meaning)
}
