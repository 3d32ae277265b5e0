//! The rows of one chain, oldest first.

use smallvec::SmallVec;

use crate::store::row::RowId;

/// Rows in an order, the first of which often goes. Few rows take no allocation.
///
/// INVARIANT: not all of them have gone, so that the last is one of those that are left.
#[derive(Clone, Default)]
pub(crate) struct Run {
    rows: SmallVec<[RowId; 4]>,
    /// As many of them have gone.
    gone: u32,
}

impl Run {
    /// The rows.
    #[inline]
    pub(crate) fn rows(&self) -> &[RowId] {
        self.rows.get(self.gone as usize..).unwrap_or_default()
    }

    /// Puts a row at its place. `before(a, b)` is the order.
    #[inline]
    pub(crate) fn put(&mut self, row: RowId, before: impl Fn(RowId, RowId) -> bool) {
        if let Some(last) = self.rows.last()
            && !before(*last, row)
        {
            return self.put_between(row, before);
        }
        if self.rows.len() == self.rows.capacity() {
            self.tidy();
        }
        self.rows.push(row);
    }

    /// Rows come in canonical order but for late ones and changed entities.
    #[cold]
    fn put_between(&mut self, row: RowId, before: impl Fn(RowId, RowId) -> bool) {
        let place = self.rows().partition_point(|other| before(*other, row));
        self.rows.insert(self.gone as usize + place, row);
    }

    /// Takes a row out.
    #[inline]
    pub(crate) fn take(&mut self, row: RowId, before: impl Fn(RowId, RowId) -> bool) {
        if self.rows().first() != Some(&row) {
            return self.take_between(row, before);
        }
        self.take_first(1);
    }

    /// Takes the first rows out.
    #[inline]
    pub(crate) fn take_first(&mut self, count: usize) {
        self.gone += count as u32;
        if self.gone as usize >= self.rows.len() {
            self.rows.clear();
            self.gone = 0;
        }
    }

    /// Most that go are the oldest.
    #[cold]
    fn take_between(&mut self, row: RowId, before: impl Fn(RowId, RowId) -> bool) {
        let place = self.rows().partition_point(|other| before(*other, row));
        if self.rows().get(place) == Some(&row) {
            self.rows.remove(self.gone as usize + place);
        }
    }

    /// Uses the room of rows that have gone again, if these are as many as those that are left.
    #[cold]
    fn tidy(&mut self) {
        let gone = self.gone as usize;
        if gone * 2 >= self.rows.len() {
            self.rows.drain(..gone);
            self.gone = 0;
        }
    }
}

/// As many of the last rows are looked at one by one, before those in the middle.
const LAST: usize = 4;

/// How many of the first rows satisfy `early`, which holds for a prefix. Most who ask want the last few.
pub(crate) fn skip(rows: &[RowId], early: impl Fn(RowId) -> bool) -> usize {
    for (place, row) in rows.iter().enumerate().rev().take(LAST) {
        if early(*row) {
            return place + 1;
        }
    }
    if rows.len() <= LAST { 0 } else { rows.partition_point(|row| early(*row)) }
}
