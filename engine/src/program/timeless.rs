//! Rules that nothing but a change of rows can turn.

use etio_plan::{Body, Cond, Expr, Source, Window};

use crate::program::Schema;

/// Whether only rows of entities that come and go decide: no window, no age, nothing concluded and
/// no evidence that coverage may turn.
pub(crate) fn is_timeless(body: &Body, schema: &[Schema]) -> bool {
    let stands = |source: &Source| match source {
        Source::Rows { atom, window: Window::Stands } => {
            let entity = schema.get(atom.relation.index()).is_some_and(|of| of.entity);
            let joined = atom.joins.iter().map(|(_, expr)| expr);
            entity && !joined.chain(&atom.tests).any(reads_age)
        }
        _ => false,
    };
    body.confirm.is_empty()
        && body.unless.is_empty()
        && body.when.iter().all(|cond| match cond {
            Cond::Each(source) | Cond::Pick { of: source, .. } | Cond::No(source) => stands(source),
            Cond::Test(expr) | Cond::Let(_, expr) | Cond::Member(_, expr) => !reads_age(expr),
            Cond::Agg { .. } => false,
        })
}

fn reads_age(expr: &Expr) -> bool {
    match expr {
        Expr::Age(_) => true,
        Expr::Const(_) | Expr::Param(_) | Expr::Cell(_) | Expr::Slot(_) | Expr::TimeOf(_) => false,
        Expr::Not(of) => reads_age(of),
        Expr::All(of) | Expr::Any(of) | Expr::Call(_, of) => of.iter().any(reads_age),
        Expr::Cmp(_, a, b) | Expr::Arith(_, a, b) => reads_age(a) || reads_age(b),
    }
}
