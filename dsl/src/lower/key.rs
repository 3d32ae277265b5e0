//! What a derived row is known by.

use etio_plan::{Atom, Cond, Expr, SlotId, Source};

/// Adds a variable to the key of a derived row. One that is computed stands for those that it is computed
/// from, so that rows are found by what they say.
pub(super) fn add_key(slot: SlotId, when: &[Cond], key: &mut Vec<SlotId>) {
    let computed = when.iter().find_map(|cond| match cond {
        Cond::Let(of, expr) if *of == slot => Some(expr),
        _ => None,
    });
    let mut from = Vec::new();
    match computed {
        Some(expr) if reads_rows(expr, when, &mut from) => {
            from.into_iter().for_each(|slot| add_key(slot, when, key));
        }
        _ if key.contains(&slot) => {}
        _ => key.push(slot),
    }
}

/// Whether an expression reads nothing but fields that rows must have, and values computed from such; these
/// variables are added to `slots`.
fn reads_rows(expr: &Expr, when: &[Cond], slots: &mut Vec<SlotId>) -> bool {
    let binds = |atom: &Atom, slot: SlotId| atom.binds.iter().any(|(_, bound)| *bound == slot);
    let mut each = |of: &[Expr]| of.iter().all(|expr| reads_rows(expr, when, slots));
    match expr {
        Expr::Const(_) | Expr::Param(_) => true,
        Expr::Slot(slot) => {
            slots.push(*slot);
            when.iter().any(|cond| match cond {
                Cond::Each(Source::Rows { atom, .. })
                | Cond::Pick(_, Source::Rows { atom, .. }) => binds(atom, *slot),
                Cond::Let(of, expr) => of == slot && reads_rows(expr, when, &mut Vec::new()),
                _ => false,
            })
        }
        Expr::Cell(_) | Expr::TimeOf(_) | Expr::Age(_) => false,
        Expr::Not(of) => reads_rows(of, when, slots),
        Expr::All(of) | Expr::Any(of) | Expr::Call(_, of) => each(of),
        Expr::Cmp(_, a, b) | Expr::Arith(_, a, b) => {
            reads_rows(a, when, slots) && reads_rows(b, when, slots)
        }
    }
}
