//! Aggregates over the matches of a source (M2.8).

use alloc::{collections::BTreeSet, vec::Vec};
use core::{cmp::Ordering, ops::ControlFlow::Continue};

use etio_plan::{AggOp, Pick, Type};

use crate::{
    program::{Kind, Src, Window},
    store::{
        row::{ASSUMED, EVENTFUL, MOST_EVIDENCE, Marks, RowId, SUSPECT, WEAK},
        run::skip,
    },
    think::{
        eval::{Eval, Facts, Lack},
        inexact::Bound,
    },
    value::{
        expr::{Ex, note},
        word::{ABSENT, Key, Word, as_int, int, key_at},
    },
};

/// What an aggregate rests on.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) marks: Marks,
    pub(crate) rows: Vec<Facts>,
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
}

impl<'a> Eval<'a> {
    /// The value of an aggregate; none where there is nothing to take the least or greatest of.
    pub(crate) fn aggregate(
        &mut self,
        op: AggOp,
        arg: Option<&'a Ex>,
        ty: &Type,
        of: &'a Src,
    ) -> Option<(Word, Found)> {
        let mut found = Found::default();
        if op == AggOp::Count
            && let Some(count) = self.count_plain(of, &mut found)
        {
            self.bound(op, of, &mut found);
            return Some((count, found));
        }
        let mut sum = Sum { op, ty, value: None, seen: BTreeSet::new() };
        let (depth, marks) = (self.lacks.len(), self.marks);
        let mut doubt: Vec<Lack> = Vec::new();
        let _ = self.matches(of, Pick::Oldest, &mut |me| {
            let word = arg.map_or(1, |arg| me.eval(arg, &[]));
            if word == ABSENT {
                return Continue(());
            }
            let new = me.lacks.get(depth..).unwrap_or_default();
            if me.marks & !marks & SUSPECT != 0 || new.iter().any(|lack| !lack.weak) {
                doubt.extend_from_slice(new);
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
        found.lacks = doubt;
        self.bound(op, of, &mut found);
        match sum.result() {
            ABSENT if found.lacks.iter().all(|lack| lack.weak) => None,
            word => Some((word, found)),
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
    fn count_plain(&mut self, of: &'a Src, found: &mut Found) -> Option<Word> {
        let Kind::Rows { scan, window } = &of.kind else { return None };
        let relations = self.view.relations;
        let relation = relations.get(scan.relation)?;
        let (from, last) = match window {
            Window::Last(d) => {
                let d = self.length(d);
                (self.now.saturating_sub(d).saturating_add(1), Some(d))
            }
            Window::Since(x) => match self.eval(x, &[]) {
                ABSENT => return Some(0),
                x => (as_int(x), None),
            },
            Window::Stands | Window::AsOf(_) => return None,
        };
        // Only events are neither assumed nor on their way out.
        if !scan.is_plain() || !self.view.programs.is_event(scan.relation) {
            return None;
        }
        self.work += 1;
        let Some(key) = self.probe(scan) else { return Some(0) };
        let rows = relation.find(scan.index, &key);
        let start = skip(rows, |row| relation.time(row) < from);
        let count = rows.len() - start;
        if count > 0 {
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
        Some(count as Word)
    }

    /// How many times the value changed between one version of a row and the next in the window.
    pub(crate) fn changes(&mut self, of: &'a Src, arg: Option<&'a Ex>) -> Option<(Word, Found)> {
        let mut found = Found::default();
        let Kind::Rows { scan, window } = &of.kind else { return Some((0, found)) };
        let from = match window {
            Window::Last(d) => {
                let d = self.length(d);
                (self.now.saturating_sub(d).saturating_add(1), Some(d))
            }
            Window::Since(x) => match self.eval(x, &[]) {
                ABSENT => return Some((0, found)),
                x => (as_int(x), None),
            },
            Window::Stands | Window::AsOf(_) => (i64::MIN, None),
        };
        let mut versions: Vec<Version> = Vec::new();
        let schema = self.view.programs.schema.get(scan.relation)?;
        let (key, types) = (&schema.key, &schema.key_types);
        let tables = [scan.past, Some((scan.relation, scan.index))];
        for (relation, index) in tables.into_iter().flatten() {
            let Some(table) = self.view.relations.get(relation) else { continue };
            let mut rows = self.rows_of(scan, (relation, index), i64::MIN, Pick::Oldest);
            while let Some(met) = self.meet(&mut rows) {
                if met.header.marks() & ASSUMED == 0 {
                    let key = key_at(table.words(met.header.row), key);
                    let value = arg.map_or(ABSENT, |arg| self.eval(arg, &[]));
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
        self.bound(AggOp::Changes, of, &mut found);
        Some((count, found))
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
            (AggOp::Count, known) => known.unwrap_or(0) + 1,
            (_, None) => word,
            (AggOp::Min, Some(known)) => better(known, Ordering::Less),
            (AggOp::Max, Some(known)) => better(known, Ordering::Greater),
            (AggOp::Sum | AggOp::Changes, Some(known)) => {
                int(as_int(known).saturating_add(as_int(word)))
            }
        });
    }

    fn result(&self) -> Word {
        match self.op {
            AggOp::Distinct => self.seen.len() as Word,
            AggOp::Min | AggOp::Max => self.value.unwrap_or(ABSENT),
            AggOp::Count | AggOp::Sum | AggOp::Changes => self.value.unwrap_or(0),
        }
    }
}
