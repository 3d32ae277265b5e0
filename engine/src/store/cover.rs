//! What the coverage of a relation rests on (M3.1): an extracted relation is covered where one of
//! its sources is, a derived one where all it reads are.

use alloc::vec::Vec;

use etio_plan::{Atom, Body, Cond, Expr, Head, Kind, Pack, Rule, Source, Value, Window};
use smallvec::{SmallVec, smallvec};

use crate::value::{
    func,
    symbols::Symbols,
    word::{ABSENT, Word, as_int},
};

/// Beyond this many readings a relation is taken as not covered at all.
const MOST_READS: usize = 256;

/// A field of one relation said in terms of another.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Term {
    Field(u16),
    Const(Word),
}

/// Fields of one relation in terms of another.
pub(crate) type Terms = Vec<(u16, Term)>;

/// Everything that must be covered. Of a relation that nobody reads this is not known.
#[derive(Clone, Default)]
pub(crate) struct Cover {
    pub(crate) reads: SmallVec<[Read; 1]>,
    /// It reads more than is kept track of.
    pub(crate) too_much: bool,
    /// How far back it reads at most, in nanoseconds.
    pub(crate) back: i64,
}

/// An event or entity relation that is read.
#[derive(Clone, PartialEq)]
pub(crate) struct Read {
    pub(crate) relation: usize,
    /// Its fields in terms of the reading relation; `None`: it is the relation itself.
    pub(crate) map: Option<Terms>,
    /// How far back it is read, in nanoseconds.
    pub(crate) back: i64,
}

/// A source of an extracted relation.
pub(crate) struct Via {
    pub(crate) from: usize,
    /// Fields of the source in terms of the event.
    pub(crate) map: Terms,
    /// What the event always says where it comes this way.
    pub(crate) consts: Vec<(u16, Word)>,
}

/// The sources of each extracted relation.
pub(crate) fn vias(pack: &Pack, symbols: &mut Symbols) -> Vec<Vec<Via>> {
    let mut vias: Vec<Vec<Via>> = pack.relations.iter().map(|_| Vec::new()).collect();
    for extractor in &pack.extractors {
        let mut map: Terms =
            extractor.copies.iter().map(|(from, to)| (from.0, Term::Field(to.0))).collect();
        for (field, values) in &extractor.filters {
            if let [value] = values.as_slice() {
                let word = symbols.word(value, &func::type_of(value)).unwrap_or(ABSENT);
                map.push((field.0, Term::Const(word)));
            }
        }
        let consts = extractor.consts.iter().map(|(field, value)| {
            (field.0, symbols.word(value, &func::type_of(value)).unwrap_or(ABSENT))
        });
        let via = Via { from: extractor.from.index(), map, consts: consts.collect() };
        if let Some(of) = vias.get_mut(extractor.event.index()) {
            // Most events are told in one way.
            of.reserve_exact(1);
            of.push(via);
        }
    }
    vias
}

/// What the coverage of every relation that is read rests on. Rules are in dependency order, so one pass is
/// enough.
pub(crate) fn covers(
    pack: &Pack,
    is_read: impl Fn(usize) -> bool,
    params: &[Word],
    symbols: &mut Symbols,
) -> Vec<Cover> {
    let own = |(at, relation): (usize, &etio_plan::Relation)| match relation.kind {
        Kind::Event | Kind::Entity if is_read(at) => Cover {
            reads: smallvec![Read { relation: at, map: None, back: 0 }],
            ..Cover::default()
        },
        _ => Cover::default(),
    };
    let mut covers: Vec<Cover> = pack.relations.iter().enumerate().map(own).collect();
    for rule in &pack.rules {
        // No rule reads what it concludes.
        let concluded = relation_of(rule);
        let Some(mut cover) = covers.get_mut(concluded).map(core::mem::take) else { continue };
        for (atom, back) in atoms_with_reach(rule, params) {
            let Some(of) = covers.get(atom.relation.index()) else { continue };
            cover.back = cover.back.max(back.saturating_add(of.back));
            if is_read(concluded) {
                let outer = terms(rule, atom, symbols);
                of.reads.iter().for_each(|read| cover.read_through(&outer, read, back));
            }
        }
        if let Some(place) = covers.get_mut(concluded) {
            *place = cover;
        }
    }
    covers
}

impl Cover {
    /// Adds what another relation reads whose fields are these in terms of this one.
    fn read_through(&mut self, outer: &[(u16, Term)], read: &Read, back: i64) {
        let map = Some(match &read.map {
            None => outer.to_vec(),
            Some(inner) => compose(inner, outer),
        });
        let back = back.saturating_add(read.back);
        let same = |known: &&mut Read| known.relation == read.relation && known.map == map;
        let full = self.reads.len() >= MOST_READS;
        match self.reads.iter_mut().find(same) {
            Some(known) => known.back = known.back.max(back),
            None if full => self.too_much = true,
            None => self.reads.push(Read { relation: read.relation, map, back }),
        }
    }
}

/// The relation a rule concludes.
pub(crate) fn relation_of(rule: &Rule) -> usize {
    match &rule.head {
        Head::Derived { relation, .. } => relation.index(),
        Head::Finding(finding) => finding.relation.index(),
    }
}

/// `inner` says fields of a base in terms of a middle relation, `outer` those in terms of another.
pub(crate) fn compose(inner: &[(u16, Term)], outer: &[(u16, Term)]) -> Terms {
    let through = |(field, term): &(u16, Term)| match term {
        Term::Const(_) => Some((*field, *term)),
        Term::Field(middle) => {
            outer.iter().find(|(known, _)| known == middle).map(|(_, term)| (*field, *term))
        }
    };
    inner.iter().filter_map(through).collect()
}

/// The fields of an atom's relation in terms of what the rule concludes.
fn terms(rule: &Rule, atom: &Atom, symbols: &mut Symbols) -> Terms {
    let head = |slot: u16| match &rule.head {
        Head::Finding(_) => rule.key.iter().position(|key| key.0 == slot),
        Head::Derived { fields, .. } => {
            fields.iter().position(|field| matches!(field, Some(Expr::Slot(of)) if of.0 == slot))
        }
    };
    let mut terms = Vec::new();
    for (field, expr) in &atom.joins {
        match expr {
            Expr::Const(value) => {
                let word = symbols.word(value, &func::type_of(value)).unwrap_or(ABSENT);
                terms.push((field.0, Term::Const(word)));
            }
            Expr::Slot(slot) => {
                terms.extend(head(slot.0).map(|at| (field.0, Term::Field(at as u16))));
            }
            _ => {}
        }
    }
    for (field, slot) in atom.binds.iter().chain(&atom.optional_binds) {
        terms.extend(head(slot.0).map(|at| (field.0, Term::Field(at as u16))));
    }
    terms
}

/// Every atom that decides, with how far back it reads.
fn atoms_with_reach<'a>(rule: &'a Rule, params: &[Word]) -> SmallVec<[(&'a Atom, i64); 8]> {
    let mut found: SmallVec<[(&Atom, i64); 8]> = SmallVec::new();
    let length = |expr: &Expr| match expr {
        Expr::Const(Value::Duration(d) | Value::Int(d)) => *d,
        Expr::Param(param) => params.get(param.index()).map_or(rule.keep, |word| as_int(*word)),
        _ => rule.keep,
    };
    for source in deciding(&rule.body).filter_map(Cond::source) {
        match source {
            Source::Rows { atom, window } => found.push((
                atom,
                match window {
                    Window::Stands => 0,
                    Window::Keep | Window::Since(_) | Window::AsOf(_) => rule.keep,
                    Window::Within(d) => length(d),
                },
            )),
            Source::Then { first, next, within, without } => {
                let reach = rule.keep.saturating_add(length(within));
                found.push((first, reach));
                found.push((next, rule.keep));
                found.extend(without.as_deref().map(|atom| (atom, reach)));
            }
            Source::Without { first, end, hold } => {
                let reach = rule.keep.saturating_add(length(hold));
                found.push((first, reach));
                found.push((end, reach));
            }
            Source::Sustained { atom, hold } => found.push((atom, length(hold))),
            Source::Silence { of, hold, per } => {
                found.push((of, length(hold)));
                found.push((per, length(hold)));
            }
        }
    }
    found
}

/// The conditions that decide: all but `maybe`.
pub(crate) fn deciding(body: &Body) -> impl Iterator<Item = &Cond> {
    let blocks = body.confirm.iter().chain(&body.unless).flatten();
    body.when.iter().chain(blocks)
}

/// The atom of a source whose rows it only looks for.
pub(crate) const fn looked_for(source: &Source) -> Option<&Atom> {
    match source {
        Source::Rows { .. } | Source::Sustained { .. } | Source::Then { without: None, .. } => None,
        Source::Then { without: Some(of), .. } => Some(of),
        Source::Without { end, .. } => Some(end),
        Source::Silence { of, .. } => Some(of),
    }
}
