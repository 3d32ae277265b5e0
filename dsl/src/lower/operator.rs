//! Operators: comparisons, `in` and `has`, arithmetic, and texts put together.

use etio_plan::{Arith, Cmp, Expr, Func, Type, Value};

use super::{
    Lower,
    expr::{Typed, boolean},
    mode::{Age, Mode},
};
use crate::{
    diag::codes,
    syntax::ast::{self, ExprKind, InterpPart, Span},
    types,
};

impl<'a> Lower<'_, 'a> {
    pub(super) fn negative(
        &mut self,
        e: &'a ast::Expr,
        wanted: Option<&Type>,
        mode: Mode,
    ) -> Option<Typed> {
        let found = self.expr(e, wanted, mode)?;
        let zero = match found.ty {
            Type::Int => Value::Int(0),
            Type::Duration => Value::Duration(0),
            _ => {
                let message =
                    format!("{} has no negative here", types::name_of(&found.ty, &self.cx.pack));
                self.error(codes::TYPE_MISMATCH, e.span, message, "");
                return None;
            }
        };
        let expr = Expr::Arith(Arith::Sub, Box::new(Expr::Const(zero)), Box::new(found.expr));
        Some(Typed { expr, ..found })
    }

    /// The operands of a chain of `and`s or of `or`s.
    pub(super) fn chain(&mut self, expr: &'a ast::Expr, mode: Mode) -> Option<Vec<Expr>> {
        let mut parts = Vec::new();
        let mut all_known = true;
        for part in operands(expr) {
            match self.expr_of(part, &Type::Bool, mode) {
                Some(part) => parts.push(part.expr),
                None => all_known = false,
            }
        }
        all_known.then_some(parts)
    }

    pub(super) fn compare(
        &mut self,
        op: Cmp,
        a: &'a ast::Expr,
        b: &'a ast::Expr,
        span: Span,
        mode: Mode,
    ) -> Option<Typed> {
        let side =
            |expr: &ast::Expr| matches!(&expr.kind, ExprKind::Call(name, _) if name.text == "age");
        let inner = Mode { age: Age::Nowhere, ..mode.inner() };
        let (mut a_mode, mut b_mode) = (inner, inner);
        if mode.age != Age::Nowhere && side(a) {
            a_mode.age = Age::Anywhere;
        } else if mode.age != Age::Nowhere && side(b) {
            b_mode.age = Age::Anywhere;
        }
        // What is no constant says which type a literal beside it has.
        let (a_typed, b_typed) = if types::is_constant(a) {
            let b_typed = self.expr(b, None, b_mode)?;
            (self.expr(a, Some(&b_typed.ty), a_mode)?, b_typed)
        } else {
            let a_typed = self.expr(a, None, a_mode);
            let wanted = a_typed.as_ref().map(|typed| typed.ty.clone());
            let b_typed = self.expr(b, wanted.as_ref(), b_mode);
            (a_typed?, b_typed?)
        };
        if a_typed.ty != b_typed.ty {
            if types::is_constant(a) {
                self.mismatch(a, &a_typed.ty, &b_typed.ty);
            } else {
                self.mismatch(b, &b_typed.ty, &a_typed.ty);
            }
            return None;
        }
        self.comparable(op, &a_typed.ty, span)?;
        Some(boolean(Expr::Cmp(op, Box::new(a_typed.expr), Box::new(b_typed.expr))))
    }

    /// Whether values of a type can be compared so, or an error.
    pub(super) fn comparable(&mut self, op: Cmp, ty: &Type, span: Span) -> Option<()> {
        let name = types::name_of(ty, &self.cx.pack);
        if matches!(ty, Type::List(_) | Type::Map(_)) {
            let message = format!("{name} cannot be compared");
            self.error(
                codes::BAD_OPERATOR,
                span,
                message,
                "use `x in list`, `list has x` or `len(list)`",
            );
            return None;
        }
        if !matches!(op, Cmp::Eq | Cmp::Ne) && !ty.is_ordered() {
            let message = format!("{name} has no order");
            let help = "only int, float, duration, time, bytes, percent and version have one";
            self.error(codes::BAD_OPERATOR, span, message, help);
            return None;
        }
        Some(())
    }

    pub(super) fn is_in(
        &mut self,
        a: &'a ast::Expr,
        list: &'a ast::Expr,
        mode: Mode,
    ) -> Option<Typed> {
        let element = self.expr(a, None, mode)?;
        Some(boolean(self.within_list(element.expr, &element.ty, a.span, list, mode)?))
    }

    /// `element in list`, for an element that is lowered already.
    pub(super) fn within_list(
        &mut self,
        element: Expr,
        ty: &Type,
        span: Span,
        list: &'a ast::Expr,
        mode: Mode,
    ) -> Option<Expr> {
        if let ExprKind::List(items) = &list.kind
            && !types::is_constant(list)
        {
            let mut equal = Vec::with_capacity(items.len());
            for item in items {
                let item = self.expr_of(item, ty, mode)?;
                equal.push(Expr::Cmp(Cmp::Eq, Box::new(element.clone()), Box::new(item.expr)));
            }
            return Some(Expr::Any(equal));
        }
        let wanted = Type::List(Box::new(ty.clone()));
        let found = self.expr(list, Some(&wanted), mode)?;
        match &found.ty {
            Type::Map(_) if *ty == Type::Text => {
                Some(Expr::Call(Func::Has, vec![found.expr, element]))
            }
            Type::List(item) if **item == *ty => {
                Some(Expr::Call(Func::In, vec![element, found.expr]))
            }
            Type::List(item) => {
                let item = (**item).clone();
                self.mismatch_at(span, None, ty, &item);
                None
            }
            _ => {
                self.mismatch(list, &found.ty, &wanted);
                None
            }
        }
    }

    pub(super) fn has(
        &mut self,
        whole: &'a ast::Expr,
        part: &'a ast::Expr,
        mode: Mode,
    ) -> Option<Typed> {
        let found = self.expr(whole, None, mode)?;
        Some(boolean(self.has_part(found.expr, &found.ty, whole.span, part, mode)?))
    }

    /// `whole has part`, for a whole that is lowered already.
    pub(super) fn has_part(
        &mut self,
        whole: Expr,
        ty: &Type,
        span: Span,
        part: &'a ast::Expr,
        mode: Mode,
    ) -> Option<Expr> {
        let item = match ty {
            Type::List(item) => (**item).clone(),
            Type::Map(_) => Type::Text,
            _ => {
                let message = format!("{} holds nothing", types::name_of(ty, &self.cx.pack));
                let help = "`has` is for lists and maps; for text there is `contains(text, part)`";
                self.error(codes::BAD_OPERATOR, span, message, help);
                return None;
            }
        };
        let part = self.expr_of(part, &item, mode)?;
        Some(Expr::Call(Func::Has, vec![whole, part.expr]))
    }

    /// `m["key"]`
    pub(super) fn get(
        &mut self,
        map: &'a ast::Expr,
        key: &'a ast::Expr,
        mode: Mode,
    ) -> Option<Typed> {
        let found = self.expr(map, None, mode)?;
        let Type::Map(item) = found.ty else {
            let message = format!(
                "only a map has keys, this is {}",
                types::name_of(&found.ty, &self.cx.pack)
            );
            self.error(codes::BAD_OPERATOR, map.span, message, "");
            return None;
        };
        let key = self.expr_of(key, &Type::Text, mode)?;
        let expr = Expr::Call(Func::Get, vec![found.expr, key.expr]);
        Some(Typed { expr, ty: *item, optional: true })
    }

    pub(super) fn arithmetic(
        &mut self,
        op: Arith,
        a: &'a ast::Expr,
        b: &'a ast::Expr,
        span: Span,
        wanted: Option<&Type>,
        mode: Mode,
    ) -> Option<Typed> {
        let left = self.expr(a, wanted, mode);
        let right = self.expr(b, None, mode);
        let (left, right) = (left?, right?);
        let Some(ty) = op.result(&left.ty, &right.ty) else {
            let (x, y) =
                (types::name_of(&left.ty, &self.cx.pack), types::name_of(&right.ty, &self.cx.pack));
            let message = format!("{x} and {y} cannot be combined so");
            let help = "arithmetic is for int, duration, time and bytes";
            self.error(codes::BAD_OPERATOR, span, message, help);
            return None;
        };
        let expr = Expr::Arith(op, Box::new(left.expr), Box::new(right.expr));
        Some(Typed { expr, ty, optional: left.optional || right.optional })
    }

    /// `"text {expr}"` as a value: its pieces joined, each as people read it.
    pub(super) fn interpolated(&mut self, parts: &'a [InterpPart], mode: Mode) -> Option<Typed> {
        let (mut pieces, mut optional) = (Vec::with_capacity(parts.len()), false);
        for part in parts {
            match part {
                InterpPart::Lit(text) => pieces.push(Expr::Const(Value::Text(text.clone()))),
                InterpPart::Expr(expr) => {
                    let found = self.expr(expr, None, Mode { present: true, ..mode })?;
                    optional |= found.optional;
                    pieces.push(match found.ty {
                        Type::Text => found.expr,
                        _ => Expr::Call(Func::AsText, vec![found.expr]),
                    });
                }
            }
        }
        Some(Typed { expr: joined(pieces), ty: Type::Text, optional })
    }
}

/// Texts as one, halving, so that it nests little.
fn joined(mut pieces: Vec<Expr>) -> Expr {
    let behind = pieces.split_off(pieces.len() / 2);
    match (pieces.is_empty(), behind.len()) {
        (true, 0 | 1) => behind.into_iter().next().unwrap_or_else(|| Expr::Const("".into())),
        _ => Expr::Call(Func::Concat, vec![joined(pieces), joined(behind)]),
    }
}

/// The operands of a chain of one operator, in order.
pub(super) fn operands(expr: &ast::Expr) -> Vec<&ast::Expr> {
    let is_and = matches!(expr.kind, ExprKind::And(..));
    let mut found = Vec::new();
    let mut waiting = vec![expr];
    while let Some(expr) = waiting.pop() {
        match &expr.kind {
            ExprKind::And(a, b) if is_and => waiting.extend([&**b, &**a]),
            ExprKind::Or(a, b) if !is_and => waiting.extend([&**b, &**a]),
            _ => found.push(expr),
        }
    }
    found
}
