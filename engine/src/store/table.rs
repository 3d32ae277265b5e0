//! Where the rows of a relation lie.

use alloc::{collections::BTreeMap, vec::Vec};
use core::cmp::Ordering;

use etio_plan::{Origin, SourceId, Type};

use crate::{
    store::{
        row::{FREE, Generation, Marks, RowId},
        sources::{Sources, Stamp},
    },
    value::{
        symbols::Symbols,
        word::{Word, as_int},
    },
};

/// What the engine keeps of a row beside its words, where it lies: most who ask want little of it.
#[derive(Clone, Copy)]
pub(crate) struct Header<'a> {
    pub(crate) row: RowId,
    cells: &'a [Word; HEADER],
    wide: &'a Wide,
}

/// Rows one after the other, each with what is known of it before its words: what a probe looks at shares
/// a line of the cache. They lie in pages, so that none moves when many come.
#[derive(Clone)]
pub(crate) struct Table {
    width: usize,
    /// All but the last have as many rows as a page has.
    pages: Vec<Vec<Word>>,
    count: usize,
    wide: Wide,
}

/// What the canonical order of rows depends on.
#[derive(Clone, Copy)]
pub(crate) struct Names<'a> {
    pub(crate) sources: &'a Sources,
    pub(crate) symbols: &'a Symbols,
}

/// The sources and parts that have no room before the words of their row. Others may be left over.
type Wide = BTreeMap<RowId, (u32, u32)>;

/// Cells before the words of a row: its place in its source, its time, and in the last, from the highest
/// bits down, its source and the part of that place, its generation and its marks, 16 bits each.
const HEADER: usize = 3;

/// As many rows has a page.
const PAGE: usize = 256;

/// Bits of a quarter of a cell.
const QUARTER: u32 = u16::BITS;

impl Table {
    /// No rows, of so many words each.
    pub(crate) const fn new(width: usize) -> Self {
        Self { width, pages: Vec::new(), count: 0, wide: BTreeMap::new() }
    }

    /// The slots, free or not.
    pub(crate) fn slots(&self) -> impl Iterator<Item = RowId> + use<> {
        0..self.count as RowId
    }

    const fn stride(&self) -> usize {
        HEADER + self.width
    }

    /// All cells of a row.
    #[inline]
    fn cells(&self, row: RowId) -> Option<&[Word]> {
        let start = row as usize % PAGE * self.stride();
        self.pages.get(row as usize / PAGE)?.get(start..start + self.stride())
    }

    #[inline]
    fn cells_mut(&mut self, row: RowId) -> Option<&mut [Word]> {
        let (start, stride) = (row as usize % PAGE * self.stride(), self.stride());
        self.pages.get_mut(row as usize / PAGE)?.get_mut(start..start + stride)
    }

    /// The last cell before the words of a row.
    fn last_mut(&mut self, row: RowId) -> Option<&mut Word> {
        self.cells_mut(row)?.get_mut(HEADER - 1)
    }

    /// The words of a row.
    #[inline]
    pub(crate) fn words(&self, row: RowId) -> &[Word] {
        self.cells(row).and_then(|cells| cells.get(HEADER..)).unwrap_or_default()
    }

    /// What is known about a row; a free slot has no row.
    #[inline]
    pub(crate) fn header(&self, row: RowId) -> Option<Header<'_>> {
        self.row(row).map(|(header, _)| header)
    }

    /// The same, and its words.
    #[inline]
    pub(crate) fn row(&self, row: RowId) -> Option<(Header<'_>, &[Word])> {
        let (cells, words) = self.cells(row)?.split_first_chunk()?;
        let header = Header { row, cells, wide: &self.wide };
        (header.marks() & FREE == 0).then_some((header, words))
    }

    /// Adds a row, in a new slot.
    pub(crate) fn add(&mut self, stamp: Stamp, marks: Marks, words: &[Word]) -> RowId {
        let row = self.count as RowId;
        let header = self.tell(row, stamp, marks, 0);
        if self.count.is_multiple_of(PAGE) {
            // Most relations have few rows.
            let room = if self.count == 0 { 1 } else { PAGE };
            self.pages.push(Vec::with_capacity(room * self.stride()));
        }
        let end = (self.count % PAGE + 1) * self.stride();
        if let Some(page) = self.pages.last_mut() {
            page.extend_from_slice(&header);
            page.extend_from_slice(words);
            page.resize(end, 0);
        }
        self.count += 1;
        row
    }

    /// Writes a row into a free slot.
    pub(crate) fn write(&mut self, row: RowId, stamp: Stamp, marks: Marks, words: &[Word]) {
        self.restamp(row, stamp, marks);
        if let Some(place) = self.cells_mut(row).and_then(|cells| cells.get_mut(HEADER..)) {
            place.iter_mut().zip(words).for_each(|(place, word)| *place = *word);
        }
    }

    /// Gives a row another stamp and other marks.
    pub(crate) fn restamp(&mut self, row: RowId, stamp: Stamp, marks: Marks) {
        let Some(last) = self.last_mut(row) else { return };
        let generation = (*last >> QUARTER) as Generation;
        let header = self.tell(row, stamp, marks, generation);
        if let Some(place) = self.cells_mut(row).and_then(<[Word]>::first_chunk_mut) {
            *place = header;
        }
    }

    /// The cells before the words of a row.
    #[inline]
    fn tell(
        &mut self,
        row: RowId,
        Stamp { time, origin }: Stamp,
        marks: Marks,
        generation: Generation,
    ) -> [Word; HEADER] {
        let Origin { source, at, part } = origin;
        let from = narrow(source, part).unwrap_or_else(|| {
            self.wide.insert(row, (source.0, part));
            (WIDE as u16 as Word) << QUARTER
        });
        let rest = Word::from(generation) << QUARTER | Word::from(marks);
        [at, time as Word, from << (2 * QUARTER) | rest]
    }

    /// Gives a row other marks.
    pub(crate) fn mark(&mut self, row: RowId, marks: Marks) {
        if let Some(last) = self.last_mut(row) {
            *last = *last >> QUARTER << QUARTER | Word::from(marks);
        }
    }

    /// Frees a slot and says whether it may be taken again. What comes into it is of another generation;
    /// a slot that has had them all stays empty, lest a pin take a row for another.
    pub(crate) fn free(&mut self, row: RowId) -> bool {
        if !self.wide.is_empty() {
            self.wide.remove(&row);
        }
        let Some(last) = self.last_mut(row) else { return false };
        let generation = ((*last >> QUARTER) as Generation).checked_add(1);
        let next = generation.unwrap_or(Generation::MAX);
        *last = Word::from(next) << QUARTER | Word::from(FREE);
        generation.is_some()
    }

    /// The canonical order of two rows.
    ///
    /// INVARIANT: conclusions share one origin, so that only their values order what has one time.
    pub(crate) fn compare(&self, names: Names<'_>, types: &[Type], a: RowId, b: RowId) -> Ordering {
        let Some((x, y)) = self.header(a).zip(self.header(b)) else { return Ordering::Equal };
        // Most differ in time.
        x.time().cmp(&y.time()).then_with(|| {
            let says = || names.symbols.compare_all(types, self.words(a), self.words(b));
            names.sources.compare(&x.stamp(), &y.stamp()).then_with(says)
        })
    }
}

impl Header<'_> {
    #[inline]
    pub(crate) const fn time(self) -> i64 {
        as_int(self.cells[1])
    }

    #[inline]
    pub(crate) fn stamp(self) -> Stamp {
        let [at, time, last] = *self.cells;
        let (source, part) = match (last >> (3 * QUARTER)) as i16 {
            WIDE => self.wide.get(&self.row).copied().unwrap_or_default(),
            source => (i32::from(source) as u32, (last >> (2 * QUARTER)) as u16 as u32),
        };
        Stamp { time: as_int(time), origin: Origin { source: SourceId(source), at, part } }
    }

    #[inline]
    pub(crate) const fn generation(self) -> Generation {
        (self.cells[2] >> QUARTER) as Generation
    }

    #[inline]
    pub(crate) const fn marks(self) -> Marks {
        self.cells[2] as Marks
    }
}

/// Stands for a source and a part that have no room.
const WIDE: i16 = i16::MIN;

/// A source and a part in two quarters of a cell, if they have room there. Sources are few and numbered from
/// zero, but for that of what is concluded, which is the last.
#[inline]
fn narrow(source: SourceId, part: u32) -> Option<Word> {
    let source = i16::try_from(source.0 as i32).ok().filter(|source| *source != WIDE)?;
    let part = u16::try_from(part).ok()?;
    Some(Word::from(source as u16) << QUARTER | Word::from(part))
}

#[cfg(test)]
mod tests {
    use super::{Header, Table};
    use crate::store::{row::Generation, sources::Stamp};
    use alloc::vec;
    use etio_plan::{Origin, SourceId};

    #[test]
    fn every_origin_comes_back() {
        let mut table = Table::new(0);
        let row = table.add(Stamp::concluded(0), 0, &[]);
        let edges = |bits: u32| [0, 1, (1 << bits) - 1, 1 << bits, (1 << bits) + 1];
        let ends = [u32::MAX - 1, u32::MAX, 1 << 31, u32::MAX << 15, (u32::MAX << 15) - 1];
        for source in edges(15).into_iter().chain(ends) {
            for part in edges(16).into_iter().chain(ends) {
                let origin = Origin { source: SourceId(source), at: u64::MAX, part };
                table.restamp(row, Stamp { time: i64::MIN, origin }, 7);
                let header = table.header(row).unwrap();
                assert_eq!((header.stamp().origin, header.time()), (origin, i64::MIN));
                assert_eq!((header.marks(), header.generation()), (7, 0));
            }
        }
    }

    #[test]
    fn no_pin_takes_a_row_for_another() {
        let mut table = Table::new(1);
        let row = table.add(Stamp::concluded(0), 0, &[7]);
        let mut generations = vec![];
        loop {
            generations.extend(table.header(row).map(Header::generation));
            if !table.free(row) {
                break;
            }
            table.write(row, Stamp::concluded(0), 0, &[7]);
        }
        assert!(generations.into_iter().eq(0..=Generation::MAX), "each once, then never again");
        assert!(table.header(row).is_none(), "there is no row in it");
    }
}
