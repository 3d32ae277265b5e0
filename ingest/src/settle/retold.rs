//! One API event told by several documents: by the event list, by `kubectl describe`, by the lists of
//! two namespaces. It happened once.

use std::collections::{BTreeMap, BTreeSet};

use etio_plan::Value;

use super::clock::Clock;
use crate::gather::{Found, Gathered};
use crate::row::When;
use crate::schema::{EVENT, Schema};

const SECOND: i64 = 1_000_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
/// The tables of one bundle were not printed at the same moment. Of instants the API keeps the seconds,
/// a component's log more.
const APART: i64 = 2 * MINUTE;

/// A telling of an event.
struct Told {
    doc: usize,
    at: usize,
    time: i64,
    /// How much later than told it may have been before: ages are cut off.
    slack: i64,
    /// The documents that told it again.
    again: BTreeSet<usize>,
}

/// Drops what another document told already, and keeps what only the dropped one said.
pub(super) fn drop_retold(bundle: &mut [Gathered], schema: &Schema<'_>, clock: &Clock) {
    let mut groups: BTreeMap<String, Vec<Told>> = BTreeMap::new();
    for (doc, gathered) in bundle.iter().enumerate() {
        for (at, found) in gathered.found.iter().enumerate() {
            if let Some(key) = key(schema, found) {
                let (time, slack) = (clock.at(doc, found.when), slack(found.when));
                let told = Told { doc, at, time, slack, again: BTreeSet::new() };
                groups.entry(key).or_default().push(told);
            }
        }
    }
    let mut dropped: BTreeSet<(usize, usize)> = BTreeSet::new();
    let several = |group: &Vec<Told>| {
        group.iter().any(|told| group.first().map(|it| it.doc) != Some(told.doc))
    };
    for mut group in groups.into_values().filter(several) {
        // The most exact first.
        group.sort_by_key(|told| (told.slack, told.doc, told.at));
        let mut kept: Vec<Told> = Vec::new();
        for told in group {
            let same = kept.iter_mut().find(|other| {
                let apart = told.slack + other.slack + if told.slack > 0 { APART } else { SECOND };
                let near = told.time.abs_diff(other.time) <= apart.unsigned_abs();
                near && other.doc != told.doc && !other.again.contains(&told.doc)
            });
            match same {
                Some(other) => {
                    other.again.insert(told.doc);
                    complete(bundle, (other.doc, other.at), (told.doc, told.at));
                    dropped.insert((told.doc, told.at));
                }
                None => kept.push(told),
            }
        }
    }
    for (doc, gathered) in bundle.iter_mut().enumerate() {
        let mut at = 0;
        gathered.found.retain(|_| {
            at += 1;
            !dropped.contains(&(doc, at - 1))
        });
    }
}

/// What two tellings of one event have in common.
fn key(schema: &Schema<'_>, found: &Found) -> Option<String> {
    let relation = schema.get(found.relation).filter(|it| it.path == EVENT && found.part == 0)?;
    let value = |name: &str| found.values.get(relation.field(name)?.index());
    let values = ["kind", "object", "reason", "message"].map(value);
    Some(format!("{values:?}"))
}

/// The last unit of an age as kubectl prints it; nothing for an instant.
fn slack(when: When) -> i64 {
    match when {
        When::Ago(age) if age < 10 * MINUTE => SECOND,
        When::Ago(age) if age < 8 * HOUR => MINUTE,
        When::Ago(age) if age < 48 * HOUR => HOUR,
        When::Ago(_) => 24 * HOUR,
        _ => 0,
    }
}

fn complete(bundle: &mut [Gathered], kept: (usize, usize), dropped: (usize, usize)) {
    let found = |(doc, at): (usize, usize)| bundle.get(doc).and_then(|it| it.found.get(at));
    let Some(other) = found(dropped).map(|it| it.values.clone()) else { return };
    let Some(kept) = bundle.get_mut(kept.0).and_then(|it| it.found.get_mut(kept.1)) else { return };
    for (value, other) in kept.values.iter_mut().zip(other) {
        if matches!(value, Value::Null) {
            *value = other;
        }
    }
}
