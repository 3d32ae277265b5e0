//! What a piece of text says as a value. Exact, and saturating where a number is too large.

use alloc::{string::String, string::ToString};
use core::net::IpAddr;

use etio_plan::{Type, Value, canonical};

const SECOND: i128 = 1_000_000_000;
const DAY: i128 = 86_400 * SECOND;

/// A text as a value of a field of type `ty`; `None` where it is not one.
///
/// Textual types get their canonical spelling. Lists and maps have no spelling in running text.
#[must_use]
pub fn value(ty: &Type, text: &str) -> Option<Value> {
    let text = if *ty == Type::Text { text } else { text.trim() };
    Some(match ty {
        Type::Bool => Value::Bool(text.parse().ok()?),
        Type::Int => Value::Int(int(text)?),
        Type::Float => Value::Float(float(text)?),
        Type::Duration => Value::Duration(duration(text)?),
        Type::Time => Value::Time(time(text)?),
        Type::Bytes => Value::Bytes(bytes(text)?),
        Type::Percent => Value::Percent(percent(text)?),
        Type::Ip => Value::Text(text.parse::<IpAddr>().ok()?.to_string()),
        Type::Text => Value::Text(text.into()),
        Type::Version | Type::Enum(_) => nonempty(canonical(ty, text))?,
        Type::Node | Type::Pod | Type::Uid | Type::Cid | Type::Image | Type::Digest => {
            nonempty(canonical(ty, text))?
        }
        Type::List(_) | Type::Map(_) => return None,
    })
}

fn nonempty(text: String) -> Option<Value> {
    (!text.is_empty()).then_some(Value::Text(text))
}

/// A decimal integer, perhaps signed.
#[must_use]
pub fn int(text: &str) -> Option<i64> {
    let (negative, digits) = sign(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number = digits.bytes().fold(0, push_digit);
    Some(saturate(if negative { -number } else { number }))
}

/// A finite decimal number; `-0` is `0`.
#[must_use]
pub fn float(text: &str) -> Option<f64> {
    let (_, rest) = sign(text);
    let plain = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-');
    if !rest.bytes().all(plain) {
        return None;
    }
    let number: f64 = text.parse().ok()?;
    number.is_finite().then_some(if number == 0.0 { 0.0 } else { number })
}

/// Percent points: a number, with a percent sign or without.
#[must_use]
pub fn percent(text: &str) -> Option<f64> {
    float(text.strip_suffix('%').unwrap_or(text))
}

/// A duration as Go prints it (`1h3m10.5s`, `250ms`), or with days and years as `kubectl` does
/// (`27d`, `3y45d`), in nanoseconds.
#[must_use]
pub fn duration(text: &str) -> Option<i64> {
    let (negative, mut rest) = sign(text);
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total = 0_i128;
    while !rest.is_empty() {
        let (number, after) = decimal(rest)?;
        let end = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at_checked(end)?;
        let unit = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => SECOND,
            "m" => 60 * SECOND,
            "h" => 3_600 * SECOND,
            "d" => DAY,
            "y" => 365 * DAY,
            _ => return None,
        };
        total = total.saturating_add(number.times(unit));
        rest = after;
    }
    Some(saturate(if negative { -total } else { total }))
}

/// A size: bytes, or with a suffix as Kubernetes, Docker and the kernel write it (`100Mi`, `4kB`,
/// `1.5GB`, `1024m`). A fraction of a byte is rounded up, as the API server does.
#[must_use]
pub fn bytes(text: &str) -> Option<i64> {
    let (number, suffix) = decimal(text)?;
    let suffix = suffix.trim_start();
    if suffix == "m" {
        return Some(saturate(number.divided_up(1_000)));
    }
    let unit = suffix.strip_suffix(['B', 'b']).unwrap_or(suffix);
    let (power, base) = match unit.strip_suffix('i') {
        Some(power) => (power, 1_024_i128),
        None => (unit, 1_000),
    };
    let exponent = match power {
        "" if base == 1_000 => 0,
        "k" | "K" => 1,
        "M" => 2,
        "G" => 3,
        "T" => 4,
        "P" => 5,
        "E" => 6,
        _ => return None,
    };
    Some(saturate(number.times_up(base.pow(exponent))))
}

/// An RFC 3339 time, also with a blank for the `T` and with the zone set off or without its colon
/// (`2021-11-05 10:00:00 +0800`), in nanoseconds since the epoch.
#[must_use]
pub fn time(text: &str) -> Option<i64> {
    let (year, rest) = field(text, 4, "-")?;
    let (month, rest) = field(rest, 2, "-")?;
    let (day, rest) = field(rest, 2, "")?;
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (hour, rest) = field(rest, 2, ":")?;
    let (minute, rest) = field(rest, 2, ":")?;
    let (second, rest) = field(rest, 2, "")?;
    let in_range = (1..=12).contains(&month)
        && (1..=days_in_month(year, month)).contains(&day)
        && hour <= 23
        && minute <= 59
        && second <= 60;
    if !in_range {
        return None;
    }
    let (nanos, rest) = match rest.strip_prefix(['.', ',']) {
        Some(fraction) => {
            let (number, rest) = decimal_digits(fraction)?;
            (number.times(SECOND), rest)
        }
        None => (0, rest),
    };
    let zone = offset(rest.strip_prefix(' ').unwrap_or(rest))?;
    let seconds = i128::from(days_since_epoch(year, month, day)) * 86_400
        + i128::from(hour * 3_600 + minute * 60 + second.min(59) - zone);
    // A leap second is its minute's last second again.
    Some(saturate(seconds * SECOND + nanos))
}

/// `Z`, `+08:00` or `+0800` as seconds east of UTC.
fn offset(text: &str) -> Option<i64> {
    if text.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let east = if text.starts_with('-') { -1 } else { 1 };
    let (hours, rest) = field(text.strip_prefix(['+', '-'])?, 2, "")?;
    let (minutes, rest) = field(rest.strip_prefix(':').unwrap_or(rest), 2, "")?;
    (rest.is_empty() && hours <= 23 && minutes <= 59)
        .then_some(east * (hours * 3_600 + minutes * 60))
}

/// Exactly `width` digits, then `end`.
fn field<'t>(text: &'t str, width: usize, end: &str) -> Option<(i64, &'t str)> {
    let (digits, rest) = text.split_at_checked(width)?;
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some((digits.parse().ok()?, rest.strip_prefix(end)?))
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar. Years are counted from March, so that
/// the leap day is a year's last.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let from_march = (month + 9) % 12;
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let day_of_year = (153 * from_march + 2) / 5 + day - 1;
    365 * year + leap_days + day_of_year - 719_468
}

/// A decimal number as digits and how many of them stand behind the point.
#[derive(Clone, Copy)]
struct Decimal {
    digits: i128,
    scale: i128,
}

impl Decimal {
    /// Times a whole number, cut to a whole number.
    fn times(self, factor: i128) -> i128 {
        self.digits.saturating_mul(factor) / self.scale
    }

    /// Times a whole number, rounded up to a whole number.
    fn times_up(self, factor: i128) -> i128 {
        div_up(self.digits.saturating_mul(factor), self.scale)
    }

    fn divided_up(self, divisor: i128) -> i128 {
        div_up(self.digits, self.scale.saturating_mul(divisor))
    }
}

/// Both are not negative, and `b` not zero.
fn div_up(a: i128, b: i128) -> i128 {
    a / b + i128::from(a % b != 0)
}

/// An unsigned decimal at the start of a text, and what follows it.
fn decimal(text: &str) -> Option<(Decimal, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (whole, rest) = text.split_at_checked(end)?;
    let number = whole.bytes().fold(0, push_digit);
    let fraction = rest.strip_prefix('.').and_then(decimal_digits);
    match fraction {
        Some((fraction, rest)) => {
            let digits = number.saturating_mul(fraction.scale).saturating_add(fraction.digits);
            Some((Decimal { digits, scale: fraction.scale }, rest))
        }
        None if whole.is_empty() => None,
        None => Some((Decimal { digits: number, scale: 1 }, rest)),
    }
}

/// Digits behind a point. Those behind the twelfth are below every unit's resolution.
fn decimal_digits(text: &str) -> Option<(Decimal, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    let mut number = Decimal { digits: 0, scale: 1 };
    for digit in digits.bytes().take(12) {
        number = Decimal { digits: push_digit(number.digits, digit), scale: number.scale * 10 };
    }
    (!digits.is_empty()).then_some((number, rest))
}

/// Appends a digit; stops growing far above any `i64`, so that products stay exact or saturate.
fn push_digit(number: i128, digit: u8) -> i128 {
    (number * 10 + i128::from(digit.saturating_sub(b'0'))).min(1_i128 << 80)
}

fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

fn saturate(number: i128) -> i64 {
    i64::try_from(number).unwrap_or(if number < 0 { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod tests;
