//! Lengths of time as Go writes them (`1m30s`), and as rule files do.

/// A length of time in milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Span(pub(crate) u64);

const UNITS: [(&str, u64); 4] = [("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

impl Span {
    pub(crate) const SECOND: Self = Self(1_000);
    pub(crate) const HOUR: Self = Self(3_600_000);
    pub(crate) const DAY: Self = Self(86_400_000);

    /// Reads whole numbers with units, the largest first or not.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut rest = text.trim();
        let mut total = 0_u64;
        while !rest.is_empty() {
            let end = rest.find(|c: char| !c.is_ascii_digit())?;
            let (number, more) = rest.split_at_checked(end)?;
            let end = more.find(|c: char| c.is_ascii_digit()).unwrap_or(more.len());
            let (unit, more) = more.split_at_checked(end)?;
            let (_, millis) = UNITS.iter().find(|(known, _)| *known == unit)?;
            total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(*millis)?)?;
            rest = more;
        }
        (total > 0).then_some(Self(total))
    }
}

impl std::fmt::Display for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut rest = self.0;
        for (unit, millis) in UNITS {
            let count = rest / millis;
            rest %= millis;
            if count > 0 || (self.0 == 0 && unit == "s") {
                write!(f, "{count}{unit}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn go_durations() {
        for (text, shown) in
            [("300s", "5m"), ("90s", "1m30s"), ("1h", "1h"), ("250ms", "250ms"), ("86400s", "24h")]
        {
            assert_eq!(Span::parse(text).unwrap().to_string(), shown, "{text}");
        }
        for text in ["", "s", "5", "5 minutes", "0s", "-5s"] {
            assert_eq!(Span::parse(text), None, "{text}");
        }
    }
}
