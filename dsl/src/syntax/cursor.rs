//! What could stand at a place of a file that is being written: for editors.

use super::complain::words_allowed;
use super::cst::{Arena, Kind};
use super::parse;
use super::split::{ITEMS, Piece, Split, split};

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

/// What could stand at a place, where the word that is being written there is not read yet. Nothing
/// in comments, texts and patterns, and where what stands before is broken no more than a guess.
#[must_use]
pub fn wanted(text: &str, at: usize) -> Vec<Wanted<'_>> {
    let before = text.get(..at).unwrap_or(text);
    let head = before.trim_end_matches(is_letter);
    let Split { pieces, signs } = split(head, 0);
    let end = pieces.last().map_or(0, |piece| piece.span.end as usize);
    let line = head.rsplit('\n').next().unwrap_or_default();
    if in_comment(head, end) || pieces.last().is_some_and(|piece| in_text(piece, head.len())) {
        return Vec::new();
    }
    let Some(piece) = pieces.last() else { return items() };
    let item = head.get(piece.span.start as usize..).unwrap_or_default();
    let context = Context { item, keyword: super::signs::word(item), head, open: piece.open };
    if let Some(path) = context.dotted() {
        return context.behind_dot(path);
    }
    let arena = Arena::new();
    match parse::items(signs.part(piece.tokens.clone()), &arena) {
        Ok(_) if line.trim().is_empty() => items(),
        Ok(_) => Vec::new(),
        Err(failure) if failure.at as usize >= end => context.of(&failure.expected),
        Err(_) => context.of(context.guess()),
    }
}

fn items<'a>() -> Vec<Wanted<'a>> {
    ITEMS.map(Wanted::Keyword).to_vec()
}

fn is_letter(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Whether what follows the last token is a comment that goes on.
fn in_comment(head: &str, end: usize) -> bool {
    let rest = head.get(end..).unwrap_or_default();
    rest.rsplit('\n').next().is_some_and(|line| line.contains("//"))
}

/// Whether a text or pattern is open at the end.
fn in_text(piece: &Piece, end: usize) -> bool {
    let quotes = ["E0106", "E0107", "E0108"];
    piece.span.end as usize == end
        && piece.error.as_ref().is_some_and(|error| quotes.contains(&error.code.id))
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
        let before = self.before_open('{')?;
        if self.keyword != "extract" {
            return Some(before);
        }
        match self.item.split_once(" from ") {
            // Behind `from R.field` stand fields of R, behind a sample those of the event.
            Some(_) if !before.is_empty() => before.rsplit_once('.').map(|(source, _)| source),
            _ => self.item.split_whitespace().nth(1),
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
            ("extract", _) if self.open.is_none() => vec![Wanted::Relation],
            (_, "needs") => vec![Wanted::Relation],
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

#[cfg(test)]
mod tests {
    use super::{Wanted, wanted};

    /// What is wanted at the end of a text.
    fn at_end(text: &str) -> Vec<Wanted<'_>> {
        wanted(text, text.len())
    }

    fn has(text: &str, expected: Wanted<'_>) {
        let found = at_end(text);
        assert!(found.contains(&expected), "{text}: {found:?}");
    }

    #[test]
    fn between_items_an_item_begins() {
        for text in ["", "fin", "enum E { a }\n\nev"] {
            has(text, Wanted::Keyword("finding"));
        }
    }

    #[test]
    fn a_use_line_wants_modules_and_their_names() {
        has("use st", Wanted::Module(""));
        has("use std.", Wanted::Module("std"));
        has("use std.kube.P", Wanted::NameOf("std.kube"));
        has("use std.kube.{Node, P", Wanted::NameOf("std.kube"));
    }

    #[test]
    fn braces_of_a_relation_want_its_fields() {
        has("finding f(node) { when { Pod { no", Wanted::Field("Pod"));
        has(
            "finding f(node) { when { a = newest std.kube.Pod { node, ",
            Wanted::Field("std.kube.Pod"),
        );
        has("finding f(n) { when { n > count(Pod { no", Wanted::Field("Pod"));
        has("extract A from std.B.c { ", Wanted::Field("std.B"));
        has("extract A from B.c { `a` sample \"a\" { ", Wanted::Field("A"));
    }

    #[test]
    fn a_row_wants_its_fields() {
        has("finding f(n) { when { p = newest (Pod { n }) x = p.", Wanted::Field("Pod"));
        has("extract A from B.", Wanted::Field("B"));
    }

    #[test]
    fn conditions_are_patterns_and_values() {
        for wanted in [Wanted::Relation, Wanted::Value, Wanted::Keyword("newest")] {
            has("finding f(n) { when { ", wanted);
        }
        has("finding f(n) { when { n = 1 x <", Wanted::Value);
    }

    #[test]
    fn clauses_and_steps_are_words() {
        has("finding f(n) { ", Wanted::Keyword("confirm"));
        has("finding f(n) { severity ", Wanted::Keyword("critical"));
        has("finding f(n) { test \"x\" { ", Wanted::Keyword("expect"));
        has("finding f(n) { test \"x\" { expect ", Wanted::Keyword("confirmed"));
    }

    #[test]
    fn modes_stand_where_findings_do() {
        has("finding f(n) { explains ", Wanted::Finding);
        has("site \"a\" { disable ", Wanted::Finding);
        has("site \"a\" { set f.", Wanted::Param("f"));
        has("finding f(n) { test \"x\" { expect confirmed (n: 1) explained by ", Wanted::Finding);
    }

    #[test]
    fn sources_of_an_extract_are_relations() {
        for text in ["extract ", "extract A from ", "extract A from B.c, "] {
            has(text, Wanted::Relation);
        }
    }

    #[test]
    fn a_name_that_is_new_is_anything() {
        for text in ["event ", "finding f(", "finding f(n) { param "] {
            assert_eq!(at_end(text), [], "{text}");
        }
    }

    #[test]
    fn types_stand_behind_colons() {
        has("event A { a: ", Wanted::Type);
        has("event A { a: list<", Wanted::Type);
    }

    #[test]
    fn nothing_stands_in_texts_and_comments() {
        for text in [
            "// a",
            "finding f(n) { title \"a ",
            "finding f(n) { // a",
            "extract A from B.c { `te",
            "finding f(n) { title \"{n",
        ] {
            assert_eq!(at_end(text), [], "{text}");
        }
    }
}
