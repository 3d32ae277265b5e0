//! Numbers of rules or routes, in groups by the words they are for.

use alloc::vec::Vec;

use foldhash::fast::FixedState;

use crate::{
    store::by_hash::ByHash,
    value::word::{Key, Word},
};

/// Groups of numbers by key; all keys have as many words.
#[derive(Clone)]
pub(crate) struct Groups {
    places: ByHash,
    groups: Vec<(Key, Vec<usize>)>,
}

impl Groups {
    /// None yet, for keys of so many words.
    pub(crate) fn new(words: usize, state: &FixedState) -> Self {
        Self { places: ByHash::new(words, state), groups: Vec::new() }
    }

    /// The group of a key.
    pub(crate) fn get(&self, key: &[Word]) -> &[usize] {
        let group = self.place(key).and_then(|place| self.groups.get(place));
        group.map_or(&[], |(_, group)| group)
    }

    /// Adds a number to the group of a key.
    pub(crate) fn add(&mut self, key: &[Word], number: usize) {
        match self.place(key).and_then(|place| self.groups.get_mut(place)) {
            Some((_, group)) => group.push(number),
            None => {
                self.places.insert(key.iter().copied(), self.groups.len() as u32);
                self.groups.push((Key::from_slice(key), [number].into()));
            }
        }
    }

    /// All numbers.
    pub(crate) fn all(&self) -> impl Iterator<Item = usize> {
        self.groups.iter().flat_map(|(_, group)| group).copied()
    }

    fn place(&self, key: &[Word]) -> Option<usize> {
        let same = |place| self.groups.get(place as usize).is_some_and(|of| of.0.iter().eq(key));
        self.places.find(key.iter().copied(), same).map(|place| *place as usize)
    }
}
