//! One rule: its parameters, its conditions, and what it concludes.

use etio_plan::{
    Body, Cond, Expr, Field, FieldId, Finding, Head, Kind, Param, ParamId, RelId, Rule, Severity,
    SlotId, SlotType, Type, Value,
};

use super::{
    Draft, Lower, Shared,
    mode::Mode,
    scope::{ParamVar, State},
};
use crate::{
    diag::{Diagnostic, codes},
    resolve::{Block, BlockItem, Cx, number, short},
    syntax::ast::{self, CondKind, ExprKind, Name, ParamDecl, Source, Span},
    table::HashMap,
    types,
};

pub(super) const HOUR: i64 = 3_600_000_000_000;

/// The conditions and the conclusion of a rule. Texts and `explains` follow when all are done.
pub(super) fn body<'a>(
    cx: &mut Cx<'a>,
    shared: &mut Shared,
    block: &Block<'a>,
    nth: usize,
) -> (Draft, State<'a>) {
    let base = cx.pack.get(block.relation).map_or(String::new(), |found| found.path.clone());
    let path = if nth > 1 { format!("{base}#{nth}") } else { base.clone() };
    let errors_before = cx.errors();
    let st = State {
        file: block.file,
        path: base,
        frames: vec![HashMap::default()],
        errors_before,
        ..State::default()
    };
    let mut lower = Lower { cx, shared, st };
    let (head, key, body, name_span) = match block.item {
        BlockItem::Derive(item) => lower.derive(block.relation, item),
        BlockItem::Finding(item) => lower.finding(block.relation, item),
    };
    let rule = Rule { path, head, slots: Vec::new(), key, keep: lower.st.keep, body };
    let draft = Draft {
        file: block.file,
        rule,
        name_span,
        explains_spans: Vec::new(),
        text_places: Vec::new(),
        row_places: HashMap::default(),
    };
    lower.st.errors_after = lower.cx.errors();
    (draft, lower.st)
}

impl<'a> Lower<'_, 'a> {
    fn derive(
        &mut self,
        relation: RelId,
        item: &'a ast::Derive,
    ) -> (Head, Vec<SlotId>, Body, Span) {
        self.params(&item.params);
        self.keep(item.keep.as_ref(), &[&item.when]);
        let declared = self.cx.pack.get(relation).map_or(Vec::new(), |found| found.fields.clone());
        for (decl, field) in item.fields.iter().zip(&declared) {
            if decl.default.is_none() {
                self.st.key.push(&decl.name.text);
                self.st.head.insert(&decl.name.text, field.ty.clone());
            }
        }
        let when = self.conds(&item.when);
        self.check_groups(&when);
        let (mut fields, mut key) = (Vec::with_capacity(declared.len()), Vec::new());
        let mut body = Body { when, ..Body::default() };
        for (at, (decl, field)) in item.fields.iter().zip(&declared).enumerate() {
            let value = self.head_field(decl, field, &mut key);
            if value.is_some() {
                self.cx.filled.insert((relation, FieldId(short(at))));
            }
            fields.push(value);
        }
        body.when.append(&mut self.st.pending);
        (Head::Derived { relation, fields, linger: None }, key, body, item.name.span)
    }

    /// The value of a derived row's field: its `= expr`, or the variable of its name.
    fn head_field(
        &mut self,
        decl: &'a ast::FieldDecl,
        field: &Field,
        key: &mut Vec<SlotId>,
    ) -> Option<Expr> {
        let mode = Mode { present: !field.optional, aggregates: false, ..Mode::VALUE };
        let found = match &decl.default {
            Some(value) => self.expr_of(value, &field.ty, mode)?,
            None => {
                let name = &decl.name;
                let Some(at) = self.peek(&name.text) else {
                    if !field.optional && !self.st.excused.contains(name.text.as_str()) {
                        let message = format!("nothing binds `{}`", name.text);
                        let help = format!(
                            "bind `{0}` in a condition, or write `{0}: T = expr`",
                            name.text
                        );
                        self.error(codes::UNBOUND_KEY, name.span, message, &help);
                    }
                    return None;
                };
                let var = self.var(at)?;
                let (slot, keyable) = (var.slot, var.keyable);
                if keyable && !key.contains(&slot) {
                    key.push(slot);
                }
                let value = self.variable(&name.text, name.span)?;
                if value.ty != field.ty {
                    let origin = self.var(at).map(|var| var.span);
                    self.mismatch_at(name.span, origin, &value.ty, &field.ty);
                    return None;
                }
                value
            }
        };
        if found.optional && !field.optional {
            let message = format!("`{}` may be absent here", decl.name.text);
            let help = "bind it on a line of its own (`x = …`), which does not hold where it is absent, or declare the field with `?`";
            self.error(codes::MAY_BE_ABSENT, decl.name.span, message, help);
            return None;
        }
        Some(found.expr)
    }

    fn finding(
        &mut self,
        relation: RelId,
        item: &'a ast::Finding,
    ) -> (Head, Vec<SlotId>, Body, Span) {
        let params = self.params(&item.params);
        let blocks: Vec<&[ast::Cond]> = std::iter::once(item.when.as_slice())
            .chain(item.confirm.iter().chain(&item.unless).chain(&item.maybe).map(Vec::as_slice))
            .collect();
        self.keep(item.keep.as_ref(), &blocks);
        self.st.key = item.key.iter().map(|name| name.text.as_str()).collect();
        self.check_parts(item);
        let when = self.conds(&item.when);
        self.check_groups(&when);
        let key = self.finding_key(relation, &item.key);
        let confirm = self.alternatives(&item.confirm, true);
        let unless = self.alternatives(&item.unless, false);
        let vars = self.st.vars.len();
        let maybe = self.alternatives(&item.maybe, true);
        self.show_rows(vars);
        let finding = Finding {
            relation,
            mode: item.name.text.replace('_', "-"),
            severity: item.severity.map_or(Severity::Info, |(severity, _)| severity),
            params,
            title: Vec::new(),
            because: Vec::new(),
            remedy: Vec::new(),
            ignored: Vec::new(),
            refs: item.refs.iter().map(|(text, _)| text.clone()).collect(),
            explains: Vec::new(),
            doc: item.doc.clone(),
            version: item.version,
        };
        (Head::Finding(finding), key, Body { when, confirm, unless, maybe }, item.name.span)
    }

    fn alternatives(&mut self, blocks: &'a [Vec<ast::Cond>], publish: bool) -> Vec<Vec<Cond>> {
        let block = |block: &'a Vec<ast::Cond>| self.block(publish, |lower| lower.conds(block));
        blocks.iter().map(block).collect()
    }

    /// A row that `maybe` names is shown as evidence, whether or not a text speaks of it.
    fn show_rows(&mut self, from: usize) {
        for at in from..self.st.vars.len() {
            let row = self
                .var(at)
                .is_some_and(|var| matches!(self.slot_type(var.slot), Some(SlotType::Row(_))));
            if let Some(var) = self.st.vars.get_mut(at).filter(|_| row) {
                var.uses += 1;
            }
        }
    }

    fn check_parts(&mut self, item: &ast::Finding) {
        for (missing, what, help) in [
            (item.severity.is_none(), "severity", "write `severity critical`, `warning` or `info`"),
            (item.when.is_empty(), "`when`", "write `when { … }` with the symptoms that must hold"),
            (
                item.title.is_empty() || item.title.iter().any(|title| title.text.is_empty()),
                "title",
                "write `title \"…\"`, one line that names what is wrong",
            ),
            (
                item.title.last().is_some_and(|last| !last.guard.is_empty()),
                "title where none of its guards holds",
                "write a last `title \"…\"` without `when`",
            ),
        ] {
            if missing {
                let message = format!("`{}` has no {what}", item.name.text);
                self.error(codes::MISSING_PART, item.name.span, message, help);
            }
        }
        let blocks = [("confirm", &item.confirm), ("unless", &item.unless), ("maybe", &item.maybe)];
        for (word, blocks) in blocks {
            if blocks.iter().any(Vec::is_empty) {
                let message = format!("`{}` has an empty `{word}`", item.name.text);
                let help = "write what must hold in it, or leave it out";
                self.error(codes::MISSING_PART, item.name.span, message, help);
            }
        }
    }

    /// Binds the key, and with it the finding's fields. INVARIANT: only what rows bind, since an
    /// instance is there because of rows.
    fn finding_key(&mut self, relation: RelId, names: &'a [Name]) -> Vec<SlotId> {
        let (mut key, mut fields) = (Vec::new(), Vec::new());
        for (at, name) in names.iter().enumerate() {
            if names.iter().take(at).any(|before| before.text == name.text) {
                let message = format!("`{}` stands twice in the key", name.text);
                self.error(codes::DUPLICATE, name.span, message, "");
                continue;
            }
            let Some((slot, keyable)) = self
                .peek(&name.text)
                .and_then(|at| self.var(at))
                .map(|var| (var.slot, var.keyable))
            else {
                if self.st.excused.contains(name.text.as_str()) {
                    continue;
                }
                let message = format!("nothing in `when` binds the key `{}`", name.text);
                let help =
                    format!("name `{}` in the braces of a condition that must hold", name.text);
                self.error(codes::UNBOUND_KEY, name.span, message, &help);
                continue;
            };
            let Some(found) = self.variable(&name.text, name.span) else { continue };
            if !keyable || matches!(found.ty, Type::List(_) | Type::Map(_)) {
                let message = format!("`{}` cannot be part of the key", name.text);
                let help = "a key is made of what rows bind; counts, rows, lists and maps are not";
                self.error(codes::UNBOUND_KEY, name.span, message, help);
                continue;
            }
            key.push(slot);
            fields.push(Field {
                name: name.text.as_str().into(),
                ty: found.ty,
                optional: false,
                key: true,
                default: None,
                hidden: false,
            });
        }
        if fields.len() < names.len() {
            self.cx.broken.insert(relation);
        }
        if let Some(found) = self.cx.pack.relations.get_mut(relation.index()) {
            debug_assert_eq!(found.kind, Kind::Finding);
            found.fields = fields;
        }
        key
    }

    /// A scalar variable as a value.
    fn variable(&mut self, name: &str, span: Span) -> Option<super::expr::Typed> {
        let slot = match self.known(name, span)? {
            super::scope::Known::Var(at) => self.var(at)?.slot,
            super::scope::Known::Param(expr, ty) => {
                return Some(super::expr::Typed { expr, ty, optional: false });
            }
        };
        if let Some(ty) = self.scalar(slot).cloned() {
            return Some(super::expr::Typed { expr: Expr::Slot(slot), ty, optional: false });
        }
        let message = format!("`{name}` is a row, not a value");
        self.error(codes::NOT_A_VALUE, span, message, &format!("write `= {name}.field`"));
        None
    }

    /// How long an event alone counts: an hour, a day behind `without` (M2.1). A rule with both keeps
    /// the day, and its plain events say their hour themselves.
    fn keep(&mut self, written: Option<&ast::Expr>, blocks: &[&[ast::Cond]]) {
        self.st.keep = HOUR;
        if let Some(written) = written {
            match types::constant(self.cx, self.st.file, written, &Type::Duration) {
                Some(Value::Duration(keep)) if keep > 0 => self.st.keep = keep,
                Some(_) => {
                    let help = "write how long one event alone counts, for example `keep 2h`";
                    self.error(
                        codes::BAD_RANGE,
                        written.span,
                        "`keep` must be longer than zero",
                        help,
                    );
                }
                None => {}
            }
        } else if blocks.iter().any(|block| block.iter().any(has_without)) {
            self.st.keep = 24 * HOUR;
            self.st.plain = Some(HOUR);
        }
    }

    fn params(&mut self, decls: &'a [ParamDecl]) -> Vec<ParamId> {
        let mut ids = Vec::with_capacity(decls.len());
        for decl in decls {
            match self.param(decl) {
                Some(id) => ids.push(id),
                // What is wrong with it has been said.
                None => drop(self.st.excused.insert(&decl.name.text)),
            }
        }
        ids
    }

    fn param(&mut self, decl: &'a ParamDecl) -> Option<ParamId> {
        let file = self.st.file;
        let name = decl.name.text.as_str();
        let path = format!("{}.{name}", self.st.path);
        let span = decl.name.span;
        if let Some(first) = self.st.params.get(name).map(|first| first.span) {
            self.cx.report(
                Diagnostic::new(
                    codes::DUPLICATE,
                    format!("the parameter `{name}` is defined twice"),
                )
                .at(file, span, "here again")
                .also(file, first, "first defined here"),
            );
            return None;
        }
        if self
            .cx
            .pack
            .params
            .iter()
            .rev()
            .take_while(|param| param.path.starts_with(&self.st.path))
            .any(|param| param.path == path)
        {
            let message = format!("another `derive` block has a parameter `{name}`");
            self.error(codes::DUPLICATE, span, message, "give it another name");
            return None;
        }
        let (default, ty) = types::value(self.cx, file, &decl.default, None)?;
        let (low, high) = match &decl.range {
            Some((low, high)) => (
                types::constant(self.cx, file, low, &ty)?,
                types::constant(self.cx, file, high, &ty)?,
            ),
            None if ty.is_ordered() && ty != Type::Version => {
                let message = format!("the parameter `{name}` has no range");
                let help = "write which values make sense: `param stall = 10m in 1m..2h`";
                self.error(codes::BAD_RANGE, decl.span, message, help);
                return None;
            }
            None => (Value::Null, Value::Null),
        };
        let doc = decl.doc.clone();
        let param = Param { path, ty: ty.clone(), default, low, high, doc };
        if !param.allows(&param.default) {
            let message = format!("the value of `{name}` is not within its range");
            self.error(
                codes::BAD_RANGE,
                decl.span,
                message,
                "the range is `lowest..highest`, both included",
            );
            return None;
        }
        let id = ParamId(number(self.cx.pack.params.len()));
        self.cx.pack.params.push(param);
        self.st.params.insert(name, ParamVar { id, ty, span, uses: 0 });
        Some(id)
    }
}

fn has_without(cond: &ast::Cond) -> bool {
    let without = |source: &Source| matches!(source, Source::Without { .. });
    match &cond.kind {
        CondKind::Each(_, source) | CondKind::No(source) | CondKind::Pick(_, _, source) => {
            without(source)
        }
        CondKind::Let(_, expr) | CondKind::Test(expr) => aggregates_without(expr),
        CondKind::Silence { .. } => false,
    }
}

fn aggregates_without(expr: &ast::Expr) -> bool {
    match &expr.kind {
        ExprKind::Agg(_, _, source) => matches!(**source, Source::Without { .. }),
        ExprKind::Not(e) | ExprKind::Neg(e) => aggregates_without(e),
        ExprKind::And(a, b)
        | ExprKind::Or(a, b)
        | ExprKind::Cmp(_, a, b)
        | ExprKind::Arith(_, a, b) => aggregates_without(a) || aggregates_without(b),
        _ => false,
    }
}
