//! Inputs held back until the clock passes them, and the order in which they count (M1).

use alloc::{collections::BTreeMap, vec::Vec};
use core::cmp::Ordering;

use etio_plan::{Origin, SourceId};
use serde::{Deserialize, Serialize};

use crate::{
    program::Schema,
    store::{
        coverage::Vouch,
        relation::Relation,
        sources::Stamp,
        span::{ScopeWords, each_word},
        table::Names,
    },
    value::word::{Key, Row, Word},
};

/// An input that waits for its instant.
#[derive(Clone)]
pub(crate) struct Held {
    /// When it takes effect.
    pub(crate) time: i64,
    /// Its own stamp, by which it is newer or older than others.
    pub(crate) stamp: Stamp,
    pub(crate) change: Change,
}

/// What an input changes.
#[derive(Clone)]
pub(crate) enum Change {
    /// What a source vouches for.
    Vouch {
        relation: usize,
        scope: ScopeWords,
        vouch: Vouch,
    },
    Event {
        relation: usize,
        words: Row,
    },
    Row {
        relation: usize,
        row: Observed,
    },
    Remove {
        relation: usize,
        key: Key,
    },
    Snapshot {
        relation: usize,
        scope: ScopeWords,
        rows: Vec<(Stamp, Observed)>,
    },
}

/// A row of an entity as a source has it.
#[derive(Clone)]
pub(crate) struct Observed {
    pub(crate) words: Row,
    pub(crate) how: How,
}

/// What an observed row says about the time before it. Of one stamp they come in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub(crate) enum How {
    /// It is of a first snapshot yet to come, and assumed to stand already (M5.2).
    Assumed,
    /// Its stamp is since when it says itself that it is so.
    Since,
    /// It is of a first snapshot.
    First,
    /// Nothing.
    Plain,
}

/// What the canonical order of inputs depends on.
#[derive(Clone, Copy)]
pub(crate) struct Canon<'a> {
    pub(crate) names: Names<'a>,
    pub(crate) relations: &'a [Relation],
    pub(crate) schema: &'a [Schema],
}

/// As many inputs at a time are few.
const FEW: usize = 1024;

/// The inputs held back and the clock.
#[derive(Clone)]
pub(crate) struct Timeline {
    held: Vec<Held>,
    /// Room for what is taken.
    spare: Vec<Held>,
    /// When the first of them takes effect.
    earliest: i64,
    clock: i64,
    late: BTreeMap<SourceId, u64>,
}

impl Change {
    /// Inputs of one stamp: what is vouched for comes first, in the order it must be said.
    const fn rank(&self) -> u8 {
        match self {
            Self::Vouch { vouch: Vouch::Covered { .. }, .. } => 0,
            Self::Vouch { vouch: Vouch::Gap { .. }, .. } => 1,
            Self::Vouch { vouch: Vouch::Silent { .. }, .. } => 2,
            Self::Remove { .. } => 3,
            Self::Event { .. } => 4,
            Self::Row { .. } => 5,
            Self::Snapshot { .. } => 6,
        }
    }

    const fn relation(&self) -> usize {
        match self {
            Self::Vouch { relation, .. }
            | Self::Event { relation, .. }
            | Self::Row { relation, .. }
            | Self::Remove { relation, .. }
            | Self::Snapshot { relation, .. } => *relation,
        }
    }

    fn each_words(&self, see: &mut impl FnMut(&[Word])) {
        match self {
            Self::Vouch { scope, .. } => each_word(scope, see),
            Self::Event { words, .. } | Self::Row { row: Observed { words, .. }, .. } => see(words),
            Self::Remove { key, .. } => see(key),
            Self::Snapshot { scope, rows, .. } => {
                each_word(scope, see);
                rows.iter().for_each(|(_, row)| see(&row.words));
            }
        }
    }
}

impl Timeline {
    pub(crate) const fn new() -> Self {
        Self {
            held: Vec::new(),
            spare: Vec::new(),
            earliest: i64::MAX,
            clock: i64::MIN,
            late: BTreeMap::new(),
        }
    }

    /// Shows all words it keeps.
    pub(crate) fn each_words(&self, see: &mut impl FnMut(&[Word])) {
        self.held.iter().for_each(|held| held.change.each_words(see));
    }

    pub(crate) const fn clock(&self) -> i64 {
        self.clock
    }

    pub(crate) const fn set_clock(&mut self, clock: i64) {
        self.clock = clock;
    }

    pub(crate) const fn len(&self) -> usize {
        self.held.len()
    }

    /// When the first input held back takes effect.
    pub(crate) const fn earliest(&self) -> i64 {
        self.earliest
    }

    /// The first instant that is still to come, for what is told late (M1.3).
    pub(crate) fn not_before_now(&self, time: i64) -> i64 {
        if self.clock == i64::MIN { time } else { time.max(self.clock.saturating_add(1)) }
    }

    /// The inputs held back, in no order that may show.
    pub(crate) fn held(&self) -> &[Held] {
        &self.held
    }

    pub(crate) fn count_late(&mut self, source: SourceId, events: u64) {
        let late = self.late.entry(source).or_default();
        *late = late.saturating_add(events);
    }

    pub(crate) const fn late(&self) -> &BTreeMap<SourceId, u64> {
        &self.late
    }

    /// Holds an input back.
    pub(crate) fn hold(&mut self, held: Held) {
        self.earliest = self.earliest.min(held.time);
        self.held.push(held);
    }

    /// Gives the room of what was taken back, unless it was much.
    pub(crate) fn give_back(&mut self, mut taken: Vec<Held>) {
        if taken.capacity() <= FEW {
            taken.clear();
            self.spare = taken;
        }
    }

    /// Everything that takes effect up to an instant, in canonical order, each once (M1.5, M1.7).
    pub(crate) fn take(&mut self, until: i64, canon: Canon<'_>) -> Vec<Held> {
        let mut due = core::mem::take(&mut self.spare);
        let count = self.held.iter().filter(|held| held.time <= until).count();
        // The fewer are moved, which mostly are those that stay.
        if count > self.held.len() / 2 {
            core::mem::swap(&mut due, &mut self.held);
            if count < due.len() {
                self.held.extend(due.extract_if(.., |held| held.time > until));
            }
        } else {
            due.extend(self.held.extract_if(.., |held| held.time <= until));
        }
        self.earliest = self.held.iter().map(|held| held.time).min().unwrap_or(i64::MAX);
        if due.len() < 2 {
            return due;
        }
        // Most come in the order of time.
        if due.is_sorted_by_key(|held| held.time) {
            let instants = due.chunk_by_mut(|a, b| a.time == b.time);
            instants.for_each(|of| of.sort_by(|a, b| canon.compare(a, b)));
        } else {
            due.sort_by(|a, b| canon.compare(a, b));
        }
        due.dedup_by(|b, a| {
            a.time == b.time
                && a.stamp == b.stamp
                && matches!(
                    (&a.change, &b.change),
                    (Change::Event { relation: a, .. }, Change::Event { relation: b, .. }) if a == b
                )
        });
        due
    }
}

impl Canon<'_> {
    /// INVARIANT: only inputs that say the same are equal, so that the order of arrival never counts.
    fn compare(&self, a: &Held, b: &Held) -> Ordering {
        let part = |held: &Held| (held.change.relation(), held.change.rank(), vouched(held));
        a.time
            .cmp(&b.time)
            .then(is_vouch(b).cmp(&is_vouch(a)))
            .then_with(|| self.names.sources.compare(&a.stamp, &b.stamp))
            .then_with(|| part(a).cmp(&part(b)))
            .then_with(|| self.compare_content(&a.change, &b.change))
    }

    /// The order of what two changes of one relation and rank say.
    fn compare_content(&self, a: &Change, b: &Change) -> Ordering {
        let relation = a.relation();
        let types = self.relations.get(relation).map_or(&[][..], |rows| &rows.types);
        let symbols = self.names.symbols;
        let observed = |a: &Observed, b: &Observed| {
            a.how.cmp(&b.how).then_with(|| symbols.compare_all(types, &a.words, &b.words))
        };
        let scopes = |a: &ScopeWords, b: &ScopeWords| {
            lexical(a, b, |a, b| {
                let ty = types.get(usize::from(a.0));
                let value = || ty.map_or(Ordering::Equal, |ty| symbols.compare(ty, a.1, b.1));
                a.0.cmp(&b.0).then_with(value)
            })
        };
        match (a, b) {
            (Change::Vouch { scope: a, .. }, Change::Vouch { scope: b, .. }) => scopes(a, b),
            (Change::Event { words: a, .. }, Change::Event { words: b, .. }) => {
                symbols.compare_all(types, a, b)
            }
            (Change::Row { row: a, .. }, Change::Row { row: b, .. }) => observed(a, b),
            (Change::Remove { key: a, .. }, Change::Remove { key: b, .. }) => {
                let types = self.schema.get(relation).map_or(&[][..], |of| &of.key_types);
                symbols.compare_all(types, a, b)
            }
            (
                Change::Snapshot { scope: a, rows: rows_a, .. },
                Change::Snapshot { scope: b, rows: rows_b, .. },
            ) => scopes(a, b).then_with(|| {
                lexical(rows_a, rows_b, |a, b| {
                    self.names.sources.compare(&a.0, &b.0).then_with(|| observed(&a.1, &b.1))
                })
            }),
            _ => Ordering::Equal,
        }
    }
}

/// The order of two sequences by the first difference; of those without one the shorter is first.
fn lexical<T>(a: &[T], b: &[T], compare: impl Fn(&T, &T) -> Ordering) -> Ordering {
    let mut pairs = a.iter().zip(b);
    pairs
        .find_map(|(a, b)| Some(compare(a, b)).filter(|order| order.is_ne()))
        .unwrap_or_else(|| a.len().cmp(&b.len()))
}

const fn is_vouch(held: &Held) -> bool {
    matches!(held.change, Change::Vouch { .. })
}

const fn vouched(held: &Held) -> Option<Vouch> {
    match &held.change {
        Change::Vouch { vouch, .. } => Some(*vouch),
        _ => None,
    }
}

/// The stamp of an input that has a source but no place in it.
pub(crate) const fn placeless(source: SourceId, time: i64) -> Stamp {
    Stamp { time, origin: Origin { source, at: 0, part: 0 } }
}
