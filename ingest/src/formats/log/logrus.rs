//! logrus, the log of containerd, dockerd and CRI-O: `time="…" level=info msg="…" key=value`, its
//! JSON form, and what it writes on a terminal.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::pairs::{pair, unquoted};
use super::{Head, level_of};
use crate::{row::When, stamp};

pub(super) fn head(line: &str) -> Option<Head<'_>> {
    match line.as_bytes().first()? {
        b't' | b'l' | b'm' => pairs(line),
        b'{' => json(line),
        b'I' | b'W' | b'E' | b'F' | b'D' | b'P' => terminal(line),
        _ => None,
    }
}

/// `key=value` pairs with at least a `level` and a `msg`.
fn pairs(line: &str) -> Option<Head<'_>> {
    let begins = ["time=", "level=", "msg=", "ts="].iter().any(|key| line.starts_with(key));
    begins.then_some(())?;
    let mut head = Head::default();
    let (mut message, mut more) = (None, String::new());
    let mut rest = line.trim_end();
    while !rest.is_empty() {
        let Some((key, value, after)) = pair(rest) else {
            // A line cut off in the middle, or free text behind the pairs.
            more.push(' ');
            more.push_str(rest);
            break;
        };
        match key {
            "time" | "ts" => {
                let text = unquoted(value);
                head.when = stamp::iso(&text).map_or(When::Unknown, |(when, _)| when);
            }
            "level" => head.level = level_of(&unquoted(value)),
            "msg" => message = Some(unquoted(value)),
            _ => {
                more.push(' ');
                more.push_str(key);
                more.push('=');
                more.push_str(value);
            }
        }
        rest = after;
    }
    let message = match message {
        Some(message) if more.is_empty() => message,
        Some(message) => Cow::Owned(format!("{message}{more}")),
        None => Cow::Owned(more.trim_start().to_owned()),
    };
    (head.level.is_some() || head.when != When::Unknown).then_some(())?;
    Some(Head { message, ..head })
}

/// `{"level":"error","msg":"…","time":"…"}`, which zap writes much alike.
fn json(line: &str) -> Option<Head<'_>> {
    // An object of the API is no log line, however long.
    let short = line.get(..1024).unwrap_or(line);
    (short.contains("\"level\":") && line.contains("\"msg\":")).then_some(())?;
    let mut record: BTreeMap<String, serde_json::Value> = serde_json::from_str(line).ok()?;
    let mut text = |key: &str| match record.remove(key) {
        Some(serde_json::Value::String(text)) => Some(text),
        _ => None,
    };
    let level = level_of(&text("level")?)?;
    let mut message = text("msg")?;
    let time = text("time").or_else(|| text("ts")).unwrap_or_default();
    let when = stamp::iso(&time).map_or(When::Unknown, |(when, _)| when);
    for (key, value) in record.iter().filter(|(key, _)| *key != "caller") {
        message.push_str(&format!(" {key}={value}"));
    }
    Some(Head { when, level: Some(level), message: Cow::Owned(message), ..Head::default() })
}

/// `INFO[0001] message  key=value`, `WARN[2020-01-02T…] …`.
fn terminal(line: &str) -> Option<Head<'_>> {
    let (level, rest) = line.split_at_checked(4)?;
    let level = match level {
        "INFO" | "DEBU" | "TRAC" => "info",
        "WARN" => "warning",
        "ERRO" => "error",
        "FATA" | "PANI" => "fatal",
        _ => return None,
    };
    let (time, message) = rest.strip_prefix('[')?.split_once(']')?;
    let when = stamp::iso(time).map_or(When::Unknown, |(when, _)| when);
    Some(Head {
        when,
        level: Some(level),
        message: Cow::Borrowed(message.trim()),
        ..Head::default()
    })
}
