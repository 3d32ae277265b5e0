//! Numbers by hash.

use hashbrown::{HashTable, hash_table::OccupiedEntry};

/// A table of numbers. It keeps hashes beside them, so that it grows without looking at what they are
/// numbers of, and knows what its hash alone tells apart without looking at all.
#[derive(Clone, Default)]
pub(crate) struct ByHash {
    table: HashTable<Pair>,
}

#[derive(Clone, Copy)]
struct Pair {
    hash: u32,
    number: u32,
}

/// As `hashbrown` takes it, which places by the lowest bits and tells apart by the highest.
#[inline]
const fn spread(hash: u32) -> u64 {
    // Symbols are their own hashes, and may differ in few bits.
    let product = (hash as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    product ^ product >> u32::BITS
}

impl ByHash {
    /// The number with this hash that is the `same`.
    #[inline]
    pub(crate) fn find(&self, hash: u32, same: impl Fn(u32) -> bool) -> Option<&u32> {
        let same = |pair: &Pair| pair.hash == hash && same(pair.number);
        self.table.find(spread(hash), same).map(|pair| &pair.number)
    }

    /// The same, to be changed or taken out.
    #[inline]
    pub(crate) fn find_entry(
        &mut self,
        hash: u32,
        same: impl Fn(u32) -> bool,
    ) -> Option<Entry<'_>> {
        let same = |pair: &Pair| pair.hash == hash && same(pair.number);
        self.table.find_entry(spread(hash), same).ok().map(Entry)
    }

    /// Adds a number that is not in yet.
    pub(crate) fn insert(&mut self, hash: u32, number: u32) {
        self.table.insert_unique(spread(hash), Pair { hash, number }, |pair| spread(pair.hash));
    }
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
