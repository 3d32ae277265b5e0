//! Audit logs: auditd's records, `type=SYSCALL msg=audit(1364481363.243:24287): arch=…`, and those of the API
//! server, an object a line. Nothing is taken off them: what asks for them asks for their fields.

use std::borrow::Cow;

use super::Head;
use crate::{row::When, stamp};

pub(super) fn head(line: &str) -> Option<Head<'_>> {
    let when = match line.as_bytes().first()? {
        b't' => auditd(line)?,
        b'{' => api_server(line)?,
        _ => return None,
    };
    Some(Head { when, message: Cow::Borrowed(line), ..Head::default() })
}

/// Seconds since 1970, with milliseconds.
fn auditd(line: &str) -> Option<When> {
    let (_, rest) = line.strip_prefix("type=")?.split_once(" msg=audit(")?;
    let (seconds, rest) = rest.split_once('.')?;
    let millis = rest.get(..3).filter(|_| rest.get(3..4) == Some(":"))?;
    let at = seconds.parse::<i64>().ok()?.checked_mul(1_000)?.checked_add(millis.parse().ok()?)?;
    Some(When::At(at.checked_mul(1_000_000)?))
}

/// The moment of the stage that the record is about.
fn api_server(line: &str) -> Option<When> {
    is_api_server(line).then_some(())?;
    let of = |key: &str| stamp::iso(line.rsplit_once(key)?.1).map(|(when, _)| when);
    Some(
        of(r#""stageTimestamp":""#)
            .or_else(|| of(r#""requestReceivedTimestamp":""#))
            .unwrap_or_default(),
    )
}

/// Whether a line is a record of the API server's, which calls itself an event as well.
pub(crate) fn is_api_server(line: &str) -> bool {
    let begin = line.bytes().take(200).position(|b| b == b',').and_then(|at| line.get(at..));
    begin.is_some_and(|rest| rest.starts_with(r#","apiVersion":"audit.k8s.io/"#))
}
