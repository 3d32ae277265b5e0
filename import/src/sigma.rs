//! Sigma: YAML rules over the log lines of many products, and correlations of such rules.
//!
//! A rule's selections become one tree of patterns on a line. The part of it that tells lines apart best says
//! which lines are events, what is left is asked of their texts. A correlation counts such events or wants
//! several of them in time; the rules that it is about are then no rules of their own.

mod condition;
mod correlation;
mod field;
mod line;
mod model;
mod selection;
mod source;
mod value;

use std::collections::BTreeSet;

use crate::documents::documents;
use crate::draft::{Draft, Lines, Term, Way};
use crate::tree::Tree;
use crate::{Import, Names, page};
use model::{Document, scalar};
use selection::Selections;
use source::{Layout, Log};

/// The rules of a Sigma file. `log`, which may be empty, shows what they find: its lines become samples.
///
/// # Errors
///
/// What is wrong where the text is no Sigma document.
pub fn sigma(yaml: &str, log: &str, names: &mut Names) -> Result<Import, String> {
    let documents: Vec<Document> = documents(yaml)?;
    if !documents.iter().any(Document::is_rule) {
        return Err("it has neither `detection` nor `correlation`".to_owned());
    }
    let mut import = Import::default();
    for document in &documents {
        let draft = match &document.correlation {
            Some(correlation) => correlation::draft(document, correlation, &documents, log, names),
            None if is_only_part(document, &documents) => continue,
            None => draft(document, log, names),
        };
        import.add(document.origin(), draft);
    }
    Ok(import)
}

/// Whether a rule is there for a correlation alone.
fn is_only_part(document: &Document, documents: &[Document]) -> bool {
    let mut correlations = documents.iter().filter_map(|other| other.correlation.as_ref());
    let is_part = |rules: &[String]| rules.iter().any(|name| document.is_called(name));
    let mut found = correlations.clone().filter(|it| is_part(&it.rules.0)).peekable();
    found.peek().is_some() && !correlations.any(|it| it.generate && is_part(&it.rules.0))
}

fn draft(document: &Document, log: &str, names: &mut Names) -> Result<Draft, String> {
    let mut notes = Vec::new();
    let mut known = BTreeSet::new();
    let (source, tree) = read(document, &mut notes, &mut known)?;
    let name = names.finding(&document.title, &[document.apart()]);
    let mut line = line::line(tree.clone(), &source, log, &name, &[])?;
    line::show(&mut line, &tree);
    notes.extend(fields_note(&known, source.layout));
    let term = Term { line: 0, times: 1 };
    let way = Lines { terms: vec![term], in_order: false, window: None, unless: Vec::new() };
    Ok(Draft {
        lines: vec![line],
        ways: vec![Way::Lines(way)],
        ..head(document, name, notes, source)
    })
}

/// What a rule is about, and what it asks of a line.
fn read(
    document: &Document,
    notes: &mut Vec<String>,
    known: &mut BTreeSet<String>,
) -> Result<(Log, Tree), String> {
    if document.filter.is_some() {
        return Err("a filter is no rule: write its exclusion into the rules that it is for, or into a site's `ignore`".to_owned());
    }
    if document.detection.is_empty() {
        return Err("it has no `detection`".to_owned());
    }
    let log = source::log(&document.logsource, notes)?;
    if document.detection.contains_key("timeframe") {
        return Err("a `timeframe` is of Sigma before its correlations".to_owned());
    }
    let mut selections = Selections { log: &log, fields: BTreeSet::new() };
    let tree = condition::condition(&document.detection, &mut selections)?;
    known.append(&mut selections.fields);
    Ok((log, tree))
}

/// What is said once of all fields that are read out of lines.
fn fields_note(fields: &BTreeSet<String>, layout: Layout) -> Option<String> {
    let first = fields.first()?;
    let all: Vec<String> = fields.iter().map(|field| format!("`{field}`")).collect();
    let (are, is) =
        if all.len() == 1 { ("is a field", "it is") } else { ("are fields", "they are") };
    let how = match layout {
        Layout::Json => format!("`\"{}\":…`", first.replace('.', "\":{\"")),
        Layout::Pairs => format!("`{first}=…`; what auditd writes in hexadecimal is not seen"),
        Layout::Either | Layout::Events => format!("`{first}=…` or `\"{first}\":…`"),
    };
    Some(format!("{} {are} there; here {is} read where a line says {how}", all.join(", ")))
}

/// All of a draft that does not follow from what it detects.
fn head(document: &Document, name: String, mut notes: Vec<String>, log: Log) -> Draft {
    notes.extend(document.other.keys().map(|key| format!("`{key}` has no counterpart")));
    let wrong = document.falsepositives.iter().map(|text| format!("- {}\n", text.trim()));
    let sections = vec![
        (None, document.description.clone().unwrap_or_default()),
        (Some("False positives".to_owned()), wrong.collect()),
        (Some("Log".to_owned()), document.logsource.definition.clone().unwrap_or_default()),
    ];
    Draft {
        name,
        title: page::one_line(&document.title),
        on_node: true,
        about: about(document),
        sections,
        severity: severity(document.level.as_deref()),
        because: None,
        remedy: None,
        refs: document.references.iter().map(|url| page::one_line(url)).collect(),
        notes,
        lines: Vec::new(),
        source: log.source(log.whole()),
        groups: Vec::new(),
        ways: Vec::new(),
    }
}

fn severity(level: Option<&str>) -> &'static str {
    match level {
        Some("critical" | "high") => "critical",
        Some("low" | "informational") => "info",
        _ => "warning",
    }
}

/// Where it comes from, and what is known of it beside its page.
fn about(document: &Document) -> Vec<String> {
    let of = [
        ("", &document.name),
        ("status ", &document.status),
        ("by ", &document.author),
        ("license ", &document.license),
    ];
    let mut more: Vec<String> = of
        .into_iter()
        .filter_map(|(what, text)| Some(format!("{what}{}", text.as_ref()?)))
        .collect();
    for (what, date) in [("of", &document.date), ("modified", &document.modified)] {
        more.extend(date.as_ref().map(|date| format!("{what} {}", scalar(date))));
    }
    let id = document.id.as_ref().map(|id| format!(" {id}")).unwrap_or_default();
    let more = if more.is_empty() { String::new() } else { format!(" ({})", more.join(", ")) };
    let mut about = vec![format!("Imported from the Sigma rule{id}{more}.")];
    let level = document.level.clone().unwrap_or_default();
    let fields: Vec<String> = document.fields.iter().map(scalar).collect();
    let facts =
        [("Level", level), ("Tags", document.tags.join(", ")), ("Fields", fields.join(", "))];
    about.extend(
        facts
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(what, text)| format!("{what}: {text}.")),
    );
    about.iter().map(|line| page::one_line(line)).collect()
}
