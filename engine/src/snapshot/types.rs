//! The types of what is kept as bare words.

use alloc::vec::Vec;

use etio_plan::Type;

use crate::{
    engine::Engine,
    program::{Head, Program},
    value::expr::Ex,
};

/// Of a remembered fact: a superseded row also says until when it stood.
pub(super) fn of_fact(engine: &Engine, relation: usize) -> Vec<&Type> {
    let types = engine.relations.get(relation).map_or(&[][..], |of| &of.types);
    types.iter().chain([&Type::Time]).collect()
}

/// Of the values of a text; an age is kept as the instant it is counted from.
pub(super) fn of_text(program: &Program, which: usize, text: usize) -> Option<Vec<&Type>> {
    let Head::Finding { texts, .. } = &program.head else { return None };
    let values = &texts.get(which)?.get(text)?.values;
    Some(
        values
            .iter()
            .map(|(ex, ty)| if matches!(ex, Ex::Age(_)) { &Type::Time } else { ty })
            .collect(),
    )
}

/// Of what an `explains` clause points at.
pub(super) fn of_claim<'a>(
    engine: &'a Engine,
    program: &Program,
    clause: usize,
) -> Option<Vec<&'a Type>> {
    let Head::Finding { explains, .. } = &program.head else { return None };
    let clause = explains.get(clause)?;
    let types = &engine.relations.get(clause.target)?.types;
    clause.fields.iter().map(|field| types.get(usize::from(*field))).collect()
}
