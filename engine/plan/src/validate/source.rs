//! Sources and patterns: kinds that fit, windows, what they bind.

use alloc::{format, vec::Vec};

use super::{
    Check,
    expr::{Age, Place},
    rule::is_fixed,
    scope::Scope,
};
use crate::{AggOp, Atom, Expr, Kind, SlotId, SlotType, Source, Type, Window};

const EVENT: &[Kind] = &[Kind::Event];
const STATE: &[Kind] = &[Kind::Entity, Kind::Derived, Kind::Finding];

impl Scope<'_> {
    /// A source. `changes`: a window over an entity is what is counted.
    pub(super) fn source(&mut self, source: &Source, changes: bool) -> Check {
        match source {
            Source::Rows { atom, window } => {
                self.window(atom, window, changes)?;
                self.atom(atom)
            }
            Source::Then { first, next, within, without } => {
                self.hold(within)?;
                for atom in [Some(first), Some(&**next), without.as_deref()].into_iter().flatten() {
                    self.pack.of_kind(atom.relation, EVENT)?;
                }
                self.atom(first)?;
                self.atom(next)?;
                match without {
                    Some(without) => self.inside(|inside| inside.atom(without)),
                    None => Ok(()),
                }
            }
            Source::Without { first, end, hold } => {
                self.hold(hold)?;
                self.pack.of_kind(first.relation, EVENT)?;
                self.pack.of_kind(end.relation, EVENT)?;
                self.atom(first)?;
                self.inside(|inside| inside.atom(end))
            }
            Source::Sustained { atom, hold } => {
                self.hold(hold)?;
                self.pack.of_kind(atom.relation, &[Kind::Derived, Kind::Finding])?;
                self.atom(atom)
            }
            Source::Silence { of, hold, per } => {
                self.hold(hold)?;
                self.pack.of_kind(per.relation, STATE)?;
                self.pack.of_kind(of.relation, EVENT)?;
                self.atom(per)?;
                self.inside(|inside| inside.atom(of))
            }
        }
    }

    /// A length of time, fixed for the engine's life.
    fn hold(&self, expr: &Expr) -> Check {
        self.gives(expr, &Type::Duration, Place::VALUE)?;
        is_fixed(expr).then_some(()).ok_or_else(|| "a window that is not fixed".into())
    }

    fn window(&self, atom: &Atom, window: &Window, changes: bool) -> Check {
        let kinds = match window {
            Window::Stands => STATE,
            Window::AsOf(_) => &[Kind::Entity],
            Window::Within(_) if changes => &[Kind::Entity],
            Window::Keep | Window::Within(_) | Window::Since(_) => EVENT,
        };
        self.pack.of_kind(atom.relation, kinds)?;
        match window {
            Window::Stands | Window::Keep => Ok(()),
            Window::Within(d) => self.hold(d),
            Window::Since(at) | Window::AsOf(at) => self.gives(at, &Type::Time, Place::VALUE),
        }
    }

    fn atom(&mut self, atom: &Atom) -> Check {
        let relation = self.pack.relation_of(atom.relation)?;
        if *self.slot(atom.row)? != SlotType::Row(atom.relation) {
            return Err(format!("variable {} is no row of {}", atom.row.0, relation.path));
        }
        for (field, value) in &atom.joins {
            self.gives(value, self.pack.cell(relation, *field)?, Place::VALUE)?;
        }
        for (field, slot) in atom.binds.iter().chain(&atom.optional_binds) {
            if self.scalar(*slot)? != self.pack.cell(relation, *field)? {
                return Err(format!("variable {} is of another type than its field", slot.0));
            }
            self.bind(*slot)?;
        }
        let place = Place { cells: Some(atom.relation), age: Age::Nowhere };
        atom.tests.iter().try_for_each(|test| self.gives(test, &Type::Bool, place))?;
        self.bind(atom.row)?;
        self.read(atom.relation);
        Ok(())
    }

    pub(super) fn aggregate(
        &mut self,
        into: SlotId,
        op: AggOp,
        arg: Option<&Expr>,
        of: &Source,
    ) -> Check {
        let ty = self.scalar(into)?.clone();
        // What it groups by outlives it: the parts of the key that its rows are the first to bind.
        let mut groups: Vec<SlotId> = Vec::new();
        self.inside(|inside| {
            let before: Vec<SlotId> =
                inside.rule.key.iter().copied().filter(|slot| !inside.is_bound(*slot)).collect();
            inside.source(of, op == AggOp::Changes)?;
            groups = before.into_iter().filter(|slot| inside.is_bound(*slot)).collect();
            match (op, arg) {
                (AggOp::Count, None) => Ok(()),
                (AggOp::Count, Some(_)) | (_, None) => {
                    Err("an aggregate of the wrong shape".into())
                }
                (AggOp::Sum | AggOp::Min | AggOp::Max, Some(arg)) => {
                    inside.gives(arg, &ty, Place::VALUE)
                }
                (AggOp::Distinct | AggOp::Changes, Some(arg)) => {
                    inside.expr(arg, Place::VALUE).map(|_| ())
                }
            }
        })?;
        let fits = match op {
            AggOp::Count | AggOp::Distinct | AggOp::Changes => ty == Type::Int,
            AggOp::Sum => matches!(ty, Type::Int | Type::Duration | Type::Bytes),
            AggOp::Min | AggOp::Max => ty.is_ordered(),
        };
        if !fits {
            return Err("an aggregate of another type".into());
        }
        groups.into_iter().try_for_each(|slot| self.bind(slot))?;
        self.bind(into)
    }
}
