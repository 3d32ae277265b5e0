//! Kubernetes quantities: `1.5Gi`, `128974848`, `1e3`, `100m`.

/// The whole units of a quantity, rounded up as the API server does: `1024m` of memory is 2 bytes.
pub(crate) fn quantity(text: &str) -> Option<i64> {
    let text = text.trim();
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '+' || c == '-'))
        .unwrap_or(text.len());
    let (number, suffix) = text.split_at_checked(end)?;
    let (numerator, denominator) = scale(suffix)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if fraction.len() > 18 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let negative = whole.starts_with('-');
    let digits = format!("{}{fraction}", whole.trim_start_matches(['-', '+']));
    let digits: i128 = digits.parse().ok()?;
    let top = digits.checked_mul(numerator)?;
    let below =
        denominator.checked_mul(10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?)?;
    // Away from zero.
    let units = top.checked_add(below - 1)? / below;
    i64::try_from(if negative { -units } else { units }).ok()
}

/// What a suffix multiplies by, as a fraction.
fn scale(suffix: &str) -> Option<(i128, i128)> {
    let power = |base: i128, n: u32| base.checked_pow(n);
    Some(match suffix {
        "" => (1, 1),
        "n" => (1, 1_000_000_000),
        "u" => (1, 1_000_000),
        "m" => (1, 1000),
        "k" | "K" => (1000, 1),
        "M" => (power(1000, 2)?, 1),
        "G" => (power(1000, 3)?, 1),
        "T" => (power(1000, 4)?, 1),
        "P" => (power(1000, 5)?, 1),
        "E" => (power(1000, 6)?, 1),
        "Ki" => (1024, 1),
        "Mi" => (power(1024, 2)?, 1),
        "Gi" => (power(1024, 3)?, 1),
        "Ti" => (power(1024, 4)?, 1),
        "Pi" => (power(1024, 5)?, 1),
        "Ei" => (power(1024, 6)?, 1),
        exponent => {
            let exponent: i32 = exponent.strip_prefix(['e', 'E'])?.parse().ok()?;
            let ten = power(10, exponent.unsigned_abs().min(30))?;
            if exponent < 0 { (1, ten) } else { (ten, 1) }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::quantity;

    #[test]
    fn quantities_are_exact_and_round_up() {
        for (text, units) in [
            ("1024m", Some(2)),
            ("1000m", Some(1)),
            ("1.5Gi", Some(1_610_612_736)),
            ("128974848", Some(128_974_848)),
            ("1e3", Some(1000)),
            ("1E3", Some(1000)),
            ("12e-1", Some(2)),
            ("170Mi", Some(178_257_920)),
            ("1E", Some(1_000_000_000_000_000_000)),
            ("-1500m", Some(-2)),
            ("0", Some(0)),
            ("Gi", None),
            ("1.2.3", None),
            ("99999999999999999999Ei", None),
            ("ten", None),
        ] {
            assert_eq!(quantity(text), units, "{text}");
        }
    }
}
