//! The figures as a table for people and as JSON for programs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

/// The values that each driver told of one figure.
pub(super) type Figures = BTreeMap<&'static str, Vec<f64>>;

/// One figure of a workload at one size.
#[derive(Serialize)]
pub(super) struct Row {
    workload: &'static str,
    size: u32,
    figure: String,
    /// The median of the rounds, by driver.
    medians: BTreeMap<&'static str, f64>,
    /// Etio's median by that of each other driver.
    ratios: BTreeMap<&'static str, f64>,
}

impl Row {
    pub(super) fn new(workload: &'static str, size: u32, figure: String, by: Figures) -> Self {
        let medians: BTreeMap<_, _> =
            by.into_iter().map(|(driver, values)| (driver, median(values))).collect();
        let etio = medians.get("etio").copied();
        let ratio = |(driver, value): (&&'static str, &f64)| {
            let etio = etio.filter(|_| *driver != "etio" && *value > 0.0)?;
            Some((*driver, etio / value))
        };
        let ratios = medians.iter().filter_map(ratio).collect();
        Self { workload, size, figure, medians, ratios }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// The rows as JSON.
pub(super) fn json(rows: &[Row]) -> String {
    serde_json::to_string_pretty(rows).unwrap_or_default()
}

/// The rows as a table, as Markdown has them.
pub(super) fn text(rows: &[Row], rounds: usize, absent: &BTreeMap<&'static str, String>) -> String {
    let mut text =
        format!("medians of {rounds} rounds; Etio's figure by the other's in brackets\n\n");
    // Writing into a string cannot fail.
    let _ = writeln!(text, "| workload | size | figure | etio | others |\n|---|---|---|---|---|");
    for row in rows {
        let etio = row.medians.get("etio").map_or_else(String::new, |value| short(*value));
        let others = row.medians.iter().filter(|(driver, _)| **driver != "etio");
        let others = others.map(|(driver, value)| {
            let ratio =
                row.ratios.get(driver).map_or_else(String::new, |of| format!(" ({}x)", short(*of)));
            format!("{driver} {}{ratio}", short(*value))
        });
        let others: Vec<String> = others.collect();
        let Row { workload, size, figure, .. } = row;
        let _ =
            writeln!(text, "| {workload} | {size} | {figure} | {etio} | {} |", others.join(", "));
    }
    for (driver, why) in absent {
        let _ = writeln!(text, "\nabsent: {driver}: {why}");
    }
    text
}

/// Three digits that count.
fn short(value: f64) -> String {
    match value.abs() {
        100.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        1.0.. => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}
