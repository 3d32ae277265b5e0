//! Small pieces of text that several commands print.

use etio_dsl::diag::is_masked;

/// A duration as rule files write it: `1h30m`, `250ms`, `0s`.
pub(crate) fn duration(nanos: i64) -> String {
    const UNITS: [(u64, &str); 7] = [
        (86_400_000_000_000, "d"),
        (3_600_000_000_000, "h"),
        (60_000_000_000, "m"),
        (1_000_000_000, "s"),
        (1_000_000, "ms"),
        (1_000, "us"),
        (1, "ns"),
    ];
    if nanos == 0 {
        return "0s".into();
    }
    let mut text = String::from(if nanos < 0 { "-" } else { "" });
    let mut rest = nanos.unsigned_abs();
    for (unit, name) in UNITS {
        if rest >= unit {
            text.push_str(&format!("{}{name}", rest / unit));
            rest %= unit;
        }
    }
    text
}

/// Inputs are not trusted with the terminal: what would steer it, or turn a text round, becomes a blank.
pub(crate) fn clean(text: &str) -> String {
    text.chars().map(|c| if is_masked(c) { ' ' } else { c }).collect()
}

/// `1 test`, `2 tests`.
pub(crate) fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// A text without the escapes before its quotes, of a message that others quoted, once or more, and without the
/// end of a quotation that began before it.
pub(crate) fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut pieces = text.split('"').peekable();
    while let Some(piece) = pieces.next() {
        match pieces.peek() {
            Some(_) => plain.extend([piece.trim_end_matches('\\'), "\""]),
            None => plain.push_str(piece),
        }
    }
    let whole = plain.matches('"').count().is_multiple_of(2);
    match plain.trim_end_matches(',').strip_suffix('"') {
        Some(rest) if !whole => rest.to_owned(),
        _ => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::{clean, duration, unescaped};

    #[test]
    fn quotes_lose_their_escapes() {
        for (text, plain) in [
            (r#"pulling \"a\" failed: \\\"b\\\""#, r#"pulling "a" failed: "b""#),
            (r#"a "b" c"#, r#"a "b" c"#),
            (r#"get "b": no host","#, r#"get "b": no host"#),
            (r"C:\k\", r"C:\k\"),
        ] {
            assert_eq!(unescaped(text), plain);
        }
    }

    #[test]
    fn a_text_steers_no_terminal_and_turns_none_round() {
        assert_eq!(clean("a\u{1b}[31m\tb\u{202e}c\u{2066}d\u{9b}e é"), "a [31m b c d e é");
    }

    #[test]
    fn durations_are_short() {
        for (nanos, text) in [
            (0, "0s"),
            (600_000_000_000, "10m"),
            (5_400_000_000_000, "1h30m"),
            (-250_000_000, "-250ms"),
            (90_000_000_000_000, "1d1h"),
        ] {
            assert_eq!(duration(nanos), text);
        }
    }
}
