//! What a finding shows: its texts, the rows it rests on, and what it claims to explain.

use alloc::vec::Vec;
use core::{
    num::NonZeroU8,
    ops::ControlFlow::{Break, Continue},
};

use smallvec::SmallVec;

use crate::{
    program::{Explains, Text},
    store::{
        row::{MOST_EVIDENCE, Pin, Pins, RowId},
        support::Want,
    },
    think::{
        eval::{Eval, Facts},
        judge::Held,
    },
    value::{
        expr::Ex,
        word::{ABSENT, Key, Word},
    },
};

/// As many symptoms one cause may claim.
const MOST_CLAIMS: usize = 4096;

/// What a finding that holds says and rests on.
#[derive(Clone, Default)]
pub(crate) struct Shown {
    pub(crate) wants: Vec<Want>,
    pub(crate) pins: Pins,
    /// So many of them, the first, decide; the others are beside them in `maybe`.
    pub(super) decide: usize,
    pub(crate) texts: Choice,
    /// Clauses and the keys, or parts of keys, of what it explains.
    pub(crate) claims: Vec<(usize, Key)>,
}

/// The texts chosen for the shown binding.
#[derive(Clone, PartialEq, Default)]
pub(crate) struct Choice {
    pub(crate) chosen: Chosen,
    /// What the chosen texts say, one after the other; of an age, the instant it is counted from,
    /// because it is rendered later.
    pub(crate) values: Values,
}

/// Of title, because, remedy and ignored: which of its choices each is, counted from one.
pub(crate) type Chosen = [Option<NonZeroU8>; 4];

/// The choice at a place.
pub(crate) fn choice(place: usize) -> Option<NonZeroU8> {
    NonZeroU8::new(u8::try_from(place.checked_add(1)?).ok()?)
}

/// The values of texts, of which there are few.
pub(crate) type Values = SmallVec<[Word; 2]>;

impl Shown {
    /// The rows that decide.
    pub(crate) fn deciding(&self) -> &[Pin] {
        self.pins.get(..self.decide).unwrap_or(&self.pins)
    }
}

impl<'a> Eval<'a> {
    /// Leaves in the room what the binding that is shown says and claims.
    pub(super) fn set_shown(&mut self, texts: &'a [Vec<Text>; 4], explains: &'a [Explains]) {
        self.choose_all(texts);
        self.shown.claims = self.claims(explains);
    }

    fn choose_all(&mut self, texts: &'a [Vec<Text>; 4]) {
        let mut values = core::mem::take(&mut self.shown.texts.values);
        values.clear();
        let chosen = texts.each_ref().map(|texts| self.choose(texts, &mut values));
        self.shown.texts = Choice { chosen, values };
    }

    /// The first text whose guard is true and whose names have values, with these values. A last one
    /// without a guard says what it can; where all have guards there may be none.
    fn choose(&mut self, texts: &'a [Text], said: &mut Values) -> Option<NonZeroU8> {
        let before = said.len();
        for (at, text) in texts.iter().enumerate() {
            let holds = self.say(text, said);
            let absent = said.get(before..).is_none_or(|values| values.contains(&ABSENT));
            let is_last_resort = at + 1 == texts.len() && text.guard.steps.is_empty();
            if holds && !absent || is_last_resort {
                return choice(at);
            }
            said.truncate(before);
        }
        None
    }

    /// Adds the values of a text with what its guard binds, and says whether the guard is true.
    fn say(&mut self, text: &'a Text, said: &mut Values) -> bool {
        if text.guard.steps.is_empty() {
            self.values(text, said);
            return true;
        }
        let lacks = self.lacks.len();
        let outer = self.here(Held::True, lacks);
        let held = self.block(&text.guard);
        self.values(text, said);
        self.go_to(&outer);
        self.lacks.truncate(lacks);
        matches!(held, Held::True | Held::Weak)
    }

    /// Adds the values of a text.
    fn values(&mut self, text: &'a Text, said: &mut Values) {
        for (ex, _) in &text.values {
            let ex = if let Ex::Age(of) = ex { of } else { ex };
            said.push(self.eval(ex, &[]));
        }
    }

    fn claims(&mut self, explains: &'a [Explains]) -> Vec<(usize, Key)> {
        let mut claims = Vec::new();
        if explains.is_empty() {
            return claims;
        }
        self.lacks.clear();
        for (at, clause) in explains.iter().enumerate() {
            let slots = self.slots.clone();
            let _ = self.walk(&clause.when, &mut |me| {
                let key: Key = clause.key.iter().map(|ex| me.eval(ex, &[])).collect();
                let sure = me.lacks.iter().all(|lack| lack.weak);
                if sure && !key.contains(&ABSENT) {
                    claims.push((at, key));
                }
                if claims.len() < MOST_CLAIMS { Continue(()) } else { Break(()) }
            });
            self.slots = slots;
        }
        claims.sort_unstable();
        claims.dedup();
        claims
    }

    /// Shows the rows on the path as evidence. Their order is that of the conditions, which does not
    /// depend on where rows lie.
    pub(super) fn pin(&mut self) {
        let relations = self.view.relations;
        let pin = |(relation, row): (usize, RowId)| relations.get(relation)?.pin(relation, row);
        self.shown.pins.clear();
        for place in 0..self.path.len() {
            match self.path.get(place).copied() {
                Some(Facts::One(relation, row)) => {
                    if let Some(pin) = pin((relation, row)) {
                        self.shown.pins.push(pin);
                    }
                }
                Some(run) => {
                    let rows = self.facts(run);
                    self.shown.pins.extend(rows.filter_map(pin));
                }
                None => {}
            }
        }
        self.shown.pins.truncate(MOST_EVIDENCE);
    }

    /// The same, to be kept.
    pub(super) fn pins(&mut self) -> Pins {
        self.pin();
        core::mem::take(&mut self.shown.pins)
    }
}
