//! What is remembered of an episode, while it is open and after.

use alloc::{boxed::Box, vec::Vec};

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::{
    store::{
        copies::{Copies, Kept},
        row::{MOST_EVIDENCE, Pin, Pins, RowId},
        support::Want,
    },
    think::{
        judge::Verdict,
        show::{Choice, Chosen},
    },
    value::word::{Key, Word},
};

/// An episode as it is remembered, open or over.
#[derive(Clone)]
pub(crate) struct Life {
    pub(crate) opened: i64,
    pub(crate) verdict: Verdict,
    chosen: Chosen,
    /// The values of its texts, and after them its pins as long as it is open.
    words: SmallVec<[Word; FEW]>,
    /// How many of these are pins.
    pins: u8,
    /// Most have nothing of it.
    pub(crate) rare: Option<Box<Rare>>,
}

/// Most episodes have no more values and pins than that.
const FEW: usize = 4;

/// An episode shows no more rows than a byte counts.
const _: () = assert!(MOST_EVIDENCE <= u8::MAX as usize);

/// An episode that is open.
#[derive(Clone)]
pub(crate) struct Open {
    pub(crate) life: Life,
    row: RowId,
}

/// The number of no row.
const NO_ROW: RowId = RowId::MAX;

impl Open {
    /// Some rule may read findings of its kind; then it has a row.
    pub(crate) fn new(life: Life, row: Option<RowId>) -> Self {
        Self { life, row: row.unwrap_or(NO_ROW) }
    }

    /// Its row, where some rule reads findings of its kind.
    pub(crate) fn row(&self) -> Option<RowId> {
        (self.row != NO_ROW).then_some(self.row)
    }
}

impl Life {
    /// Of an episode that opens and shows nothing yet.
    pub(crate) fn new(opened: i64, verdict: Verdict) -> Self {
        let (chosen, words) = ([None; 4], SmallVec::new());
        Self { opened, verdict, chosen, words, pins: 0, rare: None }
    }

    /// Sets what it says, and the rows behind it.
    pub(crate) fn show(&mut self, texts: &Choice, pins: &[Pin]) {
        self.chosen = texts.chosen;
        let values = &*texts.values;
        let pin = |at: usize| pins.get(at.wrapping_sub(values.len())).map(|pin| pin.word());
        let word = |at| values.get(at).copied().or_else(|| pin(at));
        self.words = few(values.len() + pins.len(), word);
        self.pins = pins.len() as u8;
    }

    /// The values of its texts, and its pins.
    fn parts(&self) -> (&[Word], &[Word]) {
        let values = self.words.len().saturating_sub(usize::from(self.pins));
        self.words.split_at_checked(values).unwrap_or_default()
    }

    /// Which of its choices each text is: title, because, remedy, ignored.
    pub(crate) fn chosen(&self, text: usize) -> Option<usize> {
        Some(usize::from(self.chosen.get(text)?.as_ref()?.get()) - 1)
    }

    /// What its texts say, one after the other.
    pub(crate) fn values(&self) -> &[Word] {
        self.parts().0
    }

    /// The rows behind it.
    pub(crate) fn pins(&self) -> Pins {
        let words = self.parts().1;
        few(words.len(), |at| words.get(at).copied().map(Pin::of))
    }

    /// It is over: rows may go.
    pub(crate) fn let_go(&mut self) -> Pins {
        let (pins, values) = (self.pins(), self.values().len());
        self.words.truncate(values);
        self.pins = 0;
        pins
    }

    /// What few episodes have.
    pub(crate) fn rare(&self) -> &Rare {
        self.rare.as_deref().unwrap_or(NOTHING)
    }

    /// The same to be added to.
    pub(crate) fn rare_mut(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    /// Shows all words it keeps.
    pub(crate) fn each_words(&self, see: &mut impl FnMut(&[Word])) {
        see(self.values());
        let Some(rare) = &self.rare else { return };
        rare.evidence.iter().for_each(|facts| see(facts.words()));
        rare.first.iter().for_each(|fact| see(&fact.words));
        rare.claims.iter().for_each(|(_, key)| see(key));
    }

    /// Sets what it wants and the facts behind its pins.
    pub(crate) fn set(&mut self, wants: Vec<Want>, evidence: Option<Copies>) {
        if self.rare.is_some() || !wants.is_empty() || evidence.is_some() {
            let rare = self.rare_mut();
            (rare.wants, rare.evidence) = (wants, evidence);
        }
    }
}

/// Items of which there are few: those are written one by one, and not in a loop.
fn few<T: Default>(count: usize, item: impl Fn(usize) -> Option<T>) -> SmallVec<[T; FEW]> {
    let known = |at| item(at).unwrap_or_default();
    if count > FEW {
        return (0..count).map(known).collect();
    }
    SmallVec::from_buf_and_len(core::array::from_fn(known), count)
}

/// What few episodes have: wishes, and what binds them to others.
#[derive(Clone, PartialEq, Default)]
pub(crate) struct Rare {
    pub(crate) wants: Vec<Want>,
    /// The facts behind the pins, where these alone cannot show them later.
    pub(crate) evidence: Option<Copies>,
    /// The first fact behind a finding that explains others.
    pub(crate) first: Option<Box<Kept>>,
    pub(crate) claims: Vec<(usize, Key)>,
    pub(crate) causes: Vec<Cause>,
    pub(crate) explains: Vec<(u128, i64)>,
}

/// Of an episode that has nothing of it.
const NOTHING: &Rare = &Rare {
    wants: Vec::new(),
    evidence: None,
    first: None,
    claims: Vec::new(),
    causes: Vec::new(),
    explains: Vec::new(),
};

/// A cause of an episode.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub(crate) struct Cause {
    pub(crate) id: u128,
    pub(crate) opened: i64,
    pub(crate) rule: usize,
    /// Its verdict when it was last looked at while open.
    pub(crate) verdict: Verdict,
}
