//! A diagnostic as text, with the lines it speaks of.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet};

use super::{Diagnostic, Label, Severity, mask::masked};
use crate::syntax::{SourceFile, ast::Span};

/// The diagnostic as people read it: code and message, file, line and column, the lines with what is
/// said about them, and what to do.
#[must_use]
pub fn render(diagnostic: &Diagnostic, files: &[SourceFile], color: bool) -> String {
    let level = match diagnostic.code.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(diagnostic.message.as_str()).id(diagnostic.code.id);
    let mut main = Group::with_title(title);
    for (file, labels) in by_file(&diagnostic.labels) {
        let Some(source) = files.get(file) else { continue };
        let annotations = labels.into_iter().map(|label| {
            let kind =
                if label.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
            let text = (!label.text.is_empty()).then_some(label.text.as_str());
            kind.span(range(&source.text, label.span)).label(text)
        });
        let snippet = Snippet::source(&source.text).path(&source.path).annotations(annotations);
        main = main.element(snippet);
    }
    for help in &diagnostic.help {
        main = main.element(Level::HELP.message(masked(help)));
    }
    let mut report = vec![main];
    if let Some(fix) = &diagnostic.fix
        && let Some(source) = files.get(fix.file)
    {
        let patch = Patch::new(range(&source.text, fix.span), fix.replacement.as_str());
        report.push(
            Group::with_title(Level::HELP.secondary_title("write it so"))
                .element(Snippet::source(&source.text).path(&source.path).patch(patch)),
        );
    }
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    renderer.render(&report)
}

/// Labels grouped by file, files in the order first named.
fn by_file(labels: &[Label]) -> Vec<(usize, Vec<&Label>)> {
    let mut groups: Vec<(usize, Vec<&Label>)> = Vec::new();
    for label in labels {
        match groups.iter_mut().find(|(file, _)| *file == label.file) {
            Some((_, group)) => group.push(label),
            None => groups.push((label.file, vec![label])),
        }
    }
    groups
}

/// The span as a range that lies within the text and on character boundaries.
fn range(text: &str, span: Span) -> Range<usize> {
    let boundary = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = boundary(span.start as usize);
    start..boundary(span.end as usize).max(start)
}
