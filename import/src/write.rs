//! A draft as a rule file. The pieces are printed plainly; the formatter lays them out.

mod conditions;
mod timelines;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::draft::{Draft, Line, Source, Way};
use crate::page;
use crate::pattern::Pattern;

/// Writes a rule file.
pub(crate) fn write(draft: &Draft) -> Result<String, String> {
    let mut out = String::new();
    head(draft, &mut out);
    for (at, line) in draft.lines.iter().enumerate() {
        let is_known = draft.lines.iter().take(at).any(|known| known.event == line.event);
        if !is_known {
            event(draft, line, &mut out);
        }
    }
    let rule = conditions::of(draft);
    if let Some(derived) = &rule.derived {
        out += derived;
    }
    finding(draft, &rule, &mut out);
    etio_dsl::fmt(&out).map_err(|errors| {
        let first = errors.first().map(|error| error.message.clone()).unwrap_or_default();
        format!("it cannot be written as a rule: {first}")
    })
}

fn head(draft: &Draft, out: &mut String) {
    let _ = writeln!(out, "//! {}.\n//!", draft.title.trim_end_matches('.'));
    for line in &draft.about {
        let _ = writeln!(out, "//! {line}");
    }
    if !draft.notes.is_empty() {
        out.push_str("\n// Not said here:\n");
        for note in &draft.notes {
            let _ = writeln!(out, "// - {note}");
        }
    }
    out.push('\n');
    let mut uses: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut used: Vec<_> =
        draft.lines.iter().flat_map(|line| draft.source_of(line).uses()).collect();
    used.extend(draft.ways.iter().filter_map(|way| match way {
        Way::Condition { .. } => Some(("std.kube", "NodeCondition")),
        Way::Event { .. } => Some(("std.kube", "KubeEvent")),
        _ => None,
    }));
    for (module, name) in used {
        let names = uses.entry(module).or_default();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    for (module, names) in uses {
        let _ = writeln!(out, "use {module}.{{{}}}", names.join(", "));
    }
}

/// A line's event, and how to tell it.
fn event(draft: &Draft, line: &Line, out: &mut String) {
    let source = draft.source_of(line);
    let asked = asked(draft, line);
    let _ = writeln!(out, "\n/// {}", line.doc);
    let _ = writeln!(out, "event {} {{ {} }}\n", line.event, declared(line, source, &asked));
    let _ = writeln!(
        out,
        "extract {} from {} {{ {} }} {{",
        line.event,
        source.fields(),
        copied(source, &asked)
    );
    for (at, pattern) in line.patterns.iter().enumerate() {
        // The first that matches makes the event, so this one would never be reached.
        if !line.patterns.iter().take(at).any(|above| above.covers(pattern)) {
            let _ = writeln!(out, "  {}", spelling(pattern));
        }
    }
    for sample in &line.samples {
        let expected = if sample.meant { "{}" } else { "none" };
        let _ = writeln!(out, "  sample {} {expected}", quoted(&sample.text));
    }
    out.push_str("}\n");
}

/// The fields of a line's event.
fn declared(line: &Line, source: &Source, asked: &[&str]) -> String {
    if *source == Source::Configs {
        return "object: text, file: text".to_owned();
    }
    let (program, pod) = source.tells();
    let program = if program { ", program: text?" } else { "" };
    let pod = if pod { ", pod: pod?" } else { "" };
    let texts = asked.iter().map(|column| format!(", {column}: text?"));
    let number = line.number.iter().map(|name| format!(", {name}: int"));
    format!("node: node{program}{pod}{}", texts.chain(number).collect::<String>())
}

/// The texts that conditions on an event ask of, beside what it has anyway.
fn asked(draft: &Draft, line: &Line) -> Vec<&'static str> {
    let (program, _) = draft.source_of(line).tells();
    let mut columns: Vec<&'static str> = Vec::new();
    for line in draft.lines.iter().filter(|other| other.event == line.event) {
        columns.extend(line.columns());
    }
    let mut all = BTreeSet::new();
    columns.retain(|column| !(program && *column == "program") && all.insert(*column));
    columns
}

/// What is filtered and copied from the source.
fn copied(source: &Source, asked: &[&str]) -> String {
    let (program, pod) = source.tells();
    let mut fields: Vec<String> = source.key().iter().map(|field| (*field).to_owned()).collect();
    match source {
        Source::Logs { programs, .. } if !programs.is_empty() => {
            let names: Vec<String> = programs.iter().map(|name| quoted(name)).collect();
            fields.push(match names.as_slice() {
                [name] => format!("program: {name}"),
                names => format!("program in [{}]", names.join(", ")),
            });
            fields.extend(program.then(|| "program".to_owned()));
        }
        _ => fields.extend(program.then(|| "program".to_owned())),
    }
    fields.extend(pod.then(|| "pod".to_owned()));
    fields.extend(asked.iter().map(|column| (*column).to_owned()));
    fields.join(", ")
}

fn spelling(pattern: &Pattern) -> String {
    match pattern {
        Pattern::Literal(text) => {
            let mut escaped = String::new();
            for c in text.chars() {
                match c {
                    '\t' => escaped.push_str(r"\t"),
                    '\\' | '`' | '{' | '}' => escaped.extend(['\\', c]),
                    c => escaped.push(c),
                }
            }
            format!("`{{_}}{escaped}{{_}}`")
        }
        Pattern::Regex { regex, .. } => format!("/{regex}/"),
    }
}

fn finding(draft: &Draft, rule: &conditions::Rule, out: &mut String) {
    let _ = writeln!(out, "\n/// {}.", draft.title.trim_end_matches('.'));
    for (heading, text) in &draft.sections {
        let text = page::tidy(text);
        if text.is_empty() {
            continue;
        }
        out.push_str("///\n");
        if let Some(heading) = heading {
            let _ = writeln!(out, "/// **{heading}.**\n///");
        }
        for line in text.lines() {
            let _ = writeln!(out, "{}", format!("/// {line}").trim_end());
        }
    }
    let key = draft.key();
    let _ = writeln!(out, "finding {}({key}) {{\n  severity {}", draft.name, draft.severity);
    for param in &rule.params {
        let _ = writeln!(out, "  param {param}");
    }
    let _ = writeln!(out, "\n  when {{\n{}  }}\n", rule.when);
    let title = said(&draft.title);
    let on_node = title.strip_suffix('"').filter(|_| draft.on_node);
    let title = on_node.map_or(title.clone(), |title| format!("{title} on {{node}}\""));
    let _ = writeln!(out, "  title {title}");
    for because in draft.because.iter().chain(&rule.because) {
        let _ = writeln!(out, "  because {}", quoted(because));
    }
    if let Some(remedy) = &draft.remedy {
        let _ = writeln!(out, "  remedy {}", said(remedy));
    }
    if !draft.refs.is_empty() {
        let refs: Vec<String> = draft.refs.iter().map(|url| quoted(url)).collect();
        let _ = writeln!(out, "  refs [{}]", refs.join(", "));
    }
    for test in timelines::of(draft) {
        let _ = writeln!(out, "\n{test}");
    }
    out.push_str("}\n");
}

/// A text as it stands; braces in it are holes where a text has holes.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '\t' => out.push_str(r"\t"),
            '\n' => out.push_str(r"\n"),
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A text without holes.
fn said(text: &str) -> String {
    quoted(text).replace('{', r"\{").replace('}', r"\}")
}
