//! Common Reliability Enumerations (CRE): YAML rules over one application's log.
//!
//! A *set* is lines in any order within a window, a *sequence* lines in order; a *negate* line must not
//! follow. Each line becomes an event, the rule a finding on the node whose log it was.

mod model;

use std::collections::BTreeMap;

use crate::documents::documents;
use crate::draft::{Draft, Line, Lines, Source, Term, Unless, Way};
use crate::span::Span;
use crate::{Import, Names, names, page, pattern, samples};
use model::{Application, Body, Cre, Document, Machine, Rule, Written};

/// The rules of a CRE file. `log`, which may be empty, shows the failures: its lines become samples.
///
/// # Errors
///
/// What is wrong where the text is no CRE document.
pub fn cre(yaml: &str, log: &str, names: &mut Names) -> Result<Import, String> {
    // The terms of YAML's own errors say where.
    let documents: Vec<Document> = documents(yaml)?;
    let mut import = Import::default();
    for document in &documents {
        for rule in &document.rules {
            let origin =
                if rule.cre.id.is_empty() { rule.cre.title.clone() } else { rule.cre.id.clone() };
            let draft = draft(rule, &document.terms, log, &origin, names);
            import.add(origin, draft);
        }
    }
    if import.files.is_empty() && import.left_out.is_empty() {
        return Err("it has no `rules`".to_owned());
    }
    Ok(import)
}

type Terms = BTreeMap<String, model::Term>;

fn draft(
    rule: &Rule,
    terms: &Terms,
    log: &str,
    origin: &str,
    names: &mut Names,
) -> Result<Draft, String> {
    let cre = &rule.cre;
    let (machine, in_order) = match &rule.rule {
        Body::Set(machine) => (machine, false),
        Body::Sequence(machine) => (machine, true),
    };
    if let Some(key) = machine.other.keys().next() {
        return Err(format!("`{key}` of a set or sequence has no counterpart"));
    }
    let from = machine
        .event
        .as_ref()
        .ok_or("it names no `event.source`: its parts are rules themselves")?;
    let mut notes = Vec::new();
    let source = source(&from.source, &cre.applications, &mut notes)?;
    let name = names.finding(&cre.title, &[origin]);
    let mut lines = Lexicon { terms, log, finding: &name, lines: Vec::new() };
    let way = lines.way(machine, in_order, &mut notes)?;
    let versions = cre
        .applications
        .iter()
        .filter_map(|app| app.version.as_ref())
        .any(|version| version.as_str().is_none_or(|text| !matches!(text.trim(), "" | "*")));
    if versions {
        notes.push("the versions it applies to are not checked".to_owned());
    }
    notes.extend(rule.other.keys().map(|key| format!("`{key}` has no counterpart")));
    let lines = lines.lines;
    let mitigation = cre.mitigation.as_deref().map(page::tidy).unwrap_or_default();
    Ok(Draft {
        title: page::one_line(&cre.title),
        on_node: false,
        about: about(rule, origin),
        sections: sections(cre),
        severity: severity(cre.severity),
        because: None,
        remedy: page::paragraph(&mitigation, &names::kebab(&name)),
        refs: cre.references.iter().map(|url| page::one_line(url)).collect(),
        notes,
        lines,
        source,
        groups: Vec::new(),
        ways: vec![way],
        name,
    })
}

/// The lines of a rule, each told once.
struct Lexicon<'a> {
    terms: &'a Terms,
    log: &'a str,
    finding: &'a str,
    lines: Vec<Line>,
}

impl Lexicon<'_> {
    fn way(
        &mut self,
        machine: &Machine,
        in_order: bool,
        notes: &mut Vec<String>,
    ) -> Result<Way, String> {
        let window = machine.window.as_deref().map(span).transpose()?;
        let mut terms: Vec<Term> = Vec::new();
        // Which term each written one became: a term written again is one more of it.
        let mut became = Vec::new();
        for written in &machine.r#match {
            let term = self.term(written)?;
            let line = self.line(&term)?;
            let times = term.count.unwrap_or(1).max(1);
            let same = |known: &Term| known.line == line;
            let at = match in_order {
                true => terms.len().checked_sub(1).filter(|at| terms.get(*at).is_some_and(same)),
                false => terms.iter().position(same),
            };
            match at.and_then(|at| terms.get_mut(at)) {
                Some(known) => known.times += times,
                None => terms.push(Term { line, times }),
            }
            became.push(at.unwrap_or(terms.len() - 1));
        }
        if terms.is_empty() {
            return Err("it matches no line".to_owned());
        }
        if in_order && terms.iter().rev().skip(1).any(|term| term.times > 1) {
            notes.push(
                "of a line that must come several times, the next is looked for after the first"
                    .to_owned(),
            );
        }
        if terms.len() > 1 {
            notes.push("its lines must be of one log; here, of one node".to_owned());
        }
        let mut unless = Vec::new();
        for written in &machine.negate {
            let term = self.term(written)?;
            let anchor = term.anchor.unwrap_or(0);
            let after =
                *became.get(anchor).ok_or("a `negate` anchors at a term that is not there")?;
            if let Some(slide) = &term.slide {
                notes.push(format!("`negate` slides by {slide}; here it counts from its anchor"));
            }
            if term.count.is_some_and(|count| count > 1) {
                return Err("a `negate` with a `count` has no counterpart".to_owned());
            }
            let wait = term.window.as_deref().map(span).transpose()?;
            if term.absolute != Some(true) && terms.len() > 1 && wait.is_some() {
                notes.push("its wait for a `negate` line grows with the time between the others; here it does not".to_owned());
            }
            unless.push(Unless { line: self.line(&term)?, after, wait });
        }
        if !unless.is_empty() {
            notes.push("a `negate` line ends the finding also when it comes late".to_owned());
        }
        Ok(Way::Lines(Lines { terms, in_order, window, unless }))
    }

    fn term(&self, written: &Written) -> Result<model::Term, String> {
        let term = match written {
            Written::Term(term) => term.as_ref().clone(),
            Written::Text(text) => match self.terms.get(text) {
                Some(term) => term.clone(),
                None => model::Term { value: Some(text.clone()), ..model::Term::default() },
            },
        };
        match term.other.keys().next() {
            Some(key) => Err(format!("a term with `{key}` has no counterpart")),
            None => Ok(term),
        }
    }

    /// The line that a term is, known or new.
    fn line(&mut self, term: &model::Term) -> Result<usize, String> {
        let (patterns, doc) = match (&term.value, &term.regex) {
            (Some(value), None) if !value.is_empty() => (
                vec![pattern::literal(value)],
                format!("The log says `{}`.", page::one_line(value)),
            ),
            (None, Some(regex)) => {
                (pattern::regex(regex, false)?, "The log says one of these.".to_owned())
            }
            _ => return Err("a term has neither `value` nor `regex`, or both".to_owned()),
        };
        let text = format!("{patterns:?}");
        let known = self.lines.iter().position(|line| format!("{:?}", line.patterns) == text);
        if let Some(known) = known {
            return Ok(known);
        }
        let doc = match patterns.as_slice() {
            [one] if term.regex.is_some() => {
                let words: Vec<&str> = one.plain().split_whitespace().collect();
                format!("The log says something like `{}`.", words.join(" "))
            }
            _ => doc,
        };
        let taken: Vec<String> = self.lines.iter().map(|line| line.event.clone()).collect();
        let words = patterns.first().map(pattern::Pattern::plain).unwrap_or_default();
        self.lines.push(Line {
            event: names::event(words, self.finding, &taken),
            doc,
            samples: samples::choose(&patterns, self.log),
            patterns,
            ..Line::default()
        });
        Ok(self.lines.len() - 1)
    }
}

/// Where a source's lines are read.
fn source(
    name: &str,
    applications: &[Application],
    notes: &mut Vec<String>,
) -> Result<Source, String> {
    let of: Vec<&'static str> = match name {
        "cre.kubernetes" => return Ok(Source::Events),
        _ if name.starts_with("cre.config.") => return Ok(Source::Configs),
        "cre.log.kubelet" => vec!["KubeletLog"],
        "cre.log.containerd" | "cre.log.docker" | "cre.log.crio" => vec!["RuntimeLog"],
        "cre.log.kernel" | "cre.log.dmesg" | "cre.log.kern" => vec!["KernelLog"],
        "cre.log.syslog" | "cre.log.journald" | "cre.log.journal" => {
            vec!["SystemLog", "KubeletLog", "RuntimeLog", "KernelLog"]
        }
        _ if name.starts_with("cre.log.") => vec!["SystemLog"],
        _ => return Err(format!("`{name}` is no source of log lines")),
    };
    let mut programs: Vec<String> = Vec::new();
    if of == ["SystemLog"] {
        let named =
            |app: &Application| app.container_name.clone().or_else(|| app.process_name.clone());
        programs = applications.iter().filter_map(named).collect();
        programs.dedup();
        if programs.is_empty() {
            notes.push(format!(
                "its source is `{name}`; here the log of every program is read: to read one alone, write `program: \"…\"` beside `node` in the extract"
            ));
        }
    }
    Ok(Source::Logs { of, field: "line", programs })
}

fn severity(level: Option<u64>) -> &'static str {
    match level {
        Some(0 | 1) => "critical",
        Some(2) | None => "warning",
        Some(_) => "info",
    }
}

/// The head of the file: where the rule comes from, and what is known of it beside its page.
fn about(rule: &Rule, origin: &str) -> Vec<String> {
    let cre = &rule.cre;
    let mut from = format!("Imported from {origin}");
    let mut more: Vec<String> = Vec::new();
    more.extend(rule.metadata.generation.map(|generation| format!("generation {generation}")));
    more.extend(rule.metadata.id.as_ref().map(|id| format!("id {id}")));
    more.extend(cre.author.as_ref().map(|author| format!("by {author}")));
    if !more.is_empty() {
        from += &format!(" ({})", more.join(", "));
    }
    let mut about = vec![format!("{from}.")];
    let mut scores: Vec<String> = Vec::new();
    scores.extend(cre.severity.map(|level| format!("severity {level}")));
    scores.extend(cre.impact_score.map(|score| format!("impact {score}")));
    scores.extend(cre.mitigation_score.map(|score| format!("mitigation {score}")));
    scores.extend(cre.reports.map(|count| format!("{count} reports")));
    let mut facts = vec![("Rated", scores.join(", "))];
    facts.push(("Category", cre.category.clone().unwrap_or_default()));
    facts.push(("Tags", cre.tags.join(", ")));
    let apps: Vec<String> = cre.applications.iter().map(application).collect();
    facts.push(("Applications", apps.join("; ")));
    for (what, text) in facts {
        if !text.is_empty() {
            about.push(format!("{what}: {}.", page::one_line(&text)));
        }
    }
    about
}

/// An application in one line.
fn application(app: &Application) -> String {
    let mut text = app.name.clone().unwrap_or_default();
    if let Some(version) = &app.version {
        text += &format!(" {}", scalar(version));
    }
    let named = [("container", &app.container_name), ("process", &app.process_name)];
    for (what, name) in named {
        if let Some(name) = name {
            text += &format!(", {what} {name}");
        }
    }
    for (key, value) in &app.other {
        text += &format!(", {key} {}", scalar(value));
    }
    text.trim_start_matches([',', ' ']).to_owned()
}

fn sections(cre: &Cre) -> Vec<(Option<String>, String)> {
    let mut sections: Vec<(Option<String>, String)> = vec![
        (None, cre.description.clone().unwrap_or_default()),
        (Some("Cause".to_owned()), cre.cause.clone().unwrap_or_default()),
        (Some("Impact".to_owned()), cre.impact.clone().unwrap_or_default()),
        (Some("Remedy".to_owned()), cre.mitigation.clone().unwrap_or_default()),
    ];
    for (key, value) in &cre.other {
        let text = match value {
            serde_json::Value::Array(items) => {
                items.iter().map(|item| format!("- {}\n", scalar(item))).collect()
            }
            value => scalar(value),
        };
        sections.push((Some(names::sentence(key)), text));
    }
    sections
}

fn scalar(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), |text| text.trim().to_owned())
}

fn span(text: &str) -> Result<Span, String> {
    Span::parse(text).ok_or_else(|| format!("`{text}` is no length of time"))
}
