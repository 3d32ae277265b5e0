//! What is remembered of each key of each rule, and which keys are to be thought about.

use alloc::{vec, vec::Vec};

use foldhash::fast::FixedState;
use smallvec::SmallVec;

use crate::{
    conclude::episode::Open,
    store::{
        keyed::Keyed,
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

/// The rows that a key concludes; mostly one.
pub(crate) type Standings = SmallVec<[Standing; 1]>;

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
    /// The instant of its one timer; the last of all where it has none.
    pub(crate) deadline: i64,
    pub(crate) concludes: Concludes,
}

/// What stands because of a key.
#[derive(Clone)]
pub(crate) enum Concludes {
    Nothing,
    /// Of a rule that derives.
    Rows(Standings),
    /// Of a finding.
    Open(Open),
}

impl Concludes {
    pub(crate) fn rows(rows: Standings) -> Self {
        if rows.is_empty() { Self::Nothing } else { Self::Rows(rows) }
    }
}

impl KeyState {
    /// The rows it concludes.
    pub(crate) fn rows(&self) -> &[Standing] {
        match &self.concludes {
            Concludes::Rows(rows) => rows,
            _ => &[],
        }
    }

    /// Its open episode.
    pub(crate) const fn open(&self) -> Option<&Open> {
        match &self.concludes {
            Concludes::Open(open) => Some(open),
            _ => None,
        }
    }

    /// The same, to be changed.
    pub(crate) const fn open_mut(&mut self) -> Option<&mut Open> {
        match &mut self.concludes {
            Concludes::Open(open) => Some(open),
            _ => None,
        }
    }
}

/// The keys of one rule that conclude something or wait for something.
#[derive(Clone)]
pub(crate) struct Keys(Keyed<KeyState>);

impl Keys {
    /// Of no key yet; keys have so many words.
    pub(crate) fn new(words: usize, state: &FixedState) -> Self {
        Self(Keyed::new(words, state))
    }

    /// Gives a number to a key that has none.
    pub(crate) fn add(&mut self, key: &[Word]) -> KeyId {
        self.0.add(key, KeyState { deadline: i64::MAX, concludes: Concludes::Nothing })
    }

    /// The words of a key that has a number.
    pub(crate) fn key(&self, number: KeyId) -> &[Word] {
        self.0.key(number)
    }

    pub(crate) fn get(&self, number: KeyId) -> Option<&KeyState> {
        self.0.get(number)
    }

    pub(crate) fn get_mut(&mut self, number: KeyId) -> Option<&mut KeyState> {
        self.0.get_mut(number)
    }

    /// The number of a key that has one.
    pub(crate) fn find(&self, key: &[Word]) -> Option<KeyId> {
        self.0.find(key)
    }

    /// Forgets a key that concludes nothing and waits for nothing.
    pub(crate) fn forget_idle(&mut self, number: KeyId) {
        let idle = |state: &KeyState| {
            state.deadline == i64::MAX && matches!(state.concludes, Concludes::Nothing)
        };
        if self.get(number).is_some_and(idle) {
            self.0.remove(number);
        }
    }

    /// All keys, in no order that may show.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (KeyId, &KeyState)> {
        self.0.iter()
    }
}

/// As many keys of a rule may wait before those that wait twice are weeded out.
const FEW: usize = 1024;

/// The keys to think about again, by rule.
#[derive(Clone)]
pub(crate) struct Dirty {
    /// A bit for each rule that has some, how many these are, and no word of bits before the first has one.
    rules: Vec<u64>,
    count: usize,
    first: usize,
    /// A key may be in here more than once.
    keys: Vec<Vec<Key>>,
}

impl Dirty {
    pub(crate) fn new(rules: usize) -> Self {
        let words = rules.div_ceil(u64::BITS as usize);
        let keys = (0..rules).map(|_| Vec::new()).collect();
        Self { rules: vec![0; words], count: 0, first: 0, keys }
    }

    pub(crate) fn add(&mut self, rule: usize, key: Key) {
        let Some(keys) = self.keys.get_mut(rule) else { return };
        if keys.is_empty() {
            let word = rule / u64::BITS as usize;
            if let Some(bits) = self.rules.get_mut(word) {
                *bits |= 1 << (rule % u64::BITS as usize);
            }
            self.first = if self.count == 0 { word } else { self.first.min(word) };
            self.count += 1;
        }
        if keys.len() >= FEW && keys.len() == keys.capacity() {
            keys.sort_unstable();
            keys.dedup();
        }
        if keys.last() != Some(&key) {
            keys.push(key);
        }
    }

    /// Whether there are none.
    pub(crate) const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// All of them, in no order that may show.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, &[Word])> {
        let rules = self.keys.iter().enumerate();
        rules.flat_map(|(rule, keys)| keys.iter().map(move |key| (rule, &**key)))
    }

    /// The first rule with keys to think about. They take the place of what is in `batch`, in no order;
    /// its room stays for the rule's next.
    pub(crate) fn next(&mut self, batch: &mut Vec<Key>) -> Option<usize> {
        batch.clear();
        batch.shrink_to(FEW);
        self.count = self.count.checked_sub(1)?;
        let bits = loop {
            match self.rules.get_mut(self.first)? {
                0 => self.first += 1,
                bits => break bits,
            }
        };
        let rule = self.first * u64::BITS as usize + bits.trailing_zeros() as usize;
        *bits &= *bits - 1;
        core::mem::swap(batch, self.keys.get_mut(rule)?);
        Some(rule)
    }
}

/// There are as many of these as open findings: what few have is `Rare`.
const _: () = assert!(size_of::<Option<KeyState>>() <= 112);
