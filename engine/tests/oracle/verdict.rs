//! What a rule concludes at an instant, and how sure that is (M3.3 to M3.5).

use std::{collections::BTreeSet, rc::Rc};

use etio_plan::{Head, Kind, RelId, Rule, Value};

use super::{
    Doubt, Row, World,
    solve::{Binding, Missed, Slot, Solver},
};

/// What is concluded about one key of a finding.
#[derive(Clone, Debug)]
pub(crate) struct Conclusion {
    pub(crate) key: Vec<Value>,
    pub(crate) confirmed: bool,
    pub(crate) needs: BTreeSet<RelId>,
    pub(crate) shown: Binding,
}

/// The relation a rule concludes.
pub(crate) fn concludes(rule: &Rule) -> RelId {
    match &rule.head {
        Head::Derived { relation, .. } => *relation,
        Head::Finding(finding) => finding.relation,
    }
}

/// A row's values, since when its entities say it is so, whether only a lossy relation vouches for
/// it, and the first fact behind it.
pub(crate) type Derived = (Vec<Value>, Option<i64>, bool, Option<Rc<Row>>);

/// The rows of a `derive` block, each with since when its entity says that it is so.
pub(crate) fn derived(world: &World<'_>, rule: &Rule, params: &[Value]) -> Vec<Derived> {
    let Head::Derived { fields, .. } = &rule.head else { return vec![] };
    let solver = Solver { world, rule, params };
    let found = solver.solve(&rule.body.when, &Binding::new(rule), &mut Missed::default());
    let mut rows: Vec<Derived> = Vec::new();
    for binding in found {
        if binding.doubt.unknown {
            continue;
        }
        let value = |field: &Option<_>| {
            field.as_ref().map_or(Value::Null, |expr| solver.value(&binding, expr))
        };
        let values: Vec<Value> = fields.iter().map(value).collect();
        let weak = binding.doubt.weak;
        let since = own_since(world, &binding);
        match rows.iter_mut().find(|(known, ..)| *known == values) {
            Some(known) => {
                known.1 = known.1.min(since);
                known.2 &= weak;
            }
            None => rows.push((values, since, weak, binding.first())),
        }
    }
    rows
}

/// Since when all is so, where only entities say so.
fn own_since(world: &World<'_>, binding: &Binding) -> Option<i64> {
    let mut since = None;
    for slot in &binding.slots {
        if let Slot::Row(row) = slot {
            if world.pack.relations[row.relation.index()].kind != Kind::Entity {
                return None;
            }
            since = since.max(Some(row.since));
        }
    }
    since
}

/// The best verdict for every key of a finding.
pub(crate) fn findings(world: &World<'_>, rule: &Rule, params: &[Value]) -> Vec<Conclusion> {
    let solver = Solver { world, rule, params };
    let found = solver.solve(&rule.body.when, &Binding::new(rule), &mut Missed::default());
    let mut best: Vec<Conclusion> = Vec::new();
    for binding in found {
        let Some(conclusion) = judge(&solver, rule, binding) else { continue };
        match best.iter_mut().find(|known| known.key == conclusion.key) {
            Some(known) if conclusion.confirmed && !known.confirmed => *known = conclusion,
            Some(_) => {}
            None => best.push(conclusion),
        }
    }
    best
}

fn judge(solver: &Solver<'_>, rule: &Rule, binding: Binding) -> Option<Conclusion> {
    let mut doubt = binding.doubt.clone();
    let mut bare = binding.clone();
    bare.doubt = Doubt::default();
    for block in &rule.body.unless {
        match truth(solver, block, &bare) {
            Truth::True(_) => return None,
            // What only a lossy relation tells of counts here (M3.4).
            Truth::Weak => return None,
            Truth::Unknown(why) => doubt.add(&why),
            Truth::False { weak, .. } => doubt.weak |= weak,
        }
    }
    let mut shown = binding;
    let mut open = Doubt::default();
    let (mut confirms, mut events) = (false, false);
    for block in &rule.body.confirm {
        match truth(solver, block, &bare) {
            Truth::True(with) => {
                if !confirms {
                    shown.slots = with.slots;
                    shown.rows = with.rows;
                }
                confirms = true;
            }
            Truth::Weak => open.weak = true,
            Truth::Unknown(why) => open.add(&why),
            Truth::False { event, weak } => events |= event || weak,
        }
    }
    let confirmed = if rule.body.confirm.is_empty() {
        doubt.is_none()
    } else if confirms {
        !doubt.unknown
    } else {
        if open.is_none() && !events {
            return None;
        }
        doubt.add(&open);
        false
    };
    let key = rule.key.iter().map(|slot| shown.value(*slot)).collect();
    let needs = if confirmed { BTreeSet::new() } else { doubt.needs };
    Some(Conclusion { key, confirmed, needs, shown })
}

enum Truth {
    True(Binding),
    /// It counts, but confirms nothing (M3.4).
    Weak,
    Unknown(Doubt),
    False {
        /// An event was merely not seen.
        event: bool,
        /// Only a lossy relation says so.
        weak: bool,
    },
}

fn truth(solver: &Solver<'_>, block: &[etio_plan::Cond], binding: &Binding) -> Truth {
    let mut missed = Missed::default();
    let found = solver.solve(block, binding, &mut missed);
    if let Some(sure) = found.iter().find(|of| of.doubt.is_none()) {
        return Truth::True(sure.clone());
    }
    if found.iter().any(|of| !of.doubt.unknown) {
        return Truth::Weak;
    }
    // What would make sure of the way that is there; else what might show one.
    let doubt = found.first().map_or(missed.doubt, |way| way.doubt.clone());
    if !doubt.unknown {
        Truth::False { event: missed.event, weak: doubt.weak }
    } else {
        Truth::Unknown(doubt)
    }
}
