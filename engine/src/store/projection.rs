//! What the rows of a relation say in some of their columns, each once.
//!
//! A log repeats itself: of a thousand rows that a join finds, many say the same in all that the join goes on
//! with. Whoever asks for these columns alone need not meet each of the rows. That costs every row that comes
//! or goes, so nothing is kept until somebody has met many rows, and not where these say as many things.

use alloc::{boxed::Box, vec, vec::Vec};

use foldhash::fast::FixedState;
use smallvec::SmallVec;

use crate::{
    store::{keyed::Keyed, row::RowId, table::Table},
    value::word::{ABSENT, Word, key_at, put},
};

/// As many rows may be met one by one.
const FEW: usize = if EAGER { 0 } else { 32 };

/// In debug builds, so in tests, everything is kept that somebody has asked for.
const EAGER: bool = cfg!(debug_assertions);

/// The columns of a projection, and what rows say in them where that is kept.
#[derive(Clone)]
pub(crate) struct Projection {
    /// Those it is looked up by, and after them the others.
    columns: SmallVec<[u16; 8]>,
    by: usize,
    kept: Option<Box<Kept>>,
    /// Not worth keeping while the relation has fewer rows.
    from: usize,
}

#[derive(Clone)]
struct Kept {
    /// How many rows say each thing.
    said: Keyed<usize>,
    /// What is said, by the columns it is looked up by.
    found: Keyed<Vec<u32>>,
}

impl Projection {
    /// Looked up by some columns, with the words of others.
    pub(crate) fn new(by: &[u16], others: &[u16]) -> Self {
        let columns = by.iter().chain(others).copied().collect();
        Self { columns, by: by.len(), kept: None, from: 0 }
    }

    /// Whether it is that of these columns.
    pub(crate) fn is_of(&self, by: &[u16], others: &[u16]) -> bool {
        self.columns.split_at_checked(self.by) == Some((by, others))
    }

    /// Whether it would help, where this many rows were met of as many as there are.
    pub(crate) const fn is_wanted(&self, met: usize, rows: usize) -> bool {
        self.kept.is_none() && met > FEW && rows >= self.from
    }

    /// What rows say with these words in the columns that it is looked up by, written into a row of its own
    /// again and again. Says whether that is known.
    pub(crate) fn each(&self, key: &[Word], width: usize, mut see: impl FnMut(&[Word])) -> bool {
        let Some(kept) = &self.kept else { return false };
        let all = kept.found.find(key).and_then(|found| kept.found.get(found));
        let mut row = vec![ABSENT; width];
        for said in all.into_iter().flatten() {
            for (column, word) in self.columns.iter().zip(kept.said.key(*said)) {
                put(&mut row, *column, *word);
            }
            see(&row);
        }
        true
    }

    /// Keeps what rows say from now on, if many say the same.
    pub(crate) fn keep(
        &mut self,
        table: &Table,
        rows: impl Iterator<Item = RowId>,
        state: &FixedState,
    ) {
        if self.kept.is_some() {
            return;
        }
        let (said, found) = (Keyed::new(self.columns.len(), state), Keyed::new(self.by, state));
        self.kept = Some(Kept { said, found }.into());
        let mut count = 0;
        for row in rows {
            self.add(table.words(row));
            count += 1;
        }
        if !EAGER && self.kept.as_ref().is_some_and(|kept| kept.said.len() * 2 > count) {
            self.kept = None;
            self.from = count * 2;
        }
    }

    /// A row came.
    #[inline]
    pub(crate) fn add(&mut self, words: &[Word]) {
        if let Some(kept) = &mut self.kept {
            kept.add(&key_at(words, &self.columns), self.by);
        }
    }

    /// A row goes.
    #[inline]
    pub(crate) fn remove(&mut self, words: &[Word]) {
        if let Some(kept) = &mut self.kept {
            kept.remove(&key_at(words, &self.columns), self.by);
        }
    }
}

impl Kept {
    fn add(&mut self, said: &[Word], by: usize) {
        if let Some(count) = self.said.find(said).and_then(|known| self.said.get_mut(known)) {
            *count += 1;
            return;
        }
        let new = self.said.add(said, 1);
        let by = said.get(..by).unwrap_or_default();
        match self.found.find(by).and_then(|found| self.found.get_mut(found)) {
            Some(found) => found.push(new),
            None => {
                self.found.add(by, vec![new]);
            }
        }
    }

    fn remove(&mut self, said: &[Word], by: usize) {
        let Some(number) = self.said.find(said) else { return };
        let Some(count) = self.said.get_mut(number) else { return };
        *count -= 1;
        if *count > 0 {
            return;
        }
        self.said.remove(number);
        let Some(place) = self.found.find(said.get(..by).unwrap_or_default()) else { return };
        let Some(found) = self.found.get_mut(place) else { return };
        found.retain(|other| *other != number);
        if found.is_empty() {
            self.found.remove(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever came and went, each thing that is said is seen once.
        #[test]
        fn what_rows_say_is_seen_once(
            steps in prop::collection::vec(([0_u64..3, 0..3, 0..3], any::<bool>()), 0..60),
        ) {
            let state = FixedState::with_seed(1);
            let mut projection = Projection::new(&[2], &[0]);
            projection.keep(&Table::new(3), core::iter::empty(), &state);
            let mut rows: Vec<[Word; 3]> = Vec::new();
            for (row, comes) in steps {
                if comes {
                    projection.add(&row);
                    rows.push(row);
                } else if let Some(place) = rows.iter().position(|known| *known == row) {
                    projection.remove(&row);
                    rows.remove(place);
                }
                for by in 0..3 {
                    let mut seen = Vec::new();
                    projection.each(&[by], 3, |row| seen.push((row[0], row[2])));
                    seen.sort_unstable();
                    let all = rows.iter().filter(|row| row[2] == by);
                    let all: BTreeSet<(Word, Word)> = all.map(|row| (row[0], row[2])).collect();
                    prop_assert_eq!(seen, all.into_iter().collect::<Vec<_>>());
                }
            }
        }
    }
}
