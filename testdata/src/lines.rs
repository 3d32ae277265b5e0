//! A log as people read it.

use std::collections::BTreeMap;

use etio_engine::{Change, Transition, Verdict};
use etio_plan::Value;

use crate::history::ZERO;

/// A line for each transition: `30s opened f(x) suspected needs B`, and what it is explained by.
#[must_use]
pub fn lines(log: &[Transition]) -> Vec<String> {
    let mut names = BTreeMap::new();
    for of in log {
        names.insert(of.id, subject(of));
    }
    log.iter().map(|of| line(of, &names)).collect()
}

fn line(of: &Transition, names: &BTreeMap<u128, String>) -> String {
    let change = match of.change {
        Change::Opened => "opened",
        Change::Updated => "updated",
        Change::Resolved => "resolved",
        Change::Lapsed => "lapsed",
    };
    let verdict = match of.verdict {
        Verdict::Confirmed => "confirmed",
        Verdict::Suspected => "suspected",
    };
    let mut line = format!("{} {change} {} {verdict}", seconds(of.time), subject(of));
    let needs: Vec<&str> = of.needs.iter().map(|need| name(&need.relation)).collect();
    if !needs.is_empty() {
        line += &format!(" needs {}", needs.join(" "));
    }
    let causes = of.explained_by.iter().map(|(id, _)| names.get(id).map_or("?", String::as_str));
    let causes: Vec<&str> = causes.collect();
    if !causes.is_empty() {
        line += &format!(" because of {}", causes.join(" "));
    }
    line
}

/// A finding and its key: `f(x 1)`.
fn subject(of: &Transition) -> String {
    let key: Vec<String> = of.key.iter().map(|(_, value)| show(value)).collect();
    format!("{}({})", name(&of.rule), key.join(" "))
}

fn name(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

fn show(value: &Value) -> String {
    match value {
        Value::Null => "-".into(),
        Value::Bool(value) => value.to_string(),
        Value::Int(n) | Value::Bytes(n) => n.to_string(),
        Value::Float(n) | Value::Percent(n) => n.to_string(),
        Value::Text(text) => text.clone(),
        Value::Duration(span) => seconds(ZERO.saturating_add(*span)),
        Value::Time(time) => seconds(*time),
        Value::List(_) | Value::Map(_) => format!("{value:?}"),
    }
}

/// A time since zero in seconds, exact: `34.999999999s`.
fn seconds(time: i64) -> String {
    let nanos = i128::from(time) - i128::from(ZERO);
    let (sign, nanos) = (if nanos < 0 { "-" } else { "" }, nanos.unsigned_abs());
    let (whole, part) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
    let part = format!(".{part:09}");
    format!("{sign}{whole}{}s", part.trim_end_matches('0').trim_end_matches('.'))
}
