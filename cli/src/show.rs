//! A rule's plan in the language it was written in.

use std::sync::Arc;

use etio_plan::{
    AggOp, Arith, Atom, Cmp, Cond, Expr, FieldId, Func, Head, Pack, Pattern, PatternColumn, Pick,
    Piece, RelId, Relation, Rule, SlotId, Source, Value, Window,
};

use crate::text::duration;

/// One rule and the pack it belongs to.
#[derive(Clone, Copy)]
pub(crate) struct Show<'p> {
    pub(crate) pack: &'p Pack,
    pub(crate) rule: &'p Rule,
    /// Say the values of parameters behind their names.
    pub(crate) tuned: bool,
    /// The values of variables that are shown in place of their names; absent ones by name.
    pub(crate) bound: &'p [Value],
}

impl<'p> Show<'p> {
    /// As it was written.
    pub(crate) const fn new(pack: &'p Pack, rule: &'p Rule) -> Self {
        Self { pack, rule, tuned: false, bound: &[] }
    }
}

impl Show<'_> {
    /// A condition.
    pub(crate) fn cond(&self, cond: &Cond) -> String {
        match cond {
            Cond::Each(source) => format!("{}{}", self.named(source), self.source(source)),
            Cond::No(source) => format!("no {}", self.source(source)),
            Cond::Pick { pick, of: source, .. } => {
                let pick = if *pick == Pick::Oldest { "oldest" } else { "newest" };
                format!("{}{pick} {}", self.named(source), self.source(source))
            }
            Cond::Agg { into, .. } => match self.slot_name(*into) {
                made if made.starts_with('#') => self.aggregate(cond),
                name => format!("{name} = {}", self.aggregate(cond)),
            },
            Cond::Test(Expr::Any(items)) => {
                let items: Vec<String> = items.iter().map(|item| self.expr(item, None)).collect();
                items.join(" or ")
            }
            Cond::Test(expr) => self.expr(expr, None),
            Cond::Let(slot, expr) => format!("{} = {}", self.slot(*slot), self.expr(expr, None)),
            Cond::Member(slot, expr) => {
                format!("{} in {}", self.slot(*slot), self.expr(expr, None))
            }
        }
    }

    /// A variable's name; an aggregate without one as it was written.
    pub(crate) fn slot(&self, slot: SlotId) -> String {
        let name = self.slot_name(slot);
        if !name.starts_with('#') {
            return name.into();
        }
        let made = |cond: &&Cond| matches!(cond, Cond::Agg { into, .. } if *into == slot);
        self.conds().find(made).map_or_else(|| name.into(), |cond| self.aggregate(cond))
    }

    fn slot_name(&self, slot: SlotId) -> &str {
        self.rule.slots.get(slot.index()).map_or("?", |slot| slot.name.as_str())
    }

    fn conds(&self) -> impl Iterator<Item = &Cond> {
        let body = &self.rule.body;
        let blocks = body.confirm.iter().chain(&body.unless).chain(&body.maybe);
        body.when.iter().chain(blocks.flatten())
    }

    fn aggregate(&self, cond: &Cond) -> String {
        let Cond::Agg { op, arg, of, .. } = cond else { return String::new() };
        let op = match op {
            AggOp::Count => "count",
            AggOp::Distinct => "distinct",
            AggOp::Sum => "sum",
            AggOp::Min => "min",
            AggOp::Max => "max",
            AggOp::Changes => "changes",
        };
        let arg = arg.as_ref().map(|arg| format!("{} of ", self.expr(arg, None)));
        format!("{op}({}{})", arg.unwrap_or_default(), self.source(of))
    }

    /// `x = ` where the row has a name.
    fn named(&self, source: &Source) -> String {
        let (Source::Rows { atom, .. }
        | Source::Then { first: atom, .. }
        | Source::Without { first: atom, .. }
        | Source::Sustained { atom, .. }) = source
        else {
            return String::new();
        };
        match self.slot_name(atom.row) {
            made if made.starts_with('#') => String::new(),
            name => format!("{name} = "),
        }
    }

    /// `field: expression`, or the name alone where they are the same.
    pub(crate) fn field_is(&self, relation: RelId, field: FieldId, expr: &Expr) -> String {
        let (field, is) = (self.field(relation, field), self.expr(expr, Some(relation)));
        if *field == is { is } else { format!("{field}: {is}") }
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
                    Window::Since(t) => format!(" since {}", self.instant(t)),
                    Window::AsOf(t) => format!(" as of {}", self.instant(t)),
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
            Source::Sustained { atom, hold } => {
                let linger = self.state(atom).and_then(|rule| match &rule.head {
                    Head::Derived { linger, .. } => linger.as_ref(),
                    Head::Finding(_) => None,
                });
                let linger = linger.map(|gap| format!(" tolerating {}", expr(gap)));
                format!("{} for {}{}", self.atom(atom), expr(hold), linger.unwrap_or_default())
            }
            Source::Silence { of, hold, per } => {
                format!("no {} for {} per {}", self.atom(of), expr(hold), self.atom(per))
            }
        }
    }

    /// An instant: that of a row is said by the row's name.
    fn instant(&self, expr: &Expr) -> String {
        match expr {
            Expr::TimeOf(slot) => self.slot(*slot),
            other => self.expr(other, None),
        }
    }

    /// The rule of the relation that the compiler made for `P for d`.
    fn state(&self, atom: &Atom) -> Option<&Rule> {
        let relation = self.pack.get(atom.relation).filter(|of| of.path.contains("#for"))?;
        self.pack.rules.iter().find(|rule| rule.path == relation.path)
    }

    fn atom(&self, atom: &Atom) -> String {
        let mut parts = Vec::new();
        // What a state says of itself stands in the rule that was made for it.
        if let Some(rule) = self.state(atom)
            && let Some(Cond::Each(Source::Rows { atom, .. })) = rule.body.when.first()
        {
            let show = Show { rule, bound: &[], ..*self };
            let fixed = Atom { binds: Vec::new(), ..atom.clone() };
            parts = show.parts(&fixed);
        }
        parts.extend(self.parts(atom));
        let relation = self.pack.get(atom.relation).map_or("?", |of| relation_name(of));
        if parts.is_empty() {
            format!("{relation} {{}}")
        } else {
            format!("{relation} {{ {} }}", parts.join(", "))
        }
    }

    /// What stands in an atom's braces.
    fn parts(&self, atom: &Atom) -> Vec<String> {
        let hidden = |field: &FieldId| {
            let field = self.pack.get(atom.relation).and_then(|of| of.fields.get(field.index()));
            field.is_some_and(|field| field.hidden)
        };
        let joins =
            atom.joins.iter().filter_map(|(field, expr)| match self.template(atom, *field) {
                Some(column) => Some(self.like(column)),
                None if hidden(field) => None,
                None => Some(self.field_is(atom.relation, *field, expr)),
            });
        let read = format!("{}.", self.slot_name(atom.row));
        let binds = atom.binds.iter().chain(&atom.optional_binds);
        let binds = binds
            .filter(|(field, slot)| !hidden(field) && !self.slot_name(*slot).starts_with(&read))
            .map(|(field, slot)| self.field_is(atom.relation, *field, &Expr::Slot(*slot)));
        let tests = atom.tests.iter().map(|test| self.expr(test, Some(atom.relation)));
        joins.chain(binds).chain(tests).collect()
    }

    /// The template behind a hidden column that says whether one matched.
    fn template(&self, atom: &Atom, field: FieldId) -> Option<&PatternColumn> {
        let columns = &self.pack.columns;
        columns.iter().find(|of| of.relation == atom.relation && of.matched == field)
    }

    /// ``field ~ `template` ``
    fn like(&self, column: &PatternColumn) -> String {
        let field = self.field(column.relation, column.field);
        match &column.spelling.pattern {
            Pattern::Regex(regex) => format!("{field} ~ /{regex}/"),
            Pattern::Template(pieces) => {
                let pieces = pieces.iter().map(|piece| match piece {
                    Piece::Lit(text) => text.clone(),
                    Piece::Hole(hole) => format!("{{{}}}", hole.name.as_deref().unwrap_or("_")),
                });
                format!("{field} ~ `{}`", pieces.collect::<String>())
            }
        }
    }

    /// `row` is the relation whose cells the expression may read.
    pub(crate) fn expr(&self, expr: &Expr, row: Option<RelId>) -> String {
        let show = |expr: &Expr| self.expr(expr, row);
        // What compares two values, or more loosely joins, stands in parentheses where a value is wanted.
        let operand = |expr: &Expr| {
            let is_loose = match expr {
                Expr::Not(_) | Expr::All(_) | Expr::Cmp(..) => true,
                Expr::Any(items) => one_of(items).is_some(),
                Expr::Call(func, _) => matches!(func, Func::In | Func::Has),
                _ => false,
            };
            if is_loose { format!("({})", show(expr)) } else { show(expr) }
        };
        let list = |items: &[Expr], between: &str| {
            items.iter().map(show).collect::<Vec<_>>().join(between)
        };
        match expr {
            Expr::Const(constant) => value(constant),
            Expr::Slot(slot) => match self.bound.get(slot.index()) {
                None | Some(Value::Null) => self.slot(*slot),
                Some(known) => value(known),
            },
            Expr::Cell(field) => {
                let column = row.and_then(|relation| {
                    let mut columns = self.pack.columns.iter();
                    columns.find(|of| of.relation == relation && of.matched == *field)
                });
                match (column, row) {
                    (Some(column), _) => self.like(column),
                    (None, Some(relation)) => self.field(relation, *field).into(),
                    (None, None) => "?".into(),
                }
            }
            Expr::Param(id) => {
                let Some(param) = self.pack.param(*id) else { return "?".into() };
                let name = param.path.rsplit('.').next().unwrap_or(&param.path);
                if self.tuned { format!("{name} ({})", value(&param.default)) } else { name.into() }
            }
            Expr::TimeOf(slot) => format!("time({})", self.slot(*slot)),
            Expr::Age(expr) => format!("age({})", self.instant(expr)),
            Expr::Not(expr) if matches!(**expr, Expr::All(_)) => format!("not ({})", show(expr)),
            Expr::Not(expr) => format!("not {}", show(expr)),
            Expr::All(items) => list(items, " and "),
            Expr::Any(items) => match one_of(items) {
                Some((one, all)) => {
                    let all: Vec<_> = all.into_iter().map(show).collect();
                    format!("{} in [{}]", operand(one), all.join(", "))
                }
                None => format!("({})", list(items, " or ")),
            },
            Expr::Cmp(op, a, b) => {
                let op = match op {
                    Cmp::Eq => "==",
                    Cmp::Ne => "!=",
                    Cmp::Lt => "<",
                    Cmp::Le => "<=",
                    Cmp::Gt => ">",
                    Cmp::Ge => ">=",
                };
                format!("{} {op} {}", operand(a), operand(b))
            }
            Expr::Arith(op, a, b) => {
                let op = match op {
                    Arith::Add => "+",
                    Arith::Sub => "-",
                    Arith::Mul => "*",
                    Arith::Div => "/",
                };
                format!("({} {op} {})", operand(a), operand(b))
            }
            Expr::Call(func, args) => match (func, args.as_slice()) {
                (Func::In, [item, of]) => format!("{} in {}", operand(item), operand(of)),
                (Func::Has, [of, item]) => format!("{} has {}", operand(of), operand(item)),
                (Func::Get, [of, key]) => format!("{}[{}]", show(of), show(key)),
                _ => format!("{}({})", name(*func), list(args, ", ")),
            },
        }
    }
}

/// What `x in [a, b]` became, where not all in the list is constant: one thing, and what it may be equal to.
fn one_of(items: &[Expr]) -> Option<(&Expr, Vec<&Expr>)> {
    fn equal(item: &Expr) -> Option<(&Expr, &Expr)> {
        match item {
            Expr::Cmp(Cmp::Eq, a, b) => Some((a, b)),
            _ => None,
        }
    }
    let (one, _) = equal(items.first()?)?;
    let all = items.iter().map(|item| equal(item).filter(|(a, _)| *a == one).map(|(_, b)| b));
    Some((one, all.collect::<Option<_>>()?))
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

/// A relation's last name, without the number of a state made for `P for d`.
pub(crate) fn relation_name(relation: &Relation) -> &str {
    let name = relation.name();
    name.split("#for").next().unwrap_or(name)
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
