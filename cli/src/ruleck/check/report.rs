//! What `ruleck check` says, as programs read it.

use etio_dsl::diag::{Diagnostic, Label, Severity};
use etio_dsl::syntax::ast::Span;
use lsp_types::Position;
use serde::Serialize;

use crate::program::Sources;
use crate::ruleck::position::Encoding;

/// What was checked, and what is wrong with it.
#[derive(Serialize)]
pub(super) struct Report<'a> {
    ruleck: &'static str,
    #[serde(flatten)]
    pub(super) checked: Checked,
    pub(super) errors: usize,
    pub(super) warnings: usize,
    pub(super) diagnostics: Vec<Said<'a>>,
}

/// How much was checked.
#[derive(Serialize)]
pub(super) struct Checked {
    pub(super) files: usize,
    pub(super) rules: usize,
    pub(super) tests: usize,
}

/// One error or warning.
#[derive(Serialize)]
pub(super) struct Said<'a> {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) severity: &'static str,
    pub(super) message: &'a str,
    /// Where it is, and what is said there. A few are about no place.
    pub(super) place: Option<Place<'a>>,
    /// Other places that help to understand it.
    pub(super) also: Vec<Place<'a>>,
    pub(super) help: &'a [String],
    pub(super) fix: Option<Fix<'a>>,
    #[serde(skip)]
    pub(super) meaning: &'static str,
}

/// A piece of a file. Lines and columns count from 1, columns in characters; the end is the first place behind it.
/// The standard library's files have their path within it.
#[derive(Serialize)]
pub(super) struct Place<'a> {
    pub(super) path: &'a str,
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) end_line: u32,
    pub(super) end_column: u32,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(super) text: &'a str,
}

/// What to write over a piece of a file.
#[derive(Serialize)]
pub(super) struct Fix<'a> {
    #[serde(flatten)]
    pub(super) place: Place<'a>,
    pub(super) replacement: &'a str,
}

impl<'a> Report<'a> {
    pub(super) fn new(sources: &'a Sources, checked: Checked, said: &'a [Diagnostic]) -> Self {
        let errors = said.iter().filter(|said| said.is_error()).count();
        Self {
            ruleck: env!("CARGO_PKG_VERSION"),
            checked,
            errors,
            warnings: said.len() - errors,
            diagnostics: said.iter().map(|said| Said::new(sources, said)).collect(),
        }
    }
}

impl<'a> Said<'a> {
    fn new(sources: &'a Sources, said: &'a Diagnostic) -> Self {
        let at = |label: &'a Label| place(sources, label.file, label.span, &label.text);
        let own = said.place();
        let fix = |fix: &'a etio_dsl::diag::Fix| {
            let place = place(sources, fix.file, fix.span, "")?;
            Some(Fix { place, replacement: &fix.replacement })
        };
        Self {
            code: said.code.id,
            name: said.code.name,
            severity: match said.code.severity() {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            message: &said.message,
            place: own.and_then(at),
            also: said.labels.iter().filter(|label| Some(*label) != own).filter_map(at).collect(),
            help: &said.help,
            fix: said.fix.as_ref().and_then(fix),
            meaning: said.code.meaning,
        }
    }
}

fn place<'a>(sources: &'a Sources, file: usize, span: Span, text: &'a str) -> Option<Place<'a>> {
    let file = sources.files.get(file)?;
    let range = Encoding::Utf32.range(&file.text, span);
    let from_one = |at: Position| (at.line + 1, at.character + 1);
    let ((line, column), (end_line, end_column)) = (from_one(range.start), from_one(range.end));
    Some(Place { path: &file.path, line, column, end_line, end_column, text })
}
