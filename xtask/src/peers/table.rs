//! The rows as a table for people, in Markdown, and as JSON for programs.

use std::collections::BTreeMap;

use serde::Serialize;

use super::compare::{Ratio, Row};
use super::work::Goal;

/// All that a run has shown.
#[derive(Serialize)]
pub(super) struct Report {
    pub(super) rounds: usize,
    pub(super) rows: Vec<Row>,
    /// Why a driver has no figures, or not all.
    pub(super) absent: BTreeMap<&'static str, String>,
}

const HEAD: [&str; 8] =
    ["workload", "size", "figure", "Etio", "beside", "theirs", "ratio", "target"];

impl Report {
    pub(super) fn json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// One line for each pair of figures, aligned, and below the table who is absent.
    pub(super) fn text(&self) -> String {
        let mut lines = vec![HEAD.map(str::to_owned)];
        let mut last = ("", 0);
        // Counts only say that all did the same; programs can see them.
        for row in self.rows.iter().filter(|row| !row.unit.is_empty()) {
            let mut names = [row.workload.to_owned(), size(row.size), self::figure(row), etio(row)];
            if last == (row.workload, row.size) {
                names.iter_mut().take(2).for_each(String::clear);
            }
            last = (row.workload, row.size);
            if row.ratios.is_empty() {
                lines.push(line(&mut names, [const { String::new() }; 4]));
            }
            for ratio in &row.ratios {
                let other = ratio.other.map(short).unwrap_or_default();
                let cells = [ratio.beside.clone(), other, self::ratio(ratio), target(ratio)];
                lines.push(line(&mut names, cells));
            }
        }
        let mut text = aligned(&lines);
        for (driver, why) in &self.absent {
            text += &format!("\nAbsent: {driver}: {why}\n");
        }
        text
    }
}

/// A line of the table; what stands in its first cells is not said again.
fn line(names: &mut [String; 4], [beside, other, ratio, target]: [String; 4]) -> [String; 8] {
    let [workload, size, figure, etio] = std::mem::take(names);
    [workload, size, figure, etio, beside, other, ratio, target]
}

fn aligned(lines: &[[String; 8]]) -> String {
    let mut widths = [0; 8];
    for line in lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = cell.chars().count().max(*width);
        }
    }
    let row = |line: &[String; 8]| {
        let cells = line.iter().zip(widths).map(|(cell, width)| format!(" {cell:width$} "));
        format!("|{}|\n", cells.collect::<Vec<_>>().join("|"))
    };
    let rule = format!("|{}|\n", widths.map(|width| "-".repeat(width + 2)).join("|"));
    let mut rows: Vec<String> = lines.iter().map(row).collect();
    rows.insert(1.min(rows.len()), rule);
    rows.concat()
}

fn figure(row: &Row) -> String {
    format!("{}, {}", row.figure, row.unit)
}

fn etio(row: &Row) -> String {
    row.etio().map(short).unwrap_or_default()
}

fn target(ratio: &Ratio) -> String {
    let Some(goal) = ratio.goal else { return String::new() };
    let (word, value) = match goal {
        Goal::AtMost(most) => ("at most", most),
        Goal::AtLeast(least) => ("at least", least),
    };
    let value = if ratio.other.is_some() { times(value) } else { short(value) };
    let met = if ratio.met == Some(true) { "met" } else { "**missed**" };
    format!("{word} {value}: {met}")
}

fn ratio(ratio: &Ratio) -> String {
    match (ratio.other, ratio.goal) {
        (None, _) => String::new(),
        (_, Some(Goal::AtLeast(_))) => format!("{} as fast", times(ratio.ratio)),
        _ => times(ratio.ratio),
    }
}

/// A ratio as people say it.
fn times(ratio: f64) -> String {
    if ratio < 0.9 { format!("1/{}", short(1.0 / ratio)) } else { format!("{}x", short(ratio)) }
}

fn size(size: u32) -> String {
    match size {
        1_000_000.. => format!("{}M", size / 1_000_000),
        1_000.. => format!("{}k", size / 1_000),
        _ => size.to_string(),
    }
}

/// As many digits as count, three at most.
fn short(value: f64) -> String {
    let digits = match value.abs() {
        100.0.. => 0,
        10.0.. => 1,
        1.0.. => 2,
        _ => 3,
    };
    let text = format!("{value:.digits$}");
    if digits == 0 {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
