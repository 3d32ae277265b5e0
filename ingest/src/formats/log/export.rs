//! `journalctl -o export`: fields line by line, an empty line between records.

use serde_json::{Map, Value};

use super::{Head, journal_json, program_of};
use crate::formats::format::{Document, Format};
use crate::row::{Out, Program, Record};

/// Read as a whole: a record is many lines.
pub(crate) const EXPORT: Format = Format { kind: "journal", detect, read };

fn detect(document: &Document<'_>) -> bool {
    let start = document.text.trim_start();
    start.starts_with("__CURSOR=") || start.starts_with("__REALTIME_TIMESTAMP=")
}

fn read(document: &Document<'_>, out: &mut dyn Out) {
    let (mut fields, mut first) = (Map::new(), document.first_line);
    for (number, line) in document.lines() {
        match line.split_once('=') {
            // A binary field has its length where the text of others stands, which the decoder has
            // already lost; its text follows and is short of nothing but the field's name.
            None if line.is_empty() => {
                emit(&fields, first, out);
                fields.clear();
                first = number + 1;
            }
            None if is_name(line) => {
                fields.insert("\0".into(), line.into());
            }
            None => binary(&mut fields, line),
            Some((name, value)) if is_name(name) => {
                fields.entry(name).or_insert_with(|| value.into());
            }
            Some(_) => binary(&mut fields, line),
        }
    }
    emit(&fields, first, out);
}

pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

/// A line of the binary field that was named last.
fn binary(fields: &mut Map<String, Value>, line: &str) {
    let Some(Value::String(name)) = fields.get("\0").cloned() else { return };
    let text = line.trim_start_matches(|c: char| c.is_control() || c == '\u{fffd}');
    let slot = fields.entry(name).or_insert_with(|| "".into());
    if let Value::String(value) = slot {
        if !value.is_empty() {
            value.push('\n');
        }
        value.push_str(text);
    }
}

/// Tells a record once all of its fields are there.
pub(super) fn emit(fields: &Map<String, Value>, line: u64, out: &mut dyn Out) {
    let Some(head) = journal_json::record(fields) else {
        if !fields.is_empty() {
            out.unparsed(line, "a journal record without a time");
        }
        return;
    };
    tell(head, line, out);
}

/// A record of which one layer has been taken off.
pub(super) fn tell(outer: Head<'_>, line: u64, out: &mut dyn Out) {
    let text = outer.message.clone();
    let head = outer.peeled();
    out.record(Record {
        program: head.name.as_deref().map_or(Program::Unknown, program_of),
        name: head.name.as_deref(),
        host: head.host.as_deref(),
        pod: None,
        level: head.level,
        when: head.when,
        message: head.message.as_ref().into(),
        line,
        written: text.as_ref().into(),
        text: &text,
        more: Vec::new(),
        zone: None,
    });
}
