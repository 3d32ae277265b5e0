//! `P for d`: a hidden relation whose rows stand while P does.

use etio_plan::{
    Atom, Body, Cond, Expr, Field, Head, Kind, RelId, Relation, Rule, Slot, SlotId, SlotType,
    Source, Window,
};

use super::{Draft, Lower};
use crate::{
    diag::codes,
    resolve::{Place, number, short},
    syntax::ast::{self, ExprKind, FieldOp},
    table::HashMap,
};

impl<'a> Lower<'_, 'a> {
    /// The pattern over rows that stand while `written` does.
    pub(super) fn sustained(
        &mut self,
        written: &'a ast::Atom,
        tolerating: Option<Expr>,
    ) -> Option<Atom> {
        let atom = self.atom(written)?;
        if self.is_event(atom.relation) {
            let help = "an event happens at an instant: say `A {…} without B {…} for d`, or `no A {…} for d per E {…}`";
            let message =
                format!("`{}` does not stand, it happens", self.cx.name_of(atom.relation));
            self.wrong_kind(atom.relation, written.relation.span, &message, help);
            return None;
        }
        self.lasting(atom, written, tolerating)
    }

    /// The same for a pattern that is known to be over what stands.
    pub(super) fn lasting(
        &mut self,
        atom: Atom,
        written: &'a ast::Atom,
        tolerating: Option<Expr>,
    ) -> Option<Atom> {
        if tolerating.is_none() && self.is_whole(written, atom.relation) {
            return Some(atom);
        }
        self.hide(atom, written, tolerating)
    }

    /// A derived relation's own rows will do where the pattern names every field: none can change
    /// without another row.
    fn is_whole(&self, written: &ast::Atom, relation: RelId) -> bool {
        let Some(found) = self.cx.pack.get(relation) else { return false };
        let named = |pat: &ast::FieldPat| match &pat.op {
            FieldOp::Same => true,
            FieldOp::Is(e) => matches!(e.kind, ExprKind::Name(_)) || crate::types::is_constant(e),
            _ => false,
        };
        matches!(found.kind, Kind::Derived | Kind::Finding)
            && written.fields.iter().all(named)
            && found.fields.iter().all(|field| {
                !field.optional && written.fields.iter().any(|pat| pat.field.text == field.name)
            })
    }

    /// Splits the pattern: what it says of itself goes into the hidden rule, what joins it with the
    /// rest stays here, over the hidden relation's fields.
    fn hide(&mut self, atom: Atom, written: &ast::Atom, tolerating: Option<Expr>) -> Option<Atom> {
        let (joined, fixed): (Vec<_>, Vec<_>) =
            atom.joins.into_iter().partition(|(_, value)| matches!(value, Expr::Slot(_)));
        let mut rule = Hidden::new(self, atom.relation);
        rule.atom.joins = fixed;
        // The hidden rule has its own variables: one for each field that is bound or joined.
        let mut renamed: HashMap<SlotId, SlotId> = HashMap::default();
        let mut outer = Atom {
            relation: atom.relation,
            row: atom.row,
            joins: Vec::new(),
            binds: Vec::new(),
            optional_binds: Vec::new(),
            tests: Vec::new(),
        };
        for (field, slot) in atom.binds {
            let (inner, column) = rule.expose(self, field)?;
            renamed.entry(slot).or_insert(inner);
            outer.binds.push((column, slot));
        }
        for (field, value) in joined {
            let (_, column) = rule.expose(self, field)?;
            outer.joins.push((column, value));
        }
        for test in atom.tests {
            let Some(test) = rename(&test, &renamed) else {
                let message =
                    "a state that lasts can only be compared with constants and parameters";
                let help = "say what it is compared with in a `derive` of its own, and write `for` behind that";
                self.error(codes::SUSTAINED_TEST, written.span, message, help);
                return None;
            };
            rule.atom.tests.push(test);
        }
        if let Some(gap) = &tolerating
            && rename(gap, &HashMap::default()).is_none()
        {
            let message = "`tolerating` takes a constant or a parameter";
            self.error(codes::SUSTAINED_TEST, written.span, message, "");
            return None;
        }
        outer.relation = self.hidden_relation(rule, written, tolerating);
        if let Some(slot) = self.st.slots.get_mut(outer.row.index()) {
            slot.ty = SlotType::Row(outer.relation);
        }
        if let Some(info) = self.st.rows.get_mut(&outer.row) {
            info.relation = outer.relation;
            info.bound = outer.binds.iter().copied().collect();
        }
        for (field, slot) in &outer.binds {
            self.st.origin.insert(*slot, (outer.row, *field));
        }
        Some(outer)
    }

    /// The hidden relation for a state; equal ones are made once.
    fn hidden_relation(
        &mut self,
        hidden: Hidden,
        written: &ast::Atom,
        tolerating: Option<Expr>,
    ) -> RelId {
        let key = format!("{:?} {:?} {:?}", hidden.atom, hidden.fields, tolerating);
        if let Some(known) = self.shared.sustained.get(&key) {
            return *known;
        }
        let relation = RelId(number(self.cx.pack.relations.len()));
        let nth = self.shared.sustained.len() + 1;
        let base = self.cx.pack.get(hidden.atom.relation);
        let path = format!("{}#for{nth}", base.map_or("", |base| base.path.as_str()));
        let row = hidden.atom.row;
        let rule = Rule {
            path: path.clone(),
            head: Head::Derived {
                relation,
                fields: hidden.key.iter().map(|slot| Some(Expr::Slot(*slot))).collect(),
                linger: tolerating,
            },
            slots: hidden.slots,
            key: hidden.key,
            keep: self.st.keep,
            body: Body {
                when: vec![Cond::Each(Source::Rows { atom: hidden.atom, window: Window::Stands })],
                ..Body::default()
            },
        };
        self.cx.pack.relations.push(Relation {
            path,
            kind: Kind::Derived,
            fields: hidden.fields,
            since: None,
            lossy: false,
            collect: String::new(),
            retention: None,
            history: 0,
            rate: None,
            doc: String::new(),
        });
        self.shared.sustained.insert(key, relation);
        self.shared.hidden.push(Draft {
            file: self.st.file,
            rule,
            name_span: written.span,
            explains_spans: Vec::new(),
            text_places: Vec::new(),
            row_places: HashMap::from_iter([(
                row,
                Place { file: self.st.file, span: written.span },
            )]),
        });
        relation
    }
}

/// The hidden rule while it is made.
struct Hidden {
    atom: Atom,
    slots: Vec<Slot>,
    fields: Vec<Field>,
    key: Vec<SlotId>,
}

impl Hidden {
    fn new(lower: &Lower<'_, '_>, relation: RelId) -> Self {
        let name = format!("#{}", lower.cx.name_of(relation));
        let slots = vec![Slot { name, ty: SlotType::Row(relation) }];
        let atom = Atom {
            relation,
            row: SlotId(0),
            joins: Vec::new(),
            binds: Vec::new(),
            optional_binds: Vec::new(),
            tests: Vec::new(),
        };
        Self { atom, slots, fields: Vec::new(), key: Vec::new() }
    }

    /// A field of the state as a variable of the hidden rule and a field of its head.
    fn expose(
        &mut self,
        lower: &Lower<'_, '_>,
        field: etio_plan::FieldId,
    ) -> Option<(SlotId, etio_plan::FieldId)> {
        if let Some(at) = self.atom.binds.iter().position(|(bound, _)| *bound == field) {
            return Some((*self.key.get(at)?, etio_plan::FieldId(short(at))));
        }
        let declared = lower.cx.pack.get(self.atom.relation)?.fields.get(field.index())?;
        let slot = SlotId(short(self.slots.len()));
        let column = etio_plan::FieldId(short(self.fields.len()));
        self.slots
            .push(Slot { name: declared.name.clone(), ty: SlotType::Scalar(declared.ty.clone()) });
        self.fields.push(Field {
            optional: false,
            key: false,
            default: None,
            hidden: false,
            ..declared.clone()
        });
        self.key.push(slot);
        self.atom.binds.push((field, slot));
        Some((slot, column))
    }
}

/// The expression over the hidden rule's variables; `None` where it names others.
fn rename(expr: &Expr, renamed: &HashMap<SlotId, SlotId>) -> Option<Expr> {
    let all =
        |items: &[Expr]| items.iter().map(|item| rename(item, renamed)).collect::<Option<Vec<_>>>();
    let boxed = |e: &Expr| rename(e, renamed).map(Box::new);
    Some(match expr {
        Expr::Slot(slot) => Expr::Slot(*renamed.get(slot)?),
        Expr::Const(_) | Expr::Cell(_) | Expr::Param(_) => expr.clone(),
        Expr::TimeOf(_) | Expr::Age(_) => return None,
        Expr::Not(e) => Expr::Not(boxed(e)?),
        Expr::All(items) => Expr::All(all(items)?),
        Expr::Any(items) => Expr::Any(all(items)?),
        Expr::Call(func, items) => Expr::Call(*func, all(items)?),
        Expr::Cmp(op, a, b) => Expr::Cmp(*op, boxed(a)?, boxed(b)?),
        Expr::Arith(op, a, b) => Expr::Arith(*op, boxed(a)?, boxed(b)?),
    })
}
