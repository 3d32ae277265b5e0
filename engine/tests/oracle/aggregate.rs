//! Aggregates: over all matches, by the names of the key (M2.8).

use std::{collections::BTreeSet, rc::Rc};

use etio_plan::{AggOp, Expr, SlotId, Source, Value, Window};

use super::{
    Row,
    calc::number,
    solve::{Binding, Bound, Slot, Solver, atoms, bare},
};

impl Solver<'_> {
    /// Matches by what these variables say (M2.8).
    pub(super) fn groups(&self, by: &[SlotId], found: Vec<Binding>) -> Vec<Vec<Binding>> {
        let mut groups: Vec<(Vec<Value>, Vec<Binding>)> = Vec::new();
        for binding in found {
            let key: Vec<Value> = by.iter().map(|slot| binding.value(*slot)).collect();
            match groups.iter_mut().find(|(known, _)| *known == key) {
                Some((_, of)) => of.push(binding),
                None => groups.push((key, vec![binding])),
            }
        }
        groups.into_iter().map(|(_, of)| of).collect()
    }

    /// The names of the key that the source is first to bind.
    pub(super) fn group_slots(&self, source: &Source, before: &Binding) -> Vec<SlotId> {
        let bound: BTreeSet<SlotId> = atoms(source)
            .iter()
            .flat_map(|atom| atom.binds.iter().map(|(_, slot)| *slot))
            .collect();
        let free = |slot: &&SlotId| matches!(before.slots[slot.index()], Slot::Free);
        self.rule.key.iter().filter(free).filter(|slot| bound.contains(slot)).copied().collect()
    }

    /// The binding with what the source is first to name of the key, and the matches that say so. Where it
    /// names nothing there is one group, which may be empty (M7.27).
    fn each_group(
        &self,
        of: &Source,
        binding: &Binding,
        found: Vec<Binding>,
    ) -> Vec<(Binding, Vec<Binding>)> {
        let by = self.group_slots(of, binding);
        let mut groups = self.groups(&by, found);
        if groups.is_empty() && by.is_empty() {
            groups.push(vec![]);
        }
        let with = |group: Vec<Binding>| {
            let mut next = binding.clone();
            by.iter().for_each(|slot| next.set(*slot, Slot::Value(group[0].value(*slot))));
            (next, group)
        };
        groups.into_iter().map(with).collect()
    }

    pub(super) fn aggregate(
        &self,
        into: SlotId,
        op: AggOp,
        arg: Option<&Expr>,
        of: &Source,
        binding: &Binding,
    ) -> Vec<Binding> {
        if op == AggOp::Changes {
            return self.changes(into, arg.expect("what changes"), of, binding);
        }
        let mut found = self.matches(of, &bare(binding));
        found.retain(|of| arg.is_none_or(|arg| !self.sight(of, None).eval(arg).is_null()));
        let mut results = Vec::new();
        for (mut next, group) in self.each_group(of, binding, found) {
            let mut doubt = self.unseen(of, &next);
            // A match that is not sure may be none.
            group.iter().for_each(|of| doubt.add(&of.doubt.of_absence()));
            let sure = group.iter().filter(|of| !of.doubt.is_open());
            let values: Vec<Value> = sure
                .map(|of| arg.map_or(Value::Int(1), |arg| self.sight(of, None).eval(arg)))
                .collect();
            // It rests on those that are sure, and is as plain as they are (M7.5).
            for of in group.iter().filter(|of| !of.doubt.is_open()) {
                next.doubt.weak |= of.doubt.weak;
                // The last row of a match stands for it (M7.15).
                next.rows.extend(of.rows[binding.rows.len()..].last().cloned());
            }
            next.set(into, Slot::Value(fold(op, values)));
            if !doubt.is_none() {
                let bound = match op {
                    AggOp::Count | AggOp::Distinct | AggOp::Max | AggOp::Changes => Bound::AtLeast,
                    AggOp::Min => Bound::AtMost,
                    AggOp::Sum => Bound::Nothing,
                };
                next.inexact.push((into, bound, doubt));
            }
            results.push(next);
        }
        results
    }

    /// How often a row's value became another within the window, the row standing all the while.
    fn changes(&self, into: SlotId, arg: &Expr, of: &Source, binding: &Binding) -> Vec<Binding> {
        let Source::Rows { atom, window: Window::Within(d) } = of else {
            panic!("changes without a window")
        };
        let d = self.sight(binding, None).duration(d);
        let versions = self.world.versions[atom.relation.index()].iter();
        let versions: Vec<_> = versions.filter(|of| !of.row.past.assumed).collect();
        let mut changed = Vec::new();
        for pair in versions.windows(2) {
            let [before, after] = pair else { continue };
            let counts =
                after.from <= self.world.told && self.world.now < after.from.saturating_add(d);
            if before.key != after.key || before.to < after.from || !counts {
                continue;
            }
            let fit = |row: &Rc<Row>| self.fit(atom, row, binding);
            if let (Some(was), Some(is)) = (fit(&before.row), fit(&after.row)) {
                let value = |with: &Binding, row: &Rc<Row>| self.sight(with, Some(row)).eval(arg);
                if value(&was, &before.row) != value(&is, &after.row) {
                    changed.push(is);
                }
            }
        }
        let of_group = |(mut next, group): (Binding, Vec<Binding>)| {
            let to = self.vouched();
            let from = to.saturating_sub(d).saturating_add(1);
            let doubt = self.lack(&self.asked(atom, &next, from, to), &next.rows);
            next.set(into, Slot::Value(Value::Int(group.len() as i64)));
            next.rows.extend(group.iter().filter_map(|of| of.rows.last()).cloned());
            if !doubt.is_none() {
                next.inexact.push((into, Bound::AtLeast, doubt));
            }
            next
        };
        self.each_group(of, binding, changed).into_iter().map(of_group).collect()
    }
}

fn fold(op: AggOp, values: Vec<Value>) -> Value {
    let values: Vec<Value> = values.into_iter().filter(|value| !value.is_null()).collect();
    let numbers = || values.iter().filter_map(|value| Some((number(value)?, value)));
    match op {
        AggOp::Count => Value::Int(values.len() as i64),
        AggOp::Distinct => {
            let different: BTreeSet<String> = values.iter().map(|v| format!("{v:?}")).collect();
            Value::Int(different.len() as i64)
        }
        AggOp::Sum => {
            let sum: i128 = numbers().map(|(n, _)| i128::from(n)).sum();
            Value::Int(sum.clamp(i128::from(i64::MIN + 1), i128::from(i64::MAX)) as i64)
        }
        AggOp::Min => numbers().min_by_key(|(n, _)| *n).map_or(Value::Null, |(_, v)| v.clone()),
        AggOp::Max => numbers().max_by_key(|(n, _)| *n).map_or(Value::Null, |(_, v)| v.clone()),
        AggOp::Changes => unreachable!("counted over versions"),
    }
}
