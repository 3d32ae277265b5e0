//! Expressions: ids in range, types that fit, `age` only where it can be timed.

use alloc::{format, string::String};

use super::{Check, scope::Scope};
use crate::{Arith, Cmp, Expr, Func, RelId, SlotType, Type, Value};

/// What an expression may contain.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// The relation whose cells it may name.
    pub(super) cells: Option<RelId>,
    pub(super) age: Age,
}

/// Where `age` may stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Age {
    Nowhere,
    Side,
    Anywhere,
}

impl Place {
    /// A value.
    pub(super) const VALUE: Self = Self { cells: None, age: Age::Nowhere };
    /// A test among conditions.
    pub(super) const TEST: Self = Self { cells: None, age: Age::Side };
    /// A piece of a text.
    pub(super) const TEXT: Self = Self { cells: None, age: Age::Anywhere };
}

/// What an expression gives: a constant text or an empty list fits several types.
pub(super) enum Gives<'e> {
    Const(&'e Value),
    Type(Type),
}

impl Scope<'_> {
    /// Whether an expression gives a value of a type.
    pub(super) fn gives(&self, expr: &Expr, ty: &Type, place: Place) -> Check {
        let fits = match self.expr(expr, place)? {
            Gives::Const(value) => self.pack.fits(value, ty),
            Gives::Type(found) => found == *ty,
        };
        fits.then_some(()).ok_or_else(|| format!("a value is not of type {ty:?}"))
    }

    /// What an expression gives.
    pub(super) fn expr<'e>(&self, expr: &'e Expr, place: Place) -> Check<Gives<'e>> {
        let inner = Place {
            age: if place.age == Age::Anywhere { place.age } else { Age::Nowhere },
            ..place
        };
        let ty = match expr {
            Expr::Const(value) => return Ok(Gives::Const(value)),
            Expr::Slot(slot) => match self.bound(*slot)? {
                SlotType::Scalar(ty) => ty.clone(),
                SlotType::Row(_) => return Err("a row stands for a value".into()),
            },
            Expr::Cell(field) => {
                let relation = place.cells.ok_or("a cell outside a pattern")?;
                self.pack.cell(self.pack.relation_of(relation)?, *field)?.clone()
            }
            Expr::Param(id) => match self.pack.param(*id) {
                Some(param) => param.ty.clone(),
                None => return Err(format!("no parameter {}", id.0)),
            },
            Expr::TimeOf(slot) => match self.bound(*slot)? {
                SlotType::Row(_) => Type::Time,
                SlotType::Scalar(_) => return Err("the time of a value".into()),
            },
            Expr::Age(instant) => {
                if place.age != Age::Anywhere {
                    return Err("an age that cannot be timed".into());
                }
                self.gives(instant, &Type::Time, Place { age: Age::Nowhere, ..place })?;
                Type::Duration
            }
            Expr::Not(e) => {
                self.gives(e, &Type::Bool, place)?;
                Type::Bool
            }
            Expr::All(items) | Expr::Any(items) => {
                items.iter().try_for_each(|item| self.gives(item, &Type::Bool, place))?;
                Type::Bool
            }
            Expr::Cmp(op, a, b) => {
                self.compare(*op, a, b, place)?;
                Type::Bool
            }
            Expr::Arith(op, a, b) => self.arithmetic(*op, a, b, inner)?,
            Expr::Call(func, args) => self.call(*func, args, inner)?,
        };
        Ok(Gives::Type(ty))
    }

    fn compare(&self, op: Cmp, a: &Expr, b: &Expr, place: Place) -> Check {
        let side = |of: &Expr, other: &Expr| {
            let aged = place.age != Age::Nowhere
                && matches!(of, Expr::Age(_))
                && !matches!(other, Expr::Age(_));
            Place { age: if aged { Age::Anywhere } else { Age::Nowhere }, ..place }
        };
        let (a_place, b_place) = match place.age {
            Age::Anywhere => (place, place),
            _ => (side(a, b), side(b, a)),
        };
        let ordered = |ty: &Type| matches!(op, Cmp::Eq | Cmp::Ne) || ty.is_ordered();
        let scalar = |ty: &Type| !matches!(ty, Type::List(_) | Type::Map(_));
        let fits = match (self.expr(a, a_place)?, self.expr(b, b_place)?) {
            (Gives::Type(a), Gives::Type(b)) => a == b && scalar(&a) && ordered(&a),
            (Gives::Type(ty), Gives::Const(value)) | (Gives::Const(value), Gives::Type(ty)) => {
                self.pack.fits(value, &ty) && scalar(&ty) && ordered(&ty)
            }
            (Gives::Const(a), Gives::Const(b)) => {
                core::mem::discriminant(a) == core::mem::discriminant(b)
                    && !matches!(a, Value::List(_) | Value::Map(_) | Value::Null)
            }
        };
        fits.then_some(()).ok_or_else(|| "a comparison of what does not compare".into())
    }

    fn arithmetic(&self, op: Arith, a: &Expr, b: &Expr, place: Place) -> Check<Type> {
        let ty = |gives: Gives<'_>| match gives {
            Gives::Type(ty) => Some(ty),
            Gives::Const(Value::Int(_)) => Some(Type::Int),
            Gives::Const(Value::Duration(_)) => Some(Type::Duration),
            Gives::Const(Value::Time(_)) => Some(Type::Time),
            Gives::Const(Value::Bytes(_)) => Some(Type::Bytes),
            Gives::Const(_) => None,
        };
        let a = ty(self.expr(a, place)?);
        let b = ty(self.expr(b, place)?);
        let (Some(a), Some(b)) = (a, b) else {
            return Err("arithmetic on what is no number".into());
        };
        op.result(&a, &b).ok_or_else(|| "arithmetic on what does not combine".into())
    }

    fn call(&self, func: Func, args: &[Expr], place: Place) -> Check<Type> {
        let all = |types: &[Type]| -> Check {
            if args.len() != types.len() {
                return Err(format!("{func:?} with {} arguments", args.len()));
            }
            args.iter().zip(types).try_for_each(|(arg, ty)| self.gives(arg, ty, place))
        };
        let gives = match func {
            Func::Registry | Func::Repository | Func::Tag => {
                all(&[Type::Image]).map(|()| Type::Text)
            }
            Func::Namespace | Func::Name => all(&[Type::Pod]).map(|()| Type::Text),
            Func::Lower => all(&[Type::Text]).map(|()| Type::Text),
            Func::Concat => all(&[Type::Text, Type::Text]).map(|()| Type::Text),
            Func::MakePod => all(&[Type::Text, Type::Text]).map(|()| Type::Pod),
            Func::Under | Func::Contains | Func::StartsWith | Func::EndsWith => {
                all(&[Type::Text, Type::Text]).map(|()| Type::Bool)
            }
            Func::Present | Func::AsText | Func::Len => {
                let [arg] = args else { return Err(format!("{func:?} takes one")) };
                self.expr(arg, place)?;
                Ok(match func {
                    Func::Present => Type::Bool,
                    Func::AsText => Type::Text,
                    _ => Type::Int,
                })
            }
            Func::In => {
                let [element, list] = args else { return Err("`in` takes two".into()) };
                self.contains(list, element, place).map(|()| Type::Bool)
            }
            Func::Has => {
                let [list, element] = args else { return Err("`has` takes two".into()) };
                self.contains(list, element, place).map(|()| Type::Bool)
            }
            Func::Get => {
                let [map, key] = args else { return Err("a map is read by one key".into()) };
                self.gives(key, &Type::Text, place)?;
                match self.expr(map, place)? {
                    Gives::Type(Type::Map(item)) => Ok(*item),
                    _ => Err("a key of what is no map".into()),
                }
            }
        };
        gives.map_err(|what: String| format!("{func:?}: {what}"))
    }

    fn contains(&self, list: &Expr, element: &Expr, place: Place) -> Check {
        match (self.expr(list, place)?, self.expr(element, place)?) {
            (Gives::Type(Type::Map(_)), Gives::Type(Type::Text))
            | (Gives::Type(Type::Map(_)), Gives::Const(Value::Text(_))) => Ok(()),
            (Gives::Type(Type::List(item)), Gives::Type(ty)) if *item == ty => Ok(()),
            (Gives::Type(Type::List(item)), Gives::Const(value))
                if self.pack.fits(value, &item) =>
            {
                Ok(())
            }
            (Gives::Const(Value::List(items)), Gives::Type(ty))
                if items.iter().all(|item| self.pack.fits(item, &ty)) =>
            {
                Ok(())
            }
            (Gives::Const(Value::List(_)), Gives::Const(_)) => Ok(()),
            _ => Err("its elements are of another type".into()),
        }
    }
}
