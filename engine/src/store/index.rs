//! Hash indexes over some columns of a relation; each chain is in canonical order.

use alloc::{boxed::Box, vec::Vec};
use core::slice;

use etio_plan::Type;
use foldhash::fast::FixedState;
use smallvec::SmallVec;

use crate::{
    store::{
        flat::Flat,
        relation::RowId,
        run::Run,
        table::Table,
    },
    value::{
        hashing::Hashing,
        word::{Word, at},
    },
};

/// Rows by the words of some columns. An index over no column is one chain of all rows, and is not
/// hashed.
#[derive(Clone)]
pub(crate) struct Index {
    pub(crate) columns: Box<[u16]>,
    hashing: Hashing,
    chains: Flat,
    /// The chains of more than one row, and those of no row any more. Over no column it is the first.
    long: Vec<Run>,
    free: Vec<u32>,
}

/// The mark of a long chain. A chain of one row is that row, as most keys have one; the others are the
/// place of a long chain, with this bit set.
const LONG: u32 = 1 << 31;

impl Index {
    /// An index over columns of a relation that has columns of these types.
    pub(crate) fn new(columns: &[u16], types: &[Type], state: &FixedState) -> Self {
        let long = if columns.is_empty() { [Run::default()].into() } else { Vec::new() };
        let typed = columns.iter().filter_map(|column| types.get(usize::from(*column)));
        Self {
            hashing: Hashing::new(typed, state),
            columns: columns.into(),
            chains: Flat::new(state),
            long,
            free: Vec::new(),
        }
    }

    /// The rows whose words at the columns are these, in canonical order.
    #[inline]
    pub(crate) fn find(&self, table: &Table, key: &[Word]) -> &[RowId] {
        if self.columns.is_empty() {
            return self.run(0);
        }
        let chain = self.chains.find(self.hashing.of(key), self.same(table, key));
        chain.map_or(&[], |chain| match place(*chain) {
            None => slice::from_ref(chain),
            Some(place) => self.run(place),
        })
    }

    /// The place of the rows for a key where they are several, good until a row comes or goes.
    pub(crate) fn place(&self, table: &Table, key: &[Word]) -> Option<usize> {
        if self.columns.is_empty() {
            return Some(0);
        }
        place(*self.chains.find(self.hashing.of(key), self.same(table, key))?)
    }

    /// The rows at a place.
    pub(crate) fn run(&self, place: usize) -> &[RowId] {
        self.long.get(place).map_or(&[], Run::rows)
    }

    /// Adds a row. `before(a, b)` is the canonical order.
    pub(crate) fn add(&mut self, table: &Table, row: RowId, before: impl Fn(RowId, RowId) -> bool) {
        if self.columns.is_empty() {
            return self.long.iter_mut().for_each(|rows| rows.put(row, &before));
        }
        let key = self.key_of(table, row);
        let hash = self.hashing.of(&key);
        let Some(chain) = self.chains.find(hash, self.same(table, &key)).copied() else {
            return self.chains.insert(hash, row);
        };
        let place = place(chain).unwrap_or_else(|| {
            let place = self.free.pop().unwrap_or(self.long.len() as u32);
            self.chains.replace(hash, chain, place | LONG);
            if self.long.len() == place as usize {
                self.long.push(Run::default());
            }
            if let Some(rows) = self.long.get_mut(place as usize) {
                rows.put(chain, &before);
            }
            place as usize
        });
        if let Some(rows) = self.long.get_mut(place) {
            rows.put(row, before);
        }
    }

    /// Takes a row out. It must still stand in the table as it was added.
    pub(crate) fn remove(
        &mut self,
        table: &Table,
        row: RowId,
        before: impl Fn(RowId, RowId) -> bool,
    ) {
        if self.columns.is_empty() {
            return self.long.iter_mut().for_each(|rows| rows.take(row, &before));
        }
        let key = self.key_of(table, row);
        let hash = self.hashing.of(&key);
        let Some(chain) = self.chains.find(hash, self.same(table, &key)).copied() else { return };
        if let Some(place) = place(chain) {
            let Some(rows) = self.long.get_mut(place) else { return };
            rows.take(row, before);
            // It stays long until its last row goes, lest one that comes and goes costs an allocation.
            if !rows.rows().is_empty() {
                return;
            }
            self.free.push(place as u32);
        }
        self.chains.remove(hash, chain);
    }

    /// Whether a chain is of a key.
    ///
    /// INVARIANT: a chain that is found by its words has at least one row.
    #[inline]
    fn same<'a>(&'a self, table: &'a Table, key: &'a [Word]) -> impl Fn(u32) -> bool + 'a {
        move |chain| {
            self.hashing.is_exact() || {
                let first = place(chain).map_or(Some(&chain), |place| self.run(place).first());
                let row = first.map_or(&[][..], |first| table.words(*first));
                self.columns.iter().zip(key).all(|(column, word)| at(row, *column) == *word)
            }
        }
    }

    fn key_of(&self, table: &Table, row: RowId) -> SmallVec<[Word; 4]> {
        let words = table.words(row);
        self.columns.iter().map(|column| at(words, *column)).collect()
    }
}

/// The place of a chain that is long.
#[inline]
const fn place(chain: u32) -> Option<usize> {
    if chain & LONG == 0 { None } else { Some((chain & !LONG) as usize) }
}
