//! Rows for people and other programs: one JSON object a line.

use std::io::{self, Write};

use etio_plan::{Fact, Input, Pack, Value};
use serde::Serialize;
use serde_json::{Map, json};

use crate::Bundle;

#[derive(Serialize)]
struct Line<'a> {
    relation: &'a str,
    time: String,
    fields: Map<String, serde_json::Value>,
    path: Option<&'a str>,
    line: Option<u64>,
}

impl Bundle {
    /// Writes the facts in order of time, each as an object of relation, time, fields, path and line.
    ///
    /// # Errors
    /// When `out` cannot be written to.
    pub fn write_facts(&self, pack: &Pack, out: &mut impl Write) -> io::Result<()> {
        let mut facts: Vec<&Fact> = self.facts().collect();
        facts.sort_by_key(|fact| (fact.time, fact.origin));
        for fact in facts {
            let Some(relation) = pack.get(fact.relation) else { continue };
            let named = relation.fields.iter().zip(&fact.values);
            let fields: Map<String, serde_json::Value> = named
                .filter(|(field, value)| !field.hidden && !value.is_null())
                .map(|(field, value)| (field.name.clone(), plain(value)))
                .collect();
            let place = self.locate(fact.origin);
            let line = Line {
                relation: &relation.path,
                time: time(fact.time),
                fields,
                path: place.map(|place| place.path),
                line: place.map(|place| place.line),
            };
            serde_json::to_writer(&mut *out, &line)?;
            writeln!(out)?;
        }
        Ok(())
    }

    /// All rows and events of the feed.
    pub fn facts(&self) -> impl Iterator<Item = &Fact> {
        self.feed.iter().flat_map(|input| match input {
            Input::Fact(fact) => std::slice::from_ref(fact),
            Input::Snapshot { rows, .. } => rows.as_slice(),
            _ => &[],
        })
    }
}

fn time(at: i64) -> String {
    jiff::Timestamp::from_nanosecond(at.into()).map_or_else(|_| at.to_string(), |at| at.to_string())
}

/// A value as JSON has it: times as RFC 3339, durations in seconds.
fn plain(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(yes) => json!(yes),
        Value::Int(number) | Value::Bytes(number) => json!(number),
        Value::Float(number) | Value::Percent(number) => json!(number),
        Value::Text(text) => json!(text),
        #[expect(clippy::cast_precision_loss, reason = "for people, who read microseconds at most")]
        Value::Duration(nanos) => json!(*nanos as f64 / 1e9),
        Value::Time(at) => json!(time(*at)),
        Value::List(items) => items.iter().map(plain).collect(),
        Value::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| (key.clone(), plain(value)));
            serde_json::Value::Object(entries.collect())
        }
    }
}
