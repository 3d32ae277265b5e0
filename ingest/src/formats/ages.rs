//! Spans of time as people and tools write them: `5m12s`, `3d4h`, `2m0.5s`, `About an hour ago`, `01:02:03`.

use crate::row::When;

const SECOND: i64 = 1_000_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A duration with units, in nanoseconds: kubectl's ages and Go's durations.
///
/// kubectl cuts off what is below its last unit, so an age is at least the result.
pub(crate) fn duration(text: &str) -> Option<i64> {
    let mut rest = text.trim();
    if rest == "0" {
        return Some(0);
    }
    let mut total = 0_i64;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at_checked(digits)?;
        let end = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, next) = tail.split_at_checked(end)?;
        total = total.checked_add(scaled(number, unit_of(unit)?)?)?;
        rest = next;
    }
    Some(total)
}

/// `number` (perhaps with a fraction) times `unit`, exactly, without floats.
fn scaled(number: &str, unit: i64) -> Option<i64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let mut total = whole.checked_mul(unit)?;
    let mut step = unit;
    for digit in fraction.chars() {
        step /= 10;
        total = total.checked_add(i64::from(digit.to_digit(10)?) * step)?;
    }
    Some(total)
}

fn unit_of(unit: &str) -> Option<i64> {
    Some(match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => SECOND,
        "m" => MINUTE,
        "h" => HOUR,
        "d" => DAY,
        "w" => 7 * DAY,
        "y" => 365 * DAY,
        _ => return None,
    })
}

/// An age in a column of kubectl: `5m`, `<unknown>`, `<invalid>` (in the future).
pub(crate) fn age(text: &str) -> When {
    match text.trim() {
        "<invalid>" => When::Ago(0),
        other => duration(other).map_or(When::Unknown, When::Ago),
    }
}

/// Whether a word is an age as kubectl prints them.
pub(crate) fn is_age(text: &str) -> bool {
    matches!(text, "<unknown>" | "<invalid>") || duration(text).is_some()
}

/// When a repeated event was last and first seen and how often: `44m (x9 over 60m)`.
pub(crate) fn repeated(text: &str) -> (When, Option<(i64, When)>) {
    let text = text.trim();
    let Some((last, rest)) = text.split_once(" (x") else {
        return (age(text), None);
    };
    let more = rest
        .trim_end_matches(')')
        .split_once(" over ")
        .and_then(|(count, over)| Some((count.trim().parse().ok()?, age(over))));
    (age(last), more)
}

/// A span in words, as the container tools write them: `37 minutes`, `About an hour ago`.
pub(crate) fn words(text: &str) -> Option<i64> {
    let text = text.trim().trim_end_matches(" ago").to_ascii_lowercase();
    let text = text.trim_start_matches("about ").trim_start_matches("up ");
    if text.starts_with("less than a second") {
        return Some(0);
    }
    let (number, unit) = text.split_once(' ')?;
    let number: i64 = match number {
        "a" | "an" => 1,
        other => other.parse().ok()?,
    };
    let unit = match unit.trim_end_matches('s') {
        "second" => SECOND,
        "minute" => MINUTE,
        "hour" => HOUR,
        "day" => DAY,
        "week" => 7 * DAY,
        "month" => 30 * DAY,
        "year" => 365 * DAY,
        _ => return None,
    };
    number.checked_mul(unit)
}

/// Elapsed time as `ps` writes it: `[[dd-]hh:]mm:ss`.
pub(crate) fn clock(text: &str) -> Option<i64> {
    let (days, time) = text.split_once('-').unwrap_or(("0", text));
    let mut seconds = 0_i64;
    let mut parts = 0;
    for part in time.split(':') {
        seconds = seconds.checked_mul(60)?.checked_add(part.parse::<u32>().ok()?.into())?;
        parts += 1;
    }
    let days: i64 = days.parse::<u32>().ok()?.into();
    (parts > 1).then_some(())?;
    days.checked_mul(DAY)?.checked_add(seconds.checked_mul(SECOND)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_with_units() {
        for (text, seconds) in [
            ("5m12s", Some(312)),
            ("3d4h", Some(273_600)),
            ("2y10d", Some(740 * 86_400)),
            ("0s", Some(0)),
            ("27h14m51s", Some(98_091)),
            ("2m0.5s", None),
            ("x", None),
            ("", None),
            ("5", None),
            ("12e45678", None),
        ] {
            let whole = duration(text).filter(|ns| ns % SECOND == 0).map(|ns| ns / SECOND);
            assert_eq!(whole, seconds, "{text}");
        }
        assert_eq!(duration("13.351690873s"), Some(13_351_690_873));
        assert_eq!(duration("99999999999y"), None);
    }

    #[test]
    fn repeated_ages() {
        let minutes = |m: i64| When::Ago(m * MINUTE);
        assert_eq!(repeated("44m (x9 over 60m)"), (minutes(44), Some((9, minutes(60)))));
        assert_eq!(repeated("30m"), (minutes(30), None));
        assert_eq!(repeated("<unknown>"), (When::Unknown, None));
    }

    #[test]
    fn spans_in_words_and_clocks() {
        assert_eq!(words("About an hour ago"), Some(HOUR));
        assert_eq!(words("3 weeks ago"), Some(21 * DAY));
        assert_eq!(words("Less than a second ago"), Some(0));
        assert_eq!(words("soon"), None);
        assert_eq!(clock("1-02:03:04"), Some(DAY + 2 * HOUR + 3 * MINUTE + 4 * SECOND));
        assert_eq!(clock("00:07"), Some(7 * SECOND));
        assert_eq!(clock("7"), None);
    }
}
