//! Which conditions look at every row of a relation, for each key: what a rule costs then grows with that
//! relation.

use std::collections::BTreeSet;

use etio_plan::{Atom, Cond, Expr, Kind, Pack, Relation, Rule, SlotId, Source};

/// The variables that have a value before a condition.
#[derive(Clone)]
pub(super) struct Known(BTreeSet<SlotId>);

impl Known {
    /// A rule is asked about one key at a time.
    pub(super) fn key(rule: &Rule) -> Self {
        Self(rule.key.iter().copied().collect())
    }

    /// The relations of which a condition looks at every row, or at every row with some constants: nothing
    /// that is known says which. Where nothing is known there is nothing to ask for.
    pub(super) fn every<'p>(&self, pack: &'p Pack, cond: &Cond) -> Vec<&'p Relation> {
        let (mut known, mut every) = (self.clone(), Vec::new());
        for atom in in_order(cond) {
            let relation = pack.get(atom.relation);
            let relation = relation.filter(|of| !known.narrows(atom) && !is_one(of, atom));
            every.extend(relation.filter(|_| !known.0.is_empty()));
            known.bind(atom);
        }
        every
    }

    /// What is known after a condition.
    pub(super) fn after(&mut self, cond: &Cond) {
        match cond {
            Cond::Each(of) | Cond::Pick { of, .. } => of.binding().for_each(|atom| self.bind(atom)),
            Cond::Agg { into: slot, .. } | Cond::Let(slot, _) | Cond::Member(slot, _) => {
                self.0.insert(*slot);
            }
            Cond::No(_) | Cond::Test(_) => {}
        }
    }

    fn narrows(&self, atom: &Atom) -> bool {
        atom.joins.iter().any(|(_, expr)| self.says(expr))
            || atom.bound().any(|slot| self.0.contains(&slot))
    }

    fn bind(&mut self, atom: &Atom) {
        let joined = atom.joins.iter().filter_map(|(_, expr)| match expr {
            Expr::Slot(slot) => Some(*slot),
            _ => None,
        });
        self.0.extend(atom.bound().chain(joined).chain([atom.row]));
    }

    /// Whether an expression has to do with what is known.
    fn says(&self, expr: &Expr) -> bool {
        expr.any(&|part| match part {
            Expr::Slot(slot) | Expr::TimeOf(slot) => self.0.contains(slot),
            _ => false,
        })
    }
}

/// Whether constants say which entity a pattern is about.
fn is_one(relation: &Relation, atom: &Atom) -> bool {
    let is_said = |at: usize| atom.joins.iter().any(|(field, _)| field.index() == at);
    let mut keys = relation.fields.iter().enumerate().filter(|(_, field)| field.key);
    relation.kind == Kind::Entity && keys.all(|(at, _)| is_said(at))
}

/// The patterns of a condition in the order in which they are looked for.
fn in_order(cond: &Cond) -> impl Iterator<Item = &Atom> {
    let mut atoms: Vec<&Atom> = cond.atoms().collect();
    if let Some(Source::Silence { .. }) = cond.source() {
        atoms.reverse();
    }
    atoms.into_iter()
}
