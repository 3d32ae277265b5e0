//! The conditions that coverage of a relation may turn, or that rows of it may lack (M6.2).

use alloc::vec::Vec;

use etio_plan::{Atom, Cond, Expr, Head, Pack, Rule};
use smallvec::SmallVec;

use crate::store::cover::{Cover, Terms, Via, compose, looked_for};

/// A condition whose truth may change with the coverage of a relation.
pub(crate) struct Reader {
    pub(crate) rule: usize,
    /// The place of its atom among those of the rule.
    place: usize,
    /// Fields of the covered relation as fields of the atom's; `None`: they are the same relation.
    pub(crate) map: Option<Terms>,
}

/// The readers of one relation; mostly one.
pub(crate) type Readers = SmallVec<[Reader; 1]>;

impl Reader {
    /// Which condition it is: its rule, and the place of its atom.
    pub(crate) const fn condition(&self) -> (usize, usize) {
        (self.rule, self.place)
    }

    /// Its atom, and the rule that this is of.
    pub(crate) fn of<'a>(&self, pack: &'a Pack) -> Option<(&'a Rule, &'a Atom)> {
        let rule = pack.rules.get(self.rule)?;
        atoms(rule).get(self.place).map(|(atom, _)| (rule, *atom))
    }
}

/// Whether a field of an atom is part of its rule's key.
pub(crate) fn is_key(rule: &Rule, atom: &Atom, field: u16) -> bool {
    let joins = atom.joins.iter().filter_map(|(of, expr)| match expr {
        Expr::Slot(slot) => Some((*of, *slot)),
        _ => None,
    });
    let binds = atom.binds.iter().chain(&atom.optional_binds).copied();
    joins.chain(binds).any(|(of, slot)| of.0 == field && rule.key.contains(&slot))
}

/// The atoms of a rule, and whether coverage of its relation may turn the condition that each is in.
pub(crate) type Atoms<'a> = SmallVec<[(&'a Atom, bool); 4]>;

/// Every atom of a rule.
pub(crate) fn atoms(rule: &Rule) -> Atoms<'_> {
    let mut found = Atoms::new();
    let body = &rule.body;
    for cond in &body.when {
        // What a row makes true, no coverage turns.
        let decides = !matches!(cond, Cond::Each(_) | Cond::Pick { .. });
        add_atoms(&mut found, cond, decides);
    }
    let blocks = body.confirm.iter().chain(&body.unless).chain(&body.maybe);
    blocks.flatten().for_each(|cond| add_atoms(&mut found, cond, true));
    if let Head::Finding(finding) = &rule.head {
        let guards = finding.texts().into_iter().flatten().flat_map(|text| &text.guard);
        guards.for_each(|cond| add_atoms(&mut found, cond, true));
        let clauses = finding.explains.iter().flat_map(|clause| &clause.when);
        clauses.for_each(|cond| add_atoms(&mut found, cond, true));
    }
    found
}

/// Adds the atoms of a condition. Coverage may turn what looks for rows, and where it `decides`, all.
fn add_atoms<'a>(found: &mut Atoms<'a>, cond: &'a Cond, decides: bool) {
    let Some(source) = cond.source() else { return };
    source.binding().for_each(|atom| found.push((atom, decides)));
    looked_for(source).into_iter().for_each(|atom| found.push((atom, true)));
}

/// The readers of each relation: every atom that coverage may turn is under each relation whose coverage it
/// rests on, and under its own.
pub(crate) fn readers(rules: &[Atoms<'_>], covers: &[Cover], vias: &[Vec<Via>]) -> Vec<Readers> {
    let mut readers: Vec<Readers> = covers.iter().map(|_| Readers::new()).collect();
    for (rule, atoms) in rules.iter().enumerate() {
        for (place, (atom, decides)) in atoms.iter().enumerate() {
            if *decides {
                add(&mut readers, covers, vias, atom.relation.index(), |map| Reader {
                    rule,
                    place,
                    map,
                });
            }
        }
    }
    readers
}

fn add(
    readers: &mut [Readers],
    covers: &[Cover],
    vias: &[Vec<Via>],
    own: usize,
    reader: impl Fn(Option<Terms>) -> Reader,
) {
    let Some(cover) = covers.get(own) else { return };
    let mut add = |relation: usize, map: Option<Terms>| {
        if let Some(of) = readers.get_mut(relation) {
            of.push(reader(map));
        }
    };
    if !cover.reads.iter().any(|read| read.relation == own) {
        add(own, None);
    }
    for read in &cover.reads {
        add(read.relation, read.map.clone());
        for via in vias.get(read.relation).into_iter().flatten() {
            let map = match &read.map {
                None => via.map.clone(),
                Some(outer) => compose(&via.map, outer),
            };
            add(via.from, Some(map));
        }
    }
}
