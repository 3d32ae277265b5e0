//! Expressions: typed, with every row field read through a variable of its own.

use etio_plan::{AggOp, Arith, Cmp, Expr, Func, SlotType, Type, Value};

use super::{Lower, scope::Known};
use crate::{
    diag::{Diagnostic, codes},
    syntax::ast::{self, ExprKind, InterpPart, Name, Span},
    types,
};

/// An expression of the plan and what is known of it.
#[derive(Clone, Debug)]
pub(super) struct Typed {
    pub(super) expr: Expr,
    pub(super) ty: Type,
    /// It may be absent.
    pub(super) optional: bool,
}

/// Where an expression stands, and so what it may contain.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Mode {
    pub(super) age: Age,
    /// Aggregates.
    pub(super) aggregates: bool,
    /// An absent field makes the whole false, so that a row without it need not match.
    pub(super) present: bool,
    /// A part of a conjunction of tests: a template may bind names.
    pub(super) conjunct: bool,
}

/// Where `age(…)` may stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Age {
    /// Nowhere: it would have to be polled.
    Nowhere,
    /// As one side of a comparison.
    Side,
    /// Anywhere: the text is rendered at one instant.
    Anywhere,
}

impl Mode {
    pub(super) const TEST: Self =
        Self { age: Age::Side, aggregates: true, present: false, conjunct: false };
    pub(super) const VALUE: Self =
        Self { age: Age::Nowhere, aggregates: true, present: true, conjunct: false };
    pub(super) const BRACES: Self =
        Self { age: Age::Nowhere, aggregates: false, present: true, conjunct: false };
    pub(super) const TEXT: Self =
        Self { age: Age::Anywhere, aggregates: false, present: false, conjunct: false };

    pub(super) const fn inner(self) -> Self {
        Self { conjunct: false, ..self }
    }
}

impl<'a> Lower<'_, 'a> {
    /// An expression; literals take the wanted type where they can. Whether the type fits is for the
    /// caller to see, or [`Self::expr_of`].
    pub(super) fn expr(
        &mut self,
        expr: &'a ast::Expr,
        wanted: Option<&Type>,
        mode: Mode,
    ) -> Option<Typed> {
        if types::is_constant(expr) {
            let (value, ty) = types::value(self.cx, self.st.file, expr, wanted)?;
            return Some(Typed { expr: Expr::Const(value), ty, optional: false });
        }
        let inner = mode.inner();
        match &expr.kind {
            // A constant, see above.
            ExprKind::Lit(_) => None,
            ExprKind::Text(parts) => self.interpolated(parts, inner),
            ExprKind::Name(name) => self.name(name, expr.span, mode),
            ExprKind::Field(base, field) => self.field(base, field, mode),
            ExprKind::Call(name, args) => self.call(name, args, expr.span, inner),
            ExprKind::Index(map, key) => self.get(map, key, inner),
            ExprKind::List(_) => {
                let help = "compare with `x in [a, b]`, where the list may name variables";
                self.error(codes::NOT_CONSTANT, expr.span, "a list holds constants only", help);
                None
            }
            ExprKind::Not(e) => {
                let e = self.expr_of(e, &Type::Bool, inner)?;
                Some(boolean(Expr::Not(Box::new(e.expr))))
            }
            ExprKind::Neg(e) => self.negative(e, wanted, inner),
            ExprKind::And(..) => {
                let parts = self.chain(expr, inner)?;
                Some(boolean(Expr::All(parts)))
            }
            ExprKind::Or(..) => {
                let parts = self.chain(expr, inner)?;
                Some(boolean(Expr::Any(parts)))
            }
            ExprKind::Cmp(op, a, b) => self.compare(*op, a, b, expr.span, mode),
            ExprKind::In(a, list) => self.is_in(a, list, inner),
            ExprKind::Has(whole, part) => self.has(whole, part, inner),
            ExprKind::Like(e, pattern) => self.like(e, pattern, mode),
            ExprKind::Arith(op, a, b) => self.arithmetic(*op, a, b, expr.span, wanted, inner),
            ExprKind::Agg(op, arg, source) => {
                if !mode.aggregates {
                    let help = "bind it on a line of its own: `n = count(…)`";
                    self.error(
                        codes::AGGREGATE_PLACE,
                        expr.span,
                        "no aggregate can stand here",
                        help,
                    );
                    return None;
                }
                self.hoist(*op, arg.as_deref(), source, expr.span)
            }
        }
    }

    /// `"text {expr}"` as a value: its pieces joined, each as people read it.
    fn interpolated(&mut self, parts: &'a [InterpPart], mode: Mode) -> Option<Typed> {
        let (mut whole, mut optional): (Option<Expr>, bool) = (None, false);
        for part in parts {
            let piece = match part {
                InterpPart::Lit(text) => Expr::Const(Value::Text(text.clone())),
                InterpPart::Expr(expr) => {
                    let found = self.expr(expr, None, Mode { present: true, ..mode })?;
                    optional |= found.optional;
                    match found.ty {
                        Type::Text => found.expr,
                        _ => Expr::Call(Func::AsText, vec![found.expr]),
                    }
                }
            };
            whole = Some(match whole {
                None => piece,
                Some(before) => Expr::Call(Func::Concat, vec![before, piece]),
            });
        }
        let expr = whole.unwrap_or_else(|| Expr::Const(Value::Text(String::new())));
        Some(Typed { expr, ty: Type::Text, optional })
    }

    /// An expression that must be of a type.
    pub(super) fn expr_of(&mut self, expr: &'a ast::Expr, ty: &Type, mode: Mode) -> Option<Typed> {
        let found = self.expr(expr, Some(ty), mode)?;
        if found.ty == *ty {
            return Some(found);
        }
        self.mismatch(expr, &found.ty, ty);
        None
    }

    /// Says that a type does not fit, and where the variable got it.
    pub(super) fn mismatch(&mut self, expr: &ast::Expr, found: &Type, wanted: &Type) {
        let origin = match &expr.kind {
            ExprKind::Name(name) => self.peek(name).and_then(|at| self.var(at)).map(|var| var.span),
            _ => None,
        };
        self.mismatch_at(expr.span, origin, found, wanted);
    }

    pub(super) fn mismatch_at(
        &mut self,
        span: Span,
        origin: Option<Span>,
        found: &Type,
        wanted: &Type,
    ) {
        let (have, want) =
            (types::name_of(found, &self.cx.pack), types::name_of(wanted, &self.cx.pack));
        let message = format!("this is {have}, but {want} is wanted");
        let mut diagnostic =
            Diagnostic::new(codes::TYPE_MISMATCH, message).at(self.st.file, span, "");
        if let Some(origin) = origin.filter(|origin| *origin != span) {
            diagnostic = diagnostic.also(self.st.file, origin, format!("bound here as {have}"));
        }
        let help = types::help_for(found, wanted);
        if !help.is_empty() {
            diagnostic = diagnostic.help(help);
        }
        self.cx.report(diagnostic);
    }

    fn name(&mut self, name: &'a str, span: Span, mode: Mode) -> Option<Typed> {
        match self.known(name) {
            Some(Known::Param(expr, ty)) => Some(Typed { expr, ty, optional: false }),
            Some(Known::Var(at)) => {
                let slot = self.var(at)?.slot;
                if let Some(ty) = self.scalar(slot).cloned() {
                    return Some(Typed { expr: Expr::Slot(slot), ty, optional: false });
                }
                let help = format!(
                    "write `{name}.field` for one of its fields, `age({name})` for its age"
                );
                self.error(
                    codes::NOT_A_VALUE,
                    span,
                    format!("`{name}` is a row, not a value"),
                    &help,
                );
                None
            }
            None => match self.aggregated_field(name) {
                Some((row, field)) => {
                    let slot = self.read(row, field, mode.present)?;
                    let ty = self.scalar(slot)?.clone();
                    Some(Typed { expr: Expr::Slot(slot), ty, optional: false })
                }
                None => {
                    self.unbound(name, span);
                    None
                }
            },
        }
    }

    /// `x.field` of a row variable.
    fn field(&mut self, base: &'a ast::Expr, field: &Name, mode: Mode) -> Option<Typed> {
        let ExprKind::Name(name) = &base.kind else {
            let help = "name the row in its condition: `x = R {…}`, then `x.field`";
            self.error(codes::NOT_A_ROW, base.span, "only a row has fields", help);
            return None;
        };
        let row = self.row_named(name, base.span)?;
        let relation = match self.slot_type(row)? {
            SlotType::Row(relation) => *relation,
            SlotType::Scalar(_) => return None,
        };
        let id = self.field_of(relation, field)?;
        let declared = self.cx.pack.get(relation)?.fields.get(id.index())?;
        let (ty, optional) = (declared.ty.clone(), declared.optional && !mode.present);
        let slot = self.read(row, id, mode.present)?;
        Some(Typed { expr: Expr::Slot(slot), ty, optional })
    }

    /// The row variable of a name, or an error.
    pub(super) fn row_named(&mut self, name: &'a str, span: Span) -> Option<etio_plan::SlotId> {
        let slot = match self.known(name) {
            Some(Known::Var(at)) => self.var(at)?.slot,
            Some(Known::Param(..)) => {
                let message = format!("`{name}` is a parameter, not a row");
                self.error(codes::NOT_A_ROW, span, message, "");
                return None;
            }
            None => {
                self.unbound(name, span);
                return None;
            }
        };
        if matches!(self.slot_type(slot), Some(SlotType::Row(_))) {
            return Some(slot);
        }
        let message = format!("`{name}` is a value, not a row");
        let help = "only a row has fields and a time: name it in its condition, `x = R {…}`";
        self.error(codes::NOT_A_ROW, span, message, help);
        None
    }

    fn negative(&mut self, e: &'a ast::Expr, wanted: Option<&Type>, mode: Mode) -> Option<Typed> {
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
    fn chain(&mut self, expr: &'a ast::Expr, mode: Mode) -> Option<Vec<Expr>> {
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

    fn compare(
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

    fn is_in(&mut self, a: &'a ast::Expr, list: &'a ast::Expr, mode: Mode) -> Option<Typed> {
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

    fn has(&mut self, whole: &'a ast::Expr, part: &'a ast::Expr, mode: Mode) -> Option<Typed> {
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
    fn get(&mut self, map: &'a ast::Expr, key: &'a ast::Expr, mode: Mode) -> Option<Typed> {
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

    fn arithmetic(
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
        let ty = match (op, &left.ty, &right.ty) {
            (_, Type::Int, Type::Int) => Type::Int,
            (Arith::Add | Arith::Sub, Type::Duration, Type::Duration)
            | (Arith::Mul | Arith::Div, Type::Duration, Type::Int)
            | (Arith::Mul, Type::Int, Type::Duration)
            | (Arith::Sub, Type::Time, Type::Time) => Type::Duration,
            (Arith::Add | Arith::Sub, Type::Time, Type::Duration)
            | (Arith::Add, Type::Duration, Type::Time) => Type::Time,
            (Arith::Add | Arith::Sub, Type::Bytes, Type::Bytes)
            | (Arith::Mul | Arith::Div, Type::Bytes, Type::Int)
            | (Arith::Mul, Type::Int, Type::Bytes) => Type::Bytes,
            (Arith::Div, Type::Duration, Type::Duration)
            | (Arith::Div, Type::Bytes, Type::Bytes) => Type::Int,
            _ => {
                let (x, y) = (
                    types::name_of(&left.ty, &self.cx.pack),
                    types::name_of(&right.ty, &self.cx.pack),
                );
                let message = format!("{x} and {y} cannot be combined so");
                let help = "arithmetic is for int, duration, time and bytes";
                self.error(codes::BAD_OPERATOR, span, message, help);
                return None;
            }
        };
        let expr = Expr::Arith(op, Box::new(left.expr), Box::new(right.expr));
        Some(Typed { expr, ty, optional: left.optional || right.optional })
    }

    /// An aggregate inside an expression becomes a condition of its own before it.
    fn hoist(
        &mut self,
        op: AggOp,
        arg: Option<&'a ast::Expr>,
        source: &'a ast::Source,
        span: Span,
    ) -> Option<Typed> {
        let (cond, slot, ty) = self.aggregate(op, arg, source, span)?;
        self.st.pending.push(cond);
        Some(Typed { expr: Expr::Slot(slot), ty, optional: false })
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

pub(super) const fn boolean(expr: Expr) -> Typed {
    Typed { expr, ty: Type::Bool, optional: false }
}
