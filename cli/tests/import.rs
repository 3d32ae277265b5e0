//! `etio import` on rules of other tools.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{etio, etio_reading, root, ruleck};

/// Real rules, where they are at hand (`ETIO_CAPTURES`, or `shared/captures` beside the repository).
fn captures(name: &str) -> Option<PathBuf> {
    let beside = root().join("../shared/captures");
    let path = std::env::var_os("ETIO_CAPTURES").map_or(beside, PathBuf::from).join(name);
    path.is_dir().then_some(path)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

const RULE: &str = "rules: [{cre: {id: CRE-1, title: Ledger stops}, rule: {set: {event: {source: cre.log.ledger}, match: [ledger stops]}}}]";

#[test]
fn what_is_imported_compiles_passes_its_tests_and_finds_its_lines() {
    let dir = tempfile::tempdir().unwrap();
    let (out, log) = (dir.path().join("rules"), dir.path().join("a.log"));
    fs::write(dir.path().join("a.yaml"), RULE).unwrap();
    fs::write(&log, "2026-03-01 10:00:00 ledger stops\n").unwrap();
    let ran = etio(&["import", "cre", text(dir.path()), "--out", text(&out)]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{}", ran.err);
    assert!(
        ran.err.contains("`cre.log.ledger`") && ran.err.contains("1 rule imported"),
        "{}",
        ran.err
    );
    let rules = text(&out);
    for command in ["check", "test", "fmt"] {
        let mut args = vec![command, rules];
        args.extend((command == "fmt").then_some("--check"));
        let ran = ruleck(&args);
        assert_eq!(ran.code, 0, "{command}: {}{}", ran.out, ran.err);
    }
    let ran = etio(&["diagnose", "--no-stdlib", "--rules", rules, "--format", "json", text(&log)]);
    assert!(ran.code == 1 && ran.out.contains("\"ledger-stops\""), "{}{}", ran.out, ran.err);
}

#[test]
fn all_that_the_importer_says_compiles_and_passes_its_tests() {
    let rules = root().join("import/tests/rules");
    for (tool, file) in [("cre", "cre.yaml"), ("npd", "npd.json"), ("sigma", "sigma.yaml")] {
        let dir = tempfile::tempdir().unwrap();
        let out = text(dir.path());
        let ran = etio(&["import", tool, text(&rules.join(file)), "--out", out]);
        assert_eq!(ran.code, 1, "some rules cannot be said: {}", ran.err);
        for command in ["check", "test"] {
            let ran = ruleck(&[command, out]);
            assert_eq!(ran.code, 0, "{command}: {}{}", ran.out, ran.err);
        }
    }
}

#[test]
fn a_name_of_the_standard_library_is_not_given_again() {
    let rule = RULE.replace("Ledger stops", "Kernel oops");
    let ran = etio_reading(&["import", "cre", "-"], &rule);
    assert!(ran.out.contains("finding kernel_oops_cre_1("), "{}", ran.out);
}

#[test]
fn sigma_rules_find_the_lines_that_they_mean() {
    let dir = tempfile::tempdir().unwrap();
    let (out, log) = (dir.path().join("rules"), dir.path().join("sshd.log"));
    let rules = root().join("import/tests/rules/sigma.yaml");
    let ran = etio(&["import", "sigma", text(&rules), "--out", text(&out)]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let line = |second: u32, says: &str| format!("Mar  1 10:00:{second:02} n1 sshd[7]: {says}\n");
    let refused = "Failed password for user=joe";
    for (name, says) in [
        ("ledger-lost-its-disk", vec!["Disk sdb is LOST"]),
        ("refused-again-and-again", vec![refused, refused, refused]),
        ("", vec![refused, refused, "Failed password for user=jim"]),
        (
            "many-users-are-refused",
            vec![
                "Failed password for user.name=a",
                "failed password for user.name=b",
                "Failed password for user.name=c",
            ],
        ),
        ("refused-and-locked", vec!["Failed password for x from 192.168.0.7", "account locked"]),
        ("", vec!["Failed password for x from 10.0.0.7", "account locked"]),
        ("refused-then-let", vec!["Failed password for ruser=joe", "Accepted user=joe"]),
        ("", vec!["Accepted user=joe", "Failed password for ruser=joe"]),
    ] {
        let lines: String = (0..).zip(&says).map(|(second, says)| line(second, says)).collect();
        fs::write(&log, lines).unwrap();
        let rules = ["diagnose", "--no-stdlib", "--rules", text(&out), "--format", "human"];
        let ran = etio(&[&rules[..], &[text(&log)]].concat());
        // A count that is not reached is suspected, as nobody knows whether the log is whole.
        let confirmed: Vec<&str> =
            ran.out.lines().filter(|line| line.ends_with("confirmed")).collect();
        let is_found = confirmed.iter().any(|line| line.contains(&format!("{name}  node n1")));
        assert!(
            if name.is_empty() { confirmed.is_empty() } else { is_found },
            "{says:?}: {}{}",
            ran.out,
            ran.err
        );
    }
}

#[test]
fn without_a_directory_it_is_printed() {
    let ran = etio_reading(&["import", "cre", "-"], RULE);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.starts_with("//! Ledger stops.\n"), "{}", ran.out);
}

#[test]
fn somebodys_work_is_not_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let args = ["import", "cre", "-", "--out", text(dir.path())];
    assert_eq!(etio_reading(&args, RULE).code, 0);
    assert_eq!(etio_reading(&args, RULE).code, 0, "the same again is no loss");
    let file = dir.path().join("ledger-stops.etio");
    fs::write(&file, "// mine\n").unwrap();
    let ran = etio_reading(&args, RULE);
    assert!(ran.code == 2 && ran.err.contains("ledger-stops.etio"), "{}", ran.err);
    assert_eq!(fs::read_to_string(&file).unwrap(), "// mine\n");
}

#[test]
fn exit_codes_tell_what_was_left_out() {
    let query = RULE.replace("[ledger stops]", "[{jq: .x}]");
    for (rules, code, says) in [
        (query.as_str(), 1, "left out: CRE-1: a term with `jq` has no counterpart"),
        ("a: 1", 2, "error"),
    ] {
        let ran = etio_reading(&["import", "cre", "-"], rules);
        assert_eq!(ran.code, code, "{}", ran.err);
        assert!(ran.err.contains(says), "{}", ran.err);
    }
    assert_eq!(etio(&["import", "npd", "no-such-file"]).code, 2);
}

#[test]
fn every_published_cre_finds_its_log_and_nothing_in_what_only_seems_so() {
    let Some(all) = captures("cre") else { return };
    let dir = tempfile::tempdir().unwrap();
    let mut count = 0;
    for entry in fs::read_dir(all).unwrap() {
        let entry = entry.unwrap();
        let out = dir.path().join(entry.file_name());
        let ran = etio(&["import", "cre", text(&entry.path()), "--out", text(&out)]);
        assert_eq!(ran.code, 0, "{}: {}", out.display(), ran.err);
        let ran = ruleck(&["test", "--no-stdlib", text(&out)]);
        assert_eq!(ran.code, 0, "{}: {}{}", out.display(), ran.out, ran.err);
        for (log, code) in [("test.log", 1), ("test-fp.log", 0)] {
            let log = entry.path().join(log);
            if log.exists() {
                let args = ["diagnose", "--no-stdlib", "--rules", text(&out), "--format", "json"];
                let ran = etio(&[&args[..], &[text(&log)]].concat());
                assert_eq!(ran.code, code, "{}: {}{}", log.display(), ran.out, ran.err);
            }
        }
        count += 1;
    }
    assert!(count > 100, "{count}");
}

#[test]
fn every_published_npd_rule_compiles_and_passes_its_tests() {
    let Some(all) = captures("node-problem-detector") else { return };
    let dir = tempfile::tempdir().unwrap();
    let ran = etio(&["import", "npd", text(&all), "--out", text(dir.path())]);
    // Beside the monitors lie configurations of exporters and statistics.
    assert!(ran.code == 1 && ran.err.contains("stackdriver-exporter.json"), "{}", ran.err);
    for command in ["check", "test"] {
        let ran = ruleck(&[command, text(dir.path())]);
        assert_eq!(ran.code, 0, "{command}: {}{}", ran.out, ran.err);
    }
}

#[test]
fn what_is_no_yaml_is_said_once() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.yaml");
    fs::write(&path, "no rule\n").unwrap();
    let path = path.to_str().unwrap();
    for tool in ["cre", "sigma"] {
        let ran = etio(&["import", tool, path]);
        assert_eq!(ran.code, 2);
        assert!(ran.err.starts_with(&format!("error: `{path}`: line 1")), "{}", ran.err);
    }
}
