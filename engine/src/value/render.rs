//! Values as people read them.

use alloc::{format, string::String, vec::Vec};
use core::fmt::Write;

use etio_plan::Type;

use crate::value::{
    symbols::Symbols,
    word::{ABSENT, Word, as_float, as_int},
};

const SECOND: i64 = 1_000_000_000;
const DAY: i64 = 86_400;

/// A value as text.
pub(crate) fn value(symbols: &Symbols, word: Word, ty: &Type) -> String {
    if word == ABSENT {
        return String::from("unknown");
    }
    match ty {
        Type::Bool => String::from(if word != 0 { "true" } else { "false" }),
        Type::Int => format!("{}", as_int(word)),
        Type::Float => format!("{}", as_float(word)),
        Type::Percent => format!("{}%", as_float(word)),
        Type::Duration => duration(as_int(word)),
        Type::Time => time(as_int(word)),
        Type::Bytes => bytes(as_int(word)),
        Type::List(of) => {
            let items: Vec<String> =
                symbols.as_list(word).iter().map(|item| value(symbols, *item, of)).collect();
            items.join(", ")
        }
        Type::Map(of) => {
            let entries = symbols.as_map(word).iter();
            let entries: Vec<String> = entries
                .map(|(key, item)| {
                    format!(
                        "{}={}",
                        symbols.as_text(*key).unwrap_or_default(),
                        value(symbols, *item, of)
                    )
                })
                .collect();
            entries.join(", ")
        }
        Type::Node if symbols.as_text(word) == Some("(unnamed)") => String::from("the node"),
        Type::Pod => {
            let pod = symbols.as_text(word).unwrap_or_default();
            String::from(pod.strip_prefix("(unnamed)/").unwrap_or(pod))
        }
        _ => String::from(symbols.as_text(word).unwrap_or_default()),
    }
}

/// `27h14m`, `3m10s`, `1.5s`, `250ms`: the two coarsest units that say something.
fn duration(nanos: i64) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    let nanos = nanos.unsigned_abs();
    let millis = nanos / 1_000_000;
    let seconds = millis / 1000;
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    let mut text = String::from(sign);
    // Writing to a string cannot fail.
    let _ = match (hours, minutes, seconds % 60) {
        (0, 0, 0) if millis != 0 => write!(text, "{millis}ms"),
        (0, 0, seconds) if !millis.is_multiple_of(1000) => {
            let tenths = millis % 1000 / 100;
            if tenths == 0 {
                write!(text, "{seconds}s")
            } else {
                write!(text, "{seconds}.{tenths}s")
            }
        }
        (0, 0, seconds) => write!(text, "{seconds}s"),
        (0, minutes, 0) => write!(text, "{minutes}m"),
        (0, minutes, seconds) => write!(text, "{minutes}m{seconds}s"),
        (hours, 0, _) => write!(text, "{hours}h"),
        (hours, minutes, _) => write!(text, "{hours}h{minutes}m"),
    };
    text
}

/// `100Mi`, `1.5Gi`, `512B`: the largest binary unit of which there is one, to a tenth.
fn bytes(size: i64) -> String {
    let sign = if size < 0 { "-" } else { "" };
    let size = size.unsigned_abs();
    let units = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    let step = (size.checked_ilog2().unwrap_or(0) / 10) as usize;
    let Some(unit) = step.checked_sub(1).and_then(|at| units.get(at)) else {
        return format!("{sign}{size}B");
    };
    let one = 1u64 << (10 * step);
    let (whole, tenth) = (size / one, size % one * 10 / one);
    if tenth == 0 { format!("{sign}{whole}{unit}") } else { format!("{sign}{whole}.{tenth}{unit}") }
}

/// RFC 3339 in UTC, with a fraction only where there is one.
fn time(nanos: i64) -> String {
    let seconds = nanos.div_euclid(SECOND);
    let fraction = nanos.rem_euclid(SECOND);
    let (year, month, day) = civil(seconds.div_euclid(DAY));
    let second = seconds.rem_euclid(DAY);
    let mut text = format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}",
        second / 3600,
        second / 60 % 60,
        second % 60
    );
    if fraction != 0 {
        let digits = format!(".{fraction:09}");
        text.push_str(digits.trim_end_matches('0'));
    }
    text.push('Z');
    text
}

/// Year, month and day of a count of days since 1970-01-01 in the Gregorian calendar. Years are
/// counted from March, so that the leap day is the last of its year and months follow one formula.
const fn civil(days: i64) -> (i64, i64, i64) {
    const DAYS_IN_400_YEARS: i64 = 146_097;
    // 0000-03-01 is this many days before 1970-01-01.
    let days = days + 719_468;
    let era = days.div_euclid(DAYS_IN_400_YEARS);
    let day_of_era = days.rem_euclid(DAYS_IN_400_YEARS);
    let leap_days = day_of_era / 1460 - day_of_era / 36_524 + day_of_era / 146_096;
    let year_of_era = (day_of_era - leap_days) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_say_their_two_coarsest_units() {
        for (nanos, expected) in [
            (0, "0s"),
            (126_000, "0s"),
            (250_000_000, "250ms"),
            (1_500_000_000, "1.5s"),
            (90 * SECOND, "1m30s"),
            (600 * SECOND, "10m"),
            (98_091 * SECOND, "27h14m"),
            (-5 * SECOND, "-5s"),
        ] {
            assert_eq!(duration(nanos), expected, "{nanos}");
        }
    }

    #[test]
    fn sizes_use_binary_units() {
        for (size, expected) in
            [(0, "0B"), (512, "512B"), (1024, "1Ki"), (1536, "1.5Ki"), (100 << 20, "100Mi")]
        {
            assert_eq!(bytes(size), expected, "{size}");
        }
    }

    #[test]
    fn times_are_rfc_3339() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_767_225_600, "2026-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
        ] {
            assert_eq!(time(seconds * SECOND), expected);
        }
        assert_eq!(time(1_500_000_000), "1970-01-01T00:00:01.5Z");
    }
}
