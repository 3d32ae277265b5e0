//! Instants as reports write them.

use serde::Serializer;

pub(crate) fn time<S: Serializer>(time: &i64, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&rfc3339(*time))
}

pub(crate) fn optional_time<S: Serializer>(time: &Option<i64>, to: S) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => to.serialize_str(&rfc3339(*time)),
        None => to.serialize_none(),
    }
}

/// An instant as RFC 3339 in UTC, with as many decimals as it has.
pub(crate) fn rfc3339(nanos: i64) -> String {
    jiff::Timestamp::from_nanosecond(i128::from(nanos))
        .map_or_else(|_| format!("{nanos}ns"), |time| time.to_string())
}

/// An instant to the second.
pub(crate) fn seconds(at: i64) -> String {
    rfc3339(at - at.rem_euclid(1_000_000_000))
}
