//! From rule files to a pack: every stage in turn, each over all files.

use etio_plan::Pack;

use crate::{
    SourceFile,
    diag::Diagnostic,
    lower,
    mention::{self, Mention},
    never, order,
    resolve::{self, Cx},
    retention, shown,
    site::{self, Applied, SiteChange},
    syntax::{
        ast::{self, Span},
        parse,
    },
    testcase::{self, SampleCase, TestCase},
    untold,
};

/// What a set of rule files means.
#[derive(Clone, PartialEq, Debug)]
pub struct Compiled {
    /// The compiled program; `None` where there is any error.
    pub pack: Option<Pack>,
    /// The tests written beside the rules, in the order of the files.
    pub tests: Vec<TestCase>,
    /// The sample lines of the extractors.
    pub samples: Vec<SampleCase>,
    /// Where each relation of the pack is declared, in the pack's order: index of the file, and its
    /// name. Those that the compiler has made are missing at the end.
    pub places: Vec<(usize, Span)>,
    /// What sites change, and where they say so.
    pub changes: Vec<SiteChange>,
    /// What the files say, as far as they could be read.
    pub trees: Vec<ast::File>,
    /// What the names in them stand for, whatever errors there are.
    pub mentions: Vec<Mention>,
    /// All errors and warnings of all files, by file and place.
    pub diagnostics: Vec<Diagnostic>,
}

/// Compiles rule files together: the standard library's, if wanted, and the user's.
///
/// The order of the files does not change what the program means. Nothing that a site says `until` a
/// date expires; see [`compile_at`].
#[must_use]
pub fn compile(files: &[SourceFile]) -> Compiled {
    run(files, None)
}

/// Compiles rule files as of a date, in nanoseconds since the epoch: what a site says `until` then or
/// earlier counts no more.
#[must_use]
pub fn compile_at(files: &[SourceFile], at: i64) -> Compiled {
    run(files, Some(at))
}

fn run(files: &[SourceFile], at: Option<i64>) -> Compiled {
    let mut diagnostics = Vec::new();
    let mut trees = Vec::with_capacity(files.len());
    for (index, file) in files.iter().enumerate() {
        let (tree, found) = parse(&file.text, index);
        trees.push(tree);
        diagnostics.extend(found);
    }
    let mut compiled = program(files, &trees, at);
    diagnostics.append(&mut compiled.diagnostics);
    diagnostics.sort_by_key(|diagnostic| {
        diagnostic.place().map(|label| (label.file, label.span.start, label.span.end))
    });
    let failed = diagnostics.iter().any(Diagnostic::is_error);
    Compiled { pack: compiled.pack.filter(|_| !failed), diagnostics, trees, ..compiled }
}

/// All stages behind the parser; the pack is there whatever errors there are.
fn program(files: &[SourceFile], trees: &[ast::File], at: Option<i64>) -> Compiled {
    let mut cx = resolve::declare(files, trees);
    let sites = site::read(&mut cx, at);
    let samples = lower::extractors(&mut cx);
    let blocks = order::by_dependency(&mut cx);
    let mut drafts = lower::rules(&mut cx, &blocks, &sites);
    order::check_explains(&mut cx, &drafts);
    let Applied { changes, gone } = site::apply(&mut cx, &sites, &mut drafts);
    retention::derive(&mut cx, &drafts);
    for warnings in [never::warnings, shown::warnings] {
        let found: Vec<Diagnostic> =
            drafts.iter().flat_map(|draft| warnings(&cx.pack, draft)).collect();
        found.into_iter().for_each(|warning| cx.report(warning));
    }
    untold::warn(&mut cx, &drafts);
    cx.pack.rules = drafts.into_iter().map(|draft| draft.rule).collect();
    let tests = testcase::tests(&mut cx, &gone);
    let places = cx.names.places().collect();
    let mentions = mention::mentions(&cx);
    let Cx { pack, diagnostics, .. } = cx;
    let trees = Vec::new();
    Compiled { pack: Some(pack), tests, samples, places, changes, trees, mentions, diagnostics }
}
