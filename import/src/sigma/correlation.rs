//! Correlations: how many lines, of how many values, or which lines in time.

use std::collections::BTreeSet;

use serde_json::Value;

use super::line::{line, show};
use super::model::{Correlation, Document, OneOrMany};
use super::source::Log;
use super::{field, fields_note, head, read};
use crate::draft::{Draft, Line, Lines, Measure, Term, Way};
use crate::names::{self, Names};
use crate::span::Span;
use crate::tree::{Test, Tree};

/// A rule that a correlation is about.
struct Part<'a> {
    document: &'a Document,
    log: Log,
    tree: Tree,
}

pub(super) fn draft(
    document: &Document,
    correlation: &Correlation,
    documents: &[Document],
    log: &str,
    names: &mut Names,
) -> Result<Draft, String> {
    let (mut notes, mut known) = (Vec::new(), BTreeSet::new());
    let mut parts = Vec::new();
    for name in &correlation.rules.0 {
        let rule = documents.iter().find(|rule| rule.is_called(name));
        let rule = rule.ok_or(format!("it is about `{name}`, which is not in the same file"))?;
        if rule.correlation.is_some() {
            return Err("a correlation of correlations has no counterpart".to_owned());
        }
        let (log, tree) = read(rule, &mut notes, &mut known)?;
        parts.push(Part { document: rule, log, tree });
    }
    let source = parts.first().ok_or("it is about no rule")?.log.clone();
    let window = timespan(&correlation.timespan)?;
    let groups = groups(correlation, &mut notes);
    let finding = names.finding(&document.title, &[document.apart()]);
    let mut writer =
        Writer { correlation, log, finding: &finding, groups: &groups, lines: Vec::new() };
    let kind = correlation.r#type.as_str();
    let way = match kind {
        "temporal" | "temporal_ordered" => {
            writer.in_time(&parts, kind == "temporal_ordered", window)?
        }
        _ => writer.measured(parts, kind, window)?,
    };
    let lines = writer.lines;
    known.extend(groups.iter().map(|(field, _)| field.clone()));
    let measured = correlation.condition.get("field").filter(|_| kind.starts_with("value_"));
    known.extend(measured.and_then(Value::as_str).map(str::to_owned));
    notes.extend(fields_note(&known, source.layout));
    notes.dedup();
    let because = matches!(way, Way::Surplus { .. } | Way::Measured { .. }).then(|| {
        let names: Vec<String> = groups.iter().map(|(_, name)| format!("{{{name}}}")).collect();
        let of = if names.is_empty() { String::new() } else { format!(" of {}", names.join(", ")) };
        format!("the log says so{of} within {{window}}")
    });
    let head = head(document, finding.clone(), notes, source);
    Ok(Draft {
        because,
        lines,
        groups: groups.into_iter().map(|(_, name)| name).collect(),
        ways: vec![way],
        ..head
    })
}

struct Writer<'a> {
    correlation: &'a Correlation,
    log: &'a str,
    finding: &'a str,
    /// Fields, and the names that they are bound to.
    groups: &'a [(String, String)],
    lines: Vec<Line>,
}

impl Writer<'_> {
    /// Lines of all rules within the time.
    fn in_time(&mut self, parts: &[Part<'_>], in_order: bool, window: Span) -> Result<Way, String> {
        let all = parts.len() as u64;
        let bounds = bounds(self.correlation)?;
        if bounds.iter().any(|(op, number)| !matches!(*op, ">=" | "==") || *number != all) {
            return Err("some rules of several have no counterpart: it must want all".to_owned());
        }
        let mut terms = Vec::new();
        for part in parts {
            let line = self.line(part, part.tree.clone(), None)?;
            terms.push(Term { line, times: 1 });
        }
        Ok(Way::Lines(Lines { terms, in_order, window: Some(window), unless: Vec::new() }))
    }

    /// So many lines, or what their fields come to.
    fn measured(
        &mut self,
        mut parts: Vec<Part<'_>>,
        kind: &str,
        window: Span,
    ) -> Result<Way, String> {
        let mut part = parts.remove(0);
        for other in parts {
            if other.log != part.log || !self.correlation.aliases.is_empty() {
                return Err(
                    "lines of several logs or with aliases are not counted together".to_owned()
                );
            }
            part.tree = Tree::Any(vec![part.tree, other.tree]);
        }
        let bounds = bounds(self.correlation)?;
        if bounds.is_empty() {
            return Err("its `condition` compares with nothing".to_owned());
        }
        if kind == "event_count" {
            return self.count(&part, bounds, window);
        }
        let field = match self.correlation.condition.get("field") {
            Some(field) => OneOrMany::from(field.clone()).0,
            None => Vec::new(),
        };
        let [field] = field.as_slice() else {
            return Err("its `condition` must name one field".to_owned());
        };
        let name = variable(field);
        let (of, measure) = match kind {
            "value_count" => (Field::Text(field), Measure::Distinct(name)),
            "value_sum" => (Field::Number(field), Measure::Sum(name)),
            "value_avg" => (Field::Number(field), Measure::Average(name)),
            _ => return Err(format!("`{kind}` has no counterpart")),
        };
        let tree = part.tree.clone();
        let line = self.line(&part, tree, Some(of))?;
        self.countable(line)?;
        Ok(Way::Measured { line, measure, bounds, window })
    }

    fn count(
        &mut self,
        part: &Part<'_>,
        bounds: Vec<(&'static str, u64)>,
        window: Span,
    ) -> Result<Way, String> {
        let times = match bounds.as_slice() {
            [(">=", times)] => u32::try_from(*times).ok(),
            _ => None,
        };
        let (excluded, meant): (Vec<Tree>, Vec<Tree>) = part
            .tree
            .clone()
            .conjuncts()
            .into_iter()
            .partition(|tree| matches!(tree, Tree::Not(_)));
        let times = times.filter(|times| *times > 0);
        if let (Some(times), false) = (times, excluded.is_empty()) {
            // Of lines that are meant, those with what excludes them are counted off.
            let any = Tree::Any(excluded.into_iter().map(Tree::not).collect());
            let more = self.line(part, Tree::All(meant.clone()), None)?;
            let mut but = self.lines.get(more).cloned().unwrap_or_default();
            but.tests.extend(any.clone().conjuncts());
            show(&mut but, &Tree::All([meant, vec![any]].concat()));
            self.lines.push(but);
            let fewer = more + 1;
            self.countable(more)?;
            self.countable(fewer)?;
            return Ok(Way::Surplus { more, fewer: Some(fewer), times, window });
        }
        let line = self.line(part, part.tree.clone(), None)?;
        self.countable(line)?;
        Ok(match times {
            Some(times) => Way::Lines(Lines {
                terms: vec![Term { line, times }],
                in_order: false,
                window: Some(window),
                unless: Vec::new(),
            }),
            None => Way::Measured { line, measure: Measure::Count, bounds, window },
        })
    }

    /// Rows are counted by what braces ask of them.
    fn countable(&self, line: usize) -> Result<(), String> {
        let tests = self.lines.get(line).map(|line| line.tests.as_slice()).unwrap_or_default();
        match tests.iter().all(|tree| tree.clause().is_some()) {
            true => Ok(()),
            false => Err("it counts lines by more than texts that must be in them".to_owned()),
        }
    }

    fn line(
        &mut self,
        part: &Part<'_>,
        tree: Tree,
        of: Option<Field<'_>>,
    ) -> Result<usize, String> {
        let taken: Vec<String> = self.lines.iter().map(|line| line.event.clone()).collect();
        let mut line = line(tree.clone(), &part.log, self.log, self.finding, &taken)?;
        for (field, name) in self.groups {
            let aliases = self.correlation.aliases.get(field);
            let alias = aliases.and_then(|of| {
                of.iter().find(|(rule, _)| part.document.is_called(rule)).map(|(_, field)| field)
            });
            line.captures.push((name.clone(), captured(alias.unwrap_or(field), name, &part.log)));
        }
        match of {
            Some(Field::Text(field)) => {
                let name = variable(field);
                if !line.captures.iter().any(|(known, _)| *known == name) {
                    line.captures.push((name.clone(), captured(field, &name, &part.log)));
                }
            }
            // A number is read where lines are told apart; all else is asked of the text.
            Some(Field::Number(field)) => {
                let name = variable(field);
                let value = format!(r#""?(?P<{name}>\d+)\b"#);
                line.patterns = vec![field::read(field, part.log.layout, &value, "1")];
                line.source = Some(part.log.source(part.log.whole()));
                line.tests = tree.clone().conjuncts();
                line.number = Some(name);
            }
            None => {}
        }
        show(&mut line, &tree);
        self.lines.push(line);
        Ok(self.lines.len() - 1)
    }
}

/// What is counted or added up.
enum Field<'a> {
    Text(&'a str),
    Number(&'a str),
}

/// A field whose value gets a name.
fn captured(field: &str, name: &str, log: &Log) -> Test {
    let value = format!(r#""?(?P<{name}>[^\s"',;)}}\]]+)"#);
    Test { column: log.whole(), pattern: field::read(field, log.layout, &value, "a") }
}

/// What is counted apart, beside the node.
fn groups(correlation: &Correlation, notes: &mut Vec<String>) -> Vec<(String, String)> {
    const HOSTS: [&str; 9] = [
        "host",
        "hostname",
        "host.name",
        "computer",
        "computername",
        "node",
        "node.name",
        "host.hostname",
        "agent.hostname",
    ];
    let is_host = |field: &&String| HOSTS.contains(&field.to_lowercase().as_str());
    let fields = &correlation.group_by.0;
    if !fields.iter().any(|field| is_host(&field)) {
        notes.push("it correlates over all hosts; here on each node".to_owned());
    }
    fields
        .iter()
        .filter(|field| !is_host(field))
        .map(|field| (field.clone(), variable(field)))
        .collect()
}

/// A field's name as a variable's.
fn variable(field: &str) -> String {
    const TAKEN: [&str; 26] = [
        "and", "confirm", "false", "first", "for", "has", "in", "limit", "line", "maybe",
        "message", "no", "node", "not", "or", "per", "pod", "program", "second", "since", "then",
        "times", "true", "values", "when", "window",
    ];
    let name = names::words(field).join("_");
    let is_plain =
        name.starts_with(|c: char| c.is_ascii_alphabetic()) && !TAKEN.contains(&name.as_str());
    if is_plain { name } else { format!("of_{name}") }
}

/// `gte: 10` as comparisons.
fn bounds(correlation: &Correlation) -> Result<Vec<(&'static str, u64)>, String> {
    let mut bounds = Vec::new();
    for (op, value) in &correlation.condition {
        let op = match op.as_str() {
            "gt" => ">",
            "gte" => ">=",
            "lt" => "<",
            "lte" => "<=",
            "eq" => "==",
            "neq" => "!=",
            "field" => continue,
            other => return Err(format!("`{other}` is no comparison")),
        };
        let number = value.as_u64().or_else(|| Value::as_str(value)?.parse().ok());
        let number: u64 = number.ok_or(format!("`{value}` is no whole number"))?;
        // More than two are at least three, but on average.
        bounds.push(match op {
            ">" if correlation.r#type != "value_avg" => (">=", number.saturating_add(1)),
            op => (op, number),
        });
    }
    Ok(bounds)
}

fn timespan(text: &str) -> Result<Span, String> {
    let days = text.strip_suffix('d').and_then(|days| days.parse::<u64>().ok());
    let hours = days.map(|days| format!("{}h", days.saturating_mul(24)));
    Span::parse(hours.as_deref().unwrap_or(text))
        .ok_or_else(|| format!("`{text}` is no length of time"))
}
