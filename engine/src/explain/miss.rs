//! Why nothing makes a condition hold: the row that comes closest, and where it differs.

use alloc::{boxed::Box, vec::Vec};
use core::ops::ControlFlow::{Break, Continue};

use etio_plan::{Cmp, FieldId, Pick, RelId, SlotId, Value};
use etio_proof::{Miss, Outcome, Part, Step as Shown, Support};

use crate::{
    explain::book::Book,
    program::{Assign, Kind, Scan, Src, Step, Window},
    store::row::{ENDED, LAPSED, RowId},
    think::{eval::Eval, scan::Met},
    value::{
        expr::Ex,
        word::{ABSENT, Word, as_int, at, int, put},
    },
};

/// How far a row is from what a condition asks; more differs in more, and in what matters more.
pub(crate) type Distance = u32;

/// Another key than the one asked about is further away than another value, and that than another time.
pub(crate) const KEY: Distance = 100;
const VALUE: Distance = 10;
const TIME: Distance = 1;

/// The row that comes closest to a pattern.
struct Near {
    distance: Distance,
    row: (usize, RowId),
    parts: Vec<Part>,
}

impl<'a> Eval<'a> {
    /// Says of a condition that nothing makes hold here what came closest, and how close.
    pub(crate) fn fail(
        &mut self,
        book: &mut Book<'_>,
        rule: usize,
        step: &'a Step,
    ) -> (Shown, Distance) {
        let mut shown = Shown {
            outcome: Outcome::Fails,
            facts: Vec::new(),
            value: None,
            absent: Vec::new(),
            miss: None,
            inside: None,
        };
        let (miss, distance) = match step {
            Step::Each(src) | Step::Pick { of: src, .. } | Step::Agg { of: src, .. } => {
                shown.absent = self.absent(book, src);
                self.missing(book, src)
            }
            Step::No(src) => (self.present(book, src), TIME),
            Step::Test { ex, .. } => (Some(self.untrue(book, rule, ex, None)), VALUE),
            Step::Let(Assign { ex, slot, .. }) | Step::Member(Assign { ex, slot, .. }) => {
                (Some(self.untrue(book, rule, ex, Some(*slot))), VALUE)
            }
        };
        shown.miss = miss.map(Box::new);
        (shown, distance)
    }

    /// What comes closest to a match of a source.
    fn missing(&mut self, book: &mut Book<'_>, src: &'a Src) -> (Option<Miss>, Distance) {
        let scan = src.first();
        let slots = self.slots.clone();
        let Some(near) = self.nearest(book, scan, |me, row| me.out_of_window(src, row)) else {
            return (Some(Miss::Nothing(RelId(scan.relation as u32))), 4 * KEY);
        };
        if near.parts.is_empty() {
            self.differs(book, scan, near.row);
            let miss = self.untimely(book, src, near.row);
            self.slots = slots;
            return (miss, TIME);
        }
        let fact = book.fact(self, near.row);
        (fact.map(|fact| Miss::Near { fact, parts: near.parts }), near.distance)
    }

    /// What a plain row is late or early by.
    fn out_of_window(&mut self, src: &'a Src, row: (usize, RowId)) -> Option<Part> {
        let (time, until) = (self.stamp_in(row.0, row.1).time, self.until(row.0, row.1));
        let Kind::Rows { window, .. } = &src.kind else { return None };
        match window {
            Window::Stands => (until != i64::MAX).then_some(Part::Over(until)),
            Window::Last(d) => {
                let until = time.saturating_add(self.length(d));
                (until <= self.now).then_some(Part::Over(until))
            }
            Window::Since(x) => {
                let x = self.instant(x)?;
                (time < x).then_some(Part::Before(x))
            }
            Window::AsOf(x) => {
                let x = self.instant(x)?;
                if time > x {
                    Some(Part::After(x))
                } else {
                    (until <= x).then_some(Part::Over(until))
                }
            }
        }
    }

    /// A row as a scan would meet it.
    fn met(&self, (relation, row): (usize, RowId)) -> Option<Met<'a>> {
        let (header, _) = self.view.relations.get(relation)?.row(row)?;
        Some(Met { relation, header })
    }

    fn instant(&mut self, ex: &'a Ex) -> Option<i64> {
        match self.eval(ex, &[]) {
            ABSENT => None,
            word => Some(as_int(word)),
        }
    }

    /// What is wrong with a first row that is as it should be. Its variables are bound.
    fn untimely(&mut self, book: &mut Book<'_>, src: &'a Src, row: (usize, RowId)) -> Option<Miss> {
        let met = self.met(row)?;
        let time = met.header.time();
        match &src.kind {
            Kind::Rows { .. } => None,
            Kind::Then { next, within, without, keep, .. } => {
                let latest = time.saturating_add(self.length(within));
                if let Some(b) = self.first_after(next, met, latest) {
                    let until = b.header.time().saturating_add(*keep);
                    let between = without
                        .as_ref()
                        .and_then(|without| self.is_between(without, met, b).then_some(without));
                    if let Some(between) = between {
                        return self.against(book, between, time);
                    }
                    let fact = book.fact(self, (b.relation, b.header.row))?;
                    return Some(Miss::Time(Support { fact, from: time, until }));
                }
                let nearest = self.nearest(book, next, |me, of| {
                    let stamp = me.stamp_in(of.0, of.1);
                    if of == row || !me.view.sources.not_before(&met.header.stamp(), &stamp) {
                        return Some(Part::Before(time));
                    }
                    (stamp.time > latest).then_some(Part::After(latest))
                });
                self.alone(book, row, next, nearest)
            }
            Kind::Without { end, .. } => {
                if let Some(end) = self.first_after(end, met, i64::MAX) {
                    let fact = book.fact(self, (end.relation, end.header.row))?;
                    let from = end.header.time();
                    return Some(Miss::Against(Support { fact, from, until: i64::MAX }));
                }
                self.time(book, src, row)
            }
            Kind::Sustained { .. } => self.time(book, src, row),
            Kind::Silence { of, hold, .. } => {
                let hold = self.length(hold);
                let from = self.now.saturating_sub(hold).saturating_add(1);
                let Some(heard) = self.first(of, from, Pick::Newest) else {
                    return self.time(book, src, row);
                };
                let from = heard.header.time();
                let fact = book.fact(self, (heard.relation, heard.header.row))?;
                Some(Miss::Against(Support { fact, from, until: from.saturating_add(hold) }))
            }
        }
    }

    /// A row that waits, or is over.
    fn time(&mut self, book: &mut Book<'_>, src: &'a Src, row: (usize, RowId)) -> Option<Miss> {
        let time = self.stamp_in(row.0, row.1).time;
        let (from, until) = self.counts(src, time, i64::MAX);
        let fact = book.fact(self, row)?;
        Some(Miss::Time(Support { fact, from, until }))
    }

    /// The first row of a pattern from an instant on, which should not be there.
    fn against(&mut self, book: &mut Book<'_>, scan: &'a Scan, from: i64) -> Option<Miss> {
        let met = self.first(scan, from, Pick::Oldest)?;
        let fact = book.fact(self, (met.relation, met.header.row))?;
        Some(Miss::Against(Support { fact, from: met.header.time(), until: i64::MAX }))
    }

    fn alone(
        &mut self,
        book: &mut Book<'_>,
        row: (usize, RowId),
        scan: &'a Scan,
        nearest: Option<Near>,
    ) -> Option<Miss> {
        let fact = book.fact(self, row)?;
        let (nearest, parts) = match nearest {
            Some(near) => (book.fact(self, near.row), near.parts),
            None => (None, Vec::new()),
        };
        Some(Miss::Alone { fact, relation: RelId(scan.relation as u32), nearest, parts })
    }

    /// The match that a `no` finds.
    fn present(&mut self, book: &mut Book<'_>, src: &'a Src) -> Option<Miss> {
        let depth = self.path.len();
        let mut found = None;
        let _ = self.matches(src, Pick::Newest, &mut |me| {
            let rows = me.path.get(depth..).unwrap_or_default();
            found = rows.iter().flat_map(|facts| me.facts(*facts)).last();
            if me.lacks.iter().all(|lack| lack.weak) { Break(()) } else { Continue(()) }
        });
        let row = found?;
        let time = self.stamp_in(row.0, row.1).time;
        let (from, until) = self.counts(src, time, self.until(row.0, row.1));
        let fact = book.fact(self, row)?;
        Some(Miss::Against(Support { fact, from, until }))
    }

    /// A value that is not as it should be: that of a test, or of a variable that is known already.
    fn untrue(&mut self, book: &Book<'_>, rule: usize, ex: &'a Ex, known: Option<u16>) -> Miss {
        let known = known.filter(|slot| at(&self.slots, *slot) != ABSENT);
        let mut read: Vec<u16> = known.into_iter().collect();
        ex.visit(&mut |ex| {
            if let Ex::Slot(slot) = ex
                && !read.contains(slot)
            {
                read.push(*slot);
            }
        });
        self.deadline = i64::MAX;
        self.eval(ex, &[]);
        let turns = Some(self.deadline).filter(|turn| *turn != i64::MAX);
        let value =
            |slot: u16| (SlotId(slot), book.variable(self.symbols, rule, slot, &self.slots));
        Miss::Untrue { values: read.into_iter().map(value).collect(), turns }
    }

    /// The row of a pattern's relation that comes closest, of equals the newest. `late` says what is
    /// wrong with its time.
    fn nearest(
        &mut self,
        book: &Book<'_>,
        scan: &'a Scan,
        mut late: impl FnMut(&mut Self, (usize, RowId)) -> Option<Part>,
    ) -> Option<Near> {
        let relations = self.view.relations;
        let slots = self.slots.clone();
        let mut best: Option<Near> = None;
        for (table, _) in scan.tables() {
            let Some(rows) = relations.get(table) else { continue };
            for row in rows.all().filter(|row| rows.marks(*row) & (ENDED | LAPSED) == 0) {
                self.work += 1;
                if self.is_over() {
                    break;
                }
                let (mut distance, mut parts) = self.differs(book, scan, (table, row));
                if let Some(part) = late(self, (table, row)) {
                    distance += TIME;
                    parts.push(part);
                }
                self.slots.clone_from(&slots);
                let nearer = best.as_ref().is_none_or(|best| {
                    let newer = || self.is_newer((table, row), best.row);
                    distance < best.distance || (distance == best.distance && newer())
                });
                if nearer {
                    best = Some(Near { distance, row: (table, row), parts });
                }
            }
        }
        best
    }

    /// Whether a row comes after another in canonical order.
    fn is_newer(&self, a: (usize, RowId), b: (usize, RowId)) -> bool {
        let (x, y) = (self.stamp_in(a.0, a.1), self.stamp_in(b.0, b.1));
        let relations = self.view.relations;
        let words =
            |row: (usize, RowId)| relations.get(row.0).map_or(&[][..], |of| of.words(row.1));
        let types = relations.get(a.0).map_or(&[][..], |of| &of.types);
        let order = self.view.sources.compare(&x, &y);
        order.then_with(|| self.symbols.compare_all(types, words(a), words(b))).is_gt()
    }

    /// Binds a pattern's variables to a row and says where it differs, times apart.
    fn differs(
        &mut self,
        book: &Book<'_>,
        scan: &'a Scan,
        (table, row): (usize, RowId),
    ) -> (Distance, Vec<Part>) {
        let relations = self.view.relations;
        let words = relations.get(table).map_or(&[][..], |of| of.words(row));
        let (mut distance, mut parts) = (0, Vec::new());
        for (column, (ex, may_lack)) in scan.columns.iter().zip(&scan.probe) {
            let (wanted, found) = (self.eval(ex, &[]), at(words, *column));
            // What is not known of the key asked about may be anything.
            let open = wanted == ABSENT && !may_lack;
            if wanted == found || open {
                if let (true, Ex::Slot(slot)) = (open, ex) {
                    put(&mut self.slots, *slot, found);
                }
                continue;
            }
            distance += if matches!(ex, Ex::Const(_)) { VALUE } else { KEY };
            parts.push(self.other_value(book, scan, *column, wanted));
        }
        for (field, slot) in scan.binds.iter().chain(&scan.optional) {
            put(&mut self.slots, *slot, at(words, *field));
        }
        for (field, _) in scan.binds.iter().filter(|(field, _)| at(words, *field) == ABSENT) {
            distance += VALUE;
            parts.push(Part::Lacks(FieldId(*field)));
        }
        let time = self.stamp_in(table, row).time;
        put(&mut self.slots, scan.row, int(time));
        for (field, slot) in &scan.after {
            let wanted = at(&self.slots, *slot);
            if wanted != at(words, *field) && wanted != ABSENT {
                distance += KEY;
                parts.push(self.other_value(book, scan, *field, wanted));
            }
        }
        let unindexed = scan.columns.get(scan.indexed..).unwrap_or_default();
        for test in scan.tests.iter() {
            // What no index looks for is a test too; it has been looked at.
            let cell = match test {
                Ex::CellIs(field, _) | Ex::CellIsSlot(field, _) => Some(*field),
                Ex::Cmp(Cmp::Eq, _, of) => of.first().and_then(Ex::as_cell),
                _ => None,
            };
            if cell.is_some_and(|field| unindexed.contains(&field)) || self.eval(test, words) == 1 {
                continue;
            }
            distance += VALUE;
            let mut cells: Vec<(FieldId, Value)> = Vec::new();
            test.visit(&mut |ex| {
                if let Ex::Cell(field) = ex {
                    let value = book.value(self.symbols, scan.relation, *field, at(words, *field));
                    if !cells.contains(&value) {
                        cells.push(value);
                    }
                }
            });
            parts.push(Part::Test(cells));
        }
        (distance, parts)
    }

    fn other_value(&self, book: &Book<'_>, scan: &Scan, field: u16, wanted: Word) -> Part {
        let (field, wanted) = book.value(self.symbols, scan.relation, field, wanted);
        Part::Field { field, wanted }
    }

    /// What is known of the rows that a pattern asks for.
    pub(crate) fn known(&mut self, scan: &'a Scan) -> Vec<(u16, Word)> {
        let mut known = Vec::with_capacity(scan.columns.len());
        for (column, (ex, _)) in scan.columns.iter().zip(&scan.probe) {
            match self.eval(ex, &[]) {
                ABSENT => {}
                word => known.push((*column, word)),
            }
        }
        known
    }

    /// Fills in what is not known of the key from the first row that is right but for that. Says
    /// whether there is one.
    pub(crate) fn fill_key(&mut self, book: &Book<'_>, key: &[u16], step: &'a Step) -> bool {
        let (Step::Each(src) | Step::Pick { of: src, .. } | Step::Agg { of: src, .. }) = step
        else {
            return false;
        };
        let before = self.slots.clone();
        let near = self.nearest(book, src.first(), |_, _| None);
        let Some(near) = near.filter(|near| near.distance == 0) else { return false };
        self.differs(book, src.first(), near.row);
        let filled = |slot: &u16| at(&before, *slot) == ABSENT && at(&self.slots, *slot) != ABSENT;
        key.iter().any(filled)
    }
}

impl Src {
    /// The pattern whose rows it binds first.
    pub(crate) fn first(&self) -> &Scan {
        match &self.kind {
            Kind::Rows { scan, .. } | Kind::Sustained { scan, .. } => scan,
            Kind::Then { first, .. } | Kind::Without { first, .. } => first,
            Kind::Silence { per, .. } => per,
        }
    }
}
