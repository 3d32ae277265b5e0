//! A rule's plan in words close to those it was written in.

use std::sync::Arc;

use etio_plan::{
    AggOp, Arith, Atom, Cmp, Cond, Expr, FieldId, Func, Pack, Pick, RelId, Relation, Rule, SlotId,
    Source, Value, Window,
};

use super::text::duration;

/// One rule and the pack it belongs to.
pub(crate) struct Show<'p> {
    pub(crate) pack: &'p Pack,
    pub(crate) rule: &'p Rule,
}

impl Show<'_> {
    /// A condition.
    pub(crate) fn cond(&self, cond: &Cond) -> String {
        match cond {
            Cond::Each(source) => self.source(source),
            Cond::No(source) => format!("no {}", self.source(source)),
            Cond::Pick(Pick::Oldest, source) => format!("oldest {}", self.source(source)),
            Cond::Pick(Pick::Newest, source) => format!("newest {}", self.source(source)),
            Cond::Agg { into, op, arg, of } => {
                let op = match op {
                    AggOp::Count => "count",
                    AggOp::Distinct => "distinct",
                    AggOp::Sum => "sum",
                    AggOp::Min => "min",
                    AggOp::Max => "max",
                    AggOp::Changes => "changes",
                };
                let arg = arg.as_ref().map(|arg| format!("{} of ", self.expr(arg, None)));
                let arg = arg.unwrap_or_default();
                format!("{} = {op}({arg}{})", self.slot(*into), self.source(of))
            }
            Cond::Test(expr) => self.expr(expr, None),
            Cond::Let(slot, expr) => format!("{} = {}", self.slot(*slot), self.expr(expr, None)),
            Cond::Member(slot, expr) => {
                format!("{} in {}", self.slot(*slot), self.expr(expr, None))
            }
        }
    }

    /// A variable's name.
    pub(crate) fn slot(&self, slot: SlotId) -> String {
        self.rule.slots.get(slot.index()).map_or_else(|| "?".into(), |slot| slot.name.clone())
    }

    /// `field: expression`.
    pub(crate) fn field_is(&self, relation: RelId, field: FieldId, expr: &Expr) -> String {
        format!("{}: {}", self.field(relation, field), self.expr(expr, Some(relation)))
    }

    fn field(&self, relation: RelId, field: FieldId) -> &str {
        let field = self.pack.get(relation).and_then(|relation| relation.fields.get(field.index()));
        field.map_or("?", |field| &field.name)
    }

    fn source(&self, source: &Source) -> String {
        let expr = |expr: &Expr| self.expr(expr, None);
        match source {
            Source::Rows { atom, window } => {
                let window = match window {
                    Window::Stands | Window::Keep => String::new(),
                    Window::Within(d) => format!(" within {}", expr(d)),
                    Window::Since(t) => format!(" since {}", expr(t)),
                    Window::AsOf(t) => format!(" as of {}", expr(t)),
                };
                format!("{}{window}", self.atom(atom))
            }
            Source::Then { first, next, within, without } => {
                let without = without.as_ref().map(|atom| format!(" without {}", self.atom(atom)));
                let without = without.unwrap_or_default();
                format!(
                    "{} then {} within {}{without}",
                    self.atom(first),
                    self.atom(next),
                    expr(within)
                )
            }
            Source::Without { first, end, hold } => {
                format!("{} without {} for {}", self.atom(first), self.atom(end), expr(hold))
            }
            Source::Sustained { atom, hold } => format!("{} for {}", self.atom(atom), expr(hold)),
            Source::Silence { of, hold, per } => {
                format!("no {} for {} per {}", self.atom(of), expr(hold), self.atom(per))
            }
        }
    }

    /// Joins as `field: value`, fresh variables as `field -> name`, tests as they are.
    fn atom(&self, atom: &Atom) -> String {
        let relation = self.pack.get(atom.relation).map_or("?", Relation::name);
        let joins =
            atom.joins.iter().map(|(field, expr)| self.field_is(atom.relation, *field, expr));
        let binds = atom.binds.iter().chain(&atom.optional_binds).map(|(field, slot)| {
            format!("{} -> {}", self.field(atom.relation, *field), self.slot(*slot))
        });
        let tests = atom.tests.iter().map(|test| self.expr(test, Some(atom.relation)));
        let parts: Vec<String> = joins.chain(binds).chain(tests).collect();
        if parts.is_empty() {
            format!("{relation} {{}}")
        } else {
            format!("{relation} {{ {} }}", parts.join(", "))
        }
    }

    /// `row` is the relation whose cells the expression may read.
    pub(crate) fn expr(&self, expr: &Expr, row: Option<RelId>) -> String {
        let show = |expr: &Expr| self.expr(expr, row);
        let list = |items: &[Expr], between: &str| {
            items.iter().map(show).collect::<Vec<_>>().join(between)
        };
        match expr {
            Expr::Const(constant) => value(constant),
            Expr::Slot(slot) => self.slot(*slot),
            Expr::Cell(field) => row.map_or("?", |relation| self.field(relation, *field)).into(),
            Expr::Param(id) => {
                let path = self.pack.param(*id).map_or("?", |param| &param.path);
                path.rsplit('.').next().unwrap_or(path).into()
            }
            Expr::TimeOf(slot) => format!("time({})", self.slot(*slot)),
            Expr::Age(expr) => format!("age({})", show(expr)),
            Expr::Not(expr) => format!("not {}", show(expr)),
            Expr::All(items) => format!("({})", list(items, " and ")),
            Expr::Any(items) => format!("({})", list(items, " or ")),
            Expr::Cmp(op, a, b) => {
                let op = match op {
                    Cmp::Eq => "==",
                    Cmp::Ne => "!=",
                    Cmp::Lt => "<",
                    Cmp::Le => "<=",
                    Cmp::Gt => ">",
                    Cmp::Ge => ">=",
                };
                format!("{} {op} {}", show(a), show(b))
            }
            Expr::Arith(op, a, b) => {
                let op = match op {
                    Arith::Add => "+",
                    Arith::Sub => "-",
                    Arith::Mul => "*",
                    Arith::Div => "/",
                };
                format!("({} {op} {})", show(a), show(b))
            }
            Expr::Call(func, args) => match (func, args.as_slice()) {
                (Func::In, [item, of]) => format!("{} in {}", show(item), show(of)),
                (Func::Has, [of, item]) => format!("{} has {}", show(of), show(item)),
                (Func::Get, [of, key]) => format!("{}[{}]", show(of), show(key)),
                _ => format!("{}({})", name(*func), list(args, ", ")),
            },
        }
    }
}

const fn name(func: Func) -> &'static str {
    match func {
        Func::Registry => "registry",
        Func::Repository => "repository",
        Func::Tag => "tag",
        Func::Namespace => "namespace",
        Func::Name => "name",
        Func::Lower => "lower",
        Func::Len => "len",
        Func::Under => "under",
        Func::In => "in",
        Func::Has => "has",
        Func::Get => "get",
        Func::Contains => "contains",
        Func::StartsWith => "starts_with",
        Func::EndsWith => "ends_with",
        Func::Present => "present",
        Func::MakePod => "pod",
        Func::AsText => "text",
        Func::Concat => "concat",
    }
}

/// A constant as rule files write it.
pub(crate) fn value(it: &Value) -> String {
    match it {
        Value::Null => "absent".into(),
        Value::Bool(value) => value.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Text(text) => format!("{text:?}"),
        Value::Duration(nanos) => duration(*nanos),
        Value::Time(nanos) => crate::report::rfc3339(*nanos),
        Value::Bytes(bytes) => format!("{bytes}B"),
        Value::Percent(points) => format!("{points}%"),
        Value::List(items) => {
            format!("[{}]", items.iter().map(value).collect::<Vec<_>>().join(", "))
        }
        Value::Map(entries) => {
            let entries = entries.iter().map(|(key, item)| format!("{key:?}: {}", value(item)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

/// The key of a finding: `(node: "n1", pod: "a/b")`.
pub(crate) fn key(key: &[(Arc<str>, Value)]) -> String {
    let fields = key.iter().map(|(name, is)| format!("{name}: {}", value(is)));
    format!("({})", fields.collect::<Vec<_>>().join(", "))
}
