//! Numbers by hash, in one array of buckets: a lookup takes one line of the cache, compares all hashes in
//! it at once, and knows what is told apart by its hash alone without looking at it.

use alloc::{vec, vec::Vec};
use core::hash::BuildHasher;

use foldhash::fast::FixedState;

/// A table of numbers. What finds its bucket full goes to the next that is not.
///
/// INVARIANT: a bucket is filled from its first place on, and a quarter of all places is free, so that
/// every search ends; and no bucket between that of an entry's hash and its own has a free place.
#[derive(Clone)]
pub(crate) struct Flat {
    buckets: Vec<Bucket>,
    len: usize,
    /// Of the 32 bits of a spread hash, the first say where.
    shift: u32,
    /// Spreads hashes. It is odd, and nobody outside knows it.
    factor: u32,
}

/// As many entries as a line of the cache has room for.
const PLACES: usize = 8;

#[derive(Clone, Copy)]
#[repr(align(64))]
struct Bucket {
    hashes: [u32; PLACES],
    numbers: [u32; PLACES],
}

/// The number at a free place.
const FREE: u32 = u32::MAX;

const EMPTY: Bucket = Bucket { hashes: [0; PLACES], numbers: [FREE; PLACES] };

impl Bucket {
    /// The first place with this hash that is the `same`.
    #[inline]
    fn place(&self, hash: u32, same: impl Fn(u32) -> bool) -> Option<usize> {
        // A byte for each place, all at once.
        let mut found = u64::from_le_bytes(self.hashes.map(|other| u8::from(other == hash)));
        while found != 0 {
            let place = (found.trailing_zeros() / u8::BITS) as usize;
            let number = self.numbers.get(place).copied().unwrap_or(FREE);
            if number != FREE && same(number) {
                return Some(place);
            }
            found &= found - 1;
        }
        None
    }

    #[inline]
    const fn is_full(&self) -> bool {
        self.numbers[PLACES - 1] != FREE
    }

    fn entries(&self) -> impl Iterator<Item = (u32, u32)> {
        let entries = self.hashes.into_iter().zip(self.numbers);
        entries.take_while(|(_, number)| *number != FREE)
    }

    fn set(&mut self, place: usize, (hash, number): (u32, u32)) {
        if let (Some(to_hash), Some(to_number)) =
            (self.hashes.get_mut(place), self.numbers.get_mut(place))
        {
            (*to_hash, *to_number) = (hash, number);
        }
    }

    fn push(&mut self, entry: (u32, u32)) {
        self.set(self.entries().count(), entry);
    }

    /// Takes an entry out; the last takes its place.
    fn remove(&mut self, place: usize) {
        if let Some((last, entry)) = self.entries().enumerate().last() {
            self.set(place, entry);
            self.set(last, (0, FREE));
        }
    }
}

impl Flat {
    pub(crate) fn new(state: &FixedState) -> Self {
        let factor = state.hash_one(0_u64) as u32 | 1;
        Self { buckets: Vec::new(), len: 0, shift: u32::BITS - 1, factor }
    }

    /// The bucket of a hash.
    #[inline]
    const fn home(&self, hash: u32) -> usize {
        (hash.wrapping_mul(self.factor) >> self.shift) as usize & self.mask()
    }

    #[inline]
    const fn mask(&self) -> usize {
        self.buckets.len().wrapping_sub(1)
    }

    /// Where the first number with this hash is that is the `same`.
    #[inline]
    fn place(&self, hash: u32, same: impl Fn(u32) -> bool) -> Option<(usize, usize)> {
        let mut at = self.home(hash);
        loop {
            // An empty table has no bucket.
            let bucket = self.buckets.get(at)?;
            if let Some(place) = bucket.place(hash, &same) {
                return Some((at, place));
            }
            if !bucket.is_full() {
                return None;
            }
            at = (at + 1) & self.mask();
        }
    }

    /// The number with this hash that is the `same`.
    #[inline]
    pub(crate) fn find(&self, hash: u32, same: impl Fn(u32) -> bool) -> Option<&u32> {
        let (at, place) = self.place(hash, same)?;
        self.buckets.get(at)?.numbers.get(place)
    }

    /// Puts another number in the place of one that is in. It is not the greatest.
    pub(crate) fn replace(&mut self, hash: u32, old: u32, new: u32) {
        if let Some((at, place)) = self.place(hash, |number| number == old)
            && let Some(bucket) = self.buckets.get_mut(at)
        {
            bucket.set(place, (hash, new));
        }
    }

    /// Adds a number that is not in yet. It is not the greatest.
    pub(crate) fn insert(&mut self, hash: u32, number: u32) {
        if self.len * 4 >= self.buckets.len() * PLACES * 3 {
            self.grow();
        }
        self.len += 1;
        self.put((hash, number));
    }

    fn put(&mut self, entry: (u32, u32)) {
        let (mut at, mask) = (self.home(entry.0), self.mask());
        while let Some(bucket) = self.buckets.get_mut(at) {
            if !bucket.is_full() {
                return bucket.push(entry);
            }
            at = (at + 1) & mask;
        }
    }

    #[cold]
    fn grow(&mut self) {
        let count = (self.buckets.len() * 2).max(1);
        self.shift = (u32::BITS - count.trailing_zeros()).min(u32::BITS - 1);
        for bucket in core::mem::replace(&mut self.buckets, vec![EMPTY; count]) {
            bucket.entries().for_each(|entry| self.put(entry));
        }
    }

    /// Takes a number out that is in.
    pub(crate) fn remove(&mut self, hash: u32, number: u32) {
        let Some((mut hole, place)) = self.place(hash, |other| other == number) else { return };
        self.len -= 1;
        let Some(bucket) = self.buckets.get_mut(hole) else { return };
        let mut was_full = bucket.is_full();
        bucket.remove(place);
        // What found no place here may be in a bucket further on.
        let mut at = hole;
        while was_full {
            at = (at + 1) & self.mask();
            let Some(bucket) = self.buckets.get(at) else { return };
            let from_hole = at.wrapping_sub(hole) & self.mask();
            let strays = |(hash, _): &(u32, u32)| {
                at.wrapping_sub(self.home(*hash)) & self.mask() >= from_hole
            };
            was_full = bucket.is_full();
            let stray = bucket.entries().enumerate().find(|(_, entry)| strays(entry));
            if let Some((place, entry)) = stray {
                if let Some(bucket) = self.buckets.get_mut(hole) {
                    bucket.push(entry);
                }
                if let Some(bucket) = self.buckets.get_mut(at) {
                    bucket.remove(place);
                }
                hole = at;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Hashes of which many are the same, and all of one bucket: what a set holds, the table finds.
        #[test]
        fn it_holds_what_a_set_holds(steps in prop::collection::vec((0_u32..8, 0_u32..64), 0..400)) {
            let mut flat = Flat::new(&FixedState::with_seed(7));
            let mut set = BTreeSet::new();
            for (hash, number) in steps {
                let known = flat.find(hash, |other| other == number).copied();
                prop_assert_eq!(known.is_some(), set.contains(&(hash, number)));
                if set.insert((hash, number)) {
                    flat.insert(hash, number);
                } else {
                    set.remove(&(hash, number));
                    flat.remove(hash, number);
                }
            }
            for (hash, number) in set {
                prop_assert!(flat.find(hash, |other| other == number).is_some());
            }
        }
    }
}
