//! Which variables of a rule have a value while it is compiled.

use etio_plan::{Atom, Expr, Rule};
use smallvec::SmallVec;

/// Which variables have a value at a point of a rule.
pub(crate) struct Bound(SmallVec<[Binding; 16]>);

impl Clone for Bound {
    fn clone(&self) -> Self {
        // Bytes as they are, not one by one.
        Self(SmallVec::from_slice(&self.0))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Binding {
    Fresh,
    /// Only because the key is looked at one by one.
    ByKey,
    Written,
}

impl Bound {
    pub(crate) fn none(rule: &Rule) -> Self {
        Self(SmallVec::from_elem(Binding::Fresh, rule.slots.len()))
    }

    pub(crate) fn key(rule: &Rule) -> Self {
        let mut bound = Self::none(rule);
        rule.key.iter().for_each(|slot| bound.set(slot.0, Binding::ByKey));
        bound
    }

    fn set(&mut self, slot: u16, binding: Binding) {
        if let Some(place) = self.0.get_mut(usize::from(slot)) {
            *place = binding;
        }
    }

    pub(crate) fn write(&mut self, slot: u16) {
        self.set(slot, Binding::Written);
    }

    pub(crate) fn forget(&mut self, slot: u16) {
        self.set(slot, Binding::Fresh);
    }

    pub(crate) fn get(&self, slot: u16) -> Binding {
        self.0.get(usize::from(slot)).copied().unwrap_or(Binding::Fresh)
    }

    pub(crate) fn has(&self, slot: u16) -> bool {
        self.get(slot) != Binding::Fresh
    }

    /// Whether all that an expression reads has a value, and the clock is not among it.
    pub(crate) fn gives(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Const(_) | Expr::Param(_) | Expr::Cell(_) => true,
            Expr::Slot(slot) | Expr::TimeOf(slot) => self.has(slot.0),
            Expr::Age(_) => false,
            Expr::Not(of) => self.gives(of),
            Expr::All(of) | Expr::Any(of) | Expr::Call(_, of) => {
                of.iter().all(|expr| self.gives(expr))
            }
            Expr::Cmp(_, a, b) | Expr::Arith(_, a, b) => self.gives(a) && self.gives(b),
        }
    }

    pub(crate) fn fresh_in<'a>(&'a self, after: &'a Self) -> impl Iterator<Item = u16> + 'a {
        let slots = self.0.iter().zip(&after.0).enumerate();
        let new = |(at, (before, after)): (usize, (&Binding, &Binding))| {
            (*before == Binding::Fresh && *after != Binding::Fresh).then_some(at as u16)
        };
        slots.filter_map(new)
    }
}

/// Calls `see` with each variable that an atom's row gives a value.
pub(crate) fn each_slot(atom: &Atom, mut see: impl FnMut(u16)) {
    for (_, expr) in &atom.joins {
        if let Expr::Slot(slot) = expr {
            see(slot.0);
        }
    }
    for (_, slot) in atom.binds.iter().chain(&atom.optional_binds) {
        see(slot.0);
    }
}
