//! Walks conditions like `think` does, one at a time, and notes what each of them adds.

use alloc::vec::Vec;
use core::{ops::ControlFlow, ops::Range, slice};

use etio_proof::Outcome;

use crate::{
    program::{Block, Step},
    store::row::{ASSUMED, Marks, SUSPECT, WEAK},
    think::{
        eval::{Eval, Facts, Lack},
        inexact::Inexact,
        judge::Held,
    },
    value::word::{ABSENT, Word, at},
};

/// What one condition added to the path and to what lacks.
#[derive(Clone)]
pub(crate) struct Mark {
    pub(crate) path: Range<usize>,
    pub(crate) lacks: Range<usize>,
}

/// A way through conditions, to come back to.
#[derive(Clone)]
pub(crate) struct Way {
    pub(crate) marks: Vec<Mark>,
    pub(crate) slots: Vec<Word>,
    pub(crate) path: Vec<Facts>,
    pub(crate) lacks: Vec<Lack>,
    inexact: Vec<Inexact>,
    sure: Marks,
}

/// What to do with a way through all conditions.
pub(crate) type Arrive<'f, 'a> = &'f mut dyn FnMut(&mut Eval<'a>, &[Mark]) -> ControlFlow<()>;

impl<'a> Eval<'a> {
    /// Walks conditions and calls `then` for each way through them.
    pub(crate) fn trace(
        &mut self,
        steps: &'a [Step],
        marks: &mut Vec<Mark>,
        then: Arrive<'_, 'a>,
    ) -> ControlFlow<()> {
        let Some((step, rest)) = steps.split_first() else { return then(self, marks) };
        let (path, lacks) = (self.path.len(), self.lacks.len());
        self.walk(slice::from_ref(step), &mut |me| {
            marks.push(Mark { path: path..me.path.len(), lacks: lacks..me.lacks.len() });
            let flow = me.trace(rest, marks, then);
            marks.pop();
            flow
        })
    }

    /// The way walked so far.
    pub(crate) fn way(&self, marks: &[Mark]) -> Way {
        Way {
            marks: marks.to_vec(),
            slots: self.slots.clone(),
            path: self.path.clone(),
            lacks: self.lacks.clone(),
            inexact: self.inexact.clone(),
            sure: self.marks,
        }
    }

    /// Stands where a way ended.
    pub(crate) fn resume(&mut self, way: &Way) {
        self.slots.clone_from(&way.slots);
        self.path.clone_from(&way.path);
        self.lacks.clone_from(&way.lacks);
        self.inexact.clone_from(&way.inexact);
        self.marks = way.sure;
    }

    /// How a block comes out from here, and the way through it that says so; where there is none, the
    /// ways that get furthest, up to `most`. Stands where it stood before.
    pub(crate) fn through(&mut self, block: &'a Block, most: usize) -> (Outcome, Vec<Way>) {
        let here = self.way(&[]);
        let outcome = match self.block(block) {
            Held::True => Outcome::Holds,
            Held::Weak => Outcome::Weak,
            Held::Unknown => Outcome::Unknown,
            Held::Unseen => Outcome::Unseen,
            Held::False => Outcome::Fails,
        };
        self.resume(&here);
        let depth = self.lacks.len();
        self.marks &= !(WEAK | SUSPECT);
        let mut best: Option<(u8, Way)> = None;
        let _ = self.trace(&block.steps, &mut Vec::new(), &mut |me, marks| {
            if me.marks & ASSUMED != 0 && !me.is_eventful() {
                return ControlFlow::Continue(());
            }
            let rank = me.held(depth).rank();
            if best.as_ref().is_none_or(|(known, _)| rank > *known) {
                best = Some((rank, me.way(marks)));
            }
            ControlFlow::Continue(())
        });
        self.resume(&here);
        let ways = match best {
            Some((_, way)) => alloc::vec![way],
            None => self.furthest(&block.steps, most),
        };
        self.resume(&here);
        (outcome, ways)
    }

    /// The ways, up to `most`, that get through more of the conditions than any other.
    pub(crate) fn furthest(&mut self, steps: &'a [Step], most: usize) -> Vec<Way> {
        let slots = self.slots.clone();
        for length in (0..steps.len()).rev() {
            // A row that was looked at and did not do has left its values behind.
            self.slots.clone_from(&slots);
            let mut ways = Vec::new();
            let _ = self.trace(
                steps.get(..length).unwrap_or_default(),
                &mut Vec::new(),
                &mut |me, marks| {
                    if !me.ends_in_nothing(steps, length) {
                        ways.push(me.way(marks));
                    }
                    if ways.len() < most {
                        ControlFlow::Continue(())
                    } else {
                        ControlFlow::Break(())
                    }
                },
            );
            if !ways.is_empty() {
                return ways;
            }
        }
        Vec::new()
    }

    /// Whether the last of so many conditions is the least or greatest of nothing: what reads it fails for
    /// want of that.
    fn ends_in_nothing(&self, steps: &[Step], length: usize) -> bool {
        let last = length.checked_sub(1).and_then(|last| steps.get(last));
        matches!(last, Some(Step::Agg { by, .. }) if at(&self.slots, by.into) == ABSENT)
    }
}
