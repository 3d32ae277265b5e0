//! `journalctl -o json`: one object a record, its values text, lists of texts or lists of bytes.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{Head, syslog::severity};
use crate::row::When;

pub(super) fn head(line: &str) -> Option<Head<'_>> {
    let line = line.trim_start_matches('\u{1e}');
    let line = line.strip_prefix("data: ").unwrap_or(line);
    (line.starts_with('{') && line.contains("\"__REALTIME_TIMESTAMP\"")).then_some(())?;
    record(&serde_json::from_str(line).ok()?)
}

/// A record of the journal, from its fields.
pub(super) fn record(fields: &Map<String, Value>) -> Option<Head<'static>> {
    let text = |name: &str| fields.get(name).and_then(text_of);
    let own = |name: &str| text(name).map(Cow::Owned);
    let stamp = text("_SOURCE_REALTIME_TIMESTAMP").or_else(|| text("__REALTIME_TIMESTAMP"))?;
    let micros: i64 = stamp.parse().ok()?;
    let kernel = text("_TRANSPORT").is_some_and(|transport| transport == "kernel");
    let name = if kernel { Some(Cow::Borrowed("kernel")) } else { own("SYSLOG_IDENTIFIER") };
    let unit = || {
        let unit = text("_SYSTEMD_UNIT")?;
        Some(Cow::Owned(unit.strip_suffix(".service").unwrap_or(&unit).to_owned()))
    };
    Some(Head {
        when: When::At(micros.checked_mul(1000)?),
        host: own("_HOSTNAME"),
        name: name.or_else(|| own("_COMM")).or_else(unit),
        level: text("PRIORITY").and_then(|p| severity(p.parse().ok()?)),
        message: own("MESSAGE").unwrap_or_default(),
        partial: text("CONTAINER_PARTIAL_MESSAGE").is_some_and(|partial| partial == "true"),
        ..Head::default()
    })
}

/// A field's value: the first of repeated ones, bytes as the text they are.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(items) if items.iter().all(Value::is_number) => {
            let bytes: Vec<u8> =
                items.iter().filter_map(|b| u8::try_from(b.as_u64()?).ok()).collect();
            Some(String::from_utf8_lossy(&bytes).into_owned())
        }
        Value::Array(items) => items.first().and_then(text_of),
        _ => None,
    }
}
