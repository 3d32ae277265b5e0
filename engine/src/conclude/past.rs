//! Episodes that are over.

use alloc::collections::{VecDeque, vec_deque};

use crate::{
    conclude::{episode::Status, life::Life},
    store::copies::Copies,
    value::word::{Key, Word},
};

/// An episode that is over.
#[derive(Clone)]
pub(crate) struct Closed {
    pub(crate) rule: usize,
    pub(crate) key: Key,
    pub(crate) life: Life,
    pub(crate) closed: i64,
    pub(crate) status: Status,
    /// How many words of facts were written with it and before.
    until: u64,
}

/// The episodes that are remembered, in the order in which they ended. The facts that they rested on lie
/// one after the other and go as they came, so that an episode that ends asks for no memory of its own.
#[derive(Clone, Default)]
pub(crate) struct Past {
    episodes: VecDeque<Closed>,
    /// The facts of all of them, as [`Copies`] writes them.
    facts: VecDeque<Word>,
    /// How many words of facts have gone.
    gone: u64,
}

impl Past {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.episodes.len()
    }

    /// All of them, the oldest first.
    pub(crate) fn iter(&self) -> vec_deque::Iter<'_, Closed> {
        self.episodes.iter()
    }

    /// The one at a place.
    pub(crate) fn get(&self, place: usize) -> Option<&Closed> {
        self.episodes.get(place)
    }

    /// The facts that the one at a place rested on.
    pub(crate) fn facts(&self, place: usize) -> Copies {
        let end = |place| self.get(place).map_or(self.gone, |closed| closed.until);
        let before = place.checked_sub(1).map_or(self.gone, end);
        let at = |end: u64| end.saturating_sub(self.gone) as usize;
        Copies::of(self.facts.range(at(before)..at(end(place))).copied().collect())
    }

    /// Adds one that ends now, and what it rested on.
    pub(crate) fn add(
        &mut self,
        (rule, key, life): (usize, Key, Life),
        facts: &Copies,
        (closed, status): (i64, Status),
    ) {
        self.facts.extend(facts.words());
        let until = self.gone + self.facts.len() as u64;
        self.episodes.push_back(Closed { rule, key, life, closed, status, until });
    }

    /// Forgets the oldest until so many are left.
    pub(crate) fn forget(&mut self, most: usize) {
        while self.len() > most
            && let Some(oldest) = self.episodes.pop_front()
        {
            let gone = oldest.until.saturating_sub(self.gone) as usize;
            self.facts.drain(..gone.min(self.facts.len()));
            self.gone = oldest.until;
        }
    }

    /// Shows all words it keeps.
    pub(crate) fn each_words(&self, see: &mut impl FnMut(&[Word])) {
        let (facts, more) = self.facts.as_slices();
        see(facts);
        see(more);
        for closed in &self.episodes {
            see(&closed.key);
            closed.life.each_words(see);
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::{collections::VecDeque, vec::Vec};

    use proptest::prelude::*;

    use super::*;
    use crate::{store::sources::Stamp, think::judge::Verdict};

    proptest! {
        /// Whatever was forgotten meanwhile, each has the facts that it came with.
        #[test]
        fn each_keeps_its_own_facts(
            steps in prop::collection::vec((0_usize..4, 0_usize..6), 0..60),
        ) {
            let (mut past, mut known) = (Past::default(), VecDeque::new());
            for (at, (facts, most)) in steps.into_iter().enumerate() {
                let mut copies = Copies::default();
                let words: Vec<Word> = (0..at as Word % 5).collect();
                (0..facts).for_each(|fact| copies.push(fact, Stamp::concluded(0), &[], &words));
                let life = Life::new(0, Verdict::Confirmed);
                past.add((at, Key::new(), life), &copies, (0, Status::Lapsed));
                known.push_back((at, copies));
                past.forget(most);
                known.drain(..known.len().saturating_sub(most));
                let all = past.iter().enumerate();
                let all: Vec<_> = all.map(|(at, closed)| (closed.rule, past.facts(at))).collect();
                prop_assert!(known == all);
            }
        }
    }
}
