//! Rules that are equal up to constants share one route from a row to their keys: it binds what they
//! differ in, and whose key it is follows from that. So a node that goes looks for its events once, and
//! not once for each of fifty rules about events.

use alloc::{boxed::Box, vec, vec::Vec};
use core::hash::{BuildHasher, Hash, Hasher};

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::{
    program::{Few, Hop, Numbers, Probe, Program, Route, Scan, groups::Groups},
    value::{
        expr::Ex,
        word::{Key, Word},
    },
};

/// As many rules share a route at least: for fewer, as many narrow probes cost less than a wide one.
const FEWEST: usize = 4;

/// The rules at the end of a route, by what they differ in.
#[derive(Clone)]
pub(crate) struct Lanes {
    /// The variables that hold it: as many as that, from this one on.
    first: usize,
    count: usize,
    rules: Groups,
}

impl Lanes {
    /// How many variables there are beside those of a rule.
    pub(crate) const fn len(&self) -> usize {
        self.count
    }

    /// All of them.
    pub(crate) fn all(&self) -> Numbers {
        self.rules.all().collect()
    }

    /// The rules that what was bound concerns.
    pub(crate) fn rules(&self, slots: &[Word]) -> &[usize] {
        self.rules.get(slots.get(self.first..self.first + self.count).unwrap_or_default())
    }
}

/// Routes that are equal but for constants: what they all are, and the place and the constants of each.
struct Family {
    open: Route,
    members: Vec<(usize, Key)>,
}

/// Puts one route in the place of many.
pub(crate) fn share(routes: &mut Vec<Route>, rules: &[Program], state: &FixedState) {
    let mut families: Vec<Family> = Vec::new();
    let mut places: HashMap<u64, Vec<usize>, FixedState> = HashMap::with_hasher(state.clone());
    for (at, route) in routes.iter().enumerate() {
        let Some(program) = rules.get(route.rule) else { continue };
        let has_constants = |hop: &Hop| matches!(hop, Hop::Probe(scan, _) if scan.has_constants());
        // A partner is that of one rule.
        if route.partner.is_some() || !route.hops.iter().any(has_constants) {
            continue;
        }
        let (open, constants) = opened(route, program);
        let shape = shape(&open, program, state);
        let places = places.entry(shape).or_default();
        let same = |place: &&usize| {
            families.get(**place).is_some_and(|of| {
                let other = rules.get(of.open.rule);
                of.open.leads_like(&open)
                    && other.is_some_and(|other| {
                        (&other.key, other.slots) == (&program.key, program.slots)
                    })
            })
        };
        let known = places.iter().find(same).and_then(|place| families.get_mut(*place));
        match known {
            Some(family) => family.members.push((at, constants)),
            None => {
                places.push(families.len());
                families.push(Family { open, members: [(at, constants)].into() });
            }
        }
    }
    families.retain(|family| family.members.len() >= FEWEST);
    if families.is_empty() {
        return;
    }
    let mut replaced = vec![false; routes.len()];
    let mut shared = Vec::with_capacity(families.len());
    for Family { mut open, members } in families {
        let count = members.first().map_or(0, |(_, constants)| constants.len());
        let first = rules.get(open.rule).map_or(0, |program| program.slots);
        let mut lanes = Lanes { first, count, rules: Groups::new(count, state) };
        for (at, constants) in members {
            if let (Some(route), Some(replaced)) = (routes.get(at), replaced.get_mut(at)) {
                lanes.rules.add(&constants, route.rule);
                *replaced = true;
            }
        }
        open.lanes = Some(Box::new(lanes));
        shared.push(open);
    }
    let mut replaced = replaced.into_iter();
    routes.retain(|_| replaced.next() != Some(true));
    routes.append(&mut shared);
}

/// A route with variables in the place of the constants it probes with, and these.
fn opened(route: &Route, program: &Program) -> (Route, Key) {
    let (mut open, mut constants) = (route.clone(), Key::new());
    for hop in &mut open.hops {
        let Hop::Probe(scan, _) = hop else { continue };
        for (field, word) in scan.take_constants() {
            scan.binds.push((field, (program.slots + constants.len()) as u16));
            constants.push(word);
        }
    }
    (open, constants)
}

fn shape(route: &Route, program: &Program, state: &FixedState) -> u64 {
    let mut hasher = state.build_hasher();
    (route.from, program.slots, &program.key, &route.binds, &route.optional).hash(&mut hasher);
    for test in &route.tests {
        // Of a thousand routes from rows of one reason each, every one is a family of its own.
        if let Ex::CellIs(field, word) = test {
            (field, word).hash(&mut hasher);
        }
    }
    for hop in &route.hops {
        if let Hop::Probe(scan, _) = hop {
            (scan.relation, &scan.columns, &scan.binds).hash(&mut hasher);
        }
    }
    hasher.finish()
}

impl Scan {
    /// Whether it looks up by constants and by something else.
    pub(crate) fn has_constants(&self) -> bool {
        let constant = |(ex, _): &(Ex, bool)| matches!(ex, Ex::Const(_));
        let probe = &self.probe;
        self.indexed == self.columns.len()
            && probe.iter().any(constant)
            && !probe.iter().all(constant)
    }

    /// Takes the constants out of what is looked up, if something else is left to look up by.
    pub(crate) fn take_constants(&mut self) -> Vec<(u16, Word)> {
        if !self.has_constants() {
            return Vec::new();
        }
        let mut taken = Vec::new();
        let both = self.columns.drain(..).zip(self.probe.drain(..));
        let (mut columns, mut probe) = (Few::new(), Probe::new());
        for (field, (ex, may_lack)) in both {
            match ex {
                Ex::Const(word) => taken.push((field, word)),
                ex => {
                    columns.push(field);
                    probe.push((ex, may_lack));
                }
            }
        }
        (self.columns, self.probe) = (columns, probe);
        self.indexed = self.columns.len();
        taken
    }
}
