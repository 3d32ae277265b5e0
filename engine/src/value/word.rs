//! Values inside the engine: one word each.
//!
//! Numbers, times and booleans are their own bits; texts, lists and maps are symbols. Equality of
//! two words of one type is equality of their values, which is all that joins and indexes need;
//! order and spelling need the type and the [`Symbols`](super::symbols::Symbols).

use smallvec::SmallVec;

/// A value in a row or a variable.
pub(crate) type Word = u64;

/// A key. Those of up to three words, as most are, take no allocation.
pub(crate) type Key = SmallVec<[Word; 3]>;

/// A row that waits to be stored.
pub(crate) type Row = SmallVec<[Word; 6]>;

/// The absent value. Integers saturate above it and `-0.0`, whose bits it has, is written `0.0`.
pub(crate) const ABSENT: Word = 1 << 63;

/// An integer, a duration, a time or a size.
pub(crate) const fn int(value: i64) -> Word {
    (if value == i64::MIN { i64::MIN + 1 } else { value }) as Word
}

/// An integer of more bits, or the nearest there is.
pub(crate) fn saturated(value: i128) -> Word {
    int(i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX }))
}

/// What [`int`] wrote.
pub(crate) const fn as_int(word: Word) -> i64 {
    word as i64
}

/// A float; absent where it is not finite.
pub(crate) fn float(value: f64) -> Word {
    if value.is_finite() { (value + 0.0).to_bits() } else { ABSENT }
}

/// What [`float`] wrote.
pub(crate) const fn as_float(word: Word) -> f64 {
    f64::from_bits(word)
}

/// The word at a position; what lies outside is absent.
pub(crate) fn at(words: &[Word], position: u16) -> Word {
    words.get(usize::from(position)).copied().unwrap_or(ABSENT)
}

/// A key of some words. Most are short, and written word by word: what is copied at once may not be read
/// again at once.
pub(crate) fn as_key(words: &[Word]) -> Key {
    match *words {
        [a] => Key::from_buf_and_len([a, 0, 0], 1),
        [a, b] => Key::from_buf_and_len([a, b, 0], 2),
        [a, b, c] => Key::from_buf([a, b, c]),
        _ => Key::from_slice(words),
    }
}

/// The words at some positions, as a key.
pub(crate) fn key_at(words: &[Word], positions: &[u16]) -> Key {
    match *positions {
        [a] => Key::from_buf_and_len([at(words, a), 0, 0], 1),
        [a, b] => Key::from_buf_and_len([at(words, a), at(words, b), 0], 2),
        _ => positions.iter().map(|position| at(words, *position)).collect(),
    }
}

/// Writes a word where there is room for it.
pub(crate) fn put(words: &mut [Word], position: u16, word: Word) {
    if let Some(place) = words.get_mut(usize::from(position)) {
        *place = word;
    }
}
