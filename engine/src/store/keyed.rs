//! Items by key and by number.

use foldhash::fast::FixedState;

use crate::{
    store::{by_hash::ByHash, slab::Slab},
    value::word::{Key, Word},
};

/// Items that are found by their keys, which all have as many words, and keep their numbers.
#[derive(Clone)]
pub(crate) struct Keyed<T> {
    numbers: ByHash,
    items: Slab<T>,
}

/// What has a key that never changes.
pub(crate) trait HasKey {
    fn key(&self) -> &[Word];
}

impl<T> HasKey for (Key, T) {
    fn key(&self) -> &[Word] {
        &self.0
    }
}

impl<T: HasKey> Keyed<T> {
    /// None yet, for keys of so many words.
    pub(crate) fn new(words: usize, state: &FixedState) -> Self {
        Self { numbers: ByHash::new(words, state), items: Slab::new() }
    }

    /// The number of the item with a key.
    pub(crate) fn find(&self, key: &[Word]) -> Option<u32> {
        let same = |number| self.items.get(number).is_some_and(|item| item.key().iter().eq(key));
        self.numbers.find(key.iter().copied(), same).copied()
    }

    pub(crate) fn get(&self, number: u32) -> Option<&T> {
        self.items.get(number)
    }

    pub(crate) fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        self.items.get_mut(number)
    }

    /// Adds an item, with whose key there is none, and says its number.
    pub(crate) fn add(&mut self, key: &[Word], item: T) -> u32 {
        let number = self.items.add(item);
        self.numbers.insert(key.iter().copied(), number);
        number
    }

    /// Takes an item out.
    pub(crate) fn remove(&mut self, number: u32) {
        let Some(item) = self.items.get(number) else { return };
        let words = item.key().iter().copied();
        if let Some(entry) = self.numbers.find_entry(words, |other| other == number) {
            entry.remove();
        }
        self.items.remove(number);
    }

    /// How many items there are.
    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    /// All items with their numbers, in no order that may show.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        self.items.iter()
    }
}
