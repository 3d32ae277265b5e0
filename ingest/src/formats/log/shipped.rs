//! Log lines as collectors of logs keep them, in an object with what they know of them: Loki (`logcli -o jsonl`), Fluent Bit
//! and Fluentd, Filebeat and Vector, one a line; Cloud Logging (`gcloud logging read --format json`) and CloudWatch (`aws logs
//! get-log-events`), also as one list.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::{Head, export, program_of};
use crate::formats::format::{Document, Format, near};
use crate::row::{Out, Program, When};
use crate::stamp;

/// A list of entries, read as a whole.
pub(crate) const ENTRIES: Format = Format { kind: "exported log", detect, read };

const TEXTS: [&str; 7] = [
    "/line",
    "/log",
    "/message",
    "/MESSAGE",
    "/textPayload",
    "/jsonPayload/MESSAGE",
    "/jsonPayload/message",
];
const TIMES: [&str; 5] = ["/timestamp", "/@timestamp", "/time", "/date", "/receiveTimestamp"];
const HOSTS: [&str; 14] = [
    "/kubernetes/host",
    "/kubernetes/node_name",
    "/kubernetes/node/name",
    "/resource/labels/node_name",
    "/jsonPayload/_HOSTNAME",
    "/_HOSTNAME",
    "/host/name",
    "/host",
    "/hostname",
    "/labels/node",
    "/labels/node_name",
    "/labels/hostname",
    "/labels/host",
    "/node",
];
const PROGRAMS: [&str; 7] = [
    "/SYSLOG_IDENTIFIER",
    "/jsonPayload/SYSLOG_IDENTIFIER",
    "/labels/unit",
    "/_SYSTEMD_UNIT",
    "/systemd/unit",
    "/ident",
    "/logName",
];

/// A line longer than this is an object of something else.
const LONG: usize = 256 << 10;
/// Looked for before a line is parsed.
const KEYS: [&str; 5] =
    ["\"line\":", "\"log\":", "\"message\":", "\"MESSAGE\":", "\"textPayload\":"];

/// A line that is an object, around one that has a header of its own.
pub(super) fn head(line: &str) -> Option<Head<'_>> {
    let looks = line.starts_with('{') && line.len() < LONG;
    (looks && KEYS.iter().any(|key| line.contains(key))).then_some(())?;
    entry(&serde_json::from_str(line).ok()?)
}

fn entry(object: &Value) -> Option<Head<'static>> {
    let text = |path: &&str| object.pointer(path)?.as_str();
    let own = |text: &str| Cow::Owned(text.to_owned());
    let message = TEXTS.iter().find_map(text)?.trim_end_matches(['\r', '\n']);
    super::first(message)?;
    let when = TIMES.iter().find_map(|path| time(object.pointer(path)?))?;
    // A unit is called after its program, and Cloud Logging's log too.
    let programs = PROGRAMS.iter().filter_map(text).map(|name| {
        let name = name.rsplit('/').next().unwrap_or(name);
        name.strip_suffix(".service").unwrap_or(name)
    });
    let program = programs.map(own).find(|name| program_of(name) != Program::System);
    Some(Head {
        when,
        host: HOSTS.iter().find_map(text).map(own),
        name: program,
        message: own(message),
        ..Head::default()
    })
}

/// A stamp, or a number of one of the usual units.
fn time(value: &Value) -> Option<When> {
    match value.as_f64() {
        Some(number) => (number > 0.0).then(|| stamp::epoch(number)),
        None => stamp::iso(value.as_str()?)?.0.at().map(When::At),
    }
}

fn detect(document: &Document<'_>) -> bool {
    let start = document.text.trim_start();
    let near = near(start);
    near.starts_with('[') && near.contains("\"logName\":")
        || near.starts_with('{') && near.contains("\"ingestionTime\":")
}

/// What CloudWatch answers.
#[derive(Deserialize)]
struct Events<'a> {
    #[serde(borrow)]
    events: Vec<&'a RawValue>,
}

fn read(document: &Document<'_>, out: &mut dyn Out) {
    let list = serde_json::from_str::<Vec<&RawValue>>(document.text);
    let of_events = || serde_json::from_str::<Events<'_>>(document.text).map(|it| it.events);
    let Ok(entries) = list.or_else(|_| of_events()) else {
        return out.unparsed(document.first_line, "a list of log entries that is not whole");
    };
    let (mut line, mut from) = (document.first_line, 0);
    for entry_text in entries.iter().map(|entry| entry.get()) {
        let at = (entry_text.as_ptr() as usize).wrapping_sub(document.text.as_ptr() as usize);
        let between = document.text.as_bytes().get(from..at).unwrap_or_default();
        line += memchr::memchr_iter(b'\n', between).count() as u64;
        from = at;
        match serde_json::from_str(entry_text).ok().and_then(|value| entry(&value)) {
            Some(head) => export::tell(head, line, out),
            None => out.unparsed(line, "a log entry of another kind"),
        }
    }
}
