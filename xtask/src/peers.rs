//! `cargo xtask peers`: the same workloads on Etio, on code written by hand and on other engines, one
//! round after the other, and Etio's figures beside theirs and beside what was promised.
//!
//! Every driver is told a workload and a size, and prints lines of a figure, its value and its unit. What
//! cannot be installed here is absent from the table and named below it.

mod compare;
mod install;
mod table;
mod work;

use std::collections::BTreeMap;
use std::process::{Command, ExitCode};

use compare::{Row, compare};
use install::{Driver, Place, drivers};
use table::Report;
use work::{WORK, Work};

/// As many rounds where nobody says otherwise.
const ROUNDS: usize = 5;
const USAGE: &str = "usage: cargo xtask peers [--json] [--readme] [--rounds N] [WORKLOAD [SIZE]]";
const README: &str = "benches/README.md";
/// The table stands between these in the README.
const MARKS: [&str; 2] = ["<!-- peers -->\n", "<!-- /peers -->"];

/// The chore.
pub(crate) fn peers(args: &[String]) -> ExitCode {
    match run(args) {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn run(args: &[String]) -> Result<String, String> {
    let (mut json, mut readme, mut rounds, mut wanted) = (false, false, ROUNDS, Vec::new());
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--json" => json = true,
            "--readme" => readme = true,
            "--rounds" => {
                let told = args.next().and_then(|told| told.parse().ok());
                rounds = told.filter(|rounds| *rounds > 0).ok_or("`--rounds` needs a number")?;
            }
            word => wanted.push(word.to_owned()),
        }
    }
    let is_wanted = |work: &&Work| {
        wanted.first().is_none_or(|name| name == work.name)
            && wanted.get(1).is_none_or(|size| *size == work.size.to_string())
    };
    let work: Vec<&Work> = WORK.iter().filter(is_wanted).collect();
    if work.is_empty() {
        return Err(USAGE.into());
    }
    let place = Place::here();
    let (drivers, mut absent) =
        drivers(&place, &work.iter().flat_map(|of| of.drivers).copied().collect());
    let mut rows = Vec::new();
    for sizes in work.chunk_by(|a, b| a.name == b.name) {
        rows.extend(measure(sizes, rounds, &drivers, &mut absent));
    }
    compare(&mut rows);
    let report = Report { rounds, rows, absent };
    if readme {
        write(&place.file(README), &report.text())?;
    }
    Ok(if json { report.json() } else { report.text() })
}

/// Puts the table between its marks.
fn write(path: &std::path::Path, table: &str) -> Result<(), String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let parts = text
        .split_once(MARKS[0])
        .and_then(|(before, rest)| Some((before, rest.split_once(MARKS[1])?.1)));
    let (before, behind) = parts.ok_or_else(|| format!("{README} has no place for the table"))?;
    let text = [before, MARKS[0], table, MARKS[1], behind].concat();
    std::fs::write(path, text).map_err(|error| error.to_string())
}

/// Runs one workload in all its sizes on all its drivers in turn, as often as told: what is compared is
/// measured side by side.
fn measure(
    sizes: &[&Work],
    rounds: usize,
    drivers: &BTreeMap<&'static str, Driver>,
    absent: &mut BTreeMap<&'static str, String>,
) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let runs: Vec<(&Work, &'static str)> =
        sizes.iter().flat_map(|work| work.drivers.iter().map(|name| (*work, *name))).collect();
    for round in 1..=rounds {
        for (work, name) in &runs {
            let Some(driver) = drivers.get(name) else { continue };
            eprintln!("round {round}: {} {} on {name}", work.name, work.size);
            match told_by(driver, work) {
                Ok(told) => told.into_iter().for_each(|told| add(&mut rows, work, name, told)),
                Err(error) => {
                    absent.insert(name, format!("{} {}: {error}", work.name, work.size));
                }
            }
        }
    }
    rows.sort_by_key(|row| row.size);
    rows
}

/// What a driver tells: a figure, its value and its unit.
type Told = (String, f64, String);

fn add(rows: &mut Vec<Row>, work: &Work, driver: &'static str, (figure, value, unit): Told) {
    let known = |row: &Row| row.figure == figure && row.size == work.size;
    let at = rows.iter().position(known).unwrap_or_else(|| {
        rows.push(Row {
            workload: work.name,
            size: work.size,
            figure,
            unit,
            medians: BTreeMap::new(),
            ratios: Vec::new(),
            values: BTreeMap::new(),
        });
        rows.len() - 1
    });
    if let Some(row) = rows.get_mut(at) {
        row.values.entry(driver).or_default().push(value);
    }
}

fn told_by(driver: &Driver, work: &Work) -> Result<Vec<Told>, String> {
    let (program, args) = driver.split_first().ok_or("it has no command")?;
    let output = Command::new(program)
        .args(args)
        .args([work.name, &work.size.to_string()])
        .env("RUST_BACKTRACE", "0")
        .output()
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let why = said.lines().rev().find(|line| !line.is_empty() && !line.starts_with("note:"));
        return Err(why.unwrap_or("it failed and said nothing").to_owned());
    }
    let said = String::from_utf8_lossy(&output.stdout);
    let figure = |line: &str| {
        let mut words = line.split_whitespace();
        let (name, value) = (words.next()?.to_owned(), words.next()?.parse().ok()?);
        Some((name, value, words.next().unwrap_or_default().to_owned()))
    };
    Ok(said.lines().filter_map(figure).collect())
}
