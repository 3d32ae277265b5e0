//! Items by key and by number.

use alloc::vec::Vec;

use foldhash::fast::FixedState;

use crate::{
    store::{by_hash::ByHash, slab::Slab},
    value::word::Word,
};

/// Items that are found by their keys, which all have as many words, and keep their numbers. The keys
/// lie one after the other by number, whatever the items are.
#[derive(Clone)]
pub(crate) struct Keyed<T> {
    width: usize,
    numbers: ByHash,
    words: Vec<Word>,
    items: Slab<T>,
}

impl<T> Keyed<T> {
    /// None yet, for keys of so many words.
    pub(crate) fn new(width: usize, state: &FixedState) -> Self {
        let (words, items) = (Vec::new(), Slab::new());
        Self { width, numbers: ByHash::new(width, state), words, items }
    }

    /// The number of the item with a key.
    pub(crate) fn find(&self, key: &[Word]) -> Option<u32> {
        let same = |number| self.key(number) == key;
        self.numbers.find(key.iter().copied(), same).copied()
    }

    /// The key of an item that is there.
    pub(crate) fn key(&self, number: u32) -> &[Word] {
        let start = number as usize * self.width;
        self.words.get(start..start + self.width).unwrap_or_default()
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
        let start = number as usize * self.width;
        match self.words.get_mut(start..start + self.width) {
            Some(words) => words.iter_mut().zip(key).for_each(|(word, new)| *word = *new),
            None => self.words.extend_from_slice(key),
        }
        self.numbers.insert(key.iter().copied(), number);
        number
    }

    /// Takes an item out.
    pub(crate) fn remove(&mut self, number: u32) {
        if self.items.get(number).is_none() {
            return;
        }
        let start = number as usize * self.width;
        let words = self.words.get(start..start + self.width).unwrap_or_default();
        if let Some(entry) = self.numbers.find_entry(words.iter().copied(), |other| other == number)
        {
            entry.remove();
        }
        self.items.remove(number);
    }

    /// Takes out the items of which this is not so.
    pub(crate) fn retain(&mut self, keep: impl Fn(&T) -> bool) {
        let goes = |(number, item): (u32, &T)| (!keep(item)).then_some(number);
        let gone: Vec<u32> = self.iter().filter_map(goes).collect();
        gone.into_iter().for_each(|number| self.remove(number));
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
