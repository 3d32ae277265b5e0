//! Templates and regexes: in extractors, and as hidden columns behind `field ~ template`.

use etio_plan::{
    Atom, Cmp, Cond, Expr, Field, FieldId, Hole, HoleType, Kind, Pattern, PatternColumn, Piece,
    RelId, SlotType, Spelling, Type,
};

use super::{
    Lower,
    expr::{Typed, boolean},
    mode::Mode,
    regex,
    scope::Known,
};
use crate::{
    diag::codes,
    resolve::{Cx, short},
    syntax::ast::{self, ExprKind, PatternKind, PatternLit, Span, TemplatePart},
    types,
};

/// A capture as written: its name, the hole's type where one was written, and where.
pub(super) struct Capture<'a> {
    pub(super) name: &'a str,
    pub(super) hole: Option<HoleType>,
    /// The hole with its braces, or the whole of a regular expression.
    pub(super) span: Span,
    /// Where its name stands, so that it can be written anew; of a regular expression the same.
    pub(super) name_span: Span,
}

/// The captures of a pattern, or an error where it is no pattern.
pub(super) fn captures<'a>(
    cx: &mut Cx<'_>,
    file: usize,
    pattern: &'a PatternLit,
) -> Option<Vec<Capture<'a>>> {
    match &pattern.kind {
        PatternKind::Template(parts) => {
            let mut found: Vec<Capture<'a>> = Vec::new();
            for part in parts {
                let TemplatePart::Hole { name: Some(name), span, .. } = part else { continue };
                if found.iter().any(|capture| capture.name == name.text) {
                    let message = format!("the hole `{}` stands here twice", name.text);
                    let help = "give the second another name, or write `{_}`";
                    cx.error(codes::BAD_PATTERN, file, *span, message, help);
                    return None;
                }
                found.push(Capture {
                    name: &name.text,
                    hole: hole_type(cx, file, part)?,
                    span: *span,
                    name_span: name.span,
                });
            }
            Some(found)
        }
        PatternKind::Regex(regex) => match regex::group_names(regex) {
            Ok(names) => {
                let span = pattern.span;
                let capture = |name| Capture { name, hole: None, span, name_span: span };
                Some(names.into_iter().map(capture).collect())
            }
            Err(reason) => {
                let help = match reason.contains("not supported") {
                    true => {
                        "one pass over the text must do, so there is no looking around and no going back: say what the text is, or give it several spellings"
                    }
                    false => "",
                };
                let message = format!("this regular expression is not valid: {reason}");
                cx.error(codes::BAD_PATTERN, file, pattern.span, message, help);
                None
            }
        },
    }
}

/// The type written in a hole: outer `None` after an error, inner where none is written.
#[expect(clippy::option_option, reason = "an error and nothing written are different")]
fn hole_type(cx: &mut Cx<'_>, file: usize, part: &TemplatePart) -> Option<Option<HoleType>> {
    let TemplatePart::Hole { ty, hole, .. } = part else { return Some(None) };
    match (hole, ty) {
        (Some(hole), _) => Some(Some(*hole)),
        (None, None) => Some(None),
        (None, Some(path)) => match types::enum_hole(cx, file, path) {
            Some(hole) => Some(Some(hole)),
            None => {
                let message =
                    format!("a hole cannot be of type `{}`", crate::resolve::path_text(path));
                let ours = types::ours(&crate::resolve::path_text(path))
                    .map(|ours| format!("it is called `{ours}` here"));
                let help = "holes are text, word, int, float, duration, time, bytes, percent, ip, version, node, pod, uid, cid, image, digest or an enum";
                cx.error(
                    codes::BAD_PATTERN,
                    file,
                    path.span,
                    message,
                    ours.as_deref().unwrap_or(help),
                );
                None
            }
        },
    }
}

/// The pattern of the plan; `ty` says what a named hole without a type of its own admits.
pub(super) fn lower(
    cx: &mut Cx<'_>,
    file: usize,
    pattern: &PatternLit,
    ty: &dyn Fn(&str) -> Option<HoleType>,
) -> Option<Pattern> {
    match &pattern.kind {
        PatternKind::Regex(regex) => Some(Pattern::Regex(regex.clone())),
        PatternKind::Template(parts) => {
            let mut pieces = Vec::with_capacity(parts.len());
            for part in parts {
                match part {
                    TemplatePart::Lit(text) => pieces.push(Piece::Lit(text.clone())),
                    TemplatePart::Hole { name, .. } => {
                        let written = hole_type(cx, file, part)?;
                        let ty = match name {
                            Some(name) => written.or_else(|| ty(&name.text)),
                            None => written,
                        };
                        let name = name.as_ref().map(|name| name.text.as_str().into());
                        pieces.push(Piece::Hole(Hole { name, ty: ty.unwrap_or(HoleType::Text) }));
                    }
                }
            }
            Some(Pattern::Template(pieces))
        }
    }
}

/// What a column captures: the capture's name, its field, its type, and where it is written.
type Columns<'a> = Vec<(&'a str, FieldId, Type, Span)>;

impl<'a> Lower<'_, 'a> {
    /// `` f ~ `template` `` within a pattern's braces.
    pub(super) fn cell_like(
        &mut self,
        atom: &mut Atom,
        field: FieldId,
        pattern: &'a PatternLit,
    ) -> Option<()> {
        let (matched, captured) = self.column(atom.relation, field, pattern, pattern.span)?;
        atom.joins.push((matched, Expr::Const(true.into())));
        for (name, column, ty, span) in captured {
            match self.known(name, span) {
                None => {
                    let outer = self.st.grouping && self.st.key.contains(&name);
                    let slot = self.bind(name, span, SlotType::Scalar(ty), outer, true)?;
                    atom.binds.push((column, slot));
                }
                Some(known) => {
                    let (value, own) = self.captured_value(known, &ty, span)?;
                    self.equal(atom, column, value, own);
                }
            }
        }
        Some(())
    }

    /// `` x ~ `template` `` as a test on a variable that an input relation's text field binds.
    pub(super) fn like(
        &mut self,
        text: &'a ast::Expr,
        pattern: &'a PatternLit,
        mode: Mode,
    ) -> Option<Typed> {
        let found = self.expr(text, None, Mode { present: false, ..mode.inner() })?;
        let origin = match found.expr {
            Expr::Slot(slot) => self.st.origin.get(&slot).copied(),
            _ => None,
        };
        let Some((row, field)) = origin else {
            let help = "only a text that a condition reads from an event or entity can be matched: match it where the text enters, or use `contains`";
            self.error(
                codes::PATTERN_PLACE,
                text.span,
                "a template cannot be matched on this",
                help,
            );
            return None;
        };
        let info = self.st.rows.get(&row)?;
        let (relation, same_block) = (info.relation, info.block == self.st.block);
        let (matched, captured) = self.column(relation, field, pattern, text.span)?;
        if mode.conjunct && same_block {
            if let Some(info) = self.st.rows.get_mut(&row) {
                info.joins.push((matched, Expr::Const(true.into())));
            }
        } else if let (Some((name, .., span)), false) = (captured.first(), mode.conjunct) {
            let message = format!("`{name}` would not always be bound here");
            let help =
                "capture in a test of its own line; under `or`, `not` and in texts write `{_}`";
            self.error(codes::PATTERN_PLACE, *span, message, help);
            return None;
        }
        for (name, column, ty, span) in captured {
            let slot = self.read(row, column, true)?;
            match self.known(name, span) {
                None => {
                    let bound = self.bind(name, span, SlotType::Scalar(ty), false, true)?;
                    self.st.pending.push(Cond::Let(bound, Expr::Slot(slot)));
                }
                Some(known) => {
                    let (value, _) = self.captured_value(known, &ty, span)?;
                    let equal = Expr::Cmp(Cmp::Eq, Box::new(Expr::Slot(slot)), Box::new(value));
                    self.st.pending.push(Cond::Test(equal));
                }
            }
        }
        if mode.conjunct && same_block {
            // The join says it all.
            return Some(boolean(Expr::Const(true.into())));
        }
        let slot = self.read(row, matched, false)?;
        Some(boolean(Expr::Slot(slot)))
    }

    fn captured_value(&mut self, known: Known, ty: &Type, span: Span) -> Option<(Expr, bool)> {
        let (value, found, origin, own) = match known {
            Known::Param(expr, found) => (expr, found, None, false),
            Known::Var(at) => {
                let var = self.var(at)?;
                let (slot, place, own) = (var.slot, var.span, var.atom == self.st.atoms);
                let Some(found) = self.scalar(slot).cloned() else {
                    let message = "a capture must have another name than a row";
                    self.error(codes::NAME_TAKEN, span, message, "");
                    return None;
                };
                (Expr::Slot(slot), found, Some(place), own)
            }
        };
        if found != *ty {
            self.mismatch_at(span, origin, &found, ty);
            return None;
        }
        Some((value, own))
    }

    /// The hidden columns for a pattern on a field; equal ones are made once.
    fn column(
        &mut self,
        relation: RelId,
        field: FieldId,
        pattern: &'a PatternLit,
        span: Span,
    ) -> Option<(FieldId, Columns<'a>)> {
        let declared = self.cx.pack.get(relation)?;
        let name = declared.fields.get(field.index())?.name.clone();
        if !matches!(declared.kind, Kind::Event | Kind::Entity) {
            let message =
                format!("`{}` is no input: its text is not matched again", declared.name());
            let help = "extract or match it where the text enters, and give what it means a field";
            self.error(codes::PATTERN_PLACE, span, message, help);
            return None;
        }
        let ty = self.field_type(relation, field)?;
        if ty != Type::Text {
            let message =
                format!("a template matches text, this is {}", types::name_of(&ty, &self.cx.pack));
            self.error(codes::PATTERN_PLACE, span, message, "");
            return None;
        }
        let captures = captures(self.cx, self.st.file, pattern)?;
        let hole_of = |name: &str| {
            let slot = self.peek(name).and_then(|at| self.var(at)).map(|var| var.slot);
            let ty = slot
                .and_then(|slot| self.scalar(slot))
                .or_else(|| self.st.params.get(name).map(|param| &param.ty));
            ty.and_then(types::hole)
        };
        let mut holes: Vec<(&'a str, HoleType, Span)> = Vec::with_capacity(captures.len());
        for capture in captures {
            let hole = capture.hole.or_else(|| hole_of(capture.name)).unwrap_or(HoleType::Text);
            holes.push((capture.name, hole, capture.span));
        }
        let lookup = |name: &str| holes.iter().find(|hole| hole.0 == name).map(|hole| hole.1);
        let pattern = lower(self.cx, self.st.file, pattern, &lookup)?;
        // Two regexes that differ in the types of their groups are two columns.
        let key = (
            relation,
            field,
            format!("{pattern:?}{:?}", holes.iter().map(|hole| hole.1).collect::<Vec<_>>()),
        );
        let at = match self.shared.columns.get(&key) {
            Some(at) => *at,
            None => {
                let at = self.cx.pack.columns.len();
                let column = self.add_column(relation, field, &name, pattern, &holes)?;
                self.cx.pack.columns.push(column);
                self.shared.columns.insert(key, at);
                at
            }
        };
        let column = self.cx.pack.columns.get(at)?;
        let captured = holes.iter().zip(&column.spelling.captures);
        let captured = captured
            .map(|((name, hole, span), (_, field))| (*name, *field, types::of_hole(*hole), *span))
            .collect();
        Some((column.matched, captured))
    }

    fn add_column(
        &mut self,
        relation: RelId,
        field: FieldId,
        name: &str,
        pattern: Pattern,
        holes: &[(&str, HoleType, Span)],
    ) -> Option<PatternColumn> {
        let declared = self.cx.pack.relations.get_mut(relation.index())?;
        let nth = self.shared.columns.len() + 1;
        let mut hidden = |name: String, ty: Type| {
            let id = FieldId(short(declared.fields.len()));
            let field = Field { name, ty, optional: true, key: false, default: None, hidden: true };
            declared.fields.push(field);
            id
        };
        let matched = hidden(format!("{name}~{nth}"), Type::Bool);
        let captures = holes
            .iter()
            .map(|(hole, ty, _)| {
                ((*hole).into(), hidden(format!("{name}~{nth}.{hole}"), types::of_hole(*ty)))
            })
            .collect();
        Some(PatternColumn { relation, field, spelling: Spelling { pattern, captures }, matched })
    }

    /// Whether a test is nothing but a template, which may then bind.
    pub(super) const fn is_like(expr: &ast::Expr) -> bool {
        matches!(expr.kind, ExprKind::Like(..))
    }
}
