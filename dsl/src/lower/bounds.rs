//! Between which values an expression of constants and parameters lies.

use etio_plan::{Arith, Expr, Pack, Value};

/// The least and greatest value of an expression of constants and parameters, where it is a number.
pub(crate) fn bounds(expr: &Expr, pack: &Pack) -> Option<(i64, i64)> {
    match expr {
        Expr::Const(value) => number(value).map(|n| (n, n)),
        Expr::Param(id) => {
            let param = pack.param(*id)?;
            Some((number(&param.low)?, number(&param.high)?))
        }
        Expr::Arith(op, a, b) => {
            let (a, b) = (bounds(a, pack)?, bounds(b, pack)?);
            let apply = |x: i64, y: i64| match op {
                Arith::Add => x.saturating_add(y),
                Arith::Sub => x.saturating_sub(y),
                Arith::Mul => x.saturating_mul(y),
                Arith::Div => x.checked_div(y).unwrap_or(0),
            };
            // A divisor whose range includes zero has no bound worth having.
            if *op == Arith::Div && b.0 <= 0 && b.1 >= 0 {
                return None;
            }
            let ends = [apply(a.0, b.0), apply(a.0, b.1), apply(a.1, b.0), apply(a.1, b.1)];
            Some((ends.into_iter().min()?, ends.into_iter().max()?))
        }
        _ => None,
    }
}

pub(super) const fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Int(n) | Value::Duration(n) | Value::Bytes(n) => Some(*n),
        _ => None,
    }
}
