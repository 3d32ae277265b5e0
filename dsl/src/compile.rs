//! From rule files to a pack: every stage in turn, each over all files.

use etio_plan::Pack;

use crate::{
    SourceFile,
    diag::Diagnostic,
    lower, order, resolve, retention,
    syntax::{ast, parse},
    testcase::{self, SampleCase, TestCase},
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
    /// All errors and warnings of all files, by file and place.
    pub diagnostics: Vec<Diagnostic>,
}

/// Compiles rule files together: the standard library's, if wanted, and the user's.
///
/// The order of the files does not change what the program means.
#[must_use]
pub fn compile(files: &[SourceFile]) -> Compiled {
    let mut diagnostics = Vec::new();
    let mut trees = Vec::with_capacity(files.len());
    for (index, file) in files.iter().enumerate() {
        let (tree, found) = parse(&file.text, index);
        trees.push(tree);
        diagnostics.extend(found);
    }
    let (pack, tests, samples) = program(files, &trees, &mut diagnostics);
    diagnostics.sort_by_key(|diagnostic| {
        diagnostic.place().map(|label| (label.file, label.span.start, label.span.end))
    });
    let failed = diagnostics.iter().any(Diagnostic::is_error);
    Compiled { pack: (!failed).then_some(pack), tests, samples, diagnostics }
}

fn program(
    files: &[SourceFile],
    trees: &[ast::File],
    diagnostics: &mut Vec<Diagnostic>,
) -> (Pack, Vec<TestCase>, Vec<SampleCase>) {
    let mut cx = resolve::declare(files, trees);
    let samples = lower::extractors(&mut cx);
    let blocks = order::by_dependency(&mut cx);
    let drafts = lower::rules(&mut cx, &blocks);
    order::check_explains(&mut cx, &drafts);
    retention::derive(&mut cx, &drafts);
    cx.pack.rules = drafts.into_iter().map(|draft| draft.rule).collect();
    let tests = testcase::tests(&mut cx);
    diagnostics.append(&mut cx.diagnostics);
    (cx.pack, tests, samples)
}
