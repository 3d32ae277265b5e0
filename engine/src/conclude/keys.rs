//! What is remembered of each key of each rule, and which keys are to be thought about.

use alloc::{boxed::Box, collections::BinaryHeap, vec::Vec};
use core::{cmp::Reverse, hash::BuildHasher};

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use crate::{
    conclude::episode::Open,
    store::{
        relation::{Marks, RowId},
        support::KeyId,
    },
    value::word::{Key, Word},
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
#[derive(Clone)]
pub(crate) struct KeyState {
    pub(crate) key: Key,
    /// The instant of its one timer; the last of all where it has none.
    pub(crate) deadline: i64,
    /// The rows it concludes.
    pub(crate) rows: Box<[Standing]>,
    pub(crate) open: Option<Box<Open>>,
}

/// The keys of one rule that conclude something or wait for something.
#[derive(Clone)]
pub(crate) struct Keys {
    numbers: HashTable<KeyId>,
    states: Vec<Option<KeyState>>,
    free: Vec<KeyId>,
    state: FixedState,
}

impl Keys {
    pub(crate) fn new(state: FixedState) -> Self {
        Self { numbers: HashTable::new(), states: Vec::new(), free: Vec::new(), state }
    }

    /// The number of a key; a new one where it has none.
    pub(crate) fn number(&mut self, key: &[Word]) -> KeyId {
        let Self { numbers, states, free, state } = self;
        let hash = |key: &[Word]| state.hash_one(key);
        let key_of = |number: &KeyId| key_of(states, *number);
        if let Some(number) = numbers.find(hash(key), |number| key_of(number) == key) {
            return *number;
        }
        let number = free.pop().unwrap_or(states.len() as KeyId);
        numbers.insert_unique(hash(key), number, |number| hash(key_of(number)));
        let new = KeyState {
            key: Key::from_slice(key),
            deadline: i64::MAX,
            rows: Box::default(),
            open: None,
        };
        match states.get_mut(number as usize) {
            Some(place) => *place = Some(new),
            None => states.push(Some(new)),
        }
        number
    }

    pub(crate) fn get(&self, number: KeyId) -> Option<&KeyState> {
        self.states.get(number as usize)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, number: KeyId) -> Option<&mut KeyState> {
        self.states.get_mut(number as usize)?.as_mut()
    }

    /// The number of a key that has one.
    pub(crate) fn find(&self, key: &[Word]) -> Option<KeyId> {
        let same = |number: &KeyId| key_of(&self.states, *number) == key;
        self.numbers.find(self.state.hash_one(key), same).copied()
    }

    /// Forgets a key that concludes nothing and waits for nothing.
    pub(crate) fn forget_idle(&mut self, number: KeyId) {
        let idle = |state: &&KeyState| {
            state.deadline == i64::MAX && state.rows.is_empty() && state.open.is_none()
        };
        let Some(state) = self.get(number).filter(idle) else { return };
        let hash = self.state.hash_one(&*state.key);
        if let Ok(entry) = self.numbers.find_entry(hash, |known| *known == number) {
            entry.remove();
        }
        if let Some(place) = self.states.get_mut(number as usize) {
            *place = None;
            self.free.push(number);
        }
    }

    /// All keys, in no order that may show.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (KeyId, &KeyState)> {
        (0..).zip(&self.states).filter_map(|(number, state)| Some((number, state.as_ref()?)))
    }
}

fn key_of(states: &[Option<KeyState>], number: KeyId) -> &[Word] {
    let state = states.get(number as usize).and_then(Option::as_ref);
    state.map_or(&[][..], |state| &state.key)
}

/// As many keys of a rule may wait before those that wait twice are weeded out.
const FEW: usize = 1024;

/// The keys to think about again, by rule.
#[derive(Clone)]
pub(crate) struct Dirty {
    /// The rules that have some, each once.
    rules: BinaryHeap<Reverse<usize>>,
    /// A key may be in here more than once.
    keys: Vec<Vec<Key>>,
}

impl Dirty {
    pub(crate) fn new(rules: usize) -> Self {
        Self { rules: BinaryHeap::new(), keys: (0..rules).map(|_| Vec::new()).collect() }
    }

    pub(crate) fn add(&mut self, rule: usize, key: Key) {
        let Some(keys) = self.keys.get_mut(rule) else { return };
        if keys.is_empty() {
            self.rules.push(Reverse(rule));
        }
        if keys.len() >= FEW && keys.len() == keys.capacity() {
            keys.sort_unstable();
            keys.dedup();
        }
        if keys.last() != Some(&key) {
            keys.push(key);
        }
    }

    /// All of them, in no order that may show.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, &[Word])> {
        let rules = self.keys.iter().enumerate();
        rules.flat_map(|(rule, keys)| keys.iter().map(move |key| (rule, &**key)))
    }

    /// The first rule with keys to think about, and these in no order.
    pub(crate) fn next(&mut self) -> Option<(usize, Vec<Key>)> {
        let Reverse(rule) = self.rules.pop()?;
        Some((rule, core::mem::take(self.keys.get_mut(rule)?)))
    }

    /// Gives the room of a rule's keys back.
    pub(crate) fn give_back(&mut self, rule: usize, mut room: Vec<Key>) {
        if let Some(keys) = self.keys.get_mut(rule)
            && keys.is_empty()
            && room.capacity() <= FEW
        {
            room.clear();
            *keys = room;
        }
    }
}
