//! Where the rows of a relation lie.

use alloc::vec::Vec;
use core::cmp::Ordering;

use etio_plan::{Origin, SourceId, Type};

use crate::{
    store::{
        relation::{FREE, Generation, Marks, Names, RowId},
        sources::Stamp,
    },
    value::word::{Word, as_int},
};

/// What the engine keeps of a row beside its words.
#[derive(Clone, Copy)]
pub(crate) struct Meta {
    pub(crate) stamp: Stamp,
    pub(crate) generation: Generation,
    pub(crate) marks: Marks,
}

/// Rows one after the other, each with what is known of it before its words: what a probe looks at shares
/// a line of the cache.
#[derive(Clone)]
pub(crate) struct Table {
    width: usize,
    cells: Vec<Word>,
}

/// Cells before the words of a row: its place in its source, the source and the part of that place, its
/// time, its generation and its marks.
const HEAD: usize = 4;

impl Table {
    /// No rows, of so many words each.
    pub(crate) const fn new(width: usize) -> Self {
        Self { width, cells: Vec::new() }
    }

    /// The slots, free or not.
    pub(crate) fn slots(&self) -> impl Iterator<Item = RowId> + use<> {
        0..(self.cells.len() / (HEAD + self.width)) as RowId
    }

    #[inline]
    const fn start(&self, row: RowId) -> usize {
        row as usize * (HEAD + self.width)
    }

    /// The words of a row.
    #[inline]
    pub(crate) fn words(&self, row: RowId) -> &[Word] {
        let start = self.start(row) + HEAD;
        self.cells.get(start..start + self.width).unwrap_or_default()
    }

    #[inline]
    fn head(&self, row: RowId) -> Option<&[Word; HEAD]> {
        let head = self.cells.get(self.start(row)..)?.first_chunk()?;
        (head[3] as Marks & FREE == 0).then_some(head)
    }

    /// What is known about a row; a free slot has no row.
    #[inline]
    pub(crate) fn meta(&self, row: RowId) -> Option<Meta> {
        self.head(row).map(meta)
    }

    /// The same, and its words.
    #[inline]
    pub(crate) fn row(&self, row: RowId) -> Option<(Meta, &[Word])> {
        let start = self.start(row);
        let cells = self.cells.get(start..start + HEAD + self.width)?;
        let (head, words) = cells.split_first_chunk()?;
        let meta = meta(head);
        (meta.marks & FREE == 0).then_some((meta, words))
    }

    /// The time and the marks of a row.
    #[inline]
    pub(crate) fn time_and_marks(&self, row: RowId) -> Option<(i64, Marks)> {
        self.head(row).map(|[_, _, time, last]| (as_int(*time), *last as Marks))
    }

    /// Adds a free slot.
    pub(crate) fn add(&mut self) -> RowId {
        let row = self.cells.len() / (HEAD + self.width);
        self.cells.resize(self.cells.len() + HEAD, 0);
        if let Some(last) = self.cells.last_mut() {
            *last = Word::from(FREE);
        }
        self.cells.resize(self.cells.len() + self.width, 0);
        row as RowId
    }

    /// Writes a row into a slot.
    pub(crate) fn write(&mut self, row: RowId, stamp: Stamp, marks: Marks, words: &[Word]) {
        self.restamp(row, stamp, marks);
        let start = self.start(row) + HEAD;
        if let Some(place) = self.cells.get_mut(start..start + self.width) {
            place.iter_mut().zip(words).for_each(|(place, word)| *place = *word);
        }
    }

    /// Gives a row another stamp and other marks.
    pub(crate) fn restamp(&mut self, row: RowId, stamp: Stamp, marks: Marks) {
        let start = self.start(row);
        let head = self.cells.get_mut(start..).and_then(<[Word]>::first_chunk_mut);
        if let Some([at, from, time, last]) = head {
            let Origin { source, at: place, part } = stamp.origin;
            *at = place;
            *from = Word::from(source.0) << u32::BITS | Word::from(part);
            *time = stamp.time as Word;
            *last = *last >> u32::BITS << u32::BITS | Word::from(marks);
        }
    }

    /// Gives a row other marks.
    pub(crate) fn mark(&mut self, row: RowId, marks: Marks) {
        let place = self.start(row) + HEAD - 1;
        if let Some(last) = self.cells.get_mut(place) {
            *last = *last >> u32::BITS << u32::BITS | Word::from(marks);
        }
    }

    /// Frees a slot and says whether it may be taken again. What comes into it is of another generation;
    /// a slot that has had them all stays empty, lest a pin take a row for another.
    pub(crate) fn free(&mut self, row: RowId) -> bool {
        let place = self.start(row) + HEAD - 1;
        let Some(last) = self.cells.get_mut(place) else { return false };
        let generation = ((*last >> u32::BITS) as Generation).checked_add(1);
        let next = generation.unwrap_or(Generation::MAX);
        *last = Word::from(next) << u32::BITS | Word::from(FREE);
        generation.is_some()
    }

    /// The canonical order of two rows.
    ///
    /// INVARIANT: conclusions share one origin, so that only their values order what has one time.
    pub(crate) fn compare(&self, names: Names<'_>, types: &[Type], a: RowId, b: RowId) -> Ordering {
        let times = self.head(a).zip(self.head(b)).map(|(a, b)| as_int(a[2]).cmp(&as_int(b[2])));
        // Most differ in time.
        times.unwrap_or(Ordering::Equal).then_with(|| {
            let (Some(x), Some(y)) = (self.meta(a), self.meta(b)) else { return Ordering::Equal };
            let says = || names.symbols.compare_all(types, self.words(a), self.words(b));
            names.sources.compare(&x.stamp, &y.stamp).then_with(says)
        })
    }
}

/// What the cells before the words of a row say.
#[inline]
const fn meta(&[at, from, time, last]: &[Word; HEAD]) -> Meta {
    let source = SourceId((from >> u32::BITS) as u32);
    Meta {
        stamp: Stamp { time: as_int(time), origin: Origin { source, at, part: from as u32 } },
        generation: (last >> u32::BITS) as Generation,
        marks: last as Marks,
    }
}

#[cfg(test)]
mod tests {
    use super::Table;
    use crate::store::{relation::Generation, sources::Stamp};
    use alloc::vec;

    #[test]
    fn no_pin_takes_a_row_for_another() {
        let mut table = Table::new(1);
        let row = table.add();
        let mut generations = vec![];
        loop {
            table.write(row, Stamp::concluded(0), 0, &[7]);
            generations.extend(table.meta(row).map(|meta| meta.generation));
            if !table.free(row) {
                break;
            }
        }
        assert!(generations.into_iter().eq(0..=Generation::MAX), "each once, then never again");
        assert!(table.meta(row).is_none(), "there is no row in it");
    }
}
