//! What sites ignore of a finding: texts that say why, guarded by when.

use etio_plan::{Cmp, Cond, Expr, Head, Part, RelId, SlotId, Text};

use super::{Draft, Lower, Shared, head::HOUR, mode::Mode, scope::State};
use crate::{
    diag::codes,
    resolve::{Cx, Place},
    site::Ignored,
    syntax::ast::{self, ChangeKind, FieldOp, FieldPat},
    table::HashMap,
};

/// Adds to a finding what is ignored of it. INVARIANT: the last text says nothing, see
/// [`etio_plan::Finding::ignored`].
pub(super) fn ignores<'a>(
    cx: &mut Cx<'a>,
    shared: &mut Shared,
    ignores: &[Ignored<'a>],
    finding: &'a ast::Finding,
    draft: &mut Draft,
) {
    let mut texts = Vec::with_capacity(ignores.len());
    for ignored in ignores {
        let st = State {
            file: ignored.file,
            path: draft.rule.path.clone(),
            slots: std::mem::take(&mut draft.rule.slots),
            frames: vec![HashMap::default()],
            keep: HOUR,
            errors_before: cx.errors(),
            ..State::default()
        };
        let mut lower = Lower { cx, shared, st };
        // As in the texts of the finding, the names of its key are known.
        for (name, slot) in finding.key.iter().zip(&draft.rule.key) {
            lower.call_slot(&name.text, name.span, *slot);
        }
        let mut guard = lower.block(false, |lower| lower.cases(ignored, draft));
        lower.check_uses();
        lower.fill(guard.iter_mut());
        lower.give_back(draft);
        let because = ignored.change.because.clone().unwrap_or_default();
        let says = format!("{because} (site {})", ignored.site);
        texts.push(Text { guard, parts: vec![Part::Lit(says)] });
        draft.text_places.push(Place { file: ignored.file, span: ignored.change.span });
    }
    if let Head::Finding(finding) = &mut draft.rule.head
        && !texts.is_empty()
    {
        texts.push(Text { guard: Vec::new(), parts: Vec::new() });
        finding.ignored = texts;
    }
}

impl<'a> Lower<'_, 'a> {
    /// What must hold of the finding for it to be ignored.
    fn cases(&mut self, ignored: &Ignored<'a>, draft: &Draft) -> Vec<Cond> {
        let ChangeKind::Ignore { fields, when, .. } = &ignored.change.kind else {
            return Vec::new();
        };
        let Head::Finding(finding) = &draft.rule.head else { return Vec::new() };
        let mut cases = Vec::with_capacity(fields.len() + when.len());
        for pat in fields {
            let Some(field) = self.field_of(finding.relation, &pat.field) else { continue };
            let Some(slot) = draft.rule.key.get(field.index()).copied() else { continue };
            cases.extend(self.case(finding.relation, slot, pat));
        }
        cases.append(&mut self.st.pending);
        cases.extend(self.conds(when));
        cases
    }

    /// What one part of the key must be.
    fn case(&mut self, relation: RelId, key: SlotId, pat: &'a FieldPat) -> Option<Cond> {
        let ty = self.scalar(key)?.clone();
        let value = Box::new(Expr::Slot(key));
        let mode = Mode { aggregates: false, ..Mode::BRACES };
        let test = match &pat.op {
            FieldOp::Any | FieldOp::Same => return None,
            FieldOp::Is(e) => Expr::Cmp(Cmp::Eq, value, Box::new(self.expr_of(e, &ty, mode)?.expr)),
            FieldOp::Cmp(op, e) => {
                let other = self.expr_of(e, &ty, mode)?;
                self.comparable(*op, &ty, pat.span)?;
                Expr::Cmp(*op, value, Box::new(other.expr))
            }
            FieldOp::In(list) => self.within_list(*value, &ty, pat.field.span, list, mode)?,
            FieldOp::Has(part) => self.has_part(*value, &ty, pat.field.span, part, mode)?,
            FieldOp::Like(pattern) => {
                let name = self.cx.name_of(relation).to_owned();
                let message = format!("the key of `{name}` is no text from outside");
                let help = "compare parts of it: `when { namespace(pod) == \"dev\" }`, or with `starts_with(…)`";
                self.error(codes::PATTERN_PLACE, pattern.span, message, help);
                return None;
            }
        };
        Some(Cond::Test(test))
    }
}
