//! Hash indexes over some columns of a relation; each chain is in canonical order.

use alloc::{boxed::Box, collections::VecDeque, vec::Vec};

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use crate::{
    store::relation::{RowId, Table},
    value::word::{Digest, Word, at},
};

/// Rows by the words of some columns. An index over no column is one chain of all rows, and is not
/// hashed.
#[derive(Clone)]
pub(crate) struct Index {
    pub(crate) columns: Box<[u16]>,
    chains: HashTable<(Chain, Digest)>,
    /// The chains of more than one row, and those of no row any more. Over no column it is the first.
    long: Vec<VecDeque<RowId>>,
    free: Vec<u32>,
    state: FixedState,
}

/// A chain of one row is that row, as most keys have one. The others are the place of a long chain, with
/// the highest bit set.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Chain(u32);

const LONG: u32 = 1 << 31;

/// The chain of all rows.
const ALL: Chain = Chain(LONG);

/// The rows of one chain, oldest first.
#[derive(Clone, Copy)]
pub(crate) enum Rows<'a> {
    None,
    One(RowId),
    Many(&'a VecDeque<RowId>),
}

impl Index {
    pub(crate) fn new(columns: &[u16], state: FixedState) -> Self {
        let long = if columns.is_empty() { [VecDeque::new()].into() } else { Vec::new() };
        Self { columns: columns.into(), chains: HashTable::new(), long, free: Vec::new(), state }
    }

    /// The chain of the rows whose words at the columns are these.
    pub(crate) fn find(&self, table: &Table, key: &[Word]) -> Option<Chain> {
        let row = |chain: Chain| table.words(first(&self.long, chain));
        if self.columns.is_empty() {
            return self.long.first().is_some_and(|rows| !rows.is_empty()).then_some(ALL);
        }
        // Most keys are one word.
        let found = if let ([column], [word]) = (&*self.columns, key) {
            let same = |(chain, _): &(Chain, Digest)| at(row(*chain), *column) == *word;
            self.chains.find(Digest::of(&self.state, [*word]).spread(), same)
        } else {
            let same = |(chain, _): &(Chain, Digest)| {
                let row = row(*chain);
                self.columns.iter().zip(key).all(|(column, word)| at(row, *column) == *word)
            };
            self.chains.find(Digest::of(&self.state, key.iter().copied()).spread(), same)
        };
        found.map(|(chain, _)| *chain)
    }

    /// The rows whose words at the columns are these.
    pub(crate) fn look(&self, table: &Table, key: &[Word]) -> Rows<'_> {
        self.find(table, key).map_or(Rows::None, |chain| self.rows(chain))
    }

    /// The rows of a chain.
    pub(crate) fn rows(&self, chain: Chain) -> Rows<'_> {
        match chain.place() {
            None => Rows::One(chain.0),
            Some(place) => self.long.get(place).map_or(Rows::None, Rows::Many),
        }
    }

    /// Adds a row. `before(a, b)` is the canonical order.
    pub(crate) fn add(&mut self, table: &Table, row: RowId, before: impl Fn(RowId, RowId) -> bool) {
        let Self { columns, chains, long, free, state } = self;
        if columns.is_empty() {
            return long.iter_mut().for_each(|rows| put(rows, row, &before));
        }
        let words = table.words(row);
        let same = |(chain, _): &(Chain, Digest)| {
            let other = table.words(first(long, *chain));
            columns.iter().all(|column| at(other, *column) == at(words, *column))
        };
        let hash = Digest::of(state, columns.iter().map(|column| at(words, *column)));
        let Some((chain, _)) = chains.find_mut(hash.spread(), same) else {
            let entry = (Chain(row), hash);
            chains.insert_unique(hash.spread(), entry, |(_, hash)| hash.spread());
            return;
        };
        match chain.place() {
            Some(place) => {
                if let Some(rows) = long.get_mut(place) {
                    put(rows, row, before);
                }
            }
            None => {
                let only = chain.0;
                let pair = if before(row, only) { [row, only] } else { [only, row] };
                let place = free.pop().unwrap_or(long.len() as u32);
                match long.get_mut(place as usize) {
                    Some(rows) => rows.extend(pair),
                    None => long.push(VecDeque::from(pair)),
                }
                *chain = Chain(place | LONG);
            }
        }
    }

    /// Takes a row out. It must still stand in the table as it was added.
    pub(crate) fn remove(
        &mut self,
        table: &Table,
        row: RowId,
        before: impl Fn(RowId, RowId) -> bool,
    ) {
        let Self { columns, chains, long, free, state } = self;
        if columns.is_empty() {
            return long.iter_mut().for_each(|rows| take(rows, row, &before));
        }
        let words = table.words(row);
        let same = |(chain, _): &(Chain, Digest)| {
            let other = table.words(first(long, *chain));
            columns.iter().all(|column| at(other, *column) == at(words, *column))
        };
        let hash = Digest::of(state, columns.iter().map(|column| at(words, *column)));
        let Ok(entry) = chains.find_entry(hash.spread(), same) else { return };
        let chain = entry.get().0;
        let Some(place) = chain.place() else {
            if chain.0 == row {
                entry.remove();
            }
            return;
        };
        let Some(rows) = long.get_mut(place) else { return };
        take(rows, row, before);
        // It stays long until its last row goes, lest one that comes and goes costs an allocation.
        if rows.is_empty() {
            free.push(place as u32);
            entry.remove();
        }
    }
}

impl Chain {
    /// The place of a long chain.
    const fn place(self) -> Option<usize> {
        if self.0 & LONG == 0 { None } else { Some((self.0 & !LONG) as usize) }
    }
}

/// Puts a row at its place in a chain.
fn put(rows: &mut VecDeque<RowId>, row: RowId, before: impl Fn(RowId, RowId) -> bool) {
    // Rows come in canonical order but for late ones and changed entities.
    if rows.back().is_none_or(|last| before(*last, row)) {
        rows.push_back(row);
    } else {
        let place = rows.partition_point(|other| before(*other, row));
        rows.insert(place, row);
    }
}

/// Takes a row out of a chain. Most that go are the oldest.
fn take(rows: &mut VecDeque<RowId>, row: RowId, before: impl Fn(RowId, RowId) -> bool) {
    if rows.front() == Some(&row) {
        rows.pop_front();
        return;
    }
    let place = rows.partition_point(|other| before(*other, row));
    if rows.get(place) == Some(&row) {
        rows.remove(place);
    }
}

/// INVARIANT: a chain that is found by its words has at least one row.
fn first(long: &[VecDeque<RowId>], chain: Chain) -> RowId {
    match chain.place() {
        None => chain.0,
        Some(place) => long.get(place).and_then(VecDeque::front).copied().unwrap_or(RowId::MAX),
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

    /// The newest.
    pub(crate) fn last(&self) -> Option<RowId> {
        match self {
            Self::None => None,
            Self::One(row) => Some(*row),
            Self::Many(rows) => rows.back().copied(),
        }
    }

    /// How many of the first rows satisfy `early`, which holds for a prefix.
    pub(crate) fn skip(&self, early: impl Fn(RowId) -> bool) -> usize {
        match self {
            Self::None => 0,
            Self::One(row) => usize::from(early(*row)),
            Self::Many(rows) => skip(rows, early),
        }
    }
}

/// As many of the last rows are looked at one by one, before those in the middle.
const LAST: usize = 4;

/// How many of the first rows of a chain satisfy `early`, which holds for a prefix. Most who ask want the
/// last few.
pub(crate) fn skip(rows: &VecDeque<RowId>, early: impl Fn(RowId) -> bool) -> usize {
    for place in (0..rows.len()).rev().take(LAST) {
        if rows.get(place).is_none_or(|row| early(*row)) {
            return place + 1;
        }
    }
    if rows.len() <= LAST { 0 } else { rows.partition_point(|row| early(*row)) }
}
