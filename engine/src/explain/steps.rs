//! From a way through conditions to what a proof says of each.

use alloc::vec::Vec;
use core::slice;

use etio_plan::RelId;
use etio_proof::{Absence, Cover, Outcome, Step as Shown, Support};

use crate::{
    explain::{
        book::Book,
        trace::{Mark, Way},
    },
    program::{Assign, Kind, Scan, Src, Step, Window},
    store::{coverage::Query, row::RowId, span::Seen},
    think::eval::Eval,
    value::word::{ABSENT, as_int},
};

impl<'a> Eval<'a> {
    /// What a proof says of the conditions of a way. Stands at its end.
    pub(crate) fn show(
        &mut self,
        book: &mut Book<'_>,
        rule: usize,
        steps: &'a [Step],
        way: &Way,
    ) -> Vec<Shown> {
        self.resume(way);
        let with_marks = steps.iter().zip(&way.marks);
        with_marks.map(|(step, mark)| self.show_step(book, rule, step, mark)).collect()
    }

    fn show_step(
        &mut self,
        book: &mut Book<'_>,
        rule: usize,
        step: &'a Step,
        mark: &Mark,
    ) -> Shown {
        let path = self.path.get(mark.path.clone()).unwrap_or_default();
        let rows: Vec<(usize, RowId)> = path.iter().flat_map(|facts| self.facts(*facts)).collect();
        let lacks = self.lacks.get(mark.lacks.clone()).unwrap_or_default();
        let outcome = if lacks.iter().any(|lack| !lack.weak) {
            Outcome::Unknown
        } else if lacks.is_empty() {
            Outcome::Holds
        } else {
            Outcome::Weak
        };
        let mut shown = Shown {
            outcome,
            facts: Vec::new(),
            value: None,
            absent: Vec::new(),
            miss: None,
            inside: None,
        };
        match step {
            Step::Each(src) | Step::Pick { of: src, .. } => {
                shown.facts = self.supports(book, src, &rows);
                shown.absent = self.absent_within(book, src, &rows);
            }
            Step::No(src) => shown.absent = self.absent(book, src),
            Step::Agg { of, by } => {
                // Each stands for a match.
                let each =
                    rows.iter().flat_map(|row| self.supports(book, of, slice::from_ref(row)));
                shown.facts = each.collect();
                shown.absent = self.absent(book, of);
                shown.value = Some(book.variable(self.symbols, rule, by.into, &self.slots));
            }
            Step::Let(Assign { slot, .. }) | Step::Member(Assign { slot, .. }) => {
                shown.value = Some(book.variable(self.symbols, rule, *slot, &self.slots));
            }
            Step::Test { .. } => {}
        }
        shown
    }

    /// The rows of a match, and while when they count.
    fn supports(
        &mut self,
        book: &mut Book<'_>,
        src: &'a Src,
        rows: &[(usize, RowId)],
    ) -> Vec<Support> {
        let last = rows.iter().map(|row| self.stamp_in(row.0, row.1).time).max();
        let mut supports = Vec::with_capacity(rows.len());
        for row in rows {
            let time = self.stamp_in(row.0, row.1).time;
            // The first event of `A then B` counts as long as the second.
            let time = match &src.kind {
                Kind::Then { .. } => last.unwrap_or(time),
                _ => time,
            };
            let (from, until) = self.counts(src, time, self.until(row.0, row.1));
            supports.extend(book.fact(self, *row).map(|fact| Support { fact, from, until }));
        }
        supports
    }

    /// While when a row of this time counts for a source.
    pub(crate) fn counts(&mut self, src: &'a Src, time: i64, until: i64) -> (i64, i64) {
        match &src.kind {
            Kind::Rows { window: Window::Last(d), .. } => {
                (time, time.saturating_add(self.length(d)))
            }
            Kind::Rows { .. } => (time, until),
            Kind::Then { keep, .. } => (time, time.saturating_add(*keep)),
            Kind::Without { hold, keep, .. } => {
                let due = time.saturating_add(self.length(hold));
                (due, due.saturating_add(*keep))
            }
            Kind::Sustained { hold, .. } | Kind::Silence { hold, .. } => {
                (time.saturating_add(self.length(hold)), i64::MAX)
            }
        }
    }

    /// What must be absent for these rows to be a match.
    fn absent_within(
        &mut self,
        book: &Book<'_>,
        src: &'a Src,
        rows: &[(usize, RowId)],
    ) -> Vec<Absence> {
        let times: Vec<i64> = rows.iter().map(|row| self.stamp_in(row.0, row.1).time).collect();
        let (Some(from), Some(to)) = (times.iter().min(), times.iter().max()) else {
            return Vec::new();
        };
        match &src.kind {
            Kind::Then { without: Some(between), .. } => {
                alloc::vec![self.absence(book, between, *from, *to)]
            }
            Kind::Without { end, hold, .. } => {
                let due = from.saturating_add(self.length(hold));
                alloc::vec![self.absence(book, end, *from, due)]
            }
            Kind::Silence { of, hold, .. } => {
                let from = self.now.saturating_sub(self.length(hold)).saturating_add(1);
                alloc::vec![self.absence(book, of, from, self.now)]
            }
            _ => Vec::new(),
        }
    }

    /// What there are no more rows of than those found. The intervals are those of M3.2.
    pub(crate) fn absent(&mut self, book: &Book<'_>, src: &'a Src) -> Vec<Absence> {
        let now = self.now;
        let window = |d: i64, to: i64| to.saturating_sub(d).saturating_add(1);
        let asked: Vec<(&'a Scan, i64, i64)> = match &src.kind {
            Kind::Rows { scan, window: of } => match of {
                Window::Stands => alloc::vec![(scan, now, now)],
                Window::Last(d) => {
                    let d = self.length(d);
                    alloc::vec![(scan, window(d, now), now)]
                }
                Window::Since(x) | Window::AsOf(x) => match (self.eval(x, &[]), of) {
                    (ABSENT, _) => Vec::new(),
                    (x, Window::Since(_)) => alloc::vec![(scan, as_int(x), now)],
                    (x, _) => alloc::vec![(scan, as_int(x), as_int(x))],
                },
            },
            Kind::Then { first, next, within, keep, .. } => {
                let reach = keep.saturating_add(self.length(within));
                alloc::vec![(first, window(reach, now), now), (next, window(*keep, now), now)]
            }
            Kind::Without { first, hold, keep, .. } => {
                let to = now.saturating_sub(self.length(hold));
                alloc::vec![(first, window(*keep, to), to)]
            }
            Kind::Sustained { scan, .. } => alloc::vec![(scan, now, now)],
            Kind::Silence { per, .. } => alloc::vec![(per, now, now)],
        };
        asked.into_iter().map(|(scan, from, to)| self.absence(book, scan, from, to)).collect()
    }

    fn absence(&mut self, book: &Book<'_>, scan: &'a Scan, from: i64, to: i64) -> Absence {
        let known = self.known(scan);
        let query = Query { relation: scan.relation, known: &known, from, to, by: None };
        let (covers, vias) = (&self.view.programs.covers, &self.view.programs.vias);
        let answer = self.view.coverage.query(covers, vias, query, &mut Vec::new());
        let by = self.view.coverage.vouchers(covers, vias, query);
        let scope = known.iter();
        Absence {
            relation: RelId(scan.relation as u32),
            scope: scope
                .map(|(field, word)| book.value(self.symbols, scan.relation, *field, *word))
                .collect(),
            from,
            to,
            seen: match answer.seen {
                Seen::Fully => Outcome::Holds,
                Seen::Weakly => Outcome::Weak,
                Seen::Ended(_) | Seen::Not => Outcome::Unknown,
            },
            by: by
                .into_iter()
                .map(|(relation, source, from, to)| {
                    let relation = RelId(relation as u32);
                    Cover { relation, source, from, to }
                })
                .collect(),
        }
    }
}
