//! What is said of the place under the mouse.

use etio_dsl::diag::Code;
use etio_dsl::syntax::ast::{FieldDecl, Item, ParamDecl, Span};
use etio_dsl::syntax::{cst, tree};
use lsp_types::{Position, Range};

use super::program::{Declared, Program, path_at};
use super::{diagnostics, reference};

/// What there is to say of a place, as Markdown: what is wrong with it, then what it is.
pub(super) fn hover(program: &Program, uri: &str, file: usize, place: Position) -> Option<String> {
    let text = program.text(file);
    let at = program.offset(file, place);
    let here = Range { start: place, end: place };
    let mut said: Vec<String> = diagnostics::within(program, uri, here)
        .map(|said| explain(said.by_compiler.code))
        .collect();
    said.dedup();
    if is_code(text, at) {
        let declared =
            program.declaration(file, at).and_then(|(file, span)| show(program, file, span));
        said.extend(declared.or_else(|| reference::of(path_at(text, at))));
    }
    (!said.is_empty()).then(|| said.join("\n\n---\n\n"))
}

/// What `ruleck explain` says.
fn explain(code: Code) -> String {
    format!("**{} {}**: {}\n\n{}", code.id, code.name, code.meaning, code.explain)
}

/// Whether a place is neither in a comment nor in the plain part of a text.
fn is_code(text: &str, at: usize) -> bool {
    use cst::Kind;
    let arena = cst::Arena::new();
    let file = tree(text, &arena);
    let leaves = file.leaves();
    let here =
        leaves.iter().find(|leaf| leaf.span.start as usize <= at && at < leaf.span.end as usize);
    here.is_none_or(|leaf| {
        !matches!(
            leaf.kind,
            Kind::Comment
                | Kind::Raw
                | Kind::Plain
                | Kind::TextPart
                | Kind::TemplateText
                | Kind::Regex
        )
    })
}

/// The declaration of a name, in the words of its author.
pub(super) fn show(program: &Program, file: usize, name: Span) -> Option<String> {
    program.declared().filter(|declared| declared.file == file).find_map(|declared| {
        if declared.name.span == name {
            return Some(relation(program, &declared));
        }
        let of = format!("of {} `{}`", declared.keyword(), declared.name.text);
        let (fields, params): (&[FieldDecl], &[ParamDecl]) = match declared.item {
            Item::Relation(it) => (&it.fields, &[]),
            Item::Derive(it) => (&it.fields, &it.params),
            Item::Finding(it) => (&[], &it.params),
            _ => return None,
        };
        if let Some(param) = params.iter().find(|param| param.name.span == name) {
            return Some(format!(
                "{}\n\n{of}\n\n{}",
                code(program.slice(file, param.span)),
                param.doc
            ));
        }
        let field = fields.iter().find(|field| field.name.span == name)?;
        Some(format!("{}\n\n{of}", code(field_line(program, file, field))))
    })
}

/// A relation with its fields, or the head of a finding, and its doc comment.
pub(super) fn relation(program: &Program, declared: &Declared<'_>) -> String {
    let span = match declared.item {
        Item::Relation(it) => it.span,
        Item::Derive(it) => {
            let end = it.fields.last().map_or(it.name.span.end, field_end);
            return with_doc(
                program,
                declared,
                &format!("{} }}", program.slice(declared.file, Span { end, ..it.span })),
            );
        }
        Item::Finding(it) => {
            let end = it.key.last().map_or(it.name.span.end, |key| key.span.end);
            return with_doc(
                program,
                declared,
                &format!("{})", program.slice(declared.file, Span { end, ..it.span })),
            );
        }
        _ => declared.name.span,
    };
    with_doc(program, declared, program.slice(declared.file, span))
}

fn with_doc(program: &Program, declared: &Declared<'_>, text: &str) -> String {
    let module = program.module(declared.file);
    format!("{}\n\nof module `{module}`\n\n{}", code(text), declared.item.doc().trim())
}

/// The line of a field, with what is remarked behind it; the field alone where it shares its line.
fn field_line<'a>(program: &'a Program, file: usize, field: &FieldDecl) -> &'a str {
    let text = program.text(file);
    let (before, _) = text.split_at_checked(field.name.span.start as usize).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let line = text.get(start..).unwrap_or_default().lines().next().unwrap_or_default();
    let marks = before.get(start..).unwrap_or_default();
    match marks.split_whitespace().all(|word| ["key", "since"].contains(&word)) {
        true => line.trim(),
        false => program.slice(file, Span { end: field_end(field), ..field.name.span }),
    }
}

fn field_end(field: &FieldDecl) -> u32 {
    let written = field.ty.span.end + u32::from(field.optional);
    field.default.as_ref().map_or(written, |default| default.span.end)
}

fn code(text: &str) -> String {
    format!("```etio\n{text}\n```")
}
