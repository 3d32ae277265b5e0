//! Expressions: total, absent where an operand is.

use std::cmp::Ordering;

use etio_plan::{Arith, Cmp, Expr, Func, Value};

use super::{
    Row,
    solve::{Binding, Bound, Slot},
};

/// What an expression may look at.
pub(crate) struct Sight<'a> {
    pub(crate) binding: &'a Binding,
    /// The row being tested.
    pub(crate) row: Option<&'a Row>,
    pub(crate) params: &'a [Value],
    pub(crate) now: i64,
}

impl Sight<'_> {
    pub(crate) fn eval(&self, expr: &Expr) -> Value {
        match expr {
            Expr::Const(value) => value.clone(),
            Expr::Slot(slot) => match &self.binding.slots[slot.index()] {
                Slot::Value(value) => value.clone(),
                Slot::Row(row) => Value::Time(row.time),
                Slot::Free => Value::Null,
            },
            Expr::Cell(field) => {
                self.row.map_or(Value::Null, |row| row.values[field.index()].clone())
            }
            Expr::Param(param) => self.params[param.index()].clone(),
            Expr::TimeOf(slot) => match &self.binding.slots[slot.index()] {
                Slot::Row(row) => Value::Time(row.time),
                _ => Value::Null,
            },
            Expr::Age(of) => match self.eval(of) {
                Value::Time(time) => Value::Duration(self.now.saturating_sub(time)),
                _ => Value::Null,
            },
            Expr::Not(of) => Value::Bool(!self.is_true(of)),
            Expr::All(of) => Value::Bool(of.iter().all(|expr| self.is_true(expr))),
            Expr::Any(of) => Value::Bool(of.iter().any(|expr| self.is_true(expr))),
            Expr::Cmp(cmp, a, b) => Value::Bool(compares(*cmp, &self.eval(a), &self.eval(b))),
            Expr::Arith(op, a, b) => arithmetic(*op, &self.eval(a), &self.eval(b)),
            Expr::Call(Func::Present, of) => Value::Bool(!self.eval(&of[0]).is_null()),
            Expr::Call(Func::In, of) => match (self.eval(&of[0]), self.eval(&of[1])) {
                (item, Value::List(items)) => Value::Bool(items.contains(&item)),
                _ => Value::Null,
            },
            Expr::Call(Func::Concat, of) => match (self.eval(&of[0]), self.eval(&of[1])) {
                (Value::Text(a), Value::Text(b)) => Value::Text(a + &b),
                _ => Value::Null,
            },
            Expr::Call(func, of) => match (func, self.eval(&of[0]), of.get(1)) {
                (Func::AsText, Value::Text(text), None) => Value::Text(text),
                (Func::Len, Value::List(items), None) => Value::Int(items.len() as i64),
                (Func::Has, Value::List(items), Some(item)) => match self.eval(item) {
                    Value::Null => Value::Null,
                    item => Value::Bool(items.contains(&item)),
                },
                (Func::Contains | Func::StartsWith, Value::Text(text), Some(part)) => {
                    match self.eval(part) {
                        Value::Text(part) if *func == Func::Contains => {
                            Value::Bool(text.contains(&part))
                        }
                        Value::Text(part) => Value::Bool(text.starts_with(&part)),
                        _ => Value::Null,
                    }
                }
                (_, Value::Null, _) => Value::Null,
                (func, ..) => panic!("the oracle does not know {func:?}"),
            },
        }
    }

    pub(crate) fn is_true(&self, expr: &Expr) -> bool {
        self.eval(expr) == Value::Bool(true)
    }

    pub(crate) fn duration(&self, expr: &Expr) -> i64 {
        number(&self.eval(expr)).expect("a duration")
    }

    /// Whether a test is true whatever the inexact variables are; `None`: that depends (M3.2).
    pub(crate) fn decide(&self, expr: &Expr, weak_too: bool) -> Option<bool> {
        let open = |slot| {
            self.binding
                .inexact
                .iter()
                .any(|(s, _, doubt)| *s == slot && (weak_too || doubt.unknown))
        };
        if !reads(expr, &open) {
            return Some(self.is_true(expr));
        }
        match expr {
            Expr::Not(of) => self.decide(of, weak_too).map(|sure| !sure),
            Expr::All(of) => {
                let each: Vec<_> = of.iter().map(|expr| self.decide(expr, weak_too)).collect();
                if each.contains(&Some(false)) {
                    Some(false)
                } else {
                    each.into_iter().collect::<Option<Vec<_>>>().map(|_| true)
                }
            }
            Expr::Any(of) => {
                let each: Vec<_> = of.iter().map(|expr| self.decide(expr, weak_too)).collect();
                if each.contains(&Some(true)) {
                    Some(true)
                } else {
                    each.into_iter().collect::<Option<Vec<_>>>().map(|_| false)
                }
            }
            Expr::Cmp(cmp, a, b) => {
                let (cmp, slot, limit) = match (&**a, &**b) {
                    (Expr::Slot(slot), limit) if !reads(limit, &open) => (*cmp, *slot, limit),
                    (limit, Expr::Slot(slot)) if !reads(limit, &open) => {
                        (flipped(*cmp), *slot, limit)
                    }
                    _ => return None,
                };
                let (_, bound, _) = self.binding.inexact.iter().find(|(s, ..)| *s == slot)?;
                let order = order(&self.eval(&Expr::Slot(slot)), &self.eval(limit))?;
                // The true value may be anywhere from the known one on.
                let possible: Vec<Ordering> = match (bound, order) {
                    (Bound::AtLeast, Ordering::Greater) => vec![Ordering::Greater],
                    (Bound::AtLeast, Ordering::Equal) => vec![Ordering::Equal, Ordering::Greater],
                    (Bound::AtMost, Ordering::Less) => vec![Ordering::Less],
                    (Bound::AtMost, Ordering::Equal) => vec![Ordering::Less, Ordering::Equal],
                    _ => return None,
                };
                let first = holds(cmp, possible[0]);
                possible.iter().all(|order| holds(cmp, *order) == first).then_some(first)
            }
            _ => None,
        }
    }
}

pub(crate) fn reads(expr: &Expr, open: &dyn Fn(etio_plan::SlotId) -> bool) -> bool {
    match expr {
        Expr::Slot(slot) | Expr::TimeOf(slot) => open(*slot),
        Expr::Const(_) | Expr::Cell(_) | Expr::Param(_) => false,
        Expr::Age(of) | Expr::Not(of) => reads(of, open),
        Expr::All(of) | Expr::Any(of) | Expr::Call(_, of) => {
            of.iter().any(|expr| reads(expr, open))
        }
        Expr::Cmp(_, a, b) | Expr::Arith(_, a, b) => reads(a, open) || reads(b, open),
    }
}

pub(crate) fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Int(n) | Value::Duration(n) | Value::Time(n) | Value::Bytes(n) => Some(*n),
        _ => None,
    }
}

fn order(a: &Value, b: &Value) -> Option<Ordering> {
    match (number(a), number(b)) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        _ => None,
    }
}

fn holds(cmp: Cmp, order: Ordering) -> bool {
    match cmp {
        Cmp::Eq => order.is_eq(),
        Cmp::Ne => order.is_ne(),
        Cmp::Lt => order.is_lt(),
        Cmp::Le => order.is_le(),
        Cmp::Gt => order.is_gt(),
        Cmp::Ge => order.is_ge(),
    }
}

fn flipped(cmp: Cmp) -> Cmp {
    match cmp {
        Cmp::Lt => Cmp::Gt,
        Cmp::Le => Cmp::Ge,
        Cmp::Gt => Cmp::Lt,
        Cmp::Ge => Cmp::Le,
        same => same,
    }
}

fn compares(cmp: Cmp, a: &Value, b: &Value) -> bool {
    if a.is_null() || b.is_null() {
        return false;
    }
    match cmp {
        Cmp::Eq => a == b,
        Cmp::Ne => a != b,
        _ => order(a, b).is_some_and(|order| holds(cmp, order)),
    }
}

fn arithmetic(op: Arith, a: &Value, b: &Value) -> Value {
    let (Some(x), Some(y)) = (number(a), number(b)) else { return Value::Null };
    let n = match op {
        Arith::Add => x.saturating_add(y),
        Arith::Sub => x.saturating_sub(y),
        Arith::Mul => x.saturating_mul(y),
        Arith::Div if y == 0 => return Value::Null,
        Arith::Div => x.saturating_div(y),
    };
    match (op, a, b) {
        (Arith::Sub, Value::Time(_), Value::Time(_)) => Value::Duration(n),
        (_, Value::Time(_), _) | (_, _, Value::Time(_)) => Value::Time(n),
        (_, Value::Duration(_), _) | (_, _, Value::Duration(_)) => Value::Duration(n),
        _ => Value::Int(n),
    }
}
