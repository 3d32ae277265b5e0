//! Hash indexes over some columns of a relation; each chain is in canonical order.

use alloc::vec::Vec;
use core::slice;

use foldhash::fast::FixedState;
use smallvec::SmallVec;

use crate::{
    store::{
        by_hash::{ByHash, Entry},
        row::RowId,
        run::Run,
        table::Table,
    },
    value::word::{Word, at},
};

/// Rows by the words of some columns. An index over no column is one chain of all rows, and is not
/// hashed.
#[derive(Clone)]
pub(crate) struct Index {
    pub(crate) columns: SmallVec<[u16; 8]>,
    chains: ByHash,
    /// The chains of more than one row, and those of no row any more. Over no column it is the first.
    long: Vec<Run>,
    free: Vec<u32>,
}

/// The mark of a long chain. A chain of one row is that row, as most keys have one; the others are the
/// place of a long chain, with this bit set.
const LONG: u32 = 1 << 31;

impl Index {
    pub(crate) fn new(columns: &[u16], state: &FixedState) -> Self {
        let long = if columns.is_empty() { [Run::default()].into() } else { Vec::new() };
        Self {
            columns: columns.into(),
            chains: ByHash::new(columns.len(), state),
            long,
            free: Vec::new(),
        }
    }

    /// The rows whose words at the columns are these, in canonical order.
    #[inline]
    pub(crate) fn find(&self, table: &Table, key: &[Word]) -> &[RowId] {
        match self.chain(table, key) {
            None => &[],
            Some(chain) => match place(*chain) {
                None => slice::from_ref(chain),
                Some(place) => self.run(place),
            },
        }
    }

    /// The place of the rows for a key where they are several, good until a row comes or goes.
    pub(crate) fn place(&self, table: &Table, key: &[Word]) -> Option<usize> {
        place(*self.chain(table, key)?)
    }

    /// The rows at a place.
    pub(crate) fn run(&self, place: usize) -> &[RowId] {
        self.long.get(place).map_or(&[], Run::rows)
    }

    #[inline]
    fn chain(&self, table: &Table, key: &[Word]) -> Option<&u32> {
        if self.columns.is_empty() {
            return Some(&LONG);
        }
        let same = |chain| {
            let row = table.words(first(&self.long, chain));
            self.columns.iter().zip(key).all(|(column, word)| at(row, *column) == *word)
        };
        self.chains.find(key.iter().copied(), same)
    }

    /// Adds a row. `before(a, b)` is the canonical order.
    #[inline]
    pub(crate) fn add(&mut self, table: &Table, row: RowId, before: impl Fn(RowId, RowId) -> bool) {
        let Self { columns, chains, long, free } = self;
        if columns.is_empty() {
            return long.iter_mut().for_each(|rows| rows.put(row, &before));
        }
        let words = table.words(row);
        let same = |chain| is_alike(columns, table.words(first(long, chain)), words);
        let Some(mut chain) = chains.find_entry(words_at(columns, words), same) else {
            return chains.insert(words_at(columns, words), row);
        };
        let place = place(chain.number()).unwrap_or_else(|| lengthen(&mut chain, long, free));
        if let Some(rows) = long.get_mut(place) {
            rows.put(row, &before);
        }
    }

    /// Takes a row out. It must still stand in the table as it was added.
    #[inline]
    pub(crate) fn remove(
        &mut self,
        table: &Table,
        row: RowId,
        before: impl Fn(RowId, RowId) -> bool,
    ) {
        let Self { columns, chains, long, free } = self;
        if columns.is_empty() {
            return long.iter_mut().for_each(|rows| rows.take(row, &before));
        }
        let words = table.words(row);
        let same = |chain| is_alike(columns, table.words(first(long, chain)), words);
        let Some(chain) = chains.find_entry(words_at(columns, words), same) else { return };
        if let Some(place) = place(chain.number()) {
            let Some(rows) = long.get_mut(place) else { return };
            rows.take(row, &before);
            // It stays long until its last row goes, lest one that comes and goes costs an allocation.
            if !rows.rows().is_empty() {
                return;
            }
            free.push(place as u32);
        }
        chain.remove();
    }

    /// Takes out rows that come before all others, in canonical order: each is the first of its chain.
    pub(crate) fn remove_first(&mut self, table: &Table, rows: &[RowId]) {
        if self.columns.is_empty() {
            return self.long.iter_mut().for_each(|run| run.take_first(rows.len()));
        }
        rows.iter().for_each(|row| self.remove(table, *row, |_, _| true));
    }
}

/// Makes the chain of one row a long one, and says its place.
#[cold]
fn lengthen(chain: &mut Entry<'_>, long: &mut Vec<Run>, free: &mut Vec<u32>) -> usize {
    let (only, place) = (chain.number(), free.pop().unwrap_or(long.len() as u32));
    chain.set(place | LONG);
    if long.len() == place as usize {
        long.push(Run::default());
    }
    if let Some(rows) = long.get_mut(place as usize) {
        rows.put(only, |_, _| true);
    }
    place as usize
}

/// The place of a chain that is long.
#[inline]
const fn place(chain: u32) -> Option<usize> {
    if chain & LONG == 0 { None } else { Some((chain & !LONG) as usize) }
}

/// INVARIANT: a chain that is found by its words has at least one row.
#[inline]
fn first(long: &[Run], chain: u32) -> RowId {
    match place(chain) {
        None => chain,
        Some(place) => {
            long.get(place).and_then(|run| run.rows().first()).map_or(RowId::MAX, |row| *row)
        }
    }
}

/// The words at some columns.
fn words_at(columns: &[u16], words: &[Word]) -> impl Iterator<Item = Word> {
    columns.iter().map(|column| at(words, *column))
}

/// Whether two rows have the same words at some columns.
fn is_alike(columns: &[u16], a: &[Word], b: &[Word]) -> bool {
    words_at(columns, a).eq(words_at(columns, b))
}
