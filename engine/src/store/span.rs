//! Instants that are covered: what one source vouches for, and what several add up to.

use alloc::vec::Vec;

use etio_plan::SourceId;

use crate::value::word::Word;

/// What one source covers of one scope.
#[derive(Clone)]
pub(crate) struct Span {
    pub(crate) source: SourceId,
    /// Disjoint intervals of instants in their order, both ends included.
    pub(crate) intervals: Vec<(i64, i64)>,
    /// What it lacks of them.
    pub(crate) cuts: Vec<Cut>,
}

/// Part of a scope is not covered from one instant to another, both included (M7.6).
#[derive(Clone)]
pub(crate) struct Cut {
    /// What the scope does not say yet.
    pub(crate) scope: ScopeWords,
    pub(crate) from: i64,
    pub(crate) to: i64,
}

/// A scope as words, in order of fields.
pub(crate) type ScopeWords = Vec<(u16, Word)>;

/// Shows the words of a scope.
pub(crate) fn each_word(scope: &ScopeWords, see: &mut impl FnMut(&[Word])) {
    scope.iter().for_each(|(_, word)| see(&[*word]));
}

/// Whether an interval is covered.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Seen {
    Fully,
    /// Only with the help of a lossy source (M3.4).
    Weakly,
    /// Coverage ended at this instant before the interval does.
    Ended(i64),
    Not,
}

/// What is known about an interval.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Answer {
    pub(crate) seen: Seen,
    /// An interval that begins after this instant may be better covered.
    pub(crate) turns: i64,
    /// An interval that ends at this instant may be worse covered.
    pub(crate) until: i64,
}

impl Span {
    /// Forgets what was over before an instant; not the last interval, whose end shows (M7.2).
    pub(crate) fn forget(&mut self, horizon: i64) {
        let Some(last) = self.intervals.last().copied() else {
            self.cuts.clear();
            return;
        };
        self.intervals.retain(|of| of.1 >= horizon || *of == last);
        self.cuts.retain(|cut| cut.to >= horizon || cut.to >= last.1);
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.intervals.is_empty()
    }

    pub(crate) fn cover(&mut self, from: i64) {
        // What is said later counts: it has whatever it lacked again.
        self.cuts.iter_mut().for_each(|cut| cut.to = cut.to.min(from.saturating_sub(1)));
        self.cuts.retain(|cut| cut.from <= cut.to);
        if self.intervals.iter().any(|(start, end)| *start <= from && *end == i64::MAX) {
            return;
        }
        self.intervals = without(&self.intervals, from, i64::MAX);
        match self.intervals.last_mut() {
            Some(last) if last.1.saturating_add(1) == from => last.1 = i64::MAX,
            _ => self.intervals.push((from, i64::MAX)),
        }
    }

    /// Cuts the whole scope or, where it says less than what is cut, that part of it.
    pub(crate) fn cut(&mut self, rest: &ScopeWords, from: i64, to: i64) {
        if rest.is_empty() {
            self.intervals = without(&self.intervals, from, to);
        } else if self.intervals.iter().any(|(start, end)| *start <= to && *end >= from) {
            self.cuts.push(Cut { scope: rest.clone(), from, to });
        }
    }

    /// The intervals covered of rows of which some fields are known: without each cut that may be
    /// theirs.
    pub(crate) fn intervals_of(&self, known: &[(u16, Word)], mut then: impl FnMut(i64, i64)) {
        let mut theirs = self.cuts.iter().filter(|cut| {
            let may_be = |(field, word): &(u16, Word)| {
                word_of(known, *field).is_none_or(|known| known == *word)
            };
            cut.scope.iter().all(may_be)
        });
        let Some(first) = theirs.next() else {
            return self.intervals.iter().for_each(|(from, to)| then(*from, *to));
        };
        let first = without(&self.intervals, first.from, first.to);
        let left = theirs.fold(first, |left, cut| without(&left, cut.from, cut.to));
        left.into_iter().for_each(|(from, to)| then(from, to));
    }
}

/// Disjoint intervals without what lies from one instant to another.
fn without(intervals: &[(i64, i64)], from: i64, to: i64) -> Vec<(i64, i64)> {
    let mut kept = Vec::with_capacity(intervals.len() + 1);
    for &(start, end) in intervals {
        if start < from {
            kept.push((start, end.min(from.saturating_sub(1))));
        }
        if end > to {
            kept.push((start.max(to.saturating_add(1)), end));
        }
    }
    kept
}

/// What a scope says of a field.
pub(crate) fn word_of(scope: &[(u16, Word)], field: u16) -> Option<Word> {
    scope.iter().find(|(other, _)| *other == field).map(|(_, word)| *word)
}

/// Whether intervals, sorted by their start, add up to cover `[from, to]`.
pub(crate) fn judge(intervals: &[(i64, i64, bool)], from: i64, to: i64) -> Answer {
    let sure = intervals.iter().filter(|(_, _, lossy)| !lossy);
    let Some(turns) = hole(sure.clone(), from, to) else {
        return Answer { seen: Seen::Fully, turns: i64::MAX, until: next_hole(sure, to) };
    };
    let Some(hole) = hole(intervals.iter(), from, to) else {
        return Answer { seen: Seen::Weakly, turns, until: next_hole(intervals.iter(), to) };
    };
    let end = intervals.iter().map(|(_, end, _)| *end).max();
    let seen = end.filter(|end| *end < to).map_or(Seen::Not, Seen::Ended);
    Answer { seen, turns: hole.min(turns), until: i64::MAX }
}

/// The first open instant after `to`.
fn next_hole<'a>(intervals: impl Iterator<Item = &'a (i64, i64, bool)>, to: i64) -> i64 {
    intervals.fold(to.saturating_add(1), |open, (start, end, _)| match *start <= open {
        true => open.max(end.saturating_add(1)),
        false => open,
    })
}

/// The last instant at or after `from` that is open, if one up to `to` is: a window that begins later
/// is covered. It may lie after `to`, in a gap that is not over yet.
fn hole<'a>(
    intervals: impl Iterator<Item = &'a (i64, i64, bool)>,
    from: i64,
    to: i64,
) -> Option<i64> {
    let mut last = None;
    // The first instant not known to be covered.
    let mut open = from;
    for (start, end, _) in intervals.filter(|(_, end, _)| *end >= from) {
        if *start > open {
            if open > to {
                break;
            }
            last = Some(start.saturating_sub(1));
        }
        open = open.max(end.saturating_add(1));
    }
    if open <= to { Some(i64::MAX) } else { last }
}

/// The worse of two; of two ends the first.
pub(crate) fn worse(a: Seen, b: Seen) -> Seen {
    match (a, b) {
        (Seen::Ended(x), Seen::Ended(y)) => Seen::Ended(x.min(y)),
        _ => a.max(b),
    }
}
