//! What the person who asks knows better than the files.

use std::str::FromStr;

use jiff::tz::{Offset, TimeZone};

/// Answers to what files leave open; all may be left out.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// When the files were collected, in nanoseconds since the epoch.
    pub at: Option<i64>,
    /// The year of the last stamp, for logs that do not write years.
    pub year: Option<i16>,
    /// The zone of clocks that do not say theirs.
    pub tz: Option<Zone>,
    /// Events before this are left out.
    pub since: Option<Since>,
    /// The node of files that name none.
    pub node: Option<String>,
    /// The first moment of the day on which it is asked, in UTC. Where neither a file nor `year` says the year,
    /// stamps are of the last year up to this day's end; where nothing says any time, all is of this moment, so
    /// that the same files tell the same all day. A host gives its clock, or the time of a file; without it both
    /// are of a year of no meaning, always the same.
    pub today: Option<i64>,
    /// The instant at which it is asked: by it is judged how long objects have been on their way out of which
    /// nothing else says when they were listed.
    pub now: Option<i64>,
}

/// From when on events count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Since {
    /// This instant, in nanoseconds since the epoch.
    At(i64),
    /// So many nanoseconds before the collection.
    Ago(i64),
}

/// A time zone: `UTC`, `+08:00`, `Europe/Berlin`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Zone(pub(crate) TimeZone);

impl FromStr for Zone {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(offset) = offset(text) {
            return Ok(Self(offset.to_time_zone()));
        }
        let zone = TimeZone::get(text).map_err(|_| {
            format!("`{text}` is no time zone; write one like `UTC`, `+08:00` or `Europe/Berlin`")
        })?;
        Ok(Self(zone))
    }
}

/// `+08:00`, `-0730`, `+8`.
fn offset(text: &str) -> Option<Offset> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ if text == "Z" => return Some(Offset::UTC),
        _ => return None,
    };
    let (hours, minutes) = match rest.split_once(':') {
        Some((hours, minutes)) => (hours, minutes),
        None if rest.len() <= 2 => (rest, "0"),
        None => rest.split_at_checked(rest.len() - 2)?,
    };
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    (minutes < 60).then_some(())?;
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones() {
        for (text, seconds) in [("+08:00", 28_800), ("-0730", -27_000), ("+2", 7200), ("Z", 0)] {
            let zone: Zone = text.parse().unwrap();
            assert_eq!(zone.0.to_fixed_offset().unwrap().seconds(), seconds, "{text}");
        }
        assert!("Europe/Berlin".parse::<Zone>().is_ok());
        assert!("nowhere".parse::<Zone>().unwrap_err().contains("`nowhere`"));
    }
}
