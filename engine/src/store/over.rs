//! Rules that have more to do than they may, and what cannot be known meanwhile (M6.2).

use alloc::{collections::BTreeSet, vec, vec::Vec};

/// Which rules are over their limit.
#[derive(Clone)]
pub(crate) struct Over {
    rules: BTreeSet<usize>,
    /// By relation: how many rules over their limit it rests on. Rows of it may lack.
    relations: Vec<u32>,
}

impl Over {
    pub(crate) fn new(relations: usize) -> Self {
        Self { rules: BTreeSet::new(), relations: vec![0; relations] }
    }

    /// Whether no rule is.
    pub(crate) fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The rules, in their order.
    pub(crate) fn rules(&self) -> impl Iterator<Item = usize> {
        self.rules.iter().copied()
    }

    /// Whether rows may lack in a relation because a rule has not come to them yet.
    pub(crate) fn may_lack(&self, relation: usize) -> bool {
        self.relations.get(relation).is_some_and(|rules| *rules > 0)
    }

    /// Says whether a rule is over its limit. `feeds` are the relations that rest on it. Returns those
    /// of which this changes whether rows may lack.
    pub(crate) fn set(&mut self, rule: usize, feeds: &[usize], over: bool) -> Vec<usize> {
        let changed = if over { self.rules.insert(rule) } else { self.rules.remove(&rule) };
        let mut turned = Vec::new();
        for relation in feeds.iter().filter(|_| changed) {
            let Some(rules) = self.relations.get_mut(*relation) else { continue };
            *rules = if over { *rules + 1 } else { rules.saturating_sub(1) };
            if *rules == u32::from(over) {
                turned.push(*relation);
            }
        }
        turned
    }
}
