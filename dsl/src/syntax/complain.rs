//! What to say where the text does not go on as it could.

use super::ast::Span;
use super::cst::Kind;
use super::hints::{KEYWORDS, PARTS, Place, hint, is_invisible};
use super::parse::Failure;
use super::split::ITEMS;
use crate::diag::{Diagnostic, codes, did_you_mean};

/// An item that stops making sense at `failure.at`; it began at `item`.
pub(super) fn broken(text: &str, item: Span, failure: &Failure, file: usize) -> Diagnostic {
    let first = word_at(text, item.start);
    if failure.at == item.start {
        return stray(text, item, file);
    }
    let at = skip_blank(text, failure.at.min(item.end));
    let found = found(text, at, item.end);
    let here = Span { start: at, end: at.saturating_add(length(found)) };
    let expected = words(&failure.expected);
    let label = if expected.is_empty() { String::new() } else { format!("expected {expected}") };
    let word = word_at(text, at);

    let meant = did_you_mean(word, words_allowed(&failure.expected));
    let is_name = |word| failure.expected.contains(&Kind::Expected) || !KEYWORDS.contains(&word);
    if let Some(meant) = meant.filter(|_| is_name(word)) {
        return Diagnostic::new(codes::MISSPELT, format!("`{word}` means nothing here"))
            .at(file, here, label)
            .meant(word, Some(meant), String::new);
    }
    let error = match found {
        "" => Diagnostic::new(codes::UNEXPECTED, format!("this `{first}` ends too early")),
        _ => Diagnostic::new(codes::UNEXPECTED, format!("{} cannot stand here", code(found))),
    };
    let error = error.at(file, here, label);
    if let Some(name) = hyphened(text, at).filter(|_| !failure.expected.contains(&Kind::ArithOp)) {
        let written = text.get(name.start as usize..name.end as usize).unwrap_or_default();
        let ours = written.replace('-', "_");
        let help = format!("names are made of letters, digits and `_`: write `{ours}`");
        return error.help(help).fix(file, name, ours);
    }
    match hint(&place(text, at, item.end, first, &failure.expected)) {
        Some(help) => error.help(help),
        None if found.is_empty() => error.help("complete it"),
        // Nothing but the end of its line ends a `use`.
        None if ITEMS.contains(&found) && first == "use" => {
            error.help("begin the next item on a line of its own")
        }
        None if expected.is_empty() => error.help(format!("remove {}", code(found))),
        None if matches!(found, "}" | ")" | "]") => {
            error.help(format!("write {expected} before {}", code(found)))
        }
        None => error.help(format!("write {expected}, or remove {}", code(found))),
    }
}

fn place<'a>(text: &'a str, at: u32, end: u32, item: &'a str, expected: &'a [Kind]) -> Place<'a> {
    let (before, rest) = text.split_at_checked(at as usize).unwrap_or_default();
    Place { before, rest, found: found(text, at, end), word: word_at(text, at), item, expected }
}

/// The name that a hyphen at this place is within, as modes have it in reports: `image-pull-backoff`.
fn hyphened(text: &str, at: u32) -> Option<Span> {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_part = |c: char| is_letter(c) || c == '-';
    let (before, rest) = text.split_at_checked(at as usize)?;
    let joins = before.ends_with(is_letter) && rest.strip_prefix('-')?.starts_with(is_letter);
    let start = before.trim_end_matches(is_part).len();
    let end = text.len() - rest.trim_start_matches(is_part).len();
    joins.then_some(Span { start: u32::try_from(start).ok()?, end: u32::try_from(end).ok()? })
}

/// A text between items that begins none.
pub(super) fn stray(text: &str, piece: Span, file: usize) -> Diagnostic {
    let at = skip_blank(text, piece.start);
    let word = word_at(text, at);
    let found = found(text, at, piece.end);
    let here = Span { start: at, end: at.saturating_add(length(found)) };
    if found == "}" {
        return Diagnostic::new(codes::STRAY, "this `}` closes nothing")
            .at(file, here, "no `{` is open here")
            .help("remove it, or look for a `}` too many above");
    }
    let error = Diagnostic::new(codes::STRAY, format!("{} begins no item", code(found))).at(
        file,
        here,
        "expected an item",
    );
    if let Some(help) = hint(&place(text, at, piece.end, "", &[])) {
        return error.help(help);
    }
    if ITEMS.contains(&word) {
        return error.help(format!("`{word}` needs a name behind it"));
    }
    if PARTS.contains(&word) {
        return error.help(format!("`{word}` is a part of a finding: `finding name(key) {{ … }}`"));
    }
    let near = did_you_mean(word, ITEMS).filter(|_| !word.is_empty());
    error.meant(word, near, || {
        format!("a file holds {}", list(&ITEMS.map(|item| format!("`{item}`")), "and"))
    })
}

/// The keywords that could stand where these kinds could.
pub(super) fn words_allowed(expected: &[Kind]) -> impl Iterator<Item = &'static str> {
    let of = |kind: &Kind| -> Vec<&'static str> {
        match kind {
            Kind::Clause => PARTS.to_vec(),
            Kind::Change => vec!["set", "disable", "ignore", "replace"],
            Kind::Step => vec!["shuffled", "given", "collected", "not", "expect"],
            Kind::Expected => {
                vec!["none", "open", "confirmed", "suspected", "resolved", "lapsed"]
            }
            Kind::FieldDecl => vec!["key", "since", "lossy", "collect", "rate"],
            Kind::Cond => vec!["no", "oldest", "newest"],
            // A single word in quotes of code, or nothing a word can be near to.
            kind => kind
                .words()
                .trim_start_matches('?')
                .split('`')
                .nth(1)
                .filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()))
                .into_iter()
                .collect(),
        }
    };
    expected.iter().flat_map(of).collect::<Vec<_>>().into_iter()
}

/// The expectations in words, each once; weak ones only where there are no others.
fn words(expected: &[Kind]) -> String {
    let mut strong: Vec<String> = Vec::new();
    let mut weak: Vec<String> = Vec::new();
    for kind in expected {
        let words = kind.words();
        let (list, words) = match words.strip_prefix('?') {
            Some(words) => (&mut weak, words),
            None => (&mut strong, words),
        };
        if !list.iter().any(|known| known == words) {
            list.push(words.into());
        }
    }
    let mut chosen = if strong.is_empty() { weak } else { strong };
    // A name can also begin most of what is longer; what is longer says more.
    if chosen.len() > 2 {
        chosen.retain(|words| words != "a name");
    }
    // A condition may begin with a name, so that these could follow one.
    if chosen.iter().any(|words| words == "a condition") {
        chosen.retain(|words| words != "`{`" && words != "`=`");
    }
    chosen.truncate(5);
    list(&chosen, "or")
}

/// `a`, `a or b`, `a, b or c`.
fn list(words: &[String], last: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., end] => format!("{} {last} {end}", all.join(", ")),
    }
}

/// What was found as it is shown in a message.
fn code(found: &str) -> String {
    match (found, found.char_indices().nth(40)) {
        ("`", _) => "a backquote".into(),
        _ if found.chars().any(is_invisible) => {
            found.chars().map(|c| format!("U+{:04X}", u32::from(c))).collect()
        }
        (_, Some((end, _))) => format!("`{}…`", found.get(..end).unwrap_or_default()),
        _ => format!("`{found}`"),
    }
}

/// The token at a place, short enough for a message; empty at the end of the item.
fn found(text: &str, at: u32, end: u32) -> &str {
    let rest = text.get(at as usize..end as usize).unwrap_or_default();
    let word = word_at(rest, 0);
    if !word.is_empty() {
        return word;
    }
    let len = match rest.as_bytes() {
        [b'=' | b'!' | b'<' | b'>', b'=', ..] | [b'&', b'&', ..] | [b'|', b'|', ..] => 2,
        _ => rest.chars().next().map_or(0, char::len_utf8),
    };
    rest.get(..len).unwrap_or_default()
}

/// The word or number at a place; empty where there is none.
fn word_at(text: &str, at: u32) -> &str {
    let rest = text.get(at as usize..).unwrap_or_default();
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default()
}

/// The first place from `at` on that is neither white space nor comment.
pub(super) fn skip_blank(text: &str, at: u32) -> u32 {
    let mut rest = text.get(at as usize..).unwrap_or_default();
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        if !rest.starts_with("//") {
            break;
        }
        rest = rest.get(rest.find('\n').unwrap_or(rest.len())..).unwrap_or_default();
    }
    u32::try_from(text.len() - rest.len()).unwrap_or(at)
}

fn length(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(0)
}
