//! The matches of a source (M2.1 to M2.6), in canonical order of their first rows.

use alloc::vec::Vec;
use core::ops::ControlFlow::{self, Break, Continue};

use etio_plan::Pick;

use crate::{
    program::{Kind, Scan, Src, Window},
    store::{
        coverage::Seen,
        relation::{ASSUMED, FIRST, RowId},
        sources::Stamp,
        support::Want,
    },
    think::eval::{Eval, Lack, Met, Then},
    value::{
        expr::{Ex, note},
        word::{ABSENT, as_int, at},
    },
};

/// How long a match is waited for, and how long it counts.
#[derive(Clone, Copy)]
struct Spell {
    hold: i64,
    keep: i64,
}

/// Which events a condition still waits on.
#[derive(Default)]
struct Waiting {
    /// Where the first that is not settled begins.
    first: Option<i64>,
    /// Where the last that was looked at begins.
    last: Option<i64>,
}

impl Waiting {
    fn see(&mut self, begin: i64) {
        self.last = Some(begin);
    }

    fn wait(&mut self, begin: i64, still: bool) {
        if still {
            self.first.get_or_insert(begin);
        }
    }
}

impl<'a> Eval<'a> {
    /// Calls `then` for each match. What is not sure of a match is among `lacks` meanwhile.
    pub(crate) fn matches(
        &mut self,
        src: &'a Src,
        pick: Pick,
        then: Then<'_, 'a>,
    ) -> ControlFlow<()> {
        match &src.kind {
            Kind::Rows { scan, window } => self.plain(scan, window, pick, then),
            Kind::Then { first, next, within, without, keep, cursor } => {
                let spell = Spell { hold: self.length(within), keep: *keep };
                self.then((first, next, without.as_deref()), *cursor, spell, pick, then)
            }
            Kind::Without { first, end, hold, keep, cursor } => {
                let spell = Spell { hold: self.length(hold), keep: *keep };
                self.without((first, end), *cursor, spell, pick, then)
            }
            Kind::Sustained { scan, hold } => self.sustained(scan, hold, pick, then),
            Kind::Silence { of, hold, per } => self.silence(of, hold, per, pick, then),
        }
    }

    fn plain(
        &mut self,
        scan: &'a Scan,
        window: &'a Window,
        pick: Pick,
        then: Then<'_, 'a>,
    ) -> ControlFlow<()> {
        match window {
            Window::Stands => {
                self.rows(scan, i64::MIN, pick, &mut |me, met| me.with_row(met, then))
            }
            Window::Last(d) => {
                let d = self.length(d);
                let from = self.now.saturating_sub(d).saturating_add(1);
                self.rows(scan, from, pick, &mut |me, met| {
                    note(&mut me.deadline, me.now, met.stamp.time.saturating_add(d));
                    me.with_row(met, then)
                })
            }
            Window::Since(x) => match self.eval(x, &[]) {
                ABSENT => Continue(()),
                x => self.rows(scan, as_int(x), pick, &mut |me, met| me.with_row(met, then)),
            },
            Window::AsOf(x) => match self.eval(x, &[]) {
                ABSENT => Continue(()),
                x => self.as_of(scan, as_int(x), pick, then),
            },
        }
    }

    /// `E as of a`: the row that stood at the instant (M2.9).
    fn as_of(
        &mut self,
        scan: &'a Scan,
        instant: i64,
        pick: Pick,
        then: Then<'_, 'a>,
    ) -> ControlFlow<()> {
        if let Some((past, index)) = scan.past {
            self.rows_of(scan, (past, index), i64::MIN, pick, &mut |me, met| {
                let stood = met.stamp.time <= instant && instant < me.until(past, met.row);
                if stood { me.with_row(met, then) } else { Continue(()) }
            })?;
        }
        self.rows(scan, i64::MIN, pick, &mut |me, met| {
            if met.stamp.time <= instant { me.with_row(met, then) } else { Continue(()) }
        })
    }

    /// `A then B within d [without C]` (M2.3).
    fn then(
        &mut self,
        (first, next, without): (&'a Scan, &'a Scan, Option<&'a Scan>),
        cursor: Option<usize>,
        spell: Spell,
        pick: Pick,
        then: Then<'_, 'a>,
    ) -> ControlFlow<()> {
        let from = self.earliest(cursor, spell);
        let mut waiting = Waiting::default();
        let mut flow = Continue(());
        let rows = self.rows(first, from, pick, &mut |me, a| {
            let begin = a.stamp.time;
            waiting.see(begin);
            let latest = begin.saturating_add(spell.hold);
            let Some(b) = me.first_after(next, a, latest) else {
                waiting.wait(begin, latest > me.now);
                return Continue(());
            };
            let end = b.stamp.time;
            let expires = end.saturating_add(spell.keep);
            if expires <= me.now || !me.agrees(next, b.row) {
                return Continue(());
            }
            let depth = me.lacks.len();
            if let Some(between) = without {
                if me.is_between(between, a, &b) {
                    return Continue(());
                }
                let mut lacks = Vec::new();
                // Where stamps are coarse, what comes after may bear the earlier one (M1.6).
                me.seen(between, begin.min(end), begin.max(end), &mut lacks);
                me.lacks.append(&mut lacks);
            }
            waiting.wait(begin, true);
            note(&mut me.deadline, me.now, expires);
            flow = me.with_row(a, &mut |me| me.with_row(&b, then));
            me.lacks.truncate(depth);
            flow
        });
        self.settle(cursor, pick, waiting, rows.is_continue());
        flow
    }

    /// `A without B for d` (M2.4).
    fn without(
        &mut self,
        (first, end): (&'a Scan, &'a Scan),
        cursor: Option<usize>,
        spell: Spell,
        pick: Pick,
        then: Then<'_, 'a>,
    ) -> ControlFlow<()> {
        let from = self.earliest(cursor, spell);
        let mut waiting = Waiting::default();
        // Not that of the rows: it also ends at the first that is not due yet.
        let mut flow = Continue(());
        let rows = self.rows(first, from, pick, &mut |me, a| {
            let begin = a.stamp.time;
            waiting.see(begin);
            if me.first_after(end, a, i64::MAX).is_some() {
                return Continue(());
            }
            waiting.wait(begin, true);
            let due = begin.saturating_add(spell.hold);
            if due > me.now {
                note(&mut me.deadline, me.now, due);
                // In canonical order all that follow are due later still.
                return if pick == Pick::Oldest { Break(()) } else { Continue(()) };
            }
            let mut lacks = Vec::new();
            if let Seen::Ended(end) = me.seen(end, begin, due, &mut lacks).seen
                && end >= begin
            {
                return Continue(());
            }
            note(&mut me.deadline, me.now, due.saturating_add(spell.keep));
            flow = me.lacking(lacks, &mut |me| me.with_row(a, then));
            flow
        });
        self.settle(cursor, pick, waiting, rows.is_continue());
        flow
    }

    /// The time of the first event that can still count: older ones are settled, or have been for too
    /// long.
    fn earliest(&self, cursor: Option<usize>, spell: Spell) -> i64 {
        let reach = spell.hold.saturating_add(spell.keep);
        let cursor = self.view.cursors.zip(cursor);
        let settled = cursor.map_or(i64::MIN, |(cursors, cursor)| cursors.get(cursor, &self.key));
        self.now.saturating_sub(reach).saturating_add(1).max(settled)
    }

    /// Notes how far everything is settled, after a walk in canonical order. `all` says that it went
    /// to the end: where all is settled, what comes next comes later.
    fn settle(&mut self, cursor: Option<usize>, pick: Pick, waiting: Waiting, all: bool) {
        let last = waiting.last.filter(|_| all).map(|last| last.saturating_add(1));
        if let (Some(cursor), Pick::Oldest, Some(to)) = (cursor, pick, waiting.first.or(last)) {
            self.settled.push((cursor, to));
        }
    }

    /// `P for d` (M2.6).
    fn sustained(
        &mut self,
        scan: &'a Scan,
        hold: &'a Ex,
        pick: Pick,
        then: Then<'_, 'a>,
    ) -> ControlFlow<()> {
        let hold = self.length(hold);
        self.rows(scan, i64::MIN, pick, &mut |me, met| {
            let due = met.stamp.time.saturating_add(hold);
            match me.has_held(scan, met, due) {
                None => Continue(()),
                Some(lacks) => me.lacking(lacks, &mut |me| me.with_row(met, then)),
            }
        })
    }

    /// `no A for d per E` (M2.5).
    fn silence(
        &mut self,
        of: &'a Scan,
        hold: &'a Ex,
        per: &'a Scan,
        pick: Pick,
        then: Then<'_, 'a>,
    ) -> ControlFlow<()> {
        let hold = self.length(hold);
        let from = self.now.saturating_sub(hold).saturating_add(1);
        self.rows(per, i64::MIN, pick, &mut |me, met| {
            let mut again = None;
            let _ = me.rows(of, from, Pick::Newest, &mut |_, of| {
                again = Some(of.stamp.time.saturating_add(hold));
                Break(())
            });
            if let Some(again) = again {
                note(&mut me.deadline, me.now, again);
                return Continue(());
            }
            let began = met.stamp.time;
            let due = began.saturating_add(hold);
            let Some(mut lacks) = me.has_held(per, met, due) else { return Continue(()) };
            let answer = me.seen(of, from, me.now, &mut lacks);
            // Silence is always due now; where coverage has ended it has not happened (M3.2).
            if matches!(answer.seen, Seen::Ended(end) if end >= began) {
                return Continue(());
            }
            me.note_turn(answer.turns, hold);
            me.lacking(lacks, &mut |me| me.with_row(met, then))
        })
    }

    /// Whether a row has held until it was due; where it was there when first observed, how long it
    /// had held before is unknown (M5.2).
    fn has_held(&mut self, scan: &'a Scan, met: &Met, due: i64) -> Option<Vec<Lack>> {
        if met.marks & ASSUMED != 0 {
            return None;
        }
        if due <= self.now {
            return Some(Vec::new());
        }
        note(&mut self.deadline, self.now, due);
        if met.marks & FIRST == 0 {
            return None;
        }
        let reads = self.view.programs.covers.get(scan.relation);
        let wants = reads.into_iter().flat_map(|cover| &cover.reads).map(|read| read.relation);
        Some(wants.map(|of| Lack { want: Want::Relation(of), weak: false }).collect())
    }

    fn lacking(&mut self, lacks: Vec<Lack>, then: Then<'_, 'a>) -> ControlFlow<()> {
        let depth = self.lacks.len();
        self.lacks.extend(lacks);
        let flow = then(self);
        self.lacks.truncate(depth);
        flow
    }

    /// The first row after another (M1.6), at most at `latest`. Its variables stay bound.
    pub(crate) fn first_after(&mut self, scan: &'a Scan, after: &Met, latest: i64) -> Option<Met> {
        let from = self.view.sources.earliest_after(&after.stamp);
        let mut found = None;
        let _ = self.rows(scan, from, Pick::Oldest, &mut |me, met| {
            if met.stamp.time > latest {
                return Break(());
            }
            if met.is(after) || !me.view.sources.not_before(&after.stamp, &met.stamp) {
                return Continue(());
            }
            found = Some(*met);
            Break(())
        });
        found
    }

    /// Whether a row lies after the first and not after the second of two others.
    pub(crate) fn is_between(&mut self, scan: &'a Scan, a: &Met, b: &Met) -> bool {
        let from = self.view.sources.earliest_after(&a.stamp);
        let mut found = false;
        let _ = self.rows(scan, from, Pick::Oldest, &mut |me, met| {
            let sources = me.view.sources;
            found = !met.is(a)
                && !met.is(b)
                && sources.not_before(&a.stamp, &met.stamp)
                && sources.not_before(&met.stamp, &b.stamp);
            if found { Break(()) } else { Continue(()) }
        });
        found
    }

    /// Whether a chosen row has the key's values.
    fn agrees(&self, scan: &Scan, row: RowId) -> bool {
        if scan.after.is_empty() {
            return true;
        }
        let words = self.view.relations.get(scan.relation).map_or(&[][..], |of| of.words(row));
        scan.after.iter().all(|(field, slot)| at(words, *field) == at(&self.slots, *slot))
    }

    pub(crate) fn stamp_in(&self, relation: usize, row: RowId) -> Stamp {
        let meta = self.view.relations.get(relation).and_then(|of| of.meta(row));
        meta.map_or(Stamp::concluded(i64::MIN), |meta| meta.stamp)
    }

    /// Until when a row stood: the last column of a superseded one says so.
    pub(crate) fn until(&self, relation: usize, row: RowId) -> i64 {
        if relation < self.view.programs.relations {
            return i64::MAX;
        }
        let words = self.view.relations.get(relation).and_then(|of| of.words(row).last());
        words.map_or(i64::MIN, |word| as_int(*word))
    }
}
