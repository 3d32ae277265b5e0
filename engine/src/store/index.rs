//! Hash indexes over some columns of a relation; each chain is in canonical order.

use alloc::{boxed::Box, collections::VecDeque};
use core::hash::{BuildHasher, Hasher};

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use crate::{
    store::relation::{RowId, Table},
    value::word::{Word, at},
};

/// Rows by the words of some columns. An index over no column is one chain of all rows.
#[derive(Clone)]
pub(crate) struct Index {
    pub(crate) columns: Box<[u16]>,
    chains: HashTable<Chain>,
    state: FixedState,
}

/// Most keys of an entity have one row; it costs no allocation.
#[derive(Clone)]
enum Chain {
    One(RowId),
    Many(VecDeque<RowId>),
}

/// The rows of one chain, oldest first.
#[derive(Clone, Copy)]
pub(crate) enum Rows<'a> {
    None,
    One(RowId),
    Many(&'a VecDeque<RowId>),
}

impl Index {
    pub(crate) fn new(columns: &[u16], state: FixedState) -> Self {
        Self { columns: columns.into(), chains: HashTable::new(), state }
    }

    /// The rows whose words at the columns are these.
    pub(crate) fn find(&self, table: &Table, key: &[Word]) -> Rows<'_> {
        let same = |chain: &Chain| {
            let row = table.words(chain.first());
            self.columns.iter().zip(key).all(|(column, word)| at(row, *column) == *word)
        };
        match self.chains.find(hash(&self.state, key.iter().copied()), same) {
            None => Rows::None,
            Some(Chain::One(row)) => Rows::One(*row),
            Some(Chain::Many(rows)) => Rows::Many(rows),
        }
    }

    /// Adds a row. `before(a, b)` is the canonical order.
    pub(crate) fn add(&mut self, table: &Table, row: RowId, before: impl Fn(RowId, RowId) -> bool) {
        let Self { columns, chains, state } = self;
        let words = table.words(row);
        let same = |chain: &Chain| {
            let other = table.words(chain.first());
            columns.iter().all(|column| at(other, *column) == at(words, *column))
        };
        let key = |row| {
            let words = table.words(row);
            hash(state, columns.iter().map(|column| at(words, *column)))
        };
        let place = key(row);
        if let Some(chain) = chains.find_mut(place, same) {
            chain.add(row, before);
        } else {
            chains.insert_unique(place, Chain::One(row), |chain| key(chain.first()));
        }
    }

    /// Takes a row out. It must still stand in the table as it was added.
    pub(crate) fn remove(
        &mut self,
        table: &Table,
        row: RowId,
        before: impl Fn(RowId, RowId) -> bool,
    ) {
        let Self { columns, chains, state } = self;
        let words = table.words(row);
        let same = |chain: &Chain| {
            let other = table.words(chain.first());
            columns.iter().all(|column| at(other, *column) == at(words, *column))
        };
        let place = hash(state, columns.iter().map(|column| at(words, *column)));
        if let Ok(mut entry) = chains.find_entry(place, same)
            && entry.get_mut().remove(row, before)
        {
            entry.remove();
        }
    }
}

impl Chain {
    fn first(&self) -> RowId {
        match self {
            Self::One(row) => *row,
            Self::Many(rows) => rows.front().copied().unwrap_or(RowId::MAX),
        }
    }

    fn add(&mut self, row: RowId, before: impl Fn(RowId, RowId) -> bool) {
        match self {
            Self::One(only) => {
                let only = *only;
                let pair = if before(row, only) { [row, only] } else { [only, row] };
                *self = Self::Many(VecDeque::from(pair));
            }
            Self::Many(rows) => {
                // Rows come in canonical order but for late ones and changed entities.
                if rows.back().is_none_or(|last| before(*last, row)) {
                    rows.push_back(row);
                } else {
                    let place = rows.partition_point(|other| before(*other, row));
                    rows.insert(place, row);
                }
            }
        }
    }

    /// Says whether the chain is empty now.
    fn remove(&mut self, row: RowId, before: impl Fn(RowId, RowId) -> bool) -> bool {
        match self {
            Self::One(only) => *only == row,
            Self::Many(rows) => {
                if rows.front() == Some(&row) {
                    rows.pop_front();
                } else {
                    let place = rows.partition_point(|other| before(*other, row));
                    if rows.get(place) == Some(&row) {
                        rows.remove(place);
                    }
                }
                rows.is_empty()
            }
        }
    }
}

impl Rows<'_> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::None => 0,
            Self::One(_) => 1,
            Self::Many(rows) => rows.len(),
        }
    }

    pub(crate) fn get(&self, place: usize) -> Option<RowId> {
        match self {
            Self::None => None,
            Self::One(row) => (place == 0).then_some(*row),
            Self::Many(rows) => rows.get(place).copied(),
        }
    }

    /// How many of the first rows satisfy `early`, which holds for a prefix.
    pub(crate) fn skip(&self, early: impl Fn(RowId) -> bool) -> usize {
        match self {
            Self::None => 0,
            Self::One(row) => usize::from(early(*row)),
            Self::Many(rows) => rows.partition_point(|row| early(*row)),
        }
    }
}

fn hash(state: &FixedState, key: impl Iterator<Item = Word>) -> u64 {
    let mut hasher = state.build_hasher();
    key.for_each(|word| hasher.write_u64(word));
    hasher.finish()
}
