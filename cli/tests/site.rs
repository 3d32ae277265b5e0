//! Sites from outside: `examples/site` as a user runs it.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{etio, ruleck};
use serde_json::Value;

const COLLECTED: &str = "examples/site/collected";

fn json(args: &[&str]) -> Value {
    let ran = etio(args);
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}\n{}{}", ran.out, ran.err))
}

fn diagnosis(at: &str, more: &[&str]) -> Value {
    let mut args =
        vec!["diagnose", COLLECTED, "--format", "json", "--at", at, "--rules", "examples/site"];
    args.splice(1..1, more.iter().copied());
    json(&args)
}

fn modes(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().into_iter().flatten();
    findings.filter_map(|finding| finding["mode"].as_str()).collect()
}

/// A site file of its own, and what `command` says to it.
fn with_site(site: &str, command: &[&str]) -> common::Ran {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("own.etio");
    std::fs::write(&path, site).expect("writable");
    let path = path.to_str().expect("UTF-8");
    let args: Vec<&str> =
        command.iter().map(|arg| if *arg == "SITE" { path } else { arg }).collect();
    if args.first() == Some(&"diagnose") || args.first() == Some(&"rules") {
        etio(&args)
    } else {
        ruleck(&args)
    }
}

#[test]
fn a_site_sets_disables_and_ignores() {
    let report = diagnosis("2026-03-12T09:10:00Z", &[]);
    assert_eq!(modes(&report), ["mirror-stalled", "image-pull-registry-silent"]);
    assert_eq!(report["ignored"][0]["findings"], 1);
}

#[test]
fn all_shows_what_is_ignored_and_why() {
    let report = diagnosis("2026-03-12T09:10:00Z", &["--all"]);
    assert_eq!(report.get("ignored"), None);
    let findings = report["findings"].as_array().expect("a list");
    let hardware = findings.iter().find(|of| of["mode"] == "hardware-error").expect("it is shown");
    assert_eq!(hardware["ignored"], "a new DIMM is ordered, OPS-4711 (site acme)");
    assert!(
        findings
            .iter()
            .filter(|of| of["mode"] != "hardware-error")
            .all(|of| of.get("ignored").is_none())
    );
}

#[test]
fn the_date_of_the_diagnosis_ends_statements() {
    // What ends on 1 April holds through the last moment of March, wherever that is asked.
    for (at, ignored) in [("2026-03-31T23:59:59.999Z", true), ("2026-04-01T00:00:00Z", false)] {
        let args = [
            "rules",
            "hardware-error",
            "--effective",
            "--format",
            "json",
            "--at",
            at,
            "--rules",
            "examples/site",
        ];
        let listed = json(&args);
        assert_eq!(listed["rules"][0]["site"][0]["expired"], !ignored, "{at}");
    }
}

#[test]
fn nothing_but_what_is_ignored_is_nothing_found() {
    let site = r#"site "s" { ignore hardware_error because "so" }"#;
    let line = "2026-03-12T08:41:17Z worker-9 kernel: mce: [Hardware Error]: Machine check events logged\n";
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("hardware.log");
    std::fs::write(&path, line).expect("writable");
    let path = path.to_str().expect("UTF-8");
    let ran = with_site(site, &["diagnose", path, "--rules", "SITE"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("nothing found that is not ignored"), "{}", ran.out);
    assert!(ran.out.contains("1 finding ignored (--all): so (site s)"), "{}", ran.out);
}

#[test]
fn effective_values_say_where_they_come_from() {
    let args = [
        "rules",
        "--effective",
        "--format",
        "json",
        "--at",
        "2026-03-12",
        "--rules",
        "examples/site",
    ];
    let listed = json(&args);
    let rules = listed["rules"].as_array().expect("a list");
    assert!(rules.len() > 90, "only {} rules", rules.len());
    let rule = |mode: &str| rules.iter().find(|row| row["mode"] == mode).expect("a rule");
    let stall = &rule("image-pull-queue-blocked")["params"][0];
    assert_eq!((&stall["value"], &stall["default"]), (&"5m".into(), &"10m".into()));
    assert_eq!(stall["site"][0]["from"]["path"], "examples/site/acme.etio");
    let untouched = &rule("image-pull-queue-blocked")["params"][1];
    assert_eq!((&untouched["value"], &untouched["site"]), (&"2".into(), &Value::Array(vec![])));
    assert_eq!(rule("dns-search-limits")["runs"], false);
    assert_eq!(rule("mirror-stalled")["from"]["path"], "examples/site/mirrord.etio");
    assert_eq!(rule("swap-on")["from"]["path"], "rules/node/swap-on.etio");
}

#[test]
fn a_rule_that_is_not_there_is_said_with_a_guess() {
    let ran = etio(&["rules", "swap-onn", "--effective"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("did you mean `swap-on`?"), "{}", ran.err);
}

#[test]
fn the_version_of_a_rule_is_on_its_page() {
    let page = etio(&["rules", "swap-on"]).out;
    let version = page.split("version ").nth(1).and_then(|rest| rest.get(..8)).expect("a version");
    let replacing = |version: &str| {
        format!(
            r#"use std.node.Swap
            site "s" {{ replace swap_on version "{version}" because "ours knows zram" }}
            finding swap_on(node) {{
              severity info
              param least = 2 in 1..9
              when {{ count(Swap {{ node }}) >= least }}
              title "swap on {{node}}"
              test "ours" {{
                given Swap {{ node: "n1", device: "/dev/sda3" }}
                given Swap {{ node: "n1", device: "/dev/zram0" }}
                expect confirmed (node: "n1") at 0s
              }}
            }}"#
        )
    };
    assert_eq!(with_site(&replacing(version), &["check", "SITE"]).code, 0);
    // The tests of the file run with the replacement, and with what the site sets.
    let ran = with_site(&replacing(version), &["test", "SITE"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let stricter = format!("{} site \"t\" {{ set swap_on.least = 3 }}", replacing(version));
    assert_eq!(with_site(&stricter, &["test", "SITE"]).code, 1);
    let other = with_site(&replacing("00000000"), &["check", "SITE"]);
    assert_eq!(other.code, 1);
    assert!(other.err.contains(&format!("write `version \"{version}\"`")), "{}", other.err);
}

#[test]
fn an_expired_statement_is_warned_of() {
    let site = r#"site "s" { disable swap_on because "so" until 2026-05-01 }"#;
    let check = |at| with_site(site, &["check", "SITE", "--at", at]);
    assert_eq!(check("2026-04-30").code, 0);
    let expired = check("2026-05-01");
    assert_eq!(expired.code, 1);
    assert!(expired.err.contains("W0105"), "{}", expired.err);
}

#[test]
fn a_wrong_site_stops_a_diagnosis_with_its_place() {
    let site = r#"site "s" { set swap_on.stall = 5m }"#;
    let ran = with_site(site, &["diagnose", COLLECTED, "--rules", "SITE"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("E0601") && ran.err.contains("own.etio:1:24"), "{}", ran.err);
}
