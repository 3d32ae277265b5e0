//! Numbers by hash, in one array: a lookup takes one line of the cache, and knows what is told apart by
//! its hash alone without looking at it.

use alloc::{vec, vec::Vec};
use core::hash::BuildHasher;

use foldhash::fast::FixedState;

/// A table of numbers, open-addressed: what finds its place taken takes the next that is free.
///
/// INVARIANT: at least a quarter of the places is free, so that every search ends; and no place between
/// that of an entry's hash and its own is.
#[derive(Clone)]
pub(crate) struct Flat {
    places: Vec<Entry>,
    len: usize,
    /// Of all 32 bits of a spread hash, the first say where.
    shift: u32,
    /// Spreads hashes. It is odd, and nobody outside knows it.
    factor: u32,
}

#[derive(Clone, Copy)]
struct Entry {
    hash: u32,
    number: u32,
}

const FREE: Entry = Entry { hash: 0, number: u32::MAX };

/// As many places has a table that is not empty at least.
const FEWEST: usize = 4;

impl Flat {
    pub(crate) fn new(state: &FixedState) -> Self {
        Self { places: Vec::new(), len: 0, shift: 0, factor: state.hash_one(0_u64) as u32 | 1 }
    }

    /// Where an entry with this hash would lie.
    #[inline]
    const fn home(&self, hash: u32) -> usize {
        (hash.wrapping_mul(self.factor) >> self.shift) as usize
    }

    #[inline]
    const fn next(&self, place: usize) -> usize {
        (place + 1) & (self.places.len() - 1)
    }

    /// The place of the first number with this hash that is the `same`.
    #[inline]
    fn place(&self, hash: u32, same: impl Fn(u32) -> bool) -> Option<usize> {
        let mut place = self.home(hash);
        loop {
            // An empty table has none.
            let entry = self.places.get(place)?;
            if entry.number == FREE.number {
                return None;
            }
            if entry.hash == hash && same(entry.number) {
                return Some(place);
            }
            place = self.next(place);
        }
    }

    /// The number with this hash that is the `same`.
    #[inline]
    pub(crate) fn find(&self, hash: u32, same: impl Fn(u32) -> bool) -> Option<&u32> {
        self.place(hash, same).and_then(|place| self.places.get(place)).map(|entry| &entry.number)
    }

    /// Puts another number in the place of one that is in. It is not the greatest.
    pub(crate) fn replace(&mut self, hash: u32, old: u32, new: u32) {
        let place = self.place(hash, |number| number == old);
        if let Some(entry) = place.and_then(|place| self.places.get_mut(place)) {
            entry.number = new;
        }
    }

    /// Adds a number that is not in yet. It is not the greatest.
    pub(crate) fn insert(&mut self, hash: u32, number: u32) {
        if (self.len + 1) * 4 > self.places.len() * 3 {
            self.grow();
        }
        self.len += 1;
        self.put(Entry { hash, number });
    }

    fn put(&mut self, new: Entry) {
        let mut place = self.home(new.hash);
        while let Some(entry) = self.places.get_mut(place) {
            if entry.number == FREE.number {
                *entry = new;
                return;
            }
            place = self.next(place);
        }
    }

    #[cold]
    fn grow(&mut self) {
        let count = (self.places.len() * 2).max(FEWEST);
        self.shift = u32::BITS - count.trailing_zeros();
        for entry in core::mem::replace(&mut self.places, vec![FREE; count]) {
            if entry.number != FREE.number {
                self.put(entry);
            }
        }
    }

    /// Takes a number out that is in.
    pub(crate) fn remove(&mut self, hash: u32, number: u32) {
        let Some(mut hole) = self.place(hash, |other| other == number) else { return };
        let mask = self.places.len() - 1;
        // What follows moves up, unless it would come to lie before the place of its hash.
        let mut place = self.next(hole);
        while let Some(entry) = self.places.get(place).copied()
            && entry.number != FREE.number
        {
            let from_home = place.wrapping_sub(self.home(entry.hash)) & mask;
            if from_home >= place.wrapping_sub(hole) & mask {
                self.set(hole, entry);
                hole = place;
            }
            place = self.next(place);
        }
        self.set(hole, FREE);
        self.len -= 1;
    }

    fn set(&mut self, place: usize, entry: Entry) {
        if let Some(of) = self.places.get_mut(place) {
            *of = entry;
        }
    }
}
