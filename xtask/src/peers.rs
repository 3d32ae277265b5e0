//! `cargo xtask peers`: the same workloads on Etio, on code written by hand and on other engines, one
//! round after the other, and every figure with its ratio to Etio's.
//!
//! Every driver is told a workload and a size, and prints lines of a figure and its value. What cannot
//! be installed here is absent from the table and named below it.

mod install;
mod table;

use std::collections::BTreeMap;
use std::process::{Command, ExitCode};

use install::{Driver, Place, drivers};
use table::{Figures, Row};

/// As many rounds where nobody says otherwise.
const ROUNDS: usize = 5;

/// A workload at one size, and who runs it.
struct Work {
    name: &'static str,
    size: u32,
    drivers: &'static [&'static str],
}

const WORK: &[Work] = &[
    Work { name: "rules", size: 1_000, drivers: &["etio", "floor", "clips", "drools"] },
    Work { name: "rules", size: 10_000, drivers: &["etio", "floor", "clips", "drools"] },
    Work { name: "rules", size: 100_000, drivers: &["etio", "floor", "clips", "drools"] },
    Work { name: "rules", size: 1_000_000, drivers: &["etio", "floor"] },
    Work { name: "cep", size: 1_000_000, drivers: &["etio", "floor", "bytewax"] },
    Work { name: "bystanders", size: 10, drivers: &["etio"] },
    Work { name: "bystanders", size: 100, drivers: &["etio"] },
    Work { name: "bystanders", size: 1_000, drivers: &["etio"] },
    Work { name: "bystanders", size: 10_000, drivers: &["etio"] },
];

/// The chore: `[--json] [--rounds N] [WORKLOAD [SIZE]]`.
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
    let (mut json, mut rounds, mut wanted) = (false, ROUNDS, Vec::new());
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--json" => json = true,
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
        return Err("usage: cargo xtask peers [--json] [--rounds N] [WORKLOAD [SIZE]]".into());
    }
    let (drivers, mut absent) =
        drivers(&Place::here(), &work.iter().flat_map(|of| of.drivers).copied().collect());
    let mut rows = Vec::new();
    for work in work {
        rows.extend(measure(work, rounds, &drivers, &mut absent));
    }
    Ok(if json { table::json(&rows) } else { table::text(&rows, rounds, &absent) })
}

/// Runs one workload on all its drivers in turn, as often as told.
fn measure(
    work: &Work,
    rounds: usize,
    drivers: &BTreeMap<&'static str, Driver>,
    absent: &mut BTreeMap<&'static str, String>,
) -> Vec<Row> {
    let mut figures: BTreeMap<String, Figures> = BTreeMap::new();
    for round in 1..=rounds {
        for name in work.drivers {
            let Some(driver) = drivers.get(name) else { continue };
            eprintln!("round {round}: {} {} on {name}", work.name, work.size);
            match told_by(driver, work) {
                Ok(told) => {
                    for (figure, value) in told {
                        figures.entry(figure).or_default().entry(name).or_default().push(value);
                    }
                }
                Err(error) => {
                    absent.insert(name, error);
                }
            }
        }
    }
    figures.into_iter().map(|(figure, by)| Row::new(work.name, work.size, figure, by)).collect()
}

/// What a driver prints: figures and values.
fn told_by(driver: &Driver, work: &Work) -> Result<Vec<(String, f64)>, String> {
    let (program, args) = driver.split_first().ok_or("it has no command")?;
    let output = Command::new(program)
        .args(args)
        .args([work.name, &work.size.to_string()])
        .output()
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(said.lines().last().unwrap_or("it failed and said nothing").to_owned());
    }
    let said = String::from_utf8_lossy(&output.stdout);
    let figure = |line: &str| {
        let (name, value) = line.split_once(' ')?;
        Some((name.to_owned(), value.trim().parse().ok()?))
    };
    Ok(said.lines().filter_map(figure).collect())
}
