//! Where the value of a field stands in a line.

use super::source::Layout;
use super::value::Glob;
use crate::pattern::{self, Pattern, escaped};

/// What of a text a value must be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Position {
    Anywhere,
    Whole,
}

/// A value of a text that is a field here.
pub(super) fn whole(glob: &Glob, position: Position) -> Result<Pattern, String> {
    let (before, inner, behind) = glob.trimmed();
    let anchored = position == Position::Whole;
    let (start, end) = (anchored && !before, anchored && !behind);
    if inner.is_empty() && !(start && end) {
        return Err("it matches every line".to_owned());
    }
    let literal = inner.literal();
    if let Some(text) = literal.as_ref().filter(|_| inner.is_caseless() && !start && !end) {
        return Ok(pattern::literal(text));
    }
    let insensitive = if inner.is_caseless() { "" } else { "i" };
    // A wildcard goes over the ends of lines too.
    let over_lines = if literal.is_some() { "" } else { "s" };
    let flags = format!("{insensitive}{over_lines}");
    let flags = if flags.is_empty() { flags } else { format!("(?{flags})") };
    let regex = format!(
        "{flags}{}{}{}",
        if start { "^" } else { "" },
        inner.regex("."),
        if end { "$" } else { "" }
    );
    Ok(Pattern::Regex { regex, plain: inner.example() })
}

/// A value of a field that the line says.
pub(super) fn value(field: &str, layout: Layout, glob: &Glob) -> Pattern {
    let (before, inner, behind) = glob.trimmed();
    let example = inner.example();
    if inner.is_empty() {
        // Anything, or nothing at all.
        let value = if before || behind { "" } else { r#"(?:""|[\s,;]|$)"# };
        return read(field, layout, value, "");
    }
    let form = |inner: &Glob, class: &str, end: &str| {
        let text = inner.regex(class);
        let text = if inner.is_caseless() { text } else { format!("(?i:{text})") };
        let start = if before { format!("{class}*") } else { String::new() };
        format!("{start}{text}{}", if behind { "" } else { end })
    };
    let quoted = format!("\"{}", form(&inner, "[^\"]", "\""));
    // What has blanks or quotes in it stands in quotes.
    let is_bare = !inner.has(|c| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | ';'));
    // In JSON only numbers and their like stand without.
    let is_text =
        layout == Layout::Json && inner.has(|c| c.is_alphabetic() || c == '/') && !is_word(&inner);
    if !is_bare || is_text {
        return read(field, layout, &quoted, &example);
    }
    let bare = form(&inner, r#"[^\s"',;]"#, r#"(?:[\s"',;)}\]]|$)"#);
    read(field, layout, &format!("(?:{quoted}|{bare})"), &example)
}

fn is_word(glob: &Glob) -> bool {
    glob.literal()
        .is_some_and(|text| matches!(text.to_lowercase().as_str(), "true" | "false" | "null"))
}

/// A field, and an expression for what stands behind its name; `example` is a value that it finds.
pub(super) fn read(field: &str, layout: Layout, value: &str, example: &str) -> Pattern {
    let pair = || format!(r"(?:^|[^\w.-]){}=", text(field));
    let json = || {
        let names: Vec<&str> = field.split('.').collect();
        // An object may have objects in it before the name.
        let between = r"\{(?:[^{}]|\{[^{}]*\})*";
        names
            .iter()
            .map(|name| format!(r#""{}":\s*"#, text(name)))
            .collect::<Vec<_>>()
            .join(between)
    };
    let name = match layout {
        Layout::Pairs => pair(),
        Layout::Json => json(),
        Layout::Either | Layout::Events if field.contains('.') => {
            format!(r#"(?:{}|"{}":\s*|{})"#, pair(), text(field), json())
        }
        Layout::Either | Layout::Events => format!("(?:{}|{})", pair(), json()),
    };
    let plain = if layout == Layout::Json {
        let names: Vec<String> = field.split('.').map(|name| format!("\"{name}\":")).collect();
        format!("{}\"{example}\"", names.join("{"))
    } else {
        format!("{field}=\"{example}\"")
    };
    Pattern::Regex { regex: format!("{name}{value}"), plain }
}

fn text(name: &str) -> String {
    name.chars().map(escaped).collect()
}
