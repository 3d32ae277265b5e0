//! Aggregates over what was not wholly collected, and what can still be decided with them (M3.2).

use alloc::{vec, vec::Vec};
use core::cmp::Ordering;

use etio_plan::{AggOp, Cmp};

use crate::{
    think::eval::{Eval, Lack},
    value::{
        expr::{Ex, Order},
        word::{ABSENT, Word, at},
    },
};

/// A variable whose value is not exact.
#[derive(Clone)]
pub(crate) struct Inexact {
    slot: u16,
    bound: Bound,
    lacks: Vec<Lack>,
}

/// What is sure about it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bound {
    AtLeast,
    AtMost,
    Nothing,
}

impl Bound {
    /// What more matches can do to an aggregate.
    pub(crate) const fn of(op: AggOp) -> Self {
        match op {
            AggOp::Count | AggOp::Distinct | AggOp::Changes | AggOp::Max => Self::AtLeast,
            AggOp::Min => Self::AtMost,
            AggOp::Sum => Self::Nothing,
        }
    }
}

impl Inexact {
    pub(crate) const fn new(slot: u16, bound: Bound, lacks: Vec<Lack>) -> Self {
        Self { slot, bound, lacks }
    }

    fn is_weak(&self) -> bool {
        self.lacks.iter().all(|lack| lack.weak)
    }
}

impl<'a> Eval<'a> {
    /// Whether a test holds, and what lacks for it to be sure. `None`: it is unknown.
    pub(crate) fn decide(&mut self, ex: &Ex) -> (Option<bool>, Vec<Lack>) {
        if self.inexact.is_empty() || !ex.reads(|slot| self.is_inexact(slot, true)) {
            return (Some(self.eval(ex, &[]) == 1), vec![]);
        }
        if let Some(sure) = self.kleene(ex, true) {
            return (Some(sure), vec![]);
        }
        let involved = self.inexact.iter().filter(|of| ex.reads(|slot| slot == of.slot));
        let lacks = involved.flat_map(|of| of.lacks.iter().copied()).collect();
        // What only a lossy relation leaves open counts at its face value.
        (self.kleene(ex, false), lacks)
    }

    /// A variable computed from inexact ones is inexact, in a way that bounds nothing.
    pub(crate) fn inherit(&mut self, slot: u16, ex: &Ex) {
        let involved = self.inexact.iter().filter(|of| ex.reads(|slot| slot == of.slot));
        let lacks: Vec<Lack> = involved.flat_map(|of| of.lacks.iter().copied()).collect();
        if !lacks.is_empty() {
            self.inexact.push(Inexact::new(slot, Bound::Nothing, lacks));
        }
    }

    fn is_inexact(&self, slot: u16, weak_too: bool) -> bool {
        self.inexact.iter().any(|of| of.slot == slot && (weak_too || !of.is_weak()))
    }

    fn kleene(&mut self, ex: &Ex, weak_too: bool) -> Option<bool> {
        if !ex.reads(|slot| self.is_inexact(slot, weak_too)) {
            return Some(self.eval(ex, &[]) == 1);
        }
        match ex {
            Ex::Not(of) => self.kleene(of, weak_too).map(|sure| !sure),
            Ex::All(of) => {
                let of: Vec<_> = of.iter().map(|ex| self.kleene(ex, weak_too)).collect();
                if of.contains(&Some(false)) {
                    Some(false)
                } else {
                    of.iter().all(Option::is_some).then_some(true)
                }
            }
            Ex::Any(of) => {
                let of: Vec<_> = of.iter().map(|ex| self.kleene(ex, weak_too)).collect();
                if of.contains(&Some(true)) {
                    Some(true)
                } else {
                    of.iter().all(Option::is_some).then_some(false)
                }
            }
            Ex::Cmp(cmp, order, of) => {
                let [a, b] = &**of;
                let open = |ex: &Ex| ex.reads(|slot| self.is_inexact(slot, weak_too));
                match (open(a), open(b)) {
                    (true, false) => self.bounded(*cmp, *order, a, b),
                    (false, true) => self.bounded(flip(*cmp), *order, b, a),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Compares an inexact side with an exact one.
    fn bounded(&mut self, cmp: Cmp, order: Order, open: &Ex, exact: &Ex) -> Option<bool> {
        let slot = match open {
            Ex::Slot(slot) => *slot,
            Ex::ToFloat(of) => match &**of {
                Ex::Slot(slot) => *slot,
                _ => return None,
            },
            _ => return None,
        };
        let bound = self.inexact.iter().rev().find(|of| of.slot == slot)?.bound;
        let (value, limit) = (self.eval(open, &[]), self.eval(exact, &[]));
        if value == ABSENT || limit == ABSENT || at(&self.slots, slot) == ABSENT {
            return None;
        }
        decided(cmp, bound, self.compare(order, value, limit))
    }

    fn compare(&mut self, order: Order, a: Word, b: Word) -> Ordering {
        self.calc(&[]).compare(order, a, b)
    }
}

/// What a comparison is for every value that the bound allows, where the known value compares so.
fn decided(cmp: Cmp, bound: Bound, known: Ordering) -> Option<bool> {
    // The true value is on the far side of the known one.
    let far = match bound {
        Bound::AtLeast => known,
        Bound::AtMost => known.reverse(),
        Bound::Nothing => return None,
    };
    let cmp = if bound == Bound::AtMost { flip(cmp) } else { cmp };
    match (cmp, far) {
        (Cmp::Ge, Ordering::Greater | Ordering::Equal) | (Cmp::Gt | Cmp::Ne, Ordering::Greater) => {
            Some(true)
        }
        (Cmp::Lt, Ordering::Greater | Ordering::Equal) | (Cmp::Le | Cmp::Eq, Ordering::Greater) => {
            Some(false)
        }
        _ => None,
    }
}

const fn flip(cmp: Cmp) -> Cmp {
    match cmp {
        Cmp::Lt => Cmp::Gt,
        Cmp::Le => Cmp::Ge,
        Cmp::Gt => Cmp::Lt,
        Cmp::Ge => Cmp::Le,
        same => same,
    }
}
