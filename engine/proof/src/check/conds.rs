//! Conditions one by one: whether the facts named make each hold.

use alloc::{format, vec, vec::Vec};

use etio_plan::{AggOp, Atom, Cond, Expr, Rule, SlotId, Source, Value, Window};

use super::{
    Checker,
    expr::{Sight, Unable, order, reads, whole},
    nth,
};
use crate::{Fact, Miss, Outcome, Step, Support};

/// As many facts stand for an aggregate at most.
const MOST_FACTS: usize = 64;

/// The conditions of a block, in order.
pub(super) struct Conds<'c, 'a> {
    pub(super) checker: &'c mut Checker<'a>,
    rule: &'c Rule,
    /// The values of variables; of those that only an aggregate or a `no` binds, those of one match.
    bound: Vec<Value>,
    /// Which variables have their value for all conditions that follow.
    fixed: Vec<bool>,
    at: usize,
}

impl<'c, 'a> Conds<'c, 'a> {
    pub(super) fn new(checker: &'c mut Checker<'a>, rule: &'c Rule, bound: &[Value]) -> Self {
        let mut fixed = vec![false; rule.slots.len()];
        for slot in &rule.key {
            if let Some(fixed) = fixed.get_mut(slot.index()) {
                *fixed = true;
            }
        }
        Self::within(checker, rule, bound, fixed)
    }

    pub(super) fn within(
        checker: &'c mut Checker<'a>,
        rule: &'c Rule,
        bound: &[Value],
        fixed: Vec<bool>,
    ) -> Self {
        Self { checker, rule, bound: bound.to_vec(), fixed, at: 0 }
    }

    /// Which variables have their value by now.
    pub(super) fn fixed(self) -> Vec<bool> {
        self.fixed
    }

    pub(super) fn wrong(&mut self, what: &str) {
        self.checker.wrong(format!("{}, condition {}: {what}", self.rule.path, nth(self.at)));
    }

    pub(super) fn unable(&mut self) {
        let what = format!("{}, condition {}: a value", self.rule.path, nth(self.at));
        self.checker.unchecked(what);
    }

    pub(super) fn sight(&self) -> Sight<'_> {
        self.checker.sight(self.rule, &self.bound, None)
    }

    pub(super) fn sight_of<'s>(&'s self, fact: &'s Fact) -> Sight<'s> {
        self.checker.sight(self.rule, &self.bound, Some(fact))
    }

    /// Gives a free variable a value; a fixed one must have it.
    pub(super) fn bind(&mut self, slot: SlotId, value: Value) -> bool {
        let fixed = self.fixed.get(slot.index()).copied().unwrap_or(false);
        match self.bound.get_mut(slot.index()) {
            Some(known) if fixed => *known == value,
            Some(place) => {
                *place = value;
                true
            }
            None => false,
        }
    }

    fn fix(&mut self, slot: SlotId) {
        if let Some(fixed) = self.fixed.get_mut(slot.index()) {
            *fixed = true;
        }
    }

    /// The variables that a source's rows bind keep their values.
    fn fix_all(&mut self, source: &Source) {
        for atom in bound_by(source) {
            let binds = atom.binds.iter().chain(&atom.optional_binds).map(|(_, slot)| *slot);
            binds.chain([atom.row]).for_each(|slot| self.fix(slot));
        }
    }

    fn length(&mut self, expr: &Expr) -> i64 {
        match self.sight().nanos(expr) {
            Ok(length) => length.unwrap_or(0),
            Err(Unable) => {
                self.unable();
                0
            }
        }
    }

    /// Checks one condition and what it binds.
    pub(super) fn step(&mut self, cond: &Cond, step: &Step) {
        if step.outcome == Outcome::Fails {
            self.fails(cond, step);
            self.at += 1;
            return;
        }
        match cond {
            Cond::Each(source) | Cond::Pick { of: source, .. } => {
                // What it binds must be what the proof says is bound.
                self.fix_all(source);
                self.matched(source, step);
                if matches!(cond, Cond::Pick { .. }) {
                    let which = format!("{}: that it is the oldest or newest", self.rule.path);
                    self.checker.unchecked(which);
                }
            }
            Cond::No(source) => self.none(source, step),
            Cond::Agg { into, op, arg, of } => {
                self.aggregate(*op, arg.as_ref(), of, step, *into);
                self.fix(*into);
            }
            Cond::Test(test) => match self.sight().holds(test) {
                Ok(holds) => {
                    if !holds && step.outcome != Outcome::Unknown {
                        self.wrong("it is not true");
                    }
                }
                Err(Unable) => self.unable(),
            },
            Cond::Let(slot, expr) => {
                let value = self.sight().eval(expr);
                match value {
                    Ok(value) => {
                        let says = step.value.as_ref().is_none_or(|says| *says == value);
                        if !says || self.sight().variable(*slot) != value || value.is_null() {
                            self.wrong("it has another value");
                        }
                    }
                    Err(Unable) => self.unable(),
                }
                self.fix(*slot);
            }
            Cond::Member(slot, expr) => {
                let item = self.sight().variable(*slot);
                let found = match self.sight().eval(expr) {
                    Ok(Value::List(items)) => items.contains(&item),
                    Ok(Value::Map(entries)) => {
                        entries.iter().any(|(key, _)| item.as_text() == Some(key.as_str()))
                    }
                    Ok(_) => false,
                    Err(Unable) => {
                        self.unable();
                        true
                    }
                };
                if !found {
                    self.wrong("it is none of these");
                }
                self.fix(*slot);
            }
        }
        self.at += 1;
    }

    /// A condition that does not hold: where it is a test that is so.
    fn fails(&mut self, cond: &Cond, step: &Step) {
        if let Cond::Test(test) = cond
            && matches!(self.sight().holds(test), Ok(true))
        {
            self.wrong("it is true, and said not to be");
        }
        if let Some(Miss::Near { fact, .. }) = step.miss.as_deref()
            && self.checker.proof.facts.get(*fact).is_none()
        {
            self.wrong("its nearest miss is not in the proof");
        }
    }

    fn facts(&mut self, step: &Step) -> Vec<(Support, &'a Fact)> {
        let proof = self.checker.proof;
        let fact = |of: &Support| Some((*of, proof.facts.get(of.fact)?));
        let facts: Vec<_> = step.facts.iter().filter_map(fact).collect();
        if facts.len() != step.facts.len() {
            self.wrong("it rests on facts that are not there");
        }
        facts
    }

    /// One match of a source.
    fn matched(&mut self, source: &Source, step: &Step) {
        let facts = self.facts(step);
        let wanted = if matches!(source, Source::Then { .. }) { 2 } else { 1 };
        if facts.len() != wanted {
            return self.wrong("it does not rest on as many facts as it needs");
        }
        let atoms = bound_by(source);
        for (atom, (_, fact)) in atoms.iter().zip(&facts) {
            if !self.fits(atom, fact) {
                self.wrong("a fact does not fit");
            }
        }
        let rows: Vec<&Fact> = facts.iter().map(|(_, fact)| *fact).collect();
        let (from, until) = self.interval(source, &rows);
        let first = |time: i64| time.max(from);
        for (support, _) in &facts {
            if (support.from, support.until) != (first(from), until) {
                self.wrong("a fact counts at other times");
            }
        }
        let now = self.checker.proof.at;
        // What had begun before it was first observed may have held long enough (M5.2).
        let late = from > now && step.outcome != Outcome::Unknown;
        let past = matches!(source, Source::Rows { window: Window::AsOf(_), .. });
        if late || (until <= now && !past) {
            self.wrong("it does not count now");
        }
        self.order(source, &rows, step);
    }

    /// While when a match counts.
    fn interval(&mut self, source: &Source, rows: &[&Fact]) -> (i64, i64) {
        let keep = self.rule.keep;
        let time = rows.iter().map(|row| row.time).max().unwrap_or(0);
        let stands = rows.first().and_then(|row| row.until).unwrap_or(i64::MAX);
        match source {
            Source::Rows { window, .. } => match window {
                Window::Keep => (time, time.saturating_add(keep)),
                Window::Within(d) => (time, time.saturating_add(self.length(d))),
                Window::Stands | Window::Since(_) | Window::AsOf(_) => (time, stands),
            },
            Source::Then { .. } => (time, time.saturating_add(keep)),
            Source::Without { hold, .. } => {
                let due = time.saturating_add(self.length(hold));
                (due, due.saturating_add(keep))
            }
            Source::Sustained { hold, .. } | Source::Silence { hold, .. } => {
                (time.saturating_add(self.length(hold)), i64::MAX)
            }
        }
    }

    /// What else must be so of a match: order, and what must not have come.
    fn order(&mut self, source: &Source, rows: &[&Fact], step: &Step) {
        let absent = step.absent.first();
        let now = self.checker.proof.at;
        match (source, rows) {
            (Source::Rows { window: Window::Since(x), .. }, [row]) => {
                let from = self.length(x);
                if row.time < from {
                    self.wrong("a fact is too old");
                }
            }
            (Source::Rows { window: Window::AsOf(x), .. }, [row]) => {
                let at = self.length(x);
                if row.time > at || row.until.is_some_and(|until| until <= at) {
                    self.wrong("a fact did not stand then");
                }
            }
            (Source::Then { within, without, .. }, [a, b]) => {
                let latest = a.time.saturating_add(self.length(within));
                let origins = a.origins.first().into_iter().chain(b.origins.first());
                let coarse = origins.map(|of| self.checker.records.resolution(of.source)).max();
                let grain = coarse.unwrap_or(1).max(1);
                let before = b.time.div_euclid(grain) < a.time.div_euclid(grain);
                if before || b.time > latest || core::ptr::eq(*a, *b) {
                    self.wrong("the second does not come after the first in time");
                }
                let which = format!("{}: that the second is the first after it", self.rule.path);
                self.checker.unchecked(which);
                if let Some(without) = without {
                    self.absence(without, a.time.min(b.time), a.time.max(b.time), absent);
                    self.as_seen(step);
                }
            }
            (Source::Without { end, hold, .. }, [a]) => {
                let due = a.time.saturating_add(self.length(hold));
                self.absence(end, a.time, due, absent);
                self.as_seen(step);
            }
            (Source::Silence { of, hold, .. }, [_]) => {
                let from = now.saturating_sub(self.length(hold)).saturating_add(1);
                self.absence(of, from, now, absent);
                self.as_seen(step);
            }
            _ => {}
        }
    }

    /// A condition is no surer than the absences it rests on.
    fn as_seen(&mut self, step: &Step) {
        let worst = step.absent.iter().map(|of| of.seen).max();
        if worst.is_some_and(|worst| worst > step.outcome) {
            self.wrong("what must be absent was not collected");
        }
    }

    /// That a source has no match. Its own variables are free.
    fn none(&mut self, source: &Source, step: &Step) {
        self.absences(source, step);
        self.as_seen(step);
    }

    /// That there are none, or no more, of the rows that a source asks for: an absence each, in their order, as both may
    /// be of one relation.
    fn absences(&mut self, source: &Source, step: &Step) {
        let mut absent = step.absent.iter();
        for (atom, from, to) in self.asked(source) {
            self.absence(atom, from, to, absent.next());
        }
    }

    /// Which rows there must be none of, or no more of, in which interval.
    fn asked<'s>(&mut self, source: &'s Source) -> Vec<(&'s Atom, i64, i64)> {
        let (now, keep) = (self.checker.proof.at, self.rule.keep);
        let window = |d: i64, to: i64| to.saturating_sub(d).saturating_add(1);
        match source {
            Source::Rows { atom, window: of } => match of {
                Window::Stands => vec![(atom, now, now)],
                Window::Keep => vec![(atom, window(keep, now), now)],
                Window::Within(d) => vec![(atom, window(self.length(d), now), now)],
                Window::Since(x) => vec![(atom, self.length(x), now)],
                Window::AsOf(x) => {
                    let at = self.length(x);
                    vec![(atom, at, at)]
                }
            },
            Source::Then { first, next, within, .. } => {
                let reach = keep.saturating_add(self.length(within));
                vec![(first, window(reach, now), now), (next, window(keep, now), now)]
            }
            Source::Without { first, hold, .. } => {
                let to = now.saturating_sub(self.length(hold));
                vec![(first, window(keep, to), to)]
            }
            Source::Sustained { atom, .. } => vec![(atom, now, now)],
            Source::Silence { per, .. } => vec![(per, now, now)],
        }
    }

    fn aggregate(
        &mut self,
        op: AggOp,
        arg: Option<&Expr>,
        source: &Source,
        step: &Step,
        into: SlotId,
    ) {
        let value = self.sight().variable(into);
        if step.value.as_ref().is_some_and(|says| *says != value) {
            self.wrong("it has another value");
        }
        let facts = self.facts(step);
        let now = self.checker.proof.at;
        let mut counted: Vec<Value> = Vec::new();
        // The last row of a match stands for it; the first of two is not named.
        let plain = !matches!(source, Source::Then { .. });
        let local = (self.bound.clone(), self.fixed.clone());
        for (support, fact) in &facts {
            self.bound.clone_from(&local.0);
            let atoms = bound_by(source);
            let fits = atoms.last().is_some_and(|atom| match plain {
                true => self.fits(atom, fact),
                false => fact.relation == atom.relation,
            });
            if !fits {
                self.wrong("a fact does not fit");
            }
            let (from, until) = self.interval(source, &[*fact]);
            let past = op == AggOp::Changes
                || matches!(source, Source::Rows { window: Window::AsOf(_), .. });
            if (support.from, support.until) != (from, until) || (!past && until <= now) {
                self.wrong("a fact counts at other times");
            }
            match arg.map(|arg| self.sight().eval(arg)) {
                Some(Ok(arg)) => counted.push(arg),
                Some(Err(Unable)) => self.unable(),
                None => counted.push(Value::Null),
            }
        }
        (self.bound, self.fixed) = local;
        let mut distinct: Vec<usize> = step.facts.iter().map(|of| of.fact).collect();
        distinct.sort_unstable();
        distinct.dedup();
        if plain && distinct.len() != step.facts.len() {
            self.wrong("a fact is counted twice");
        }
        let free = |slot: SlotId| !self.fixed.get(slot.index()).copied().unwrap_or(false);
        let of_first = !plain && arg.is_some_and(|arg| reads(arg, &free));
        if facts.len() >= MOST_FACTS || self.checker.proof.cut || of_first {
            let what = format!("{}: the value of an aggregate over many facts", self.rule.path);
            self.checker.unchecked(what);
        } else if counted.len() == facts.len()
            && total(op, &counted, &value).unwrap_or(Value::Null) != value
        {
            self.wrong("the facts come to another value");
        }
        if !matches!(source, Source::Rows { window: Window::AsOf(_) | Window::Since(_), .. }) {
            self.absences(source, step);
        }
    }
}

/// The patterns whose rows a source binds.
fn bound_by(source: &Source) -> Vec<&Atom> {
    match source {
        Source::Rows { atom, .. } | Source::Sustained { atom, .. } => vec![atom],
        Source::Then { first, next, .. } => vec![first, next],
        Source::Without { first, .. } => vec![first],
        Source::Silence { per, .. } => vec![per],
    }
}

/// What an aggregate over these values comes to, of the type of what is said; none where there are none to
/// choose from.
fn total(op: AggOp, values: &[Value], said: &Value) -> Option<Value> {
    let count = |n: usize| Some(Value::Int(i64::try_from(n).unwrap_or(i64::MAX)));
    let versions = false;
    let best = |better: fn(core::cmp::Ordering) -> bool| {
        let pick = |a: &Value, b: &Value| order(b, a, versions).is_some_and(better);
        values.iter().cloned().reduce(|a, b| if pick(&a, &b) { b } else { a })
    };
    match op {
        AggOp::Count | AggOp::Changes => count(values.len()),
        AggOp::Distinct => {
            let mut seen: Vec<&Value> = Vec::new();
            for value in values {
                if !seen.contains(&value) {
                    seen.push(value);
                }
            }
            count(seen.len())
        }
        AggOp::Min => best(core::cmp::Ordering::is_lt),
        AggOp::Max => best(core::cmp::Ordering::is_gt),
        AggOp::Sum => {
            let sum: i128 = values.iter().filter_map(whole).map(i128::from).sum();
            let sum = i64::try_from(sum).unwrap_or(if sum < 0 { i64::MIN + 1 } else { i64::MAX });
            Some(match said {
                Value::Duration(_) => Value::Duration(sum),
                Value::Bytes(_) => Value::Bytes(sum),
                _ => Value::Int(sum),
            })
        }
    }
}
