//! Expressions: typed, with every row field read through a variable of its own.

use etio_plan::{AggOp, Expr, SlotType, Type};

use super::{Lower, aggregate::is_aggregate, mode::Mode, scope::Known};
use crate::{
    diag::{Diagnostic, codes},
    resolve::Meant,
    syntax::ast::{self, ExprKind, Name, Span},
    types,
};

const DEPTH: usize = 60;

/// An expression of the plan and what is known of it.
#[derive(Clone, Debug)]
pub(super) struct Typed {
    pub(super) expr: Expr,
    pub(super) ty: Type,
    /// It may be absent.
    pub(super) optional: bool,
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
        // Deeper than any rule needs, and less deep than a pack may nest.
        if self.st.depth > DEPTH {
            let help = "bind parts of it to names: `name = …` on a line of its own";
            self.error(codes::RULE_TOO_LARGE, expr.span, "this is nested too deeply", help);
            return None;
        }
        self.st.depth += 1;
        let typed = self.expr_inside(expr, wanted, mode);
        self.st.depth -= 1;
        typed
    }

    fn expr_inside(
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
            ExprKind::Call(name, _) if is_aggregate(&name.text) => {
                let message = format!("`{}` needs rows", name.text);
                let help = match name.text.as_str() {
                    "count" => "write `count(R {…})`".into(),
                    of => format!("write `{of}(field of R {{…}})`"),
                };
                self.error(codes::BAD_AGGREGATE, expr.span, message, &help);
                None
            }
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
        // In `max(took of R {…})` took is R's, whatever else has the name outside.
        let inside = self.st.frames.last().is_some_and(|frame| frame.contains_key(name));
        if !inside && let Some((row, field)) = self.aggregated_field(name) {
            if let Some(relation) = self.st.rows.get(&row).map(|info| info.relation) {
                self.cx.means(self.st.file, span, Meant::Field(relation, field));
            }
            let slot = self.read(row, field, mode.present)?;
            let ty = self.scalar(slot)?.clone();
            return Some(Typed { expr: Expr::Slot(slot), ty, optional: false });
        }
        match self.known(name, span) {
            Some(Known::Param(expr, ty)) => Some(Typed { expr, ty, optional: false }),
            Some(Known::Var(at)) => {
                let slot = self.var(at)?.slot;
                if let Some(ty) = self.scalar(slot).cloned() {
                    return Some(Typed { expr: Expr::Slot(slot), ty, optional: false });
                }
                let help = format!(
                    "write `{name}.field` for one of its fields, `age({name})` for its age"
                );
                let message = format!("`{name}` is a row, not a value");
                self.error(codes::NOT_A_VALUE, span, message, &help);
                None
            }
            None => {
                self.unbound(name, span);
                None
            }
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
        let slot = match self.known(name, span) {
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

pub(super) const fn boolean(expr: Expr) -> Typed {
    Typed { expr, ty: Type::Bool, optional: false }
}
