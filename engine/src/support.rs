//! What is remembered of each key of each rule, and of each row that rules conclude.

use alloc::{boxed::Box, collections::BTreeSet, vec::Vec};

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};

use crate::{
    episode::{Kept, Open},
    eval::Want,
    relation::{Marks, Pin, RowId},
    word::Word,
};

/// A key of one rule, by number.
pub(crate) type KeyId = u32;

/// Why a concluded row stands: one for each key of a rule that concludes it.
pub(crate) struct Support {
    pub(crate) rule: usize,
    pub(crate) key: KeyId,
    pub(crate) marks: Marks,
    pub(crate) pins: Vec<Pin>,
    pub(crate) wants: Vec<Want>,
}

/// The supports of all concluded rows, by relation.
pub(crate) struct Supports {
    relations: Vec<HashMap<RowId, Backing, FixedState>>,
}

/// What is behind one row.
#[derive(Default)]
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
        supports.sort_by_key(|of| (crate::judge::blemish(of.marks), of.rule, of.key));
    }

    /// Notes the first fact behind a row.
    pub(crate) fn begin(&mut self, relation: usize, row: RowId, first: Option<Kept>) {
        let backing = self.relations.get_mut(relation).and_then(|rows| rows.get_mut(&row));
        if let Some(backing) = backing {
            backing.first = first;
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

    /// The support that speaks for a row.
    pub(crate) fn get(&self, relation: usize, row: RowId) -> Option<&Support> {
        self.relations.get(relation)?.get(&row)?.supports.first()
    }

    /// What a suspected row lacks.
    pub(crate) fn wants(&self, relation: usize, row: RowId) -> &[Want] {
        self.get(relation, row).map_or(&[], |support| &support.wants)
    }
}

/// A row that a key concludes.
#[derive(Clone, Copy)]
pub(crate) struct Standing {
    pub(crate) row: RowId,
    /// It no longer holds and is kept for a while (`tolerating`).
    pub(crate) gap: Option<Gap>,
}

/// A gap in what a row rests on.
#[derive(Clone, Copy)]
pub(crate) struct Gap {
    pub(crate) until: i64,
    /// What the row would be, where it began because only a window ran out.
    pub(crate) lapsed: Option<Marks>,
}

/// What is remembered of a key.
#[derive(Default)]
pub(crate) struct KeyState {
    pub(crate) key: Box<[Word]>,
    /// The instant of its one timer.
    pub(crate) deadline: Option<i64>,
    /// The rows it concludes.
    pub(crate) rows: Vec<Standing>,
    pub(crate) open: Option<Box<Open>>,
}

/// The keys of one rule that conclude something or wait for something.
pub(crate) struct Keys {
    numbers: HashMap<Box<[Word]>, KeyId, FixedState>,
    states: Vec<Option<KeyState>>,
    free: Vec<KeyId>,
}

impl Keys {
    pub(crate) fn new(state: FixedState) -> Self {
        Self { numbers: HashMap::with_hasher(state), states: Vec::new(), free: Vec::new() }
    }

    /// The number of a key; a new one where it has none.
    pub(crate) fn number(&mut self, key: &[Word]) -> KeyId {
        if let Some(number) = self.numbers.get(key) {
            return *number;
        }
        let state = Some(KeyState { key: key.into(), ..KeyState::default() });
        let number = self.free.pop().unwrap_or(self.states.len() as KeyId);
        match self.states.get_mut(number as usize) {
            Some(place) => *place = state,
            None => self.states.push(state),
        }
        self.numbers.insert(key.into(), number);
        number
    }

    pub(crate) fn get(&self, number: KeyId) -> Option<&KeyState> {
        self.states.get(number as usize)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, number: KeyId) -> Option<&mut KeyState> {
        self.states.get_mut(number as usize)?.as_mut()
    }

    /// The state of a key that has a number.
    pub(crate) fn find(&self, key: &[Word]) -> Option<KeyId> {
        self.numbers.get(key).copied()
    }

    /// Forgets a key that concludes nothing and waits for nothing.
    pub(crate) fn forget_idle(&mut self, number: KeyId) {
        let Some(place) = self.states.get_mut(number as usize) else { return };
        let idle = |state: &KeyState| {
            state.deadline.is_none() && state.rows.is_empty() && state.open.is_none()
        };
        if place.as_ref().is_some_and(idle)
            && let Some(state) = place.take()
        {
            self.numbers.remove(&state.key);
            self.free.push(number);
        }
    }

    /// All keys, in no order that may show.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (KeyId, &KeyState)> {
        let with = |(number, state): (usize, &'_ Option<KeyState>)| {
            state.as_ref().map(|_| number as KeyId)
        };
        let numbers: Vec<KeyId> = self.states.iter().enumerate().filter_map(with).collect();
        numbers.into_iter().filter_map(|number| Some((number, self.get(number)?)))
    }
}

/// The keys to think about again, by rule.
pub(crate) struct Dirty {
    rules: BTreeSet<usize>,
    keys: Vec<HashSet<Box<[Word]>, FixedState>>,
}

impl Dirty {
    pub(crate) fn new(rules: usize, state: &FixedState) -> Self {
        let empty = || HashSet::with_hasher(state.clone());
        Self { rules: BTreeSet::new(), keys: (0..rules).map(|_| empty()).collect() }
    }

    pub(crate) fn add(&mut self, rule: usize, key: Box<[Word]>) {
        if let Some(keys) = self.keys.get_mut(rule) {
            keys.insert(key);
            self.rules.insert(rule);
        }
    }

    /// The first rule with keys to think about, and these in no order.
    pub(crate) fn next(&mut self) -> Option<(usize, Vec<Box<[Word]>>)> {
        let rule = self.rules.pop_first()?;
        Some((rule, self.keys.get_mut(rule)?.drain().collect()))
    }
}
