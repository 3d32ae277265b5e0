//! Conditions, one line each.

use etio_plan::{Cond, Expr, Kind, Pick, Source, Type, Value};

use super::{
    Lower,
    expr::{Age, Mode, operands},
};
use crate::{
    diag::codes,
    syntax::ast::{self, CondKind, ExprKind, Name, Span},
    types,
};

impl<'a> Lower<'_, 'a> {
    /// The conditions of a block, in the order written.
    pub(super) fn conds(&mut self, written: &'a [ast::Cond]) -> Vec<Cond> {
        let mut conds = Vec::with_capacity(written.len());
        for cond in written {
            let lowered = self.cond(cond, &mut conds);
            // What an expression needs first comes first.
            conds.append(&mut self.st.pending);
            conds.extend(lowered);
        }
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
                self.check_absence(&source, written.span)?;
                Some(Cond::No(source))
            }
            CondKind::Pick(name, pick, source) => {
                let (source, row) = self.source(source, false)?;
                self.name_first(name.as_ref(), row);
                self.check_pick(*pick, &source, written.span);
                Some(Cond::Pick(*pick, source))
            }
            CondKind::Silence { of, hold, per } => Some(Cond::Each(self.silence(of, hold, per)?)),
            CondKind::Let(name, value) => self.binding(name, value),
            CondKind::Test(test) => self.test(test, done),
        }
    }

    fn name_first(&mut self, name: Option<&'a Name>, row: etio_plan::SlotId) {
        if let Some(name) = name {
            self.name_slot(&name.text, name.span, row);
        }
    }

    /// `no` is about one row: the other sources are about absence themselves.
    fn check_absence(&mut self, source: &Source, span: Span) -> Option<()> {
        match source {
            Source::Without { .. } => {
                let message = "`no … without …` says nothing clear";
                let help = "name what must be there, or derive it and write `no` before that";
                self.error(codes::WRONG_KIND, span, message, help);
                None
            }
            _ => Some(()),
        }
    }

    fn check_pick(&mut self, pick: Pick, source: &Source, span: Span) {
        if let Source::Rows { atom, .. } = source
            && self.cx.kind(atom.relation) == Some(Kind::Finding)
        {
            let word = if pick == Pick::Oldest { "oldest" } else { "newest" };
            let message = format!("`{word}` chooses among events and rows, not findings");
            self.error(codes::WRONG_KIND, span, message, "join the finding by its key");
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
