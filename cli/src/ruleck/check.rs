//! `ruleck check`: what is wrong with rule files.

mod report;
mod sarif;

use etio_dsl::diag::Diagnostic;
use etio_dsl::syntax::ast::{File, Item};

use super::args::{Check, Format};
use crate::report::json;
use crate::text::count;
use crate::{Exit, out, program::Sources};
use report::{Checked, Report};

pub(super) fn run(args: &Check) -> Result<Exit, String> {
    let sources = Sources::load(&args.files.paths, args.files.no_stdlib)?;
    let compiled = sources.compile(args.files.at);
    let checked = super::checked(&sources);
    let mine = |diagnostic: &&Diagnostic| {
        let place = diagnostic.place().map(|label| label.file);
        diagnostic.is_error() || place.is_none_or(|file| checked.contains(&file))
    };
    let shown: Vec<Diagnostic> = compiled.diagnostics.iter().filter(mine).cloned().collect();
    let counts = Checked {
        files: checked.len(),
        rules: rules(compiled.trees.get(checked.clone()).unwrap_or_default()),
        tests: compiled.tests.iter().filter(|test| checked.contains(&test.file)).count(),
    };
    let report = Report::new(&sources, counts, &shown);
    match args.format {
        Format::Human => {
            if !shown.is_empty() {
                out::say(format_args!("{}\n", sources.render(&shown)));
            }
            out::print(&summary(&report))?;
        }
        Format::Json => out::print(&json::object(&report))?,
        Format::Sarif => out::print(&sarif::render(&report))?,
    }
    Ok(if shown.is_empty() { Exit::Clean } else { Exit::Found })
}

/// How many rules stand in files, whether or not they compile.
fn rules(trees: &[File]) -> usize {
    let is_rule = |item: &&Item| matches!(item, Item::Derive(_) | Item::Finding(_));
    trees.iter().flat_map(|tree| &tree.items).filter(is_rule).count()
}

fn summary(report: &Report<'_>) -> String {
    format!(
        "{}, {}, {}, {}, {}\n",
        count(report.checked.files, "file"),
        count(report.checked.rules, "rule"),
        count(report.checked.tests, "test"),
        count(report.errors, "error"),
        count(report.warnings, "warning"),
    )
}
