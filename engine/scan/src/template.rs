//! One template against one text.
//!
//! A hole takes the shortest text after which the rest can match; a typed hole takes only texts of
//! its type. A typed hole with no literal between it and the next hole takes the longest, so that
//! `{took:duration}{_}` does not stop in the middle of `1m10s`.
//!
//! Matching is backtracking that never tries the same end of the same hole twice: what follows an end
//! does not depend on where the hole began. An open hole (text, word) remembers the run of ends that
//! failed, a typed hole the starts that failed, and its ends are bounded by its type.

use alloc::{collections::BTreeSet, string::String, vec, vec::Vec};
use core::ops::Range;

use etio_plan::{Enum, Piece};
use memchr::memmem::Finder;

use crate::hole::Admits;

/// The most holes of one template: bounds the depth of the recursion.
const MAX_HOLES: usize = 64;

/// A template made ready.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    /// The literal that the text begins with.
    lead: String,
    steps: Vec<Step>,
}

/// A hole and the literal behind it.
#[derive(Clone, Debug)]
struct Step {
    name: Option<String>,
    admits: Admits,
    may_be_empty: bool,
    then: Finder<'static>,
}

impl Template {
    /// `None` where the template has more holes than any compiler lets through.
    pub(crate) fn new(pieces: &[Piece], enums: &[Enum]) -> Option<Self> {
        let mut lead = String::new();
        let mut holes: Vec<(Step, String)> = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Lit(text) => {
                    holes.last_mut().map_or(&mut lead, |last| &mut last.1).push_str(text)
                }
                Piece::Hole(hole) => {
                    let admits = Admits::new(hole.ty, enums);
                    let may_be_empty = hole.name.is_none() && matches!(admits, Admits::Text);
                    let name = hole.name.clone();
                    holes.push((
                        Step { name, admits, may_be_empty, then: Finder::new("").into_owned() },
                        String::new(),
                    ));
                }
            }
        }
        // White space at the end of a text is ignored, so it must not be asked for either.
        let end = holes.last_mut().map_or(&mut lead, |last| &mut last.1);
        end.truncate(end.trim_end().len());
        let finish =
            |(step, then): (Step, String)| Step { then: Finder::new(&then).into_owned(), ..step };
        let steps: Vec<Step> = holes.into_iter().map(finish).collect();
        (steps.len() <= MAX_HOLES).then_some(Self { lead, steps })
    }

    /// The holes with their names, in order.
    pub(crate) fn names(&self) -> impl Iterator<Item = Option<&str>> {
        self.steps.iter().map(|step| step.name.as_deref())
    }

    /// The range of each hole, where the template covers the text.
    pub(crate) fn find(&self, text: &str) -> Option<Vec<Range<usize>>> {
        let text = text.trim_end();
        text.strip_prefix(self.lead.as_str())?;
        let Some(last) = self.steps.last() else {
            return (text.len() == self.lead.len()).then(Vec::new);
        };
        if !text.as_bytes().ends_with(last.then.needle()) {
            return None;
        }
        let mut search = Search {
            text,
            spans: vec![0..0; self.steps.len()],
            dead: vec![Dead::default(); self.steps.len()],
        };
        search.rest(&self.steps, 0, self.lead.len()).then_some(search.spans)
    }
}

/// The ends of an open hole, or the starts of a typed one, from which the rest is known to fail.
#[derive(Clone, Default)]
struct Dead {
    ends: Option<(usize, usize)>,
    starts: BTreeSet<usize>,
}

impl Dead {
    /// Whether nothing from this start, whose least end is `low`, can match.
    fn covers(&self, start: usize, low: usize) -> bool {
        self.ends.is_some_and(|(first, last)| first <= low && low <= last)
            || self.starts.contains(&start)
    }
}

struct Search<'t> {
    text: &'t str,
    spans: Vec<Range<usize>>,
    dead: Vec<Dead>,
}

impl Search<'_> {
    /// Matches `steps`, of which the first is number `number` and begins at `at`.
    fn rest(&mut self, steps: &[Step], number: usize, at: usize) -> bool {
        let Some((step, later)) = steps.split_first() else { return true };
        let Some(rest) = self.text.get(at..) else { return false };
        let shortest =
            if step.may_be_empty { 0 } else { rest.chars().next().map_or(1, char::len_utf8) };
        let low = at + shortest;
        if self.dead.get(number).is_none_or(|dead| dead.covers(at, low)) {
            return false;
        }
        let high = at + step.admits.reach(rest);
        if step.admits.is_open() {
            return self.open(step, later, number, at, (low, high));
        }
        if later.is_empty() {
            let end = self.end_of(step);
            return (low..=high).contains(&end)
                && self.takes(step, at, end)
                && self.set(number, at..end);
        }
        let follow = |search: &mut Self, end: usize| {
            search.takes(step, at, end) && search.follow(step, later, number, at..end)
        };
        let found = if step.then.needle().is_empty() {
            (low..=high).rev().any(|end| follow(self, end))
        } else {
            (low..=high).any(|end| self.stands(step, end) && follow(self, end))
        };
        if !found && let Some(dead) = self.dead.get_mut(number) {
            dead.starts.insert(at);
        }
        found
    }

    /// A hole that takes any text up to `high`.
    fn open(
        &mut self,
        step: &Step,
        later: &[Step],
        number: usize,
        at: usize,
        (low, high): (usize, usize),
    ) -> bool {
        // Ends of the same run that were tried from another start fail again.
        let known = self.dead.get(number).and_then(|dead| dead.ends).filter(|run| run.1 == high);
        let stop = known.map_or(high, |run| run.0.saturating_sub(1).min(high));
        if later.is_empty() {
            let end = self.end_of(step);
            if (low..=stop).contains(&end) {
                return self.set(number, at..end);
            }
            return self.fail(number, known, (low, high));
        }
        let longest_first = step.then.needle().is_empty() && matches!(step.admits, Admits::Word);
        let mut from = low;
        if longest_first {
            if (low..=stop).rev().any(|end| {
                self.text.is_char_boundary(end) && self.follow(step, later, number, at..end)
            }) {
                return true;
            }
        } else {
            while from <= stop {
                let behind = self.text.as_bytes().get(from..).unwrap_or_default();
                let Some(end) = step.then.find(behind).map(|offset| from + offset) else { break };
                if end > stop {
                    break;
                }
                if self.text.is_char_boundary(end) && self.follow(step, later, number, at..end) {
                    return true;
                }
                from = end + 1;
            }
        }
        self.fail(number, known, (low, high))
    }

    /// Remembers that no end of a run will do.
    fn fail(
        &mut self,
        number: usize,
        known: Option<(usize, usize)>,
        (low, high): (usize, usize),
    ) -> bool {
        if let Some(dead) = self.dead.get_mut(number)
            && low <= high
        {
            dead.ends = Some((known.map_or(low, |run| run.0.min(low)), high));
        }
        false
    }

    /// Where the last hole ends.
    fn end_of(&self, step: &Step) -> usize {
        self.text.len().saturating_sub(step.then.needle().len())
    }

    /// Takes `span` for the hole and goes on behind its literal.
    fn follow(&mut self, step: &Step, later: &[Step], number: usize, span: Range<usize>) -> bool {
        self.rest(later, number + 1, span.end + step.then.needle().len()) && self.set(number, span)
    }

    fn stands(&self, step: &Step, end: usize) -> bool {
        self.text.as_bytes().get(end..).is_some_and(|rest| rest.starts_with(step.then.needle()))
    }

    fn takes(&self, step: &Step, at: usize, end: usize) -> bool {
        self.text.get(at..end).is_some_and(|text| step.admits.admits(text))
    }

    fn set(&mut self, number: usize, span: Range<usize>) -> bool {
        if let Some(slot) = self.spans.get_mut(number) {
            *slot = span;
        }
        true
    }
}

#[cfg(test)]
mod tests;
