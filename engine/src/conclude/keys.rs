//! What is remembered of each key of each rule, and which keys are to be thought about.

use alloc::{boxed::Box, collections::BTreeSet, vec::Vec};

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};

use crate::{
    conclude::episode::Open,
    store::{
        relation::{Marks, RowId},
        support::KeyId,
    },
    value::word::Word,
};

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
#[derive(Clone, Default)]
pub(crate) struct KeyState {
    pub(crate) key: Box<[Word]>,
    /// The instant of its one timer.
    pub(crate) deadline: Option<i64>,
    /// The rows it concludes.
    pub(crate) rows: Vec<Standing>,
    pub(crate) open: Option<Box<Open>>,
}

/// The keys of one rule that conclude something or wait for something.
#[derive(Clone)]
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
#[derive(Clone)]
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

    /// All of them, in no order that may show.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, &[Word])> {
        let of = |rule: &usize| self.keys.get(*rule).map(|keys| (*rule, keys));
        let rules = self.rules.iter().filter_map(of);
        rules.flat_map(|(rule, keys)| keys.iter().map(move |key| (rule, &**key)))
    }

    /// The first rule with keys to think about, and these in no order.
    pub(crate) fn next(&mut self) -> Option<(usize, Vec<Box<[Word]>>)> {
        let rule = self.rules.pop_first()?;
        Some((rule, self.keys.get_mut(rule)?.drain().collect()))
    }
}
