//! How words are hashed.

use etio_plan::Type;
use foldhash::fast::FixedState;

use core::hash::BuildHasher;

use crate::value::word::Word;

/// Hashes of keys that have as many words each.
#[derive(Clone)]
pub(crate) struct Hashing {
    /// Two numbers that nobody outside knows; the second is odd.
    seed: Word,
    factor: Word,
    is_exact: bool,
}

impl Hashing {
    /// Of words of these types.
    pub(crate) fn new<'a>(types: impl IntoIterator<Item = &'a Type>, state: &FixedState) -> Self {
        let mut types = types.into_iter();
        let first = types.next().is_some_and(|ty| ty.is_textual() || *ty == Type::Bool);
        Self {
            seed: state.hash_one(0_u8),
            factor: state.hash_one(1_u8) | 1,
            is_exact: first && types.next().is_none(),
        }
    }

    /// Whether what has one hash is the same: one symbol, which is its own hash.
    #[inline]
    pub(crate) const fn is_exact(&self) -> bool {
        self.is_exact
    }

    /// The hash of some words.
    #[inline]
    pub(crate) fn of(&self, mut words: impl Iterator<Item = Word>) -> u32 {
        if self.is_exact {
            return words.next().map_or(0, fold);
        }
        fold(words.fold(self.seed, |hash, word| self.mix(hash ^ word)))
    }

    /// Multiplies, and lets the high half of the product speak in the low one.
    #[inline]
    fn mix(&self, word: Word) -> Word {
        let product = u128::from(word) * u128::from(self.factor);
        product as Word ^ (product >> Word::BITS) as Word
    }
}

/// A symbol, which has 31 bits, stays what it is, and the absent value is none of them.
#[inline]
const fn fold(word: Word) -> u32 {
    (word ^ (word >> u32::BITS)) as u32
}
