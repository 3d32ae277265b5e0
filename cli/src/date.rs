//! What day and what time it is: the one clock of these commands.

use std::time::SystemTime;

/// A day in nanoseconds.
pub(crate) const DAY: i64 = 86_400_000_000_000;

/// The first moment of the host's day in UTC, in nanoseconds since the epoch. The day, so that the same
/// files give the same bytes all day.
pub(crate) fn today() -> Option<i64> {
    let now = now()?;
    Some(now - now.rem_euclid(DAY))
}

/// The instant itself.
pub(crate) fn now() -> Option<i64> {
    let age = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
    i64::try_from(age.as_nanos()).ok()
}

/// An instant as nanoseconds since the epoch.
pub(crate) fn nanos(at: jiff::Timestamp) -> i64 {
    i64::try_from(at.as_nanosecond()).unwrap_or(i64::MAX)
}

/// A day or an instant (RFC 3339) as people write it.
pub(crate) fn parse(text: &str) -> Result<jiff::Timestamp, String> {
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Ok(at);
    }
    text.parse::<jiff::civil::Date>()
        .and_then(|day| day.to_zoned(jiff::tz::TimeZone::UTC))
        .map(|zoned| zoned.timestamp())
        .map_err(|_| {
            "write a day like `2026-01-31`, or an instant like `2026-01-31T10:00:00Z`".to_owned()
        })
}

/// A day where the instant begins one, else the instant.
pub(crate) fn show(nanos: i64) -> String {
    let shown = crate::report::rfc3339(nanos);
    shown.strip_suffix("T00:00:00Z").map(str::to_owned).unwrap_or(shown)
}
