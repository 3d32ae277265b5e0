//! Conditions: how the selections of a rule join.

use serde_json::{Map, Value};

use super::selection::Selections;
use crate::tree::Tree;

/// Reads `selection and not 1 of filter*`, or a list of which one must be true.
pub(super) fn condition(
    detection: &Map<String, Value>,
    read: &mut Selections<'_>,
) -> Result<Tree, String> {
    let Some(condition) = detection.get("condition") else {
        return Err("it has no `condition`".to_owned());
    };
    let texts = match condition {
        Value::Array(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    let mut trees = Vec::new();
    for text in texts {
        let text = text.as_str().ok_or("its `condition` is no text")?;
        let spaced = text.replace('(', " ( ").replace(')', " ) ").replace('|', " | ");
        let words: Vec<&str> = spaced.split_whitespace().collect();
        let mut parser = Parser { words: &words, detection, read };
        trees.push(parser.any()?);
        match parser.words.first() {
            None => {}
            Some(&"|") => {
                return Err(
                    "an aggregation behind `|` is of Sigma before its correlations".to_owned()
                );
            }
            Some(word) => return Err(format!("`{word}` is not expected in its condition")),
        }
    }
    Ok(Tree::Any(trees))
}

struct Parser<'a, 'b> {
    words: &'a [&'a str],
    detection: &'a Map<String, Value>,
    read: &'a mut Selections<'b>,
}

impl<'a> Parser<'a, '_> {
    fn any(&mut self) -> Result<Tree, String> {
        let mut items = vec![self.all()?];
        while self.takes("or") {
            items.push(self.all()?);
        }
        Ok(Tree::Any(items))
    }

    fn all(&mut self) -> Result<Tree, String> {
        let mut items = vec![self.one()?];
        while self.takes("and") {
            items.push(self.one()?);
        }
        Ok(Tree::All(items))
    }

    fn one(&mut self) -> Result<Tree, String> {
        if self.takes("not") {
            return Ok(self.one()?.not());
        }
        if self.takes("(") {
            let tree = self.any()?;
            return if self.takes(")") {
                Ok(tree)
            } else {
                Err("a bracket of its condition is not closed".to_owned())
            };
        }
        let word = self.word()?;
        if !self.takes("of") {
            return self.read.selection(self.detection, word);
        }
        let pattern = self.word()?;
        let names = self.detection.keys().filter(|name| {
            !matches!(name.as_str(), "condition" | "timeframe")
                && if pattern == "them" { !name.starts_with('_') } else { is_like(name, pattern) }
        });
        let names: Vec<&String> = names.collect();
        if names.is_empty() {
            return Err(format!("it has no selection `{pattern}`"));
        }
        let trees: Result<Vec<Tree>, String> =
            names.into_iter().map(|name| self.read.selection(self.detection, name)).collect();
        match word.to_lowercase().as_str() {
            "1" | "any" => Ok(Tree::Any(trees?)),
            "all" => Ok(Tree::All(trees?)),
            _ => Err(format!("`{word} of {pattern}` has no counterpart")),
        }
    }

    fn word(&mut self) -> Result<&'a str, String> {
        let (first, rest) = self.words.split_first().ok_or("its condition ends too early")?;
        self.words = rest;
        Ok(first)
    }

    fn takes(&mut self, word: &str) -> bool {
        match self.words.split_first() {
            Some((first, rest)) if first.eq_ignore_ascii_case(word) => {
                self.words = rest;
                true
            }
            _ => false,
        }
    }
}

/// Whether a name is like a pattern with `*` in it.
fn is_like(name: &str, pattern: &str) -> bool {
    match pattern.split_once('*') {
        None => name == pattern,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|name| {
            (0..=name.len()).any(|at| name.get(at..).is_some_and(|name| is_like(name, rest)))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_like_patterns() {
        for (name, pattern, like) in [
            ("selection_a", "selection*", true),
            ("selection", "selection*", true),
            ("filter_main_x", "filter_*_x", true),
            ("filter", "selection*", false),
            ("a", "a", true),
            ("ab", "a", false),
            ("ab", "*", true),
        ] {
            assert_eq!(is_like(name, pattern), like, "{name} {pattern}");
        }
    }
}
