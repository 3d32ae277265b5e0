//! The facts that episodes show, open or over, where those lie behind other conclusions.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that is written wrong may fail in any way"
)]

mod support;

use etio_engine::{Engine, Evidence, Options};
use support::{S, World, ZERO};

/// What the newest episode of a finding shows: relation and second of each fact.
fn shown(world: &World, mode: &str) -> Vec<String> {
    let episodes = world.engine.episodes();
    let last = episodes.iter().rfind(|of| of.mode == mode).unwrap();
    let fact = |of: &Evidence| format!("{}@{}", &of.relation[2..], (of.time - ZERO) / S);
    last.evidence.iter().map(fact).collect()
}

/// Rules, and rows of which each comes at its second.
fn told(rules: &str, rows: &[(i64, &str)]) -> World {
    let mut world = World::new(rules);
    rows.iter().for_each(|(at, row)| world.row(*at, row));
    world
}

const TOLERATED: &str = r#"
    entity E { key node: node, on: bool }
    finding f(node) { severity info when { E { node, on: true } for 4s tolerating 2s } title "{node}" }
"#;

#[test]
fn m2_6_what_is_tolerated_still_shows_what_it_rested_on() {
    let mut world = told(TOLERATED, &[(0, "E x true"), (9, "E x false")]);
    for at in [8, 10, 12] {
        world.advance(at);
        assert_eq!(shown(&world, "f"), ["E@0"], "{at}");
    }
}

#[test]
fn m2_6_what_opens_while_it_is_tolerated_shows_what_it_rested_on() {
    let mut world = told(TOLERATED, &[(0, "E x true")]);
    world.remove(3, "E x true");
    for at in [4, 6] {
        world.advance(at);
        assert_eq!(shown(&world, "f"), ["E@0"], "{at}");
        // It is written down with the rest.
        let bytes = world.engine.snapshot();
        world.engine = Engine::restore(world.pack.clone(), Options::default(), &bytes).unwrap();
        assert_eq!(shown(&world, "f"), ["E@0"], "{at}, restored");
    }
}

#[test]
fn what_ends_shows_what_it_rested_on_until_then() {
    let rules = r#"
        event B { node: node, n: int }
        finding below(node) { severity info keep 5s when { B { node, n: _ } } title "{node}" }
        finding f(node) { severity info when { below { node }  B { node, n: _ } within 4s } title "{node}" }
    "#;
    let mut world = told(rules, &[(0, "B x 1"), (1, "B x 2")]);
    // In the instant in which it ends, `below` comes to rest on the second.
    world.advance(5);
    assert_eq!(shown(&world, "below"), ["B@1"]);
    assert_eq!(shown(&world, "f"), ["B@0", "B@1"]);
}

#[test]
fn what_rests_on_the_past_follows_what_is_behind_it() {
    let rules = r#"
        event B { node: node }
        entity E { key node: node, on: bool }
        finding below(node) { severity info keep 6s
          when { B { node }  changes(on of E { node, on } within 20s) >= 1 } title "{node}" }
        finding f(node) { severity info when { below { node } } title "{node}" }
    "#;
    let mut world = told(rules, &[(0, "E x true"), (1, "E x false"), (2, "B x"), (4, "B x")]);
    for (at, expected) in [(7, "B@2"), (9, "B@4")] {
        world.advance(at);
        assert!(shown(&world, "f").contains(&expected.into()), "{at}: {:?}", shown(&world, "f"));
    }
}

#[test]
fn what_copies_facts_hears_of_others_through_all_rules_between() {
    let rules = r#"
        event A { node: node }
        finding below(node) { severity info keep 3s when { A { node } } title "{node}" }
        finding f(node) { severity info when { below { node } for 2s tolerating 9s } title "{node}" }
    "#;
    let mut world = told(rules, &[(0, "A x"), (2, "A x")]);
    for (at, expected) in [(2, "A@0"), (3, "A@2"), (7, "A@2")] {
        world.advance(at);
        assert_eq!(shown(&world, "f"), [expected], "{at}");
    }
}

#[test]
fn what_copies_facts_hears_that_another_rule_holds_a_row_up() {
    let rules = r#"
        event A { node: node }
        event B { node: node }
        entity E { key node: node, on: bool }
        derive D { node: node } keep 3s when { A { node }  changes(on of E { node, on } within 20s) >= 1 }
        derive D { node: node } keep 9s when { B { node } }
        finding f(node) { severity info when { D { node } } title "{node}" }
    "#;
    let mut world = told(rules, &[(0, "E x true"), (1, "E x false"), (2, "A x"), (2, "B x")]);
    world.advance(4);
    assert!(shown(&world, "f").contains(&"A@2".into()), "{:?}", shown(&world, "f"));
    world.advance(6);
    assert_eq!(shown(&world, "f"), ["B@2"]);
}
