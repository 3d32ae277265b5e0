//! What container runtimes keep of a container's output: CRI log files, Docker's `json-file`, and
//! `kubectl logs --timestamps`.

use std::borrow::Cow;

use serde::Deserialize;

use super::Head;
use crate::{row::When, stamp};

/// A CRI or `json-file` line.
pub(super) fn head(line: &str) -> Option<Head<'_>> {
    match line.as_bytes().first()? {
        b'0'..=b'9' => cri(line),
        b'{' => docker(line),
        _ => None,
    }
}

/// `2021-09-14T14:25:56.122Z message`, with nothing between stamp and message. Asked last, as much
/// begins with a stamp.
pub(super) fn stamped(line: &str) -> Option<Head<'_>> {
    let (when, rest) = stamp::iso(line)?;
    let message = rest.strip_prefix([' ', '\t'])?;
    Some(Head { when, message: Cow::Borrowed(message), ..Head::default() })
}

/// `stamp stdout F message`; a `P` is a part of a long line.
fn cri(line: &str) -> Option<Head<'_>> {
    let (when, rest) = stamp::iso(line)?;
    let rest = rest.strip_prefix(' ')?;
    let rest = rest.strip_prefix("stdout ").or_else(|| rest.strip_prefix("stderr "))?;
    let (tags, message) = rest.split_once(' ').unwrap_or((rest, ""));
    let partial = match tags.split(':').next()? {
        "F" => false,
        "P" => true,
        _ => return None,
    };
    Some(wrapped(when, Cow::Borrowed(message), partial))
}

#[derive(Deserialize)]
struct Docker<'a> {
    #[serde(borrow)]
    log: Cow<'a, str>,
    #[serde(borrow)]
    time: Cow<'a, str>,
}

fn docker(line: &str) -> Option<Head<'_>> {
    // With more about the pod it is what a collector of logs has made of it.
    (line.starts_with("{\"log\":") && !line.contains("\"kubernetes\":")).then_some(())?;
    let record: Docker<'_> = serde_json::from_str(line).ok()?;
    let partial = !record.log.ends_with('\n');
    let message = match record.log {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_end_matches(['\r', '\n'])),
        Cow::Owned(text) => Cow::Owned(text.trim_end_matches(['\r', '\n']).to_owned()),
    };
    let when = stamp::iso(&record.time).map_or(When::Unknown, |(when, _)| when);
    Some(wrapped(when, message, partial))
}

fn wrapped(when: When, message: Cow<'_, str>, partial: bool) -> Head<'_> {
    Head { when, written: Some(message.clone()), message, partial, ..Head::default() }
}
