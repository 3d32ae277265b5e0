//! What each row that rules conclude rests on.

use alloc::vec::Vec;

use etio_plan::Origin;
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::{
    store::relation::{Marks, Pins, RowId, blemish},
    value::word::Row,
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

/// A fact kept for as long as an episode is remembered; its row may be gone.
#[derive(Clone, PartialEq)]
pub(crate) struct Kept {
    /// A relation of the pack.
    pub(crate) relation: usize,
    pub(crate) time: i64,
    pub(crate) origins: SmallVec<[Origin; 1]>,
    pub(crate) words: Row,
}

/// The supports of all concluded rows, by relation.
#[derive(Clone)]
pub(crate) struct Supports {
    relations: Vec<HashMap<RowId, Backing, FixedState>>,
}

/// What is behind one row.
#[derive(Clone, Default)]
struct Backing {
    /// The plainest comes first and speaks for the row.
    supports: Vec<Support>,
    /// The first fact behind the row when it came to stand.
    first: Option<Kept>,
}

impl Supports {
    pub(crate) fn new(relations: usize, state: &FixedState) -> Self {
        let empty = || HashMap::with_hasher(state.clone());
        Self { relations: (0..relations).map(|_| empty()).collect() }
    }

    /// Adds a support or puts it in place of the one its rule and key gave before.
    pub(crate) fn put(&mut self, relation: usize, row: RowId, support: Support) {
        let Some(rows) = self.relations.get_mut(relation) else { return };
        let supports = &mut rows.entry(row).or_default().supports;
        supports.retain(|known| (known.rule, known.key) != (support.rule, support.key));
        supports.push(support);
        supports.sort_by_key(|of| (blemish(of.marks), of.rule, of.key));
    }

    /// Notes the first fact behind a row.
    pub(crate) fn begin(&mut self, relation: usize, row: RowId, first: Option<Kept>) {
        if let Some(rows) = self.relations.get_mut(relation) {
            rows.entry(row).or_default().first = first;
        }
    }

    /// The first fact behind a row.
    pub(crate) fn first(&self, relation: usize, row: RowId) -> Option<&Kept> {
        self.relations.get(relation)?.get(&row)?.first.as_ref()
    }

    /// Takes a support away and says whether it was the last.
    pub(crate) fn take(&mut self, relation: usize, row: RowId, rule: usize, key: KeyId) -> bool {
        let Some(rows) = self.relations.get_mut(relation) else { return true };
        let Some(Backing { supports, .. }) = rows.get_mut(&row) else { return true };
        supports.retain(|known| (known.rule, known.key) != (rule, key));
        let last = supports.is_empty();
        if last {
            rows.remove(&row);
        }
        last
    }

    /// The support that a key of a rule gives a row.
    pub(crate) fn of(
        &self,
        relation: usize,
        row: RowId,
        rule: usize,
        key: KeyId,
    ) -> Option<&Support> {
        let supports = &self.relations.get(relation)?.get(&row)?.supports;
        supports.iter().find(|known| (known.rule, known.key) == (rule, key))
    }

    /// The support that speaks for a row.
    pub(crate) fn get(&self, relation: usize, row: RowId) -> Option<&Support> {
        self.relations.get(relation)?.get(&row)?.supports.first()
    }

    /// What a suspected row lacks.
    pub(crate) fn wants(&self, relation: usize, row: RowId) -> &[Want] {
        self.get(relation, row).map_or(&[], |support| &support.wants)
    }
}
