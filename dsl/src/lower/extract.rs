//! `extract`: which text becomes which event.

use etio_plan::{Extractor, FieldId, HoleType, Kind, RelId, Spelling, Type, Value};

use super::{pattern, shadow::covers};
use crate::{
    diag::{Diagnostic, codes},
    resolve::{Cx, path_text},
    syntax::ast::{self, ExprKind, Extract, FieldOp, FieldPat, Item, Name, PatternLit, Span},
    testcase::SampleCase,
    types,
};

/// Lowers all extractors, in the order of the files, and their samples.
pub(crate) fn extractors(cx: &mut Cx<'_>) -> Vec<SampleCase> {
    let mut samples = Vec::new();
    let trees = cx.trees;
    for file in cx.order.clone() {
        for item in trees.get(file).map_or(&[][..], |tree| &tree.items) {
            if let Item::Extract(written) = item {
                extract(cx, file, written, &mut samples);
            }
        }
    }
    samples
}

fn extract(cx: &mut Cx<'_>, file: usize, written: &Extract, samples: &mut Vec<SampleCase>) {
    let Some(event) = cx.relation(file, &written.event) else { return };
    if cx.kind(event) != Some(Kind::Event) {
        let message = format!("`{}` is no event", path_text(&written.event));
        cx.error(
            codes::WRONG_KIND,
            file,
            written.event.span,
            message,
            "a text says that something happened: extract an event",
        );
        return;
    }
    let consts = constants(cx, file, event, &written.consts);
    let spellings: Vec<Option<Spelling>> =
        written.spellings.iter().map(|spelling| spell(cx, file, event, spelling)).collect();
    report_hidden(cx, file, written, &spellings);
    if written.spellings.is_empty() {
        cx.error(
            codes::INCOMPLETE_EXTRACT,
            file,
            written.span,
            "this extracts nothing",
            "write at least one spelling between the last braces",
        );
    }
    let first = cx.pack.extractors.len();
    for (path, field) in &written.sources {
        let Some(source) = source(cx, file, path, field) else { continue };
        let (filters, copies) = fields(cx, file, event, source.0, &written.fields);
        let extractor = Extractor {
            event,
            from: source.0,
            field: source.1,
            filters,
            copies,
            consts: consts.clone(),
            spellings: spellings.iter().flatten().cloned().collect(),
        };
        // After an error elsewhere in the item its completeness says nothing.
        if spellings.iter().all(Option::is_some) {
            check_complete(cx, file, written, &extractor);
        }
        cx.extracted.insert(event);
        let captured = extractor.spellings.iter().flat_map(|spelling| &spelling.captures);
        let filled = captured
            .map(|(_, field)| field)
            .chain(extractor.copies.iter().map(|(_, field)| field))
            .chain(extractor.consts.iter().map(|(field, _)| field));
        cx.filled.extend(filled.map(|field| (event, *field)));
        cx.pack.extractors.push(extractor);
    }
    for sample in &written.samples {
        let expect = sample.expect.as_ref().map(|fields| constants(cx, file, event, fields));
        let (text, span) = (sample.text.clone(), sample.span);
        samples.push(SampleCase { extractor: first, text, expect, file, span });
    }
}

/// A spelling that one above it leaves nothing for.
fn report_hidden(cx: &mut Cx<'_>, file: usize, written: &Extract, spellings: &[Option<Spelling>]) {
    for (at, later) in spellings.iter().enumerate() {
        let Some(later) = later else { continue };
        let above = spellings.iter().take(at).zip(&written.spellings);
        let covers =
            |earlier: &Option<Spelling>| earlier.as_ref().is_some_and(|one| covers(one, later));
        let mut hiding =
            above.filter(|(earlier, _)| covers(earlier)).map(|(_, written)| written.span);
        if let (Some(hiding), Some(hidden)) = (hiding.next(), written.spellings.get(at)) {
            cx.report(
                Diagnostic::new(codes::SHADOWED_SPELLING, "this spelling is never reached")
                    .at(file, hidden.span, "")
                    .also(file, hiding, "this matches all that it does")
                    .help("the first spelling that matches is used: put the narrower one first"),
            );
        }
    }
}

/// The relation and text field of a source.
fn source(cx: &mut Cx<'_>, file: usize, path: &ast::Path, name: &Name) -> Option<(RelId, FieldId)> {
    let relation = cx.relation(file, path)?;
    if !matches!(cx.kind(relation), Some(Kind::Event | Kind::Entity)) {
        let message = format!("`{}` carries no text from outside", path_text(path));
        cx.error(
            codes::WRONG_KIND,
            file,
            path.span,
            message,
            "extract from an event or entity that is collected",
        );
        return None;
    }
    let field = cx.field(file, relation, name)?;
    let ty = cx.type_of(relation, field)?;
    if ty != Type::Text {
        types::mismatch(cx, file, name.span, &ty, &Type::Text);
        return None;
    }
    Some((relation, field))
}

/// `f: const` for fields of one relation.
pub(crate) fn constants(
    cx: &mut Cx<'_>,
    file: usize,
    relation: RelId,
    pats: &[FieldPat],
) -> Vec<(FieldId, Value)> {
    let mut values: Vec<(FieldId, Value)> = Vec::with_capacity(pats.len());
    for pat in pats {
        let Some(field) = cx.field(file, relation, &pat.field) else { continue };
        let Some(ty) = cx.type_of(relation, field) else { continue };
        let FieldOp::Is(value) = &pat.op else {
            let message = format!("`{}` must have a value here", pat.field.text);
            cx.error(codes::NOT_CONSTANT, file, pat.span, message, "write `field: constant`");
            continue;
        };
        if values.iter().any(|(known, _)| *known == field) {
            let message = format!("`{}` has two values", pat.field.text);
            cx.error(codes::DUPLICATE, file, pat.span, message, "");
            continue;
        }
        if let Some(value) = types::constant(cx, file, value, &ty) {
            values.push((field, value));
        }
    }
    values
}

type Filters = Vec<(FieldId, Vec<Value>)>;
type Copies = Vec<(FieldId, FieldId)>;

/// Filters on the source and copies from it.
fn fields(
    cx: &mut Cx<'_>,
    file: usize,
    event: RelId,
    from: RelId,
    pats: &[FieldPat],
) -> (Filters, Copies) {
    let (mut filters, mut copies) = (Vec::new(), Vec::new());
    for pat in pats {
        let Some(here) = cx.field(file, from, &pat.field) else { continue };
        let Some(ty) = cx.type_of(from, here) else { continue };
        match &pat.op {
            FieldOp::Same => {
                copies.extend(copy(cx, file, event, here, &ty, &pat.field.text, pat.field.span))
            }
            FieldOp::Is(ast::Expr { kind: ExprKind::Name(name), span }) => {
                copies.extend(copy(cx, file, event, here, &ty, name, *span));
            }
            FieldOp::Is(value) => {
                filters
                    .extend(types::constant(cx, file, value, &ty).map(|value| (here, vec![value])));
            }
            FieldOp::In(list) => {
                let wanted = Type::List(Box::new(ty));
                if let Some(Value::List(values)) = types::constant(cx, file, list, &wanted) {
                    filters.push((here, values));
                }
            }
            FieldOp::Any | FieldOp::Cmp(..) | FieldOp::Has(_) | FieldOp::Like(_) => {
                let help = "an extractor's source is filtered with `f: constant` or `f in [..]`; the rest belongs into conditions";
                cx.error(
                    codes::BAD_FILTER,
                    file,
                    pat.span,
                    "this is no filter of an extractor",
                    help,
                );
            }
        }
    }
    (filters, copies)
}

/// A source's field that becomes the event's field of some name.
fn copy(
    cx: &mut Cx<'_>,
    file: usize,
    event: RelId,
    here: FieldId,
    ty: &Type,
    name: &str,
    span: Span,
) -> Option<(FieldId, FieldId)> {
    let there = cx.field(file, event, &Name { text: name.into(), span })?;
    let wanted = cx.type_of(event, there)?;
    if *ty != wanted {
        types::mismatch(cx, file, span, ty, &wanted);
        return None;
    }
    Some((here, there))
}

fn spell(cx: &mut Cx<'_>, file: usize, event: RelId, written: &PatternLit) -> Option<Spelling> {
    let found = pattern::captures(cx, file, written)?;
    let mut captures = Vec::with_capacity(found.len());
    let mut holes: Vec<(&str, HoleType)> = Vec::with_capacity(found.len());
    for capture in found {
        let name = Name { text: capture.name.into(), span: capture.name_span };
        let into = cx.field(file, event, &name)?;
        let ty = cx.type_of(event, into)?;
        let Some(default) = types::hole(&ty) else {
            let message = format!("a capture cannot be {}", types::name_of(&ty, &cx.pack));
            let help = "lists, maps and booleans are not captured; set a boolean as a constant: `extract E { ready: true } from …`";
            cx.error(codes::BAD_PATTERN, file, capture.span, message, help);
            return None;
        };
        let hole = capture.hole.unwrap_or(default);
        // A narrower hole may fill any textual field, which then spells it its own way.
        let narrower = matches!(hole, HoleType::Text | HoleType::Word) && ty.is_textual();
        if !narrower && types::of_hole(hole) != ty {
            types::mismatch(cx, file, capture.span, &types::of_hole(hole), &ty);
            return None;
        }
        captures.push((capture.name.into(), into));
        holes.push((capture.name, hole));
    }
    let hole = |name: &str| holes.iter().find(|(known, _)| *known == name).map(|(_, hole)| *hole);
    let pattern = pattern::lower(cx, file, written, &hole)?;
    Some(Spelling { pattern, captures })
}

/// Every field that must be there is filled, whichever spelling matches.
fn check_complete(cx: &mut Cx<'_>, file: usize, written: &Extract, extractor: &Extractor) {
    let Some(event) = cx.pack.get(extractor.event) else { return };
    let mut missing: Vec<(Span, String)> = Vec::new();
    for (at, field) in event.fields.iter().enumerate() {
        if field.optional || field.default.is_some() || field.hidden {
            continue;
        }
        let id = FieldId(crate::resolve::short(at));
        let filled = extractor.consts.iter().any(|(known, _)| *known == id)
            || extractor.copies.iter().any(|(_, known)| *known == id);
        if filled {
            continue;
        }
        for (spelling, literal) in extractor.spellings.iter().zip(&written.spellings) {
            if !spelling.captures.iter().any(|(_, known)| *known == id) {
                missing.push((literal.span, field.name.clone()));
            }
        }
    }
    let name = event.name().to_owned();
    let place = cx.names.place(extractor.event);
    for (span, field) in missing {
        let message = format!("this spelling says nothing of `{field}`, which every `{name}` has");
        let mut diagnostic = Diagnostic::new(codes::INCOMPLETE_EXTRACT, message)
            .at(file, span, format!("no `{{{field}}}`"))
            .help(format!("capture it, copy it from the source, set it before `from`, or declare it `{field}: T?`"));
        if let Some(place) = place {
            diagnostic = diagnostic.also(place.file, place.span, "declared here");
        }
        // Several sources give the same error.
        if !cx.diagnostics.contains(&diagnostic) {
            cx.report(diagnostic);
        }
    }
}
