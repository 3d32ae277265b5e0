//! From bindings to verdicts (M3.3 to M3.5), and to what a rule concludes.

use alloc::{vec, vec::Vec};
use core::ops::ControlFlow::{Break, Continue};

use etio_plan::SourceId;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::{
    program::{Block, Head, Program},
    store::{
        row::{
            ASSUMED, EVENTFUL, FIRST, MOST_EVIDENCE, Marks, Pins, RowId, SUSPECT, WEAK, blemish,
        },
        support::{Support, Want},
    },
    think::eval::{Eval, Facts, Lack},
    value::word::{ABSENT, Row, Word, as_int, at, put},
};

/// How sure a finding is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, Serialize, Deserialize)]
pub enum Verdict {
    /// What would pin the cause was not collected or not seen.
    Suspected,
    /// The evidence pins the cause.
    Confirmed,
}

/// A row that a rule concludes.
#[derive(Clone)]
pub(crate) struct Conclusion {
    pub(crate) words: Row,
    pub(crate) marks: Marks,
    pub(crate) pins: Pins,
    pub(crate) wants: Vec<Want>,
    /// Since when it holds, where a row says so.
    pub(crate) since: Option<i64>,
}

/// That a finding holds.
#[derive(Clone, Copy)]
pub(crate) struct Holds {
    pub(crate) verdict: Verdict,
    /// Those of a finding that is sure.
    marks: Marks,
}

impl Holds {
    /// The marks of the finding as a row.
    pub(crate) const fn marks(self) -> Marks {
        match self.verdict {
            Verdict::Confirmed => self.marks,
            Verdict::Suspected => self.marks | SUSPECT,
        }
    }
}

/// What came of a block.
pub(crate) enum Held {
    True,
    /// Only a lossy relation vouches for it.
    Weak,
    Unknown,
    /// An event was merely not seen.
    Unseen,
    False,
}

/// A path through a block.
pub(super) struct Path {
    held: Held,
    lacks: Vec<Lack>,
    slots: SmallVec<[Word; 16]>,
    rows: SmallVec<[Facts; 4]>,
    marks: Marks,
}

impl Held {
    /// A better way through a block ranks higher.
    pub(crate) const fn rank(&self) -> u8 {
        matches!(self, Self::True) as u8 * 2 + matches!(self, Self::Weak) as u8
    }
}

/// What a binding of `when` is worth.
pub(crate) struct Worth {
    pub(crate) verdict: Verdict,
    wants: Vec<Want>,
    /// Nothing is unknown and no evidence is missing.
    pub(crate) complete: bool,
    pub(crate) weak: bool,
    pub(crate) suspect: bool,
}

impl<'a> Eval<'a> {
    /// The rows a derive rule concludes for the key that is bound.
    pub(crate) fn derive(&mut self, program: &'a Program) -> Vec<Conclusion> {
        let Head::Row { fields, single, since, .. } = &program.head else { return Vec::new() };
        let mut rows = core::mem::take(&mut self.concluded);
        rows.clear();
        let _ = self.walk(&program.when, &mut |me| {
            let Some(worth) = me.judge(program) else { return Continue(()) };
            if !worth.complete {
                return Continue(());
            }
            let mut marks = me.marks & EVENTFUL;
            if worth.suspect {
                marks |= SUSPECT;
            }
            if worth.weak {
                marks |= WEAK;
            }
            if me.marks & ASSUMED != 0 && !me.is_eventful() {
                marks |= ASSUMED;
            }
            let own = me.since(*since);
            if own.is_none() && me.rests_on_first() {
                marks |= FIRST;
            }
            let words: Row = fields
                .iter()
                .map(|field| field.as_ref().map_or(ABSENT, |ex| me.eval(ex, &[])))
                .collect();
            let pins = me.pins();
            let conclusion = Conclusion { words, marks, pins, wants: worth.wants, since: own };
            let known = rows.iter_mut().find(|row| *single || row.words == conclusion.words);
            match known {
                Some(known) => {
                    let began = [known.since, conclusion.since].into_iter().flatten().min();
                    let first = (known.marks | conclusion.marks) & FIRST;
                    if blemish(conclusion.marks) < blemish(known.marks) {
                        *known = conclusion;
                    }
                    known.since = began;
                    known.marks |= first;
                }
                None => rows.push(conclusion),
            }
            // Where rows say since when they are so, the earliest counts; and one that was there when
            // first observed makes the beginning unknown.
            let is_all = since.is_none() && !me.view.first;
            if *single && blemish(marks) == 0 && is_all { Break(()) } else { Continue(()) }
        });
        rows
    }

    /// Whether the finding holds for the key that is bound. What its least binding of the best verdict
    /// says is left in the room.
    pub(crate) fn diagnose(&mut self, program: &'a Program) -> Option<Holds> {
        let mut sure = None;
        let mut suspected: Option<(Worth, Path)> = None;
        let _ = self.walk(&program.when, &mut |me| {
            match me.judge(program) {
                Some(worth) if worth.verdict == Verdict::Confirmed => {
                    sure = me.tell(program, worth);
                    return Break(());
                }
                Some(worth) if suspected.is_none() => {
                    suspected = Some((worth, me.here(Held::True, 0)));
                }
                _ => {}
            }
            if me.is_decided { Break(()) } else { Continue(()) }
        });
        if sure.is_some() {
            return sure;
        }
        let (worth, path) = suspected?;
        self.go_to(&path);
        self.marks = path.marks;
        self.tell(program, worth)
    }

    /// What the binding that is shown says.
    fn tell(&mut self, program: &'a Program, worth: Worth) -> Option<Holds> {
        let Head::Finding { texts, explains } = &program.head else { return None };
        let mut marks = self.marks & EVENTFUL;
        if self.view.first && self.rests_on_first() {
            marks |= FIRST;
        }
        self.lacks.clear();
        self.pin();
        self.shown.decide = self.shown.pins.len();
        if !program.maybe.is_empty() {
            program.maybe.iter().for_each(|block| {
                self.block(block);
            });
            self.pin();
        }
        self.set_shown(texts, explains);
        self.shown.wants = worth.wants;
        Some(Holds { verdict: worth.verdict, marks })
    }

    /// Judges a complete binding of `when`; none where something kills it. The rows of a true
    /// `confirm` block join the path; the caller's conditions take them off again.
    pub(crate) fn judge(&mut self, program: &'a Program) -> Option<Worth> {
        let is_finding = matches!(program.head, Head::Finding { .. });
        if is_finding && self.marks & ASSUMED != 0 && !self.is_eventful() {
            return None;
        }
        let (depth, rows) = (self.lacks.len(), self.path.len());
        let worth = self.weigh(program);
        self.lacks.truncate(depth);
        if worth.is_none() {
            self.path.truncate(rows);
        }
        worth
    }

    fn weigh(&mut self, program: &'a Program) -> Option<Worth> {
        if program.asks_no_evidence() && self.is_plain() {
            return Some(Worth {
                verdict: Verdict::Confirmed,
                wants: Vec::new(),
                complete: true,
                weak: false,
                suspect: false,
            });
        }
        self.weigh_all(program)
    }

    /// Whether nothing on the path is in doubt or lacks.
    fn is_plain(&self) -> bool {
        self.lacks.is_empty() && self.marks & (SUSPECT | WEAK) == 0 && self.view.unnamed.is_none()
    }

    fn weigh_all(&mut self, program: &'a Program) -> Option<Worth> {
        // What a block bound for the binding before must not show in this one.
        let bound = program.confirm.iter().flat_map(|block| &block.binds);
        bound.for_each(|slot| put(&mut self.slots, *slot, ABSENT));
        let mut suspect = self.marks & SUSPECT != 0;
        // Then no other binding is either.
        let mut never_sure = false;
        for block in &program.unless {
            let rows = self.path.len();
            match self.block(block) {
                Held::True | Held::Weak => {
                    self.decided(block.is_steady);
                    return None;
                }
                Held::Unknown => {
                    suspect = true;
                    never_sure |= block.is_steady;
                }
                Held::Unseen | Held::False => {}
            }
            self.path.truncate(rows);
        }
        let sure_lacks = self.lacks.len();
        let (mut confirmed, mut open, mut unseen) = (false, false, program.confirm.is_empty());
        for block in &program.confirm {
            let (rows, marks) = (self.path.len(), self.marks);
            match self.block(block) {
                Held::True => {
                    confirmed = true;
                    break;
                }
                // It confirms nothing, so that nothing of it is shown.
                Held::Weak => {
                    open = true;
                    block.binds.iter().for_each(|slot| put(&mut self.slots, *slot, ABSENT));
                    self.marks = marks;
                }
                Held::Unknown => open = true,
                Held::Unseen => unseen = true,
                Held::False => {}
            }
            self.path.truncate(rows);
        }
        if confirmed {
            // What other blocks lack no longer decides.
            self.lacks.truncate(sure_lacks);
        } else {
            never_sure |= program.is_pinned_by_key();
            if !open && !unseen {
                self.decided(program.is_pinned_by_key());
                return None;
            }
        }
        self.decided(never_sure);
        // What a suspected row lacks makes this suspect, as the row does.
        let unknown = self.lacks.iter().any(|lack| !lack.weak && !lack.below);
        let weak = self.marks & WEAK != 0 || self.lacks.iter().any(|lack| lack.weak);
        let pinned = confirmed || program.confirm.is_empty();
        let mut wants: Vec<Want> =
            self.lacks.iter().filter(|lack| !lack.weak).filter_map(|lack| lack.want).collect();
        if weak && !confirmed {
            let better = self.lacks.iter().filter(|lack| lack.weak).filter_map(|lack| lack.want);
            wants.extend(better.filter(|want| self.has_better_source(*want)));
        }
        let nameless = self.joins_unnamed(program);
        if nameless {
            wants.push(Want::NodeName);
        }
        wants.sort_unstable();
        wants.dedup();
        let doubtful = unknown || nameless || suspect || (weak && !confirmed);
        let sure = pinned && !doubtful;
        let verdict = if sure { Verdict::Confirmed } else { Verdict::Suspected };
        Some(Worth {
            verdict,
            wants,
            complete: pinned && !unknown,
            weak: weak && !confirmed,
            suspect,
        })
    }

    /// Notes whether no other binding can be better: not where that depends on who tells of it (M5.4).
    fn decided(&mut self, is_so: bool) {
        self.is_decided = is_so && self.view.unnamed.is_none();
    }

    /// Walks a block beside `when`. Where it is true its variables stay bound and its rows stay on
    /// the path; what it lacks is added to `lacks`.
    pub(crate) fn block(&mut self, block: &'a Block) -> Held {
        let (marks, depth) = (self.marks, self.lacks.len());
        let outer = core::mem::take(&mut self.misses);
        let (evidence, slots) = (self.evidence, self.slots.clone());
        self.evidence = true;
        self.marks &= !(WEAK | SUSPECT);
        let mut best: Option<Path> = None;
        let _ = self.walk(&block.steps, &mut |me| {
            if me.marks & ASSUMED != 0 && !me.is_eventful() {
                return Continue(());
            }
            let held = me.held(depth);
            let sure = matches!(held, Held::True);
            if best.as_ref().is_none_or(|best| held.rank() > best.held.rank()) {
                best = Some(me.here(held, depth));
            }
            if sure { Break(()) } else { Continue(()) }
        });
        let misses = core::mem::replace(&mut self.misses, outer);
        self.evidence = evidence;
        self.marks = marks;
        self.slots = slots;
        match best {
            Some(path) => {
                self.lacks.extend_from_slice(&path.lacks);
                if matches!(path.held, Held::True | Held::Weak) {
                    self.go_to(&path);
                    self.marks |= path.marks & EVENTFUL;
                }
                path.held
            }
            None => {
                block.binds.iter().for_each(|slot| put(&mut self.slots, *slot, ABSENT));
                let unknown = misses.lacks.iter().any(|lack| !lack.weak);
                self.lacks.extend(misses.lacks);
                match (unknown, misses.unseen) {
                    (true, _) => Held::Unknown,
                    (false, true) => Held::Unseen,
                    (false, false) => Held::False,
                }
            }
        }
    }

    /// What the way through a block is worth, where `depth` things lacked before it.
    pub(crate) fn held(&self, depth: usize) -> Held {
        let lacks = self.lacks.get(depth..).unwrap_or_default();
        if self.marks & SUSPECT != 0 || lacks.iter().any(|lack| !lack.weak) {
            Held::Unknown
        } else if self.marks & WEAK != 0 || !lacks.is_empty() {
            Held::Weak
        } else {
            Held::True
        }
    }

    pub(super) fn here(&self, held: Held, depth: usize) -> Path {
        Path {
            held,
            lacks: self.lacks.get(depth..).unwrap_or_default().to_vec(),
            slots: SmallVec::from_slice(&self.slots),
            rows: SmallVec::from_slice(&self.path),
            marks: self.marks,
        }
    }

    /// Binds what a path bound, with its rows.
    pub(super) fn go_to(&mut self, path: &Path) {
        self.slots.clear();
        self.slots.extend_from_slice(&path.slots);
        self.path.clear();
        self.path.extend_from_slice(&path.rows);
    }

    /// Whether a row was there when first observed, in this instant: then how long the conclusion has
    /// held is not known either (M5.2).
    fn rests_on_first(&self) -> bool {
        self.path.iter().flat_map(|facts| self.facts(*facts)).any(|(relation, row)| {
            let header = self.view.relations.get(relation).and_then(|of| of.header(row));
            header.is_some_and(|header| header.marks() & FIRST != 0 && header.time() >= self.now)
        })
    }

    fn since(&self, field: Option<u16>) -> Option<i64> {
        let (relation, row) = self.facts(*self.path.first()?).next()?;
        let words = self.view.relations.get(relation)?.words(row);
        match at(words, field?) {
            ABSENT => None,
            word => Some(as_int(word)),
        }
    }

    /// Whether some source of a relation would not lose records.
    fn has_better_source(&self, want: Want) -> bool {
        let Want::Relation(relation) = want else { return false };
        let vias = self.view.programs.vias.get(relation);
        vias.into_iter().flatten().any(|via| !self.view.coverage.is_lossy(via.from))
    }

    /// Whether files of several sources were joined over the unnamed node though there are several
    /// nodes (M5.4).
    fn joins_unnamed(&self, program: &Program) -> bool {
        let Some(unnamed) = self.view.unnamed else { return false };
        if !program.nodes.iter().any(|slot| at(&self.slots, *slot) == unnamed) {
            return false;
        }
        let mut sources = self.path_sources();
        let first = sources.next();
        sources.any(|source| Some(source) != first)
    }

    /// The sources of the facts on the path.
    pub(crate) fn path_sources(&self) -> impl Iterator<Item = SourceId> {
        let rows = self.path.iter().flat_map(|facts| self.facts(*facts)).take(MOST_EVIDENCE);
        rows.flat_map(|(relation, row)| self.sources_of(relation, row))
    }

    /// The sources of the facts behind a row.
    fn sources_of(&self, relation: usize, row: RowId) -> Vec<SourceId> {
        match self.view.supports.get(relation, row) {
            // Of a row that is tolerated those behind it may be gone.
            Some(Support { facts: Some(facts), .. }) => {
                facts.iter().map(|fact| fact.stamp.origin.source).collect()
            }
            Some(Support { pins, .. }) => {
                let pins = pins.iter();
                pins.flat_map(|pin| self.sources_of(pin.relation(), pin.row)).collect()
            }
            None => vec![self.stamp_in(relation, row).origin.source],
        }
    }
}
