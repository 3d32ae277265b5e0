//! What the compiler says, as editors show it.

use etio_dsl::diag::{self, Label, Severity};
use lsp_types::{
    Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location,
    NumberOrString, Position, Range,
};
use serde_json::json;

use super::program::Program;
use super::uri;

/// Something that is said of a file.
pub(super) struct Said<'a> {
    pub(super) uri: &'a str,
    pub(super) by_compiler: &'a diag::Diagnostic,
    pub(super) shown: Diagnostic,
}

/// All that is said of a program's files.
pub(super) fn all(program: &Program) -> impl Iterator<Item = Said<'_>> {
    program.compiled.diagnostics.iter().filter_map(move |said| {
        let (uri, place) = place(program, said)?;
        Some(Said { uri, by_compiler: said, shown: show(program, said, place) })
    })
}

/// What is said of a range of a file.
pub(super) fn within<'a>(
    program: &'a Program,
    uri: &'a str,
    range: Range,
) -> impl Iterator<Item = Said<'a>> {
    all(program).filter(move |said| {
        let place = said.shown.range;
        said.uri == uri && place.start <= range.end && range.start <= place.end
    })
}

/// The file in which it is shown, and where. A warning about the standard library is for its authors; an error there
/// has come from one of the files, and is shown in it.
fn place<'a>(
    program: &'a Program,
    said: &'a diag::Diagnostic,
) -> Option<(&'a str, Option<&'a Label>)> {
    let own = |label: &'a Label| Some((program.uri(label.file)?, Some(label)));
    match said.place().and_then(own) {
        Some(found) => Some(found),
        None if !said.is_error() => None,
        None => said
            .labels
            .iter()
            .find_map(own)
            .or_else(|| program.uris().next().map(|first| (first, None))),
    }
}

fn show(program: &Program, said: &diag::Diagnostic, place: Option<&Label>) -> Diagnostic {
    let mut message = said.message.clone();
    if let Some(label) = place.filter(|label| !label.text.is_empty()) {
        message += &format!(": {}", label.text);
    }
    let mut related = Vec::new();
    for label in said.labels.iter().filter(|label| Some(*label) != place) {
        let location = program
            .uri(label.file)
            .and_then(uri::typed)
            .map(|uri| Location { uri, range: program.range(label.file, label.span) });
        match location {
            Some(location) => {
                let message = label.text.clone();
                related.push(DiagnosticRelatedInformation { location, message });
            }
            // No editor can open the standard library's files.
            None => message += &format!("\n{}: {}", elsewhere(program, label), label.text),
        }
    }
    for help in &said.help {
        message += &format!("\nhelp: {help}");
    }
    let code = said.code;
    Diagnostic {
        range: place.map_or_else(start, |label| program.range(label.file, label.span)),
        severity: Some(match code.severity() {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
        }),
        code: Some(NumberOrString::String(code.id.to_owned())),
        source: Some("ruleck".to_owned()),
        message,
        related_information: (!related.is_empty()).then_some(related),
        tags: code.name.starts_with("unused").then(|| vec![DiagnosticTag::UNNECESSARY]),
        data: Some(json!({ "name": code.name, "explain": code.explain })),
        code_description: None,
    }
}

fn start() -> Range {
    Range { start: Position::default(), end: Position::default() }
}

/// A place in the standard library: file and line.
fn elsewhere(program: &Program, label: &Label) -> String {
    let path = program.sources.files.get(label.file).map_or("", |file| file.path.as_str());
    let text = program.text(label.file);
    let line =
        text.bytes().take(label.span.start as usize).filter(|byte| *byte == b'\n').count() + 1;
    format!("{path}:{line}")
}
