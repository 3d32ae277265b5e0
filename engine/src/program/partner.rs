//! What an event needs beside it to make a difference. Neither A nor B alone makes `A then B` true, and
//! a C between them spoils nothing where no B has come yet. Such an event is stored and nothing else:
//! what comes later and needs it will find it.

use alloc::vec::Vec;

use crate::{
    program::{Kind, Program, Route, Scan, Schema, Src},
    store::{
        cursors::Cursors,
        relation::Relation,
        sources::{Sources, Stamp},
    },
    value::{
        expr::Ex,
        word::{ABSENT, Key, Word, as_int},
    },
};

/// The events of which one must stand for the event that a route begins at to change anything.
///
/// INVARIANT: only events have one and are one. They come once and stay until no condition looks at
/// them, so that an event that changed nothing when it came is met by the thought that a later one
/// causes.
#[derive(Clone)]
pub(crate) struct Partner {
    relation: usize,
    /// An index and what it is looked up by, as far as the route knows it.
    index: usize,
    probe: Vec<Ex>,
    side: Side,
}

/// On which side of the event its partner lies.
#[derive(Clone, Copy)]
enum Side {
    /// It comes after it, or bears a stamp of which that cannot be told.
    After,
    /// It came at most so long before, and is not settled yet.
    Before { reach: i64, cursor: Option<usize> },
}

impl Partner {
    /// The partner of the event that a route begins at, if it has one.
    pub(crate) fn of(program: &Program, schema: &[Schema], route: &Route) -> Option<Self> {
        let row = route.row?;
        let event = |relation: usize| schema.get(relation).filter(|schema| schema.event);
        event(route.from)?;
        let (scan, side) = program.sources().find_map(|of| side(of, row))?;
        let whole = event(scan.relation)?.whole;
        let slot_known = |slot: u16| {
            program.key.contains(&slot) || route.binds.iter().any(|(_, bound)| *bound == slot)
        };
        let known = |(ex, _): &(Ex, bool)| match ex {
            Ex::Const(_) => true,
            Ex::Slot(slot) => slot_known(*slot),
            _ => false,
        };
        let (index, probe) = if scan.keyed().iter().all(known) {
            (scan.index, scan.keyed().iter().map(|(ex, _)| ex.clone()).collect())
        } else {
            (whole, Vec::new())
        };
        Some(Self { relation: scan.relation, index, probe, side })
    }

    /// Whether a variable says which one it is.
    pub(crate) fn reads(&self, variable: u16) -> bool {
        self.probe.iter().any(|ex| ex.reads(|slot| slot == variable))
    }

    /// The first instant its stamp may have.
    pub(crate) fn since(&self, event: &Stamp, sources: &Sources) -> i64 {
        match self.side {
            Side::After => sources.earliest_after(event),
            Side::Before { reach, .. } => event.time.saturating_sub(reach).saturating_add(1),
        }
    }

    /// Whether one stands for any key at all.
    pub(crate) fn may_stand(&self, relations: &[Relation], since: i64) -> bool {
        relations.get(self.relation).is_some_and(|rows| rows.newest() >= since)
    }

    /// Whether one stands for a key, where a route bound these variables.
    pub(crate) fn stands(
        &self,
        relations: &[Relation],
        cursors: &Cursors,
        (key, slots): (&[Word], &[Word]),
        since: i64,
    ) -> bool {
        let Some(rows) = relations.get(self.relation) else { return false };
        let word = |ex: &Ex| ex.plain(slots).filter(|word| *word != ABSENT);
        // Most are looked up by one word.
        let found = match &*self.probe {
            [ex] => word(ex).map(|word| rows.find(self.index, &[word])),
            all => {
                all.iter().map(word).collect::<Option<Key>>().map(|key| rows.find(self.index, &key))
            }
        };
        let Some(found) = found else { return true };
        let newest = found.last().map_or(i64::MIN, |row| rows.time(*row));
        let is_open = || match self.side {
            Side::Before { cursor: Some(cursor), .. } => newest >= cursors.get(cursor, key),
            _ => true,
        };
        newest >= since && is_open()
    }
}

/// The partner that a source gives to the rows of one of its atoms.
fn side(src: &Src, row: u16) -> Option<(&Scan, Side)> {
    let before = |hold: &Ex, keep: i64, cursor| {
        let reach = match hold {
            Ex::Const(hold) if *hold != ABSENT => as_int(*hold).saturating_add(keep),
            _ => i64::MAX,
        };
        Side::Before { reach, cursor }
    };
    match &src.kind {
        Kind::Then { first, next, within, without, keep, cursor } => {
            if next.row == row {
                return Some((first, before(within, *keep, *cursor)));
            }
            let early = [Some(first), without.as_ref()];
            early.into_iter().flatten().any(|of| of.row == row).then_some((next, Side::After))
        }
        Kind::Without { first, end, hold, keep, cursor } => {
            (end.row == row).then(|| (&**first, before(hold, *keep, *cursor)))
        }
        _ => None,
    }
}
