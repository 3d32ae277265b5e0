//! What could stand at a place of a file that is being written: for editors.

#[cfg(test)]
mod tests;

use super::complain::words_allowed;
use super::cst::{Arena, Kind};
use super::parse;
use super::split::{ITEMS, Piece, Split, split};
use crate::diag::{Diagnostic, Label};

/// Something that could stand at a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wanted<'a> {
    /// A word of the language.
    Keyword(&'static str),
    /// A type.
    Type,
    /// A value, so also a function.
    Value,
    /// A relation or a finding.
    Relation,
    /// A finding.
    Finding,
    /// A field of the relation with this path.
    Field(&'a str),
    /// A parameter of the finding with this path.
    Param(&'a str),
    /// A module, of which this much is written.
    Module(&'a str),
    /// A name of this module.
    NameOf(&'a str),
}

/// A token that can stand nowhere, so that the parser says what could stand in its place.
const PROBE: char = '\0';

/// What could stand at a place, where the word that is being written there is not read yet. Nothing
/// in comments, texts and patterns, and where what stands before is broken no more than a guess.
#[must_use]
pub fn wanted(text: &str, at: usize) -> Vec<Wanted<'_>> {
    let head = text.get(..at).unwrap_or(text).trim_end_matches(is_letter);
    let probed = format!("{head}{PROBE}");
    let Split { pieces, signs } = split(&probed, 0);
    let Some(piece) = pieces.last().filter(|piece| reaches(piece, head)) else {
        return Vec::new();
    };
    let item = head.get(piece.span.start as usize..).unwrap_or_default();
    let context = Context { item, keyword: super::signs::word(item), head, open: piece.open };
    if let Some(path) = context.dotted() {
        return context.behind_dot(path);
    }
    let arena = Arena::new();
    let mut wanted = match parse::items(signs.part(piece.tokens.clone()), &arena) {
        Err(failure) if failure.at as usize >= head.len() => context.of(&failure.expected),
        _ => context.of(context.guess()),
    };
    let line = head.rsplit('\n').next().unwrap_or_default();
    if piece.open.is_none() && line.trim().is_empty() {
        wanted.extend(ITEMS.map(Wanted::Keyword));
    }
    wanted
}

/// Whether the probe is a token at the end of the piece, and in no comment, text or pattern.
fn reaches(piece: &Piece, head: &str) -> bool {
    let quotes = ["E0106", "E0107", "E0108"];
    let in_text = |error: &Diagnostic| {
        let on_last_line = |label: &Label| {
            head.get(label.span.start as usize..).is_none_or(|rest| !rest.contains('\n'))
        };
        quotes.contains(&error.code.id) && error.labels.iter().any(on_last_line)
    };
    piece.span.end as usize == head.len() + PROBE.len_utf8()
        && !piece.error.as_ref().is_some_and(in_text)
}

fn is_letter(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Words that could stand where these kinds could, beside those that messages suggest.
fn more(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Pick | Kind::PickOp => &["oldest", "newest"],
        Kind::Window => &["within", "since", "as of"],
        Kind::KwAnd | Kind::KwOr => &["and", "or"],
        Kind::CmpOp => &["in", "has"],
        Kind::Bool => &["true", "false"],
        Kind::AggOp | Kind::Aggregate => &["count", "distinct", "sum", "min", "max", "changes"],
        Kind::Expr | Kind::Sum | Kind::Cond => {
            &["not", "true", "false", "count", "distinct", "sum", "min", "max", "changes"]
        }
        Kind::ExpectTime => &["at", "before"],
        _ => &[],
    }
}

/// What stands before the place.
struct Context<'a> {
    /// The item, up to the place.
    item: &'a str,
    /// Its first word.
    keyword: &'a str,
    /// The file, up to the place.
    head: &'a str,
    /// Where the innermost bracket opens that is not closed.
    open: Option<usize>,
}

impl<'a> Context<'a> {
    /// The path before a dot at the end.
    fn dotted(&self) -> Option<&'a str> {
        let path = last_path(self.head.strip_suffix('.')?);
        path.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_').then_some(path)
    }

    fn behind_dot(&self, path: &'a str) -> Vec<Wanted<'a>> {
        match self.keyword {
            "use" => vec![Wanted::NameOf(path), Wanted::Module(path)],
            "site" => vec![Wanted::Param(path)],
            "extract" if self.open.is_none() => vec![Wanted::Field(path), Wanted::NameOf(path)],
            _ => match self.row(path) {
                Some(relation) => vec![Wanted::Field(relation)],
                None => vec![Wanted::NameOf(path)],
            },
        }
    }

    /// The relation of a row variable: what stands behind `x = newest`.
    fn row(&self, name: &str) -> Option<&'a str> {
        self.item.rmatch_indices(name).find_map(|(at, _)| {
            let begins = !self.item.get(..at)?.ends_with(is_letter);
            let rest = self.item.get(at + name.len()..)?.trim_start().strip_prefix('=')?;
            let words = rest.split_once('{')?.0;
            let picked = ["oldest", "newest"]
                .iter()
                .find_map(|pick| words.trim_start().strip_prefix(pick))
                .unwrap_or(words);
            let path = picked.trim_matches(|c: char| c.is_whitespace() || c == '(');
            let is_path = !path.is_empty() && path.chars().all(|c| is_letter(c) || c == '.');
            (begins && is_path).then_some(path)
        })
    }

    /// What stands before the innermost open bracket, if it is one of these.
    fn before_open(&self, bracket: char) -> Option<&'a str> {
        let open = self.open?;
        self.head.get(open..)?.starts_with(bracket).then_some(())?;
        Some(last_path(self.head.get(..open)?.trim_end().trim_end_matches('.')))
    }

    /// What could stand where the text before the place makes no sense.
    fn guess(&self) -> &'static [Kind] {
        match self.before_open('{') {
            Some("when" | "confirm" | "unless" | "maybe") => &[Kind::Cond],
            Some(path) if path.starts_with(|c: char| c.is_ascii_uppercase()) => &[Kind::FieldName],
            _ => &[],
        }
    }

    fn of(&self, expected: &[Kind]) -> Vec<Wanted<'a>> {
        let mut wanted: Vec<Wanted<'a>> = words_allowed(expected).map(Wanted::Keyword).collect();
        for kind in expected {
            wanted.extend(more(*kind).iter().copied().map(Wanted::Keyword));
            match kind {
                Kind::Cond => wanted.extend([Wanted::Relation, Wanted::Value]),
                Kind::Source | Kind::Atom | Kind::Relation => wanted.push(Wanted::Relation),
                Kind::Expr | Kind::Sum | Kind::Postfix => wanted.push(Wanted::Value),
                Kind::TypeRef | Kind::TypeArg => wanted.push(Wanted::Type),
                Kind::FieldPat | Kind::FieldName => {
                    wanted.extend(self.braced().map(Wanted::Field));
                }
                Kind::Path | Kind::Name => wanted.extend(self.name()),
                _ => {}
            }
        }
        let mut seen = Vec::with_capacity(wanted.len());
        wanted.retain(|one| {
            !seen.contains(one) && {
                seen.push(*one);
                true
            }
        });
        wanted
    }

    /// The relation whose fields stand in the innermost braces.
    fn braced(&self) -> Option<&'a str> {
        let Some(before) = self.before_open('{') else {
            // The key of a finding that is expected; without its name that of the finding around it.
            let named = self.before_open('(')?;
            let around = ["open", "confirmed", "suspected", "resolved", "lapsed", "none"];
            return if around.contains(&named) { self.own_name() } else { Some(named) };
        };
        if self.keyword != "extract" {
            return Some(before);
        }
        match self.item.split_once(" from ") {
            // Behind `from R.field` stand fields of R, behind a sample those of the event.
            Some(_) if !before.is_empty() => before.rsplit_once('.').map(|(source, _)| source),
            _ => self.own_name(),
        }
    }

    /// The name behind the item's first word.
    fn own_name(&self) -> Option<&'a str> {
        let rest = self.item.get(self.keyword.len()..)?.trim_start();
        rest.get(..rest.find(|c: char| !is_letter(c) && c != '.')?)
    }

    /// Whether the place lies behind the head of a rule, in brackets: where relations are looked at.
    fn in_body(&self) -> bool {
        let before = self.head.len() - self.item.len();
        let first = self.item.find('{').map(|at| before + at);
        match self.keyword {
            "finding" | "test" | "site" => first.is_some() && self.open >= first,
            "derive" => first.is_some() && self.open > first,
            _ => false,
        }
    }

    /// A name stands for many things; what stands before it says for which. One that is new is anything.
    fn name(&self) -> Vec<Wanted<'a>> {
        let before = self.head.trim_end();
        let declares = matches!(self.keyword, "event" | "entity" | "derive");
        match (self.keyword, last_path(before)) {
            ("use", _) => match self.before_open('{') {
                Some(module) => vec![Wanted::NameOf(module)],
                None => vec![Wanted::Module("")],
            },
            (_, "severity") => ["info", "warning", "critical"].map(Wanted::Keyword).to_vec(),
            ("finding", "explains")
            | ("site", "disable" | "ignore" | "replace" | "set")
            | (_, "by" | "none" | "open" | "confirmed" | "suspected" | "resolved" | "lapsed") => {
                vec![Wanted::Finding]
            }
            (_, "param") => Vec::new(),
            ("extract", _) if self.open.is_none() => vec![Wanted::Relation],
            _ if self.in_body() => vec![Wanted::Relation],
            _ if declares && before.ends_with([':', '<']) => vec![Wanted::Type],
            _ => Vec::new(),
        }
    }
}

/// The dotted path that a text ends with.
fn last_path(text: &str) -> &str {
    let start = text.trim_end_matches(|c: char| is_letter(c) || c == '.').len();
    text.get(start..).unwrap_or_default()
}
