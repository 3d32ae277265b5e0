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

#[cfg(test)]
mod tests {
    use super::super::model::Document;
    use super::super::{condition, source};
    use super::*;
    use crate::tree::Texts;

    const AUDITD: &str = "{product: linux, service: auditd}";
    const AUDIT: &str = "{product: kubernetes, service: audit}";
    const SYSLOG: &str = "{product: linux}";

    fn tree(log: &str, detection: &str) -> Result<Tree, String> {
        let yaml = format!("title: t\nlogsource: {log}\ndetection: {detection}\n");
        let document: Document = serde_saphyr::from_str(&yaml).unwrap();
        let log = source::log(&document.logsource, &mut Vec::new())?;
        let mut read = Selections { log: &log, fields: BTreeSet::new() };
        condition::condition(&document.detection, &mut read)
    }

    #[test]
    fn lines_that_are_meant_and_lines_that_are_not() {
        for (log, detection, meant, not) in [
            (SYSLOG, "{k: [Disk Full, 'fs*lost'], condition: k}", "DISK FULL", "disk is full"),
            (SYSLOG, "{k: [Disk Full, 'fs*lost'], condition: k}", "fs /a is lost", "lost fs"),
            (SYSLOG, "{k: {'|all': [disk, full]}, condition: k}", "full disk", "full"),
            (SYSLOG, "{a: [disk], b: [test], condition: a and not b}", "disk", "disk test"),
            (SYSLOG, "{a: [x], b: [u], c: [z], condition: a or b and c}", "x", "u"),
            (SYSLOG, "{a: [x], b: [u], condition: not (a or not b)}", "u", "xu"),
            (SYSLOG, "{s1: [x], s2: [u], f: [z], condition: all of s*}", "xu", "xz"),
            (SYSLOG, "{a: [x], _b: [u], condition: 1 of them}", "x", "u"),
            (SYSLOG, "{a: [x], b: [u], condition: [a, b]}", "u", "z"),
            (SYSLOG, "{s: [{n: 1}, {m: 2}], condition: s}", "m=2", "m=1"),
            (SYSLOG, "{s: {n: 1, m: 2}, condition: s}", "n=1 m=2", "m=2"),
            (
                SYSLOG,
                "{s: {user.name: joe}, condition: s}",
                "{\"user\": {\"name\": \"Joe\"}}",
                "name=joe",
            ),
            (SYSLOG, "{s: {path|re: '^/x/\\d+$'}, t: [x], condition: t}", "x", "u"),
            (SYSLOG, "{s: {_raw|re: 'a\\d+b'}, condition: s}", "a12b", "A12b"),
            (SYSLOG, "{s: {_raw|re|i: 'a\\d+b'}, condition: s}", "A12b", "ab"),
            (SYSLOG, "{s: {line|startswith: 'a'}, condition: s}", "ab", "ba"),
            (SYSLOG, "{s: {line: 'a*b'}, condition: s}", "axb", "axbc"),
            (
                SYSLOG,
                "{s: {cmd|contains|windash: ' -f'}, condition: s}",
                "cmd=\"rm –f\"",
                "cmd=\"rm f\"",
            ),
            (SYSLOG, "{s: {cmd|cased: Rm}, condition: s}", "cmd=Rm", "cmd=rm"),
            (SYSLOG, "{s: {n|gte: 50}, condition: s}", "n=50", "n=49"),
            (SYSLOG, "{s: {n|lt: 50}, condition: s}", "\"n\": 49,", "n=500"),
            (SYSLOG, "{s: {ip|cidr: 10.1.0.0/16}, condition: s}", "ip=10.1.2.3", "ip=10.2.2.3"),
            (SYSLOG, "{s: {n|exists: true}, condition: s}", "n=", "an=1"),
            (SYSLOG, "{a: [x], s: {n: null}, condition: a and s}", "x n=null", "x n=1"),
            (SYSLOG, "{s: {n: ''}, condition: s}", "n=\"\" m=1", "n=1"),
            (SYSLOG, "{s: {n|neq: 1}, condition: s}", "n=2", "n=1"),
            (
                AUDITD,
                "{s: {type: EXECVE, a0|endswith: /nc}, condition: s}",
                "type=EXECVE a0=\"/bin/nc\"",
                "type=EXECVE a0=\"/bin/ncat\"",
            ),
            (AUDITD, "{s: {a1: 777}, condition: s}", "a0=\"chmod\" a1=777", "a1=7777"),
            (AUDITD, "{s: {a1: 777}, condition: s}", "a1=\"777\"", "aa1=777"),
            (AUDIT, "{s: {verb: get}, condition: s}", "\"verb\":\"get\"", "\"verb\":\"target\""),
            (
                AUDIT,
                "{s: {r.code: [401, 403]}, condition: s}",
                "\"r\":{\"m\":{},\"code\":403}",
                "\"r\":{},\"code\":403",
            ),
        ] {
            let tree = tree(log, detection).unwrap();
            let holds = |line: &str| tree.holds(&Texts::from([("line", line.to_owned())]));
            assert!(holds(meant), "{detection}: {meant}");
            assert!(!holds(not), "{detection}: {not}");
        }
    }

    #[test]
    fn what_cannot_be_said() {
        for (log, detection, part) in [
            (SYSLOG, "{s: {a|base64: x}, condition: s}", "base64"),
            (SYSLOG, "{s: {a|re: x}, condition: s}", "regular expression"),
            (SYSLOG, "{s: {a|cidr: 'fe80::/10'}, condition: s}", "IPv4"),
            (SYSLOG, "{s: ['*'], condition: s}", "every line"),
            (SYSLOG, "{s: [x], condition: s | count() > 5}", "correlations"),
            (SYSLOG, "{s: [x], condition: t}", "`t`"),
            (SYSLOG, "{s: [x], condition: 1 of t*}", "`t*`"),
            (SYSLOG, "{s: [x], condition: (s}", "closed"),
            (SYSLOG, "{s: [x], condition: s s}", "`s`"),
            (SYSLOG, "{s: [x]}", "condition"),
            ("{product: windows}", "{s: [x], condition: s}", "windows"),
            (
                "{product: linux, category: process_creation}",
                "{s: [x], condition: s}",
                "process_creation",
            ),
            ("{product: kubernetes, service: events}", "{s: {verb: x}, condition: s}", "`verb`"),
        ] {
            let error = tree(log, detection).unwrap_err();
            assert!(error.contains(part), "{detection}: {error}");
        }
    }
}
