//! Numbers by the words they are for.

use core::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::{HashTable, hash_table::OccupiedEntry};

use crate::value::word::{ABSENT, Word};

/// A table of numbers, each found by some words; all have as many. It keeps hashes and not words: whoever
/// asks says whether a number is for the words it asks by. A symbol, a boolean or a small integer is its
/// own hash, and where all are such nobody is asked.
#[derive(Clone)]
pub(crate) struct ByHash {
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

impl ByHash {
    /// None yet, for so many words each.
    pub(crate) fn new(words: usize, state: &FixedState) -> Self {
        Self {
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
        let Hash { hash, is_exact } = self.hash(words);
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
        let Hash { hash, is_exact } = self.hash(words);
        let same = |pair: &Pair| pair.hash == hash && (is_exact || same(pair.number));
        self.table.find_entry(spread(hash, self.factor), same).ok().map(Entry)
    }

    /// Adds a number for words that have none.
    pub(crate) fn insert(&mut self, words: impl Iterator<Item = Word>, number: u32) {
        let Hash { hash, is_exact } = self.hash(words);
        self.is_exact &= is_exact;
        let (pair, factor) = (Pair { hash, number }, self.factor);
        if self.table.is_empty() {
            // What has one has more soon.
            self.table.reserve(FEW, |pair| spread(pair.hash, factor));
        }
        self.table.insert_unique(spread(hash, factor), pair, |pair| spread(pair.hash, factor));
    }

    #[inline]
    fn hash(&self, mut words: impl Iterator<Item = Word>) -> Hash {
        if !self.is_single {
            let mixed = words.fold(self.seed, |hash, word| self.mix(hash ^ word));
            return Hash { hash: mixed as u32, is_exact: false };
        }
        match words.next().unwrap_or(ABSENT) {
            ABSENT => Hash { hash: 1 << 31, is_exact: self.is_exact },
            small if small < 1 << 31 => Hash { hash: small as u32, is_exact: self.is_exact },
            large => Hash { hash: self.mix(self.seed ^ large) as u32, is_exact: false },
        }
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
pub(crate) struct Entry<'a>(OccupiedEntry<'a, Pair>);

impl Entry<'_> {
    pub(crate) fn number(&self) -> u32 {
        self.0.get().number
    }

    /// Puts another number in its place.
    pub(crate) fn set(&mut self, number: u32) {
        self.0.get_mut().number = number;
    }

    pub(crate) fn remove(self) {
        self.0.remove();
    }
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Small words, large ones and the absent one: what a map holds, the table finds.
        #[test]
        fn it_finds_what_a_map_holds(steps in prop::collection::vec((0_usize..2, 0_usize..8), 0..200)) {
            let words = [0, 1, 1 << 31, (1 << 31) - 1, 1 << 32, ABSENT, Word::MAX, 7];
            let mut table = ByHash::new(1, &FixedState::with_seed(7));
            let mut map = BTreeMap::new();
            for (step, at) in steps {
                let word = words[at];
                let same = |number| words[number as usize] == word;
                let known = table.find([word].into_iter(), same).copied();
                prop_assert_eq!(known, map.get(&word).copied());
                match (step, known) {
                    (0, None) => {
                        table.insert([word].into_iter(), at as u32);
                        map.insert(word, at as u32);
                    }
                    (1, Some(_)) => {
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
