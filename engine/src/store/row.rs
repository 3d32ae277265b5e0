//! What a row is called, and what is known about it beside its words.

use smallvec::SmallVec;

use crate::value::word::Word;

/// The place of a row in its relation.
pub(crate) type RowId = u32;

/// What is known about a row beside its words: a set of the marks below.
pub(crate) type Marks = u16;

/// Known only from a later first snapshot (M5.2): events may join it, alone it does not count.
pub(crate) const ASSUMED: Marks = 1;
/// Came with a first snapshot: how long it stood before its observation is not known.
pub(crate) const FIRST: Marks = 2;
/// Concluded from an absence that only a lossy relation vouches for (M3.4).
pub(crate) const WEAK: Marks = 4;
/// Rests on a suspected finding (M3.5).
pub(crate) const SUSPECT: Marks = 8;
/// Is an event or rests on one.
pub(crate) const EVENTFUL: Marks = 16;
/// Ended in this instant because something contradicts it; leaves the relation at its end.
pub(crate) const ENDED: Marks = 32;
/// Ended in this instant because only a window ran out; leaves the relation at its end.
pub(crate) const LAPSED: Marks = 64;
/// Was taken out in this instant: no index finds it, but who rested on it can still show it.
pub(crate) const GONE: Marks = 128;
/// The slot is free.
pub(crate) const FREE: Marks = 256;

/// A row that will be found again even where its slot has been taken by another since.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub(crate) struct Pin {
    pub(super) relation: u16,
    pub(super) generation: Generation,
    pub(crate) row: RowId,
}

/// How often a slot was taken before.
pub(crate) type Generation = u16;

/// The number of no relation of a pack is higher, so that those of superseded rows have room after them.
pub(crate) const MOST_RELATIONS: usize = u16::MAX as usize / 2;

/// As many rows stand as evidence for a conclusion, or for an aggregate (M6.4).
pub(crate) const MOST_EVIDENCE: usize = 64;

/// The rows behind a conclusion. Few rest on more than four.
pub(crate) type Pins = SmallVec<[Pin; 4]>;

impl Pin {
    /// Of a row that is gone.
    pub(crate) const fn gone(relation: usize) -> Self {
        Self { relation: relation as u16, generation: 0, row: RowId::MAX }
    }

    pub(crate) const fn relation(self) -> usize {
        self.relation as usize
    }

    /// It in a word.
    pub(crate) const fn word(self) -> Word {
        (self.relation as Word) << 48 | (self.generation as Word) << 32 | self.row as Word
    }

    /// What [`word`](Self::word) wrote.
    pub(crate) const fn of(word: Word) -> Self {
        Self { relation: (word >> 48) as u16, generation: (word >> 32) as u16, row: word as RowId }
    }
}

/// How far from a plain truth a conclusion is.
pub(crate) const fn blemish(marks: Marks) -> u8 {
    (marks & ASSUMED != 0) as u8 * 4 + (marks & SUSPECT != 0) as u8 * 2 + (marks & WEAK != 0) as u8
}
