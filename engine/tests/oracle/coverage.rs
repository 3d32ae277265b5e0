//! What was collected, and when (M3.1).

use etio_plan::{
    Atom, Cond, Expr, Extractor, FieldId, Head, Input, Kind, RelId, Rule, SlotId, Source, Value,
    Window,
};

use super::{World, verdict::concludes};

/// Whether an interval of a relation was collected.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Seen {
    Fully,
    /// Only by a source that may drop records.
    Weakly,
    /// It was up to an instant inside.
    Ended(i64),
    Not,
}

/// What a source covers.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Interval {
    from: i64,
    to: i64,
    /// It may drop records.
    lossy: bool,
    by: String,
}

/// Fields whose values are known.
pub(crate) type Known = Vec<(FieldId, Value)>;

/// What is asked for: the rows of a relation of which some fields are known, in an interval, both ends included.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) relation: RelId,
    pub(crate) known: Known,
    pub(crate) from: i64,
    pub(crate) to: i64,
}

impl World<'_> {
    /// How what is asked of an input relation was covered by some of the sources.
    fn seen(&self, asked: &Asked, by: &dyn Fn(&String) -> bool) -> Seen {
        let &Asked { relation, ref known, from, to } = asked;
        let kind = self.pack.relations[relation.index()].kind;
        debug_assert!(matches!(kind, Kind::Event | Kind::Entity));
        let mut intervals = self.ways(relation, known);
        intervals.retain(|of| by(&of.by));
        let reached = |lossy: bool| {
            let counted = intervals.iter().filter(|of| lossy || !of.lossy);
            counted.fold(from, |open, of| {
                if of.from <= open { open.max(of.to.saturating_add(1)) } else { open }
            })
        };
        let end = intervals.iter().map(|of| of.to).max();
        match end {
            _ if reached(false) > to => Seen::Fully,
            _ if reached(true) > to => Seen::Weakly,
            Some(end) if end < to => Seen::Ended(end),
            _ => Seen::Not,
        }
    }

    /// What is covered of an input relation, by itself or through what it is read out of.
    fn ways(&self, relation: RelId, known: &Known) -> Vec<Interval> {
        let mut intervals = self.intervals(relation, known);
        for extractor in self.pack.extractors.iter().filter(|of| of.event == relation) {
            if let Some(known) = carried(extractor, known) {
                intervals.extend(self.intervals(extractor.from, &known));
            }
        }
        intervals.sort_unstable();
        intervals
    }

    /// The intervals that all that is known lies in, of all sources.
    fn intervals(&self, relation: RelId, known: &Known) -> Vec<Interval> {
        let lossy = self.pack.relations[relation.index()].lossy;
        let mut told: Vec<(i64, i64, u8, String, i64)> = Vec::new();
        for input in self.inputs {
            let (at, kind, source, of, scope, to) = match &input.input {
                Input::Covered { source, relation, scope, from } => {
                    (from, 0, source, relation, scope, 0)
                }
                Input::Gap { source, relation, scope, from, to } => {
                    (from, 1, source, relation, scope, *to)
                }
                Input::Silent { source, relation, scope, from } => {
                    (from, 2, source, relation, scope, 0)
                }
                _ => continue,
            };
            // What covers must be known to hold the rows; what is lost only might.
            let inside = scope.iter().all(|part| known.contains(part));
            let other = |(field, value): &(FieldId, Value)| {
                known.iter().any(|(of, known)| of == field && known != value)
            };
            let inside = if kind == 0 { inside } else { !scope.iter().any(other) };
            if *of == relation && input.effect() <= self.told && inside {
                told.push((input.effect(), *at, kind, self.sources.name(*source), to));
            }
        }
        told.sort();
        let mut intervals: Vec<(i64, i64, String)> = Vec::new();
        for (effect, _, kind, source, to) in told {
            let (from, to) = match kind {
                1 => (effect, to.saturating_sub(1)),
                _ => (effect, i64::MAX),
            };
            if kind == 1 && to < from {
                continue;
            }
            let mut kept = Vec::new();
            for (start, end, who) in intervals {
                if kind == 0 || who != source {
                    kept.push((start, end, who));
                    continue;
                }
                if start < from {
                    kept.push((start, end.min(from.saturating_sub(1)), who.clone()));
                }
                if end > to {
                    kept.push((start.max(to.saturating_add(1)), end, who));
                }
            }
            intervals = kept;
            if kind == 0 {
                intervals.push((from, to, source));
            }
        }
        intervals.into_iter().map(|(from, to, by)| Interval { from, to, lossy, by }).collect()
    }
}

/// What is known of the records that an event comes from; none where it does not come this way.
fn carried(extractor: &Extractor, known: &Known) -> Option<Known> {
    let value =
        |field: &FieldId| known.iter().find(|(of, _)| of == field).map(|(_, value)| value.clone());
    let other =
        |(field, constant): &(FieldId, Value)| value(field).is_some_and(|known| known != *constant);
    if extractor.consts.iter().any(other) {
        return None;
    }
    let copied = extractor.copies.iter().filter_map(|(from, to)| Some((*from, value(to)?)));
    let filtered = extractor.filters.iter().filter_map(|(field, values)| match values.as_slice() {
        [value] => Some((*field, value.clone())),
        _ => None,
    });
    Some(copied.chain(filtered).collect())
}

impl World<'_> {
    /// How everything that a relation rests on was covered: a derived one where all it reads are.
    pub(crate) fn parts(&self, asked: &Asked) -> Vec<(RelId, Seen)> {
        self.parts_by(asked, &|_| true)
    }

    /// The same, by some of the sources only.
    pub(crate) fn parts_by(
        &self,
        asked: &Asked,
        by: &dyn Fn(&String) -> bool,
    ) -> Vec<(RelId, Seen)> {
        let inputs = self.inputs_of(asked).into_iter();
        inputs.map(|of| (of.relation, self.seen(&of, by))).collect()
    }

    /// What that asks of every input relation.
    fn inputs_of(&self, asked: &Asked) -> Vec<Asked> {
        let kind = self.pack.relations[asked.relation.index()].kind;
        if matches!(kind, Kind::Event | Kind::Entity) {
            return vec![asked.clone()];
        }
        let rules = self.pack.rules.iter().filter(|rule| concludes(rule) == asked.relation);
        let read = |rule| {
            reads(rule, self.params).into_iter().map(move |(atom, back)| Asked {
                relation: atom.relation,
                known: through(rule, atom, &asked.known),
                from: asked.from.saturating_sub(back),
                to: asked.to,
            })
        };
        rules.flat_map(read).flat_map(|of| self.inputs_of(&of)).collect()
    }
}

/// What is known of a row that a rule reads, where some of what it concludes is known.
fn through(rule: &Rule, atom: &Atom, known: &Known) -> Known {
    let head = |slot: SlotId| match &rule.head {
        Head::Finding(_) => rule.key.iter().position(|key| *key == slot),
        Head::Derived { fields, .. } => {
            fields.iter().position(|field| *field == Some(Expr::Slot(slot)))
        }
    };
    let value = |slot: SlotId| {
        let field = FieldId(head(slot)? as u16);
        known.iter().find(|(of, _)| *of == field).map(|(_, value)| value.clone())
    };
    let mut found: Known =
        atom.binds.iter().filter_map(|(field, slot)| Some((*field, value(*slot)?))).collect();
    for (field, expr) in &atom.joins {
        match expr {
            Expr::Const(constant) => found.push((*field, constant.clone())),
            Expr::Slot(slot) => found.extend(value(*slot).map(|value| (*field, value))),
            _ => {}
        }
    }
    found
}

/// Every pattern that decides about a rule, with how far back it looks.
pub(crate) fn reads<'a>(rule: &'a Rule, params: &[Value]) -> Vec<(&'a Atom, i64)> {
    let blocks = rule.body.confirm.iter().chain(&rule.body.unless).flatten();
    let mut found = Vec::new();
    for cond in rule.body.when.iter().chain(blocks) {
        let (Cond::Each(source)
        | Cond::No(source)
        | Cond::Pick { of: source, .. }
        | Cond::Agg { of: source, .. }) = cond
        else {
            continue;
        };
        let length = |expr: &Expr| match expr {
            Expr::Const(Value::Duration(d)) => *d,
            Expr::Param(param) => super::calc::number(&params[param.index()]).unwrap(),
            other => panic!("the oracle knows constant windows only, not {other:?}"),
        };
        match source {
            Source::Rows { atom, window } => {
                let back = match window {
                    Window::Stands => 0,
                    Window::Within(d) => length(d),
                    Window::Keep | Window::Since(_) | Window::AsOf(_) => rule.keep,
                };
                found.push((atom, back));
            }
            Source::Then { first, next, within, without } => {
                found.push((first, rule.keep + length(within)));
                found.push((next, rule.keep));
                found.extend(without.as_deref().map(|atom| (atom, rule.keep + length(within))));
            }
            Source::Without { first, end, hold } => {
                found.push((first, rule.keep + length(hold)));
                found.push((end, rule.keep + length(hold)));
            }
            Source::Sustained { atom, hold } => found.push((atom, length(hold))),
            Source::Silence { of, hold, per } => {
                found.push((of, length(hold)));
                found.push((per, length(hold)));
            }
        }
    }
    found
}
