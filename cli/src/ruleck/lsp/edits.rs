//! Changes to a text: its layout, and the fixes that diagnostics know.

use std::collections::HashMap;

use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, Range, TextEdit, Uri, WorkspaceEdit,
};

use super::diagnostics::{self, Said};
use super::position::Encoding;
use super::program::Program;
use super::uri;

/// What `ruleck fmt` would change; nothing where the file does not parse.
pub(super) fn format(text: &str, encoding: Encoding) -> Vec<TextEdit> {
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
        start: encoding.position(text, before),
        end: encoding.position(text, text.len() - after),
    };
    vec![TextEdit { range, new_text: new.get(..new.len() - after).unwrap_or_default().to_owned() }]
}

/// The fixes for what is said in a range of a file.
pub(super) fn fixes(
    program: &Program,
    uri: &str,
    range: Range,
    encoding: Encoding,
) -> Vec<CodeActionOrCommand> {
    let touches = |said: &Said<'_>| {
        let place = said.shown.range;
        said.uri == uri && place.start <= range.end && range.start <= place.end
    };
    let fix = |said: Said<'_>| {
        let fix = said.by_compiler.fix.as_ref()?;
        let at = program.uri(fix.file)?;
        let range = encoding.range(program.text(fix.file), fix.span);
        let edit = TextEdit { range, new_text: fix.replacement.clone() };
        // The protocol's own type, whose hash is that of its text.
        #[expect(clippy::mutable_key_type, reason = "nothing changes within the key")]
        let changes: HashMap<Uri, Vec<TextEdit>> = HashMap::from([(uri::typed(at)?, vec![edit])]);
        Some(CodeActionOrCommand::CodeAction(CodeAction {
            title: format!("write `{}`", fix.replacement.trim()),
            kind: Some(CodeActionKind::QUICKFIX),
            diagnostics: Some(vec![said.shown]),
            edit: Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }),
            is_preferred: Some(true),
            ..CodeAction::default()
        }))
    };
    diagnostics::all(program, encoding).filter(touches).filter_map(fix).collect()
}
