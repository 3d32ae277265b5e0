//! Numbers of rules or routes, in groups by the words they are for.

use alloc::vec::Vec;

use foldhash::fast::FixedState;

use crate::{store::keyed::Keyed, value::word::Word};

/// Groups of numbers by key; all keys have as many words.
#[derive(Clone)]
pub(crate) struct Groups(Keyed<Vec<usize>>);

impl Groups {
    /// None yet, for keys of so many words.
    pub(crate) fn new(words: usize, state: &FixedState) -> Self {
        Self(Keyed::new(words, state))
    }

    /// The group of a key.
    pub(crate) fn get(&self, key: &[Word]) -> &[usize] {
        self.0.find(key).and_then(|number| self.0.get(number)).map_or(&[], Vec::as_slice)
    }

    /// Adds a number to the group of a key.
    pub(crate) fn add(&mut self, key: &[Word], number: usize) {
        match self.0.find(key).and_then(|group| self.0.get_mut(group)) {
            Some(group) => group.push(number),
            None => {
                self.0.add(key, [number].into());
            }
        }
    }

    /// All numbers.
    pub(crate) fn all(&self) -> impl Iterator<Item = usize> {
        self.0.iter().flat_map(|(_, group)| group).copied()
    }
}
