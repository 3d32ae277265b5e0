//! logrus, the log of containerd, dockerd and CRI-O: `time="…" level=info msg="…" key=value`, its
//! JSON form, and what it writes on a terminal.

use std::borrow::Cow;
use std::collections::BTreeMap;

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

/// The first pair of a line: its key, its value as written, and the rest.
fn pair(text: &str) -> Option<(&str, &str, &str)> {
    let (key, rest) = text.split_once('=')?;
    is_key(key).then_some(())?;
    let end = match rest.as_bytes().first() {
        Some(b'"') => closing(rest).map_or(rest.len(), |at| at + 1),
        _ => rest.find(' ').unwrap_or(rest.len()),
    };
    let (value, rest) = rest.split_at_checked(end)?;
    Some((key, value, rest.trim_start_matches(' ')))
}

fn is_key(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic() && b != b'"')
}

/// Where a quoted value ends: at a quote before the next pair or the end of the line. Pasting often
/// loses the escapes of the quotes within. A value without its closing quote goes on to the end.
fn closing(value: &str) -> Option<usize> {
    let mut escaped = false;
    let mut quotes = value.bytes().enumerate().skip(1).filter_map(|(at, b)| {
        let ends = b == b'"' && !escaped;
        escaped = b == b'\\' && !escaped;
        ends.then_some(at)
    });
    let first = quotes.next()?;
    let closes = |at: &usize| {
        let rest = value.get(at + 1..).unwrap_or_default();
        let next = rest.trim_start_matches(' ');
        next.is_empty()
            || next.len() < rest.len() && next.split_once('=').is_some_and(|(key, _)| is_key(key))
    };
    std::iter::once(first).chain(quotes).find(closes).or(Some(first))
}

/// A value without the quotes and escapes that Go writes.
fn unquoted(value: &str) -> Cow<'_, str> {
    let Some(inner) = value.strip_prefix('"') else { return Cow::Borrowed(value) };
    let inner = match inner.strip_suffix('"') {
        Some(closed) => closed,
        None => inner,
    };
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner.chars();
    while let Some(c) = rest.next() {
        let hex = |rest: &mut std::str::Chars<'_>, count| {
            let digits: String = rest.take(count).collect();
            u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32).unwrap_or('\u{fffd}')
        };
        text.push(match c {
            '\\' => match rest.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('r') => '\r',
                Some('x') => hex(&mut rest, 2),
                Some('u') => hex(&mut rest, 4),
                Some('U') => hex(&mut rest, 8),
                Some(other) => other,
                None => '\\',
            },
            other => other,
        });
    }
    Cow::Owned(text)
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
