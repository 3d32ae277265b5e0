//! Facts that are remembered when their rows may be gone. They lie one after the other in one
//! allocation: episodes come and go often, and few are ever shown.

use alloc::vec::Vec;

use etio_plan::{Origin, SourceId};

use crate::{
    store::sources::Stamp,
    value::word::{Row, Word, as_int, int},
};

/// A fact kept for as long as an episode is remembered; its row may be gone.
#[derive(Clone, PartialEq)]
pub(crate) struct Kept {
    /// A relation of the pack.
    pub(crate) relation: usize,
    pub(crate) stamp: Stamp,
    /// Who else told of it.
    pub(crate) more: Vec<Origin>,
    pub(crate) words: Row,
}

impl Kept {
    /// All its origins, the first first.
    pub(crate) fn origins(&self) -> Vec<Origin> {
        [&[self.stamp.origin], &*self.more].concat()
    }
}

/// Some facts. Of each: its relation and how many words it has, how many origins, when, these origins, of
/// which there is one, as two words each, and its words.
#[derive(Clone, PartialEq, Default)]
pub(crate) struct Copies {
    count: usize,
    words: Vec<Word>,
}

/// Words of a fact of one origin beside its own.
const HEAD: usize = 5;
/// Most facts have no more fields.
const FEW: usize = 4;

impl Copies {
    /// None, with room for as many of few fields.
    pub(crate) fn with_room(facts: usize) -> Self {
        Self { count: 0, words: Vec::with_capacity(facts * (HEAD + FEW)) }
    }

    /// Those that some words say.
    pub(crate) fn of(words: Vec<Word>) -> Self {
        let mut copies = Self { count: 0, words };
        copies.count = copies.iter().count();
        copies
    }

    /// Leaves none.
    pub(crate) fn clear(&mut self) {
        self.count = 0;
        self.words.clear();
    }

    /// The words of all of them, and what else is written down.
    pub(crate) fn words(&self) -> &[Word] {
        &self.words
    }

    /// How many there are.
    pub(crate) const fn len(&self) -> usize {
        self.count
    }

    /// Adds a fact of a relation of the pack: its first stamp, its other origins and its words.
    pub(crate) fn push(&mut self, relation: usize, stamp: Stamp, more: &[Origin], words: &[Word]) {
        let Stamp { time, origin } = stamp;
        let sizes = (relation as Word) << u32::BITS | words.len() as Word;
        let [from, place] = packed(origin);
        self.words.extend_from_slice(&[sizes, 1 + more.len() as Word, int(time), from, place]);
        more.iter().for_each(|origin| self.words.extend_from_slice(&packed(*origin)));
        self.words.extend_from_slice(words);
        self.count += 1;
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Kept> {
        let mut left = self.words.as_slice();
        core::iter::from_fn(move || {
            let (&[sizes, origins, time, from, place], rest) = left.split_first_chunk()?;
            let more = (origins as usize).saturating_sub(1) * 2;
            let (more, rest) = rest.split_at_checked(more)?;
            let (words, rest) = rest.split_at_checked(sizes as u32 as usize)?;
            left = rest;
            let (more, _) = more.as_chunks();
            Some(Kept {
                relation: (sizes >> u32::BITS) as usize,
                stamp: Stamp { time: as_int(time), origin: unpacked([from, place]) },
                more: more.iter().copied().map(unpacked).collect(),
                words: Row::from_slice(words),
            })
        })
    }
}

/// An origin as two words.
const fn packed(Origin { source, at, part }: Origin) -> [Word; 2] {
    [(source.0 as Word) << u32::BITS | part as Word, at]
}

/// What [`packed`] wrote.
const fn unpacked([from, at]: [Word; 2]) -> Origin {
    Origin { source: SourceId((from >> u32::BITS) as u32), at, part: from as u32 }
}

impl FromIterator<Kept> for Copies {
    fn from_iter<I: IntoIterator<Item = Kept>>(kept: I) -> Self {
        let mut facts = Self::default();
        for fact in kept {
            facts.push(fact.relation, fact.stamp, &fact.more, &fact.words);
        }
        facts
    }
}
