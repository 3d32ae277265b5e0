//! `etio diagnose`: names root causes in what was collected.

use std::collections::{HashMap, HashSet};

use etio::{Engine, Episode, Params, Scanner};
use etio_ingest::{Bundle, Dated, Place};
use etio_plan::Origin;

use crate::args::{Diagnose, Format};
use crate::ignored::{ByName, Name, by_name, name};
use crate::report::human::Layout;
use crate::report::json::value as json;
use crate::report::{
    self, Evidence, Finding, Ignored, Input, Need, Report, Status, Verdict, rfc3339,
};
use crate::text::{clean, count, unescaped};
use crate::{Exit, explain, ignored, input, out, program};

/// What takes long is not found where the collection seems to end as it begins.
const UNDATED: &str = "the newest time in the files is taken for that of their collection; \
                       if they were collected later, say when with `--at`";

/// The report says what there would be if all of it still stood.
const DATED_NOW: &str = "nothing says when this was collected; as all objects in it are being deleted, \
                         it is taken to be now: `--at` says otherwise";

pub(crate) fn run(args: &Diagnose) -> Result<Exit, String> {
    let scanner = Scanner::new(program::pack(&args.program, args.input.collected.at)?);
    let bundle = input::read(&args.input, &scanner)?;
    let mut engine = run_rules(scanner, &bundle)?;
    let mut report = report(&mut engine, &bundle, View { all: args.all, explain: args.explain });
    if report.findings.is_empty() && report.ignored.is_empty() && bundle.dated == Dated::ByNewest {
        report.notes.push(UNDATED.to_owned());
    }
    if bundle.dated == Dated::Now {
        report.notes.push(DATED_NOW.to_owned());
    }
    let text = match args.format {
        Format::Human => report::human::render(&report, layout(args.all)),
        Format::Json => report::json::object(&report),
        Format::Ndjson => report::json::lines(&report),
        Format::Html => report::html::render(&report),
        Format::Sarif => report::sarif::render(&report),
    };
    if args.format != Format::Human {
        say_notes(&report);
    }
    out::print(&text)?;
    input::check(&bundle)?;
    Ok(if report.findings.is_empty() { Exit::Clean } else { Exit::Found })
}

/// Says on standard error what a report in a format for programs has no place for.
pub(crate) fn say_notes(report: &Report) {
    for note in &report.notes {
        out::say(format_args!("note: {}", clean(note)));
    }
}

/// An engine that has seen the bundle, up to its collection.
pub(crate) fn run_rules(scanner: Scanner, bundle: &Bundle) -> Result<Engine, String> {
    let params = Params::default().unnamed_ambiguous(bundle.ambiguous_node);
    let run = || {
        let mut engine = Engine::new(scanner, params)?;
        for input in &bundle.feed {
            engine.feed(input.clone())?;
        }
        engine.advance(bundle.collected_at);
        Ok(engine)
    };
    run().map_err(|error: etio::Error| error.to_string())
}

/// How much of what an engine found is told.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct View {
    /// What recovered and what sites ignore, too.
    pub(crate) all: bool,
    /// The proof of each finding.
    pub(crate) explain: bool,
}

/// What an engine that has seen the bundle found.
pub(crate) fn report(engine: &mut Engine, bundle: &Bundle, view: View) -> Report {
    let mut episodes = shown(engine.episodes(), view.all);
    let ignored = if view.all { Vec::new() } else { ignored::take_out(&mut episodes) };
    let by_name = by_name(&episodes);
    let last = last(&episodes);
    let mut findings: Vec<Finding> = Vec::with_capacity(episodes.len());
    for episode in in_order(&episodes, &by_name) {
        let proof = if view.explain { engine.proof(episode.id) } else { None };
        let mut finding = finding(episode, &by_name, &last, bundle);
        finding.proof = proof.map(|proof| explain::proof(&proof, engine.pack(), bundle));
        findings.push(finding);
    }
    Report {
        etio: env!("CARGO_PKG_VERSION"),
        inputs: bundle.inputs.iter().map(input_row).collect(),
        findings,
        ignored: ignored
            .into_iter()
            .map(|(because, findings)| Ignored { because, findings })
            .collect(),
        is_unread: bundle.is_unread(),
        as_of: (bundle.dated != Dated::Not).then_some(bundle.collected_at),
        notes: notes(engine, bundle),
    }
}

/// What could not be read, and what there was no room to think about.
fn notes(engine: &Engine, bundle: &Bundle) -> Vec<String> {
    let unread = bundle.notes.iter().map(|note| format!("{}: {}", note.path, note.text));
    let unthought = engine.postponed().map(|(rule, keys)| {
        format!("{rule}: too much to do for {}; what it finds is not whole", count(keys, "key"))
    });
    unread.chain(unthought).collect()
}

/// What is open, then what lapsed; of one finding only its last episode, unless all are asked for.
fn shown(mut episodes: Vec<Episode>, all: bool) -> Vec<Episode> {
    if all {
        return episodes;
    }
    let last = last(&episodes);
    episodes.retain(|episode| {
        episode.status != etio::Status::Resolved && last.get(&episode.id) == Some(&episode.opened)
    });
    episodes
}

/// When the last episode of each finding opened.
fn last(episodes: &[Episode]) -> Last {
    let mut last = Last::new();
    for episode in episodes {
        let opened = last.entry(episode.id).or_insert(episode.opened);
        *opened = episode.opened.max(*opened);
    }
    last
}

type Last = HashMap<u128, i64>;

/// Roots first, worst first; each followed by what it explains, depth first. Every episode once.
fn in_order<'e>(episodes: &'e [Episode], by_name: &ByName<'e>) -> Vec<&'e Episode> {
    let mut sorted: Vec<&Episode> = episodes.iter().collect();
    sorted.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| a.path.cmp(&b.path)));
    let mut placed: Vec<&Episode> = Vec::with_capacity(episodes.len());
    let mut seen = HashSet::new();
    // Past findings stand behind the open ones, and what no root leads to behind all.
    for start in sorted.iter().filter(|episode| episode.root).chain(&sorted) {
        let mut open = vec![*start];
        while let Some(episode) = open.pop() {
            if seen.insert(name(episode)) {
                placed.push(episode);
                open.extend(episode.explains.iter().rev().filter_map(|name| by_name.get(name)));
            }
        }
    }
    placed
}

type Rank = (bool, std::cmp::Reverse<etio::Severity>, std::cmp::Reverse<etio::Verdict>, i64);

fn rank(episode: &Episode) -> Rank {
    (
        episode.status != etio::Status::Open,
        std::cmp::Reverse(episode.severity),
        std::cmp::Reverse(episode.verdict),
        episode.opened,
    )
}

/// An episode as it is told, beside others that are.
fn finding(episode: &Episode, by_name: &ByName<'_>, last: &Last, bundle: &Bundle) -> Finding {
    let known = |of: &Name| by_name.contains_key(of).then(|| id(*of, last));
    Finding {
        id: id(name(episode), last),
        mode: episode.mode.clone(),
        rule: episode.path.clone(),
        severity: episode.severity,
        verdict: match episode.verdict {
            etio::Verdict::Confirmed => Verdict::Confirmed,
            etio::Verdict::Suspected => Verdict::Suspected,
        },
        status: match episode.status {
            etio::Status::Open => Status::Open,
            etio::Status::Lapsed => Status::Lapsed,
            etio::Status::Resolved => Status::Resolved,
        },
        subject: episode.key.iter().map(|(name, value)| (name.to_string(), json(value))).collect(),
        opened: episode.opened,
        closed: episode.closed,
        title: unescaped(&episode.title),
        because: unescaped(&episode.because),
        remedy: episode.remedy.clone(),
        ignored: episode.ignored.clone(),
        refs: episode.refs.clone(),
        needs: episode
            .needs
            .iter()
            .map(|need| Need { relation: need.relation.clone(), collect: need.collect.clone() })
            .collect(),
        evidence: evidence(episode, bundle),
        explains: episode.explains.iter().filter_map(known).collect(),
        explained_by: episode.explained_by.iter().filter_map(known).collect(),
        root: episode.root,
        proof: None,
    }
}

/// The id of a finding; an episode before its last is told from it by when it opened.
fn id((id, opened): Name, last: &Last) -> String {
    match last.get(&id) {
        Some(last) if *last != opened => format!("{id:032x}@{}", rfc3339(opened)),
        _ => format!("{id:032x}"),
    }
}

/// The lines behind an episode, each once.
fn evidence(episode: &Episode, bundle: &Bundle) -> Vec<Evidence> {
    let mut lines: Vec<Evidence> = Vec::new();
    for fact in &episode.evidence {
        let places = fact.origins.iter().filter_map(|origin: &Origin| bundle.locate(*origin));
        for Place { path, line, text } in places {
            if lines.iter().all(|known| (known.path.as_str(), known.line) != (path, line)) {
                let relation = fact.relation.clone();
                lines.push(Evidence {
                    relation,
                    path: path.to_owned(),
                    line,
                    text: text.to_owned(),
                });
            }
        }
    }
    lines
}

fn input_row(input: &etio_ingest::InputReport) -> Input {
    Input {
        path: input.path.clone(),
        kind: input.kind.clone(),
        lines: input.lines,
        facts: input.facts,
        unparsed: input.unparsed,
    }
}

/// As wide as the terminal, where the report goes to one; elsewhere no line is cut.
pub(crate) fn layout(all: bool) -> Layout {
    match console::Term::stdout().size_checked() {
        Some((_, width)) => {
            let width = usize::from(width).clamp(60, 140);
            Layout { width, line: width, all }
        }
        None => Layout { width: 100, line: usize::MAX, all },
    }
}

#[cfg(test)]
mod tests {
    use super::{Last, id};

    #[test]
    fn episodes_of_one_finding_have_ids_of_their_own() {
        let last = Last::from([(7, 2_000_000_000)]);
        let (first, second) = (id((7, 1_000_000_000), &last), id((7, 2_000_000_000), &last));
        assert_eq!(second, "00000000000000000000000000000007");
        assert_eq!(first, "00000000000000000000000000000007@1970-01-01T00:00:01Z");
    }
}
