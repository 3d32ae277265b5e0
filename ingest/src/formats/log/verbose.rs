//! `journalctl -o verbose`: a line with a record's time and cursor, then its fields, indented.

use serde_json::{Map, Value};

use super::export::{emit, is_name};
use crate::formats::format::{Document, Format};
use crate::row::Out;

/// Read as a whole: a record is many lines.
pub(crate) const VERBOSE: Format = Format { kind: "journal", detect, read };

/// So far the fields of a record are indented. What a value goes on with stands further in, below its begin.
const INDENT: &str = "    ";

fn detect(document: &Document<'_>) -> bool {
    // `-- Journal begins at …`
    let mut lines =
        document.text.lines().filter(|line| !line.is_empty() && !line.starts_with("-- "));
    lines.next().is_some_and(|line| begun_at(line).is_some())
}

fn read(document: &Document<'_>, out: &mut dyn Out) {
    let (mut fields, mut first, mut last) = (Map::new(), document.first_line, "");
    for (number, line) in document.lines() {
        if let Some(at) = begun_at(line) {
            emit(&fields, first, out);
            fields = Map::from_iter([("__REALTIME_TIMESTAMP".to_owned(), at.to_string().into())]);
            first = number;
            continue;
        }
        let Some(text) = line.strip_prefix(INDENT) else { continue };
        match text.split_once('=') {
            Some((name, value)) if is_name(name) => {
                last = name;
                fields.entry(name).or_insert_with(|| value.into());
            }
            _ => {
                if let Some(Value::String(value)) = fields.get_mut(last) {
                    value.push('\n');
                    value.push_str(text.get(last.len() + 1..).unwrap_or_default());
                }
            }
        }
    }
    emit(&fields, first, out);
}

/// When a record was written, in microseconds, of the line that it begins with:
/// `Sat 2026-02-14 17:00:35.188258 UTC [s=…;i=…;b=…;m=…;t=64ab…;x=…]`.
fn begun_at(line: &str) -> Option<i64> {
    let (_, cursor) = line.strip_suffix(']')?.split_once(" [s=")?;
    let at = cursor.split(';').find_map(|part| part.strip_prefix("t="))?;
    i64::from_str_radix(at, 16).ok()
}
