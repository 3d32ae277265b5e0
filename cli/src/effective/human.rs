//! The list for people: a rule a line, its parameters and what sites say below it.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::{Effective, ParamRow, Place, RuleRow, SiteRow};
use crate::text::count;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const CHANGED: Style = AnsiColor::Yellow.on_default();

/// The rules as text with styles; the stream strips them where it is no terminal.
pub(super) fn render(effective: &Effective) -> String {
    let mut out = String::new();
    let rules = &effective.rules;
    let width = rules.iter().map(|row| row.name().len()).max().unwrap_or(0);
    for row in rules {
        rule(&mut out, row, width);
    }
    let _ = writeln!(out, "\n{BOLD}{}{BOLD:#}", summary(rules));
    out
}

fn rule(out: &mut String, row: &RuleRow, width: usize) {
    let word = match row.severity {
        _ if !row.runs => "disabled",
        Some(word) => word,
        None => "",
    };
    let style = if row.runs { DIM } else { CHANGED };
    let from = if row.standard { row.from.path.clone() } else { place(&row.from) };
    // Writing into a string cannot fail.
    let _ = writeln!(
        out,
        "{BOLD}{:width$}{BOLD:#}  {style}{word:8}{style:#}  {DIM}{from}{DIM:#}",
        row.name()
    );
    for statement in &row.site {
        said(out, statement, "  ");
    }
    for row in &row.params {
        param(out, row);
    }
}

fn param(out: &mut String, row: &ParamRow) {
    let ParamRow { name, value, low, high, default, site } = row;
    let changed = value != default;
    let style = if changed { CHANGED } else { Style::new() };
    let range = match (low, high) {
        (Some(low), Some(high)) => format!("  in {low}..{high}"),
        _ => String::new(),
    };
    let was = if changed { format!(", otherwise {default}") } else { String::new() };
    let _ = writeln!(out, "  {style}{name} = {value}{style:#}{DIM}{range}{was}{DIM:#}");
    for statement in site {
        said(out, statement, "    ");
    }
}

/// `disable until 2027-01-31, site acme, acme.etio:3: half of our nodes swap`
fn said(out: &mut String, row: &SiteRow, indent: &str) {
    let SiteRow { site, effect, what, because, until, expired, from } = row;
    let style = if *expired { DIM } else { CHANGED };
    let what = if what.is_empty() { String::new() } else { format!(" {what}") };
    let until = match until {
        Some(day) if *expired => format!(", expired {day}"),
        Some(day) => format!(" until {day}"),
        None => String::new(),
    };
    let because = if because.is_empty() { String::new() } else { format!(": {because}") };
    let from = place(from);
    let _ = writeln!(
        out,
        "{indent}{style}{effect}{what}{until}{style:#}{because}  {DIM}site {site}, {from}{DIM:#}"
    );
}

fn place(place: &Place) -> String {
    format!("{}:{}", place.path, place.line)
}

/// `104 rules, 7 parameters; sites set 1, ignore 2; 1 expired`
fn summary(rules: &[RuleRow]) -> String {
    let params = rules.iter().map(|row| row.params.len()).sum();
    let of_params = rules.iter().flat_map(|row| &row.params).flat_map(|row| &row.site);
    let said: Vec<&SiteRow> = rules.iter().flat_map(|row| &row.site).chain(of_params).collect();
    let mut counts: Vec<String> = Vec::new();
    for effect in ["set", "disable", "ignore", "replace"] {
        let these = said.iter().filter(|row| row.effect == effect && !row.expired).count();
        if these > 0 {
            counts.push(format!("{effect} {these}"));
        }
    }
    let expired = said.iter().filter(|row| row.expired).count();
    let mut text = format!("{}, {}", count(rules.len(), "rule"), count(params, "parameter"));
    if !counts.is_empty() {
        let _ = write!(text, "; sites {}", counts.join(", "));
    }
    if expired > 0 {
        let _ = write!(text, "; {expired} expired");
    }
    text
}
