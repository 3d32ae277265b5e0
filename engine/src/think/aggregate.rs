//! Aggregates over the matches of a source (M2.8).

use alloc::{collections::BTreeSet, vec::Vec};
use core::{cmp::Ordering, ops::ControlFlow::Continue};

use etio_plan::{AggOp, Pick, Type};

use crate::{
    program::{Aggregate, Kind, Src, Tallied, Window},
    store::{
        row::{ASSUMED, EVENTFUL, MOST_EVIDENCE, Marks, RowId, SUSPECT, WEAK},
        run::skip,
        tally::Counted,
    },
    think::{
        eval::{Eval, Facts, Lack},
        inexact::Bound,
    },
    value::{
        expr::note,
        word::{ABSENT, Key, Word, as_int, at, key_at, saturated},
    },
};

/// Fewer events are counted anew each time. In debug builds none are, so that tests meet every tally.
const MANY: usize = if cfg!(debug_assertions) { 1 } else { 64 };

/// What an aggregate rests on.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) marks: Marks,
    pub(crate) rows: Vec<Facts>,
    /// Whether there is a match at all, be it a doubtful one.
    pub(crate) any: bool,
    /// What lacks for it to be exact, and what is sure all the same.
    pub(crate) lacks: Vec<Lack>,
    pub(crate) bound: Option<Bound>,
}

/// One version of an entity's row.
struct Version {
    key: Key,
    from: i64,
    until: i64,
    value: Word,
    row: (usize, RowId),
}

/// The state of an aggregate.
struct Sum<'t> {
    op: AggOp,
    ty: &'t Type,
    value: Option<Word>,
    seen: BTreeSet<Word>,
    /// Wide enough for as many numbers as there may be rows: a sum is exact, whatever comes first.
    total: i128,
}

impl<'a> Eval<'a> {
    /// The value of an aggregate; absent where there is nothing to take the least or greatest of.
    pub(crate) fn aggregate(&mut self, by: &'a Aggregate, of: &'a Src) -> (Word, Found) {
        let known = match (by.op, &by.tally) {
            (AggOp::Changes, _) => return self.changes(by, of),
            (_, Some(tally)) => self.tallied(by, of, tally),
            (AggOp::Count, None) => self.count_plain(of),
            _ => None,
        };
        let (word, mut found) = known.unwrap_or_else(|| self.over_all(by, of));
        self.bound(by.op, of, &mut found);
        (word, found)
    }

    /// Looks at all matches.
    fn over_all(&mut self, by: &'a Aggregate, of: &'a Src) -> (Word, Found) {
        let mut found = Found::default();
        let mut sum = Sum { op: by.op, ty: &by.ty, value: None, seen: BTreeSet::new(), total: 0 };
        let (depth, marks) = (self.lacks.len(), self.marks);
        let mut doubt: Vec<Lack> = Vec::new();
        self.marks &= !SUSPECT;
        let _ = self.matches(of, Pick::Oldest, &mut |me| {
            let word = by.arg.as_ref().map_or(1, |arg| me.eval(arg, &[]));
            if word == ABSENT {
                return Continue(());
            }
            found.any = true;
            let new = me.lacks.get(depth..).unwrap_or_default();
            if me.marks & SUSPECT != 0 || new.iter().any(|lack| !lack.weak) {
                doubt.push(Lack::DOUBT);
                doubt.extend(new.iter().map(|lack| Lack { below: false, ..*lack }));
                return Continue(());
            }
            doubt.extend_from_slice(new);
            sum.add(me, word);
            // What is reached with matches that only a lossy relation vouches for is as weak as they are.
            let weak = if new.is_empty() { 0 } else { WEAK };
            found.marks |= (me.marks & !marks) | weak;
            if found.rows.len() < MOST_EVIDENCE {
                found.rows.extend(me.path.last().copied());
            }
            Continue(())
        });
        self.marks = marks;
        found.lacks = doubt;
        (sum.result(), found)
    }

    /// Brings a tally up to date; none where few events count, or not as they did before.
    fn tallied(
        &mut self,
        by: &'a Aggregate,
        of: &'a Src,
        tally: &'a Tallied,
    ) -> Option<(Word, Found)> {
        let op = by.op;
        let Kind::Rows { scan, window } = &of.kind else { return None };
        let relations = self.view.relations;
        let relation = relations.get(scan.relation)?;
        let (from, last) = self.begins(window)?;
        let key = self.probe(scan)?;
        let rows = relation.find(scan.index, &key);
        let start = skip(rows, |row| relation.time(row) < from);
        let read: Key = tally.reads.iter().map(|slot| at(&self.slots, *slot)).collect();
        let count = rows.len() - start;
        // The instant before is asked about once, and all of a rule's work is counted.
        let is_over = self.work + count as u64 >= self.limit;
        if count < MANY || is_over || self.lapse {
            if count < MANY {
                self.tallies.forget(tally.number, &read);
            }
            return None;
        }
        self.work += 1 + count as u64;
        let side = if op == AggOp::Max { Ordering::Greater } else { Ordering::Less };
        let mut known = self.tallies.take(tally.number, &read).since(from, op);
        let seen = known.seen(rows, |row| relation.time(row)).max(start);
        for row in rows.iter().skip(seen) {
            let Some((header, words)) = relation.row(*row) else { continue };
            let time = header.time();
            known.look_at(time, *row);
            if !self.fits(scan, words, header) {
                continue;
            }
            let word = by.arg.as_ref().map_or(1, |arg| self.eval(arg, &[]));
            if word != ABSENT {
                let better = |a, b| self.symbols.compare(&by.ty, a, b) == side;
                known.add(Counted { time, row: *row, word }, op, better);
            }
        }
        let counted = known.counted();
        let word = match op {
            AggOp::Distinct => Some(known.distinct() as Word),
            AggOp::Sum => Some(saturated(known.sum())),
            AggOp::Min | AggOp::Max => Some(known.best().unwrap_or(ABSENT)),
            AggOp::Count | AggOp::Changes => Some(counted.len() as Word),
        };
        let mut found = Found::default();
        if let Some(oldest) = counted.front() {
            found.any = true;
            found.marks |= EVENTFUL;
            if let Some(d) = last {
                note(&mut self.deadline, self.now, oldest.time.saturating_add(d));
            }
        }
        let shown = counted.iter().take(MOST_EVIDENCE);
        found.rows.extend(shown.map(|of| Facts::One(scan.relation, of.row)));
        let oldest = rows.first().map_or(i64::MIN, |row| relation.time(*row));
        self.tallies.put(tally.number, &read, known, oldest);
        Some((word?, found))
    }

    /// Since when events are in a window, and how long it is; none where it is none yet.
    fn begins(&mut self, window: &'a Window) -> Option<(i64, Option<i64>)> {
        match window {
            Window::Last(d) => {
                let d = self.length(d);
                Some((self.now.saturating_sub(d).saturating_add(1), Some(d)))
            }
            Window::Since(x) => match self.eval(x, &[]) {
                ABSENT => None,
                x => Some((as_int(x), None)),
            },
            Window::Stands | Window::AsOf(_) => None,
        }
    }

    /// Adds what the coverage of the source leaves open.
    fn bound(&mut self, op: AggOp, of: &'a Src, found: &mut Found) {
        let mut lacks = Vec::new();
        self.covered(of, &mut lacks);
        found.lacks.append(&mut lacks);
        if !found.lacks.is_empty() {
            found.bound = Some(Bound::of(op));
        }
    }

    /// Counting events that an index alone decides is a subtraction.
    fn count_plain(&mut self, of: &'a Src) -> Option<(Word, Found)> {
        let Kind::Rows { scan, window } = &of.kind else { return None };
        let mut found = Found::default();
        let relations = self.view.relations;
        let relation = relations.get(scan.relation)?;
        // Only events are neither assumed nor on their way out.
        if !scan.is_plain() || !self.view.programs.is_event(scan.relation) {
            return None;
        }
        if matches!(window, Window::Stands | Window::AsOf(_)) {
            return None;
        }
        let Some((from, last)) = self.begins(window) else { return Some((0, found)) };
        self.work += 1;
        let Some(key) = self.probe(scan) else { return Some((0, found)) };
        let rows = relation.find(scan.index, &key);
        let start = skip(rows, |row| relation.time(row) < from);
        let count = rows.len() - start;
        if count > 0 {
            found.any = true;
            found.marks |= EVENTFUL;
            if let (Some(d), Some(oldest)) = (last, rows.get(start)) {
                note(&mut self.deadline, self.now, relation.time(*oldest).saturating_add(d));
            }
            let (of, index) = (scan.relation, scan.index);
            found.rows.push(match (relation.place(index, &key), rows) {
                (Some(place), _) => Facts::Run { relation: of, index, place, from: start },
                (None, rows) => Facts::One(of, rows.first().copied()?),
            });
        }
        Some((count as Word, found))
    }

    /// How many times the value changed between one version of a row and the next in the window.
    fn changes(&mut self, by: &'a Aggregate, of: &'a Src) -> (Word, Found) {
        let mut found = Found::default();
        let Kind::Rows { scan, window } = &of.kind else { return (0, found) };
        let from = match window {
            Window::Stands | Window::AsOf(_) => (i64::MIN, None),
            window => match self.begins(window) {
                Some(from) => from,
                None => return (0, found),
            },
        };
        let mut versions: Vec<Version> = Vec::new();
        let Some(schema) = self.view.programs.schema.get(scan.relation) else {
            return (0, found);
        };
        let (key, types) = (&schema.key, &schema.key_types);
        for (relation, index) in scan.tables().rev() {
            let Some(table) = self.view.relations.get(relation) else { continue };
            let mut rows = self.rows_of(scan, (relation, index), i64::MIN, Pick::Oldest);
            while let Some(met) = self.meet(&mut rows) {
                if met.header.marks() & ASSUMED == 0 {
                    let key = key_at(table.words(met.header.row), key);
                    let value = by.arg.as_ref().map_or(ABSENT, |arg| self.eval(arg, &[]));
                    let (from, until) = (met.header.time(), self.until(relation, met.header.row));
                    versions.push(Version {
                        key,
                        from,
                        until,
                        value,
                        row: (relation, met.header.row),
                    });
                }
            }
        }
        versions.sort_by(|a, b| {
            self.symbols.compare_all(types, &a.key, &b.key).then(a.from.cmp(&b.from))
        });
        let mut count = 0;
        for pair in versions.windows(2) {
            let [before, after] = pair else { continue };
            // A row that was gone in between is another row.
            let follows = before.key == after.key && before.until >= after.from;
            if follows && before.value != after.value && after.from >= from.0 {
                count += 1;
                if let Some(d) = from.1 {
                    note(&mut self.deadline, self.now, after.from.saturating_add(d));
                }
                if found.rows.len() < MOST_EVIDENCE {
                    found.rows.push(Facts::One(after.row.0, after.row.1));
                }
            }
        }
        found.any = count > 0;
        self.bound(AggOp::Changes, of, &mut found);
        (count, found)
    }
}

impl Sum<'_> {
    fn add(&mut self, eval: &Eval<'_>, word: Word) {
        let better = |known: Word, side: Ordering| {
            if eval.symbols.compare(self.ty, word, known) == side { word } else { known }
        };
        self.value = Some(match (self.op, self.value) {
            (AggOp::Distinct, known) => {
                self.seen.insert(word);
                known.unwrap_or(0)
            }
            (AggOp::Count | AggOp::Changes, known) => known.unwrap_or(0) + 1,
            (AggOp::Sum, known) => {
                self.total += i128::from(as_int(word));
                known.unwrap_or(0)
            }
            (_, None) => word,
            (AggOp::Min, Some(known)) => better(known, Ordering::Less),
            (AggOp::Max, Some(known)) => better(known, Ordering::Greater),
        });
    }

    fn result(&self) -> Word {
        match self.op {
            AggOp::Distinct => self.seen.len() as Word,
            AggOp::Min | AggOp::Max => self.value.unwrap_or(ABSENT),
            AggOp::Sum => saturated(self.total),
            AggOp::Count | AggOp::Changes => self.value.unwrap_or(0),
        }
    }
}
