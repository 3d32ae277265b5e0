//! Golden rows: each file of `tests/objects` is read as a person would give it, and what comes out is
//! compared with the `.rows` file beside it. `BLESS=1` writes those files anew; read the difference.

use std::{fs, path::Path};

use etio_plan::Value;
use proptest::prelude::*;

use super::{FORMATS, format::Document};
use crate::row::{Out, Record, Row, When};

/// Writes down whatever a format gives.
#[derive(Default)]
struct Written(Vec<String>);

fn stamp(nanos: i64) -> String {
    jiff::Timestamp::from_nanosecond(nanos.into()).unwrap().to_string()
}

fn span(nanos: i64) -> String {
    jiff::SignedDuration::from_nanos(nanos).to_string()
}

fn shown(value: &Value) -> String {
    let list = |items: Vec<String>| items.join(", ");
    match value {
        Value::Null => "-".into(),
        Value::Bool(it) => it.to_string(),
        Value::Int(it) => it.to_string(),
        Value::Float(it) => it.to_string(),
        Value::Text(it) => format!("{it:?}"),
        Value::Duration(it) => span(*it),
        Value::Time(it) => stamp(*it),
        Value::Bytes(it) => format!("{it}B"),
        Value::Percent(it) => format!("{it}%"),
        Value::List(items) => format!("[{}]", list(items.iter().map(shown).collect())),
        Value::Map(entries) => {
            format!(
                "{{{}}}",
                list(entries.iter().map(|(k, v)| format!("{k}: {}", shown(v))).collect())
            )
        }
    }
}

fn time(when: When) -> String {
    match when {
        When::At(at) => format!(" at {}", stamp(at)),
        When::Ago(age) => format!(" {} ago", span(age)),
        When::Unknown => String::new(),
        other => format!(" {other:?}"),
    }
}

fn fields(fields: &[(&'static str, Value)]) -> String {
    fields.iter().map(|(name, value)| format!(" {name}={}", shown(value))).collect()
}

impl Out for Written {
    fn row(&mut self, row: Row) {
        let Row { relation, fields: all, when, line, text } = row;
        self.0.push(format!("{line}: {relation}{}{}\n   > {text}", time(when), fields(&all)));
    }

    fn record(&mut self, record: Record<'_>) {
        let more: String = record.more.iter().map(|line| format!(" + {line:?}")).collect();
        self.0.push(format!("{}: record {:?}{more}", record.line, record.message));
    }

    fn complete(&mut self, relation: &'static str, scope: Vec<(&'static str, Value)>, when: When) {
        self.0.push(format!("complete {relation}{}{}", time(when), fields(&scope)));
    }

    fn node(&mut self, name: &str) {
        self.0.push(format!("node {name}"));
    }

    fn alias(&mut self, node: &str, other: &str) {
        self.0.push(format!("alias {other} of {node}"));
    }

    fn collected_at(&mut self, at: i64) {
        self.0.push(format!("collected {}", stamp(at)));
    }

    fn lacks(&mut self, line: u64, why: &'static str) {
        self.0.push(format!("{line}: lacks: {why}"));
    }

    fn unparsed(&mut self, line: u64, why: &'static str) {
        self.0.push(format!("{line}: not understood: {why}"));
    }
}

fn read(path: &str, text: &str) -> String {
    let document = Document { path, text, first_line: 1, asked: None };
    let mut out = Written::default();
    match FORMATS.iter().find(|format| (format.detect)(&document)) {
        Some(format) => (format.read)(&document, &mut out),
        None => crate::text::read(&document, &mut out),
    }
    out.0.iter().map(|line| format!("{line}\n")).collect()
}

/// All files below a directory, in order.
fn files(directory: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

#[test]
fn golden_rows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/objects");
    let bless = std::env::var_os("BLESS").is_some();
    let mut wrong = Vec::new();
    for file in files(&root) {
        if file.extension().is_some_and(|it| it == "rows") {
            continue;
        }
        let name = file.strip_prefix(&root).unwrap().to_str().unwrap();
        let rows = read(name, &fs::read_to_string(&file).unwrap());
        let golden = root.join(format!("{name}.rows"));
        if bless {
            fs::write(&golden, rows).unwrap();
        } else if fs::read_to_string(&golden).unwrap_or_default() != rows {
            wrong.push(format!("{name}:\n{rows}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

proptest! {
    /// Whatever is pasted, broken or cut, is read without a panic.
    #[test]
    fn nothing_panics(
        at in any::<prop::sample::Index>(),
        cut in any::<prop::sample::Index>(),
        junk in "[ -~\\n\\t{}\\[\\]\":,é/-]{0,40}",
    ) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/objects");
        let all: Vec<_> = files(&root).into_iter().filter(|it| it.extension().is_none_or(|it| it != "rows")).collect();
        let file = at.get(&all);
        let text = fs::read_to_string(file).unwrap();
        let place = cut.index(text.len().max(1));
        let place = (0..=place).rev().find(|it| text.is_char_boundary(*it)).unwrap();
        let path = file.strip_prefix(&root).unwrap().to_str().unwrap();
        let (head, tail) = text.split_at(place);
        read(path, &format!("{head}{junk}{tail}"));
        read(path, &format!("{tail}{junk}"));
        read(path, head);
    }
}
