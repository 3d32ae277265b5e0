//! The matches of a source (M2.1 to M2.6), in canonical order of their first rows.

use alloc::vec::Vec;
use core::ops::ControlFlow::{self, Continue};

use etio_plan::Pick;

use crate::{
    program::{Kind, Scan, Src, Window},
    store::{
        row::{ASSUMED, FIRST, RowId},
        sources::Stamp,
        span::Seen,
        support::Want,
        table::Header,
    },
    think::{
        eval::{Eval, Lack, Then},
        scan::Met,
    },
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
            Window::Stands => self.each(scan, i64::MIN, pick, then),
            Window::Last(d) => {
                let d = self.length(d);
                let from = self.now.saturating_sub(d).saturating_add(1);
                let mut rows = self.rows(scan, from, pick);
                while let Some(met) = self.meet(&mut rows) {
                    note(&mut self.deadline, self.now, met.header.time().saturating_add(d));
                    self.with_row(met, then)?;
                }
                Continue(())
            }
            Window::Since(x) => match self.eval(x, &[]) {
                ABSENT => Continue(()),
                x => self.each(scan, as_int(x), pick, then),
            },
            Window::AsOf(x) => match self.eval(x, &[]) {
                ABSENT => Continue(()),
                x => self.as_of(scan, as_int(x), pick, then),
            },
        }
    }

    fn each(
        &mut self,
        scan: &'a Scan,
        from: i64,
        pick: Pick,
        then: Then<'_, 'a>,
    ) -> ControlFlow<()> {
        let mut rows = self.rows(scan, from, pick);
        while let Some(met) = self.meet(&mut rows) {
            self.with_row(met, then)?;
        }
        Continue(())
    }

    /// `E as of a`: the row that stood at the instant (M2.9).
    fn as_of(
        &mut self,
        scan: &'a Scan,
        instant: i64,
        pick: Pick,
        then: Then<'_, 'a>,
    ) -> ControlFlow<()> {
        if let Some((past, index)) = scan.past.as_deref().copied() {
            let mut rows = self.rows_of(scan, (past, index), i64::MIN, pick);
            while let Some(met) = self.meet(&mut rows) {
                if met.header.time() <= instant && instant < self.until(past, met.header.row) {
                    self.with_row(met, then)?;
                }
            }
        }
        let mut rows = self.rows(scan, i64::MIN, pick);
        while let Some(met) = self.meet(&mut rows) {
            if met.header.time() <= instant {
                self.with_row(met, then)?;
            }
        }
        Continue(())
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
        let mut rows = self.rows(first, from, pick);
        while flow.is_continue()
            && let Some(a) = self.meet(&mut rows)
        {
            let begin = a.header.time();
            waiting.see(begin);
            let latest = begin.saturating_add(spell.hold);
            let Some(b) = self.first_after(next, a, latest) else {
                waiting.wait(begin, latest > self.now);
                continue;
            };
            let end = b.header.time();
            let expires = end.saturating_add(spell.keep);
            if expires <= self.now || !self.agrees(next, b.header.row) {
                continue;
            }
            let depth = self.lacks.len();
            if let Some(between) = without {
                if self.is_between(between, a, b) {
                    continue;
                }
                let mut lacks = Vec::new();
                // Where stamps are coarse, what comes after may bear the earlier one (M1.6).
                self.seen_beside(a, between, (begin.min(end), begin.max(end)), &mut lacks);
                self.lacks.append(&mut lacks);
            }
            waiting.wait(begin, true);
            note(&mut self.deadline, self.now, expires);
            flow = self.with_row(a, &mut |me| me.with_row(b, then));
            self.lacks.truncate(depth);
        }
        self.settle(cursor, pick, waiting, flow.is_continue());
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
        let (mut flow, mut all) = (Continue(()), true);
        let mut rows = self.rows(first, from, pick);
        while all && let Some(a) = self.meet(&mut rows) {
            let begin = a.header.time();
            waiting.see(begin);
            if self.first_after(end, a, i64::MAX).is_some() {
                continue;
            }
            waiting.wait(begin, true);
            let due = begin.saturating_add(spell.hold);
            if due > self.now {
                note(&mut self.deadline, self.now, due);
                // In canonical order all that follow are due later still.
                all = pick == Pick::Newest;
                continue;
            }
            let mut lacks = Vec::new();
            if let Seen::Ended(end) = self.seen_beside(a, end, (begin, due), &mut lacks).seen
                && end >= begin
            {
                continue;
            }
            note(&mut self.deadline, self.now, due.saturating_add(spell.keep));
            flow = self.lacking(lacks, &mut |me| me.with_row(a, then));
            all = flow.is_continue();
        }
        self.settle(cursor, pick, waiting, all);
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
        let mut rows = self.rows(scan, i64::MIN, pick);
        while let Some(met) = self.meet(&mut rows) {
            let due = met.header.time().saturating_add(hold);
            if let Some(lacks) = self.has_held(scan, met, due) {
                self.lacking(lacks, &mut |me| me.with_row(met, then))?;
            }
        }
        Continue(())
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
        let mut rows = self.rows(per, i64::MIN, pick);
        while let Some(met) = self.meet(&mut rows) {
            if let Some(last) = self.first(of, from, Pick::Newest) {
                note(&mut self.deadline, self.now, last.header.time().saturating_add(hold));
                continue;
            }
            let began = met.header.time();
            let due = began.saturating_add(hold);
            let Some(mut lacks) = self.has_held(per, met, due) else { continue };
            let answer = self.seen_beside(met, of, (from, self.now), &mut lacks);
            // Silence is always due now; where coverage has ended it has not happened (M3.2).
            if matches!(answer.seen, Seen::Ended(end) if end >= began) {
                continue;
            }
            self.note_turn(answer.turns, hold);
            self.lacking(lacks, &mut |me| me.with_row(met, then))?;
        }
        Continue(())
    }

    /// Whether a row has held until it was due; where it was there when first observed, how long it
    /// had held before is unknown (M5.2).
    fn has_held(&mut self, scan: &'a Scan, met: Met<'_>, due: i64) -> Option<Vec<Lack>> {
        if met.header.marks() & ASSUMED != 0 {
            return None;
        }
        if due <= self.now {
            return Some(Vec::new());
        }
        note(&mut self.deadline, self.now, due);
        if met.header.marks() & FIRST == 0 {
            return None;
        }
        let reads = self.view.programs.covers.get(scan.relation);
        let wants = reads.into_iter().flat_map(|cover| &cover.reads).map(|read| read.relation);
        Some(wants.map(|of| Lack::unknown(Want::Relation(of))).collect())
    }

    fn lacking(&mut self, lacks: Vec<Lack>, then: Then<'_, 'a>) -> ControlFlow<()> {
        let depth = self.lacks.len();
        self.lacks.extend(lacks);
        let flow = then(self);
        self.lacks.truncate(depth);
        flow
    }

    /// The first row after another (M1.6), at most at `latest`. Its variables stay bound.
    pub(crate) fn first_after(
        &mut self,
        scan: &'a Scan,
        after: Met<'_>,
        latest: i64,
    ) -> Option<Met<'a>> {
        let from = self.view.sources.earliest_after(&after.header.stamp());
        let mut rows = self.rows(scan, from, Pick::Oldest);
        loop {
            let met = self.meet(&mut rows).filter(|met| met.header.time() <= latest)?;
            if !met.is(after)
                && self.view.sources.not_before(&after.header.stamp(), &met.header.stamp())
            {
                return Some(met);
            }
        }
    }

    /// Whether a row lies after the first and not after the second of two others, or is the second.
    pub(crate) fn is_between(&mut self, scan: &'a Scan, a: Met<'_>, b: Met<'_>) -> bool {
        let sources = self.view.sources;
        let mut rows = self.rows(scan, sources.earliest_after(&a.header.stamp()), Pick::Oldest);
        while let Some(met) = self.meet(&mut rows) {
            if !met.is(a)
                && sources.not_before(&a.header.stamp(), &met.header.stamp())
                && sources.not_before(&met.header.stamp(), &b.header.stamp())
            {
                return true;
            }
        }
        false
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
        let header = self.view.relations.get(relation).and_then(|of| of.header(row));
        header.map_or(Stamp::concluded(i64::MIN), Header::stamp)
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
