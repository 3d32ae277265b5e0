//! Who vouches for what, and when (M3.1).

use alloc::{boxed::Box, vec, vec::Vec};

use etio_plan::SourceId;
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::{
    store::{
        cover::{Cover, Read, Term, Via},
        span::{Answer, ScopeWords, Seen, Span, each_word, judge, word_of, worse},
    },
    value::word::{Key, Word},
};

/// After so few changes nothing is forgotten yet.
const FEW: usize = 1024;

/// What is covered, by relation.
#[derive(Clone)]
pub(crate) struct Coverage {
    relations: Vec<Vec<Shape>>,
    lossy: Vec<bool>,
    /// From when on each relation is covered wholly and without end, as most are that are collected.
    whole: Vec<i64>,
    state: FixedState,
    /// Changes since what is over was forgotten, and how many there may be until it is again.
    changes: usize,
    most: usize,
}

/// Scopes that set the same fields.
#[derive(Clone)]
struct Shape {
    fields: Box<[u16]>,
    spans: HashMap<Key, Vec<Span>, FixedState>,
}

/// A change of coverage.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub(crate) enum Vouch {
    /// From this instant on.
    Covered { from: i64 },
    /// Not from the first to before the second instant.
    Gap { from: i64, to: i64 },
    /// Not after this instant.
    Silent { from: i64 },
}

/// A relation that is not fully covered, and whether only a lossy source keeps it from that.
pub(crate) type Lacking = (usize, bool);

/// What is asked for: an interval of a relation, where some of its fields are known.
#[derive(Clone, Copy)]
pub(crate) struct Query<'a> {
    pub(crate) relation: usize,
    pub(crate) known: &'a [(u16, Word)],
    pub(crate) from: i64,
    pub(crate) to: i64,
    /// Only what these sources vouch for counts; none where all do.
    pub(crate) by: Option<&'a [SourceId]>,
}

impl Coverage {
    pub(crate) fn new(lossy: Vec<bool>, state: FixedState) -> Self {
        let relations = vec![Vec::new(); lossy.len()];
        let whole = vec![i64::MAX; lossy.len()];
        Self { relations, lossy, whole, state, changes: 0, most: FEW }
    }

    /// Shows all words it keeps.
    pub(crate) fn each_words(&self, see: &mut impl FnMut(&[Word])) {
        for (key, spans) in self.relations.iter().flatten().flat_map(|shape| &shape.spans) {
            see(key);
            let cuts = spans.iter().flat_map(|span| &span.cuts);
            cuts.for_each(|cut| each_word(&cut.scope, see));
        }
    }

    /// Whether the producer of a relation may drop records (M3.4).
    pub(crate) fn is_lossy(&self, relation: usize) -> bool {
        self.lossy.get(relation).copied().unwrap_or(false)
    }

    /// Whether enough has changed that it is worth looking for what is over.
    pub(crate) const fn is_crowded(&self) -> bool {
        self.changes >= self.most
    }

    /// Forgets what was over before an instant that nobody looks behind. No answer changes by it.
    pub(crate) fn forget(&mut self, horizon: i64) {
        let mut left = 0;
        for shape in self.relations.iter_mut().flatten() {
            shape.spans.retain(|_, spans| {
                spans.iter_mut().for_each(|span| span.forget(horizon));
                spans.retain(|span| !span.is_empty());
                left +=
                    spans.iter().map(|span| span.intervals.len() + span.cuts.len()).sum::<usize>();
                !spans.is_empty()
            });
        }
        (self.changes, self.most) = (0, FEW.max(left));
    }

    /// Applies a change.
    pub(crate) fn apply(
        &mut self,
        source: SourceId,
        relation: usize,
        scope: &[(u16, Word)],
        vouch: Vouch,
    ) {
        self.changes += 1;
        match vouch {
            Vouch::Covered { from } => {
                if let Some(span) = self.span(source, relation, scope) {
                    span.cover(from);
                }
            }
            Vouch::Silent { from } => {
                self.cut(source, relation, scope, from.saturating_add(1), i64::MAX);
            }
            Vouch::Gap { from, to } if from < to => {
                self.cut(source, relation, scope, from, to.saturating_sub(1));
            }
            Vouch::Gap { .. } => {}
        }
        self.look_at_whole(relation);
    }

    /// Says anew from when on a relation is wholly covered.
    pub(crate) fn look_at_whole(&mut self, relation: usize) {
        let lossy = self.is_lossy(relation);
        let spans = self.spans(relation, &[]).filter(|span| !lossy && span.cuts.is_empty());
        let endless =
            spans.filter_map(|span| span.intervals.last()).filter(|last| last.1 == i64::MAX);
        let from = endless.map(|last| last.0).min().unwrap_or(i64::MAX);
        if let Some(whole) = self.whole.get_mut(relation) {
            *whole = from;
        }
    }

    /// Whether all that a relation rests on is wholly covered from an instant on.
    pub(crate) fn is_whole(&self, cover: &Cover, from: i64) -> bool {
        !cover.too_much
            && cover.reads.iter().all(|read| {
                let whole = self.whole.get(read.relation);
                whole.is_some_and(|whole| *whole <= from.saturating_sub(read.back))
            })
    }

    /// What a source covers of a scope; nothing yet where it has not said so.
    pub(crate) fn span(
        &mut self,
        source: SourceId,
        relation: usize,
        scope: &[(u16, Word)],
    ) -> Option<&mut Span> {
        let shapes = self.relations.get_mut(relation)?;
        let fields: Box<[u16]> = scope.iter().map(|(field, _)| *field).collect();
        let place = shapes.iter().position(|shape| shape.fields == fields).unwrap_or(shapes.len());
        if place == shapes.len() {
            shapes.push(Shape { fields, spans: HashMap::with_hasher(self.state.clone()) });
        }
        let shape = shapes.get_mut(place)?;
        let spans = shape.spans.entry(scope.iter().map(|(_, word)| *word).collect()).or_default();
        let place = spans.iter().position(|span| span.source == source).unwrap_or(spans.len());
        if place == spans.len() {
            spans.push(Span { source, intervals: Vec::new(), cuts: Vec::new() });
        }
        spans.get_mut(place)
    }

    /// Cuts all that a source covers of a scope, of narrower ones and of wider ones.
    fn cut(
        &mut self,
        source: SourceId,
        relation: usize,
        scope: &[(u16, Word)],
        from: i64,
        to: i64,
    ) {
        for shape in self.relations.get_mut(relation).into_iter().flatten() {
            let word = |field: &u16| word_of(scope, *field);
            let cut = |spans: &mut Vec<Span>, rest: &ScopeWords| {
                for span in spans.iter_mut().filter(|span| span.source == source) {
                    span.cut(rest, from, to);
                }
            };
            let outside = |(field, _): &&(u16, Word)| !shape.fields.contains(field);
            let rest: ScopeWords = scope.iter().filter(outside).copied().collect();
            if let Some(key) = shape.fields.iter().map(word).collect::<Option<Vec<Word>>>() {
                shape.spans.get_mut(key.as_slice()).into_iter().for_each(|spans| cut(spans, &rest));
                continue;
            }
            for (key, spans) in &mut shape.spans {
                let mut said = shape.fields.iter().zip(key);
                if said.all(|(field, known)| word(field).is_none_or(|word| word == *known)) {
                    cut(spans, &rest);
                }
            }
        }
    }

    /// All that is covered, in no order that may show: relation, scope, and what a source covers of it.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, ScopeWords, &Span)> {
        self.relations.iter().enumerate().flat_map(|(relation, shapes)| {
            shapes.iter().flat_map(move |shape| {
                shape.spans.iter().flat_map(move |(key, spans)| {
                    let scope = || shape.fields.iter().copied().zip(key.iter().copied()).collect();
                    spans.iter().map(move |span| (relation, scope(), span))
                })
            })
        })
    }

    /// Whether all that a relation rests on is covered. The event and entity relations that are not
    /// fully covered are added to `lacking`.
    pub(crate) fn query(
        &self,
        covers: &[Cover],
        vias: &[Vec<Via>],
        query: Query<'_>,
        lacking: &mut Vec<Lacking>,
    ) -> Answer {
        let mut worst = Answer { seen: Seen::Fully, turns: i64::MAX, until: i64::MAX };
        let Some(cover) = covers.get(query.relation).filter(|cover| !cover.too_much) else {
            return Answer { seen: Seen::Not, ..worst };
        };
        for read in &cover.reads {
            let answer = match &read.map {
                None => self.base(vias, read, query.known, query),
                Some(map) => self.base(vias, read, &translate(map, query.known), query),
            };
            if answer.seen != Seen::Fully {
                lacking.push((read.relation, answer.seen == Seen::Weakly));
            }
            worst.seen = worse(worst.seen, answer.seen);
            worst.turns = worst.turns.min(answer.turns);
            worst.until = worst.until.min(answer.until);
        }
        worst
    }

    fn base(
        &self,
        vias: &[Vec<Via>],
        read: &Read,
        known: &[(u16, Word)],
        query: Query<'_>,
    ) -> Answer {
        let from = query.from.saturating_sub(read.back);
        let whole =
            |(start, end, lossy): &(i64, i64, bool)| !lossy && *start <= from && *end == i64::MAX;
        let fully = Answer { seen: Seen::Fully, turns: i64::MAX, until: i64::MAX };
        let mut found = SmallVec::new();
        // Mostly one source covers all there is to cover.
        if self.collect(read.relation, known, query.by, &mut found, &whole) {
            return fully;
        }
        for (from, known) in through(vias, read.relation, known) {
            if self.collect(from, &known, query.by, &mut found, &whole) {
                return fully;
            }
        }
        found.sort_unstable();
        let answer = judge(&found, from, query.to);
        Answer { turns: answer.turns.saturating_add(read.back), ..answer }
    }

    /// Who covers what of an interval, with the relation through which: for a proof.
    pub(crate) fn vouchers(
        &self,
        covers: &[Cover],
        vias: &[Vec<Via>],
        query: Query<'_>,
    ) -> Vec<(usize, SourceId, i64, i64)> {
        let mut found = Vec::new();
        for read in covers.get(query.relation).into_iter().flat_map(|cover| &cover.reads) {
            let known = match &read.map {
                None => query.known.to_vec(),
                Some(map) => translate(map, query.known),
            };
            let from = query.from.saturating_sub(read.back);
            let own = (read.relation, known.clone());
            let ways = core::iter::once(own).chain(through(vias, read.relation, &known));
            for (relation, known) in ways {
                for span in self.spans(relation, &known) {
                    span.intervals_of(&known, |a, b| {
                        if a <= query.to && b >= from {
                            found.push((relation, span.source, a, b));
                        }
                    });
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// What sources cover of a relation where these fields are known.
    fn spans(&self, relation: usize, known: &[(u16, Word)]) -> impl Iterator<Item = &Span> {
        let word =
            |field: &u16| known.iter().find(|(other, _)| other == field).map(|(_, word)| *word);
        let shapes = self.relations.get(relation).into_iter().flatten();
        let spans = shapes.filter_map(move |shape| {
            let key = shape.fields.iter().map(word).collect::<Option<Vec<Word>>>()?;
            shape.spans.get(key.as_slice())
        });
        spans.flatten()
    }

    /// Adds the intervals of all scopes that hold what is known. Stops and says so where one of them
    /// is enough.
    fn collect(
        &self,
        relation: usize,
        known: &[(u16, Word)],
        by: Option<&[SourceId]>,
        found: &mut SmallVec<[(i64, i64, bool); 4]>,
        enough: &dyn Fn(&(i64, i64, bool)) -> bool,
    ) -> bool {
        let lossy = self.is_lossy(relation);
        for shape in self.relations.get(relation).into_iter().flatten() {
            let word = |field: &u16| word_of(known, *field);
            let key: Option<Key> = shape.fields.iter().map(word).collect();
            let Some(key) = key else { continue };
            let counts = |span: &&Span| by.is_none_or(|by| by.contains(&span.source));
            for span in shape.spans.get(key.as_slice()).into_iter().flatten().filter(counts) {
                let before = found.len();
                span.intervals_of(known, |from, to| found.push((from, to, lossy)));
                if found.get(before..).unwrap_or_default().iter().any(enough) {
                    return true;
                }
            }
        }
        false
    }
}

/// The relations that an event is read out of, with what is known of their rows; not those that would say
/// something else.
fn through<'a>(
    vias: &'a [Vec<Via>],
    relation: usize,
    known: &'a [(u16, Word)],
) -> impl Iterator<Item = (usize, ScopeWords)> + 'a {
    let says_else =
        |(field, word): &(u16, Word)| word_of(known, *field).is_some_and(|of| of != *word);
    let vias = vias.get(relation).into_iter().flatten();
    let vias = vias.filter(move |via| !via.consts.iter().any(says_else));
    vias.map(|via| (via.from, translate(&via.map, known)))
}

/// What a source's known fields are, where those of the reading relation are known.
pub(crate) fn translate(map: &[(u16, Term)], known: &[(u16, Word)]) -> ScopeWords {
    let word = |(field, term): &(u16, Term)| match term {
        Term::Const(word) => Some((*field, *word)),
        Term::Field(of) => {
            known.iter().find(|(other, _)| other == of).map(|(_, word)| (*field, *word))
        }
    };
    map.iter().filter_map(word).collect()
}
