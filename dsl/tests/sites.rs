//! What sites promise: no order shows, dates end at their first moment, what is gone leaves nothing.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use etio_dsl::{Compiled, SiteEffect, SourceFile, compile, compile_at, diag::codes};
use etio_plan::{Finding, Head, Pack, Value};
use proptest::prelude::*;

/// 2027-01-01T00:00:00Z.
const NEW_YEAR: i64 = 1_798_761_600_000_000_000;

const RULES: &str = r#"
event Pull { node: node, failed: bool }
entity Labels { key node: node, role: text }
derive Busy { node: node } param at_least = 2 in 1..5 when { count(Pull { node } within 1h) >= at_least }
finding queue(node) {
  severity critical
  param stall = 10m in 1m..2h
  when { Busy { node } for stall }
  title "{node} is busy"
  explains failed { node }
}
finding failed(node) { severity info when { Pull { node, failed: true } } title "a pull failed" }
finding idle(node) { severity info when { Labels { node, role: "spare" } for 5m } title "{node} is idle" }
finding told(node) { severity info when { queue { node } } title "{node} was told of" }
"#;

/// Statements that do not contradict each other.
const STATEMENTS: [&str; 8] = [
    r#"set queue.stall = 5m because "near""#,
    r#"set std.seen.Busy.at_least = 3"#,
    r#"disable idle because "spares are idle""#,
    r#"disable failed because "it is over" until 2026-12-31"#,
    r#"ignore told { node: "n7" } because "a new disk""#,
    r#"ignore told when { queue { node } } because "known""#,
    r#"ignore queue when { x = text(node) starts_with(x, "gpu-") } because "they are slow""#,
    r#"ignore queue { node in ["a", "b"] } because "they are slow""#,
];

fn library() -> SourceFile {
    SourceFile::in_module("rules/seen.etio", "std.seen", RULES)
}

fn with_site(statements: &str) -> Compiled {
    let site = format!("site \"s\" {{ {statements} }}");
    compile_at(&[library(), SourceFile::new("s.etio", site)], NEW_YEAR)
}

fn good(statements: &str) -> Pack {
    let compiled = with_site(statements);
    compiled.pack.unwrap_or_else(|| panic!("{:?} in {statements}", compiled.diagnostics))
}

fn finding<'p>(pack: &'p Pack, path: &str) -> Option<&'p Finding> {
    let rule = pack.rules.iter().find(|rule| rule.path == path)?;
    match &rule.head {
        Head::Finding(finding) => Some(finding),
        Head::Derived { .. } => None,
    }
}

fn param<'p>(pack: &'p Pack, path: &str) -> &'p Value {
    &pack.params.iter().find(|param| param.path == path).expect("a parameter").default
}

proptest! {
    /// The statements, in any order, in any number of sites and files, given in any order.
    #[test]
    fn no_order_shows(
        order in Just((0..STATEMENTS.len()).collect::<Vec<_>>()).prop_shuffle(),
        file_of in prop::collection::vec(0..3_usize, STATEMENTS.len()),
        swap in any::<bool>(),
    ) {
        let expected = good(&STATEMENTS.join("\n")).to_bytes();
        let mut files = vec![library()];
        for name in 0..3 {
            let mine = order.iter().filter(|at| file_of.get(**at) == Some(&name));
            let statements: Vec<&str> = mine.filter_map(|at| STATEMENTS.get(*at)).copied().collect();
            // Each its own site of one name: they add up.
            let sites: String =
                statements.iter().map(|of| format!("site \"s\" {{ {of} }}\n")).collect();
            files.push(SourceFile::new(format!("s{name}.etio"), sites));
        }
        if swap {
            files.reverse();
        }
        let compiled = compile_at(&files, NEW_YEAR);
        prop_assert_eq!(compiled.pack.map(|pack| pack.to_bytes()), Some(expected));
    }
}

#[test]
fn what_is_ignored_stands_in_one_order_whatever_the_sites_are_called() {
    let bytes = |first: &str, second: &str| {
        let one = format!("site \"a\" {{ {first} }} site \"b\" {{ {second} }}");
        let files = [library(), SourceFile::new("s.etio", one)];
        compile(&files).pack.expect("it is good").to_bytes()
    };
    let (x, y) =
        (r#"ignore told { node: "x" } because "x""#, r#"ignore told { node: "y" } because "y""#);
    let swapped = format!("site \"b\" {{ {y} }} site \"a\" {{ {x} }}");
    let files = [library(), SourceFile::new("s.etio", swapped)];
    assert_eq!(compile(&files).pack.expect("it is good").to_bytes(), bytes(x, y));
}

#[test]
fn a_statement_ends_with_the_first_moment_of_its_day() {
    let site = r#"site "s" { disable idle because "so" until 2027-01-01 }"#;
    let files = [library(), SourceFile::new("s.etio", site)];
    let idle = |compiled: Compiled| {
        let expired = compiled.diagnostics.iter().any(|found| found.code == codes::EXPIRED);
        let pack = compiled.pack.expect("it is good");
        (finding(&pack, "std.seen.idle").is_some(), expired)
    };
    assert_eq!(idle(compile_at(&files, NEW_YEAR - 1)), (false, false));
    assert_eq!(idle(compile_at(&files, NEW_YEAR)), (true, true));
    assert_eq!(idle(compile(&files)), (false, false), "no date is given, so none has come");
}

#[test]
fn each_kind_of_statement_expires() {
    let pack = good(
        r#"set queue.stall = 5m until 2026-12-31
           ignore told because "so" until 2026-12-31
           disable idle because "so" until 2026-12-31"#,
    );
    assert_eq!(
        pack,
        compile(&[library(), SourceFile::new("s.etio", "")]).pack.expect("it is good")
    );
}

#[test]
fn a_set_value_is_the_parameter_and_its_range_stays() {
    let (pack, plain) = (good("set queue.stall = 1m"), good(""));
    assert_eq!(*param(&pack, "std.seen.queue.stall"), Value::Duration(60_000_000_000));
    let range = |pack: &Pack| {
        pack.params.iter().map(|of| (of.low.clone(), of.high.clone())).collect::<Vec<_>>()
    };
    assert_eq!(range(&pack), range(&plain));
    // The ends of the range belong to it.
    good("set queue.stall = 2h");
    for wrong in ["59s", "2h1s", "5", "\"5m\"", "[5m]"] {
        assert_eq!(with_site(&format!("set queue.stall = {wrong}")).pack, None, "{wrong}");
    }
}

#[test]
fn a_disabled_rule_leaves_no_rule_no_edge_and_no_state_of_its_own() {
    let pack = good(r#"disable idle because "so" disable failed because "so""#);
    let paths: Vec<&str> = pack.rules.iter().map(|rule| rule.path.as_str()).collect();
    assert_eq!(paths, ["std.seen.Busy", "std.seen.queue", "std.seen.told"]);
    assert_eq!(finding(&pack, "std.seen.queue").map(|queue| queue.explains.len()), Some(0));
    assert_eq!(Pack::from_bytes(&pack.to_bytes()), Ok(pack));
}

#[test]
fn a_rule_goes_with_all_that_read_it() {
    let refused = with_site(r#"disable queue because "so""#);
    assert!(refused.diagnostics.iter().any(|found| found.code == codes::STILL_READ));
    assert_eq!(refused.pack, None);
    let pack = good(r#"disable queue because "so" disable told because "so""#);
    assert_eq!(finding(&pack, "std.seen.told"), None);
}

#[test]
fn contradictions_are_refused_in_either_order() {
    for (a, b) in [
        ("set queue.stall = 5m", "set queue.stall = 6m"),
        (r#"disable idle because "so""#, r#"disable idle because "so""#),
        (r#"disable idle because "so""#, r#"disable idle because "so" until 2030-01-01"#),
    ] {
        for (a, b) in [(a, b), (b, a)] {
            let compiled = with_site(&format!("{a}\n{b}"));
            let found: Vec<_> = compiled.diagnostics.iter().map(|found| found.code.id).collect();
            assert_eq!(found, [codes::SITE_CONFLICT.id], "{a} and {b}");
        }
    }
    good("set queue.stall = 5m\nset queue.stall = 5m");
}

#[test]
fn what_was_done_is_told_with_its_place() {
    let compiled = with_site(
        r#"set queue.stall = 5m set queue.stall = 5m ignore told { node: "n7" } when { queue { node } } because "so""#,
    );
    let told: Vec<(&str, &SiteEffect)> =
        compiled.changes.iter().map(|change| (change.target.as_str(), &change.effect)).collect();
    let minutes = |n: i64| Value::Duration(n * 60_000_000_000);
    let set = SiteEffect::Set { was: minutes(10), value: minutes(5) };
    let which = r#"{ node: "n7" } when { queue { node } }"#.to_owned();
    assert_eq!(
        told,
        [
            ("std.seen.queue.stall", &set),
            ("std.seen.queue.stall", &set),
            ("std.seen.told", &SiteEffect::Ignore { which }),
        ]
    );
}

/// A file with a finding in the place of the library's `failed`.
fn replacing(version: u32) -> SourceFile {
    let text = format!(
        r#"use std.seen.Pull
        site "s" {{ replace failed version "{version:08x}" }}
        finding failed(node) {{ severity warning when {{ Pull {{ node, failed: true }} }} title "ours" }}"#
    );
    SourceFile::new("ours.etio", text)
}

#[test]
fn a_replacement_stands_wherever_the_rule_stood() {
    let version = finding(&good(""), "std.seen.failed").expect("the rule").version;
    let compiled = compile(&[library(), replacing(version)]);
    assert_eq!(compiled.diagnostics, []);
    let pack = compiled.pack.expect("it is good");
    assert_eq!(finding(&pack, "std.seen.failed"), None);
    let ours = pack.relation("ours.failed").expect("it is there");
    let queue = finding(&pack, "std.seen.queue").expect("the rule");
    assert_eq!(queue.explains.iter().map(|edge| edge.target).collect::<Vec<_>>(), [ours]);
}

#[test]
fn an_upgrade_of_a_replaced_rule_is_told() {
    let old = finding(&good(""), "std.seen.failed").expect("the rule").version;
    for (was, now, changed) in [
        ("title \"a pull failed\"", "title \"a pull has failed\"", true),
        ("failed: true } }", "failed: true } within 2h }", true),
        ("finding failed", "/// A page.\nfinding failed", false),
        (
            "title \"a pull failed\"",
            "title  \"a pull failed\" // so\n test \"t\" { expect none }",
            false,
        ),
    ] {
        let rules = RULES.replacen(was, now, 2);
        assert_ne!(rules, RULES, "{was}");
        let library = SourceFile::in_module("rules/seen.etio", "std.seen", rules);
        let compiled = compile(&[library, replacing(old)]);
        let told = compiled.diagnostics.iter().any(|found| found.code == codes::REPLACED_CHANGED);
        assert_eq!(told, changed, "{now}");
        assert!(compiled.pack.is_some(), "it runs all the same: {now}");
    }
}

#[test]
fn what_has_expired_contradicts_nothing() {
    let pack = good("set queue.stall = 5m until 2026-12-31 set queue.stall = 7m");
    let stall = pack.params.iter().find(|param| param.path == "std.seen.queue.stall");
    assert_eq!(stall.map(|param| &param.default), Some(&Value::Duration(420_000_000_000)));
    let pack = good("disable idle because \"a\" until 2026-12-31 disable idle because \"b\"");
    assert!(finding(&pack, "std.seen.idle").is_none());
}
