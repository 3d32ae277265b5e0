//! What literals are worth: numbers with units, dates, escapes. Pure functions on their text.

use super::ast::Literal;

/// The longest number that is shown in an error. No number that fits is longer.
const LONGEST: usize = 64;

const NANO: i128 = 1;
const SECOND: i128 = 1_000_000_000 * NANO;

/// Units of durations in nanoseconds.
const DURATIONS: [(&str, i128); 7] = [
    ("ns", NANO),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", SECOND),
    ("m", 60 * SECOND),
    ("h", 3_600 * SECOND),
    ("d", 86_400 * SECOND),
];

/// Units of sizes in bytes; each but `B` also with a `B` behind it.
const SIZES: [(&str, i128); 12] = [
    ("B", 1),
    ("k", 1_000),
    ("K", 1_000),
    ("M", 1_000_000),
    ("G", 1_000_000_000),
    ("T", 1_000_000_000_000),
    ("P", 1_000_000_000_000_000),
    ("Ki", 1 << 10),
    ("Mi", 1 << 20),
    ("Gi", 1 << 30),
    ("Ti", 1 << 40),
    ("Pi", 1 << 50),
];

/// Reads a number with or without a unit, or a date. The error says what is wrong with it.
pub(super) fn number(text: &str) -> Result<Literal, String> {
    if text.len() > LONGEST {
        return Err("this number is too long".into());
    }
    if is_date(text) {
        return time(text).map(Literal::Time);
    }
    if let Some(points) = text.strip_suffix('%') {
        return float(points).map(Literal::Percent);
    }
    let unit_at = text.find(|c: char| c.is_ascii_alphabetic());
    match unit_at {
        None if text.contains('.') => float(text).map(Literal::Float),
        None => text.parse().map(Literal::Int).map_err(|_| too_large(text)),
        Some(unit_at) => {
            let (digits, unit) = text.split_at(unit_at);
            match size_of_unit(unit) {
                Some(size) => scaled(digits, size)
                    .and_then(|bytes| i64::try_from(bytes).ok())
                    .map(Literal::Bytes)
                    .ok_or_else(|| too_large(text)),
                None => duration(text).map(Literal::Duration),
            }
        }
    }
}

/// Reads `10m`, `1h30m`, `1.5s` in nanoseconds.
pub(super) fn duration(text: &str) -> Result<i64, String> {
    if text.len() > LONGEST {
        return Err("this time is too long".into());
    }
    let mut rest = text;
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let unit_at = rest.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let (digits, tail) = rest.split_at(unit_at);
        let end = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(end);
        let Some((_, nanos)) = DURATIONS.iter().find(|(name, _)| *name == unit) else {
            return Err(unknown_unit(digits, unit));
        };
        let part = scaled(digits, *nanos).ok_or_else(|| too_large(text))?;
        total = total.checked_add(part).ok_or_else(|| too_large(text))?;
        rest = tail;
    }
    i64::try_from(total).map_err(|_| too_large(text))
}

fn unknown_unit(digits: &str, unit: &str) -> String {
    if unit.is_empty() {
        return format!("`{digits}` needs a unit of time, for example `{digits}s`");
    }
    let meant = match unit.to_ascii_lowercase().as_str() {
        "w" | "week" | "weeks" => Some("d` with the number of days, `7d"),
        "kib" => Some("Ki"),
        "mib" => Some("Mi"),
        "gib" | "gi" | "gb" | "g" => Some("Gi"),
        word => unit_in_words(word),
    };
    match meant {
        Some(meant) => format!("`{unit}` is not a unit; write `{meant}`"),
        None => format!(
            "`{unit}` is not a unit; times have ns us ms s m h d, sizes B Ki Mi Gi Ti k M G T"
        ),
    }
}

/// The unit of time that a word names, in small letters.
pub(crate) fn unit_in_words(word: &str) -> Option<&'static str> {
    Some(match word {
        "sec" | "secs" | "second" | "seconds" => "s",
        "min" | "mins" | "minute" | "minutes" => "m",
        "hr" | "hrs" | "hour" | "hours" => "h",
        "day" | "days" => "d",
        _ => return None,
    })
}

fn too_large(text: &str) -> String {
    format!("`{text}` does not fit in 64 bits")
}

fn size_of_unit(unit: &str) -> Option<i128> {
    let bare = match unit.strip_suffix('B') {
        Some(bare) if !bare.is_empty() => bare,
        _ => unit,
    };
    SIZES.iter().find(|(name, _)| *name == bare).map(|(_, size)| *size)
}

/// `digits` (perhaps with a fraction) times `unit`, exactly, the rest below one cut off.
fn scaled(digits: &str, unit: i128) -> Option<i128> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let whole: i128 = whole.parse().ok()?;
    // More than 18 digits of a fraction are below any unit.
    let fraction = fraction.get(..fraction.len().min(18))?;
    let tail = if fraction.is_empty() {
        0
    } else {
        let scale = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
        fraction.parse::<i128>().ok()?.checked_mul(unit)? / scale
    };
    whole.checked_mul(unit)?.checked_add(tail)
}

fn float(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| format!("`{text}` is not a number"))?;
    if value.is_finite() { Ok(value) } else { Err(too_large(text)) }
}

fn is_date(text: &str) -> bool {
    matches!(text.as_bytes(), [_, _, _, _, b'-', _, _, b'-', _, _, ..])
}

/// `2027-01-01` or `2027-01-01T10:00:00Z`, in nanoseconds since the epoch.
fn time(text: &str) -> Result<i64, String> {
    let wrong = || format!("`{text}` is not a date as `2027-01-01` or `2027-01-01T10:00:00Z`");
    let (date, clock) = match text.split_once('T') {
        Some((date, clock)) => (date, Some(clock)),
        None => (text, None),
    };
    let [year, month, day] = numbers(date, '-').ok_or_else(wrong)?;
    let month_days = match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return Err(wrong()),
    };
    if !(1..=month_days).contains(&day) {
        return Err(format!("`{text}` names a day that does not exist"));
    }
    let mut nanos = i128::from(days_since_epoch(year, month, day)) * 86_400 * SECOND;
    if let Some(clock) = clock {
        let clock = clock.strip_suffix('Z').ok_or_else(wrong)?;
        let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
        let [hour, minute, second] = numbers(clock, ':').ok_or_else(wrong)?;
        if hour > 23 || minute > 59 || second > 60 {
            return Err(format!("`{text}` names a time of day that does not exist"));
        }
        nanos += i128::from(hour * 3_600 + minute * 60 + second) * SECOND;
        nanos += scaled(&format!("0.{fraction}"), SECOND).ok_or_else(wrong)?;
    }
    i64::try_from(nanos).map_err(|_| too_large(text))
}

/// Three numbers of digits only.
fn numbers(text: &str, separator: char) -> Option<[i64; 3]> {
    let mut parts = text.split(separator).map(|part| {
        part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse::<i64>().ok()).flatten()
    });
    let three = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(three)
}

/// Days from 1970-01-01 in the Gregorian calendar; years begin in March, so that a leap day is last.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    const MARCH_1_OF_YEAR_0_TO_EPOCH: i64 = 719_468;
    year * 365 + leap_days + day_of_year - MARCH_1_OF_YEAR_0_TO_EPOCH
}

/// Resolves escapes. The error is the place in `text` of the first that is not known.
pub(super) fn unescape(text: &str) -> Result<String, usize> {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some((_, c @ ('"' | '\\' | '{' | '}' | '`'))) => out.push(c),
            Some((_, 'n')) => out.push('\n'),
            Some((_, 't')) => out.push('\t'),
            _ => return Err(at),
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_units() {
        for (text, expected) in [
            ("42", Literal::Int(42)),
            ("1.5", Literal::Float(1.5)),
            ("85%", Literal::Percent(85.0)),
            ("10m", Literal::Duration(600_000_000_000)),
            ("1h30m", Literal::Duration(5_400_000_000_000)),
            ("250ms", Literal::Duration(250_000_000)),
            ("1.5s", Literal::Duration(1_500_000_000)),
            ("2d", Literal::Duration(172_800_000_000_000)),
            ("1Gi", Literal::Bytes(1 << 30)),
            ("1.5Ki", Literal::Bytes(1536)),
            ("100MB", Literal::Bytes(100_000_000)),
            ("0B", Literal::Bytes(0)),
            ("1970-01-02", Literal::Time(86_400_000_000_000)),
            ("2000-02-29", Literal::Time(951_782_400_000_000_000)),
            ("2026-01-01T00:00:01.5Z", Literal::Time(1_767_225_601_500_000_000)),
        ] {
            assert_eq!(number(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn bad_numbers_say_why() {
        for (text, part) in [
            ("10min", "write `m`"),
            ("5x", "is not a unit"),
            ("10m5", "needs a unit"),
            ("9223372036854775808", "64 bits"),
            ("9000000d", "64 bits"),
            ("9000Pi", "64 bits"),
            ("2027-02-29", "does not exist"),
            ("2027-13-01", "is not a date"),
            ("2027-01-01T25:00:00Z", "does not exist"),
        ] {
            let error = number(text).expect_err(text);
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn escapes_are_resolved() {
        assert_eq!(unescape(r#"a\"b\\\{\}\n\t\`"#).as_deref(), Ok("a\"b\\{}\n\t`"));
        assert_eq!(unescape(r"ab\x"), Err(2));
    }
}
