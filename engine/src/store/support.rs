//! What each row that rules conclude rests on.

use alloc::{boxed::Box, collections::BTreeMap, vec, vec::Vec};

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::{
    store::{
        copies::{Copies, Kept},
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
    /// The facts behind the pins, of a row that is only tolerated: their rows may be gone.
    pub(crate) facts: Option<Box<Copies>>,
}

impl Support {
    /// Whether this key of a rule gives it.
    fn is_of(&self, rule: usize, key: KeyId) -> bool {
        (self.rule, self.key) == (rule, key)
    }
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
    /// What rows rested on until this instant that rest on something else now, by relation and row: what ends in it
    /// shows that.
    former: BTreeMap<(usize, RowId), Support>,
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
        Self { relations: vec![Vec::new(); relations], former: BTreeMap::new() }
    }

    /// Shows all words it keeps.
    pub(crate) fn each_words(&self, see: &mut impl FnMut(&[Word])) {
        for Backing { supports, first } in self.relations.iter().flatten() {
            first.iter().for_each(|first| see(&first.words));
            let facts = supports.iter().filter_map(|support| support.facts.as_ref());
            facts.flat_map(|facts| facts.iter()).for_each(|fact| see(&fact.words));
        }
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
        if self.get(relation, row).is_some_and(|known| known.pins != support.pins) {
            self.note_former(relation, row);
        }
        let Some(Backing { supports, .. }) = self.at_mut(relation, row) else { return };
        supports.retain(|known| !known.is_of(support.rule, support.key));
        supports.push(support);
        if supports.len() > 1 {
            supports.sort_by_key(|of| (blemish(of.marks), of.rule, of.key));
        }
    }

    /// Remembers until the instant is over what a row has rested on.
    fn note_former(&mut self, relation: usize, row: RowId) {
        if let Some(support) = self.get(relation, row).cloned() {
            self.former.entry((relation, row)).or_insert(support);
        }
    }

    /// The support that spoke for a row before this instant, or that speaks for it since.
    pub(crate) fn before(&self, relation: usize, row: RowId) -> Option<&Support> {
        self.former.get(&(relation, row)).or_else(|| self.get(relation, row))
    }

    /// Lets the support that a key gives a row keep the facts behind it.
    pub(crate) fn keep(
        &mut self,
        (relation, row): (usize, RowId),
        (rule, key): (usize, KeyId),
        facts: Copies,
    ) {
        let supports = self.at_mut(relation, row).map(|of| &mut of.supports);
        let mut supports = supports.into_iter().flatten();
        if let Some(of) = supports.find(|known| known.is_of(rule, key)) {
            of.facts = Some(Box::new(facts));
        }
    }

    /// The instant is over.
    pub(crate) fn settle(&mut self) {
        self.former.clear();
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
        let own = |known: &Support| known.is_of(rule, key);
        let others = self.at(relation, row).is_some_and(|of| !of.supports.iter().all(own));
        if others {
            self.note_former(relation, row);
            if let Some(Backing { supports, .. }) = self.at_mut(relation, row) {
                supports.retain(|known| !own(known));
            }
        }
        !others
    }

    /// Takes the last support of a row that was about to leave and is concluded again.
    pub(crate) fn renew(&mut self, relation: usize, row: RowId) {
        self.note_former(relation, row);
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
        supports.iter().find(|known| known.is_of(rule, key))
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
