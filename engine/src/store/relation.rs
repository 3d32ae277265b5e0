//! The rows of one relation.

use alloc::{collections::BTreeMap, vec::Vec};
use core::cmp::Ordering;

use etio_plan::{Origin, Type};
use foldhash::fast::FixedState;

use crate::{
    store::{
        index::Index,
        projection::Projection,
        row::{ENDED, FREE, GONE, LAPSED, Marks, Pin, RowId},
        sources::Stamp,
        table::{Header, Names, Table},
    },
    value::word::Word,
};

/// The rows of one relation with their indexes.
#[derive(Clone)]
pub(crate) struct Relation {
    pub(crate) types: Vec<Type>,
    table: Table,
    free: Vec<RowId>,
    indexes: Vec<Index>,
    projections: Vec<Projection>,
    live: usize,
    newest: i64,
    /// Origins of an event beyond the first (M1.7).
    more: BTreeMap<RowId, Vec<Origin>>,
    state: FixedState,
}

impl Relation {
    pub(crate) fn new(types: Vec<Type>, state: FixedState) -> Self {
        Self {
            table: Table::new(types.len()),
            types,
            free: Vec::new(),
            indexes: Vec::new(),
            projections: Vec::new(),
            live: 0,
            newest: i64::MIN,
            more: BTreeMap::new(),
            state,
        }
    }

    /// How many rows there are.
    pub(crate) const fn len(&self) -> usize {
        self.live
    }

    /// No row ever was newer; it may be gone.
    pub(crate) const fn newest(&self) -> i64 {
        self.newest
    }

    /// Shows all words it keeps.
    pub(crate) fn each_words(&self, see: &mut impl FnMut(&[Word])) {
        self.all().for_each(|row| see(self.words(row)));
    }

    /// All rows, in no order that may show.
    pub(crate) fn all(&self) -> impl Iterator<Item = RowId> {
        there(&self.table)
    }

    #[inline]
    pub(crate) fn words(&self, row: RowId) -> &[Word] {
        self.table.words(row)
    }

    /// What is known about a row; a free slot has no row.
    #[inline]
    pub(crate) fn header(&self, row: RowId) -> Option<Header<'_>> {
        self.table.header(row)
    }

    /// What is known about a row, and its words; a free slot has no row.
    #[inline]
    pub(crate) fn row(&self, row: RowId) -> Option<(Header<'_>, &[Word])> {
        self.table.row(row)
    }

    #[inline]
    pub(crate) fn marks(&self, row: RowId) -> Marks {
        self.header(row).map_or(FREE, Header::marks)
    }

    /// Whether a concluded row leaves at the end of the instant.
    pub(crate) fn is_leaving(&self, row: RowId) -> bool {
        self.marks(row) & (ENDED | LAPSED) != 0
    }

    #[inline]
    pub(crate) fn time(&self, row: RowId) -> i64 {
        self.header(row).map_or(i64::MIN, Header::time)
    }

    /// All origins of a row, the first first.
    pub(crate) fn origins(&self, row: RowId) -> impl Iterator<Item = Origin> {
        let first = self.header(row).map(|header| header.stamp().origin);
        first.into_iter().chain(self.more_origins(row).iter().copied())
    }

    /// The origins of a row beyond the first.
    pub(crate) fn more_origins(&self, row: RowId) -> &[Origin] {
        if self.more.is_empty() { &[] } else { self.more.get(&row).map_or(&[], Vec::as_slice) }
    }

    /// Notes that another source told of the same event.
    pub(crate) fn add_origin(&mut self, row: RowId, origin: Origin) {
        self.more.entry(row).or_default().push(origin);
    }

    /// The index over these columns; made if there is none yet.
    pub(crate) fn index_on(&mut self, columns: &[u16], names: Names<'_>) -> usize {
        if let Some(known) = self.index_of(columns) {
            return known;
        }
        let mut index = Index::new(columns, &self.state);
        for row in self.all() {
            index.add(&self.table, row, |a, b| self.compare(names, a, b).is_lt());
        }
        // There are many relations, and few indexes to each: none stands empty.
        self.indexes.reserve_exact(1);
        self.indexes.push(index);
        self.indexes.len() - 1
    }

    /// The rows an index has for a key, in canonical order.
    #[inline]
    pub(crate) fn find(&self, index: usize, key: &[Word]) -> &[RowId] {
        self.indexes.get(index).map_or(&[], |index| index.find(&self.table, key))
    }

    /// Where an index has the rows for a key, if they are several; good until a row comes or goes.
    pub(crate) fn place(&self, index: usize, key: &[Word]) -> Option<usize> {
        self.indexes.get(index)?.place(&self.table, key)
    }

    /// The rows an index has at a place.
    pub(crate) fn run(&self, index: usize, place: usize) -> &[RowId] {
        self.indexes.get(index).map_or(&[], |index| index.run(place))
    }

    /// The index over these columns, if there is one.
    pub(crate) fn index_of(&self, columns: &[u16]) -> Option<usize> {
        self.indexes.iter().position(|index| *index.columns == *columns)
    }

    /// The projection with these columns; declared if it is not yet.
    pub(crate) fn projection_of(&mut self, by: &[u16], others: &[u16]) -> usize {
        let known = self.projections.iter().position(|of| of.is_of(by, others));
        known.unwrap_or_else(|| {
            self.projections.reserve_exact(1);
            self.projections.push(Projection::new(by, others));
            self.projections.len() - 1
        })
    }

    /// What rows say in a projection.
    pub(crate) fn projection(&self, number: usize) -> Option<&Projection> {
        self.projections.get(number)
    }

    /// Keeps what rows say in a projection, if it is worth it.
    pub(crate) fn project(&mut self, number: usize) {
        let Self { table, projections, state, .. } = self;
        if let Some(projection) = projections.get_mut(number) {
            projection.keep(table, there(table), state);
        }
    }

    /// Adds a row.
    pub(crate) fn insert(
        &mut self,
        words: &[Word],
        stamp: Stamp,
        marks: Marks,
        names: Names<'_>,
    ) -> RowId {
        let row = match self.free.pop() {
            Some(row) => {
                self.table.write(row, stamp, marks, words);
                row
            }
            None => self.table.add(stamp, marks, words),
        };
        self.live += 1;
        self.link(row, stamp.time, names);
        row
    }

    /// Takes a row out and frees its slot.
    pub(crate) fn remove(&mut self, row: RowId, names: Names<'_>) {
        self.unlink(row, names);
        self.live -= usize::from(self.table.header(row).is_some());
        self.free(row);
    }

    /// Takes out all events up to an instant. `whole` is the index over no column.
    pub(crate) fn forget(&mut self, whole: usize, until: i64) {
        let rows = self.find(whole, &[]);
        let old = rows.partition_point(|row| self.time(*row) <= until);
        let old = rows.get(..old).map(<[RowId]>::to_vec).unwrap_or_default();
        self.indexes.iter_mut().for_each(|index| index.remove_first(&self.table, &old));
        for projection in &mut self.projections {
            old.iter().for_each(|row| projection.remove(self.table.words(*row)));
        }
        self.live -= old.len();
        old.into_iter().for_each(|row| self.free(row));
    }

    /// Takes a row out; its words stay readable until its slot is freed.
    pub(crate) fn retire(&mut self, row: RowId, names: Names<'_>) {
        self.unlink(row, names);
        if let Some(marks) = self.table.header(row).map(Header::marks) {
            self.table.mark(row, marks | GONE);
            self.live -= 1;
        }
    }

    /// Frees the slot of a row that was taken out.
    pub(crate) fn free(&mut self, row: RowId) {
        if !self.more.is_empty() {
            self.more.remove(&row);
        }
        if self.table.free(row) {
            self.free.push(row);
        }
    }

    /// The canonical order of two rows.
    pub(crate) fn compare(&self, names: Names<'_>, a: RowId, b: RowId) -> Ordering {
        self.table.compare(names, &self.types, a, b)
    }

    /// All rows in canonical order.
    pub(crate) fn in_order(&self, names: Names<'_>) -> Vec<RowId> {
        let there = |row: &RowId| self.marks(*row) & FREE == 0;
        let mut rows: Vec<RowId> = self.table.slots().filter(there).collect();
        rows.sort_by(|a, b| self.compare(names, *a, *b));
        rows
    }

    /// Gives a row another stamp and other marks.
    pub(crate) fn restamp(&mut self, row: RowId, stamp: Stamp, marks: Marks, names: Names<'_>) {
        let moved = self.header(row).is_some_and(|header| header.stamp() != stamp);
        if moved {
            self.unlink(row, names);
        }
        self.table.restamp(row, stamp, marks);
        if moved {
            self.link(row, stamp.time, names);
        }
    }

    fn link(&mut self, row: RowId, time: i64, names: Names<'_>) {
        // Then it is the last of every chain, as most are.
        let is_newest = time > self.newest;
        self.newest = self.newest.max(time);
        let (table, types) = (&self.table, &self.types);
        for index in &mut self.indexes {
            index.add(table, row, |a, b| is_newest || table.compare(names, types, a, b).is_lt());
        }
        self.projections.iter_mut().for_each(|of| of.add(table.words(row)));
    }

    fn unlink(&mut self, row: RowId, names: Names<'_>) {
        let (table, types) = (&self.table, &self.types);
        for index in &mut self.indexes {
            index.remove(table, row, |a, b| table.compare(names, types, a, b).is_lt());
        }
        self.projections.iter_mut().for_each(|of| of.remove(table.words(row)));
    }

    /// A handle on a row of this relation, whose number is `relation`.
    pub(crate) fn pin(&self, relation: usize, row: RowId) -> Option<Pin> {
        let generation = self.header(row)?.generation();
        Some(Pin { relation: relation as u16, generation, row })
    }

    /// The stamp and the words of a pinned row, if it is still the one there.
    #[inline]
    pub(crate) fn pinned(&self, pin: &Pin) -> Option<(Stamp, &[Word])> {
        let (header, words) = self.row(pin.row)?;
        (header.generation() == pin.generation).then_some((header.stamp(), words))
    }

    /// Whether the pinned row is still the one there.
    pub(crate) fn holds(&self, pin: &Pin) -> bool {
        self.pinned(pin).is_some()
    }
}

/// All rows of a table that were not taken out.
fn there(table: &Table) -> impl Iterator<Item = RowId> {
    let marks = |row: RowId| table.header(row).map_or(FREE, Header::marks);
    table.slots().filter(move |row| marks(*row) & (FREE | GONE) == 0)
}
