//! `count distinct sum min max changes`, and how they and `oldest` and `newest` group.

use etio_plan::{AggOp, Cmp, Cond, Expr, Func, Kind, Pack, SlotId, SlotType, Type, Value, Window};

use super::{
    Lower,
    bounds::{bounds, number},
    mode::Mode,
};
use crate::{
    diag::codes,
    syntax::ast::{self, Span},
    types,
};

impl<'a> Lower<'_, 'a> {
    /// An aggregate into a variable without a name.
    pub(super) fn aggregate(
        &mut self,
        op: AggOp,
        arg: Option<&'a ast::Expr>,
        source: &'a ast::Source,
        span: Span,
    ) -> Option<(Cond, SlotId, Type)> {
        let bound_before = self.st.vars.len();
        let depth = self.st.frames.len();
        let grouping = std::mem::replace(&mut self.st.grouping, true);
        let aggregated = self.st.aggregated;
        let result = self.local(|lower| {
            let (of, row) = lower.source(source, op == AggOp::Changes)?;
            lower.st.aggregated = Some(row);
            let arg = match arg {
                Some(arg) => {
                    let mode = Mode { aggregates: false, ..Mode::VALUE };
                    Some(lower.expr(arg, None, mode)?)
                }
                None => None,
            };
            Some((of, arg))
        });
        self.st.grouping = grouping;
        self.st.aggregated = aggregated;
        let (of, typed) = result?;
        let ty = self.aggregate_type(op, typed.as_ref().map(|arg| &arg.ty), &of, span)?;
        // A group that only the rows themselves name does not exist where there are none.
        let group_is_fresh = self
            .st
            .frames
            .get(depth - 1)
            .is_some_and(|frame| frame.values().any(|var| *var >= bound_before));
        let name = format!("#{}", name_of(op));
        let into = self.slot(name, SlotType::Scalar(ty.clone()));
        if group_is_fresh
            && matches!(op, AggOp::Count | AggOp::Distinct | AggOp::Sum | AggOp::Changes)
        {
            self.st.groups.insert(into, span);
        }
        let arg = typed.map(|arg| arg.expr);
        Some((Cond::Agg { into, op, arg, of }, into, ty))
    }

    fn aggregate_type(
        &mut self,
        op: AggOp,
        arg: Option<&Type>,
        of: &etio_plan::Source,
        span: Span,
    ) -> Option<Type> {
        let name = name_of(op);
        // The parser sees to it that all but `count` are of something.
        let Some(arg) = arg else { return (op == AggOp::Count).then_some(Type::Int) };
        let shown = types::name_of(arg, &self.cx.pack);
        let fits = match op {
            AggOp::Count => return None,
            AggOp::Distinct => !matches!(arg, Type::List(_) | Type::Map(_)),
            AggOp::Sum => matches!(arg, Type::Int | Type::Duration | Type::Bytes),
            AggOp::Min | AggOp::Max => arg.is_ordered(),
            AggOp::Changes => {
                let etio_plan::Source::Rows { atom, window: Window::Within(_) } = of else {
                    let message = "`changes` needs an entity and a window";
                    let help = "write `changes(field of E {…} within d)`";
                    self.error(codes::BAD_AGGREGATE, span, message, help);
                    return None;
                };
                if self.cx.kind(atom.relation) != Some(Kind::Entity) {
                    let message = "`changes` is about an entity's field";
                    self.error(codes::BAD_AGGREGATE, span, message, "count events with `count`");
                    return None;
                }
                !matches!(arg, Type::List(_) | Type::Map(_))
            }
        };
        if !fits {
            let message = format!("`{name}` cannot take {shown}");
            let help = match op {
                AggOp::Sum => "sums are over int, duration and bytes",
                AggOp::Min | AggOp::Max => "only what has an order has a least and a greatest",
                _ => "",
            };
            self.error(codes::BAD_AGGREGATE, span, message, help);
            return None;
        }
        Some(match op {
            AggOp::Count | AggOp::Distinct | AggOp::Changes => Type::Int,
            AggOp::Sum | AggOp::Min | AggOp::Max => arg.clone(),
        })
    }

    /// M2.8: `oldest` and `newest` choose one match for each value of the names that conditions below bind too.
    /// A rule is asked about one key at a time, so its names need no group.
    pub(super) fn group_picks(&self, conds: &mut [Cond]) {
        let is_name = |slot: &SlotId| {
            let mut vars = self.st.vars.iter();
            vars.any(|var| var.slot == *slot && !self.st.key.contains(&var.name))
        };
        let mut rest = conds;
        while let Some((cond, below)) = rest.split_first_mut() {
            if let Cond::Pick { of, group, .. } = cond {
                let fresh = of.binding().flat_map(|atom| &atom.binds).map(|(_, slot)| *slot);
                *group = fresh.filter(is_name).filter(|slot| is_bound(*slot, below)).collect();
            }
            rest = below;
        }
    }

    /// M2.8: what can be true of no rows at all needs its group bound by another condition.
    pub(super) fn check_groups(&mut self, when: &[Cond]) {
        let groups = std::mem::take(&mut self.st.groups);
        // A test that is in error might have asked for one.
        if self.cx.errors() > self.st.errors_before {
            return;
        }
        for (into, span) in groups {
            let excluded = when.iter().any(|cond| match cond {
                Cond::Test(test) => excludes_zero(test, into, &self.cx.pack),
                _ => false,
            });
            if !excluded {
                let message = "this would hold of every key that no row names";
                let help = "ask for at least one (`n >= 1`), or bind the key by a condition above";
                self.error(codes::EMPTY_GROUP, span, message, help);
            }
        }
    }
}

/// Whether one of these conditions binds a variable that one before them has bound.
fn is_bound(slot: SlotId, conds: &[Cond]) -> bool {
    conds.iter().any(|cond| match cond {
        Cond::Each(of) | Cond::Pick { of, .. } => {
            let mut joins = of.binding().flat_map(|atom| &atom.joins);
            joins.any(|(_, expr)| *expr == Expr::Slot(slot))
        }
        _ => false,
    })
}

/// Whether a test is false where the variable is zero.
fn excludes_zero(test: &Expr, slot: SlotId, pack: &Pack) -> bool {
    match test {
        Expr::All(items) => items.iter().any(|item| excludes_zero(item, slot, pack)),
        Expr::Any(items) => items.iter().all(|item| excludes_zero(item, slot, pack)),
        Expr::Cmp(op, a, b) => {
            let is_slot = |e: &Expr| *e == Expr::Slot(slot);
            let (op, bound) = match (is_slot(a), is_slot(b)) {
                (true, _) => (*op, &**b),
                (_, true) => (flip(*op), &**a),
                _ => return false,
            };
            let Some((low, high)) = bounds(bound, pack) else { return false };
            match op {
                Cmp::Eq => low > 0 || high < 0,
                Cmp::Ne => low == 0 && high == 0,
                Cmp::Ge => low > 0,
                Cmp::Gt => low >= 0,
                Cmp::Le => high < 0,
                Cmp::Lt => high <= 0,
            }
        }
        Expr::Call(Func::In, args) => match args.as_slice() {
            [element, Expr::Const(Value::List(items))] => {
                *element == Expr::Slot(slot)
                    && items.iter().all(|item| number(item).is_some_and(|item| item != 0))
            }
            _ => false,
        },
        _ => false,
    }
}

pub(crate) const fn flip(op: Cmp) -> Cmp {
    match op {
        Cmp::Lt => Cmp::Gt,
        Cmp::Le => Cmp::Ge,
        Cmp::Gt => Cmp::Lt,
        Cmp::Ge => Cmp::Le,
        Cmp::Eq | Cmp::Ne => op,
    }
}

/// Whether a name is that of an aggregate.
pub(super) fn is_aggregate(name: &str) -> bool {
    use AggOp::{Changes, Count, Distinct, Max, Min, Sum};
    [Count, Distinct, Sum, Min, Max, Changes].into_iter().any(|op| name_of(op) == name)
}

const fn name_of(op: AggOp) -> &'static str {
    match op {
        AggOp::Count => "count",
        AggOp::Distinct => "distinct",
        AggOp::Sum => "sum",
        AggOp::Min => "min",
        AggOp::Max => "max",
        AggOp::Changes => "changes",
    }
}
