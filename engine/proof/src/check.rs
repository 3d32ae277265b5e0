//! An independent checker of proofs. It shares no code with the matcher: it reads the rule, evaluates its
//! expressions and windows itself, and asks the host for what was told and collected.
//!
//! What a proof says is there can be checked; that something is *not* there can not, only that it would have
//! been collected. [`Report::unchecked`] lists what was left.

mod atom;
mod conds;
mod expr;

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use etio_plan::{Fact as Told, Head, Kind, Origin, Pack, Rule, SourceId, Value};

use crate::{BlockKind, Conclusion, Cover, Fact, Outcome, Proof, Step};
use conds::Conds;

/// What the host knows, to be asked by the checker.
pub trait Records {
    /// What was told at an origin.
    fn told(&self, origin: Origin) -> Option<&Told>;

    /// Whether the source covered the relation, or a part of it, throughout, as of the last instant of it.
    fn covered(&self, cover: &Cover) -> bool;

    /// The resolution of a source's stamps in nanoseconds.
    fn resolution(&self, source: SourceId) -> i64;

    /// The value of a parameter, by its place in the pack.
    fn param(&self, pack: &Pack, at: usize) -> Value {
        pack.params.get(at).map_or(Value::Null, |param| param.default.clone())
    }
}

/// What came of a check.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Report {
    /// What is not as the proof says. Empty where it holds.
    pub wrong: Vec<String>,
    /// What could not be checked.
    pub unchecked: Vec<String>,
}

/// Checks a proof against the pack it was made with and what the host knows.
#[must_use]
pub fn check(pack: &Pack, proof: &Proof, records: &dyn Records) -> Report {
    let mut checker = Checker { pack, proof, records, report: Report::default() };
    if proof.conclusions.is_empty() {
        checker.wrong("the proof concludes nothing".into());
    }
    for (at, fact) in proof.facts.iter().enumerate() {
        checker.fact(at, fact);
    }
    for (at, conclusion) in proof.conclusions.iter().enumerate() {
        checker.conclusion(at, conclusion);
    }
    if proof.cut {
        checker.unchecked("what a proof has no room for".into());
    }
    checker.report.unchecked.sort_unstable();
    checker.report.unchecked.dedup();
    checker.report
}

struct Checker<'a> {
    pack: &'a Pack,
    proof: &'a Proof,
    records: &'a dyn Records,
    report: Report,
}

impl Checker<'_> {
    fn wrong(&mut self, what: String) {
        self.report.wrong.push(what);
    }

    fn unchecked(&mut self, what: String) {
        self.report.unchecked.push(what);
    }

    /// A fact is what was told at its origins, or what its rule concludes.
    fn fact(&mut self, at: usize, fact: &Fact) {
        let Some(relation) = self.pack.get(fact.relation) else {
            return self.wrong(format!("fact {at} is of no relation"));
        };
        let path = relation.path.as_str();
        if fact.values.len() != relation.fields.len() {
            return self.wrong(format!("fact {at} is not a row of {path}"));
        }
        if let Some(place) = fact.conclusion {
            return self.concluded(at, fact, place);
        }
        match (relation.kind, fact.origins.as_slice()) {
            (Kind::Derived | Kind::Finding, _) => {
                self.unchecked(format!("why {path} of fact {at} was concluded"));
            }
            (_, []) => self.wrong(format!("fact {at} was told nowhere")),
            (kind, origins) => {
                for (nth, origin) in origins.iter().enumerate() {
                    self.told(at, fact, nth, *origin);
                }
                if kind == Kind::Entity {
                    self.unchecked(format!(
                        "that no later row has taken the place of a row of {path}"
                    ));
                }
            }
        }
    }

    fn told(&mut self, at: usize, fact: &Fact, nth: usize, origin: Origin) {
        let Some(told) = self.records.told(origin).filter(|told| told.relation == fact.relation)
        else {
            return self.wrong(format!("nothing like fact {at} was told at its origin"));
        };
        let Some(relation) = self.pack.get(fact.relation) else { return };
        let is_entity = relation.kind == Kind::Entity;
        for (field, (declared, value)) in relation.fields.iter().zip(&fact.values).enumerate() {
            let said = told.values.get(field).filter(|said| !said.is_null());
            let meant = said.or(declared.default.as_ref()).unwrap_or(&Value::Null);
            match said {
                _ if meant == value => {}
                // What one source leaves out another may have said (M1.3).
                None if is_entity => {
                    self.unchecked(format!(
                        "which other source says {}.{}",
                        relation.path, declared.name
                    ));
                }
                _ => self.wrong(format!("{} of fact {at} is not what was told", declared.name)),
            }
        }
        let coarse = fact.origins.iter().map(|origin| self.records.resolution(origin.source));
        let slack = if nth == 0 { 0 } else { coarse.max().unwrap_or(1) };
        let since = relation.since.and_then(|field| told.values.get(field.index()));
        let from = told.assumed_from.map(|from| match since {
            Some(Value::Time(since)) => from.max(*since),
            _ => from,
        });
        let same = fact.time.abs_diff(told.time) <= slack.unsigned_abs();
        if !same && (!is_entity || from != Some(fact.time)) {
            self.wrong(format!("fact {at} was told of another time"));
        }
        if fact.time > self.proof.at {
            self.wrong(format!("fact {at} is of a time still to come"));
        }
    }

    fn concluded(&mut self, at: usize, fact: &Fact, place: usize) {
        let of = self.proof.conclusions.get(place);
        let rule = of.and_then(|of| Some((of, self.pack.rules.get(of.rule)?)));
        let Some((of, rule)) = rule else {
            return self.wrong(format!("fact {at} is concluded nowhere"));
        };
        let sight = self.sight(rule, &of.bound, None);
        let (relation, same) = match &rule.head {
            Head::Finding(finding) => {
                let key = rule.key.iter().map(|slot| of.bound.get(slot.index()));
                (finding.relation, key.eq(fact.values.iter().map(Some)))
            }
            Head::Derived { relation, fields, .. } => {
                let value = |field: &Option<etio_plan::Expr>| match field {
                    Some(expr) => sight.eval(expr).ok(),
                    None => Some(Value::Null),
                };
                // What the checker cannot compute it does not contradict.
                let mut pairs = fields.iter().map(value).zip(&fact.values);
                let same = pairs.all(|(value, is)| value.is_none_or(|value| value == *is));
                (*relation, same || of.when.is_empty())
            }
        };
        if relation != fact.relation || !same {
            self.wrong(format!("fact {at} is not what {} concludes", rule.path));
        }
        self.unchecked(format!("since when {} holds", rule.path));
    }

    fn conclusion(&mut self, at: usize, of: &Conclusion) {
        let Some(rule) = self.pack.rules.get(of.rule) else {
            return self.wrong(format!("conclusion {at} is of no rule"));
        };
        let name = rule.path.as_str();
        if of.bound.len() != rule.slots.len() {
            return self.wrong(format!("{name} has other variables"));
        }
        if of.when.is_empty() && !rule.body.when.is_empty() {
            if of.lingers.is_some_and(|until| until <= self.proof.at) {
                self.wrong(format!("{name} does not hold any more"));
            }
            return self.unchecked(format!("the conditions of {name}, which are not in the proof"));
        }
        let mut conds = Conds::new(self, rule, &of.bound);
        if of.when.len() != rule.body.when.len() {
            conds.wrong("its conditions are not all there");
        }
        for (cond, step) in rule.body.when.iter().zip(&of.when) {
            conds.step(cond, step);
        }
        if of.when.iter().any(|step| step.outcome >= Outcome::Unseen) {
            conds.wrong("a condition does not hold");
        }
        let fixed = conds.fixed();
        let body = &rule.body;
        let expected = [(BlockKind::Unless, &body.unless), (BlockKind::Confirm, &body.confirm)];
        let expected = expected.iter().flat_map(|(kind, blocks)| {
            blocks.iter().enumerate().map(move |(number, conds)| (*kind, number, conds))
        });
        let mut shown = of.blocks.iter();
        for (kind, number, written) in expected {
            let Some(block) = shown.next().filter(|of| (of.kind, of.number) == (kind, number))
            else {
                return self.wrong(format!("{name}: its blocks are not all there"));
            };
            if block.bound.len() != rule.slots.len() {
                return self.wrong(format!("{name}: a block has other variables"));
            }
            let mut conds = Conds::within(self, rule, &block.bound, fixed.clone());
            for (cond, step) in written.iter().zip(&block.steps) {
                conds.step(cond, step);
            }
            let holds = matches!(block.outcome, Outcome::Holds | Outcome::Weak);
            let all = block.steps.len() == written.len()
                && block.steps.iter().all(|step| step.outcome <= Outcome::Weak);
            let strict = block.steps.iter().all(|step| step.outcome == Outcome::Holds);
            if holds && (!all || (block.outcome == Outcome::Holds && !strict)) {
                conds.wrong("a block is said to hold that does not");
            }
            if !holds {
                self.unchecked(format!("{name}: that nothing makes a block hold that does not"));
            }
        }
        self.verdict(rule, of);
    }

    /// Whether the verdict is no better than its conditions.
    fn verdict(&mut self, rule: &Rule, of: &Conclusion) {
        let name = rule.path.as_str();
        let confirms = || of.blocks.iter().filter(|block| block.kind == BlockKind::Confirm);
        let confirmed = confirms().any(|block| block.outcome == Outcome::Holds);
        let mut unless = of.blocks.iter().filter(|block| block.kind == BlockKind::Unless);
        if unless.clone().any(|block| matches!(block.outcome, Outcome::Holds | Outcome::Weak)) {
            self.wrong(format!("{name}: an `unless` block rules it out"));
        }
        if !confirmed
            && confirms().next().is_some()
            && confirms().all(|block| block.outcome == Outcome::Fails)
        {
            self.wrong(format!("{name}: no `confirm` block holds or may hold"));
        }
        if !of.sure {
            return;
        }
        if !confirmed && confirms().next().is_some() {
            self.wrong(format!("{name} is called confirmed, and no `confirm` block holds"));
        }
        if unless.any(|block| block.outcome == Outcome::Unknown) {
            self.wrong(format!("{name} is called confirmed, and an `unless` block is open"));
        }
        let worst = of.when.iter().map(|step| step.outcome).max();
        if worst.is_some_and(|worst| worst > if confirmed { Outcome::Weak } else { Outcome::Holds })
        {
            self.wrong(format!("{name} is called confirmed, and a condition is open"));
        }
        let suspected = |step: &Step| {
            step.facts.iter().any(|support| {
                let fact = self.proof.facts.get(support.fact);
                let place = fact.and_then(|fact| fact.conclusion);
                let of = place.and_then(|place| self.proof.conclusions.get(place));
                let rule = of.and_then(|of| Some((of, self.pack.rules.get(of.rule)?)));
                rule.is_some_and(|(of, rule)| {
                    !of.sure && of.lingers.is_none() && matches!(rule.head, Head::Finding(_))
                })
            })
        };
        if of.when.iter().any(suspected) {
            self.wrong(format!("{name} is called confirmed, and rests on what is suspected"));
        }
    }

    fn sight<'s>(
        &'s self,
        rule: &'s Rule,
        bound: &'s [Value],
        row: Option<&'s Fact>,
    ) -> expr::Sight<'s> {
        let (pack, records) = (self.pack, self.records);
        expr::Sight { pack, records, rule, bound, row, now: self.proof.at }
    }
}

/// A name for a condition in a message.
fn nth(at: usize) -> String {
    (at + 1).to_string()
}
