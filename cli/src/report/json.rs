//! JSON for programs: one object, or one line a finding.

use etio_plan::Value;
use serde::Serialize;

use super::time::rfc3339;
use super::why_not::WhyNot;
use super::{Change, Finding, News, Report};

/// One object, indented, with a line end.
pub(crate) fn object(report: &Report) -> String {
    // Plain data with text keys always serialises.
    let mut text = serde_json::to_string_pretty(report).unwrap_or_default();
    text.push('\n');
    text
}

/// An answer as one object, indented, with a line end.
pub(crate) fn answer(answer: &WhyNot) -> String {
    let mut text = serde_json::to_string_pretty(answer).unwrap_or_default();
    text.push('\n');
    text
}

/// One line a finding.
pub(crate) fn lines(report: &Report) -> String {
    let mut text = String::new();
    for finding in &report.findings {
        text.push_str(&serde_json::to_string(finding).unwrap_or_default());
        text.push('\n');
    }
    text
}

/// One line a change.
pub(crate) fn news(news: &News) -> String {
    let mut text = String::new();
    for (change, finding) in &news.changes {
        let line = Told { at: rfc3339(news.at), change: *change, finding };
        text.push_str(&serde_json::to_string(&line).unwrap_or_default());
        text.push('\n');
    }
    text
}

/// A change as a program is told it.
#[derive(Serialize)]
struct Told<'a> {
    at: String,
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
