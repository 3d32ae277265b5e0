//! What each row that rules conclude rests on.

use alloc::{boxed::Box, vec, vec::Vec};

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::{
    store::{
        copies::Kept,
        row::{Marks, Pins, RowId, blemish},
    },
    value::word::Word,
};

/// A key of one rule, by number.
pub(crate) type KeyId = u32;

/// Why a concluded row stands: one for each key of a rule that concludes it.
#[derive(Clone)]
pub(crate) struct Support {
    pub(crate) rule: usize,
    pub(crate) key: KeyId,
    pub(crate) marks: Marks,
    pub(crate) pins: Pins,
    pub(crate) wants: Vec<Want>,
}

/// What would have to be collected, or done, for a verdict to be sure.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, Serialize, Deserialize)]
pub(crate) enum Want {
    /// Facts of this relation.
    Relation(usize),
    /// The name of the node some files are from (M5.4).
    NodeName,
    /// A higher limit (M6.2).
    Limit,
}

/// The supports of all concluded rows, by relation and row. Relations that no rule concludes have none.
#[derive(Clone)]
pub(crate) struct Supports {
    relations: Vec<Vec<Backing>>,
}

/// What is behind one row.
#[derive(Clone, Default)]
struct Backing {
    /// The plainest comes first and speaks for the row. Most rows have one.
    supports: SmallVec<[Support; 1]>,
    /// The first fact behind the row when it came to stand, where a finding that rests on it may
    /// explain others.
    first: Option<Box<Kept>>,
}

impl Supports {
    pub(crate) fn new(relations: usize) -> Self {
        Self { relations: vec![Vec::new(); relations] }
    }

    /// Shows all words it keeps.
    pub(crate) fn each_words(&self, see: &mut impl FnMut(&[Word])) {
        let backings = self.relations.iter().flatten();
        backings.filter_map(|of| of.first.as_ref()).for_each(|first| see(&first.words));
    }

    fn at(&self, relation: usize, row: RowId) -> Option<&Backing> {
        self.relations.get(relation)?.get(row as usize)
    }

    fn at_mut(&mut self, relation: usize, row: RowId) -> Option<&mut Backing> {
        let rows = self.relations.get_mut(relation)?;
        if rows.len() <= row as usize {
            rows.resize_with(row as usize + 1, Backing::default);
        }
        rows.get_mut(row as usize)
    }

    /// Adds a support or puts it in place of the one its rule and key gave before.
    pub(crate) fn put(&mut self, relation: usize, row: RowId, support: Support) {
        let Some(Backing { supports, .. }) = self.at_mut(relation, row) else { return };
        supports.retain(|known| (known.rule, known.key) != (support.rule, support.key));
        supports.push(support);
        if supports.len() > 1 {
            supports.sort_by_key(|of| (blemish(of.marks), of.rule, of.key));
        }
    }

    /// Notes the first fact behind a row.
    pub(crate) fn begin(&mut self, relation: usize, row: RowId, first: Kept) {
        if let Some(backing) = self.at_mut(relation, row) {
            backing.first = Some(Box::new(first));
        }
    }

    /// The first fact behind a row.
    pub(crate) fn first(&self, relation: usize, row: RowId) -> Option<&Kept> {
        self.at(relation, row)?.first.as_deref()
    }

    /// Takes a support away, unless it is the last, and says whether it is. The last stays until the row has
    /// left: what ends with the row shows by it what it rested on.
    pub(crate) fn take(&mut self, relation: usize, row: RowId, rule: usize, key: KeyId) -> bool {
        let Some(Backing { supports, .. }) = self.at_mut(relation, row) else { return true };
        let is_last = supports.iter().all(|known| (known.rule, known.key) == (rule, key));
        if !is_last {
            supports.retain(|known| (known.rule, known.key) != (rule, key));
        }
        is_last
    }

    /// Takes the last support of a row that was about to leave and is concluded again.
    pub(crate) fn renew(&mut self, relation: usize, row: RowId) {
        if let Some(backing) = self.at_mut(relation, row) {
            backing.supports.clear();
        }
    }

    /// Forgets what was behind a row that has left.
    pub(crate) fn forget(&mut self, relation: usize, row: RowId) {
        if let Some(backing) = self.at_mut(relation, row) {
            *backing = Backing::default();
        }
    }

    /// The support that a key of a rule gives a row.
    pub(crate) fn of(
        &self,
        relation: usize,
        row: RowId,
        rule: usize,
        key: KeyId,
    ) -> Option<&Support> {
        let supports = &self.at(relation, row)?.supports;
        supports.iter().find(|known| (known.rule, known.key) == (rule, key))
    }

    /// The support that speaks for a row.
    pub(crate) fn get(&self, relation: usize, row: RowId) -> Option<&Support> {
        self.at(relation, row)?.supports.first()
    }

    /// What a suspected row lacks.
    pub(crate) fn wants(&self, relation: usize, row: RowId) -> &[Want] {
        self.get(relation, row).map_or(&[], |support| &support.wants)
    }
}
