//! `ruleck check`: what is wrong with rule files.

use etio_dsl::diag::Diagnostic;
use etio_plan::Rule;

use super::args::Files;
use crate::text::count;
use crate::{Exit, out, program::Sources};

pub(super) fn run(files: &Files) -> Result<Exit, String> {
    let sources = Sources::load(&files.paths, files.no_stdlib)?;
    let compiled = sources.compile(files.at);
    let checked = super::checked(&sources);
    let mine = |diagnostic: &&Diagnostic| {
        let place = diagnostic.place().map(|label| label.file);
        diagnostic.is_error() || place.is_none_or(|file| checked.contains(&file))
    };
    let shown: Vec<Diagnostic> = compiled.diagnostics.iter().filter(mine).cloned().collect();
    let errors = shown.iter().filter(|diagnostic| diagnostic.is_error()).count();
    if !shown.is_empty() {
        out::say(format_args!("{}\n", sources.render(&shown)));
    }
    let rules = compiled.pack.as_ref().map_or(0, |pack| {
        let file = |rule: &&Rule| compiled.places.get(rule.head.relation().index()).map(|at| at.0);
        pack.rules
            .iter()
            .filter(|rule| file(rule).is_some_and(|file| checked.contains(&file)))
            .count()
    });
    let tests = compiled.tests.iter().filter(|test| checked.contains(&test.file)).count();
    out::print(&format!(
        "{}, {}, {}, {}, {}\n",
        count(checked.len(), "file"),
        count(rules, "rule"),
        count(tests, "test"),
        count(errors, "error"),
        count(shown.len() - errors, "warning"),
    ))?;
    Ok(if shown.is_empty() { Exit::Clean } else { Exit::Found })
}
