//! Where the events begin that `A without B` and `A then B` still wait on.
//!
//! Once B has come, its A is settled for good, and so is an A after which B can no longer come: events
//! are never taken back, and what follows an event depends on the event and the key alone. So all that
//! is settled before the first open event of a key need not be looked at again; what most of a log is
//! made of costs nothing after its instant.

use alloc::{boxed::Box, vec::Vec};

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::value::word::Word;

/// A map is not cleaned below this many keys.
const FEW: usize = 1024;

/// For each such condition and key the time before which every event is settled.
#[derive(Clone)]
pub(crate) struct Cursors {
    conditions: Vec<Condition>,
}

#[derive(Clone)]
struct Condition {
    relation: usize,
    keys: HashMap<Box<[Word]>, i64, FixedState>,
    clean_at: usize,
}

impl Cursors {
    /// Cursors for conditions over these relations.
    pub(crate) fn new(relations: &[usize], state: &FixedState) -> Self {
        let condition = |relation: &usize| Condition {
            relation: *relation,
            keys: HashMap::with_hasher(state.clone()),
            clean_at: FEW,
        };
        Self { conditions: relations.iter().map(condition).collect() }
    }

    /// The time before which everything is settled.
    pub(crate) fn get(&self, condition: usize, key: &[Word]) -> i64 {
        let cursor = self.conditions.get(condition).and_then(|of| of.keys.get(key));
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
        match of.keys.get_mut(key) {
            Some(cursor) => *cursor = to,
            None => {
                if of.keys.len() >= of.clean_at {
                    let oldest = oldest(of.relation);
                    of.keys.retain(|_, cursor| *cursor > oldest);
                    of.clean_at = FEW.max(2 * of.keys.len());
                }
                of.keys.insert(key.into(), to);
            }
        }
    }

    /// The cursors of a condition, in no order that may show.
    pub(crate) fn iter(&self, condition: usize) -> impl Iterator<Item = (&[Word], i64)> {
        let of = self.conditions.get(condition).into_iter().flat_map(|of| &of.keys);
        of.map(|(key, cursor)| (&**key, *cursor))
    }

    /// Forgets what is known of a relation that has no event left.
    pub(crate) fn clear(&mut self, relation: usize) {
        for of in self.conditions.iter_mut().filter(|of| of.relation == relation) {
            of.keys.clear();
        }
    }

    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.conditions.iter().all(|of| of.keys.is_empty())
    }
}
