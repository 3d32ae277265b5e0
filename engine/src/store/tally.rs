//! Aggregates over the events of a window, kept from one thought to the next.
//!
//! Events come in order and none goes before one that is older. So what an aggregate says follows from what it said
//! before, from the few events that came since and from those that left the window. Where the window begins earlier
//! than before nothing follows, and all is counted anew. It is kept where many events count; it is no truth of its
//! own, and no part of a snapshot.

use alloc::{
    collections::{BTreeMap, VecDeque},
    vec::Vec,
};

use etio_plan::AggOp;
use foldhash::fast::FixedState;

use crate::{
    store::{keyed::Keyed, row::RowId, run::skip},
    value::word::{Word, as_int},
};

/// Tallies are not cleaned below this many of a condition.
const FEW: usize = 64;

/// Of each condition its tallies, by what the condition reads of what was bound before it.
#[derive(Clone, Default)]
pub(crate) struct Tallies(Vec<Condition>);

#[derive(Clone)]
struct Condition {
    tallies: Keyed<Tally>,
    clean_at: usize,
}

/// An event that counts.
#[derive(Clone, Copy)]
pub(crate) struct Counted {
    pub(crate) time: i64,
    pub(crate) row: RowId,
    pub(crate) word: Word,
}

/// An aggregate over the events in a window.
#[derive(Clone, Default)]
pub(crate) struct Tally {
    /// Since when events count.
    from: i64,
    /// The last event that was looked at.
    last: Option<(i64, RowId)>,
    /// The events that count, the oldest first.
    counted: VecDeque<Counted>,
    /// As many have left.
    left: u64,
    /// How many events say each thing.
    said: BTreeMap<Word, usize>,
    sum: i128,
    /// The best of all, the best of those after it, and so on; each with how many came before it.
    best: VecDeque<(u64, Word)>,
}

impl Tallies {
    /// Of conditions that read so many words.
    pub(crate) fn new(widths: impl Iterator<Item = usize>, state: &FixedState) -> Self {
        let new = |width| Condition { tallies: Keyed::new(width, state), clean_at: FEW };
        Self(widths.map(new).collect())
    }

    /// The tally of a condition, to be put back; an empty one where none is kept.
    pub(crate) fn take(&mut self, condition: usize, read: &[Word]) -> Tally {
        let of = self.0.get_mut(condition).map(|of| &mut of.tallies);
        let tally = of.and_then(|of| of.get_mut(of.find(read)?)).map(core::mem::take);
        tally.unwrap_or_default()
    }

    /// Keeps a tally. Those of which no event is left, as `oldest` is the oldest there is, go.
    pub(crate) fn put(&mut self, condition: usize, read: &[Word], tally: Tally, oldest: i64) {
        let Some(of) = self.0.get_mut(condition) else { return };
        if let Some(place) = of.tallies.find(read).and_then(|known| of.tallies.get_mut(known)) {
            *place = tally;
            return;
        }
        if of.tallies.len() >= of.clean_at {
            of.tallies.retain(|tally| !tally.is_past(oldest));
            of.clean_at = FEW.max(2 * of.tallies.len());
        }
        of.tallies.add(read, tally);
    }

    /// Forgets a tally that is not worth it.
    pub(crate) fn forget(&mut self, condition: usize, read: &[Word]) {
        if let Some(of) = self.0.get_mut(condition)
            && of.tallies.len() > 0
            && let Some(known) = of.tallies.find(read)
        {
            of.tallies.remove(known);
        }
    }

    /// Shows all words it keeps.
    pub(crate) fn each_words(&self, see: &mut impl FnMut(&[Word])) {
        for of in &self.0 {
            for (number, tally) in of.tallies.iter() {
                see(of.tallies.key(number));
                tally.counted.iter().for_each(|counted| see(&[counted.word]));
            }
        }
    }
}

impl Tally {
    /// Without the events before an instant, and ready for more.
    pub(crate) fn since(mut self, from: i64, op: AggOp) -> Self {
        if from < self.from {
            self = Self::default();
        }
        self.from = from;
        while let Some(first) = self.counted.front().filter(|first| first.time < from) {
            match op {
                AggOp::Sum => {
                    self.sum -= i128::from(as_int(first.word));
                }
                AggOp::Distinct => {
                    if let Some(count) = self.said.get_mut(&first.word) {
                        *count -= 1;
                        if *count == 0 {
                            self.said.remove(&first.word);
                        }
                    }
                }
                AggOp::Count | AggOp::Min | AggOp::Max | AggOp::Changes => {}
            }
            self.counted.pop_front();
            self.left += 1;
        }
        while self.best.front().is_some_and(|(before, _)| *before < self.left) {
            self.best.pop_front();
        }
        self
    }

    /// How many of the rows of a chain were looked at.
    pub(crate) fn seen(&self, rows: &[RowId], time: impl Fn(RowId) -> i64) -> usize {
        let Some((last, row)) = self.last else { return 0 };
        let after = skip(rows, |row| time(row) < last);
        let same = rows.iter().skip(after).take_while(|row| time(**row) == last);
        same.into_iter().position(|known| *known == row).map_or(after, |place| after + place + 1)
    }

    /// Notes the last event that was looked at.
    pub(crate) const fn look_at(&mut self, time: i64, row: RowId) {
        self.last = Some((time, row));
    }

    /// An event that counts, after all others. `better` says whether a word comes before another.
    pub(crate) fn add(&mut self, counted: Counted, op: AggOp, better: impl Fn(Word, Word) -> bool) {
        let word = counted.word;
        match op {
            AggOp::Count | AggOp::Changes => {}
            AggOp::Sum => {
                self.sum += i128::from(as_int(word));
            }
            AggOp::Distinct => *self.said.entry(word).or_default() += 1,
            AggOp::Min | AggOp::Max => {
                while self.best.back().is_some_and(|(_, known)| better(word, *known)) {
                    self.best.pop_back();
                }
                self.best.push_back((self.left + self.counted.len() as u64, word));
            }
        }
        self.counted.push_back(counted);
    }

    /// The events that count.
    pub(crate) const fn counted(&self) -> &VecDeque<Counted> {
        &self.counted
    }

    /// How many different things they say.
    pub(crate) fn distinct(&self) -> usize {
        self.said.len()
    }

    /// What their numbers make together.
    pub(crate) const fn sum(&self) -> i128 {
        self.sum
    }

    /// The best of what they say.
    pub(crate) fn best(&self) -> Option<Word> {
        self.best.front().map(|(_, word)| *word)
    }

    fn is_past(&self, oldest: i64) -> bool {
        self.last.is_none_or(|(last, _)| last < oldest)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const OPS: [AggOp; 4] = [AggOp::Count, AggOp::Distinct, AggOp::Sum, AggOp::Max];

    /// What it says of these words.
    fn naive(op: AggOp, words: &[Word]) -> Option<u64> {
        match op {
            AggOp::Distinct => {
                Some(words.iter().collect::<alloc::collections::BTreeSet<_>>().len() as u64)
            }
            AggOp::Sum => Some(words.iter().sum()),
            AggOp::Max => words.iter().max().copied(),
            _ => Some(words.len() as u64),
        }
    }

    fn said(op: AggOp, tally: &Tally) -> Option<u64> {
        match op {
            AggOp::Distinct => Some(tally.distinct() as u64),
            AggOp::Sum => Some(tally.sum() as u64),
            AggOp::Max => tally.best(),
            _ => Some(tally.counted().len() as u64),
        }
    }

    proptest! {
        /// However the window moves, it says what counting anew would.
        #[test]
        fn it_says_what_counting_anew_would(
            steps in prop::collection::vec((0_i64..3, 0_u64..5, 0_i64..9), 0..40),
        ) {
            for op in OPS {
                let (mut tally, mut events, mut now) = (Tally::default(), Vec::new(), 0);
                for (wait, word, window) in steps.iter().copied() {
                    now += wait;
                    events.push((now, word));
                    let from = now - window;
                    let rows: Vec<RowId> = (0..events.len() as RowId).collect();
                    let time = |row: RowId| events[row as usize].0;
                    tally = tally.since(from, op);
                    let start = rows.iter().filter(|row| time(**row) < from).count();
                    for row in rows.iter().skip(tally.seen(&rows, time).max(start)) {
                        let (time, word) = events[*row as usize];
                        tally.look_at(time, *row);
                        tally.add(Counted { time, row: *row, word }, op, |a, b| a > b);
                    }
                    let counts = events.iter().filter(|(time, _)| *time >= from);
                    let words: Vec<Word> = counts.map(|(_, word)| *word).collect();
                    prop_assert_eq!(said(op, &tally), naive(op, &words));
                }
            }
        }
    }
}
