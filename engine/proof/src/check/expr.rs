//! The checker's own reading of expressions.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::cmp::Ordering;

use etio_plan::{
    Arith, Cmp, Expr, Func, Pack, Rule, SlotId, SlotType, Type, Value, compare_versions,
};

use super::Records;
use crate::Fact;

/// A value that the checker cannot compute.
pub(super) struct Unable;

/// What an expression sees.
#[derive(Clone, Copy)]
pub(super) struct Sight<'a> {
    pub(super) pack: &'a Pack,
    pub(super) records: &'a dyn Records,
    pub(super) rule: &'a Rule,
    pub(super) bound: &'a [Value],
    /// The row being tested.
    pub(super) row: Option<&'a Fact>,
    pub(super) now: i64,
}

impl Sight<'_> {
    pub(super) fn variable(&self, slot: SlotId) -> Value {
        self.bound.get(slot.index()).cloned().unwrap_or(Value::Null)
    }

    /// Whether an expression is true.
    pub(super) fn holds(&self, expr: &Expr) -> Result<bool, Unable> {
        Ok(self.eval(expr)? == Value::Bool(true))
    }

    /// A length of time or an instant; absent is none.
    pub(super) fn nanos(&self, expr: &Expr) -> Result<Option<i64>, Unable> {
        Ok(match self.eval(expr)? {
            Value::Duration(n) | Value::Time(n) | Value::Int(n) => Some(n),
            _ => None,
        })
    }

    /// The value of an expression.
    pub(super) fn eval(&self, expr: &Expr) -> Result<Value, Unable> {
        Ok(match expr {
            Expr::Const(value) => value.clone(),
            Expr::Slot(slot) | Expr::TimeOf(slot) => self.variable(*slot),
            Expr::Cell(field) => {
                let cell = self.row.and_then(|row| row.values.get(field.index()));
                cell.cloned().unwrap_or(Value::Null)
            }
            Expr::Param(param) => self.records.param(self.pack, param.index()),
            Expr::Age(of) => match self.eval(of)? {
                Value::Time(at) => Value::Duration(self.now.saturating_sub(at)),
                _ => Value::Null,
            },
            Expr::Not(of) => match self.eval(of)? {
                Value::Bool(value) => Value::Bool(!value),
                _ => Value::Null,
            },
            Expr::All(of) => {
                let all = of.iter().map(|expr| self.holds(expr)).collect::<Result<Vec<_>, _>>()?;
                Value::Bool(all.into_iter().all(|holds| holds))
            }
            Expr::Any(of) => {
                let any = of.iter().map(|expr| self.holds(expr)).collect::<Result<Vec<_>, _>>()?;
                Value::Bool(any.into_iter().any(|holds| holds))
            }
            Expr::Cmp(op, a, b) => {
                let versions = [a, b].iter().any(|expr| self.type_of(expr) == Some(Type::Version));
                Value::Bool(compares(*op, &self.eval(a)?, &self.eval(b)?, versions))
            }
            Expr::Arith(op, a, b) => arith(*op, &self.eval(a)?, &self.eval(b)?),
            Expr::Call(func, args) => {
                let ty = args.first().and_then(|arg| self.type_of(arg));
                let args = args.iter().map(|arg| self.eval(arg)).collect::<Result<Vec<_>, _>>()?;
                call(*func, ty.as_ref(), &args)?
            }
        })
    }

    fn type_of(&self, expr: &Expr) -> Option<Type> {
        match expr {
            Expr::Slot(slot) => match &self.rule.slots.get(slot.index())?.ty {
                SlotType::Scalar(ty) => Some(ty.clone()),
                SlotType::Row(_) => Some(Type::Time),
            },
            Expr::Cell(field) => {
                let relation = self.pack.get(self.row?.relation)?;
                Some(relation.fields.get(field.index())?.ty.clone())
            }
            Expr::Param(param) => Some(self.pack.param(*param)?.ty.clone()),
            Expr::Call(Func::Get, args) => match self.type_of(args.first()?)? {
                Type::Map(of) => Some(*of),
                _ => None,
            },
            Expr::Call(Func::MakePod, _) => Some(Type::Pod),
            Expr::Call(_, _) => Some(Type::Text),
            _ => None,
        }
    }
}

fn compares(op: Cmp, a: &Value, b: &Value, versions: bool) -> bool {
    let Some(order) = order(a, b, versions) else { return false };
    match op {
        Cmp::Eq => order.is_eq(),
        Cmp::Ne => order.is_ne(),
        Cmp::Lt => order.is_lt(),
        Cmp::Le => order.is_le(),
        Cmp::Gt => order.is_gt(),
        Cmp::Ge => order.is_ge(),
    }
}

/// The order of two values; none where one is absent.
pub(super) fn order(a: &Value, b: &Value, versions: bool) -> Option<Ordering> {
    match (a, b) {
        (Value::Null, _) | (_, Value::Null) => None,
        (Value::Text(a), Value::Text(b)) if versions => Some(compare_versions(a, b)),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        (a, b) => match (whole(a), whole(b)) {
            (Some(a), Some(b)) => Some(a.cmp(&b)),
            _ => match (float(a), float(b)) {
                (Some(a), Some(b)) => Some(a.total_cmp(&b)),
                _ => (a == b).then_some(Ordering::Equal).or(Some(Ordering::Less)),
            },
        },
    }
}

pub(super) const fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Int(n) | Value::Duration(n) | Value::Time(n) | Value::Bytes(n) => Some(*n),
        _ => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "as the language compares them")]
const fn float(value: &Value) -> Option<f64> {
    match value {
        Value::Float(x) | Value::Percent(x) => Some(*x),
        Value::Int(n) => Some(*n as f64),
        _ => None,
    }
}

fn arith(op: Arith, a: &Value, b: &Value) -> Value {
    if let (Some(x), Some(y)) = (whole(a), whole(b)) {
        let n = match op {
            Arith::Add => x.saturating_add(y),
            Arith::Sub => x.saturating_sub(y),
            Arith::Mul => x.saturating_mul(y),
            Arith::Div if y == 0 => return Value::Null,
            Arith::Div => x.saturating_div(y),
        };
        return match (op, a, b) {
            (Arith::Sub, Value::Time(_), Value::Time(_)) => Value::Duration(n),
            (Arith::Div, Value::Duration(_), Value::Duration(_))
            | (Arith::Div, Value::Bytes(_), Value::Bytes(_)) => Value::Int(n),
            (_, Value::Time(_), _) | (_, _, Value::Time(_)) => Value::Time(n),
            (_, Value::Duration(_), _) | (_, _, Value::Duration(_)) => Value::Duration(n),
            (_, Value::Bytes(_), _) | (_, _, Value::Bytes(_)) => Value::Bytes(n),
            _ => Value::Int(n),
        };
    }
    let (Some(x), Some(y)) = (float(a), float(b)) else { return Value::Null };
    let n = match op {
        Arith::Add => x + y,
        Arith::Sub => x - y,
        Arith::Mul => x * y,
        Arith::Div => x / y,
    };
    match (a, b) {
        _ if !n.is_finite() => Value::Null,
        (Value::Percent(_), _) | (_, Value::Percent(_)) => Value::Percent(n + 0.0),
        _ => Value::Float(n + 0.0),
    }
}

fn call(func: Func, ty: Option<&Type>, args: &[Value]) -> Result<Value, Unable> {
    let a = args.first().unwrap_or(&Value::Null);
    let b = args.get(1);
    if func == Func::Present {
        return Ok(Value::Bool(!a.is_null()));
    }
    if a.is_null() || b.is_some_and(Value::is_null) {
        return Ok(Value::Null);
    }
    let b = b.unwrap_or(&Value::Null);
    let (x, y) = (a.as_text().unwrap_or_default(), b.as_text().unwrap_or_default());
    let text = |text: &str| Ok(Value::Text(text.into()));
    match func {
        Func::In => Ok(Value::Bool(has(b, a))),
        Func::Has => Ok(Value::Bool(has(a, b))),
        Func::Get => Ok(match a {
            Value::Map(entries) => entries
                .iter()
                .find(|(key, _)| key == y)
                .map_or(Value::Null, |(_, value)| value.clone()),
            _ => Value::Null,
        }),
        Func::Len => {
            let length = match a {
                Value::List(items) => items.len(),
                Value::Map(entries) => entries.len(),
                _ => x.chars().count(),
            };
            Ok(Value::Int(i64::try_from(length).unwrap_or(i64::MAX)))
        }
        Func::Contains => Ok(Value::Bool(x.contains(y))),
        Func::StartsWith => Ok(Value::Bool(x.starts_with(y))),
        Func::EndsWith => Ok(Value::Bool(x.ends_with(y))),
        Func::Under => {
            let directory = y.trim_end_matches('/');
            let below = x.strip_prefix(directory);
            Ok(Value::Bool(below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))))
        }
        Func::Namespace => text(x.split_once('/').map_or("", |(namespace, _)| namespace)),
        Func::Name => text(x.split_once('/').map_or(x, |(_, name)| name)),
        Func::Lower => Ok(Value::Text(x.to_lowercase())),
        Func::MakePod => Ok(Value::Text(format!("{x}/{y}"))),
        Func::Concat => Ok(Value::Text(format!("{x}{y}"))),
        Func::Registry => text(x.split_once('/').map_or("", |(registry, _)| registry)),
        Func::Repository => text(repository_and_tag(x).0),
        Func::Tag => match repository_and_tag(x).1 {
            "" => Ok(Value::Null),
            tag => text(tag),
        },
        Func::AsText => as_text(a, ty).map(Value::Text),
        Func::Present => Ok(Value::Bool(true)),
    }
}

fn has(of: &Value, item: &Value) -> bool {
    match of {
        Value::List(items) => items.contains(item),
        Value::Map(entries) => entries.iter().any(|(key, _)| Some(key.as_str()) == item.as_text()),
        _ => false,
    }
}

/// Repository and tag of a canonical image reference.
fn repository_and_tag(image: &str) -> (&str, &str) {
    let rest = image.split_once('/').map_or(image, |(_, rest)| rest);
    let rest = rest.split('@').next().unwrap_or(rest);
    match rest.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository, tag),
        _ => (rest, ""),
    }
}

/// The simple ones; how spans of time, instants and sizes are spelled is the engine's matter.
fn as_text(value: &Value, ty: Option<&Type>) -> Result<String, Unable> {
    Ok(match value {
        Value::Text(_) if matches!(ty, None | Some(Type::Node | Type::Pod)) => return Err(Unable),
        Value::Text(text) => text.clone(),
        Value::Bool(value) => value.to_string(),
        Value::Int(n) => n.to_string(),
        _ => return Err(Unable),
    })
}

/// Whether an expression reads one of these variables.
pub(super) fn reads(expr: &Expr, slot: &dyn Fn(SlotId) -> bool) -> bool {
    let of = |expr: &Expr| reads(expr, slot);
    match expr {
        Expr::Slot(of) | Expr::TimeOf(of) => slot(*of),
        Expr::Const(_) | Expr::Cell(_) | Expr::Param(_) => false,
        Expr::Age(a) | Expr::Not(a) => of(a),
        Expr::All(items) | Expr::Any(items) | Expr::Call(_, items) => items.iter().any(of),
        Expr::Cmp(_, a, b) | Expr::Arith(_, a, b) => of(a) || of(b),
    }
}
