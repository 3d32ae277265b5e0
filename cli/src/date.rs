//! What day and what time it is: the one clock of these commands. And times as people write them.

use std::time::{Duration, SystemTime};

use etio_ingest::Since;
use jiff::tz::TimeZone;
use jiff::{Span, SpanRelativeTo, Timestamp};

/// A day in nanoseconds.
pub(crate) const DAY: i64 = 86_400_000_000_000;

/// The years of which every instant has a number.
pub(crate) const YEARS: std::ops::RangeInclusive<i64> = 1678..=2261;

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

/// A day or an instant (RFC 3339) as people write it, in nanoseconds since the epoch.
pub(crate) fn parse(text: &str) -> Result<i64, String> {
    let at = instant(text)
        .ok_or("write a day like `2026-01-31`, or an instant like `2026-01-31T10:00:00Z`")?;
    i64::try_from(at.as_nanosecond()).map_err(|_| out_of_range())
}

/// From when on: a day, an instant, or an age such as `6h` or `7d`.
pub(crate) fn since(text: &str) -> Result<Since, String> {
    if let Some(at) = instant(text) {
        return match i64::try_from(at.as_nanosecond()) {
            Ok(at) => Ok(Since::At(at)),
            // Before all that can be told of.
            Err(_) if at < Timestamp::UNIX_EPOCH => Ok(Since::At(i64::MIN)),
            Err(_) => Err(out_of_range()),
        };
    }
    span(text).map(Since::Ago).ok_or_else(|| {
        "write an age like `6h` or `7d`, or an instant like `2026-01-31T10:00:00Z`".to_owned()
    })
}

/// A year.
pub(crate) fn year(text: &str) -> Result<i16, String> {
    let year: i64 = text.parse().map_err(|_| "write a year like `2026`".to_owned())?;
    i16::try_from(year).ok().filter(|_| YEARS.contains(&year)).ok_or_else(out_of_range)
}

/// How long: `5s`, `2m`.
pub(crate) fn length(text: &str) -> Result<Duration, String> {
    let nanos = span(text).and_then(|nanos| u64::try_from(nanos).ok());
    nanos.map(Duration::from_nanos).ok_or_else(|| "write a time like `5s` or `10m`".to_owned())
}

/// A length of time in nanoseconds, which is not nothing.
fn span(text: &str) -> Option<i64> {
    let days = SpanRelativeTo::days_are_24_hours();
    let length = text.parse::<Span>().ok()?.to_duration(days).ok()?;
    i64::try_from(length.as_nanos()).ok().filter(|nanos| *nanos > 0)
}

fn instant(text: &str) -> Option<Timestamp> {
    let day = || text.parse::<jiff::civil::Date>().ok()?.to_zoned(TimeZone::UTC).ok();
    text.parse().ok().or_else(|| day().map(|zoned| zoned.timestamp()))
}

fn out_of_range() -> String {
    format!("years go from {} to {}", YEARS.start(), YEARS.end())
}

/// A day where the instant begins one, else the instant.
pub(crate) fn show(nanos: i64) -> String {
    let shown = crate::report::rfc3339(nanos);
    shown.strip_suffix("T00:00:00Z").map(str::to_owned).unwrap_or(shown)
}

#[cfg(test)]
mod tests {
    use super::{DAY, Since, parse, since};

    #[test]
    fn an_instant_out_of_range_is_none() {
        assert_eq!(parse("1970-01-02"), Ok(DAY));
        for text in ["1600-01-01T00:00:00Z", "0001-01-01", "2300-01-01T00:00:00Z"] {
            assert_eq!(parse(text), Err("years go from 1678 to 2261".to_owned()), "{text}");
        }
    }

    #[test]
    fn since_takes_what_lies_back() {
        for (text, is) in [
            ("6h", Since::Ago(DAY / 4)),
            ("1d", Since::Ago(DAY)),
            ("1w", Since::Ago(7 * DAY)),
            ("1d12h", Since::Ago(DAY + DAY / 2)),
            ("1970-01-02", Since::At(DAY)),
            ("1970-01-02T00:00:00Z", Since::At(DAY)),
            ("0001-01-01T00:00:00Z", Since::At(i64::MIN)),
        ] {
            assert_eq!(since(text), Ok(is), "{text}");
        }
        for text in ["-6h", "6h ago", "0s", "1mo", "soon", "", "400y", "2300-01-01"] {
            assert!(since(text).is_err(), "{text}");
        }
    }
}
