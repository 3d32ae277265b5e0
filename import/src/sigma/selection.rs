//! Selections: what is asked of a line's fields, as a tree of patterns.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::field::{self, Position};
use super::model::scalar;
use super::source::{Layout, Log};
use super::value::{Glob, network, numbers};
use crate::pattern::{self, Pattern};
use crate::tree::{Test, Tree};

/// Reads the selections of one rule.
pub(super) struct Selections<'a> {
    pub(super) log: &'a Log,
    /// The fields that are read out of the line.
    pub(super) fields: BTreeSet<String>,
}

impl Selections<'_> {
    pub(super) fn selection(
        &mut self,
        detection: &Map<String, Value>,
        name: &str,
    ) -> Result<Tree, String> {
        match detection.get(name) {
            Some(selection) => self.joined(selection),
            None => Err(format!("it has no selection `{name}`")),
        }
    }

    /// A map is all of its fields, a list any of its items, a text alone is anywhere in the line.
    fn joined(&mut self, selection: &Value) -> Result<Tree, String> {
        match selection {
            Value::Object(fields) => {
                let trees: Result<_, String> =
                    fields.iter().map(|(field, value)| self.field(field, value)).collect();
                Ok(Tree::All(trees?))
            }
            Value::Array(items) if items.is_empty() => Err("a selection is empty".to_owned()),
            Value::Array(items) => {
                let trees: Result<_, String> = items.iter().map(|item| self.joined(item)).collect();
                Ok(Tree::Any(trees?))
            }
            Value::Null => Err("a selection is empty".to_owned()),
            word => self.field("", word),
        }
    }

    /// `field|modifier: value`.
    fn field(&mut self, key: &str, value: &Value) -> Result<Tree, String> {
        let mut parts = key.split('|');
        let field = parts.next().unwrap_or_default();
        let asked = Asked::of(parts)?;
        let values = match value {
            Value::Array(items) if items.is_empty() => return Err(format!("`{key}` has no value")),
            Value::Array(items) => items.as_slice(),
            one => std::slice::from_ref(one),
        };
        let trees: Result<Vec<Tree>, String> =
            values.iter().map(|value| self.value(field, &asked, value)).collect();
        let tree = if asked.all { Tree::All(trees?) } else { Tree::Any(trees?) };
        Ok(if asked.not { tree.not() } else { tree })
    }

    fn value(&mut self, field: &str, asked: &Asked, value: &Value) -> Result<Tree, String> {
        let column = self.log.column(field);
        if column.is_none() && self.log.layout == Layout::Events {
            return Err(format!("an event has no field `{field}`"));
        }
        if column.is_none() {
            self.fields.insert(field.to_owned());
        }
        let is = |column, pattern| Tree::Is(Test { column, pattern });
        let line = self.log.whole();
        let framed = |value: &str, example: &str| {
            is(line, field::read(field, self.log.layout, value, example))
        };
        let text = scalar(value);
        match (asked.kind, column) {
            (Kind::Text, _) if value.is_null() => match column {
                None => Ok(Tree::Any(vec![framed("", "").not(), framed(r#""?null\b"#, "null")])),
                Some(_) => Err(format!("`{field}` is never absent")),
            },
            (Kind::Text, column) => {
                let glob = Glob::parse(&text, asked.cased, asked.windash);
                let glob = glob.open(asked.open.0, asked.open.1);
                let tree = match column {
                    Some(column) if field.is_empty() => {
                        is(column, field::whole(&glob, Position::Anywhere)?)
                    }
                    Some(column) => is(column, field::whole(&glob, Position::Whole)?),
                    None => is(line, field::value(field, self.log.layout, &glob)),
                };
                Ok(tree)
            }
            (Kind::Exists, None) => {
                let tree = framed("", "");
                Ok(if value.as_bool() == Some(false) { tree.not() } else { tree })
            }
            (Kind::Exists, Some(_)) => Err(format!("`{field}` is never absent")),
            (Kind::Regex, Some(column)) => {
                let text = format!("{}{text}", asked.flags());
                let patterns = pattern::regex(&text, false)?;
                Ok(Tree::Any(
                    patterns.into_iter().map(|pattern: Pattern| is(column, pattern)).collect(),
                ))
            }
            (Kind::Regex, None) => {
                Err(format!("a regular expression on the field `{field}` alone has no counterpart"))
            }
            (Kind::Network, None) => {
                let network = network(&text).ok_or(format!("`{text}` is no network of IPv4"))?;
                Ok(framed(
                    &format!(r#""?{network}(?:[^\d.]|$)"#),
                    text.split('/').next().unwrap_or_default(),
                ))
            }
            (Kind::Number(least, beyond), None) => {
                let number: u64 =
                    text.parse().map_err(|_| format!("`{text}` is no whole number"))?;
                let limit = match (least, beyond) {
                    (true, true) => number.saturating_add(1),
                    (false, true) => number.checked_sub(1).ok_or("no number is less than zero")?,
                    (_, false) => number,
                };
                Ok(framed(
                    &format!(r#""?{}(?:[^\d.]|$)"#, numbers(least, limit)),
                    &limit.to_string(),
                ))
            }
            (Kind::Network | Kind::Number(..), Some(_)) => {
                Err(format!("`{field}` is a text and no number or address"))
            }
        }
    }
}

/// What modifiers make of a field.
#[derive(Clone, Debug)]
struct Asked {
    kind: Kind,
    /// Whether anything may stand before the value, and behind it.
    open: (bool, bool),
    all: bool,
    not: bool,
    cased: bool,
    windash: bool,
    flags: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Text,
    Regex,
    Network,
    Exists,
    /// Whether it is at least or at most, and whether the limit itself is left out.
    Number(bool, bool),
}

impl Asked {
    fn of<'a>(modifiers: impl Iterator<Item = &'a str>) -> Result<Self, String> {
        let mut asked = Self {
            kind: Kind::Text,
            open: (false, false),
            all: false,
            not: false,
            cased: false,
            windash: false,
            flags: String::new(),
        };
        for modifier in modifiers {
            match modifier {
                "contains" => asked.open = (true, true),
                "startswith" => asked.open = (false, true),
                "endswith" => asked.open = (true, false),
                "all" => asked.all = true,
                "neq" => asked.not = true,
                "cased" => asked.cased = true,
                "windash" => asked.windash = true,
                "exists" => asked.kind = Kind::Exists,
                "re" => asked.kind = Kind::Regex,
                "i" | "m" | "s" if asked.kind == Kind::Regex => asked.flags.push_str(modifier),
                "cidr" => asked.kind = Kind::Network,
                "gt" => asked.kind = Kind::Number(true, true),
                "gte" => asked.kind = Kind::Number(true, false),
                "lt" => asked.kind = Kind::Number(false, true),
                "lte" => asked.kind = Kind::Number(false, false),
                other => return Err(format!("the modifier `{other}` has no counterpart")),
            }
        }
        Ok(asked)
    }

    fn flags(&self) -> String {
        if self.flags.is_empty() { String::new() } else { format!("(?{})", self.flags) }
    }
}
