//! What people write who know other languages better, and what to write instead.

use super::cst::Kind;
use crate::diag::is_masked;

/// A place where a text does not go on as it could.
pub(super) struct Place<'a> {
    /// The text before it, and from it on.
    pub(super) before: &'a str,
    pub(super) rest: &'a str,
    /// The token there, and the same where it is a word.
    pub(super) found: &'a str,
    pub(super) word: &'a str,
    /// The word that the item begins with.
    pub(super) item: &'a str,
    pub(super) expected: &'a [Kind],
}

const OR: &str = "`or` joins expressions; for alternatives of whole conditions use several `confirm` blocks or \
                  several `derive` blocks of one relation";
const REMARK: &str = "a remark begins with `//` and ends with its line";
const LOOK: &str =
    "to look into a text write `field ~` and a template, `` `{_}part{_}` ``, or a `/regex/`";
/// What joins the entries of braces.
pub(super) const IN_BRACES: &str =
    "all that stands in braces must hold: write `,` or a new line between";
const QUOTES: &str = "a text stands in plain double quotes: `\"`";

/// What is found, what could stand there where that matters, and what to do. The first that fits is said.
const HABITS: &[(&[&str], &[Kind], &str)] = &[
    (&["="], &[Kind::Colon], "in braces write `field: value`"),
    (&["="], &[Kind::CmpOp], "`=` gives a new name to a value, `name = …`; to compare write `==`"),
    (&["=="], &[Kind::Assign], "write `=`"),
    (&["&", "&&"], &[], "write `and`"),
    (&["|", "||"], &[], OR),
    (&["'", "“", "”", "„", "‘", "’"], &[], QUOTES),
    (&[";"], &[], "conditions need nothing between them; remove `;`"),
    (&["#"], &[], REMARK),
    (&["\""], &[Kind::Template, Kind::Backquote, Kind::Pattern], "a template stands in backquotes"),
    (&["`"], &[Kind::Plain, Kind::Text, Kind::Quote], QUOTES),
    (&["}"], &[Kind::Block, Kind::LBrace], "put what belongs to it in `{…}`"),
    (
        &["and"],
        &[Kind::Cond],
        "all conditions of a block must hold: leave `and` out, or begin a new line",
    ),
    (&["or"], &[Kind::Cond], OR),
];

/// What to write instead, where that can be told.
pub(super) fn hint(place: &Place<'_>) -> Option<String> {
    let Place { before, rest, found, word, item, expected } = *place;
    let can = |kind| expected.contains(&kind);
    let is_habit = |(words, kinds, _): &&(&[&str], &[Kind], &str)| {
        words.contains(&found) && (kinds.is_empty() || kinds.iter().any(|kind| can(*kind)))
    };
    let last = last_word(before);
    let in_braces = can(Kind::FieldName) && !can(Kind::Cond);
    let closes = matches!(found, "}" | ")" | "]");
    Some(match found {
        _ if found.starts_with(is_invisible) => {
            "this character cannot be seen: write a plain blank, or nothing".into()
        }
        "/" if rest.starts_with("/*") => REMARK.into(),
        "=" if rest.starts_with("=~") => LOOK.into(),
        "\"" if looking(last).is_some() => looking(last)?.into(),
        "[" if before.trim_end().ends_with('}') => {
            "a window stands behind the braces: `R {…} within 5m`".into()
        }
        "," if is_in_list(before) => "a list stands in square brackets: `x in [\"a\", \"b\"]`".into(),
        "&" | "&&" if in_braces => IN_BRACES.into(),
        "{" | "(" if in_braces => {
            "in braces stand fields and tests of them: give a condition or a call a line of its own, and a \
             whole pattern a `derive`"
                .into()
        }
        "{" if can(Kind::RParen) && !can(Kind::Cond) => {
            "over rows there are the aggregates, `count(R {…} within 5m)`, and no other calls".into()
        }
        ":" | "=" if PARTS.contains(&last) => format!("write `{last}` without `{found}`"),
        "{" if item == "finding" && can(Kind::LParen) => {
            format!("a finding is of something, which is its key: `{last}(node) {{ … }}`")
        }
        _ if last == "given" && before_word(before).trim_end().ends_with(|c: char| c.is_ascii_alphanumeric()) => {
            "what is `given` stands at `0s`; with a time write `5m R {…}`".into()
        }
        "{" if before.ends_with('{') && (can(Kind::Expr) || can(Kind::Any)) && !can(Kind::Cond) => {
            "one `{` is enough: `{name}`; a brace itself is written `\\{`".into()
        }
        "{" if can(Kind::Cond) && last_word(before_word(before)) == "not" => {
            format!("where there must be none write `no {last} {{…}}`; `not` is for expressions")
        }
        "}" | "," if can(Kind::Colon) && ["event", "entity", "derive"].contains(&item) => {
            "a field is declared with its type: `name: text`".into()
        }
        _ if can(Kind::KwFor) && !can(Kind::Cond) && closes => {
            "say how long there must be none: `A {…} without B {…} for 10m`".into()
        }
        _ if can(Kind::KwWithin) && !can(Kind::Cond) && closes => {
            "say within what time: `A {…} then B {…} within 5m`".into()
        }
        _ if can(Kind::Sum) && closes && DURATIONS.contains(&last) => {
            format!("say how long: `{last} 5m`")
        }
        _ if last == "until" && item == "site" => "write a date: `until 2027-01-31`".into(),
        "!" if !can(Kind::CmpOp) => "write `not` or `no`".into(),
        _ if let Some((.., help)) = HABITS.iter().find(is_habit) => (*help).into(),
        _ if word.is_empty() => return None,
        _ if can(Kind::Colon) && can(Kind::FieldName) => {
            "put a `,` or a new line between fields".into()
        }
        _ if CLAUSES.contains(&word) && can(Kind::Cond) => {
            format!("`{word}` is a clause of its own; close the block above it with `}}`")
        }
        _ if WINDOWS.contains(&word)
            && can(Kind::Cond)
            && before.trim_end().ends_with([')', '}']) =>
        {
            format!(
                "`{word}` stands right behind braces: `R {{…}} {word} …`, also in `count(R {{…}} {word} …)`"
            )
        }
        _ if KEYWORDS.contains(&word) && (can(Kind::Var) || can(Kind::Cond) || can(Kind::Sum)) => {
            format!("`{word}` is a word of the language; choose another name")
        }
        _ if can(Kind::Comma) && (can(Kind::RParen) || can(Kind::RSquare)) => {
            "put a `,` between them".into()
        }
        _ => return None,
    })
}

/// What to write in place of a word that other languages have for looking into a value.
pub(super) fn looking(entry: &str) -> Option<&'static str> {
    let word = entry.split_whitespace().next().unwrap_or_default();
    Some(match word {
        "like" | "contains" | "matches" | "startswith" | "endswith" => LOOK,
        "not" | "is" => {
            "braces know no `not` and no `is`: write `field != x`, or on a line of its own `not x in […]` or \
             `not present(r.field)`"
        }
        _ => return None,
    })
}

/// Words that begin a part of a finding.
pub(super) const PARTS: [&str; 13] = [
    "severity", "keep", "param", "when", "confirm", "unless", "maybe", "title", "because",
    "remedy", "refs", "explains", "test",
];

/// Whether a text ends within what should be a list, `x in ("a"`.
fn is_in_list(before: &str) -> bool {
    before
        .rfind('(')
        .and_then(|at| before.get(..at))
        .is_some_and(|before| last_word(before) == "in")
}

/// Words that name nothing in conditions and expressions, as in the grammar's `reserved`.
pub(super) const KEYWORDS: [&str; 19] = [
    "and",
    "or",
    "not",
    "in",
    "has",
    "true",
    "false",
    "no",
    "when",
    "confirm",
    "unless",
    "maybe",
    "within",
    "since",
    "then",
    "without",
    "for",
    "per",
    "tolerating",
];

/// Those among them that begin a block.
const CLAUSES: [&str; 4] = ["when", "confirm", "unless", "maybe"];

/// Those that go on with a pattern.
const WINDOWS: [&str; 7] = ["within", "since", "then", "without", "for", "per", "tolerating"];

/// Words that a duration follows.
const DURATIONS: [&str; 4] = ["within", "for", "tolerating", "keep"];

/// Whether a character leaves no mark on the paper where one does not look for it.
pub(super) fn is_invisible(c: char) -> bool {
    is_masked(c)
        || (c.is_whitespace() && !c.is_ascii())
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

fn last_word(text: &str) -> &str {
    let text = text.trim_end();
    text.get(before_word(text).len()..).unwrap_or_default()
}

/// The text before its last word.
fn before_word(text: &str) -> &str {
    text.trim_end().trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '_')
}
