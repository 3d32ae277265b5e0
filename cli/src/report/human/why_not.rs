//! The answer of `etio why-not` for people.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::proof::{Place, draw, tree};
use super::{BOLD, DIM, GOOD, Layout, fold, short};
use crate::report::why_not::WhyNot;
use crate::report::{Status, seconds};
use crate::text::clean;

const BAD: Style = AnsiColor::Yellow.on_default().bold();

/// The answer as text with styles.
pub(crate) fn render(answer: &WhyNot, layout: Layout) -> String {
    let mut out = String::new();
    let first = answer.proof.conclusions.first();
    let subject: Vec<String> = first
        .into_iter()
        .flat_map(|of| &of.subject)
        .map(|(name, value)| match value {
            serde_json::Value::Null => format!("any {name}"),
            serde_json::Value::String(text) => format!("{name} {}", clean(text)),
            other => format!("{name} {other}"),
        })
        .collect();
    let (style, says) = match (answer.standing, first.is_some_and(|of| of.sure)) {
        ("holds", true) => (GOOD, "it holds, confirmed".to_owned()),
        ("holds", false) => (GOOD, "it holds, suspected".to_owned()),
        ("ruled out", _) => (BAD, "it is ruled out".to_owned()),
        ("not pinned", _) => (BAD, "nothing confirms it".to_owned()),
        _ => {
            let met = first.map_or(0, |of| of.when.len().saturating_sub(1));
            (BAD, format!("{met} of {} conditions hold", answer.conditions))
        }
    };
    // Writing into a string cannot fail.
    let _ = writeln!(
        out,
        "{BOLD}{}{BOLD:#}  {DIM}{}{DIM:#}  {style}{says}{style:#}",
        answer.asked,
        subject.join(", ")
    );
    if answer.keys > 1 {
        let _ = writeln!(
            out,
            "{DIM}of {} keys that agree with what was asked, this one gets furthest{DIM:#}",
            answer.keys
        );
    }
    let place = Place { deep: 0, layout, more: false };
    for line in draw(&tree(&answer.proof, base(answer)), "", place) {
        let _ = writeln!(out, "{}", line.trim_end());
    }
    for need in &answer.needs {
        let how = if need.collect.is_empty() { short(&need.relation) } else { &need.collect };
        let text = format!("{how}  ({})", short(&need.relation));
        for (at, line) in fold(&text, layout.width.saturating_sub(9).max(20)).iter().enumerate() {
            let name = if at == 0 { "collect" } else { "" };
            let _ = writeln!(out, "{DIM}{name:<7}{DIM:#}  {line}");
        }
    }
    if let Some(ended) = &answer.ended {
        let how = match ended.status {
            Status::Resolved => "it held before, and its end was seen",
            _ => "it held before, and lapsed",
        };
        let _ = writeln!(out, "{DIM}note: {how} at {}{DIM:#}", seconds(ended.at));
    }
    out
}

/// The directory that all files named lie in, with its slash.
fn base(answer: &WhyNot) -> &str {
    let places = answer.proof.facts.iter().flat_map(|fact| &fact.places);
    super::common_dir(places.map(|place| place.path.as_str()))
}
