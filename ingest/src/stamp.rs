//! Times as logs write them. Each reader takes the stamp a text begins with and gives the rest.

use jiff::civil::DateTime;
use jiff::tz::Offset;

use crate::row::{Wall, When};

const SECOND: i64 = 1_000_000_000;

/// `2019-10-02T02:18:24.5+08:00`: also with a blank for the `T`, a comma before the fraction, and a
/// zone as `+0800`, ` +0800` or ` UTC`; with slashes as Go's log and nginx write it. Without a zone it is
/// a wall clock.
pub(crate) fn iso(text: &str) -> Option<(When, &str)> {
    let (year, rest) = digits(text, 4)?;
    let between = rest.chars().next().filter(|c| matches!(c, '-' | '/'))?;
    let (month, rest) = digits(rest.strip_prefix(between)?, 2)?;
    let (day, rest) = digits(rest.strip_prefix(between)?, 2)?;
    let (nanos, rest) = clock(rest.strip_prefix(['T', ' ', 't'])?)?;
    let wall = Wall::new(Some(i16::try_from(year).ok()?), month, day, nanos)?;
    match zone(rest) {
        Some((seconds, rest)) => Some((When::At(wall.at(seconds)?), rest)),
        None => Some((When::Wall(wall), rest)),
    }
}

/// `Wed 2019-10-02 02:18:24 UTC`.
pub(crate) fn weekday_iso(text: &str) -> Option<(When, &str)> {
    let (day, rest) = text.split_at_checked(3)?;
    is_weekday(day).then_some(())?;
    iso(rest.strip_prefix(' ')?)
}

/// `Oct  2 02:18:24` of syslog and journalctl, the month perhaps in another language.
pub(crate) fn syslog(text: &str) -> Option<(When, &str)> {
    let (name, rest) = text.split_once(' ')?;
    let (day, rest) = number(rest.trim_start_matches(' '))?;
    let rest = rest.strip_prefix(['日', '일']).unwrap_or(rest).strip_prefix(' ')?;
    // Some syslog daemons are told to write the year.
    let (year, rest) = match digits(rest, 4) {
        Some((year, after)) if after.starts_with(' ') => {
            (i16::try_from(year).ok(), after.trim_start_matches(' '))
        }
        _ => (None, rest),
    };
    let (nanos, rest) = clock(rest)?;
    // Last, as most texts that are no stamp begin with some word.
    let month = month(name)?;
    Some((When::Wall(Wall::new(year, month, day, nanos)?), rest))
}

/// `Wed Oct  2 02:19:25 2019`, as `date` and `dmesg -T` write it, perhaps with a zone before the
/// year, and with `AM` or `PM` before that.
pub(crate) fn ctime(text: &str) -> Option<(When, &str)> {
    let (day, rest) = text.split_at_checked(3)?;
    is_weekday(day).then_some(())?;
    let (When::Wall(wall), rest) = syslog(rest.strip_prefix(' ')?)? else { return None };
    let (wall, rest) = half(wall, rest)?;
    let (offset, rest) = match zone(rest).or_else(|| hours_east(rest)) {
        Some((offset, rest)) => (Some(offset), rest),
        None => (None, rest),
    };
    let (year, rest) = digits(rest.strip_prefix(' ')?, 4)?;
    let wall = Wall { year: i16::try_from(year).ok(), ..wall };
    match offset {
        Some(seconds) => Some((When::At(wall.at(seconds)?), rest)),
        None => Some((When::Wall(wall), rest)),
    }
}

/// `Oct 2 02:19` or `Oct12 02:19` of `dmesg -H`.
pub(crate) fn minute(text: &str) -> Option<(When, &str)> {
    let (name, rest) =
        text.split_at_checked(text.find(|c: char| c == ' ' || c.is_ascii_digit())?)?;
    let (day, rest) = number(rest.trim_start_matches(' '))?;
    let (hour, rest) = digits(rest.strip_prefix(' ')?, 2)?;
    let (minute, rest) = digits(rest.strip_prefix(':')?, 2)?;
    (hour < 24 && minute < 60 && rest.starts_with(']')).then_some(())?;
    let nanos = i64::from(hour * 60 + minute) * 60 * SECOND;
    Some((When::Wall(Wall::new(None, month(name)?, day, nanos)?), rest))
}

/// An instant by itself, as `date` prints it in the locales of English: as `ctime` above,
/// `Wed 02 Oct 2019 02:19:25 AM UTC`, and with `-R` `Wed, 02 Oct 2019 02:19:25 +0000`.
pub(crate) fn date(line: &str) -> Option<i64> {
    let (when, rest) = ctime(line).or_else(|| day_first(line))?;
    when.at().filter(|_| rest.is_empty())
}

fn day_first(text: &str) -> Option<(When, &str)> {
    let (weekday, rest) = text.split_at_checked(3)?;
    is_weekday(weekday).then_some(())?;
    let rest = rest.strip_prefix(',').unwrap_or(rest).trim_start_matches(' ');
    let (day, rest) = number(rest)?;
    let (name, rest) = rest.strip_prefix(' ')?.split_once(' ')?;
    let (year, rest) = digits(rest, 4)?;
    let (nanos, rest) = clock(rest.strip_prefix(' ')?)?;
    let wall = Wall::new(Some(i16::try_from(year).ok()?), month(name)?, day, nanos)?;
    let (wall, rest) = half(wall, rest)?;
    let (seconds, rest) = zone(rest).or_else(|| hours_east(rest))?;
    Some((When::At(wall.at(seconds)?), rest))
}

/// Seconds since the epoch, or what is a thousand, a million or a thousand million times as much.
pub(crate) fn epoch(number: f64) -> When {
    let units = [1.0, 1e3, 1e6, 1e9].map(|unit| number / unit);
    let seconds = units.into_iter().find(|it| *it < 1e10).unwrap_or(number);
    #[expect(clippy::cast_possible_truncation, reason = "saturates, and microseconds fit")]
    let micros = (seconds * 1e6).round() as i64;
    When::At(micros.saturating_mul(1000))
}

/// The half of the day of a clock of twelve hours, where there is one.
fn half(wall: Wall, text: &str) -> Option<(Wall, &str)> {
    const HALF: i64 = 12 * 3600 * SECOND;
    let (later, rest) = match (text.strip_prefix(" AM "), text.strip_prefix(" PM ")) {
        (Some(_), _) => (0, text.get(3..)?),
        (_, Some(_)) => (HALF, text.get(3..)?),
        _ => return Some((wall, text)),
    };
    // Twelve comes before one.
    (wall.nanos < HALF + 3600 * SECOND).then_some(())?;
    Some((Wall { nanos: wall.nanos % HALF + later, ..wall }, rest))
}

/// `0904 22:33:16.621867`: what follows the severity in a klog header.
pub(crate) fn klog(text: &str) -> Option<(When, &str)> {
    let (month, rest) = digits(text, 2)?;
    let (day, rest) = digits(rest, 2)?;
    let (nanos, rest) = clock(rest.strip_prefix(' ')?)?;
    Some((When::Wall(Wall::new(None, month, day, nanos)?), rest))
}

/// `   12.345678`: seconds since the boot.
pub(crate) fn boot(text: &str) -> Option<(When, &str)> {
    let (seconds, rest) = number(text.trim_start_matches(' '))?;
    let (nanos, rest) = fraction(rest.strip_prefix('.')?)?;
    Some((When::Boot(i64::from(seconds) * SECOND + nanos), rest))
}

/// `02:18:24`, with a fraction where there is one.
fn clock(text: &str) -> Option<(i64, &str)> {
    let (hour, rest) = digits(text, 2)?;
    let (minute, rest) = digits(rest.strip_prefix(':')?, 2)?;
    let (second, rest) = digits(rest.strip_prefix(':')?, 2)?;
    // A leap second is the second before it.
    (hour < 24 && minute < 60 && second <= 60).then_some(())?;
    let seconds = i64::from((hour * 60 + minute) * 60 + second.min(59));
    let (nanos, rest) = match rest.strip_prefix(['.', ',']).and_then(fraction) {
        Some(read) => read,
        None => (0, rest),
    };
    Some((seconds * SECOND + nanos, rest))
}

/// Digits after the point, as nanoseconds.
fn fraction(text: &str) -> Option<(i64, &str)> {
    let end = text.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    let (all, rest) = text.split_at_checked(end)?;
    let kept = all.get(..9).unwrap_or(all);
    let value: i64 = kept.parse().ok()?;
    let missing = 9 - u32::try_from(kept.len()).ok()?;
    Some((value * 10_i64.pow(missing), rest))
}

/// A zone as seconds east of Greenwich.
fn zone(text: &str) -> Option<(i32, &str)> {
    let text = text.strip_prefix(' ').unwrap_or(text);
    for (name, hours) in ZONES {
        if let Some(rest) = text.strip_prefix(name)
            && !rest.starts_with(|c: char| c.is_ascii_alphanumeric())
        {
            return Some((hours * 3600, rest));
        }
    }
    let (sign, rest) = match text.as_bytes().first()? {
        b'+' => (1, text.get(1..)?),
        b'-' => (-1, text.get(1..)?),
        _ => return None,
    };
    let (hours, rest) = digits(rest, 2)?;
    let (minutes, rest) = digits(rest.strip_prefix(':').unwrap_or(rest), 2)?;
    (hours <= 25 && minutes < 60).then_some(())?;
    Some((sign * i32::try_from(hours * 3600 + minutes * 60).ok()?, rest))
}

/// ` -03`: a zone that `date` knows no other name of.
fn hours_east(text: &str) -> Option<(i32, &str)> {
    let (sign, rest) = match text.get(..2)? {
        " +" => (1, text.get(2..)?),
        " -" => (-1, text.get(2..)?),
        _ => return None,
    };
    let (hours, rest) = digits(rest, 2)?;
    let ends = rest.is_empty() || rest.starts_with(' ');
    (ends && hours <= 14).then_some((sign * i32::try_from(hours * 3600).ok()?, rest))
}

/// Zone names that mean one zone; `CST` and `IST`, for example, do not.
const ZONES: [(&str, i32); 10] = [
    ("Z", 0),
    ("UTC", 0),
    ("GMT", 0),
    ("CET", 1),
    ("CEST", 2),
    ("EST", -5),
    ("EDT", -4),
    ("PST", -8),
    ("PDT", -7),
    ("JST", 9),
];

fn is_weekday(text: &str) -> bool {
    ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].contains(&text)
}

/// The number of a month's name: English, `9月`, or the abbreviations of the other languages that
/// `journalctl` and `dmesg` are most often seen in.
fn month(name: &str) -> Option<u32> {
    if let Some(at) = MONTHS.iter().position(|known| known.first() == Some(&name)) {
        return u32::try_from(at + 1).ok();
    }
    if let Some(number) = name.strip_suffix(['月', '월']) {
        return number.parse().ok().filter(|n| (1..=12).contains(n));
    }
    let name = name.trim_end_matches('.').to_lowercase();
    let at = MONTHS.iter().position(|known| known.iter().any(|m| m.to_lowercase() == name))?;
    u32::try_from(at + 1).ok()
}

const MONTHS: [&[&str]; 12] = [
    &["Jan", "janv", "ene", "gen", "янв"],
    &["Feb", "févr", "fev", "фев"],
    &["Mar", "mär", "mrz", "mars", "мар"],
    &["Apr", "avr", "avril", "abr", "апр"],
    &["May", "mai", "maj", "mag", "maio", "май", "мая"],
    &["Jun", "juin", "giu", "июн"],
    &["Jul", "juil", "lug", "июл"],
    &["Aug", "août", "ago", "авг"],
    &["Sep", "sept", "set", "сен"],
    &["Oct", "okt", "ott", "out", "окт"],
    &["Nov", "ноя"],
    &["Dec", "dez", "déc", "dic", "дек"],
];

/// Exactly `count` digits.
fn digits(text: &str, count: usize) -> Option<(u32, &str)> {
    let (digits, rest) = text.split_at_checked(count)?;
    digits.bytes().all(|b| b.is_ascii_digit()).then_some(())?;
    Some((digits.parse().ok()?, rest))
}

/// One digit or more.
fn number(text: &str) -> Option<(u32, &str)> {
    let end = text.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    Some((digits.parse().ok()?, rest))
}

impl Wall {
    fn new(year: Option<i16>, month: u32, day: u32, nanos: i64) -> Option<Self> {
        let wall =
            Self { year, month: i8::try_from(month).ok()?, day: i8::try_from(day).ok()?, nanos };
        // A leap year has every day.
        jiff::civil::Date::new(year.unwrap_or(2000), wall.month, wall.day).ok()?;
        Some(wall)
    }

    /// The reading as a date, in `year` where it has none of its own.
    pub(crate) fn civil(&self, year: i16) -> Option<DateTime> {
        let date = jiff::civil::Date::new(self.year.unwrap_or(year), self.month, self.day).ok()?;
        let time = jiff::civil::Time::midnight();
        Some(date.to_datetime(time + jiff::SignedDuration::from_nanos(self.nanos)))
    }

    /// The instant of a reading with a year, this many seconds east of Greenwich.
    fn at(&self, seconds: i32) -> Option<i64> {
        let offset = Offset::from_seconds(seconds).ok()?;
        let stamp = offset.to_timestamp(self.civil(self.year?)?).ok()?;
        i64::try_from(stamp.as_nanosecond()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> i64 {
        let stamp: jiff::Timestamp = text.parse().unwrap();
        i64::try_from(stamp.as_nanosecond()).unwrap()
    }

    fn wall(year: Option<i16>, month: i8, day: i8, nanos: i64) -> When {
        When::Wall(Wall { year, month, day, nanos })
    }

    #[test]
    fn instants() {
        for (text, expected, rest) in [
            ("2019-10-02T02:33:37+0000 host", "2019-10-02T02:33:37Z", " host"),
            ("2021-09-14 14:12:48.757691846Z\"", "2021-09-14T14:12:48.757691846Z", "\""),
            ("2019-10-02T02:19:25,123456+00:00 x", "2019-10-02T02:19:25.123456Z", " x"),
            ("2018-09-22 20:04:08.711632504 +0800 CST", "2018-09-22T12:04:08.711632504Z", " CST"),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z", ""),
        ] {
            assert_eq!(iso(text), Some((When::At(utc(expected)), rest)), "{text}");
        }
        let (when, rest) = weekday_iso("Wed 2019-10-02 02:18:24 UTC, end").unwrap();
        assert_eq!((when, rest), (When::At(utc("2019-10-02T02:18:24Z")), ", end"));
        let (when, _) = ctime("Wed Oct  2 02:19:25 UTC 2019").unwrap();
        assert_eq!(when, When::At(utc("2019-10-02T02:19:25Z")));
    }

    #[test]
    fn dates() {
        for (line, expected) in [
            ("Thu Jan  1 09:20:00 UTC 2026", Some("2026-01-01T09:20:00Z")),
            ("Thu Jan  1 09:20:00 AM UTC 2026", Some("2026-01-01T09:20:00Z")),
            ("Thu Jan  1 12:20:00 AM UTC 2026", Some("2026-01-01T00:20:00Z")),
            ("Thu 01 Jan 2026 09:20:00 PM CET", Some("2026-01-01T20:20:00Z")),
            ("Thu  1 Jan 2026 12:20:00 PM UTC", Some("2026-01-01T12:20:00Z")),
            ("Thu, 01 Jan 2026 09:20:00 +0100", Some("2026-01-01T08:20:00Z")),
            ("Thu Jan  1 09:20:00 -03 2026", Some("2026-01-01T12:20:00Z")),
            ("Thu Jan  1 14:20:00 PM UTC 2026", None),
            ("Thu Jan  1 09:20:00 2026", None),
            ("Thu Jan  1 09:20:00 UTC 2026, they say", None),
        ] {
            assert_eq!(date(line), expected.map(utc), "{line}");
        }
    }

    #[test]
    fn wall_clocks() {
        let morning = (2 * 3600 + 18 * 60 + 24) * SECOND;
        for (read, expected) in [
            (syslog("Oct  2 02:18:24 h"), wall(None, 10, 2, morning)),
            (syslog("Oct 02 02:18:24.5 h"), wall(None, 10, 2, morning + SECOND / 2)),
            (syslog("Oct  2 2019 02:18:24 h"), wall(Some(2019), 10, 2, morning)),
            (syslog("9月 22 02:18:24 h"), wall(None, 9, 22, morning)),
            (syslog("févr. 29 02:18:24 h"), wall(None, 2, 29, morning)),
            (syslog("Okt 02 02:18:24 h"), wall(None, 10, 2, morning)),
            (klog("0214 02:18:24.000001    1 x"), wall(None, 2, 14, morning + 1000)),
            (iso("2019-07-22 02:18:24 W | x"), wall(Some(2019), 7, 22, morning)),
            (iso("2019/07/22 02:18:24 [error] x"), wall(Some(2019), 7, 22, morning)),
            (ctime("Wed Oct  2 02:18:24 2019]"), wall(Some(2019), 10, 2, morning)),
            (minute("Oct 2 02:18] x"), wall(None, 10, 2, (2 * 3600 + 18 * 60) * SECOND)),
            (minute("Oct12 02:18] x"), wall(None, 10, 12, (2 * 3600 + 18 * 60) * SECOND)),
            (boot("    3.734352] x"), When::Boot(3_734_352_000)),
        ] {
            assert_eq!(read.map(|(when, _)| when), Some(expected));
        }
    }

    #[test]
    fn no_stamp() {
        for text in ["", "Foo  2 02:18:24", "Oct 32 02:18:24", "Oct  2 25:00:00", "9月", "Oct  2 2"]
        {
            assert_eq!(syslog(text), None, "{text}");
        }
        assert_eq!(iso("2019-13-02T02:33:37Z"), None);
        assert_eq!(klog("0230 1:2"), None);
    }
}
