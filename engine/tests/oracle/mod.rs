//! What a program means, said again as simply as can be: at every instant everything is thought
//! about from nothing, with nested loops. Written from MEANING alone; shares no code with the engine.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test: where it is wrong it should stop"
)]

mod aggregate;
pub(crate) mod agree;
mod calc;
mod coverage;
mod facts;
mod histories;
mod programs;
mod sentences;
mod solve;
mod story;
mod texts;
mod unseen;
mod verdict;

use std::{collections::BTreeSet, rc::Rc};

use etio_plan::{Pack, RelId, Value};

use facts::Told;
use story::{Event, spelled, tell};

/// The inputs as they stand by an instant, and what rules concluded from them so far.
pub(crate) struct World<'a> {
    pub(crate) pack: &'a Pack,
    pub(crate) params: &'a [Value],
    pub(crate) inputs: &'a [Told],
    /// There are several nodes, so that the unnamed one may be any of them.
    pub(crate) unnamed: bool,
    /// What windows, `for` and `age` read.
    pub(crate) now: i64,
    /// Inputs up to here have been told.
    pub(crate) told: i64,
    pub(crate) sources: facts::Sources,
    /// The rows of each relation: all events so far, and the rows of states that stand.
    pub(crate) rows: Vec<Vec<Rc<Row>>>,
    /// Each entity relation's rows that have ever stood, with the interval they did.
    pub(crate) versions: Vec<Vec<facts::Version>>,
}

/// What stands in needs for the name of a node (M5.4).
pub(crate) const NODE: RelId = RelId(u32::MAX);

impl World<'_> {
    /// Whether a value is the unnamed node, which may be any of several.
    pub(crate) fn is_unnamed(&self, value: &Value) -> bool {
        self.unnamed && *value == Value::Text("(unnamed)".into())
    }
}

/// What tells an input fact from others: its relation and its place in a source.
pub(crate) type FactId = (RelId, (String, u64, u32));

/// The facts behind rows.
pub(crate) fn facts_of(rows: &[Rc<Row>]) -> BTreeSet<FactId> {
    rows.iter().flat_map(|row| &row.facts).cloned().collect()
}

/// Who told of the facts behind rows.
pub(crate) fn tellers(rows: &[Rc<Row>]) -> BTreeSet<String> {
    facts_of(rows).into_iter().map(|(_, (source, ..))| source).collect()
}

/// A row of any relation.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) relation: RelId,
    pub(crate) values: Vec<Value>,
    /// An event's instant, a row's observation, since when a conclusion holds.
    pub(crate) time: i64,
    /// Since when a state is as it is; its time unless the row itself says another.
    pub(crate) since: i64,
    /// The name of its source, and its place there.
    pub(crate) place: (String, u64, u32),
    /// The facts behind it.
    pub(crate) facts: BTreeSet<FactId>,
    /// How exact its stamp is.
    pub(crate) resolution: i64,
    /// A finding may be suspected.
    pub(crate) doubt: Doubt,
    /// The earliest fact a conclusion rests on; none for a fact.
    pub(crate) first: Option<Rc<Row>>,
    pub(crate) past: Past,
}

/// What is known of the time before a row was observed (M5.2), and whether it is about an event.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Past {
    /// It is known only from a later first snapshot.
    pub(crate) assumed: bool,
    /// It came with a first snapshot, so how long it had been is not known.
    pub(crate) unproven: bool,
    /// It is an event or rests on one.
    pub(crate) eventful: bool,
}

impl Row {
    /// The canonical order (M1.5).
    pub(crate) fn order(&self) -> (i64, &(String, u64, u32)) {
        (self.time, &self.place)
    }

    /// The earliest fact it rests on.
    pub(crate) fn earliest(self: &Rc<Self>) -> Rc<Self> {
        self.first.clone().unwrap_or_else(|| self.clone())
    }

    /// `self after other` (M1.6).
    pub(crate) fn is_after(&self, other: &Self) -> bool {
        let grain = self.resolution.max(other.resolution);
        let floor = |time: i64| time.div_euclid(grain);
        self.order() != other.order() && floor(self.time) >= floor(other.time)
    }
}

/// Why something is not sure.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(crate) struct Doubt {
    /// It cannot be decided.
    pub(crate) unknown: bool,
    /// It rests on a suspected finding.
    pub(crate) suspect: bool,
    /// It rests on an absence that only a lossy relation tells (M3.4).
    pub(crate) weak: bool,
    /// What would have to be collected.
    pub(crate) needs: BTreeSet<RelId>,
    /// What was seen, but only by sources that may drop records.
    pub(crate) weakly: BTreeSet<RelId>,
}

impl Doubt {
    pub(crate) fn add(&mut self, other: &Self) {
        self.unknown |= other.unknown;
        self.suspect |= other.suspect;
        self.weak |= other.weak;
        self.needs.extend(&other.needs);
        self.weakly.extend(&other.weakly);
    }

    pub(crate) fn is_none(&self) -> bool {
        !self.is_open() && !self.weak
    }

    /// Whether it may not be so at all.
    pub(crate) const fn is_open(&self) -> bool {
        self.unknown || self.suspect
    }

    /// That of something that is not there if this is so.
    pub(crate) fn of_absence(&self) -> Self {
        Self { unknown: self.is_open(), suspect: false, ..self.clone() }
    }
}
