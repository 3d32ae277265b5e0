//! Calls of the built-in functions.

use etio_plan::{Expr, Func, SlotType, Type};

use super::{
    Lower,
    expr::{Typed, boolean},
    mode::{Age, Mode},
};
use crate::{
    diag::{Diagnostic, codes, did_you_mean},
    syntax::ast::{self, ExprKind, Name, Span},
    types,
};

/// Functions with fixed types: name, what it is in the plan, arguments, result.
const FIXED: &[(&str, Func, &[Type], Type)] = &[
    ("registry", Func::Registry, &[Type::Image], Type::Text),
    ("repository", Func::Repository, &[Type::Image], Type::Text),
    ("tag", Func::Tag, &[Type::Image], Type::Text),
    ("namespace", Func::Namespace, &[Type::Pod], Type::Text),
    ("name", Func::Name, &[Type::Pod], Type::Text),
    ("pod", Func::MakePod, &[Type::Text, Type::Text], Type::Pod),
    ("lower", Func::Lower, &[Type::Text], Type::Text),
    ("under", Func::Under, &[Type::Text, Type::Text], Type::Bool),
    ("contains", Func::Contains, &[Type::Text, Type::Text], Type::Bool),
    ("starts_with", Func::StartsWith, &[Type::Text, Type::Text], Type::Bool),
    ("ends_with", Func::EndsWith, &[Type::Text, Type::Text], Type::Bool),
];

/// The names of all functions.
pub fn functions() -> impl Iterator<Item = &'static str> + Clone {
    FIXED.iter().map(|(known, ..)| *known).chain(OTHERS)
}

const OTHERS: [&str; 4] = ["age", "present", "text", "len"];

impl<'a> Lower<'_, 'a> {
    pub(super) fn call(
        &mut self,
        name: &Name,
        args: &'a [ast::Expr],
        span: Span,
        mode: Mode,
    ) -> Option<Typed> {
        if let Some((_, func, takes, gives)) = FIXED.iter().find(|(known, ..)| *known == name.text)
        {
            self.check_count(name, args, takes.len())?;
            let mut lowered = Vec::with_capacity(args.len());
            let mut optional = false;
            for (arg, ty) in args.iter().zip(*takes) {
                let arg = self.expr_of(arg, ty, mode)?;
                optional |= arg.optional;
                lowered.push(arg.expr);
            }
            let optional = optional && *gives != Type::Bool;
            return Some(Typed { expr: Expr::Call(*func, lowered), ty: gives.clone(), optional });
        }
        if !OTHERS.contains(&name.text.as_str()) {
            let known = functions();
            let near = did_you_mean(&name.text, known.clone());
            let all = || format!("there are {}", known.collect::<Vec<_>>().join(", "));
            let message = format!("there is no function `{}`", name.text);
            let error = Diagnostic::new(codes::UNKNOWN_FUNCTION, message);
            self.cx.report(error.at(self.st.file, name.span, "").meant(&name.text, near, all));
            return None;
        }
        self.check_count(name, args, 1)?;
        let arg = args.first()?;
        match name.text.as_str() {
            "age" => self.age(arg, span, mode),
            "present" => self.present(arg, mode),
            "text" => self.as_text(arg, mode),
            _ => self.len(arg, mode),
        }
    }

    fn check_count(&mut self, name: &Name, args: &[ast::Expr], wanted: usize) -> Option<()> {
        if args.len() == wanted {
            return Some(());
        }
        let message = format!("`{}` takes {wanted}, not {}", name.text, args.len());
        self.error(codes::BAD_CALL, name.span, message, "");
        None
    }

    /// `age(row)` or `age(time)`.
    fn age(&mut self, arg: &'a ast::Expr, span: Span, mode: Mode) -> Option<Typed> {
        if mode.age != Age::Anywhere {
            let message = "`age` must stand alone on one side of a comparison";
            let help = "write `age(x) >= d`; two instants are compared as they are, and of two rows the one is sought `since` the other";
            self.error(codes::AGE_PLACE, span, message, help);
            return None;
        }
        let inner = Mode { age: Age::Nowhere, ..mode };
        let instant = self.instant(arg, inner)?;
        let expr = Expr::Age(Box::new(instant));
        Some(Typed { expr, ty: Type::Duration, optional: false })
    }

    /// A row's time, or a value of type time.
    pub(super) fn instant(&mut self, expr: &'a ast::Expr, mode: Mode) -> Option<Expr> {
        if let ExprKind::Name(name) = &expr.kind
            && let Some(slot) = self.peek(name).and_then(|at| self.var(at)).map(|var| var.slot)
            && matches!(self.slot_type(slot), Some(SlotType::Row(_)))
        {
            self.known(name, expr.span);
            return Some(Expr::TimeOf(slot));
        }
        self.expr_of(expr, &Type::Time, mode).map(|typed| typed.expr)
    }

    fn present(&mut self, arg: &'a ast::Expr, mode: Mode) -> Option<Typed> {
        let found = self.expr(arg, None, Mode { present: false, ..mode })?;
        if !found.optional {
            let message = "this is always present";
            let help = "a name bound in braces does not match where the field is absent: read it as `x.field`";
            self.error(codes::ALWAYS_PRESENT, arg.span, message, help);
        }
        Some(boolean(Expr::Call(Func::Present, vec![found.expr])))
    }

    fn as_text(&mut self, arg: &'a ast::Expr, mode: Mode) -> Option<Typed> {
        let found = self.expr(arg, None, mode)?;
        let expr = Expr::Call(Func::AsText, vec![found.expr]);
        Some(Typed { expr, ty: Type::Text, optional: found.optional })
    }

    fn len(&mut self, arg: &'a ast::Expr, mode: Mode) -> Option<Typed> {
        let found = self.expr(arg, None, mode)?;
        if !matches!(found.ty, Type::Text | Type::List(_) | Type::Map(_)) {
            let name = types::name_of(&found.ty, &self.cx.pack);
            self.error(codes::BAD_CALL, arg.span, format!("{name} has no length"), "");
            return None;
        }
        let expr = Expr::Call(Func::Len, vec![found.expr]);
        Some(Typed { expr, ty: Type::Int, optional: found.optional })
    }
}
