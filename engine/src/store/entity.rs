//! What is known of an entity's keys beside the rows that stand.

use alloc::boxed::Box;

use etio_plan::SourceId;
use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::{
    store::{keyed::Keyed, row::RowId, sources::Stamp},
    value::word::{ABSENT, Row, Word},
};

/// Most rows are told once, by one source, and need no entry here.
#[derive(Clone)]
pub(crate) struct Entities {
    heard: HashMap<RowId, Heard, FixedState>,
    /// Keys without a row whose removal is remembered, and when that was. Those that are old enough go
    /// once there are as many as this.
    removed: Option<Box<Keyed<Removal>>>,
    clean_at: usize,
}

/// Removals are not cleaned below this many.
const FEW: usize = 1024;

/// A removal, and until when it is remembered.
#[derive(Clone, Copy)]
pub(crate) struct Removal {
    pub(crate) stamp: Stamp,
    pub(crate) until: i64,
}

/// What was said of a row beside what its own stamp says.
#[derive(Clone)]
struct Heard {
    /// The newest stamp; the row keeps that of its first observation (M7.1).
    newest: Stamp,
    /// Who said each field, where several sources spoke.
    by: Option<Box<[SourceId]>>,
}

impl Entities {
    pub(crate) fn new(state: &FixedState) -> Self {
        Self { heard: HashMap::with_hasher(state.clone()), removed: None, clean_at: FEW }
    }

    /// Shows all words it keeps.
    pub(crate) fn each_words(&self, see: &mut impl FnMut(&[Word])) {
        if let Some(removed) = &self.removed {
            removed.iter().for_each(|(number, _)| see(removed.key(number)));
        }
    }

    /// The newest stamp of a row that has this one.
    pub(crate) fn newest(&self, row: RowId, own: Stamp) -> Stamp {
        self.heard.get(&row).map_or(own, |heard| heard.newest)
    }

    /// The removal of a key, where it is still remembered. That it is not swept up yet does not count.
    pub(crate) fn removed(&self, key: &[Word], now: i64) -> Option<Stamp> {
        let known = self.removed.as_ref().filter(|removed| removed.len() > 0)?;
        let removed = known.get(known.find(key)?)?;
        (removed.until > now).then_some(removed.stamp)
    }

    /// What was heard of rows beside their own stamps: their newest stamps, and who said each field.
    pub(crate) fn heard(&self) -> impl Iterator<Item = (RowId, Stamp, &[SourceId])> {
        let heard = self.heard.iter();
        heard.map(|(row, heard)| (*row, heard.newest, heard.by.as_deref().unwrap_or_default()))
    }

    /// All removals that are remembered.
    pub(crate) fn removals(&self, now: i64) -> impl Iterator<Item = (&[Word], &Removal)> {
        self.removed.iter().flat_map(move |removed| {
            let removals = removed.iter().filter(move |(_, removal)| removal.until > now);
            removals.map(|(number, removal)| (removed.key(number), removal))
        })
    }

    /// What a source says of a row that stands, together with what others said: it does not erase
    /// fields it lacks (M1.3). The second value says who said each field, where that needs saying.
    pub(crate) fn hear(
        &self,
        row: RowId,
        (stood, by): (&[Word], SourceId),
        (words, source): (&[Word], SourceId),
    ) -> (Row, Option<Box<[SourceId]>>) {
        let known = self.heard.get(&row).and_then(|heard| heard.by.clone());
        if known.is_none() && by == source {
            return (Row::from_slice(words), None);
        }
        let mut by = known.unwrap_or_else(|| words.iter().map(|_| by).collect());
        let mut said = Row::from_slice(stood);
        for ((said, by), word) in said.iter_mut().zip(&mut by).zip(words) {
            if *word != ABSENT || *by == source || *said == ABSENT {
                (*said, *by) = (*word, source);
            }
        }
        (said, Some(by))
    }

    /// Notes the newest stamp of a row and who said its fields. `own` is its own stamp.
    pub(crate) fn note(
        &mut self,
        row: RowId,
        own: Stamp,
        newest: Stamp,
        by: Option<Box<[SourceId]>>,
    ) {
        if own == newest && by.is_none() {
            self.forget(row);
        } else {
            self.heard.insert(row, Heard { newest, by });
        }
    }

    /// Forgets what was heard of a row that goes.
    pub(crate) fn forget(&mut self, row: RowId) {
        if !self.heard.is_empty() {
            self.heard.remove(&row);
        }
    }

    /// Remembers a removal.
    pub(crate) fn remember(&mut self, key: &[Word], removed: Removal, now: i64) {
        let state = self.heard.hasher();
        let all = self.removed.get_or_insert_with(|| Keyed::new(key.len(), state).into());
        if all.len() >= self.clean_at {
            all.retain(|removed| removed.until > now);
            self.clean_at = FEW.max(2 * all.len());
        }
        match all.find(key).and_then(|number| all.get_mut(number)) {
            Some(known) => *known = removed,
            None => _ = all.add(key, removed),
        }
    }

    #[cfg(test)]
    pub(crate) fn is_empty(&self, now: i64) -> bool {
        self.heard.is_empty() && self.removals(now).next().is_none()
    }

    /// A key has a row again.
    pub(crate) fn forgive(&mut self, key: &[Word]) {
        if let Some(removed) = &mut self.removed
            && let Some(number) = removed.find(key)
        {
            removed.remove(number);
        }
    }
}
