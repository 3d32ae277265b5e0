//! `ruleck test`: runs the tests and samples written beside the rules.

mod expect;
pub mod growth;
mod prove;
mod sample;
mod shuffle;
mod timeline;
mod watch;

use anstyle::{AnsiColor, Style};
use etio::{Change, Engine, Error, Params, Transition, Verdict};
use etio_dsl::syntax::ast::Span;
use etio_dsl::{Compiled, SourceFile};
use etio_dsl::{TestCase, TestStepKind};
use etio_scan::Scanner;

use super::args;
use crate::text::{count, duration};
use crate::{Exit, out, program::Sources, show};
use expect::Expectation;
use shuffle::Dice;
use timeline::{Timeline, ZERO};

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
const DIM: Style = Style::new().dimmed();
/// Orders of arrival tried for a `shuffled` test.
const ORDERS: u64 = 20;

/// A test or sample that was run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// The path of its rule, or the module of a test outside rules, or the event of a sample.
    pub rule: String,
    /// Its name, or the sample's text.
    pub name: String,
    /// File and line.
    pub place: String,
    /// What went wrong, in lines; empty where it passed.
    pub failure: Vec<String>,
}

/// Runs all tests and samples in files that `wanted` admits, by their place among the files.
///
/// # Errors
/// When the files do not compile or the engine refuses the rules.
pub fn outcomes(
    files: &[SourceFile],
    wanted: impl Fn(usize) -> bool,
) -> Result<Vec<Outcome>, String> {
    let compiled = etio_dsl::compile(files);
    run_compiled(compiled, files, wanted)
}

fn run_compiled(
    compiled: Compiled,
    files: &[SourceFile],
    wanted: impl Fn(usize) -> bool,
) -> Result<Vec<Outcome>, String> {
    let (scanner, engine) = engine(&compiled)?;
    let pack = engine.pack();
    let mut outcomes = Vec::new();
    for sample in compiled.samples.iter().filter(|sample| wanted(sample.file)) {
        let event =
            pack.extractors.get(sample.extractor).and_then(|extractor| pack.get(extractor.event));
        outcomes.push(Outcome {
            rule: event.map(|event| event.path.clone()).unwrap_or_default(),
            name: sample.text.clone(),
            place: place(files, sample.file, sample.span),
            failure: sample::failure(sample, pack).into_iter().collect(),
        });
    }
    for case in compiled.tests.iter().filter(|case| wanted(case.file)) {
        let module = || files.get(case.file).map(|file| file.module.clone()).unwrap_or_default();
        let failure = run_case(case, &scanner, &engine, files)
            .unwrap_or_else(|error| vec![error.to_string()]);
        outcomes.push(Outcome {
            rule: case.rule.clone().unwrap_or_else(module),
            name: case.name.clone(),
            place: place(files, case.file, case.span),
            failure,
        });
    }
    Ok(outcomes)
}

/// An engine that has been told nothing, and its scanner.
fn engine(compiled: &Compiled) -> Result<(Scanner, Engine), String> {
    let Some(pack) = &compiled.pack else {
        return Err("the rules do not compile; see `ruleck check`".into());
    };
    let scanner = Scanner::new(pack.clone());
    let engine = Engine::new(scanner.clone(), Params::default());
    Ok((scanner, engine.map_err(|error| error.to_string())?))
}

/// What went wrong, in lines.
fn run_case(
    case: &TestCase,
    scanner: &Scanner,
    engine: &Engine,
    files: &[SourceFile],
) -> Result<Vec<String>, Error> {
    let pack = engine.pack();
    let timeline = Timeline::of(case, pack);
    let mut watched = watch::watch(engine.fork(), &timeline, scanner)?;
    let mut lines = core::mem::take(&mut watched.doubts);
    for step in &case.steps {
        let failure = Expectation::of(&step.kind, pack).and_then(|e| e.failure(&watched));
        if let Some(found) = failure {
            lines.push(written(files, case.file, step.span));
            lines.push(format!("    but {found}"));
        }
    }
    if case.shuffled {
        lines.extend(differs(engine, &timeline, &watched.changes)?);
    }
    if !lines.is_empty() {
        lines.push("what happened".into());
        lines.extend(story(case, &watched.changes, files));
    }
    Ok(lines)
}

/// The first order of arrival, if any, that gives other changes.
fn differs(
    engine: &Engine,
    timeline: &Timeline,
    expected: &[Transition],
) -> Result<Vec<String>, Error> {
    for seed in 0..ORDERS {
        let acts = shuffle::shuffled(timeline, &mut Dice::new(seed));
        let found = watch::changes(engine.fork(), acts)?;
        if found != expected {
            let at = found.iter().zip(expected).take_while(|(a, b)| a == b).count();
            let word = |changes: &[Transition]| changes.get(at).map_or("nothing".into(), told);
            return Ok(vec![
                format!("shuffled: order of arrival {seed} gives another answer"),
                format!("    in order {}", word(expected)),
                format!("    shuffled {}", word(&found)),
            ]);
        }
    }
    Ok(Vec::new())
}

/// Rows and changes by time, each row before what it changes.
fn story(case: &TestCase, changes: &[Transition], files: &[SourceFile]) -> Vec<String> {
    let mut story: Vec<(i64, String)> = Vec::new();
    for step in &case.steps {
        if let TestStepKind::Row { at, .. } | TestStepKind::Remove { at, .. } = step.kind {
            story.push((at, format!("    {}", written(files, case.file, step.span))));
        }
    }
    story.extend(
        changes
            .iter()
            .map(|change| (change.time.saturating_sub(ZERO), format!("  > {}", told(change)))),
    );
    story.sort_by_key(|(at, _)| *at);
    story.into_iter().map(|(_, line)| line).collect()
}

/// A change in words.
fn told(change: &Transition) -> String {
    let word = match (change.change, change.verdict) {
        (Change::Opened, Verdict::Confirmed) => "opened, confirmed",
        (Change::Opened, Verdict::Suspected) => "opened, suspected",
        (Change::Updated, Verdict::Confirmed) => "now confirmed",
        (Change::Updated, Verdict::Suspected) => "now suspected",
        (Change::Resolved, _) => "resolved",
        (Change::Lapsed, _) => "lapsed",
    };
    let needs: Vec<&str> = change.needs.iter().map(|need| need.relation.as_str()).collect();
    let needs =
        if needs.is_empty() { String::new() } else { format!(", needs {}", needs.join(", ")) };
    let at = duration(change.time.saturating_sub(ZERO));
    format!("{at} {} {} {word}{needs}", change.rule, show::key(&change.key))
}

/// A step as it stands in its file, on one line.
fn written(files: &[SourceFile], file: usize, span: Span) -> String {
    let text = files.get(file).map_or("", |file| file.text.as_str());
    let text = text.get(span.start as usize..span.end as usize).unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn place(files: &[SourceFile], file: usize, span: Span) -> String {
    let Some(file) = files.get(file) else { return String::new() };
    let before = file.text.get(..span.start as usize).unwrap_or_default();
    format!("{}:{}", file.path, before.matches('\n').count() + 1)
}

pub(super) fn run(args: &args::Test) -> Result<Exit, String> {
    let sources = Sources::load(&args.files.paths, args.files.no_stdlib)?;
    let compiled = sources.compile(args.files.at);
    if compiled.pack.is_none() {
        out::say(format_args!("{}\n", sources.render(&compiled.diagnostics)));
    }
    let checked = super::checked(&sources);
    if args.growth {
        let wanted = |case: &TestCase| {
            let rule = case.rule.as_deref().unwrap_or_default();
            let is_asked = |only: &String| rule.contains(only) || case.name.contains(only);
            checked.contains(&case.file) && args.only.as_ref().is_none_or(is_asked)
        };
        if let Some(only) = &args.only
            && !compiled.tests.iter().any(&wanted)
        {
            return Ok(no_match(only));
        }
        let growing = growth::growing(&compiled, &sources.files, wanted)?;
        out::print(&growth::render(&growing))?;
        return Ok(if growing.is_empty() { Exit::Clean } else { Exit::Found });
    }
    let mut outcomes = run_compiled(compiled, &sources.files, |file| checked.contains(&file))?;
    if let Some(only) = &args.only {
        outcomes.retain(|outcome| outcome.rule.contains(only) || outcome.name.contains(only));
        if outcomes.is_empty() {
            return Ok(no_match(only));
        }
    }
    out::print(&render(&outcomes, args.verbose))?;
    let failed = outcomes.iter().any(|outcome| !outcome.failure.is_empty());
    Ok(if failed { Exit::Found } else { Exit::Clean })
}

/// Nothing was tested, which is hardly meant.
fn no_match(only: &str) -> Exit {
    out::say(format_args!("no test, sample or rule has `{only}` in its name"));
    Exit::Found
}

/// One line a rule, then its failures.
fn render(outcomes: &[Outcome], verbose: bool) -> String {
    let mut text = String::new();
    let mut rules: Vec<&str> = outcomes.iter().map(|outcome| outcome.rule.as_str()).collect();
    rules.sort_unstable();
    rules.dedup();
    let width = rules.iter().map(|rule| rule.len()).max().unwrap_or(0);
    for rule in rules {
        let mine = || outcomes.iter().filter(|outcome| outcome.rule == rule);
        let failed = mine().filter(|outcome| !outcome.failure.is_empty()).count();
        let passed = mine().count() - failed;
        let failures =
            if failed == 0 { String::new() } else { format!("  {BAD}{failed} failed{BAD:#}") };
        text.push_str(&format!("{rule:width$}  {GOOD}{passed:>3} passed{GOOD:#}{failures}\n"));
        for outcome in mine() {
            let Outcome { name, place, failure, .. } = outcome;
            match failure.as_slice() {
                [] if verbose => text.push_str(&format!("  {GOOD}pass{GOOD:#}  {name}\n")),
                [] => {}
                lines => {
                    text.push_str(&format!("  {BAD}fail{BAD:#}  {name}  {DIM}{place}{DIM:#}\n"));
                    for line in lines {
                        text.push_str(&format!("        {line}\n"));
                    }
                }
            }
        }
    }
    let failed = outcomes.iter().filter(|outcome| !outcome.failure.is_empty()).count();
    let style = if failed == 0 { GOOD } else { BAD };
    text + &format!("{style}{} run, {failed} failed{style:#}\n", count(outcomes.len(), "test"))
}
