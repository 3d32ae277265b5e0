//! How far logs reach (M5.3): from the first line to the last, over all files of one log, but for what
//! lies between files that do not follow each other, and what a log says it lost.

use std::collections::BTreeMap;

use etio_plan::{Input, RelId, Scope, SourceId, Value};

use super::cover::World;
use crate::formats::log::Lost;
use crate::gather::Gathered;
use crate::row::{Program, When};
use crate::stream::{Host, MANY};
use crate::unnamed;
use crate::unpack::plain_name;

/// Files of one log may always be so far apart: a quiet program says less than that.
const FLOOR: i64 = 60_000_000_000;

/// A log of one node, perhaps of one program only.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Log {
    program: Program,
    node: String,
    name: Option<String>,
    /// The file, where it may be of another node than others that name none (M5.4).
    doc: Option<usize>,
}

/// A part of a file in which nothing is missing.
#[derive(Clone, Copy)]
struct Piece<'a> {
    low: i64,
    high: i64,
    /// The longest time between two records of the file.
    pause: i64,
    path: &'a str,
}

impl World<'_> {
    /// All files of one program on one node are one log.
    pub(super) fn logs(&self, bundle: &[Gathered], feed: &mut Vec<Input>) {
        let mut logs: BTreeMap<Log, Vec<Piece<'_>>> = BTreeMap::new();
        for (doc, gathered) in bundle.iter().enumerate() {
            for (name, host) in &gathered.hosts {
                let named = Some(name.as_str()).filter(|name| !name.is_empty());
                let node = self.nodes.of_document(doc, named);
                let alone = Some(doc).filter(|_| self.nodes.several && node == unnamed::NAME);
                for program in host.streams.keys() {
                    let pieces = self.pieces(doc, &gathered.path, host, *program);
                    for name in names(host, *program) {
                        let log = Log { program: *program, node: node.clone(), name, doc: alone };
                        logs.entry(log).or_default().extend(&pieces);
                    }
                }
            }
        }
        for (number, (log, pieces)) in (bundle.len()..).zip(logs) {
            let number = log.doc.unwrap_or(number);
            let source = SourceId(u32::try_from(number).unwrap_or(u32::MAX));
            let Some((relation, scope)) = self.log_scope(&log) else { continue };
            if log.doc.is_none() {
                feed.push(Input::Source { source, name: log.title(), resolution: 1 });
            }
            let mut before = None;
            for (from, to) in union(pieces).into_iter().filter_map(|span| self.asked(span)) {
                let scope = scope.clone();
                feed.push(match before {
                    None => Input::Covered { source, relation, scope, from },
                    Some(last) => Input::Gap { source, relation, scope, from: last + 1, to: from },
                });
                before = Some(to);
            }
            if let Some(from) = before {
                feed.push(Input::Silent { source, relation, scope, from });
            }
        }
    }

    /// The parts of a file of which it has all that a program wrote. A journal of several programs
    /// reaches as far for each of them.
    fn pieces<'a>(
        &self,
        doc: usize,
        path: &'a str,
        host: &Host,
        program: Program,
    ) -> Vec<Piece<'a>> {
        let at = |when: When| self.clock.at(doc, when);
        let times: Vec<i64> =
            host.streams.values().flat_map(|stream| stream.span.ends()).map(at).collect();
        let (Some(&low), Some(&high)) = (times.iter().min(), times.iter().max()) else {
            return Vec::new();
        };
        let holes =
            host.holes.iter().filter(|hole| [Lost::All, Lost::Of(program)].contains(&hole.lost));
        let mut holes: Vec<(i64, i64)> = holes.map(|it| (at(it.from), at(it.to))).collect();
        holes.sort_unstable();
        let mut pieces = Vec::new();
        let mut piece = Piece { low, high, pause: host.pause, path };
        for (from, to) in holes.into_iter().filter(|(from, to)| from < to) {
            if piece.low <= from {
                pieces.push(Piece { high: from, ..piece });
            }
            piece.low = piece.low.max(to);
        }
        pieces.push(piece);
        pieces
    }

    fn log_scope(&self, log: &Log) -> Option<(RelId, Scope)> {
        let relation = self.schema.log(log.program)?;
        let schema = self.schema.get(relation)?;
        let mut scope = vec![(schema.field("node")?, Value::Text(log.node.clone()))];
        if let Some(name) = &log.name {
            scope.push((schema.field("program")?, Value::Text(name.clone())));
        }
        Some((relation, scope))
    }
}

/// The programs a stream is the log of by name, where it is not of all.
fn names(host: &Host, program: Program) -> Vec<Option<String>> {
    let names = host.streams.get(&program).map(|stream| &stream.names);
    let few = names.filter(|names| program == Program::System && names.len() < MANY);
    let names: Vec<_> = few.into_iter().flatten().cloned().map(Some).collect();
    if names.is_empty() { vec![None] } else { names }
}

/// The spans that pieces cover together, in order.
fn union(mut pieces: Vec<Piece<'_>>) -> Vec<(i64, i64)> {
    pieces.sort_by_key(|piece| (piece.low, piece.high));
    let mut spans: Vec<(i64, i64)> = Vec::new();
    let mut last: Option<Piece<'_>> = None;
    for piece in pieces {
        match (spans.last_mut(), last) {
            (Some(span), Some(before)) if piece.low <= before.high || before.goes_on_in(&piece) => {
                span.1 = span.1.max(piece.high);
            }
            _ => spans.push((piece.low, piece.high)),
        }
        if last.is_none_or(|last| last.high <= piece.high) {
            last = Some(piece);
        }
    }
    spans
}

impl Piece<'_> {
    /// Whether nothing is missing up to the next piece: it is another file's, and comes soon. Of the next
    /// file of one rotation that is no later than the program was silent within either; of any other,
    /// nobody knows what was written in between.
    fn goes_on_in(&self, next: &Self) -> bool {
        let turned = is_next(self.path, next.path);
        let most = if turned { FLOOR.max(self.pause).max(next.pause) } else { FLOOR };
        self.path != next.path && next.low.saturating_sub(self.high) <= most
    }
}

/// Whether two files are of one rotation and no number between theirs is missing: `kubelet.log.2.gz` and
/// `kubelet.log.1`, `messages-20260308` and `messages`.
fn is_next(older: &str, newer: &str) -> bool {
    let ((a, first), (b, second)) = (turn(older), turn(newer));
    a == b && first.zip(second).is_none_or(|(first, second)| first == second + 1)
}

/// The name that all files of a rotation share, and the number of one, unless it has a date instead.
fn turn(path: &str) -> (&str, Option<u32>) {
    let path = plain_name(path);
    let name = path.trim_end_matches(|c: char| c.is_ascii_digit() || "-._:TZ".contains(c));
    match path.get(name.len()..) {
        None | Some("") => (name, Some(0)),
        Some(tail) => {
            let number = tail.strip_prefix('.').filter(|number| number.len() < 4);
            (name, number.and_then(|number| number.parse().ok()))
        }
    }
}

impl Log {
    fn title(&self) -> String {
        let program = match self.program {
            Program::Kubelet => "kubelet",
            Program::Runtime => "container runtime",
            Program::Kernel => "kernel",
            Program::System | Program::Unknown => self.name.as_deref().unwrap_or("system"),
        };
        format!("log of {program} on {}", self.node)
    }
}
