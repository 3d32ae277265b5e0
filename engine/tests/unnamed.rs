//! The node that files do not name, where there are several (M5.4).

mod support;

use etio_engine::Options;
use support::World;

const EVENTS: &str = "event A { node: node }\nevent B { node: node }\n";
const ALONE: &str = r#"finding alone(node) { severity info when { A { node }
    no B { node } within 1s } title "{node}" }"#;

/// A world of rules in which the unnamed node may be any of several, or is the only one.
fn world_of(rules: &str, unnamed_ambiguous: bool) -> World {
    World::with(rules, Options { unnamed_ambiguous, ..Options::default() })
}

/// One in which it may be any, of `A` and `B` and a rule about them.
fn world(rule: &str) -> World {
    world_of(&[EVENTS, rule].concat(), true)
}

#[test]
fn m5_4_files_joined_over_the_unnamed_node_ask_which_node() {
    let rules = [
        EVENTS,
        r#"finding both(node) { severity info when { A { node }
          B { node } } title "{node}" }
        finding one(node) { severity info when { A { node } } title "{node}" }"#,
    ];
    for (ambiguous, sources, expected) in [
        (true, [1, 2], "2s opened both((unnamed)) suspected needs node"),
        (true, [1, 1], "2s opened both((unnamed)) confirmed"),
        (false, [1, 2], "2s opened both((unnamed)) confirmed"),
    ] {
        let mut world = world_of(&rules.concat(), ambiguous);
        world.row_of(sources[0], 1, "A (unnamed)");
        world.row_of(sources[1], 2, "B (unnamed)");
        assert_eq!(world.log(3), ["1s opened one((unnamed)) confirmed", expected]);
    }
}

#[test]
fn m5_4_absence_over_the_unnamed_node_is_what_its_own_file_says() {
    let waits = r#"
        finding waits(node) { severity info when { A { node } without B { node } for 1s } title "{node}" }"#;
    for (ambiguous, source, expected) in
        [(true, 2, "suspected needs node"), (true, 1, "confirmed"), (false, 2, "confirmed")]
    {
        let mut world = world_of(&[EVENTS, ALONE, waits].concat(), ambiguous);
        world.covered("B", source, 0);
        world.row_of(1, 1, "A (unnamed)");
        let opened = [
            format!("1s opened alone((unnamed)) {expected}"),
            format!("2s opened waits((unnamed)) {expected}"),
        ];
        assert_eq!(world.log(3), opened, "{ambiguous} {source}");
    }
}

#[test]
fn m5_4_a_number_is_not_the_unnamed_node() {
    let rules = r#"
        event A { n: int }
        event B { n: int }
        finding f(n) { severity info when { A { n }
          no B { n } within 1s } title "{n}" }
    "#;
    let mut world = world_of(rules, true);
    world.covered("B", 2, 0);
    // One of them is the word that stands for it.
    (0..50).for_each(|n| world.row_of(1, 1, &format!("A {n}")));
    let log = world.log(1);
    assert!(log.len() == 50 && log.iter().all(|line| line.ends_with("confirmed")), "{log:#?}");
}

#[test]
fn m5_4_what_an_aggregate_names_for_itself_is_not_joined() {
    let rule = r#"finding f(node) { severity info when { B { node }
        distinct(m of A { node: m } within 9s) >= 2 } title "{node}" }"#;
    let mut world = world(rule);
    world.covered("A", 1, -9);
    world.row_of(2, 1, "B x");
    world.row_of(1, 2, "A y");
    world.row_of(1, 3, "A (unnamed)");
    assert_eq!(world.log(3), ["3s opened f(x) confirmed"]);
}

#[test]
fn m5_4_a_state_of_all_nodes_may_have_the_unnamed_one_under_its_name() {
    let rules = r#"
        entity E { key node: node }
        event A { node: node }
        finding f(node) { severity info when { A { node }
          no E { node } } title "{node}" }
    "#;
    for (source, expected) in [(1, "confirmed"), (2, "suspected needs node")] {
        let mut world = world_of(rules, true);
        world.covered("E", source, 0);
        world.row_of(1, 1, "A (unnamed)");
        assert_eq!(world.log(1), [format!("1s opened f((unnamed)) {expected}")], "{source}");
    }
}

#[test]
fn m5_4_what_was_cut_vouches_for_nothing() {
    let mut world = world(ALONE);
    world.covered("B", 2, 0);
    world.silent("B node=(unnamed)", 2, 0);
    world.row_of(1, 1, "A (unnamed)");
    assert_eq!(world.log(2), ["1s opened alone((unnamed)) suspected needs B"]);
}

#[test]
fn m5_4_another_binding_may_be_of_the_file_that_vouches() {
    let rule = r#"finding f(node) { severity info when { A { node } } confirm { no B { node } within 1s }
        title "{node}" }"#;
    let mut world = world(rule);
    world.covered("B", 1, 0);
    world.row_of(2, 1, "A (unnamed)");
    world.row_of(1, 3, "A (unnamed)");
    let expected =
        ["1s opened f((unnamed)) suspected needs node", "3s updated f((unnamed)) confirmed"];
    assert_eq!(world.log(4), expected);
}

#[test]
fn m5_4_who_tells_of_what_a_rule_concludes_may_change() {
    let rule = r#"
        entity E { key node: node, on: bool, n: int? }
        derive On { node: node } when { E { node, on: true } }
        derive Still { node: node } when { On { node } }
        finding f(node) { severity info when { Still { node }
          A { node } } title "{node}" }
    "#;
    let mut world = world(rule);
    world.row_of(1, 1, "E (unnamed) true 1");
    world.row_of(2, 2, "A (unnamed)");
    world.row_of(2, 3, "E (unnamed) true 2");
    let expected =
        ["2s opened f((unnamed)) suspected needs node", "3s updated f((unnamed)) confirmed"];
    assert_eq!(world.log(3), expected);
}

#[test]
fn m5_4_of_what_is_tolerated_it_tells_who_told_of_it() {
    let rules = r#"
        entity E { key node: node, on: bool }
        event A { node: node }
        finding f(node) { severity info when { E { node, on: true } for 4s tolerating 2s }
          confirm { E { node, on: _ } } title "{node}" }
    "#;
    let mut world = world_of(rules, true);
    world.covered("E", 1, 0);
    world.row_of(1, 1, "E (unnamed) true");
    world.remove_of(1, 4, "E (unnamed) true");
    // It is due at 5 and tolerated; the one file that told of it vouches that it is gone.
    assert_eq!(world.log(6), [""; 0]);
}

#[test]
fn m5_4_what_does_not_confirm_joins_nothing() {
    let rules = r#"
        entity P { key node: node }
        event A { node: node }
        event L { node: node, lossy }
        finding f(node) { severity info when { A { node } }
          confirm { P { node: m }  no L { node: m } within 4s } title "{node}" because "{m}" because "nothing" }
    "#;
    let mut world = world_of(rules, true);
    world.covered("P", 2, 0);
    world.covered("L", 1, -9);
    world.row_of(2, 1, "P (unnamed)");
    world.row_of(1, 2, "A x");
    assert_eq!(world.log(2), ["2s opened f(x) suspected"]);
    assert_eq!(world.engine.episodes()[0].because, "nothing");
}
