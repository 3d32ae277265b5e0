//! The second half of a rule: texts and `explains`, then the fields that were read through row
//! variables go into their patterns.

use etio_plan::{Atom, Body, Cond, Explains, Finding, Head, Part, Rule, SlotType, Source, Text};

use super::{Draft, Lower, Shared, mode::Mode, scope::State};
use crate::{
    diag::codes,
    resolve::{Block, BlockItem, Cx, Place},
    syntax::ast::{self, FieldOp, InterpPart, TextClause},
};

/// Completes a draft.
pub(super) fn finish<'a>(
    cx: &mut Cx<'a>,
    shared: &mut Shared,
    st: State<'a>,
    block: &Block<'a>,
    draft: &mut Draft,
) {
    let errors = cx.errors();
    // Errors of other rules in between say nothing of this one.
    let own = st.errors_after.saturating_sub(st.errors_before);
    let mut lower = Lower { cx, shared, st };
    lower.st.errors_before = errors.saturating_sub(own);
    if let BlockItem::Finding(item) = block.item {
        let title = lower.texts(&item.title);
        let because = lower.texts(&item.because);
        let remedy = lower.texts(&item.remedy);
        let mut explains = Vec::with_capacity(item.explains.len());
        for written in &item.explains {
            if let Some(edge) = lower.explains(written) {
                explains.push(edge);
                draft.explains_spans.push(written.target.span);
            }
        }
        let texts = item.title.iter().chain(&item.because).chain(&item.remedy);
        draft.text_places.extend(texts.map(|text| Place { file: block.file, span: text.span }));
        if let Head::Finding(finding) = &mut draft.rule.head {
            finding.title = title;
            finding.because = because;
            finding.remedy = remedy;
            finding.explains = explains;
        }
    }
    if lower.st.slots.len() > usize::from(u16::MAX) {
        lower.error(
            codes::RULE_TOO_LARGE,
            draft.name_span,
            "this rule has too many variables",
            "split it",
        );
    }
    lower.check_uses();
    lower.fill(conds(&mut draft.rule));
    lower.give_back(draft);
}

impl<'a> Lower<'_, 'a> {
    fn texts(&mut self, clauses: &'a [TextClause]) -> Vec<Text> {
        for clause in clauses.iter().rev().skip(1).filter(|clause| clause.guard.is_empty()) {
            if clause.text.iter().all(|part| matches!(part, InterpPart::Lit(_))) {
                let message = "nothing after this text is ever shown";
                let help = "the first text that fits is used: put the one without `when` last";
                self.error(codes::SHADOWED_TEXT, clause.span, message, help);
            }
        }
        clauses.iter().map(|clause| self.after(|lower| lower.text(clause))).collect()
    }

    fn text(&mut self, clause: &'a TextClause) -> Text {
        let guard = self.conds(&clause.guard);
        let mut parts = Vec::with_capacity(clause.text.len());
        for part in &clause.text {
            match part {
                InterpPart::Lit(text) => parts.push(Part::Lit(text.clone())),
                InterpPart::Expr(expr) => {
                    parts.extend(
                        self.expr(expr, None, Mode::TEXT).map(|typed| Part::Expr(typed.expr)),
                    );
                }
            }
        }
        // Reads in a text are allowed to be absent and need nothing before them.
        self.st.pending.clear();
        Text { guard, parts }
    }

    fn explains(&mut self, written: &'a ast::Explains) -> Option<Explains> {
        let target = self.cx.finding(self.st.file, &written.target)?;
        self.after(|lower| {
            let mut when = lower.conds(&written.when);
            if lower.cx.broken.contains(&target) {
                return None;
            }
            let mut key = Vec::with_capacity(written.fields.len());
            for pat in &written.fields {
                let Some(field) = lower.field_of(target, &pat.field) else { continue };
                let Some(ty) = lower.field_type(target, field) else { continue };
                let mode = Mode { aggregates: false, ..Mode::VALUE };
                let value = match &pat.op {
                    FieldOp::Any => continue,
                    FieldOp::Is(e) => lower.expr_of(e, &ty, mode),
                    FieldOp::Same => lower.same(&pat.field, &ty),
                    _ => {
                        let message = "a key of the symptom is a value";
                        lower.error(
                            codes::BAD_KEY,
                            pat.span,
                            message,
                            "write `field: value`; compare in `when { … }`",
                        );
                        None
                    }
                };
                key.extend(value.map(|value| (field, value.expr)));
            }
            when.append(&mut lower.st.pending);
            Some(Explains { target, key, when })
        })
    }

    fn same(&mut self, name: &'a ast::Name, ty: &etio_plan::Type) -> Option<super::expr::Typed> {
        let Some(found) = self.peek(&name.text).and_then(|at| self.var(at)) else {
            self.unbound(&name.text, name.span);
            return None;
        };
        let (slot, origin) = (found.slot, found.span);
        self.known(&name.text, name.span);
        let Some(found) = self.scalar(slot).cloned() else {
            let message = format!("`{}` is a row, not a value", name.text);
            self.error(codes::NOT_A_VALUE, name.span, message, "");
            return None;
        };
        if found != *ty {
            self.mismatch_at(name.span, Some(origin), &found, ty);
            return None;
        }
        Some(super::expr::Typed { expr: etio_plan::Expr::Slot(slot), ty: found, optional: false })
    }

    /// Puts what was read through row variables into the patterns of these conditions.
    pub(super) fn fill<'c>(&self, conds: impl Iterator<Item = &'c mut Cond>) {
        for cond in conds {
            atoms(cond, &mut |atom| {
                let Some(info) = self.st.rows.get(&atom.row) else { return };
                atom.joins.extend(info.joins.iter().cloned());
                for (field, (slot, present)) in &info.read {
                    let binds = if *present { &mut atom.binds } else { &mut atom.optional_binds };
                    binds.push((*field, *slot));
                }
            });
        }
    }

    /// Gives the variables to the rule, and says where its rows stand.
    pub(super) fn give_back(&mut self, draft: &mut Draft) {
        for (slot, info) in &self.st.rows {
            let place = Place { file: self.st.file, span: info.span };
            draft.row_places.insert(*slot, place);
        }
        debug_assert!(self.st.rows.keys().all(|row| matches!(
            self.st.slots.get(row.index()).map(|slot| &slot.ty),
            Some(SlotType::Row(_))
        )));
        draft.rule.slots = std::mem::take(&mut self.st.slots);
    }
}

/// Every pattern of a rule.
pub(crate) fn each_atom(rule: &mut Rule, see: &mut dyn FnMut(&mut Atom)) {
    conds(rule).for_each(|cond| atoms(cond, see));
}

/// Every condition of a rule, those of its texts and edges last.
fn conds(rule: &mut Rule) -> impl Iterator<Item = &mut Cond> {
    let Body { when, confirm, unless, maybe } = &mut rule.body;
    let blocks = confirm.iter_mut().chain(unless).chain(maybe).flatten();
    let (texts, edges) = match &mut rule.head {
        Head::Finding(Finding { title, because, remedy, ignored, explains, .. }) => {
            (Some([title, because, remedy, ignored]), Some(explains))
        }
        Head::Derived { .. } => (None, None),
    };
    let guards = texts.into_iter().flatten().flatten().flat_map(|text| &mut text.guard);
    let edges = edges.into_iter().flatten().flat_map(|edge| &mut edge.when);
    when.iter_mut().chain(blocks).chain(guards).chain(edges)
}

/// Every pattern of a condition.
fn atoms(cond: &mut Cond, see: &mut dyn FnMut(&mut Atom)) {
    let source = match cond {
        Cond::Each(source) | Cond::No(source) | Cond::Pick { of: source, .. } => source,
        Cond::Agg { of, .. } => of,
        Cond::Test(_) | Cond::Let(..) | Cond::Member(..) => return,
    };
    match source {
        Source::Rows { atom, .. } | Source::Sustained { atom, .. } => see(atom),
        Source::Then { first, next, without, .. } => {
            see(first);
            see(next);
            if let Some(without) = without {
                see(without);
            }
        }
        Source::Without { first, end, .. } => {
            see(first);
            see(end);
        }
        Source::Silence { of, per, .. } => {
            see(of);
            see(per);
        }
    }
}
