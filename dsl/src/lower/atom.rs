//! Patterns over one relation: `R { f, g: x, h < e }`.

use etio_plan::{Atom, Cmp, Expr, FieldId, RelId, Relation, SlotId, SlotType, Type};

use super::{Lower, mode::Mode, scope::Known};
use crate::{
    diag::{Diagnostic, codes},
    syntax::ast::{self, ExprKind, FieldOp, FieldPat, Name, Span},
};

impl<'a> Lower<'_, 'a> {
    /// A pattern. Fresh names are bound in the innermost scope; within an aggregate those of the key
    /// in the one around it.
    pub(super) fn atom(&mut self, written: &'a ast::Atom) -> Option<Atom> {
        let relation = self.cx.relation(self.st.file, &written.relation)?;
        self.atom_over(relation, written)
    }

    /// A pattern whose relation is known.
    pub(super) fn atom_over(&mut self, relation: RelId, written: &'a ast::Atom) -> Option<Atom> {
        if self.cx.broken.contains(&relation) {
            self.cx.count_known_error();
            return None;
        }
        self.check_node(relation, written);
        let row = self.row(relation, written.span);
        self.st.atoms += 1;
        let mut atom = Atom {
            relation,
            row,
            joins: Vec::new(),
            binds: Vec::new(),
            optional_binds: Vec::new(),
            tests: Vec::new(),
        };
        // First what binds, so that tests may name it wherever they stand.
        let mut later = Vec::new();
        let mut complete = true;
        for pat in &written.fields {
            if self.is_own_name(relation, written, &pat.field) {
                complete = false;
                continue;
            }
            let Some(field) = self.field_of(relation, &pat.field) else {
                complete = false;
                continue;
            };
            if !matches!(pat.op, FieldOp::Any) && self.cx.is_never_filled(relation, field) {
                let message =
                    format!("nothing ever fills `{}`, so this never matches", pat.field.text);
                let help = "fill it in a spelling or a `derive` block, or leave it out";
                self.error(codes::NEVER_THERE, pat.span, message, help);
            }
            let done = match &pat.op {
                FieldOp::Any => Some(()),
                FieldOp::Same => self.named(&mut atom, field, &pat.field.text, pat.field.span),
                FieldOp::Is(ast::Expr { kind: ExprKind::Name(name), span }) => {
                    self.named(&mut atom, field, name, *span)
                }
                _ => {
                    later.push((field, pat));
                    Some(())
                }
            };
            complete &= done.is_some();
        }
        for (field, pat) in later {
            complete &= self.said(&mut atom, field, pat).is_some();
        }
        complete.then_some(atom)
    }

    /// Says where the braces test a name that they give to a field, and not the field: `error: said, said != ""`.
    fn is_own_name(&mut self, relation: RelId, written: &'a ast::Atom, name: &Name) -> bool {
        if self.cx.pack.get(relation).is_none_or(|found| found.field(&name.text).is_some()) {
            return false;
        }
        let gives = |pat: &&FieldPat| matches!(&pat.op, FieldOp::Is(ast::Expr { kind: ExprKind::Name(given), .. }) if *given == name.text);
        let Some(meant) = written.fields.iter().find(gives) else { return false };
        let field = &meant.field.text;
        let message = format!("`{}` has no field `{}`", self.cx.name_of(relation), name.text);
        let error = Diagnostic::new(codes::UNKNOWN_FIELD, message)
            .at(self.st.file, name.span, "a name that these braces give")
            .help(format!("tests in braces name fields: write `{field}`"))
            .fix(self.st.file, name.span, field.clone());
        self.cx.report(error);
        true
    }

    /// A field by name, or an error.
    pub(super) fn field_of(&mut self, relation: RelId, name: &Name) -> Option<FieldId> {
        self.cx.field(self.st.file, relation, name)
    }

    pub(super) fn field_type(&self, relation: RelId, field: FieldId) -> Option<Type> {
        self.cx.type_of(relation, field)
    }

    /// Leaving out `node` joins the rows of all nodes, which is hardly ever meant.
    fn check_node(&mut self, relation: RelId, written: &ast::Atom) {
        let has = |relation: &Relation| {
            relation.fields.iter().any(|field| field.name == "node" && field.ty == Type::Node)
        };
        let named = written.fields.iter().any(|pat| pat.field.text == "node");
        if named || !self.has_node() || !self.cx.pack.get(relation).is_some_and(has) {
            return;
        }
        let name = self.cx.name_of(relation);
        let message = format!("`{name}` is asked of every node, though the rule speaks of one");
        self.cx.report(
            Diagnostic::new(codes::NODE_LEFT_OUT, message)
                .at(self.st.file, written.span, "`node` is left out here")
                .help("write `node` to stay on the node, `node: _` for any"),
        );
    }

    /// `f: name`: joins what is known, binds what is not.
    fn named(&mut self, atom: &mut Atom, field: FieldId, name: &'a str, span: Span) -> Option<()> {
        let ty = self.field_type(atom.relation, field)?;
        match self.known(name, span) {
            None => {
                let outer = self.st.grouping && self.st.key.contains(&name);
                let slot = self.bind(name, span, SlotType::Scalar(ty), outer, true)?;
                self.bind_field(atom, field, slot);
            }
            Some(Known::Param(expr, found)) => {
                if found != ty {
                    self.mismatch_at(span, None, &found, &ty);
                    return None;
                }
                atom.joins.push((field, expr));
            }
            Some(Known::Var(at)) => {
                let var = self.var(at)?;
                let (slot, origin, own) = (var.slot, var.span, var.atom == self.st.atoms);
                let Some(found) = self.scalar(slot).cloned() else {
                    let message = format!("`{name}` is a row, not a value");
                    let help = format!("write `{name}.field` for one of its fields");
                    self.error(codes::NOT_A_VALUE, span, message, &help);
                    return None;
                };
                if found != ty {
                    self.mismatch_at(span, Some(origin), &found, &ty);
                    return None;
                }
                self.equal(atom, field, Expr::Slot(slot), own);
            }
        }
        Some(())
    }

    fn bind_field(&mut self, atom: &mut Atom, field: FieldId, slot: SlotId) {
        // The same field may be bound to two names.
        if let Some(info) = self.st.rows.get_mut(&atom.row) {
            info.bound.entry(field).or_insert(slot);
        }
        self.st.origin.entry(slot).or_insert((atom.row, field));
        atom.binds.push((field, slot));
    }

    /// A field that equals a value: a join where the value is known before the row.
    pub(super) fn equal(&mut self, atom: &mut Atom, field: FieldId, value: Expr, own: bool) {
        if own {
            let cell = Box::new(Expr::Cell(field));
            atom.tests.push(Expr::Cmp(Cmp::Eq, cell, Box::new(value)));
        } else {
            atom.joins.push((field, value));
        }
    }

    /// What is said of a field other than its name.
    fn said(&mut self, atom: &mut Atom, field: FieldId, pat: &'a FieldPat) -> Option<()> {
        let ty = self.field_type(atom.relation, field)?;
        let cell = Expr::Cell(field);
        match &pat.op {
            FieldOp::Any | FieldOp::Same => {}
            FieldOp::Is(e) => {
                let value = self.expr_of(e, &ty, Mode::BRACES)?;
                let own = self.names_own(&value.expr, atom);
                self.equal(atom, field, value.expr, own);
            }
            FieldOp::Cmp(op, e) => {
                let value = self.expr_of(e, &ty, Mode { present: false, ..Mode::BRACES })?;
                self.comparable(*op, &ty, pat.span)?;
                atom.tests.push(Expr::Cmp(*op, Box::new(cell), Box::new(value.expr)));
            }
            FieldOp::In(list) => {
                let test = self.within_list(cell, &ty, pat.field.span, list, Mode::BRACES)?;
                atom.tests.push(test);
            }
            FieldOp::Has(part) => {
                let test = self.has_part(cell, &ty, pat.field.span, part, Mode::BRACES)?;
                atom.tests.push(test);
            }
            FieldOp::Like(pattern) => self.cell_like(atom, field, pattern)?,
        }
        Some(())
    }

    /// Whether an expression names what this very pattern binds.
    fn names_own(&self, expr: &Expr, atom: &Atom) -> bool {
        let own = |slot: &SlotId| atom.binds.iter().any(|(_, bound)| bound == slot);
        expr.any(&|part| matches!(part, Expr::Slot(slot) if own(slot)))
    }

    /// The field of an aggregate's row that a bare name means.
    pub(super) fn aggregated_field(&self, name: &str) -> Option<(SlotId, FieldId)> {
        let row = self.st.aggregated?;
        let info = self.st.rows.get(&row)?;
        Some((row, self.cx.pack.get(info.relation)?.field(name)?))
    }
}
