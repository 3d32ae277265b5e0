//! A log that repeats itself costs no more for it: how much a rule looks at in an instant does not grow with
//! how often something was said. A rule that looks at too much says so of the key after it (M6.2).

mod support;

use etio_engine::{Limits, Options};
use support::World;

const EVENTS: &str = "event A { node: node, n: int }\nevent B { node: node }\nentity E { key node: node, state: text }\n";

/// Tells of `x` again and again, and each time of `y` after it, by a rule that may look at forty rows an
/// instant. Says what changed.
fn flood(rule: &str, collected: &[&str], before: &[&str], y: i64) -> Vec<String> {
    let limits = Limits { work: 40, ..Limits::default() };
    let mut world =
        World::with(&format!("{EVENTS}{rule}"), Options { limits, ..Options::default() });
    collected.iter().for_each(|name| world.covered(name, 0, -9999));
    before.iter().for_each(|row| world.row(0, row));
    for at in 1..100 {
        world.row(at, "A x 1");
        world.row(at, &format!("A y {y}"));
        world.advance(at);
    }
    support::lines(&world.engine.drain())
}

#[test]
fn what_rules_out_every_event_alike_is_asked_once() {
    let rule = r#"finding f(node) { severity info when { A { node, n: _ } } unless { B { node } } title "{node}" }"#;
    let log = flood(rule, &["A", "B"], &["B x"], 1);
    assert_eq!(log, ["1s opened f(y) confirmed"]);
}

#[test]
fn what_nobody_collected_makes_every_event_suspected() {
    let rule = r#"finding f(node) { severity info when { A { node, n: _ } } unless { E { node, state: "off" } } title "{node}" }"#;
    let log = flood(rule, &["A"], &[], 1);
    assert_eq!(log, ["1s opened f(x) suspected needs E", "1s opened f(y) suspected needs E"]);
}

#[test]
fn what_confirms_no_event_is_looked_for_once() {
    let rule = r#"finding f(node) { severity info when { A { node, n: _ } } confirm { B { node } } title "{node}" }"#;
    let log = flood(rule, &["A", "B"], &["B y"], 1);
    assert_eq!(log, ["1s opened f(x) suspected", "1s opened f(y) confirmed"]);
}

#[test]
fn an_event_that_a_test_refuses_is_no_matter_for_its_key() {
    let rule =
        r#"finding f(node) { severity info when { A { node, n }  n > 1 } title "{node} {n}" }"#;
    let log = flood(rule, &["A"], &[], 2);
    assert_eq!(log, ["1s opened f(y) confirmed"]);
}
