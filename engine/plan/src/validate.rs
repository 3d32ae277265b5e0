//! The only door into the engine: a decoded pack is checked before anything trusts its indices.

use alloc::{format, string::String};

use crate::{Pack, Rule};

impl Pack {
    /// Checks what the types cannot say.
    pub(crate) fn validate(&self) -> Result<(), String> {
        self.rules.iter().try_for_each(|rule| self.validate_rule(rule))
    }

    fn validate_rule(&self, rule: &Rule) -> Result<(), String> {
        match rule.key.iter().find(|slot| slot.index() >= rule.slots.len()) {
            Some(slot) => Err(format!("{}: key slot {} of {}", rule.path, slot.0, rule.slots.len())),
            None => Ok(()),
        }
    }
}
