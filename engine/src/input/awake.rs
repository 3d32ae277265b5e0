//! Rules cost nothing before they can hold: the routes to a rule are taken once every relation that it
//! needs a row of has had one. Rows that came before are met on the way from the row that woke it. A
//! route that needs a constant is always taken: it costs only the rows that have it.

use alloc::{vec, vec::Vec};

use etio_plan::Type;
use foldhash::fast::FixedState;

use crate::{
    program::{
        Programs, Route,
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
    /// How many relations each rule still waits for.
    lacking: Vec<usize>,
    /// Whether each route is taken.
    taken: Vec<bool>,
    state: FixedState,
}

impl Awake {
    /// Only rules that need no row are awake.
    pub(crate) fn new(programs: &Programs, relations: &[Relation], state: FixedState) -> Self {
        let count = programs.relations;
        let mut awake = Self {
            dispatch: vec![Dispatch::default(); count],
            had: vec![false; count],
            lacking: programs.rules.iter().map(|program| program.inputs.len()).collect(),
            taken: vec![false; programs.routes.len()],
            state,
        };
        for (number, route) in programs.routes.iter().enumerate() {
            if constant(route, types(relations, route)).is_some() {
                awake.take(programs, relations, number);
            }
        }
        for rule in 0..programs.rules.len() {
            awake.wake(programs, relations, rule);
        }
        awake
    }

    /// The routes of a relation that has a row.
    pub(crate) fn routes(
        &mut self,
        programs: &Programs,
        relations: &[Relation],
        relation: usize,
    ) -> Option<&Dispatch> {
        if let Some(had) = self.had.get_mut(relation).filter(|had| !**had) {
            *had = true;
            for rule in programs.needed_by.get(relation).into_iter().flatten() {
                if let Some(lacking) = self.lacking.get_mut(*rule) {
                    *lacking = lacking.saturating_sub(1);
                    self.wake(programs, relations, *rule);
                }
            }
        }
        self.dispatch.get(relation)
    }

    /// Whether a rule may hold.
    pub(crate) fn is_awake(&self, rule: usize) -> bool {
        self.lacking.get(rule).is_none_or(|lacking| *lacking == 0)
    }

    /// Takes the routes to a rule that lacks nothing.
    fn wake(&mut self, programs: &Programs, relations: &[Relation], rule: usize) {
        let Some(program) = programs.rules.get(rule).filter(|_| self.is_awake(rule)) else {
            return;
        };
        for number in &program.routes {
            self.take(programs, relations, *number);
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
