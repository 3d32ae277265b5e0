//! `key=value key="a value"`, as the loggers of Go write what belongs to a message.

use std::borrow::Cow;

/// The first pair of a line: its key, its value as written, and the rest.
pub(super) fn pair(text: &str) -> Option<(&str, &str, &str)> {
    let (key, rest) = text.split_once('=')?;
    is_key(key).then_some(())?;
    let end = match rest.as_bytes().first() {
        Some(b'"') => closing(rest).map_or(rest.len(), |at| at + 1),
        _ => rest.find(' ').unwrap_or(rest.len()),
    };
    let (value, rest) = rest.split_at_checked(end)?;
    Some((key, value, rest.trim_start_matches(' ')))
}

fn is_key(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic() && b != b'"')
}

/// Where a quoted value ends: at a quote before the next pair or the end of the line. Pasting often
/// loses the escapes of the quotes within. A value without its closing quote goes on to the end.
fn closing(value: &str) -> Option<usize> {
    let mut escaped = false;
    let mut quotes = value.bytes().enumerate().skip(1).filter_map(|(at, b)| {
        let ends = b == b'"' && !escaped;
        escaped = b == b'\\' && !escaped;
        ends.then_some(at)
    });
    let first = quotes.next()?;
    let closes = |at: &usize| {
        let rest = value.get(at + 1..).unwrap_or_default();
        let next = rest.trim_start_matches(' ');
        next.is_empty()
            || next.len() < rest.len() && next.split_once('=').is_some_and(|(key, _)| is_key(key))
    };
    std::iter::once(first).chain(quotes).find(closes).or(Some(first))
}

/// A value without the quotes and escapes that Go writes.
pub(super) fn unquoted(value: &str) -> Cow<'_, str> {
    let Some(inner) = value.strip_prefix('"') else { return Cow::Borrowed(value) };
    let inner = match inner.strip_suffix('"') {
        Some(closed) => closed,
        None => inner,
    };
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner.chars();
    while let Some(c) = rest.next() {
        let hex = |rest: &mut std::str::Chars<'_>, count| {
            let digits: String = rest.take(count).collect();
            u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32).unwrap_or('\u{fffd}')
        };
        text.push(match c {
            '\\' => match rest.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('r') => '\r',
                Some('x') => hex(&mut rest, 2),
                Some('u') => hex(&mut rest, 4),
                Some('U') => hex(&mut rest, 8),
                Some(other) => other,
                None => '\\',
            },
            other => other,
        });
    }
    Cow::Owned(text)
}
