//! The node that files do not name, where there are several (M5.4).

mod support;

use support::World;

/// A world in which the unnamed node may be any of several, or is the only one.
fn nodes_unnamed(rules: &str, ambiguous: bool) -> World {
    let options = etio_engine::Options { unnamed_ambiguous: ambiguous, ..Default::default() };
    World::with(rules, options)
}

#[test]
fn m5_4_files_joined_over_the_unnamed_node_ask_which_node() {
    let rules = r#"
        event A { node: node }
        event B { node: node }
        finding both(node) { severity info when { A { node }
          B { node } } title "{node}" }
        finding one(node) { severity info when { A { node } } title "{node}" }
    "#;
    for (ambiguous, sources, expected) in [
        (true, [1, 2], "2s opened both((unnamed)) suspected needs node"),
        (true, [1, 1], "2s opened both((unnamed)) confirmed"),
        (false, [1, 2], "2s opened both((unnamed)) confirmed"),
    ] {
        let mut world = nodes_unnamed(rules, ambiguous);
        world.row_of(sources[0], 1, "A (unnamed)");
        world.row_of(sources[1], 2, "B (unnamed)");
        assert_eq!(world.log(3), ["1s opened one((unnamed)) confirmed", expected]);
    }
}

#[test]
fn m5_4_absence_over_the_unnamed_node_is_what_its_own_file_says() {
    let rules = r#"
        event A { node: node }
        event B { node: node }
        finding alone(node) { severity info when { A { node }
          no B { node } within 1s } title "{node}" }
        finding waits(node) { severity info when { A { node } without B { node } for 1s } title "{node}" }
    "#;
    for (ambiguous, source, expected) in
        [(true, 2, "suspected needs node"), (true, 1, "confirmed"), (false, 2, "confirmed")]
    {
        let mut world = nodes_unnamed(rules, ambiguous);
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
fn m5_4_only_what_is_joined_asks_for_a_name() {
    // One of the numbers is the word that stands for the unnamed node.
    let numbers = r#"
        event A { n: int }
        event B { n: int }
        finding f(n) { severity info when { A { n }
          no B { n } within 1s } title "{n}" }
    "#;
    let mut world = nodes_unnamed(numbers, true);
    world.covered("B", 2, 0);
    (0..50).for_each(|n| world.row_of(1, 1, &format!("A {n}")));
    let log = world.log(1);
    assert!(log.len() == 50 && log.iter().all(|line| line.ends_with("confirmed")), "{log:#?}");
    // What an aggregate names for itself is not joined.
    let counted = r#"
        event A { node: node }
        entity P { key node: node }
        finding f(node) { severity info when { P { node }
          distinct(m of A { node: m } within 9s) >= 2 } title "{node}" }
    "#;
    let mut world = nodes_unnamed(counted, true);
    world.covered("A", 1, -9);
    world.row_of(2, 1, "P x");
    world.row_of(1, 2, "A y");
    world.row_of(1, 3, "A (unnamed)");
    assert_eq!(world.log(3), ["3s opened f(x) confirmed"]);
}

#[test]
fn m5_4_a_state_of_all_nodes_may_have_the_unnamed_one_under_its_name() {
    let rules = r#"
        entity P { key node: node }
        entity Q { key node: node }
        finding f(node) { severity info when { P { node }
          no Q { node } } title "{node}" }
    "#;
    for (source, expected) in [(1, "confirmed"), (2, "suspected needs node")] {
        let mut world = nodes_unnamed(rules, true);
        world.covered("Q", source, 0);
        world.row_of(1, 1, "P (unnamed)");
        assert_eq!(world.log(1), [format!("1s opened f((unnamed)) {expected}")], "{source}");
    }
}

#[test]
fn m5_4_what_was_cut_vouches_for_nothing() {
    let rules = r#"
        event A { node: node }
        event B { node: node }
        finding f(node) { severity info when { A { node }
          no B { node } within 1s } title "{node}" }
    "#;
    let mut world = nodes_unnamed(rules, true);
    world.covered("B", 2, 0);
    world.silent("B node=(unnamed)", 2, 0);
    world.row_of(1, 1, "A (unnamed)");
    assert_eq!(world.log(2), ["1s opened f((unnamed)) suspected needs B"]);
}

#[test]
fn m5_4_who_tells_of_what_a_rule_concludes_may_change() {
    let rules = r#"
        entity E { key node: node, on: bool, n: int? }
        derive On { node: node } when { E { node, on: true } }
        derive Still { node: node } when { On { node } }
        event A { node: node }
        finding f(node) { severity info when { Still { node }
          A { node } } title "{node}" }
    "#;
    let mut world = nodes_unnamed(rules, true);
    world.row_of(1, 1, "E (unnamed) true 1");
    world.row_of(2, 2, "A (unnamed)");
    world.row_of(2, 3, "E (unnamed) true 2");
    let expected =
        ["2s opened f((unnamed)) suspected needs node", "3s updated f((unnamed)) confirmed"];
    assert_eq!(world.log(3), expected);
}

#[test]
fn m5_4_another_binding_may_be_of_the_file_that_vouches() {
    let rules = r#"
        event A { node: node }
        event B { node: node }
        finding f(node) { severity info when { A { node } } confirm { no B { node } within 1s } title "{node}" }
    "#;
    let mut world = nodes_unnamed(rules, true);
    world.covered("B", 1, 0);
    world.row_of(2, 1, "A (unnamed)");
    world.row_of(1, 3, "A (unnamed)");
    let expected =
        ["1s opened f((unnamed)) suspected needs node", "3s updated f((unnamed)) confirmed"];
    assert_eq!(world.log(4), expected);
}
