//! Rules cost nothing before they can hold: the routes to a rule are taken once every relation that it
//! needs a row of has had one. Rows that came before are met on the way from the row that woke it. A
//! route that needs a constant is always taken: it costs only the rows that have it.

use alloc::{vec, vec::Vec};

use etio_plan::Type;
use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::{
    program::{
        Numbers, Programs, Route,
        dispatch::{Dispatch, constant},
    },
    store::relation::Relation,
};

/// The routes to rules that may hold.
#[derive(Clone)]
pub(crate) struct Awake {
    dispatch: Vec<Dispatch>,
    /// Whether each relation has had a row.
    had: Vec<bool>,
    /// Rules that need rows of the same relations wake together.
    groups: Vec<Group>,
    /// The group of each rule.
    group_of: Vec<usize>,
    /// The groups that need a row of each relation.
    needed_by: Vec<Numbers>,
    /// Whether each route is taken.
    taken: Vec<bool>,
    state: FixedState,
}

/// Rules that need rows of the same relations.
#[derive(Clone)]
struct Group {
    /// How many relations they still wait for.
    lacking: usize,
    /// The routes to them that are not taken yet, once each.
    routes: Numbers,
}

impl Awake {
    /// Only rules that need no row are awake.
    pub(crate) fn new(programs: &Programs, relations: &[Relation], state: FixedState) -> Self {
        let count = programs.relations;
        let mut awake = Self {
            dispatch: vec![Dispatch::default(); count],
            had: vec![false; count],
            groups: Vec::new(),
            group_of: Vec::with_capacity(programs.rules.len()),
            needed_by: vec![Numbers::new(); count],
            taken: vec![false; programs.routes.len()],
            state,
        };
        for (number, route) in programs.routes.iter().enumerate() {
            if constant(route, types(relations, route)).is_some() {
                awake.take(programs, relations, number);
            }
        }
        awake.group(programs);
        for group in 0..awake.groups.len() {
            awake.wake(programs, relations, group);
        }
        awake
    }

    /// Parts the rules into groups.
    fn group(&mut self, programs: &Programs) {
        let mut known: HashMap<&[usize], usize, _> = HashMap::with_hasher(self.state.clone());
        let mut waits = vec![usize::MAX; self.taken.len()];
        for program in &programs.rules {
            let number = *known.entry(&program.inputs).or_insert_with(|| {
                self.groups.push(Group { lacking: program.inputs.len(), routes: Numbers::new() });
                for relation in &program.inputs {
                    if let Some(groups) = self.needed_by.get_mut(*relation) {
                        groups.push(self.groups.len() - 1);
                    }
                }
                self.groups.len() - 1
            });
            self.group_of.push(number);
            let Some(group) = self.groups.get_mut(number) else { continue };
            for route in &program.routes {
                let taken = self.taken.get(*route).is_none_or(|taken| *taken);
                if let Some(waits) = waits.get_mut(*route).filter(|of| !taken && **of != number) {
                    *waits = number;
                    group.routes.push(*route);
                }
            }
        }
    }

    /// The routes of a relation that has a row.
    #[inline]
    pub(crate) fn routes(
        &mut self,
        programs: &Programs,
        relations: &[Relation],
        relation: usize,
    ) -> Option<&Dispatch> {
        if self.had.get(relation) == Some(&false) {
            self.see(programs, relations, relation);
        }
        self.dispatch.get(relation)
    }

    /// A relation has had a row; none where there is no such relation.
    #[cold]
    pub(crate) fn see(
        &mut self,
        programs: &Programs,
        relations: &[Relation],
        relation: usize,
    ) -> Option<()> {
        *self.had.get_mut(relation)? = true;
        for number in core::mem::take(self.needed_by.get_mut(relation)?) {
            if let Some(group) = self.groups.get_mut(number) {
                group.lacking = group.lacking.saturating_sub(1);
                self.wake(programs, relations, number);
            }
        }
        Some(())
    }

    /// The relations that have had a row.
    pub(crate) fn had(&self) -> impl Iterator<Item = usize> {
        self.had.iter().enumerate().filter(|(_, had)| **had).map(|(relation, _)| relation)
    }

    /// Whether a rule may hold.
    pub(crate) fn is_awake(&self, rule: usize) -> bool {
        let group = self.group_of.get(rule).and_then(|group| self.groups.get(*group));
        group.is_none_or(|group| group.lacking == 0)
    }

    /// Takes the routes to rules that lack nothing.
    fn wake(&mut self, programs: &Programs, relations: &[Relation], group: usize) {
        let Some(group) = self.groups.get_mut(group).filter(|group| group.lacking == 0) else {
            return;
        };
        for number in core::mem::take(&mut group.routes) {
            self.take(programs, relations, number);
        }
    }

    fn take(&mut self, programs: &Programs, relations: &[Relation], number: usize) {
        let Some(route) = programs.routes.get(number) else { return };
        let Some(taken) = self.taken.get_mut(number).filter(|taken| !**taken) else { return };
        *taken = true;
        if let Some(dispatch) = self.dispatch.get_mut(route.from) {
            dispatch.add(number, route, types(relations, route), &self.state);
        }
    }
}

/// The types of the row a route begins at.
fn types<'a>(relations: &'a [Relation], route: &Route) -> &'a [Type] {
    relations.get(route.from).map_or(&[], |of| &of.types)
}
