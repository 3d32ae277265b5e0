//! Where the events begin that `A without B` and `A then B` still wait on.
//!
//! Once B has come, its A is settled for good, and so is an A after which B can no longer come: events
//! are never taken back, and what follows an event depends on the event and the key alone. So all that
//! is settled before the first open event of a key need not be looked at again; what most of a log is
//! made of costs nothing after its instant.

use alloc::vec::Vec;

use foldhash::fast::FixedState;

use crate::{store::keyed::Keyed, value::word::Word};

/// Cursors are not cleaned below this many.
const FEW: usize = 1024;

/// For each such condition and key the time before which every event is settled.
#[derive(Clone)]
pub(crate) struct Cursors {
    conditions: Vec<Condition>,
    state: FixedState,
}

#[derive(Clone)]
struct Condition {
    relation: usize,
    /// How many words the keys have.
    width: usize,
    cursors: Keyed<i64>,
    clean_at: usize,
}

impl Condition {
    fn new(relation: usize, width: usize, state: &FixedState) -> Self {
        Self { relation, width, cursors: Keyed::new(width, state), clean_at: FEW }
    }
}

impl Cursors {
    /// Cursors for conditions over these relations, for keys of so many words.
    pub(crate) fn new(conditions: impl Iterator<Item = (usize, usize)>, state: FixedState) -> Self {
        let new = |(relation, width)| Condition::new(relation, width, &state);
        Self { conditions: conditions.map(new).collect(), state }
    }

    /// Shows all words it keeps.
    pub(crate) fn each_words(&self, see: &mut impl FnMut(&[Word])) {
        for of in &self.conditions {
            of.cursors.iter().for_each(|(number, _)| see(of.cursors.key(number)));
        }
    }

    /// The time before which everything is settled.
    pub(crate) fn get(&self, condition: usize, key: &[Word]) -> i64 {
        let cursor = self.conditions.get(condition);
        let cursor = cursor.and_then(|of| of.cursors.get(of.cursors.find(key)?));
        cursor.copied().unwrap_or(i64::MIN)
    }

    /// Moves a cursor. `oldest` is the time of the relation's oldest event: what lies before it is
    /// gone, and so are cursors there.
    pub(crate) fn set(
        &mut self,
        condition: usize,
        key: &[Word],
        to: i64,
        oldest: impl Fn(usize) -> i64,
    ) {
        let Some(of) = self.conditions.get_mut(condition) else { return };
        let known = of.cursors.find(key);
        if let Some(cursor) = known.and_then(|number| of.cursors.get_mut(number)) {
            *cursor = to;
            return;
        }
        if of.cursors.len() >= of.clean_at {
            let oldest = oldest(of.relation);
            of.cursors.retain(|cursor| *cursor > oldest);
            of.clean_at = FEW.max(2 * of.cursors.len());
        }
        of.cursors.add(key, to);
    }

    /// The cursors of a condition, in no order that may show.
    pub(crate) fn iter(&self, condition: usize) -> impl Iterator<Item = (&[Word], i64)> {
        self.conditions.get(condition).into_iter().flat_map(|of| {
            of.cursors.iter().map(|(number, cursor)| (of.cursors.key(number), *cursor))
        })
    }

    /// Forgets what is known of a relation that has no event left.
    pub(crate) fn clear(&mut self, relation: usize) {
        for of in self.conditions.iter_mut().filter(|of| of.relation == relation) {
            *of = Condition::new(relation, of.width, &self.state);
        }
    }

    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.conditions.iter().all(|of| of.cursors.len() == 0)
    }
}
