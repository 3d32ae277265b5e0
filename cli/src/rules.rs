//! `etio rules`: the failure modes Etio knows, and the page of one.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use etio_plan::{Finding, Head, Pack, Part, Rule, Severity, Text, Value};

use crate::args::Rules;
use crate::report::severity_word;
use crate::{Exit, program};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

pub(crate) fn run(args: &Rules) -> Result<Exit, String> {
    let pack = program::pack(&args.program)?;
    match &args.id {
        None => anstream::print!("{}", list(&pack)),
        Some(id) => anstream::print!("{}", page(&pack, id)?),
    }
    Ok(Exit::Clean)
}

fn findings(pack: &Pack) -> impl Iterator<Item = (&Rule, &Finding)> {
    pack.rules.iter().filter_map(|rule| match &rule.head {
        Head::Finding(finding) => Some((rule, finding)),
        Head::Derived { .. } => None,
    })
}

/// One line a mode: mode, severity, first line of its page.
fn list(pack: &Pack) -> String {
    let mut rows: Vec<(&Rule, &Finding)> = findings(pack).collect();
    rows.sort_by_key(|(rule, finding)| (area(rule), &finding.mode));
    let width = rows.iter().map(|(_, finding)| finding.mode.len()).max().unwrap_or(0);
    let mut out = String::new();
    for (_, finding) in rows {
        let word = severity_word(finding.severity);
        let style = match finding.severity {
            Severity::Critical => AnsiColor::Red.on_default(),
            Severity::Warning => AnsiColor::Yellow.on_default(),
            Severity::Info => AnsiColor::Cyan.on_default(),
        };
        let summary = finding.doc.lines().next().unwrap_or_default();
        // Writing into a string cannot fail.
        let _ = writeln!(
            out,
            "{BOLD}{:<width$}{BOLD:#}  {style}{word:<8}{style:#}  {summary}",
            finding.mode
        );
    }
    out
}

fn area(rule: &Rule) -> &str {
    rule.path.rsplit_once('.').map_or("", |(module, _)| module)
}

/// The page of one rule, by path or mode.
fn page(pack: &Pack, id: &str) -> Result<String, String> {
    let wanted = id.replace('_', "-");
    let found = findings(pack).find(|(rule, finding)| rule.path == id || finding.mode == wanted);
    let Some((rule, finding)) = found else {
        let modes = findings(pack).map(|(_, finding)| finding.mode.as_str());
        let hint = etio_dsl::diag::did_you_mean(&wanted, modes).map_or_else(
            || "`etio rules` lists them".to_owned(),
            |mode| format!("did you mean `{mode}`?"),
        );
        return Err(format!("there is no rule `{id}`; {hint}"));
    };
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{BOLD}{}{BOLD:#}  {}  {DIM}{}{DIM:#}\n\n{}\n",
        finding.mode,
        severity_word(finding.severity),
        rule.path,
        finding.doc.trim()
    );
    for (name, texts) in
        [("title", &finding.title), ("because", &finding.because), ("remedy", &finding.remedy)]
    {
        for text in texts {
            let guard = if text.guard.is_empty() { "" } else { "  (in some cases)" };
            let _ = writeln!(out, "{DIM}{name:<9}{DIM:#}{}{DIM}{guard}{DIM:#}", plain(rule, text));
        }
    }
    for param in finding.params.iter().filter_map(|id| pack.param(*id)) {
        let name = param.path.rsplit('.').next().unwrap_or_default();
        let _ = writeln!(
            out,
            "{DIM}{:<9}{DIM:#}{name} = {} in {}..{}  {DIM}{}{DIM:#}",
            "param",
            value(&param.default),
            value(&param.low),
            value(&param.high),
            param.doc.trim()
        );
    }
    let targets = finding.explains.iter().filter_map(|edge| pack.get(edge.target));
    let mut names: Vec<String> = targets.map(|target| target.name().replace('_', "-")).collect();
    names.dedup();
    if !names.is_empty() {
        let _ = writeln!(out, "{DIM}{:<9}{DIM:#}{}", "explains", names.join(", "));
    }
    for url in &finding.refs {
        let _ = writeln!(out, "{DIM}{:<9}{DIM:#}{url}", "see");
    }
    Ok(out)
}

/// A text with the names of its variables in place of their values.
fn plain(rule: &Rule, text: &Text) -> String {
    text.parts
        .iter()
        .map(|part| match part {
            Part::Lit(text) => text.clone(),
            Part::Expr(etio_plan::Expr::Slot(slot)) => {
                let name = rule.slots.get(slot.index()).map_or("…", |slot| slot.name.as_str());
                format!("<{name}>")
            }
            Part::Expr(_) => "<…>".to_owned(),
        })
        .collect()
}

fn value(value: &Value) -> String {
    match value {
        Value::Duration(nanos) => {
            let text = format!("{:#}", jiff::SignedDuration::from_nanos(*nanos));
            text.replace(' ', "")
        }
        Value::Percent(points) => format!("{points}%"),
        Value::Int(number) | Value::Bytes(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        other => format!("{other:?}"),
    }
}
