//! The tests of a rule that can be decided on the way from a row to its keys.
//!
//! Where such a test fails, no binding with what was bound so far holds, whether the row is there or not. That
//! is not so of what a row says that `oldest` or `newest` chose, or that came first after another: it may
//! keep others from being chosen. And the time of a row may change while it stands.

use alloc::vec::Vec;

use etio_plan::{Cond, Expr, Rule};

use crate::program::bound::{Bound, each_slot};

/// The tests in `when`, and in what stands beside an atom, of nothing but the key and what all rows say that
/// match.
pub(crate) fn tests<'a>(rule: &'a Rule, beside: &'a [Cond]) -> Vec<&'a Expr> {
    let conds = || rule.body.when.iter().chain(beside);
    let tests =
        || conds().filter_map(|cond| if let Cond::Test(of) = cond { Some(of) } else { None });
    if tests().next().is_none() {
        return Vec::new();
    }
    let mut steady = Bound::none(rule);
    rule.key.iter().for_each(|slot| steady.write(slot.0));
    for cond in conds() {
        match cond {
            // Of several atoms the first is the one of which every row counts.
            Cond::Each(source) => {
                let first = source.binding().take(1);
                first.for_each(|atom| each_slot(atom, |slot| steady.write(slot)));
            }
            Cond::Let(slot, of) | Cond::Member(slot, of) if steady.gives(of) => {
                steady.write(slot.0)
            }
            _ => {}
        }
    }
    tests().filter(|of| steady.gives(of)).collect()
}
