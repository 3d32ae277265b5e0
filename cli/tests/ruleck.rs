//! `ruleck` as authors of rules meet it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::fs;
use std::path::PathBuf;

use common::{Ran, ruleck};
use tempfile::TempDir;

const RULES: &str = r#"//! Licences.
use std.node.{KubeletLog, Process}

event LicenceLost { node: node, server: text }

extract LicenceLost from KubeletLog.message { node } {
  `licence server {server:word} is gone{_}`
  sample "licence server lic-1 is gone, waiting" { server: "lic-1" }
  sample "licence server is back" none
}

/// The licence server is gone.
finding licence_lost(node) {
  severity warning
  when { LicenceLost { node, server } }
  confirm { Process { node, pid: _, comm: "licd", state: "D" } }
  title "{node} waits for {server}"
  because "the licence daemon hangs"
  remedy "Restart {server}."

  test "the daemon hangs" {
    given Process { node: "n1", pid: 7, comm: "licd", state: "D" }
    10s KubeletLog { node: "n1", message: "licence server lic-1 is gone" }
    expect none before 10s
    expect confirmed (node: "n1") at 10s
    shuffled
  }
  test "nobody looked at the processes" {
    0s LicenceLost { node: "n1", server: "lic-1" }
    expect suspected (node: "n1") needs Process at 0s
    expect lapsed at 2h
  }
}
"#;

fn file(text: &str) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("licences.etio");
    fs::write(&path, text).unwrap();
    (dir, path)
}

fn on(text: &str, command: &[&str]) -> Ran {
    let (_dir, path) = file(text);
    let mut args = command.to_vec();
    args.extend(["--no-stdlib", path.to_str().unwrap()]);
    ruleck(&args)
}

#[test]
fn good_rules_pass() {
    let ran = on(RULES, &["check"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let ran = on(RULES, &["test", "--verbose"]);
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert!(ran.out.contains("pass  the daemon hangs"), "{}", ran.out);
    assert!(ran.out.contains("4 tests run, 0 failed"), "{}", ran.out);
}

#[test]
fn a_test_that_fails_shows_what_happened() {
    let ran = on(&RULES.replace("needs Process at 0s", "at 3h"), &["test"]);
    assert_eq!(ran.code, 1);
    for part in [
        "fail  nobody looked at the processes",
        "licences.etio:28",
        "expect suspected (node: \"n1\") at 3h",
        "but lapsed (node: \"n1\")",
        "> 0s licences.licence_lost (node: \"n1\") opened, suspected, needs std.node.Process",
        "> 1h licences.licence_lost (node: \"n1\") lapsed",
    ] {
        assert!(ran.out.contains(part), "`{part}` is not in\n{}", ran.out);
    }
}

#[test]
fn a_sample_that_fails_says_how() {
    let ran = on(
        &RULES.replace("{ server: \"lic-1\" }\n  sample", "{ server: \"lic-2\" }\n  sample"),
        &["test"],
    );
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("expected server: \"lic-2\", but it is \"lic-1\""), "{}", ran.out);
    let ran = on(&RULES.replace("server is back", "server x is gone"), &["test"]);
    assert!(ran.out.contains("expected no event, but it became one"), "{}", ran.out);
}

#[test]
fn only_some_tests_can_be_run() {
    let ran = on(RULES, &["test", "--only", "daemon"]);
    assert!(ran.out.contains("1 test run, 0 failed"), "{}", ran.out);
}

#[test]
fn an_error_has_a_place_and_a_code_that_is_explained() {
    let ran = on(&RULES.replace("severity warning", "severity wrong"), &["check"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("licences.etio:14"), "{}", ran.err);
    let code = ran.err.split(['[', ']']).nth(1).expect("a code in brackets");
    let explained = ruleck(&["explain", code]);
    assert_eq!(explained.code, 0);
    assert!(explained.out.starts_with(code), "{}", explained.out);
    let unknown = ruleck(&["explain", "E9999"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.err.contains("E9999"), "{}", unknown.err);
}

#[test]
fn rules_that_do_not_compile_are_not_tested() {
    let ran = on("finding", &["test"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("do not compile"), "{}", ran.err);
}

#[test]
fn files_are_laid_out_once() {
    let (_dir, path) = file(&RULES.replace("  when {", "      when   {"));
    let path = path.to_str().unwrap();
    assert_eq!(ruleck(&["fmt", "--check", path]).code, 1);
    assert_eq!(ruleck(&["fmt", path]).code, 0);
    assert_eq!(ruleck(&["fmt", "--check", path]).code, 0);
    assert!(!fs::read_to_string(path).unwrap().contains("      when"));
}

#[test]
fn a_plan_names_conditions_partition_and_what_is_kept() {
    let ran = on(RULES, &["plan"]);
    assert_eq!(ran.code, 0);
    for part in [
        "licences.licence_lost  (finding, keep 1h, partition: by node)",
        "LicenceLost { node, server }",
        "licences.LicenceLost        1h  69 B x events in 1h",
    ] {
        assert!(ran.out.contains(part), "`{part}` is not in\n{}", ran.out);
    }
}
