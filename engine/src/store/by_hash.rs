//! Numbers by the words they are for.

use alloc::vec::Vec;
use core::{hash::BuildHasher, mem};

use foldhash::fast::FixedState;
use hashbrown::{HashTable, hash_table::OccupiedEntry};

use crate::value::word::{ABSENT, Word};

/// A table of numbers, each found by some words; all have as many. It keeps hashes and not words: whoever
/// asks says whether a number is for the words it asks by. A symbol, a boolean or a small integer is its
/// own hash, and where all are such nobody is asked. Where they also lie close together, as those of most
/// fields do, each is its own place and nothing is searched.
#[derive(Clone)]
pub(crate) struct ByHash {
    /// The numbers of words that lie close together, each at the place of its word after the first.
    near: Vec<u32>,
    /// The word of the first of these places.
    first: Word,
    /// As many of these places are taken.
    count: usize,
    /// The numbers of all others.
    table: HashTable<Pair>,
    /// Two numbers that nobody outside knows; the second is odd.
    seed: Word,
    factor: Word,
    /// Whether each number is found by one word.
    is_single: bool,
    /// Whether each hash so far is the word that it is of.
    is_exact: bool,
}

/// For as many numbers there is room at first.
const FEW: usize = 14;

/// No number: rows and keys are fewer.
const NONE: u32 = u32::MAX;

/// The hash of the absent word. Those below are their own.
const NO_WORD: Word = 1 << 31;

#[derive(Clone, Copy)]
struct Pair {
    hash: u32,
    number: u32,
}

/// A hash, and whether what has it is the same.
#[derive(Clone, Copy)]
struct Hash {
    hash: u32,
    is_exact: bool,
}

/// Where a number is.
enum Place {
    Near(usize),
    /// In the table.
    Far(Hash),
}

impl ByHash {
    /// None yet, for so many words each.
    pub(crate) fn new(words: usize, state: &FixedState) -> Self {
        Self {
            near: Vec::new(),
            first: 0,
            count: 0,
            table: HashTable::new(),
            seed: state.hash_one(0_u8),
            factor: state.hash_one(1_u8) | 1,
            is_single: words == 1,
            is_exact: words == 1,
        }
    }

    /// The number for some words: of those with their hash the one that is the `same`.
    #[inline]
    pub(crate) fn find(
        &self,
        words: impl Iterator<Item = Word>,
        same: impl Fn(u32) -> bool,
    ) -> Option<&u32> {
        match self.place(words) {
            Place::Near(place) => self.near.get(place).filter(|number| **number != NONE),
            Place::Far(hash) => self.find_far(hash, same),
        }
    }

    fn find_far(&self, Hash { hash, is_exact }: Hash, same: impl Fn(u32) -> bool) -> Option<&u32> {
        let same = |pair: &Pair| pair.hash == hash && (is_exact || same(pair.number));
        self.table.find(spread(hash, self.factor), same).map(|pair| &pair.number)
    }

    /// The same, to be changed or taken out.
    #[inline]
    pub(crate) fn find_entry(
        &mut self,
        words: impl Iterator<Item = Word>,
        same: impl Fn(u32) -> bool,
    ) -> Option<Entry<'_>> {
        match self.place(words) {
            Place::Near(place) => {
                let number = self.near.get_mut(place).filter(|number| **number != NONE)?;
                Some(Entry(Found::Near(number, &mut self.count)))
            }
            Place::Far(hash) => self.find_entry_far(hash, same),
        }
    }

    fn find_entry_far(
        &mut self,
        Hash { hash, is_exact }: Hash,
        same: impl Fn(u32) -> bool,
    ) -> Option<Entry<'_>> {
        let same = |pair: &Pair| pair.hash == hash && (is_exact || same(pair.number));
        let found = self.table.find_entry(spread(hash, self.factor), same).ok();
        found.map(|entry| Entry(Found::Far(entry)))
    }

    /// Adds a number for words that have none.
    pub(crate) fn insert(&mut self, words: impl Iterator<Item = Word>, number: u32) {
        match self.place(words) {
            Place::Near(place) => self.put(place, number),
            Place::Far(Hash { hash, is_exact }) => {
                self.is_exact &= is_exact;
                if self.is_exact
                    && let Some(place) = self.reach(hash)
                {
                    return self.put(place, number);
                }
                self.put_far(Pair { hash, number });
            }
        }
    }

    fn put_far(&mut self, pair: Pair) {
        let factor = self.factor;
        if self.table.is_empty() {
            // What has one has more soon.
            self.table.reserve(FEW, |pair| spread(pair.hash, factor));
        }
        self.table.insert_unique(spread(pair.hash, factor), pair, |pair| spread(pair.hash, factor));
    }

    fn put(&mut self, place: usize, number: u32) {
        if let Some(near) = self.near.get_mut(place) {
            *near = number;
            self.count += 1;
        }
    }

    /// Lets the places reach a word, if they then are no more than the buckets of a table of hashes would be.
    #[cold]
    fn reach(&mut self, word: u32) -> Option<usize> {
        let room = 2 * (self.count + self.table.len() + 1).max(FEW).next_power_of_two();
        let first = self.reach_from(word.into(), room as Word)?;
        let mut pairs: Vec<Pair> = mem::take(&mut self.table).into_iter().collect();
        if first != self.first {
            let near = (self.first as u32..).zip(self.near.drain(..));
            let near = near.filter(|(_, number)| *number != NONE);
            pairs.extend(near.map(|(hash, number)| Pair { hash, number }));
            (self.first, self.count) = (first, 0);
        }
        self.near.resize(room, NONE);
        for pair in pairs {
            match self.near_place(pair.hash.into()) {
                Some(place) => self.put(place, pair.number),
                None => self.put_far(pair),
            }
        }
        self.near_place(word.into())
    }

    /// From which word on so many places reach a word.
    fn reach_from(&self, word: Word, room: Word) -> Option<Word> {
        if !self.near.is_empty() {
            if (self.first..self.first + room).contains(&word) && self.first + room <= NO_WORD {
                return Some(self.first);
            }
            let first = (self.first + self.near.len() as Word).saturating_sub(room);
            if (first..self.first).contains(&word) {
                return Some(first);
            }
        }
        // Instead of growing the table has places, if what it holds lies close together.
        if self.table.len() < self.table.capacity() || self.table.len() <= self.count {
            return None;
        }
        let words = self.table.iter().map(|pair| Word::from(pair.hash)).chain([word]);
        let (low, high) = words
            .filter(|word| *word != NO_WORD)
            .fold((NO_WORD, 0), |(low, high), word| (low.min(word), high.max(word)));
        let first = low.min(NO_WORD.saturating_sub(room));
        (high < first + room).then_some(first)
    }

    /// The place of a word, if it is among those that lie close together.
    #[inline]
    fn near_place(&self, word: Word) -> Option<usize> {
        let place = word.wrapping_sub(self.first);
        (place < self.near.len() as Word).then_some(place as usize)
    }

    #[inline]
    fn place(&self, mut words: impl Iterator<Item = Word>) -> Place {
        if !self.is_single {
            let mixed = words.fold(self.seed, |hash, word| self.mix(hash ^ word));
            return Place::Far(Hash { hash: mixed as u32, is_exact: false });
        }
        let word = words.next().unwrap_or(ABSENT);
        if let Some(place) = self.near_place(word) {
            return Place::Near(place);
        }
        Place::Far(match word {
            ABSENT => Hash { hash: NO_WORD as u32, is_exact: self.is_exact },
            small if small < NO_WORD => Hash { hash: small as u32, is_exact: self.is_exact },
            large => Hash { hash: self.mix(self.seed ^ large) as u32, is_exact: false },
        })
    }

    /// Multiplies, and lets the high half of the product speak in the low one.
    #[inline]
    fn mix(&self, word: Word) -> Word {
        let product = u128::from(word) * u128::from(self.factor);
        product as Word ^ (product >> Word::BITS) as Word
    }
}

/// A hash as `hashbrown` takes it, which places by the lowest bits and tells apart by the highest: small
/// numbers may differ in few of either.
#[inline]
const fn spread(hash: u32, factor: Word) -> u64 {
    let product = (hash as u64).wrapping_mul(factor);
    product ^ product >> u32::BITS
}

/// A number that was found.
pub(crate) struct Entry<'a>(Found<'a>);

enum Found<'a> {
    /// At its place, with how many places are taken.
    Near(&'a mut u32, &'a mut usize),
    Far(OccupiedEntry<'a, Pair>),
}

impl Entry<'_> {
    #[inline]
    pub(crate) fn number(&self) -> u32 {
        match &self.0 {
            Found::Near(number, _) => **number,
            Found::Far(entry) => entry.get().number,
        }
    }

    /// Puts another number in its place.
    #[inline]
    pub(crate) fn set(&mut self, new: u32) {
        match &mut self.0 {
            Found::Near(number, _) => **number = new,
            Found::Far(entry) => entry.get_mut().number = new,
        }
    }

    #[inline]
    pub(crate) fn remove(self) {
        match self.0 {
            Found::Near(number, count) => {
                *number = NONE;
                *count -= 1;
            }
            Found::Far(entry) => drop(entry.remove()),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Words that lie close together, here or there, large ones and the absent one: what a map holds,
        /// the table finds.
        #[test]
        fn it_finds_what_a_map_holds(
            steps in prop::collection::vec((0_u8..3, 0_usize..100), 0..400),
            first in prop::sample::select(vec![0, 5_000, NO_WORD - 99]),
            large in 0_usize..4,
        ) {
            let few = [NO_WORD, 1 << 32, Word::MAX].into_iter().take(large);
            let close = (0..60).map(|n| first + 3 * n).filter(|word| *word < NO_WORD);
            let words: Vec<Word> = (0..30)
                .map(|n| 900 - n)
                .chain(close)
                .chain([ABSENT, NO_WORD - 1])
                .chain(few)
                .collect();
            let mut table = ByHash::new(1, &FixedState::with_seed(7));
            let mut map = BTreeMap::new();
            for (step, at) in steps {
                let Some(word) = words.get(at).copied() else { continue };
                let same = |number| words[number as usize] == word;
                let known = table.find([word].into_iter(), same).copied();
                prop_assert_eq!(known, map.get(&word).copied());
                match (step, known) {
                    (0 | 1, None) => {
                        table.insert([word].into_iter(), at as u32);
                        map.insert(word, at as u32);
                    }
                    (2, Some(_)) => {
                        let entry = table.find_entry([word].into_iter(), same);
                        prop_assert!(entry.is_some());
                        entry.into_iter().for_each(Entry::remove);
                        map.remove(&word);
                    }
                    _ => {}
                }
            }
        }
    }
}
