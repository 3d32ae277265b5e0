//! `ruleck` as authors of rules meet it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::fs;
use std::path::PathBuf;

use common::{Ran, etio, ruleck};
use serde_json::{Value, json};
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
fn tests_that_nothing_matches_are_said() {
    for growth in [&[][..], &["--growth"]] {
        let ran = on(RULES, &[&["test", "--only", "zzz"], growth].concat());
        assert_eq!((ran.code, &*ran.out), (1, ""));
        assert!(ran.err.contains("`zzz`"), "{}", ran.err);
    }
}

#[test]
fn a_test_that_expects_another_cause_says_which_there_are() {
    let expects = "at 0s\n    expect suspected explained by licence_lost at 0s";
    let ran = on(&RULES.replace("needs Process at 0s", expects), &["test"]);
    let but = "but suspected (node: \"n1\"), needs std.node.Process, explained by nothing at 0s";
    assert!(ran.out.contains(but), "{}", ran.out);
}

#[test]
fn a_file_that_is_given_twice_is_read_once() {
    let (dir, path) = file(RULES);
    let ran = ruleck(&["check", dir.path().to_str().unwrap(), path.to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.starts_with("1 file, "), "{}", ran.out);
}

#[test]
fn a_plan_shows_what_the_files_declare_or_use() {
    let (_dir, path) = file(RULES);
    let ran = ruleck(&["plan", path.to_str().unwrap()]);
    let kept: Vec<&str> = ran.out.lines().filter(|line| line.contains(" B x events")).collect();
    assert!(kept.iter().any(|line| line.starts_with("  licences.LicenceLost ")), "{}", ran.out);
    assert!(kept.len() < 3, "{}", ran.out);
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

/// What `ruleck check` says as JSON or SARIF of rules in which a name is misspelt, behind a sign of two bytes.
fn misspelt(format: &str) -> Value {
    let text = RULES.replace("title \"{node} waits", "title \"é {nodde} waits");
    let ran = on(&text, &["check", "--format", format]);
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
    serde_json::from_str(&ran.out).unwrap()
}

#[test]
fn a_program_reads_what_is_wrong_and_what_settles_it() {
    let report = misspelt("json");
    let counts = ["files", "rules", "tests", "errors", "warnings"].map(|name| &report[name]);
    assert_eq!(counts, [&json!(1), &json!(1), &json!(2), &json!(1), &json!(0)]);
    let said = &report["diagnostics"][0];
    assert_eq!((&said["severity"], &said["also"]), (&json!("error"), &json!([])));
    let place = ["line", "column", "end_line", "end_column"].map(|name| &said["place"][name]);
    assert_eq!(place, [&json!(17), &json!(13), &json!(17), &json!(18)]);
    let fix = ["line", "column", "replacement"].map(|name| &said["fix"][name]);
    assert_eq!(fix, [&json!(17), &json!(13), &json!("node")]);
}

#[test]
fn a_viewer_shows_what_is_wrong_and_what_settles_it() {
    let log = misspelt("sarif");
    let run = &log["runs"][0];
    let result = &run["results"][0];
    assert_eq!(run["tool"]["driver"]["rules"][0]["id"], result["ruleId"]);
    let physical = &result["locations"][0]["physicalLocation"];
    let region = json!({ "startLine": 17, "startColumn": 13, "endLine": 17, "endColumn": 18 });
    assert_eq!((&physical["region"], &run["columnKind"]), (&region, &json!("unicodeCodePoints")));
    let replacement = &result["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(replacement["deletedRegion"], region);
    assert_eq!(replacement["insertedContent"]["text"], "node");
}

#[test]
fn a_program_hears_that_nothing_is_wrong() {
    let ran = on(RULES, &["check", "--format", "json"]);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.code, &report["rules"], &report["diagnostics"]), (0, &json!(1), &json!([])));
}

#[test]
fn a_sample_is_that_of_its_own_extractor() {
    let second = "extract LicenceLost { server: \"any\" } from KubeletLog.message { node } {\n  \
        `no licence`\n  sample \"licence server lic-1 is gone\" {}\n}\n\nfinding ";
    let ran = on(&RULES.replacen("finding ", second, 1), &["test"]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("expected an event, but no spelling matches"), "{}", ran.out);
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
        "  memory   100 B x open findings",
        "licences.LicenceLost        1h  64 B x events in 1h",
        "1 relation without: declare `rate 20 per 1m` in the event for a number",
        "rows that stand\n  std.node.Process  ",
    ] {
        assert!(ran.out.contains(part), "`{part}` is not in\n{}", ran.out);
    }
}

#[test]
fn a_plan_shows_conditions_as_they_are_read() {
    let conditions = [
        "not (n == 1 and m == 2)",
        "(n == 1) == (m == 2)",
        "(n in [1, m]) == true",
        "(n + m) * 2 == 6",
        "(n == 1 or m == 2) == true",
    ];
    for condition in conditions {
        let text = format!(
            "event E {{ node: node, n: int, m: int }}\n\
             finding f(node) {{ severity info when {{ E {{ node, n, m }}\n{condition} }} title \"{{node}}\" }}"
        );
        let ran = on(&text, &["plan"]);
        let shown = ran.out.replace("((n + m) * 2)", "(n + m) * 2");
        assert!(shown.contains(condition), "{condition}: {}{}", ran.out, ran.err);
    }
}

#[test]
fn a_plan_tells_memory_where_an_event_declares_its_rate() {
    let rules = RULES.replace("server: text }\n", "server: text\n  rate 20 per 1m\n}\n");
    let ran = on(&rules, &["plan"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for part in [
        "licences.LicenceLost        1h  64 B x 1200 events = 76.8 kB",
        "1 relation with a rate: at most 76.8 kB",
    ] {
        assert!(ran.out.contains(part), "`{part}` is not in\n{}", ran.out);
    }
}

#[test]
fn a_plan_says_which_conditions_look_at_every_row() {
    let rules = "entity Lease { key name: text, at: time }\n\
        entity Placed { key pod: pod, node: node, claims: list<text> }\n\
        finding waits(node) {\n  severity info\n  when {\n    Placed { pod, node, claims: _ }\n\
        \x20   Placed { pod, node: _, claims }\n    Placed { pod: other, node: _, claims: theirs }\n\
        \x20   claim in claims\n    claim in theirs\n    other != pod\n\
        \x20   Lease { name: \"main\", at }\n    age(at) >= 1m\n  }\n  title \"{node}\"\n}\n";
    let ran = on(rules, &["plan"]);
    let marked: Vec<&str> = ran.out.lines().filter(|line| line.contains("looks at")).collect();
    let other = "           Placed { pod: other, claims: theirs }  // looks at every Placed";
    assert_eq!(marked, [other], "{}{}", ran.out, ran.err);
}

#[test]
fn a_rule_that_looks_at_more_than_in_proportion_is_named() {
    let rules = |conditions: &str| {
        format!(
            "entity Placed {{ key pod: pod, node: node, claim: text }}\n\
             finding shares(pod) {{\n  severity info\n  when {{\n{conditions}    other != pod\n  }}\n  \
             title \"{{pod}}\"\n  test \"both\" {{\n    given Placed {{ pod: \"shop/a\", node: \"n1\", \
             claim: \"shop/data\" }}\n    given Placed {{ pod: \"shop/b\", node: \"n1\", \
             claim: \"shop/data\" }}\n    expect confirmed (pod: \"shop/a\") at 0s\n  }}\n}}\n"
        )
    };
    let looked_up =
        "    Placed { pod, node: _, claim }\n    Placed { pod: other, node: _, claim }\n";
    let ran = on(&rules(looked_up), &["test", "--growth"]);
    assert_eq!((ran.code, &*ran.out), (0, "0 rules look at more than in proportion\n"));
    let every = "    Placed { pod, node: _, claim }\n    Placed { pod: other, node: _, claim: theirs }\n    \
                 claim == theirs\n";
    let ran = on(&rules(every), &["test", "--growth"]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.starts_with("licences.shares  both  "), "{}", ran.out);
    assert!(ran.out.ends_with("1 rule looks at more than in proportion\n"), "{}", ran.out);
}

#[test]
fn a_pack_runs_like_the_rules_it_is_made_of() {
    let (dir, rules) = file(RULES);
    let pack = dir.path().join("licences.etiop");
    let log = dir.path().join("kubelet.log");
    fs::write(&log, "I0312 09:00:00.000000    1 x.go:1] licence server lic-1 is gone\n").unwrap();
    let (rules, pack, log) =
        (rules.to_str().unwrap(), pack.to_str().unwrap(), log.to_str().unwrap());
    let packed = ruleck(&["pack", rules, "--no-stdlib", "-o", pack]);
    assert_eq!(packed.code, 0, "{}", packed.err);
    assert!(packed.err.starts_with("1 rule in "), "{}", packed.err);
    let diagnose = |more: &[&str]| {
        let args = ["diagnose", "--node", "n1", "--at", "2026-03-12T09:01:00Z", log];
        etio(&[&args[..], more].concat())
    };
    let (from_text, from_pack) =
        (diagnose(&["--rules", rules, "--no-stdlib"]), diagnose(&["--rules", pack]));
    assert!(from_text.out.contains("licence-lost"), "{}{}", from_text.out, from_text.err);
    assert_eq!(from_pack.out, from_text.out);
}

#[test]
fn a_pack_that_cannot_be_used_says_why() {
    let (dir, rules) = file(RULES);
    let pack = dir.path().join("licences.etiop");
    let (rules, path) = (rules.to_str().unwrap(), pack.to_str().unwrap());
    assert_eq!(ruleck(&["pack", rules, "--no-stdlib", "-o", path]).code, 0);
    for (args, why) in [
        (vec!["rules", "--rules", path, "--rules", rules], "goes with no rule files"),
        (vec!["rules", "--rules", path, "--no-stdlib"], "give it to `ruleck pack`"),
    ] {
        let ran = etio(&args);
        assert_eq!(ran.code, 2);
        assert!(ran.err.contains(why), "`{why}` is not in\n{}", ran.err);
    }
    let mut bytes = fs::read(&pack).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    for (bytes, why) in [
        (bytes, "this pack is damaged: its hash does not match; write it anew with `ruleck pack`"),
        (b"finding".to_vec(), "these bytes are not a pack"),
    ] {
        fs::write(&pack, bytes).unwrap();
        let ran = etio(&["rules", "--rules", path]);
        assert_eq!(ran.code, 2);
        assert!(ran.err.contains(why), "`{why}` is not in\n{}", ran.err);
    }
}
