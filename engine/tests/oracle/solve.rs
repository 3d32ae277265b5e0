//! Conditions: every way to make them hold, in canonical order (M2).

use std::rc::Rc;

use etio_plan::{Atom, Cond, Expr, Kind, Pick, RelId, Rule, SlotId, Source, Value, Window};

use super::{
    Doubt, Row, World,
    calc::{Sight, number},
};

/// What a variable holds.
#[derive(Clone, Debug)]
pub(crate) enum Slot {
    Free,
    Value(Value),
    Row(Rc<Row>),
}

/// What is sure about an aggregate over what was not wholly collected.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Bound {
    AtLeast,
    AtMost,
    Nothing,
}

/// One way to make conditions hold.
#[derive(Clone, Debug)]
pub(crate) struct Binding {
    pub(crate) slots: Vec<Slot>,
    pub(crate) doubt: Doubt,
    pub(crate) inexact: Vec<(SlotId, Bound, Doubt)>,
    /// The rows it rests on.
    pub(crate) rows: Vec<Rc<Row>>,
}

impl Binding {
    pub(crate) fn new(rule: &Rule) -> Self {
        let slots = vec![Slot::Free; rule.slots.len()];
        Self { slots, doubt: Doubt::default(), inexact: Vec::new(), rows: Vec::new() }
    }

    pub(super) fn set(&mut self, slot: SlotId, value: Slot) {
        self.slots[slot.index()] = value;
    }

    /// The earliest fact it rests on.
    pub(crate) fn first(&self) -> Option<Rc<Row>> {
        let facts = self.rows.iter().map(Row::earliest);
        facts.min_by(|a, b| a.order().cmp(&b.order()))
    }

    pub(crate) fn value(&self, slot: SlotId) -> Value {
        match &self.slots[slot.index()] {
            Slot::Value(value) => value.clone(),
            Slot::Row(row) => Value::Time(row.time),
            Slot::Free => Value::Null,
        }
    }
}

/// Why nothing was found: what might still be there, and whether an event was merely not seen.
#[derive(Clone, Default)]
pub(crate) struct Missed {
    pub(crate) doubt: Doubt,
    pub(crate) event: bool,
}

pub(crate) struct Solver<'a> {
    pub(crate) world: &'a World<'a>,
    pub(crate) rule: &'a Rule,
    pub(crate) params: &'a [Value],
}

impl Solver<'_> {
    pub(crate) fn solve(
        &self,
        conds: &[Cond],
        start: &Binding,
        missed: &mut Missed,
    ) -> Vec<Binding> {
        let mut found = vec![start.clone()];
        for (at, cond) in conds.iter().enumerate() {
            let mut left = Vec::new();
            for binding in &found {
                let next = self.step(cond, binding, missed);
                if let Cond::Test(test) = cond
                    && next.is_empty()
                {
                    missed.event |= self.tests_events(test, &conds[..at]);
                }
                left.extend(next);
            }
            found = left;
        }
        found
    }

    /// Whether a test is about what events told, or what comes of that: false, it has merely not been seen
    /// to be true.
    fn tests_events(&self, test: &Expr, before: &[Cond]) -> bool {
        let mut told: Vec<SlotId> = Vec::new();
        for cond in before {
            match cond {
                Cond::Each(of) | Cond::Pick { of, .. } if self.tells_events(of) => {
                    for atom in atoms(of) {
                        told.extend(
                            atom.binds.iter().chain(&atom.optional_binds).map(|(_, slot)| *slot),
                        );
                        told.push(atom.row);
                    }
                }
                Cond::Agg { into, of, .. } if self.tells_events(of) => told.push(*into),
                Cond::Let(slot, expr) | Cond::Member(slot, expr)
                    if super::calc::reads(expr, &|slot| told.contains(&slot)) =>
                {
                    told.push(*slot);
                }
                _ => {}
            }
        }
        super::calc::reads(test, &|slot| told.contains(&slot))
    }

    fn tells_events(&self, source: &Source) -> bool {
        !rests_on_entities(self.world, main(source).relation)
    }

    pub(super) fn sight<'b>(&'b self, binding: &'b Binding, row: Option<&'b Row>) -> Sight<'b> {
        Sight { binding, row, params: self.params, now: self.world.now }
    }

    pub(crate) fn value(&self, binding: &Binding, expr: &Expr) -> Value {
        self.sight(binding, None).eval(expr)
    }

    fn step(&self, cond: &Cond, binding: &Binding, missed: &mut Missed) -> Vec<Binding> {
        match cond {
            Cond::Each(source) => {
                let found = self.matches(source, binding);
                self.miss(source, binding, found.is_empty(), missed);
                found
            }
            Cond::No(source) => {
                let found = self.matches(source, &bare(binding));
                if found.iter().any(|of| !of.doubt.is_open()) {
                    return vec![];
                }
                let mut next = binding.clone();
                found.iter().for_each(|of| next.doubt.add(&of.doubt.of_absence()));
                next.doubt.add(&self.unseen(source, binding));
                vec![next]
            }
            Cond::Pick { pick, of: source, group } => {
                let found = self.matches(source, binding);
                self.miss(source, binding, found.is_empty(), missed);
                let mut by = self.group_slots(source, binding);
                by.extend(group);
                let picked = |mut group: Vec<Binding>| match pick {
                    Pick::Oldest => Some(group.swap_remove(0)),
                    Pick::Newest => group.pop(),
                };
                let groups = self.groups(&by, found).into_iter();
                let mut picked: Vec<Binding> = groups.filter_map(picked).collect();
                picked.sort_by(|a, b| {
                    let [a, b] = [a, b].map(|of| of.rows.iter().map(|row| row.order()));
                    a.cmp(b)
                });
                picked
            }
            Cond::Agg { into, op, arg, of } => {
                let found = self.aggregate(*into, *op, arg.as_ref(), of, binding);
                let nothing = found.iter().any(|next| next.value(*into).is_null());
                missed.event |= nothing && self.tells_events(of);
                found
            }
            Cond::Test(test) => {
                let sight = self.sight(binding, None);
                let mut next = binding.clone();
                match (sight.decide(test, true), sight.decide(test, false)) {
                    (Some(false), _) => return vec![],
                    (Some(true), _) => return vec![next],
                    (None, Some(false)) => return vec![],
                    _ => {}
                }
                for (slot, _, doubt) in &binding.inexact {
                    if super::calc::reads(test, &|of| of == *slot) {
                        next.doubt.add(doubt);
                    }
                }
                vec![next]
            }
            Cond::Let(slot, expr) => {
                let value = self.sight(binding, None).eval(expr);
                if value.is_null() {
                    return vec![];
                }
                let mut next = binding.clone();
                let mut doubt = Doubt::default();
                for (of, _, why) in &binding.inexact {
                    if super::calc::reads(expr, &|slot| slot == *of) {
                        doubt.add(why);
                    }
                }
                if !doubt.is_none() {
                    next.inexact.push((*slot, Bound::Nothing, doubt));
                }
                next.set(*slot, Slot::Value(value));
                vec![next]
            }
            Cond::Member(slot, list) => {
                let Value::List(items) = self.sight(binding, None).eval(list) else {
                    return vec![];
                };
                let bound = |item: Value| {
                    let mut next = binding.clone();
                    next.set(*slot, Slot::Value(item));
                    next
                };
                items.into_iter().map(bound).collect()
            }
        }
    }

    /// Notes what another row of a source might have changed.
    fn miss(&self, source: &Source, binding: &Binding, empty: bool, missed: &mut Missed) {
        missed.doubt.add(&self.unseen(source, binding));
        if empty {
            missed.event |=
                atoms(source).iter().any(|atom| !rests_on_entities(self.world, atom.relation));
        }
    }

    /// Every way a source matches.
    pub(super) fn matches(&self, source: &Source, binding: &Binding) -> Vec<Binding> {
        let now = self.world.now;
        let length = |expr: &Expr| self.sight(binding, None).duration(expr);
        let mut found = Vec::new();
        match source {
            Source::Rows { atom, window } => {
                for row in self.rows(atom.relation, window, binding) {
                    found.extend(self.fit(atom, &row, binding));
                }
            }
            Source::Then { first, next, within, without } => {
                for a in self.all(first.relation) {
                    let Some(with_a) = self.fit(first, a, binding) else { continue };
                    let after = self.all(next.relation).iter().filter(|b| b.is_after(a));
                    let mut both = after.filter_map(|b| Some((b, self.fit(next, b, &with_a)?)));
                    let Some((b, mut with_b)) = both.next() else { continue };
                    let standing = b.time.saturating_add(self.rule.keep) > now;
                    if b.time > a.time.saturating_add(length(within)) || !standing {
                        continue;
                    }
                    if let Some(without) = without {
                        let between = |c: &Rc<Row>| {
                            c.is_after(a) && (b.is_after(c) || c.order() == b.order())
                        };
                        let mut cs = self.all(without.relation).iter().filter(|c| between(c));
                        if cs.any(|c| self.fit(without, c, &with_b).is_some()) {
                            continue;
                        }
                        let (from, to) = (a.time.min(b.time), a.time.max(b.time));
                        let asked = self.asked(without, &with_b, from, to);
                        let doubt = self.lack(&asked, &with_b.rows[..with_b.rows.len() - 1]);
                        with_b.doubt.add(&doubt);
                    }
                    found.push(with_b);
                }
            }
            Source::Without { first, end, hold } => {
                for a in self.all(first.relation) {
                    let Some(mut with_a) = self.fit(first, a, binding) else { continue };
                    let due = a.time.saturating_add(length(hold));
                    if now < due || now >= due.saturating_add(self.rule.keep) {
                        continue;
                    }
                    let mut ends = self.all(end.relation).iter().filter(|b| b.is_after(a));
                    if ends.any(|b| self.fit(end, b, &with_a).is_some()) {
                        continue;
                    }
                    let asked = self.asked(end, &with_a, a.time, due);
                    if self.end(&asked).is_some_and(|end| end >= a.time) {
                        continue;
                    }
                    with_a.doubt.add(&self.lack(&asked, &with_a.rows));
                    found.push(with_a);
                }
            }
            Source::Sustained { atom, hold } => {
                for row in self.all(atom.relation) {
                    let due = row.since.saturating_add(length(hold));
                    let with = self.fit(atom, row, binding).filter(|_| !row.past.assumed);
                    let Some(mut with) = with else { continue };
                    if due > now {
                        if !row.past.unproven {
                            continue;
                        }
                        with.doubt.add(&self.not_long_enough(atom.relation));
                    }
                    found.push(with);
                }
            }
            Source::Silence { of, hold, per } => {
                for row in self.all(per.relation) {
                    let Some(mut with) = self.fit(per, row, binding) else { continue };
                    let began = self.began(per, row, binding);
                    if row.past.assumed {
                        continue;
                    }
                    if began.saturating_add(length(hold)) > now {
                        if !row.past.unproven {
                            continue;
                        }
                        with.doubt.add(&self.not_long_enough(per.relation));
                    }
                    let from = now.saturating_sub(length(hold)).saturating_add(1);
                    let mut events = self.all(of.relation).iter().filter(|a| a.time >= from);
                    if events.any(|a| self.fit(of, a, &with).is_some()) {
                        continue;
                    }
                    // It is due now, always: where nobody listens any more it has not happened.
                    let asked = self.asked(of, &with, from, now);
                    if self.end(&asked).is_some_and(|end| end >= began) {
                        continue;
                    }
                    with.doubt.add(&self.lack(&asked, &with.rows));
                    found.push(with);
                }
            }
        }
        found
    }

    fn all(&self, relation: RelId) -> &[Rc<Row>] {
        &self.world.rows[relation.index()]
    }

    /// Since when the state that a pattern describes has held (M2.6): through versions that differ
    /// only in what the pattern does not name.
    fn began(&self, atom: &Atom, row: &Rc<Row>, binding: &Binding) -> i64 {
        if self.world.pack.relations[atom.relation.index()].kind != Kind::Entity {
            return row.since;
        }
        let versions = &self.world.versions[atom.relation.index()];
        let Some(at) = versions.iter().position(|of| Rc::ptr_eq(&of.row, row)) else {
            return row.since;
        };
        let scalars = |row: &Rc<Row>| {
            self.fit(atom, row, binding).map(|with| {
                atom.binds.iter().map(|(_, slot)| with.value(*slot)).collect::<Vec<_>>()
            })
        };
        let mine = scalars(row);
        let mut began = row.since;
        let mut from = versions[at].from;
        for version in versions[..at].iter().rev() {
            if version.key != versions[at].key
                || version.to != from
                || scalars(&version.row) != mine
            {
                break;
            }
            from = version.from;
            began = began.min(version.row.since);
        }
        began
    }

    /// The rows of a relation that a window lets count.
    pub(super) fn rows(&self, relation: RelId, window: &Window, binding: &Binding) -> Vec<Rc<Row>> {
        let now = self.world.now;
        let at = |expr: &Expr| number(&self.sight(binding, None).eval(expr));
        let all = self.all(relation).iter();
        let lasting = |d: i64| move |row: &&Rc<Row>| now < row.time.saturating_add(d);
        match window {
            Window::Stands => all.cloned().collect(),
            Window::Keep => all.filter(lasting(self.rule.keep)).cloned().collect(),
            Window::Within(d) if self.is_event(relation) => {
                all.filter(lasting(at(d).unwrap_or(0))).cloned().collect()
            }
            Window::Within(_) => all.cloned().collect(),
            Window::Since(from) => match at(from) {
                Some(from) => all.filter(|row| row.time >= from).cloned().collect(),
                None => vec![],
            },
            Window::AsOf(when) => match at(when) {
                Some(when) => {
                    let stood = self.world.versions[relation.index()].iter();
                    let stood = stood.filter(|of| of.from <= when && when < of.to);
                    stood.map(|of| of.row.clone()).collect()
                }
                None => vec![],
            },
        }
    }

    fn is_event(&self, relation: RelId) -> bool {
        self.world.pack.relations[relation.index()].kind == Kind::Event
    }

    /// The binding with a row, where the row fits the pattern.
    pub(super) fn fit(&self, atom: &Atom, row: &Rc<Row>, binding: &Binding) -> Option<Binding> {
        for (field, expr) in &atom.joins {
            let value = self.sight(binding, None).eval(expr);
            if value.is_null() || value != row.values[field.index()] {
                return None;
            }
        }
        let mut next = binding.clone();
        for (field, slot) in &atom.binds {
            let value = row.values[field.index()].clone();
            if value.is_null() {
                return None;
            }
            next.set(*slot, Slot::Value(value));
        }
        for (field, slot) in &atom.optional_binds {
            next.set(*slot, Slot::Value(row.values[field.index()].clone()));
        }
        next.set(atom.row, Slot::Row(row.clone()));
        next.rows.push(row.clone());
        let fits = atom.tests.iter().all(|test| self.sight(&next, Some(row)).is_true(test));
        next.doubt.add(&row.doubt);
        fits.then_some(next)
    }
}

/// The binding as if all of it were sure, to see what a source adds.
pub(super) fn bare(binding: &Binding) -> Binding {
    Binding { doubt: Doubt::default(), ..binding.clone() }
}

/// The pattern whose rows a source binds first.
fn main(source: &Source) -> &Atom {
    match source {
        Source::Rows { atom, .. } | Source::Sustained { atom, .. } => atom,
        Source::Then { first, .. } | Source::Without { first, .. } => first,
        Source::Silence { per, .. } => per,
    }
}

/// The patterns whose rows a source binds.
pub(super) fn atoms(source: &Source) -> Vec<&Atom> {
    match source {
        Source::Then { first, next, .. } => vec![first, next],
        other => vec![main(other)],
    }
}

fn rests_on_entities(world: &World<'_>, relation: RelId) -> bool {
    match world.pack.relations[relation.index()].kind {
        Kind::Entity => true,
        Kind::Event => false,
        Kind::Derived | Kind::Finding => world.pack.rules.iter().all(|rule| {
            super::verdict::concludes(rule) != relation
                || super::coverage::reads(rule, world.params)
                    .iter()
                    .all(|(atom, _)| rests_on_entities(world, atom.relation))
        }),
    }
}
