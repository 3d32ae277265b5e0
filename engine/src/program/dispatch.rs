//! Which routes a row may take.

use alloc::vec::Vec;

use etio_plan::Type;
use foldhash::fast::FixedState;

use crate::{
    program::{Route, groups::Groups},
    value::{
        expr::Ex,
        word::{Word, at},
    },
};

/// Routes of one relation. A route that needs a constant in a field is found through it, so that
/// the rules a row does not concern cost nothing.
#[derive(Clone, Default)]
pub(crate) struct Dispatch {
    always: Vec<usize>,
    /// The routes that need a constant in a field, by field and constant.
    by_field: Vec<(u16, Groups)>,
}

impl Dispatch {
    /// Files a route under a constant it needs, if it needs one. `types` are those of the row.
    pub(crate) fn add(&mut self, number: usize, route: &Route, types: &[Type], state: &FixedState) {
        let Some((field, word)) = constant(route, types) else {
            self.always.push(number);
            return;
        };
        let place = self.by_field.iter().position(|(known, _)| *known == field);
        let place = place.unwrap_or_else(|| {
            self.by_field.push((field, Groups::new(1, state)));
            self.by_field.len() - 1
        });
        if let Some((_, routes)) = self.by_field.get_mut(place) {
            routes.add(&[word], number);
        }
    }

    /// Calls `then` with each route that a row may take.
    #[inline]
    pub(crate) fn each(&self, words: &[Word], mut then: impl FnMut(usize)) {
        self.always.iter().for_each(|route| then(*route));
        for (field, routes) in &self.by_field {
            routes.get(&[at(words, *field)]).iter().for_each(|route| then(*route));
        }
    }
}

/// A constant that a field of the row a route begins at must be, if there is one.
pub(crate) fn constant(route: &Route, types: &[Type]) -> Option<(u16, Word)> {
    // A boolean parts nothing.
    let parts = |field: u16| types.get(usize::from(field)).is_some_and(|ty| *ty != Type::Bool);
    route.tests.iter().find_map(|ex| match ex {
        Ex::CellIs(field, word) if parts(*field) => Some((*field, *word)),
        _ => None,
    })
}
