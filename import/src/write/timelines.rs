//! The tests of a rule: that it fires, and near misses.

use std::fmt::Write as _;

use super::{quoted, said};
use crate::draft::{Draft, Lines, Source, Way};
use crate::span::Span;
use crate::tree::Texts;

/// The tests, each as text.
pub(super) fn of(draft: &Draft) -> Vec<String> {
    let mut tests = Vec::new();
    // Of lines that nobody can make up there are no tests.
    if draft.lines.iter().any(|line| !line.columns().is_empty() && line.example.is_none()) {
        return tests;
    }
    for way in &draft.ways {
        match way {
            Way::Measured { line, bounds, .. } => of_numbers(draft, *line, bounds, &mut tests),
            Way::Lines(lines) => of_lines(draft, lines, &mut tests),
            Way::Surplus { more, fewer, times, window } => {
                of_surplus(draft, (*more, *fewer), (*times, *window), &mut tests);
            }
            Way::Condition { ty, reason } => {
                for (name, status, expect) in [
                    ("the condition is set", "True", "expect confirmed (node: \"n1\") at 0s"),
                    ("the condition is not set", "False", "expect none"),
                ] {
                    let (ty, reason) = (quoted(ty), quoted(reason));
                    tests.push(format!(
                        "  test \"{name}\" {{\n    given NodeCondition {{ node: \"n1\", type: {ty}, status: \"{status}\", reason: {reason} }}\n    {expect}\n  }}"
                    ));
                }
            }
            Way::Event { component, reason } => {
                for (name, reason, expect) in [
                    ("an event says it", reason.as_str(), "expect confirmed (node: \"n1\") at 0s"),
                    ("another event", "Starting", "expect none"),
                ] {
                    let (component, reason) = (quoted(component), quoted(reason));
                    tests.push(format!(
                        "  test \"{name}\" {{\n    0s KubeEvent {{ node: \"n1\", kind: \"Node\", object: \"n1\", reason: {reason}, message: \"\", component: {component} }}\n    {expect}\n  }}"
                    ));
                }
            }
        }
    }
    tests
}

/// With more lines than this one near miss is enough.
const FEW: usize = 10;

/// Of a limit below this nothing is said that does not reach it.
const SOME: u64 = 10;

/// A line at a time.
type Step = (Span, usize);

fn of_lines(draft: &Draft, lines: &Lines, tests: &mut Vec<String>) {
    let all: Vec<usize> = lines
        .terms
        .iter()
        .flat_map(|term| std::iter::repeat_n(term.line, term.times as usize))
        .collect();
    let window = lines.window.unwrap_or(Span::HOUR);
    let gap = step(window, all.len());
    let spread = |of: &[usize]| -> Vec<Step> {
        (0..).zip(of).map(|(nth, line)| (Span(gap.0 * nth), *line)).collect()
    };
    let steps = spread(&all);
    let last = steps.last().map_or(Span(0), |(at, _)| *at);
    let waits = lines.unless.iter().filter_map(|unless| unless.wait);
    let due = Span(last.0 + waits.max().map_or(0, |wait| wait.0));
    let (key, none) = (key(draft), "expect none".to_owned());
    let confirmed = format!("expect confirmed {key} at {due}");
    let mut fires = vec![confirmed];
    if all.len() == 1 && lines.unless.is_empty() {
        fires.push("expect lapsed at 1h".to_owned());
    }
    fires.push("shuffled".to_owned());
    let name = match lines.terms.as_slice() {
        [_] if all.len() == 1 => "the line",
        [_] => "often enough",
        _ => "all lines",
    };
    tests.push(test(draft, name, &steps, &fires));
    if let Some((dropped, rest)) = all.split_last().filter(|(_, rest)| !rest.is_empty()) {
        tests.push(test(draft, "one is missing", &spread(rest), std::slice::from_ref(&none)));
        let mut late = spread(rest);
        late.push((Span(window.0 + Span::SECOND.0), *dropped));
        let first_is_once = lines.terms.first().is_some_and(|term| term.times == 1);
        if all.len() <= FEW && (all.len() == 2 || lines.terms.len() == 1 || first_is_once) {
            tests.push(test(draft, "too far apart", &late, std::slice::from_ref(&none)));
        }
        if lines.in_order && all.first() != Some(dropped) {
            let backwards: Vec<usize> = all.iter().rev().copied().collect();
            tests.push(test(
                draft,
                "in another order",
                &spread(&backwards),
                std::slice::from_ref(&none),
            ));
        }
    }
    if let [term] = lines.terms.as_slice() {
        near_misses(draft, term.line, all.len(), tests);
    }
    for unless in &lines.unless {
        let mut steps = spread(&all);
        let wait = unless.wait.unwrap_or(Span::SECOND);
        steps.push((Span(last.0 + (wait.0 / 2).max(1)), unless.line));
        let expect =
            if unless.wait.is_some() { none.clone() } else { format!("expect resolved {key}") };
        tests.push(test(draft, "what must not follow", &steps, &[expect]));
    }
}

fn of_surplus(
    draft: &Draft,
    (more, fewer): (usize, Option<usize>),
    (times, window): (u32, Span),
    tests: &mut Vec<String>,
) {
    let count = times as usize;
    let gap = step(window, count + 1);
    let at = |nth: usize| Span(gap.0 * nth as u64);
    let steps: Vec<Step> = (0..count).map(|nth| (at(nth), more)).collect();
    let due = at(count.saturating_sub(1));
    let confirmed = format!("expect confirmed {} at {due}", key(draft));
    tests.push(test(draft, "often enough", &steps, &[confirmed, "shuffled".to_owned()]));
    let none = ["expect none".to_owned()];
    if let Some((_, rest)) = steps.split_last() {
        tests.push(test(draft, "once less", rest, &none));
    }
    if let Some(fewer) = fewer {
        let mut steps = steps;
        let event = |at: usize| draft.lines.get(at).map(|line| &line.event);
        match steps.first_mut() {
            // Such a line is one of the others as well.
            Some(first) if event(fewer) == event(more) => first.1 = fewer,
            _ => steps.insert(0, (Span(0), fewer)),
        }
        tests.push(test(draft, "each but one with its counterpart", &steps, &none));
    }
}

/// Two numbers that are above a limit together and on average, and two that are not.
fn of_numbers(draft: &Draft, line: usize, bounds: &[(&str, u64)], tests: &mut Vec<String>) {
    let Some(known) = draft.lines.get(line) else { return };
    let ([(">" | ">=", limit)], Some(name)) = (bounds, &known.number) else { return };
    let confirmed = format!("expect confirmed {} at 1s", key(draft));
    let row = row(draft, line, known.example.as_ref());
    let row = row.trim_end_matches([' ', '}']);
    for (test, number, expect) in
        [("enough", *limit, confirmed.as_str()), ("not enough", limit / 4, "expect none")]
    {
        let more = number.saturating_add(2);
        if number == limit / 4 && *limit < SOME {
            continue;
        }
        tests.push(format!(
            "  test \"{test}\" {{\n    0s {row}, {name}: {number} }}\n    1s {row}, {name}: {more} }}\n    {expect}\n  }}"
        ));
    }
}

/// The time between so many lines that come within a window.
fn step(window: Span, count: usize) -> Span {
    let gap = window.0 / (2 * count.max(1) as u64);
    let gap = gap.min(60_000);
    Span(if gap >= 1_000 { gap / 1_000 * 1_000 } else { gap.max(1) })
}

fn test(draft: &Draft, name: &str, steps: &[Step], expect: &[String]) -> String {
    let mut out = format!("  test \"{name}\" {{\n");
    for (at, line) in steps {
        let example = draft.lines.get(*line).and_then(|line| line.example.as_ref());
        let _ = writeln!(out, "    {at} {}", row(draft, *line, example));
    }
    for expect in expect {
        let _ = writeln!(out, "    {expect}");
    }
    out + "  }"
}

/// Lines that only seem to be meant, as often as it would take.
fn near_misses(draft: &Draft, line: usize, times: usize, tests: &mut Vec<String>) {
    let near = draft.lines.get(line).map(|line| line.near.as_slice()).unwrap_or_default();
    for (nth, texts) in near.iter().enumerate() {
        let name = if nth == 0 { "not meant".to_owned() } else { format!("not meant {}", nth + 1) };
        let mut out = format!("  test \"{name}\" {{\n");
        for at in 0..times {
            let _ = writeln!(out, "    {at}s {}", row(draft, line, Some(texts)));
        }
        tests.push(out + "    expect none\n  }");
    }
}

/// A line's event, with what it says.
fn row(draft: &Draft, line: usize, texts: Option<&Texts>) -> String {
    let Some(line) = draft.lines.get(line) else { return String::new() };
    let mut fields = vec![fields(draft).to_owned()];
    for (column, text) in texts.into_iter().flatten() {
        fields.push(format!("{column}: {}", said(text)));
    }
    format!("{} {{ {} }}", line.event, fields.join(", "))
}

fn fields(draft: &Draft) -> &'static str {
    match draft.source {
        Source::Configs => "object: \"web/nginx\", file: \"nginx.conf\"",
        _ => "node: \"n1\"",
    }
}

fn key(draft: &Draft) -> String {
    // What a made-up line says where a name is bound is this one letter.
    let groups = draft.groups.iter().map(|name| format!(", {name}: \"a\""));
    format!("({}{})", fields(draft), groups.collect::<String>())
}
