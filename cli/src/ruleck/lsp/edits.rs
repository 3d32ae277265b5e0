//! Changes to a text: its layout, and the fixes that diagnostics know.

use std::collections::{BTreeSet, HashMap};

use etio_dsl::diag::codes;
use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, Range, TextEdit, Uri, WorkspaceEdit,
};

use super::diagnostics::{self, Said};
use super::program::Program;
use super::uri;

/// What `ruleck fmt` would change; nothing where the file does not parse.
pub(super) fn format(program: &Program, file: usize) -> Vec<TextEdit> {
    let text = program.text(file);
    let Ok(formatted) = etio_dsl::fmt(text) else { return Vec::new() };
    if formatted == text {
        return Vec::new();
    }
    // Lines that stay as they are are left alone, and with them the cursor.
    let same = text.split_inclusive('\n').zip(formatted.split_inclusive('\n'));
    let before: usize = same.take_while(|(old, new)| old == new).map(|(line, _)| line.len()).sum();
    let rest = |text: &'_ str| text.get(before..).unwrap_or_default().to_owned();
    let (old, new) = (rest(text), rest(&formatted));
    let same = old.split_inclusive('\n').rev().zip(new.split_inclusive('\n').rev());
    let after: usize = same.take_while(|(old, new)| old == new).map(|(line, _)| line.len()).sum();
    let range = Range {
        start: program.position(file, before),
        end: program.position(file, text.len() - after),
    };
    vec![TextEdit { range, new_text: new.get(..new.len() - after).unwrap_or_default().to_owned() }]
}

/// The fixes for what is said in a range of a file.
pub(super) fn fixes(program: &Program, uri: &str, range: Range) -> Vec<CodeActionOrCommand> {
    diagnostics::within(program, uri, range)
        .flat_map(|said| fixes_of(program, &said))
        .map(CodeActionOrCommand::CodeAction)
        .collect()
}

fn fixes_of(program: &Program, said: &Said<'_>) -> Vec<CodeAction> {
    let action = |title: String, file: usize, edit: TextEdit| {
        let uri = program.uri(file).and_then(uri::typed)?;
        // The protocol's own type, whose hash is that of its text.
        #[expect(clippy::mutable_key_type, reason = "nothing changes within the key")]
        let changes: HashMap<Uri, Vec<TextEdit>> = HashMap::from([(uri, vec![edit])]);
        Some(CodeAction {
            title,
            kind: Some(CodeActionKind::QUICKFIX),
            diagnostics: Some(vec![said.shown.clone()]),
            edit: Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }),
            is_preferred: Some(true),
            ..CodeAction::default()
        })
    };
    let written = said.by_compiler.fix.iter().filter_map(|fix| {
        let range = program.range(fix.file, fix.span);
        let new_text = fix.replacement.clone();
        let title = format!("write `{}`", new_text.trim());
        action(title, fix.file, TextEdit { range, new_text })
    });
    let used = said
        .by_compiler
        .place()
        .filter(|_| said.by_compiler.code == codes::UNKNOWN_NAME)
        .into_iter()
        .flat_map(|label| {
            let name = program.slice(label.file, label.span);
            let meant = program.declared().filter(move |declared| declared.name.text == name);
            let modules = meant.filter_map(|meant| program.missing_use(label.file, &meant));
            // A `derive` may have several blocks.
            let modules: BTreeSet<&str> = modules.collect();
            modules.into_iter().filter_map(move |module| {
                let edit = use_line(program, label.file, module, name);
                action(format!("add `{}`", edit.new_text.trim()), label.file, edit)
            })
        });
    written.chain(used).collect()
}

/// A `use` line before the last one, or before the first item.
pub(super) fn use_line(program: &Program, file: usize, module: &str, name: &str) -> TextEdit {
    let behind_file_doc = || {
        let lines = program.text(file).split_inclusive('\n');
        lines.take_while(|line| line.starts_with("//!")).map(str::len).sum()
    };
    let last = program.tree(file).and_then(|tree| tree.uses.last());
    let at = last.map_or_else(behind_file_doc, |last| last.span.start as usize);
    let at = program.position(file, at);
    let new_text = format!("use {module}.{name}\n");
    TextEdit { range: Range { start: at, end: at }, new_text }
}
