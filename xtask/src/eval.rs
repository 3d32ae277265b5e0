//! `cargo xtask eval PATH`: runs `etio diagnose` on every labelled case below a directory and says what
//! it found, missed (with the `etio why-not` of each miss) and made up.
//!
//! A case is a directory with a `case.json`: `labels` (modes; `a/b` accepts either), `root_cause_label`,
//! `negative` (nothing but the labels may be found), `inputs` with a `file` each.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    labels: Vec<String>,
    root_cause_label: Option<String>,
    #[serde(default)]
    negative: bool,
    inputs: Vec<CaseInput>,
}

#[derive(Deserialize)]
struct CaseInput {
    file: String,
}

#[derive(Deserialize)]
struct Report {
    findings: Vec<Finding>,
}

/// What cargo says of a thing it built.
#[derive(Deserialize)]
struct Built {
    target: Target,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

#[derive(Deserialize)]
struct Finding {
    mode: String,
    severity: String,
    root: bool,
    title: String,
}

/// Per mode: labelled, found, found where it is not labelled.
#[derive(Default)]
struct Score {
    labelled: usize,
    found: usize,
    extra: usize,
}

#[derive(Default)]
struct Tally {
    modes: BTreeMap<String, Score>,
    unknown: BTreeSet<String>,
    misses: Vec<String>,
    wrong_roots: Vec<String>,
    alarms: Vec<String>,
    roots: usize,
    negatives: usize,
}

/// The chore. `path` holds cases, at any depth.
pub(crate) fn eval(path: Option<&str>) -> ExitCode {
    let Some(path) = path else {
        eprintln!("usage: cargo xtask eval PATH");
        return ExitCode::from(2);
    };
    match run(Path::new(path)) {
        Ok(tally) => {
            print(&tally);
            ExitCode::from(u8::from(!(tally.misses.is_empty() && tally.alarms.is_empty())))
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn run(path: &Path) -> Result<Tally, String> {
    let etio = build()?;
    let known = known_modes(&etio)?;
    let mut cases = Vec::new();
    find(path, &mut cases);
    cases.sort();
    if cases.is_empty() {
        return Err(format!("no `case.json` below `{}`", path.display()));
    }
    let mut tally = Tally::default();
    for dir in cases {
        let text = std::fs::read_to_string(dir.join("case.json")).map_err(|e| e.to_string())?;
        let case: Case =
            serde_json::from_str(&text).map_err(|e| format!("{}: {e}", dir.display()))?;
        let report = diagnose(&etio, &dir, &case)?;
        let why_not = |mode: &str| why_not(&etio, &dir, &case, mode);
        tally.add(&dir, &case, &report, &known, &why_not);
    }
    Ok(tally)
}

/// Builds `etio` and gives the path of the binary.
fn build() -> Result<PathBuf, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["build", "--release", "-p", "etio-cli", "--bin", "etio", "--message-format", "json"])
        .stderr(std::process::Stdio::inherit())
        .output()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<Built>(line).ok())
        .filter(|built| built.target.name == "etio")
        .find_map(|built| built.executable)
        .ok_or_else(|| "etio does not build".to_owned())
}

fn known_modes(etio: &Path) -> Result<BTreeSet<String>, String> {
    let output = Command::new(etio).arg("rules").output().map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(text.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect())
}

fn find(dir: &Path, cases: &mut Vec<PathBuf>) {
    if dir.join("case.json").is_file() {
        cases.push(dir.to_owned());
        return;
    }
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            find(&entry.path(), cases);
        }
    }
}

fn diagnose(etio: &Path, dir: &Path, case: &Case) -> Result<Report, String> {
    let output = Command::new(etio)
        .args(["diagnose", "--format", "json"])
        .args(case.inputs.iter().map(|input| dir.join(&input.file)))
        .output()
        .map_err(|error| error.to_string())?;
    serde_json::from_slice(&output.stdout).map_err(|error| {
        format!("{}: {error}\n{}", dir.display(), String::from_utf8_lossy(&output.stderr))
    })
}

/// Why a mode was not found in a case, as `etio why-not` says it.
fn why_not(etio: &Path, dir: &Path, case: &Case, mode: &str) -> String {
    let output = Command::new(etio)
        .args(["why-not", mode])
        .args(case.inputs.iter().map(|input| dir.join(&input.file)))
        .output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    text.unwrap_or_default().lines().map(|line| format!("    {line}\n")).collect()
}

impl Tally {
    fn add(
        &mut self,
        dir: &Path,
        case: &Case,
        report: &Report,
        known: &BTreeSet<String>,
        why_not: &dyn Fn(&str) -> String,
    ) {
        let name = dir.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let found: BTreeSet<&str> = report.findings.iter().map(|f| f.mode.as_str()).collect();
        let mut expected: BTreeSet<&str> = BTreeSet::new();
        for label in case.labels.iter().filter(|label| *label != "none") {
            let names: Vec<&str> = label.split('/').filter(|name| known.contains(*name)).collect();
            expected.extend(&names);
            let Some(first) = names.first() else {
                self.unknown.insert(label.clone());
                continue;
            };
            let hit = names.iter().find(|name| found.contains(*name));
            let score = self.modes.entry((*hit.unwrap_or(first)).to_owned()).or_default();
            score.labelled += 1;
            match hit {
                Some(_) => score.found += 1,
                None => {
                    let why: String = names.iter().map(|mode| why_not(mode)).collect();
                    self.misses.push(format!("{name}: {label} (found: {})\n{why}", list(&found)));
                }
            }
        }
        for mode in found.difference(&expected) {
            self.modes.entry((*mode).to_owned()).or_default().extra += 1;
        }
        if let Some(root) = case.root_cause_label.as_deref().filter(|root| *root != "none") {
            let names: Vec<&str> = root.split('/').filter(|name| known.contains(*name)).collect();
            if !names.is_empty() {
                self.roots += 1;
                let right =
                    report.findings.iter().any(|f| f.root && names.contains(&f.mode.as_str()));
                if !right {
                    self.wrong_roots.push(format!("{name}: {root} (found: {})", list(&found)));
                }
            }
        }
        if case.negative {
            self.negatives += 1;
            let alarms: Vec<String> = report
                .findings
                .iter()
                .filter(|f| f.severity != "info" && !expected.contains(f.mode.as_str()))
                .map(|f| format!("    {}: {}\n", f.mode, f.title))
                .collect();
            if !alarms.is_empty() {
                self.alarms.push(format!("{name}\n{}", alarms.concat()));
            }
        }
    }
}

fn list(names: &BTreeSet<&str>) -> String {
    if names.is_empty() {
        "nothing".to_owned()
    } else {
        names.iter().copied().collect::<Vec<_>>().join(", ")
    }
}

fn print(tally: &Tally) {
    println!(
        "{:<42} {:>8} {:>6} {:>6} {:>7} {:>9}",
        "mode", "labelled", "found", "extra", "recall", "precision"
    );
    for (mode, score) in &tally.modes {
        let of = |part: usize, whole: usize| match whole {
            0 => String::new(),
            whole => format!("{}%", part * 100 / whole),
        };
        println!(
            "{mode:<42} {:>8} {:>6} {:>6} {:>7} {:>9}",
            score.labelled,
            score.found,
            score.extra,
            of(score.found, score.labelled),
            of(score.found, score.found + score.extra)
        );
    }
    let labelled: usize = tally.modes.values().map(|score| score.labelled).sum();
    let found: usize = tally.modes.values().map(|score| score.found).sum();
    for (title, lines) in [
        ("missed", &tally.misses),
        ("root cause not named as a root", &tally.wrong_roots),
        ("false alarms in negative cases", &tally.alarms),
    ] {
        if !lines.is_empty() {
            println!("\n{title}");
            lines.iter().for_each(|line| println!("  {}", line.trim_end()));
        }
    }
    if !tally.unknown.is_empty() {
        let unknown: Vec<&str> = tally.unknown.iter().map(String::as_str).collect();
        println!("\nlabels without a rule: {}", unknown.join(", "));
    }
    println!(
        "\nlabels found {found}/{labelled}, roots right {}/{}, negative cases clean {}/{}",
        tally.roots - tally.wrong_roots.len(),
        tally.roots,
        tally.negatives - tally.alarms.len(),
        tally.negatives
    );
}
