//! What is bound where, while a rule is checked.

use alloc::{format, vec::Vec};

use super::Check;
use crate::{Pack, RelId, Rule, SlotId, SlotType, Type};

/// A rule, and which of its variables are bound so far.
pub(super) struct Scope<'p> {
    pub(super) pack: &'p Pack,
    pub(super) rule: &'p Rule,
    room: &'p mut Room,
}

/// What is noted of one rule after the other.
#[derive(Default)]
pub(super) struct Room {
    /// Whether each variable is bound, and those that are, in the order in which they were.
    bound: Vec<bool>,
    trail: Vec<SlotId>,
    /// The relations that its truth depends on.
    reads: Vec<RelId>,
}

impl<'p> Scope<'p> {
    /// Of a rule of which nothing is bound yet.
    pub(super) fn of(pack: &'p Pack, rule: &'p Rule, room: &'p mut Room) -> Self {
        room.bound.clear();
        room.bound.resize(rule.slots.len(), false);
        room.trail.clear();
        room.reads.clear();
        Self { pack, rule, room }
    }

    /// The relations that its truth depends on, as far as it was read.
    pub(super) fn reads(&self) -> impl Iterator<Item = RelId> {
        self.room.reads.iter().copied()
    }

    /// The variables that are bound, in the order in which they were.
    pub(super) fn trail(&self) -> &[SlotId] {
        &self.room.trail
    }

    /// Runs `check` with bindings of its own, which end with it.
    pub(super) fn inside(&mut self, check: impl FnOnce(&mut Self) -> Check) -> Check {
        let before = self.room.trail.len();
        let result = check(self);
        let Room { bound, trail, .. } = &mut *self.room;
        for slot in trail.drain(before..) {
            if let Some(bound) = bound.get_mut(slot.index()) {
                *bound = false;
            }
        }
        result
    }

    /// Notes that the truth of the rule depends on a relation.
    pub(super) fn read(&mut self, relation: RelId) {
        self.room.reads.push(relation);
    }

    /// The type of a variable.
    pub(super) fn slot(&self, slot: SlotId) -> Check<&SlotType> {
        let found = self.rule.slots.get(slot.index()).map(|slot| &slot.ty);
        found.ok_or_else(|| format!("variable {} of {}", slot.0, self.rule.slots.len()))
    }

    /// The type of a variable that is bound.
    pub(super) fn bound(&self, slot: SlotId) -> Check<&SlotType> {
        if self.is_bound(slot) {
            return self.slot(slot);
        }
        self.slot(slot)?;
        Err(format!("variable {} is not bound yet", slot.0))
    }

    pub(super) fn is_bound(&self, slot: SlotId) -> bool {
        self.room.bound.get(slot.index()).copied().unwrap_or(false)
    }

    /// The type of a scalar variable.
    pub(super) fn scalar(&self, slot: SlotId) -> Check<&Type> {
        match self.slot(slot)? {
            SlotType::Scalar(ty) => Ok(ty),
            SlotType::Row(_) => Err(format!("variable {} is a row", slot.0)),
        }
    }

    /// Binds a variable that is not bound yet.
    pub(super) fn bind(&mut self, slot: SlotId) -> Check {
        match self.room.bound.get_mut(slot.index()) {
            Some(bound) if !*bound => {
                *bound = true;
                self.room.trail.push(slot);
                Ok(())
            }
            Some(_) => Err(format!("variable {} is bound twice", slot.0)),
            None => Err(format!("variable {} of {}", slot.0, self.rule.slots.len())),
        }
    }
}
