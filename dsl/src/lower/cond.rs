//! Conditions, one line each.

use etio_plan::{Cond, Expr, Type, Value};

use super::{
    Lower,
    mode::{Age, Mode},
    operator::operands,
};
use crate::{
    diag::codes,
    syntax::ast::{self, CondKind, ExprKind, FieldOp, Name, Span},
    types,
};

impl<'a> Lower<'_, 'a> {
    /// The conditions of a block, in the order written.
    pub(super) fn conds(&mut self, written: &'a [ast::Cond]) -> Vec<Cond> {
        let mut conds = Vec::with_capacity(written.len());
        for cond in written {
            let errors = self.cx.errors();
            let lowered = self.cond(cond, &mut conds);
            if self.cx.errors() > errors {
                self.excuse(cond);
            }
            // What an expression needs first comes first.
            conds.append(&mut self.st.pending);
            conds.extend(lowered);
        }
        self.group_picks(&mut conds);
        conds
    }

    fn cond(&mut self, written: &'a ast::Cond, done: &mut Vec<Cond>) -> Option<Cond> {
        match &written.kind {
            CondKind::Each(name, source) => {
                let (source, row) = self.source(source, false)?;
                self.name_first(name.as_ref(), row);
                Some(Cond::Each(source))
            }
            CondKind::No(source) => {
                let (source, _) = self.local(|lower| lower.source(source, false))?;
                Some(Cond::No(source))
            }
            CondKind::Pick(name, pick, source) => {
                let (of, row) = self.source(source, false)?;
                self.name_first(name.as_ref(), row);
                Some(Cond::Pick { pick: *pick, of, group: Vec::new() })
            }
            CondKind::Silence { of, hold, per } => Some(Cond::Each(self.silence(of, hold, per)?)),
            CondKind::Let(name, value) => self.binding(name, value),
            CondKind::Test(test) => self.test(test, done),
        }
    }

    /// What an erroneous condition would have bound is not said to be unbound below it.
    fn excuse(&mut self, written: &'a ast::Cond) {
        let mut source = None;
        match &written.kind {
            CondKind::Each(name, of) | CondKind::Pick(name, _, of) => {
                self.st.excused.extend(name.iter().map(|name| name.text.as_str()));
                source = Some(of);
            }
            CondKind::Let(name, value) => {
                self.st.excused.insert(&name.text);
                source = aggregated(value);
            }
            CondKind::Test(ast::Expr { kind: ExprKind::In(element, _), .. }) => {
                if let ExprKind::Name(name) = &element.kind {
                    self.st.excused.insert(name);
                }
            }
            CondKind::Test(test) => source = aggregated(test),
            CondKind::No(_) | CondKind::Silence { .. } => {}
        }
        let atoms = match source {
            Some(ast::Source::Rows(atom, _) | ast::Source::Sustained { atom, .. }) => vec![atom],
            Some(ast::Source::Then { first, next, .. }) => vec![first, next],
            Some(ast::Source::Without { first, .. }) => vec![first],
            None => Vec::new(),
        };
        for pat in atoms.into_iter().flat_map(|atom| &atom.fields) {
            match &pat.op {
                FieldOp::Same => self.st.excused.insert(&pat.field.text),
                FieldOp::Is(ast::Expr { kind: ExprKind::Name(name), .. }) => {
                    self.st.excused.insert(name)
                }
                _ => false,
            };
        }
    }

    fn name_first(&mut self, name: Option<&'a Name>, row: etio_plan::SlotId) {
        if let Some(name) = name {
            self.name_slot(&name.text, name.span, row);
        }
    }

    /// `x = expr`
    fn binding(&mut self, name: &'a Name, value: &'a ast::Expr) -> Option<Cond> {
        if let ExprKind::Agg(op, arg, source) = &value.kind {
            let (cond, slot, _) = self.aggregate(*op, arg.as_deref(), source, value.span)?;
            self.name_slot(&name.text, name.span, slot);
            return Some(cond);
        }
        let wanted = self.st.head.get(name.text.as_str()).cloned();
        let typed = self.expr(value, wanted.as_ref(), Mode::VALUE)?;
        let keyable = self.is_keyable(&typed.expr);
        let ty = etio_plan::SlotType::Scalar(typed.ty);
        let slot = self.bind_once(&name.text, name.span, ty, keyable)?;
        if let Some(var) = self.st.vars.iter_mut().rev().find(|var| var.slot == slot) {
            var.atom = 0;
        }
        Some(Cond::Let(slot, typed.expr))
    }

    /// Whether a value is made of what rows bind, so that it may be part of a derived row's key.
    fn is_keyable(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Slot(slot) => {
                self.st.origin.contains_key(slot)
                    || self.st.vars.iter().any(|var| var.slot == *slot && var.keyable)
            }
            Expr::Const(_) | Expr::Cell(_) | Expr::Param(_) | Expr::TimeOf(_) => true,
            Expr::Age(_) => false,
            Expr::Not(e) => self.is_keyable(e),
            Expr::All(items) | Expr::Any(items) | Expr::Call(_, items) => {
                items.iter().all(|item| self.is_keyable(item))
            }
            Expr::Cmp(_, a, b) | Expr::Arith(_, a, b) => self.is_keyable(a) && self.is_keyable(b),
        }
    }

    /// A test. A conjunction is as many tests; `x in list` with a fresh x binds it.
    fn test(&mut self, test: &'a ast::Expr, done: &mut Vec<Cond>) -> Option<Cond> {
        if matches!(test.kind, ExprKind::And(..)) {
            for part in operands(test) {
                let lowered = self.test(part, done);
                done.append(&mut self.st.pending);
                done.extend(lowered);
            }
            return None;
        }
        if let ExprKind::In(element, list) = &test.kind
            && let ExprKind::Name(name) = &element.kind
            && !self.is_known(name)
        {
            return self.member(name, element.span, list);
        }
        let compares = matches!(test.kind, ExprKind::Cmp(..));
        let mode = Mode { conjunct: Self::is_like(test), present: compares, ..Mode::TEST };
        let typed = self.expr_of(test, &Type::Bool, mode)?;
        // A template that became a join of its row's pattern leaves nothing to test.
        (typed.expr != Expr::Const(Value::Bool(true))).then_some(Cond::Test(typed.expr))
    }

    /// `x in list` with a fresh x.
    fn member(&mut self, name: &'a str, span: Span, list: &'a ast::Expr) -> Option<Cond> {
        let mode = Mode { age: Age::Nowhere, ..Mode::VALUE };
        let found = self.expr(list, None, mode)?;
        let ty = match &found.ty {
            Type::List(item) => (**item).clone(),
            Type::Map(_) => Type::Text,
            _ => {
                let message = format!(
                    "only lists and maps have elements, this is {}",
                    types::name_of(&found.ty, &self.cx.pack)
                );
                self.error(codes::BAD_OPERATOR, list.span, message, "");
                return None;
            }
        };
        let keyable = self.is_keyable(&found.expr);
        let slot = self.bind_once(name, span, etio_plan::SlotType::Scalar(ty), keyable)?;
        if let Some(var) = self.st.vars.iter_mut().rev().find(|var| var.slot == slot) {
            var.atom = 0;
        }
        Some(Cond::Member(slot, found.expr))
    }
}

/// The rows of an aggregate, alone or on one side of a comparison.
fn aggregated(expr: &ast::Expr) -> Option<&ast::Source> {
    match &expr.kind {
        ExprKind::Agg(_, _, source) => Some(source),
        ExprKind::Cmp(_, a, b) => aggregated(a).or_else(|| aggregated(b)),
        _ => None,
    }
}
