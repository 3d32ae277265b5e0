//! What is remembered of each key of each rule, and which keys are to be thought about.

use alloc::{vec, vec::Vec};

use foldhash::fast::FixedState;
use smallvec::SmallVec;

use crate::{
    conclude::life::Open,
    program::Head,
    store::{
        keyed::Keyed,
        row::{Marks, RowId},
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

/// The keys of one rule that conclude something or wait for something, and what is remembered of each.
#[derive(Clone)]
pub(crate) enum Keys {
    /// Of a rule that derives: the rows that a key concludes.
    Rows(Keyed<State<Standings>>),
    /// Of a finding: the episode that is open.
    Episodes(Keyed<State<Option<Open>>>),
}

/// What is remembered of a key.
#[derive(Clone)]
pub(crate) struct State<T> {
    /// The instant of its one timer; the last of all where it has none.
    deadline: i64,
    concludes: T,
}

impl<T: Default> Default for State<T> {
    fn default() -> Self {
        Self { deadline: i64::MAX, concludes: T::default() }
    }
}

impl Keys {
    /// Of no key yet; keys have so many words.
    pub(crate) fn new(words: usize, head: &Head, state: &FixedState) -> Self {
        match head {
            Head::Row { .. } => Self::Rows(Keyed::new(words, state)),
            Head::Finding { .. } => Self::Episodes(Keyed::new(words, state)),
        }
    }

    /// Gives a number to a key that has none.
    pub(crate) fn add(&mut self, key: &[Word]) -> KeyId {
        match self {
            Self::Rows(keys) => keys.add(key, State::default()),
            Self::Episodes(keys) => keys.add(key, State::default()),
        }
    }

    /// The number of a key that has one.
    pub(crate) fn find(&self, key: &[Word]) -> Option<KeyId> {
        match self {
            Self::Rows(keys) => keys.find(key),
            Self::Episodes(keys) => keys.find(key),
        }
    }

    /// The words of a key that has a number.
    pub(crate) fn key(&self, number: KeyId) -> &[Word] {
        match self {
            Self::Rows(keys) => keys.key(number),
            Self::Episodes(keys) => keys.key(number),
        }
    }

    /// The instant of a key's timer.
    pub(crate) fn deadline(&mut self, number: KeyId) -> Option<&mut i64> {
        match self {
            Self::Rows(keys) => keys.get_mut(number).map(|state| &mut state.deadline),
            Self::Episodes(keys) => keys.get_mut(number).map(|state| &mut state.deadline),
        }
    }

    /// The rows that a key concludes.
    pub(crate) fn rows(&self, number: KeyId) -> &[Standing] {
        match self {
            Self::Rows(keys) => keys.get(number).map_or(&[], |state| &state.concludes),
            Self::Episodes(_) => &[],
        }
    }

    /// Says which rows a key concludes.
    pub(crate) fn set_rows(&mut self, number: KeyId, rows: Standings) {
        if let Self::Rows(keys) = self
            && let Some(state) = keys.get_mut(number)
        {
            state.concludes = rows;
        }
    }

    /// A key's open episode.
    pub(crate) fn open(&self, number: KeyId) -> Option<&Open> {
        match self {
            Self::Rows(_) => None,
            Self::Episodes(keys) => keys.get(number)?.concludes.as_ref(),
        }
    }

    /// The same, to be changed.
    pub(crate) fn open_mut(&mut self, number: KeyId) -> Option<&mut Open> {
        self.episode(number)?.as_mut()
    }

    /// The place of a key's open episode; none where the rule is no finding.
    pub(crate) fn episode(&mut self, number: KeyId) -> Option<&mut Option<Open>> {
        match self {
            Self::Rows(_) => None,
            Self::Episodes(keys) => keys.get_mut(number).map(|state| &mut state.concludes),
        }
    }

    /// Forgets a key that concludes nothing and waits for nothing.
    pub(crate) fn forget_idle(&mut self, number: KeyId) {
        fn forget<T>(keys: &mut Keyed<State<T>>, number: KeyId, is_idle: fn(&T) -> bool) {
            let idle = |of: &State<T>| of.deadline == i64::MAX && is_idle(&of.concludes);
            if keys.get(number).is_some_and(idle) {
                keys.remove(number);
            }
        }
        match self {
            Self::Rows(keys) => forget(keys, number, |rows| rows.is_empty()),
            Self::Episodes(keys) => forget(keys, number, Option::is_none),
        }
    }

    /// All keys with their deadlines, in no order that may show.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (KeyId, i64)> {
        fn each<T>(keys: &Keyed<State<T>>) -> impl Iterator<Item = (KeyId, i64)> {
            keys.iter().map(|(number, state)| (number, state.deadline))
        }
        let (rows, episodes) = match self {
            Self::Rows(keys) => (Some(each(keys)), None),
            Self::Episodes(keys) => (None, Some(each(keys))),
        };
        rows.into_iter().flatten().chain(episodes.into_iter().flatten())
    }

    /// All open episodes, in no order that may show.
    pub(crate) fn episodes(&self) -> impl Iterator<Item = (KeyId, &Open)> {
        let keys = match self {
            Self::Rows(_) => None,
            Self::Episodes(keys) => Some(keys),
        };
        let all = keys.into_iter().flat_map(Keyed::iter);
        all.filter_map(|(number, state)| Some((number, state.concludes.as_ref()?)))
    }
}

/// There are as many as findings that are open: what few of them have is `Rare`.
const _: () = assert!(size_of::<Option<State<Option<Open>>>>() <= 80);

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
            // Where most were different, weeding again soon would find little.
            keys.reserve(keys.capacity() / 2);
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
