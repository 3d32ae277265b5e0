//! Thinks about one key of one rule: walks its conditions in the order written, depth first over
//! rows in canonical order, so that the first complete binding is the least (M3.5).
//!
//! Every condition that time alone may turn lowers `deadline`; the key's one timer is set to it.

use alloc::{collections::BTreeMap, vec::Vec};
use core::ops::{
    ControlFlow::{self, Break, Continue},
    Deref, DerefMut,
};

use etio_plan::Pick;

use crate::{
    program::{Assign, Kind, Program, Programs, Src, Step, Window, route::elements},
    store::{
        coverage::Coverage,
        cursors::Cursors,
        over::Over,
        relation::Relation,
        row::{EVENTFUL, MOST_EVIDENCE, Marks, RowId, SUSPECT},
        sources::Sources,
        support::{Supports, Want},
        tally::Tallies,
    },
    think::{inexact::Inexact, judge::Conclusion, show::Shown},
    value::{
        expr::{Calc, Ex},
        symbols::Symbols,
        word::{ABSENT, Key, Word, as_int, at, key_at, put},
    },
};

/// Why a path through the conditions is not sure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Lack {
    /// What would decide it; none where that is merely not so yet.
    pub(crate) want: Option<Want>,
    /// Only a lossy relation vouches for an absence: it counts, but confirms nothing (M3.4).
    pub(crate) weak: bool,
    /// A row on the path lacks it, which stands all the same, and so does what rests on that (M7.26).
    pub(crate) below: bool,
}

impl Lack {
    /// It is as doubtful as a finding that is suspected.
    pub(crate) const DOUBT: Self = Self { want: None, weak: false, below: false };

    /// Nobody can tell.
    pub(crate) const fn unknown(want: Want) -> Self {
        Self { want: Some(want), ..Self::DOUBT }
    }
}

/// Why no path of a `confirm` or `unless` block was found.
#[derive(Default)]
pub(crate) struct Misses {
    /// An event was merely not seen.
    pub(crate) unseen: bool,
    pub(crate) lacks: Vec<Lack>,
}

/// Where to look, fixed while a key is thought about.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) programs: &'a Programs,
    pub(crate) relations: &'a [Relation],
    pub(crate) supports: &'a Supports,
    pub(crate) coverage: &'a Coverage,
    /// None where nothing may be passed over as settled.
    pub(crate) cursors: Option<&'a Cursors>,
    pub(crate) over: &'a Over,
    pub(crate) sources: &'a Sources,
    /// The word of the unnamed node, where the host says that there are several nodes.
    pub(crate) unnamed: Option<Word>,
    /// Whether rows came in this instant that were there when first observed.
    pub(crate) first: bool,
}

/// The state of the walk.
pub(crate) struct Eval<'a> {
    pub(crate) view: View<'a>,
    pub(crate) symbols: &'a mut Symbols,
    pub(crate) now: i64,
    /// Asks whether only a window ran out (M4.1): `now` is the instant before, and what lapsed in
    /// this one is still accepted.
    pub(crate) lapse: bool,
    /// Coverage is asked of so many nanoseconds after `now`: of this instant in the question what of a finding lapsed.
    pub(crate) ahead: i64,
    /// Rows and lookups so far in this instant, and how many there may be.
    pub(crate) work: u64,
    pub(crate) limit: u64,
    pub(crate) deadline: i64,
    /// What the rows on the path are, together.
    pub(crate) marks: Marks,
    room: &'a mut Room,
    pub(crate) inexact: Vec<Inexact>,
    /// In a `confirm` or `unless` block, where even a match that is absent may be unknown (M3.2).
    pub(crate) evidence: bool,
    pub(crate) misses: Misses,
    /// What was found beside one binding of `when` says that no other can be better.
    pub(crate) is_decided: bool,
}

/// Facts on a path: a row that was bound, or those an aggregate counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Facts {
    One(usize, RowId),
    /// The rows at a place of an index of a relation, but for the first so many.
    Run {
        relation: usize,
        index: usize,
        place: usize,
        from: usize,
    },
}

/// The buffers of a walk, kept from one to the next.
#[derive(Clone, Default)]
pub(crate) struct Room {
    pub(crate) key: Vec<Word>,
    pub(crate) slots: Vec<Word>,
    /// What is not sure of the path.
    pub(crate) lacks: Vec<Lack>,
    pub(crate) path: Vec<Facts>,
    /// Cursors and how far they may be moved.
    pub(crate) settled: Vec<(usize, i64)>,
    /// What the finding says that was found to hold last.
    pub(crate) shown: Shown,
    /// Room for the rows that a rule concludes.
    pub(crate) concluded: Vec<Conclusion>,
    /// Aggregates over many events.
    pub(crate) tallies: Tallies,
}

/// What to do with a match.
pub(crate) type Then<'f, 'a> = &'f mut dyn FnMut(&mut Eval<'a>) -> ControlFlow<()>;

impl Deref for Eval<'_> {
    type Target = Room;

    fn deref(&self) -> &Room {
        self.room
    }
}

impl DerefMut for Eval<'_> {
    fn deref_mut(&mut self) -> &mut Room {
        self.room
    }
}

impl<'a> Eval<'a> {
    pub(crate) fn new(
        view: View<'a>,
        symbols: &'a mut Symbols,
        now: i64,
        limit: u64,
        room: &'a mut Room,
    ) -> Self {
        Self {
            view,
            symbols,
            now,
            lapse: false,
            ahead: 0,
            work: 0,
            limit,
            deadline: i64::MAX,
            marks: 0,
            room,
            inexact: Vec::new(),
            evidence: false,
            misses: Misses::default(),
            is_decided: false,
        }
    }

    /// Forgets the last key and binds the next.
    pub(crate) fn begin(&mut self, program: &Program, key: &[Word]) {
        self.key.clear();
        self.key.extend_from_slice(key);
        self.settled.clear();
        self.slots.clear();
        self.slots.resize(program.slots, ABSENT);
        program.key.iter().zip(key).for_each(|(slot, word)| put(&mut self.slots, *slot, *word));
        self.deadline = i64::MAX;
        self.marks = 0;
        self.lacks.clear();
        self.path.clear();
        self.inexact.clear();
        self.evidence = false;
        self.misses.unseen = false;
        self.misses.lacks.clear();
        self.is_decided = false;
    }

    /// Whether the rule has done all the work it may in this instant.
    pub(crate) const fn is_over(&self) -> bool {
        self.work > self.limit
    }

    /// Walks the conditions and calls `then` for each binding.
    pub(crate) fn walk(&mut self, mut steps: &'a [Step], then: Then<'_, 'a>) -> ControlFlow<()> {
        let (marks, lacks, path) = (self.marks, self.lacks.len(), self.path.len());
        let flow = loop {
            let Some((step, rest)) = steps.split_first() else { break then(self) };
            steps = match self.straight(step) {
                Some(true) => rest,
                Some(false) => break Continue(()),
                None => break self.fork(step, rest, then),
            };
        };
        self.path.truncate(path);
        self.lacks.truncate(lacks);
        self.marks = marks;
        flow
    }

    /// Decides a condition that has at most one match, as most do: a row known by its key, the absence
    /// of rows where all of them were collected. `None`: it is no such.
    fn straight(&mut self, step: &'a Step) -> Option<bool> {
        if self.evidence {
            return None;
        }
        match step {
            Step::Each(Src { kind: Kind::Rows { scan, window: Window::Stands }, .. })
                if scan.unique =>
            {
                Some(self.only(scan))
            }
            Step::No(Src { kind: Kind::Rows { scan, window: Window::Stands }, .. }) => {
                let relation = self.view.relations.get(scan.relation)?;
                if self.view.unnamed.is_some() || !self.is_whole(scan, self.now) {
                    return None;
                }
                let none = self.found(scan, relation, scan.index).is_empty();
                self.work += if none { 2 } else { 0 };
                none.then_some(true)
            }
            _ => None,
        }
    }

    /// Decides a condition that may have several matches, and walks on from each.
    fn fork(&mut self, step: &'a Step, rest: &'a [Step], then: Then<'_, 'a>) -> ControlFlow<()> {
        match step {
            Step::Each(src) => {
                let mut any = false;
                self.matches(src, Pick::Oldest, &mut |me| {
                    any = true;
                    me.walk(rest, then)
                })?;
                self.note_miss(src, any);
                Continue(())
            }
            Step::Pick { of, pick, group } => {
                let mut flow = None;
                if group.is_empty() {
                    let _ = self.matches(of, *pick, &mut |me| {
                        flow = Some(me.walk(rest, then));
                        Break(())
                    });
                } else {
                    let picked = self.picked(of, *pick, group);
                    let depth = self.path.len();
                    // Whichever is picked, bindings come in canonical order.
                    let _ = self.matches(of, Pick::Oldest, &mut |me| {
                        let found = me.path.get(depth..);
                        if picked.get(&key_at(&me.slots, group)).map(Vec::as_slice) != found {
                            return Continue(());
                        }
                        *flow.insert(me.walk(rest, then))
                    });
                }
                if flow != Some(Break(())) {
                    self.note_miss(of, flow.is_some());
                }
                flow.unwrap_or(Continue(()))
            }
            Step::No(src) => self.no(src, rest, then),
            Step::Agg { of, by } => {
                let (word, found) = self.aggregate(by, of);
                if by.names_key && !found.any {
                    return Continue(());
                }
                if word == ABSENT && self.evidence && of.events {
                    self.misses.unseen = true;
                }
                put(&mut self.slots, by.into, word);
                let (known, path) = (self.inexact.len(), self.path.len());
                let (marks, lacks) = (self.marks, self.lacks.len());
                self.marks |= found.marks;
                self.path.extend(found.rows);
                self.inexact
                    .extend(found.bound.map(|bound| Inexact::new(by.into, bound, found.lacks)));
                let flow = self.walk(rest, then);
                self.inexact.truncate(known);
                self.path.truncate(path);
                self.lacks.truncate(lacks);
                self.marks = marks;
                flow
            }
            Step::Test { ex, event } => self.test(ex, *event, rest, then),
            Step::Let(Assign { slot, ex, bound }) => {
                let word = self.eval(ex, &[]);
                if word == ABSENT || (*bound && at(&self.slots, *slot) != word) {
                    return Continue(());
                }
                put(&mut self.slots, *slot, word);
                let known = self.inexact.len();
                self.inherit(*slot, ex);
                let flow = self.walk(rest, then);
                self.inexact.truncate(known);
                flow
            }
            Step::Member(Assign { slot, ex, bound }) => {
                let (container, known) = (self.eval(ex, &[]), at(&self.slots, *slot));
                for word in elements(self.symbols, container) {
                    if !bound || word == known {
                        put(&mut self.slots, *slot, word);
                        self.walk(rest, then)?;
                    }
                }
                Continue(())
            }
        }
    }

    /// The rows of the match that is picked of each group.
    fn picked(&mut self, of: &'a Src, pick: Pick, group: &[u16]) -> BTreeMap<Key, Vec<Facts>> {
        let mut picked = BTreeMap::new();
        let depth = self.path.len();
        let _ = self.matches(of, pick, &mut |me| {
            let rows = || me.path.get(depth..).unwrap_or_default().to_vec();
            picked.entry(key_at(&me.slots, group)).or_insert_with(rows);
            Continue(())
        });
        picked
    }

    fn no(&mut self, src: &'a Src, rest: &'a [Step], then: Then<'_, 'a>) -> ControlFlow<()> {
        let (depth, marks) = (self.lacks.len(), self.marks);
        let mut sure = false;
        let mut lacks: Vec<Lack> = Vec::new();
        self.marks &= !SUSPECT;
        // The newest match is the one that can end the absence of others last.
        let _ = self.matches(src, Pick::Newest, &mut |me| {
            let new = me.lacks.get(depth..).unwrap_or_default();
            let doubtful = me.marks & SUSPECT != 0 || new.iter().any(|lack| !lack.weak);
            if doubtful {
                lacks.push(Lack::DOUBT);
                lacks.extend(new.iter().map(|lack| Lack { below: false, ..*lack }));
                return Continue(());
            }
            sure = true;
            Break(())
        });
        self.marks = marks;
        if sure {
            return Continue(());
        }
        self.covered(src, &mut lacks);
        self.lacks.extend(lacks);
        let flow = self.walk(rest, then);
        self.lacks.truncate(depth);
        flow
    }

    fn test(
        &mut self,
        ex: &'a Ex,
        event: bool,
        rest: &'a [Step],
        then: Then<'_, 'a>,
    ) -> ControlFlow<()> {
        let depth = self.lacks.len();
        match self.decide(ex) {
            (Some(true) | None, lacks) => {
                self.lacks.extend(lacks);
                let flow = self.walk(rest, then);
                self.lacks.truncate(depth);
                flow
            }
            (Some(false), _) => {
                if self.evidence && event {
                    self.misses.unseen = true;
                }
                Continue(())
            }
        }
    }

    /// The facts, or as many of them as stand for an aggregate.
    pub(crate) fn facts(&self, facts: Facts) -> impl Iterator<Item = (usize, RowId)> + use<'a> {
        let (one, relation, run) = match facts {
            Facts::One(relation, row) => (Some(row), relation, &[][..]),
            Facts::Run { relation, index, place, from } => {
                let run =
                    self.view.relations.get(relation).map_or(&[][..], |of| of.run(index, place));
                (None, relation, run.get(from..).unwrap_or_default())
            }
        };
        let rows = one.into_iter().chain(run.iter().take(MOST_EVIDENCE).copied());
        rows.map(move |row| (relation, row))
    }

    /// Whether the path has an event on it, or something that rests on one.
    pub(crate) const fn is_eventful(&self) -> bool {
        self.marks & EVENTFUL != 0
    }

    /// The value of an expression.
    pub(crate) fn eval(&mut self, ex: &Ex, cells: &[Word]) -> Word {
        ex.plain(&self.slots).unwrap_or_else(|| self.calc(cells).eval(ex))
    }

    pub(crate) fn calc<'b>(&'b mut self, cells: &'b [Word]) -> Calc<'b> {
        Calc {
            slots: &self.room.slots,
            cells,
            now: self.now,
            deadline: &mut self.deadline,
            symbols: self.symbols,
        }
    }

    /// A length of time; absent is none.
    pub(crate) fn length(&mut self, ex: &Ex) -> i64 {
        match self.eval(ex, &[]) {
            ABSENT => 0,
            word => as_int(word),
        }
    }
}
