//! What a rule concludes at an instant, and how sure that is (M3.3 to M3.5).

use std::{collections::BTreeSet, rc::Rc};

use etio_plan::{Cond, Head, Kind, RelId, Rule, SlotId, SlotType, Type, Value};

use super::{
    Doubt, FactId, NODE, Past, Row, World, facts_of,
    solve::{Binding, Missed, Slot, Solver},
    story::spelled,
    tellers,
};

/// What is concluded about one key of a finding.
#[derive(Clone, Debug)]
pub(crate) struct Conclusion {
    pub(crate) key: Vec<Value>,
    pub(crate) confirmed: bool,
    pub(crate) needs: BTreeSet<RelId>,
    pub(crate) shown: Binding,
    /// The same with what `maybe` found.
    pub(crate) beside: Binding,
}

/// The relation a rule concludes.
pub(crate) fn concludes(rule: &Rule) -> RelId {
    match &rule.head {
        Head::Derived { relation, .. } => *relation,
        Head::Finding(finding) => finding.relation,
    }
}

/// What a rule derives.
pub(crate) struct Derived {
    pub(crate) values: Vec<Value>,
    /// Since when its row says that it is so.
    pub(crate) since: Option<i64>,
    /// What it rests on that is not sure; nothing unknown.
    pub(crate) doubt: Doubt,
    /// The first fact behind it.
    pub(crate) first: Option<Rc<Row>>,
    /// All of them.
    pub(crate) facts: BTreeSet<FactId>,
    pub(crate) past: Past,
}

impl Derived {
    /// What is least doubtful speaks.
    pub(crate) const fn blemish(past: Past, doubt: &Doubt) -> (bool, bool, bool) {
        (past.assumed, doubt.suspect, doubt.weak)
    }
}

/// What rows say together about the time before they were observed: events that join an assumed row
/// make it count (M5.2).
pub(crate) fn past(rows: &[Rc<Row>], now: i64) -> Past {
    let eventful = rows.iter().any(|row| row.past.eventful);
    let fresh = |row: &Rc<Row>| row.past.unproven && row.time >= now;
    Past {
        assumed: !eventful && rows.iter().any(|row| row.past.assumed),
        unproven: rows.iter().any(fresh),
        eventful,
    }
}

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
        let since = own_since(world, rule, &binding);
        let mut past = past(&binding.rows, world.told);
        past.unproven &= since.is_none();
        let first = binding.first();
        // Who might have seen better is asked of conditions, not of what rows rest on.
        let doubt = Doubt { weakly: BTreeSet::new(), ..binding.doubt };
        let facts = facts_of(&binding.rows);
        let derived = Derived { values, since, doubt, first, facts, past };
        match rows.iter_mut().find(|known| known.values == derived.values) {
            Some(known) => {
                let since = [known.since, derived.since].into_iter().flatten().min();
                let blemish = |of: &Derived| Derived::blemish(of.past, &of.doubt);
                // What one of them leaves unknown of the time before is unknown.
                let unproven = known.past.unproven || derived.past.unproven;
                if blemish(&derived) < blemish(known) {
                    *known = derived;
                }
                known.since = since;
                known.past.unproven = unproven;
            }
            None => rows.push(derived),
        }
    }
    rows
}

/// Since when a row says itself that it is so, where that is all there is to it (M7.10).
fn own_since(world: &World<'_>, rule: &Rule, binding: &Binding) -> Option<i64> {
    let slots = binding.slots.iter();
    let mut rows =
        slots.filter_map(|slot| if let Slot::Row(row) = slot { Some(row) } else { None });
    let (row, other) = (rows.next()?, rows.next());
    let entity = world.pack.relations[row.relation.index()].kind == Kind::Entity;
    let sources = |cond: &&Cond| !matches!(cond, Cond::Test(_) | Cond::Let(..) | Cond::Member(..));
    let mut conds = rule.body.when.iter().filter(sources);
    // Which of several is the newest is a matter of the others too.
    let only =
        matches!((conds.next(), conds.next()), (Some(Cond::Each(_)), None)) && other.is_none();
    // Read off the printed form: what time alone makes true has not been so before.
    let aged = format!("{:?}", rule.body.when).contains("Age(");
    let field = world.pack.relations[row.relation.index()].since?;
    let says = matches!(row.values[field.index()], Value::Time(_));
    (entity && only && !aged && says).then_some(row.since)
}

/// The best verdict for every key of a finding.
pub(crate) fn findings(world: &World<'_>, rule: &Rule, params: &[Value]) -> Vec<Conclusion> {
    let solver = Solver { world, rule, params };
    let found = solver.solve(&rule.body.when, &Binding::new(rule), &mut Missed::default());
    let mut best: Vec<Conclusion> = Vec::new();
    for binding in found {
        if past(&binding.rows, world.told).assumed {
            continue;
        }
        let Some(conclusion) = judge(&solver, rule, binding) else { continue };
        match best.iter_mut().find(|known| known.key == conclusion.key) {
            Some(known) if conclusion.confirmed && !known.confirmed => *known = conclusion,
            Some(_) => {}
            None => best.push(conclusion),
        }
    }
    best
}

/// The keys for which the conditions of a finding hold, whatever speaks against it.
pub(crate) fn reached(world: &World<'_>, rule: &Rule, params: &[Value]) -> BTreeSet<String> {
    let solver = Solver { world, rule, params };
    let found = solver.solve(&rule.body.when, &Binding::new(rule), &mut Missed::default());
    let key = |of: &Binding| rule.key.iter().map(|slot| of.value(*slot)).collect::<Vec<_>>();
    found.iter().map(|of| spelled(&key(of))).collect()
}

fn judge(solver: &Solver<'_>, rule: &Rule, binding: Binding) -> Option<Conclusion> {
    let mut doubt = binding.doubt.clone();
    let mut bare = binding.clone();
    bare.doubt = Doubt::default();
    for block in &rule.body.unless {
        match truth(solver, block, &bare) {
            Truth::True(_) => return None,
            // What only a lossy relation tells of counts here (M3.4).
            Truth::Weak(_) => return None,
            Truth::Unknown(why) | Truth::False { why, .. } => doubt.add(&why),
        }
    }
    let mut shown = binding;
    let mut open = Doubt::default();
    let (mut confirms, mut events) = (false, false);
    // What events that were not seen might have been seen by.
    let mut seen = BTreeSet::new();
    for block in &rule.body.confirm {
        match truth(solver, block, &bare) {
            Truth::True(with) => {
                if !confirms {
                    shown.slots = with.slots;
                    shown.rows = with.rows;
                }
                confirms = true;
            }
            Truth::Weak(way) => open.add(&way.doubt),
            Truth::Unknown(why) => open.add(&why),
            Truth::False { event, why } => {
                events |= event || why.weak;
                seen.extend(why.weakly);
            }
        }
    }
    if joins_unnamed(solver.world, rule, &shown) {
        doubt.unknown = true;
        doubt.needs.insert(NODE);
    }
    let confirmed = if rule.body.confirm.is_empty() {
        doubt.is_none()
    } else if confirms {
        !doubt.is_open()
    } else {
        if open.is_none() && !events {
            return None;
        }
        doubt.add(&open);
        false
    };
    let key = rule.key.iter().map(|slot| shown.value(*slot)).collect();
    let mut needs = if confirmed { BTreeSet::new() } else { doubt.needs };
    if !confirmed && !confirms {
        let better = |of: &RelId| {
            let pack = solver.world.pack;
            let mut ways = pack.extractors.iter().filter(|way| way.event == *of);
            ways.any(|way| !pack.relations[way.from.index()].lossy)
        };
        needs.extend(doubt.weakly.into_iter().chain(seen).filter(better));
    }
    let mut beside = Binding { doubt: Doubt::default(), ..shown.clone() };
    for block in &rule.body.maybe {
        if let Truth::True(way) | Truth::Weak(way) = truth(solver, block, &beside) {
            beside = Binding { doubt: Doubt::default(), ..way };
        }
    }
    Some(Conclusion { key, confirmed, needs, shown, beside })
}

/// Whether several sources are joined over a node of which they do not say the name (M5.4).
fn joins_unnamed(world: &World<'_>, rule: &Rule, shown: &Binding) -> bool {
    let nodes = rule.slots.iter().zip(0..).filter(|(of, _)| of.ty == SlotType::Scalar(Type::Node));
    let mut nodes = nodes.map(|(_, at)| shown.value(SlotId(at)));
    nodes.any(|node| world.is_unnamed(&node)) && tellers(&shown.rows).len() > 1
}

pub(super) enum Truth {
    True(Binding),
    /// It counts, but confirms nothing (M3.4).
    Weak(Binding),
    Unknown(Doubt),
    False {
        /// An event was merely not seen.
        event: bool,
        /// Only a lossy relation says so.
        why: Doubt,
    },
}

pub(super) fn truth(solver: &Solver<'_>, block: &[etio_plan::Cond], binding: &Binding) -> Truth {
    let mut missed = Missed::default();
    let mut found = solver.solve(block, binding, &mut missed);
    found.retain(|way| !past(&way.rows, solver.world.told).assumed);
    if let Some(sure) = found.iter().find(|of| of.doubt.is_none()) {
        return Truth::True(sure.clone());
    }
    if let Some(way) = found.iter().find(|of| !of.doubt.is_open()) {
        return Truth::Weak(way.clone());
    }
    // What would make sure of the way that is there; else what might show one.
    let doubt = found.first().map_or(missed.doubt, |way| way.doubt.clone());
    if !doubt.is_open() {
        Truth::False { event: missed.event, why: doubt }
    } else {
        Truth::Unknown(doubt)
    }
}
