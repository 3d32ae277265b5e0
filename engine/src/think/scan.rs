//! Rows of one relation as a pattern asks for them, in canonical order.

use core::{ops::ControlFlow, slice};

use etio_plan::Pick;
use smallvec::SmallVec;

use crate::{
    program::Scan,
    store::{
        relation::Relation,
        row::{ENDED, LAPSED, RowId, SUSPECT},
        run::skip,
        table::Header,
    },
    think::eval::{Eval, Facts, Lack, Then},
    value::{
        expr::{Ex, field_is},
        word::{ABSENT, Word, at, int, put},
    },
};

/// A row that a scan meets.
#[derive(Clone, Copy)]
pub(crate) struct Met<'a> {
    pub(crate) relation: usize,
    pub(crate) header: Header<'a>,
}

/// The rows that a scan has yet to meet.
pub(crate) struct Rows<'a> {
    scan: &'a Scan,
    relation: usize,
    table: Option<&'a Relation>,
    found: slice::Iter<'a, RowId>,
    pick: Pick,
}

/// What an index is looked up by; few have more columns.
pub(crate) type Probe = SmallVec<[Word; 4]>;

impl Met<'_> {
    /// Whether it is the same row as another.
    pub(crate) const fn is(self, other: Met<'_>) -> bool {
        self.relation == other.relation && self.header.row == other.header.row
    }
}

impl<'a> Eval<'a> {
    /// The rows of a scan that are not before an instant, to be met one by one.
    pub(crate) fn rows(&mut self, scan: &'a Scan, from: i64, pick: Pick) -> Rows<'a> {
        self.rows_of(scan, (scan.relation, scan.index), from, pick)
    }

    pub(crate) fn rows_of(
        &mut self,
        scan: &'a Scan,
        (relation, index): (usize, usize),
        from: i64,
        pick: Pick,
    ) -> Rows<'a> {
        let table = self.view.relations.get(relation);
        let found = table.map_or(&[][..], |rows| {
            self.work += 1;
            let found = self.found(scan, rows, index);
            let start = match from {
                i64::MIN => 0,
                from => skip(found, |row| rows.time(row) < from),
            };
            found.get(start..).unwrap_or_default()
        });
        Rows { scan, relation, table, found: found.iter(), pick }
    }

    /// The first row of a scan that is not before an instant.
    pub(crate) fn first(&mut self, scan: &'a Scan, from: i64, pick: Pick) -> Option<Met<'a>> {
        let mut rows = self.rows(scan, from, pick);
        self.meet(&mut rows)
    }

    /// The next row that stands and is as the scan asks: its variables are bound and its tests hold. None
    /// where the rule may do no more work.
    pub(crate) fn meet(&mut self, rows: &mut Rows<'a>) -> Option<Met<'a>> {
        let table = rows.table?;
        loop {
            let row = *match rows.pick {
                Pick::Oldest => rows.found.next()?,
                Pick::Newest => rows.found.next_back()?,
            };
            self.work += 1;
            if self.is_over() {
                return None;
            }
            if let Some((header, words)) = table.row(row)
                && self.fits(rows.scan, words, header)
            {
                return Some(Met { relation: rows.relation, header });
            }
        }
    }

    /// Whether a row stands and is as the scan asks. Then its variables are bound.
    #[inline]
    pub(super) fn fits(&mut self, scan: &'a Scan, words: &[Word], header: Header<'_>) -> bool {
        let marks = header.marks();
        let over = marks & ENDED != 0 || (marks & LAPSED != 0 && !self.lapse);
        !over && self.bind(scan, words, header.time())
    }

    /// Puts the one row that a scan by a key may find on the path, if it fits.
    pub(crate) fn only(&mut self, scan: &'a Scan) -> bool {
        let Some(rows) = self.view.relations.get(scan.relation) else { return false };
        self.work += 1;
        let Some(row) = self.found(scan, rows, scan.index).first().copied() else {
            return false;
        };
        self.work += 1;
        if self.is_over() {
            return false;
        }
        match rows.row(row) {
            Some((header, words)) if self.fits(scan, words, header) => {
                self.push(Met { relation: scan.relation, header });
                true
            }
            _ => false,
        }
    }

    /// The rows that an index has for a scan; none where something it needs is absent.
    #[inline]
    pub(crate) fn found(
        &mut self,
        scan: &'a Scan,
        relation: &'a Relation,
        index: usize,
    ) -> &'a [RowId] {
        // Most are looked up by one word.
        if let [(ex, may_lack)] = scan.keyed() {
            return match self.eval(ex, &[]) {
                ABSENT if !may_lack => &[],
                word => relation.find(index, &[word]),
            };
        }
        self.probe(scan).map_or(&[], |key| relation.find(index, &key))
    }

    /// The words an index is probed with; none where something it needs is absent.
    pub(crate) fn probe(&mut self, scan: &'a Scan) -> Option<Probe> {
        let mut key = Probe::new();
        for (ex, may_lack) in scan.keyed() {
            let word = self.eval(ex, &[]);
            if word == ABSENT && !may_lack {
                return None;
            }
            key.push(word);
        }
        Some(key)
    }

    #[inline]
    fn bind(&mut self, scan: &'a Scan, words: &[Word], time: i64) -> bool {
        for (field, slot) in &scan.binds {
            let word = at(words, *field);
            if word == ABSENT {
                return false;
            }
            put(&mut self.slots, *slot, word);
        }
        for (field, slot) in &scan.optional {
            put(&mut self.slots, *slot, at(words, *field));
        }
        put(&mut self.slots, scan.row, int(time));
        scan.tests.iter().all(|ex| self.passes(ex, words))
    }

    fn passes(&mut self, test: &Ex, words: &[Word]) -> bool {
        field_is(test, &self.slots, words).unwrap_or_else(|| self.calc(words).holds(test))
    }

    /// Goes on with a row on the path.
    pub(crate) fn with_row(&mut self, met: Met<'_>, then: Then<'_, 'a>) -> ControlFlow<()> {
        let (marks, lacks, depth) = (self.marks, self.lacks.len(), self.path.len());
        self.push(met);
        let flow = then(self);
        self.path.truncate(depth);
        self.lacks.truncate(lacks);
        self.marks = marks;
        flow
    }

    /// Puts a row on the path.
    #[inline]
    fn push(&mut self, Met { relation, header }: Met<'_>) {
        let (row, marks) = (header.row, header.marks());
        self.marks |= marks & !(ENDED | LAPSED);
        if marks & SUSPECT != 0 {
            let wants = self.view.supports.wants(relation, row);
            self.lacks
                .extend(wants.iter().map(|want| Lack { below: true, ..Lack::unknown(*want) }));
        }
        self.path.push(Facts::One(relation, row));
    }
}
