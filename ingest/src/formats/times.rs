//! Instants with a date and a zone, as the API and `kubectl describe` write them.

use etio_plan::Value;
use jiff::{Timestamp, fmt::rfc2822};
use serde::{Deserialize, Deserializer};

use crate::row::When;

/// Reads RFC 3339 (`2024-01-14T02:55:40Z`, also with a space for the `T`) and RFC 1123
/// (`Thu, 27 Feb 2025 07:30:28 +0100`), in nanoseconds since the epoch.
pub(crate) fn instant(text: &str) -> Option<i64> {
    let text = text.trim();
    let time = match text.parse::<Timestamp>() {
        Ok(time) => time,
        Err(_) => {
            rfc2822::DateTimeParser::new().relaxed_weekday(true).parse_timestamp(text).ok()?
        }
    };
    // The API writes year 1 for "never".
    let nanos = i64::try_from(time.as_nanosecond()).ok()?;
    (nanos > 0).then_some(nanos)
}

/// When an object's field says something was: an instant, or an age where a table gives no more.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Time {
    /// At this instant.
    At(i64),
    /// This long before the collection.
    Ago(i64),
}

impl Time {
    /// Reads an instant.
    pub(crate) fn at(text: &str) -> Option<Self> {
        instant(text).map(Self::At)
    }

    /// As the time of a row.
    pub(crate) fn when(time: Option<Self>) -> When {
        match time {
            Some(Self::At(time)) => When::At(time),
            Some(Self::Ago(age)) => When::Ago(age),
            None => When::Unknown,
        }
    }
}

impl From<Time> for Value {
    fn from(time: Time) -> Self {
        match time {
            Time::At(time) => Self::Time(time),
            Time::Ago(age) => Self::Duration(age),
        }
    }
}

/// Reads an optional instant of an object; what is no instant is absent.
pub(crate) fn optional<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Time>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.as_deref().and_then(Time::at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants() {
        for (text, seconds) in [
            ("2024-01-14T02:55:40Z", Some(1_705_200_940)),
            ("2024-01-14T02:55:40.5+00:00", Some(1_705_200_940)),
            ("Sat, 13 Jan 2024 20:55:40 -0600", Some(1_705_200_940)),
            ("Mon, 13 Jan 2024 20:55:40 -0600", Some(1_705_200_940)),
            ("0001-01-01T00:00:00Z", None),
            ("<unset>", None),
        ] {
            assert_eq!(instant(text).map(|ns| ns / 1_000_000_000), seconds, "{text}");
        }
    }
}
