//! JSON for programs: one object, or one line a finding.

use etio_plan::Value;
use serde::Serialize;

use super::time::rfc3339;
use super::{Change, Finding, News, Report};

/// One object, indented, with a line end.
pub(crate) fn object(of: &impl Serialize) -> String {
    // Plain data with text keys always serialises.
    serde_json::to_string_pretty(of).unwrap_or_default() + "\n"
}

/// One line a finding.
pub(crate) fn lines(report: &Report) -> String {
    report.findings.iter().map(line).collect()
}

/// One line a change.
pub(crate) fn news(news: &News) -> String {
    let at = rfc3339(news.at);
    let told =
        |(change, finding): &(Change, Finding)| line(&Told { at: &at, change: *change, finding });
    news.changes.iter().map(told).collect()
}

fn line(of: &impl Serialize) -> String {
    serde_json::to_string(of).unwrap_or_default() + "\n"
}

/// A change as a program is told it.
#[derive(Serialize)]
struct Told<'a> {
    at: &'a str,
    change: Change,
    finding: &'a Finding,
}

/// A value as JSON says it: instants as texts, sizes and durations as numbers.
pub(crate) fn value(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(yes) => (*yes).into(),
        Value::Int(number) | Value::Bytes(number) | Value::Duration(number) => (*number).into(),
        Value::Float(number) | Value::Percent(number) => (*number).into(),
        Value::Time(at) => rfc3339(*at).into(),
        Value::Text(text) => text.as_str().into(),
        Value::List(items) => items.iter().map(self::value).collect(),
        Value::Map(entries) => entries
            .iter()
            .map(|(key, value)| (key.clone(), self::value(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    }
}
