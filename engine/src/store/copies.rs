//! Facts that are remembered when their rows may be gone. They lie one after the other in one
//! allocation: episodes come and go often, and few are ever shown.

use alloc::vec::Vec;

use etio_plan::{Origin, SourceId};
use smallvec::SmallVec;

use crate::value::word::{Row, Word, as_int, int};

/// A fact kept for as long as an episode is remembered; its row may be gone.
#[derive(Clone, PartialEq)]
pub(crate) struct Kept {
    /// A relation of the pack.
    pub(crate) relation: usize,
    pub(crate) time: i64,
    pub(crate) origins: SmallVec<[Origin; 1]>,
    pub(crate) words: Row,
}

/// Some facts. Of each: its relation and how many words it has, how many origins, when, these origins as
/// two words each, and its words.
#[derive(Clone, PartialEq, Default)]
pub(crate) struct Copies {
    count: usize,
    words: Vec<Word>,
}

/// Words of a fact without origins and words.
const HEAD: usize = 3;

impl Copies {
    /// None, with room for as many of few fields.
    pub(crate) fn with_room(facts: usize) -> Self {
        Self { count: 0, words: Vec::with_capacity(facts * (HEAD + 5)) }
    }

    /// The words of all of them, and what else is written down.
    pub(crate) fn words(&self) -> &[Word] {
        &self.words
    }

    /// How many there are.
    pub(crate) const fn len(&self) -> usize {
        self.count
    }

    /// Adds a fact of a relation of the pack.
    pub(crate) fn push(
        &mut self,
        relation: usize,
        time: i64,
        origins: impl IntoIterator<Item = Origin>,
        words: &[Word],
    ) {
        let sizes = (relation as Word) << u32::BITS | words.len() as Word;
        let (start, mut count) = (self.words.len(), 0);
        self.words.extend_from_slice(&[sizes, count, int(time)]);
        for origin in origins {
            let from = Word::from(origin.source.0) << u32::BITS | Word::from(origin.part);
            self.words.extend_from_slice(&[from, origin.at]);
            count += 1;
        }
        if let Some(place) = self.words.get_mut(start + 1) {
            *place = count;
        }
        self.words.extend_from_slice(words);
        self.count += 1;
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Kept> {
        let mut left = self.words.as_slice();
        core::iter::from_fn(move || {
            let (&[sizes, origins, time], rest) = left.split_first_chunk()?;
            let (origins, rest) = rest.split_at_checked(origins as usize * 2)?;
            let (words, rest) = rest.split_at_checked(sizes as u32 as usize)?;
            left = rest;
            let origin = |pair: &[Word]| match *pair {
                [from, at] => Some(Origin {
                    source: SourceId((from >> u32::BITS) as u32),
                    at,
                    part: from as u32,
                }),
                _ => None,
            };
            Some(Kept {
                relation: (sizes >> u32::BITS) as usize,
                time: as_int(time),
                origins: origins.chunks_exact(2).filter_map(origin).collect(),
                words: Row::from_slice(words),
            })
        })
    }
}

impl FromIterator<Kept> for Copies {
    fn from_iter<I: IntoIterator<Item = Kept>>(kept: I) -> Self {
        let mut facts = Self::default();
        for fact in kept {
            facts.push(fact.relation, fact.time, fact.origins, &fact.words);
        }
        facts
    }
}
