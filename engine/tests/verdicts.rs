//! MEANING, section 3: coverage and verdicts.

mod support;

use support::World;

const SCHEMA: &str = r#"
    event A { node: node }
    event B { node: node, collect "get b" }
    event L { node: node, lossy, collect "get l" }
    entity E { key node: node, state: text, collect "get e" }
"#;

fn finding(rest: &str) -> String {
    format!("{SCHEMA} finding f(node) {{ severity info {rest} title \"{{node}}\" }}")
}

/// A world in which only these are collected, each from a second on.
fn world(rules: &str, collected: &[(&str, i64)]) -> World {
    let mut world = World::blind(rules);
    for (what, from) in collected {
        world.covered(what, 0, *from);
    }
    world
}

#[test]
fn m3_2_an_absence_over_what_was_not_collected_is_unknown() {
    let rules = finding(
        "when { A { node }
 no B { node } within 10s }",
    );
    for (collected, expected) in [
        (vec![("B", 0)], "30s opened f(x) confirmed"),
        (vec![], "30s opened f(x) suspected needs B"),
        (vec![("B node=x", 0)], "30s opened f(x) confirmed"),
        (vec![("B node=y", 0)], "30s opened f(x) suspected needs B"),
    ] {
        let mut world = world(&rules, &collected);
        world.row(30, "A x");
        assert_eq!(world.log(31), [expected], "{collected:?}");
    }
}

#[test]
fn m3_2_what_becomes_covered_becomes_known() {
    let rules = finding(
        "when { A { node }
 no B { node } within 10s }",
    );
    let mut world = world(&rules, &[("B", 25)]);
    world.row(30, "A x");
    assert_eq!(
        world.log(100),
        ["30s opened f(x) suspected needs B", "34.999999999s updated f(x) confirmed"]
    );
}

#[test]
fn m3_1_coverage_that_comes_turns_what_was_unknown() {
    let rules = finding(
        "when { A { node }
 no E { node, state: \"on\" } }",
    );
    let mut world = world(&rules, &[]);
    world.row(30, "A x");
    world.covered("E", 0, 40);
    assert_eq!(world.log(50), ["30s opened f(x) suspected needs E", "40s updated f(x) confirmed"]);
}

#[test]
fn m3_1_a_gap_is_unknown_until_it_leaves_the_window() {
    let rules = finding(
        "keep 100s when { A { node }
 no B { node } within 10s }",
    );
    let mut world = world(&rules, &[("B", 0)]);
    world.row(20, "A x");
    world.gap("B", 0, 30, 40);
    assert_eq!(
        world.log(100),
        [
            "20s opened f(x) confirmed",
            "30s updated f(x) suspected needs B",
            "49.999999999s updated f(x) confirmed",
        ]
    );
}

#[test]
fn m3_1_a_gap_learnt_late_counts_from_the_clock_on() {
    let rules = finding(
        "keep 100s when { A { node }
 no B { node } within 10s }",
    );
    let mut world = world(&rules, &[("B", 0)]);
    world.row(20, "A x");
    world.advance(50);
    world.engine.drain();
    world.gap("B", 0, 30, 40);
    assert!(world.log(60).is_empty());
    world.gap("B", 0, 30, 61);
    assert_eq!(
        world.log(100),
        ["60.000000001s updated f(x) suspected needs B", "70.999999999s updated f(x) confirmed"]
    );
}

#[test]
fn m3_2_a_deadline_past_the_end_of_coverage_has_not_happened() {
    let rules = finding("when { A { node } without B { node } for 10s }");
    for (silent, expected) in [
        (39, vec![]),
        (40, vec!["40s opened f(x) confirmed"]),
        (29, vec!["40s opened f(x) suspected needs B"]),
    ] {
        let mut world = world(&rules, &[("B", 0)]);
        world.row(30, "A x");
        world.silent("B", 0, silent);
        assert_eq!(world.log(50), expected, "{silent}");
    }
}

#[test]
fn m3_2_silence_ends_with_coverage() {
    let rules = finding("when { no A { node } for 10s per E { node, state: \"on\" } }");
    for (silent, expected) in [
        (9, vec![]),
        (15, vec!["10s opened f(x) confirmed", "15.000000001s lapsed f(x) confirmed"]),
        (-30, vec!["10s opened f(x) suspected needs A"]),
    ] {
        let mut world = world(&rules, &[("A", -60), ("E", -60)]);
        world.row(0, "E x on");
        world.silent("A", 0, silent);
        assert_eq!(world.log(50), expected, "{silent}");
    }
}

#[test]
fn m3_2_with_a_gap_inside_a_deadline_is_unknown() {
    let rules = finding("when { A { node } without B { node } for 10s }");
    let mut world = world(&rules, &[("B", 0)]);
    world.row(30, "A x");
    world.gap("B", 0, 32, 33);
    assert_eq!(world.log(50), ["40s opened f(x) suspected needs B"]);
}

#[test]
fn m3_2_a_lower_bound_already_reached_is_true() {
    for (test, expected) in [
        ("count(A { node }) >= 2", "opened f(x) confirmed"),
        ("count(A { node }) >= 3", "opened f(x) suspected needs A"),
        ("count(A { node }) < 3", "opened f(x) suspected needs A"),
    ] {
        let rules = finding(&format!(
            "when {{ E {{ node, state: _ }}
 {test} }}"
        ));
        let mut world = world(&rules, &[]);
        world.row(0, "A x");
        world.row(1, "A x");
        world.row(2, "E x on");
        assert_eq!(world.log(3), [format!("2s {expected}")], "{test}");
    }
    // What has been exceeded for sure is false for sure.
    let rules = finding(
        "when { E { node, state: _ }
 count(A { node }) < 2 }",
    );
    let mut world = world(&rules, &[]);
    world.row(0, "A x");
    world.row(1, "A x");
    world.row(2, "E x on");
    assert!(world.log(3).is_empty());
}

#[test]
fn m3_2_what_a_sequence_lacks_does_not_depend_on_what_began() {
    let rules = "event A { node: node, n: int, collect \"a\" }\n\
        event B { node: node, n: int, collect \"b\" }\nentity E { key node: node }\n\
        finding f(node) { severity info keep 3s when { E { node } } \
        unless { A { node, n } then B { node, n } within 5s } title \"{node}\" }";
    for rows in [vec![], vec!["A x 1"], vec!["A x 1", "A x 2"]] {
        let mut world = World::blind(rules);
        for what in ["E", "A", "B n=1"] {
            world.covered(what, 0, -100);
        }
        rows.iter().for_each(|row| world.row(0, row));
        world.row(1, "E x");
        assert_eq!(world.log(2), ["1s opened f(x) suspected needs B"], "{rows:?}");
    }
}

#[test]
fn m3_2_an_absence_in_doubt_lacks_what_was_not_collected_too() {
    let rules = "event B { node: node, collect \"b\" }\nevent L { node: node, collect \"l\" }\n\
        entity E { key node: node }\n\
        finding f(node) { severity info keep 9s when { E { node } \
        no B { node } without L { node } for 2s } title \"{node}\" }";
    let mut world = World::blind(rules);
    world.covered("E", 0, -100);
    world.row(0, "E x");
    world.row(1, "B x");
    let told = ["0s opened f(x) suspected needs B", "3s updated f(x) suspected needs B L"];
    assert_eq!(world.log(4), told);
}

#[test]
fn m3_3_confirm_blocks() {
    let rules =
        finding("when { A { node } } confirm { E { node, state: \"on\" } } confirm { B { node } }");
    for (collected, rows, expected) in [
        // One true block is enough.
        (vec!["E", "B"], vec!["E x on"], vec!["9s opened f(x) confirmed"]),
        (vec!["E", "B"], vec!["B x"], vec!["9s opened f(x) confirmed"]),
        // An event merely not seen leaves it suspected.
        (vec!["E", "B"], vec!["E x off"], vec!["9s opened f(x) suspected"]),
        (vec!["E"], vec!["E x off"], vec!["9s opened f(x) suspected needs B"]),
        (vec!["B"], vec![], vec!["9s opened f(x) suspected needs E"]),
    ] {
        let mut world = World::blind(&rules);
        collected.iter().for_each(|what| world.covered(what, 0, -9999));
        rows.iter().for_each(|row| world.row(8, row));
        world.row(9, "A x");
        assert_eq!(world.log(20), expected, "{collected:?} {rows:?}");
    }
}

#[test]
fn m3_3_false_confirm_blocks_over_entities_kill() {
    let rules = finding("when { A { node } } confirm { E { node, state: \"on\" } }");
    for (row, expected) in
        [("E x on", vec!["9s opened f(x) confirmed"]), ("E x off", vec![]), ("E y on", vec![])]
    {
        let mut world = world(&rules, &[("E", 0)]);
        world.row(8, row);
        world.row(9, "A x");
        assert_eq!(world.log(20), expected, "{row}");
    }
}

#[test]
fn m3_3_unless_kills_or_casts_doubt() {
    let rules = finding("when { A { node } } unless { E { node, state: \"on\" } }");
    for (collected, row, expected) in [
        (vec![("E", 0)], "E x on", vec![]),
        (vec![("E", 0)], "E x off", vec!["9s opened f(x) confirmed"]),
        (vec![], "E y on", vec!["9s opened f(x) suspected needs E"]),
        (vec![], "E x on", vec![]),
    ] {
        let mut world = world(&rules, &collected);
        world.row(8, row);
        world.row(9, "A x");
        assert_eq!(world.log(20), expected, "{collected:?} {row}");
    }
}

#[test]
fn m3_4_lossy_absence_confirms_only_beside_a_true_confirm_block() {
    let plain = finding(
        "when { A { node }
 no L { node } within 5s }",
    );
    let backed = finding(
        "when { A { node }
 no L { node } within 5s } confirm { E { node, state: \"on\" } }",
    );
    for (rules, expected) in
        [(plain, "9s opened f(x) suspected"), (backed, "9s opened f(x) confirmed")]
    {
        let mut world = world(&rules, &[("L", 0), ("E", 0)]);
        world.row(8, "E x on");
        world.row(9, "A x");
        assert_eq!(world.log(20), [expected]);
    }
}

#[test]
fn m3_5_what_rests_on_a_suspected_finding_is_suspected() {
    let rules = finding(
        "when { A { node }
 no B { node } within 5s }",
    ) + "finding g(node) { severity info when { f { node } } title \"{node}\" }";
    let mut world = world(&rules, &[]);
    world.row(9, "A x");
    assert_eq!(
        world.log(20),
        ["9s opened f(x) suspected needs B", "9s opened g(x) suspected needs B"]
    );
    world.covered("B", 0, 20);
    assert_eq!(world.log(40), ["25s updated f(x) confirmed", "25s updated g(x) confirmed"]);
}

#[test]
fn m3_5_a_derived_row_exists_only_where_all_is_true() {
    let rules = format!(
        "{SCHEMA} derive D {{ node: node }} when {{ A {{ node }}
 no B {{ node }} within 5s }}
        finding f(node) {{ severity info when {{ D {{ node }} }} title \"{{node}}\" }}
        finding g(node) {{ severity info when {{ A {{ node }}
 no D {{ node }} }} title \"{{node}}\" }}"
    );
    let mut blind = world(&rules, &[("A", -9999)]);
    blind.row(9, "A x");
    assert_eq!(blind.log(20), ["9s opened g(x) suspected needs B"]);
    let mut seeing = world(&rules, &[("A", -9999), ("B", -9999)]);
    seeing.row(9, "A x");
    assert_eq!(seeing.log(20), ["9s opened f(x) confirmed"]);
}

#[test]
fn m3_5_the_best_verdict_of_all_bindings() {
    let rules = r#"
        event A { node: node, pod: pod }
        event B { node: node, pod: pod }
        finding f(node) {
          severity info
          when {
            A { node, pod }
            no B { node, pod } within 5s
          }
          title "{pod}"
        }
    "#;
    let mut world = World::blind(rules);
    world.covered("B pod=n/2", 0, 0);
    world.row(9, "A x n/1");
    world.row(10, "A x n/2");
    assert_eq!(world.log(20), ["9s opened f(x) suspected needs B", "10s updated f(x) confirmed"]);
    assert_eq!(world.engine.episodes()[0].title, "n/2");
}

#[test]
fn m3_1_an_extracted_event_is_covered_where_one_source_is() {
    let rules = r#"
        event A { node: node }
        event Log { node: node, message: text, collect "get log" }
        event Api { node: node, message: text, lossy, collect "get api" }
        event X { node: node, word: text }
        extract X from Log.message, Api.message { node } { `x {word}` }
        finding f(node) { severity info when { A { node }
 no X { node, word: _ } within 5s } title "{node}" }
    "#;
    for (collected, expected) in [
        (vec!["Log"], "9s opened f(x) confirmed"),
        (vec!["Log node=x"], "9s opened f(x) confirmed"),
        (vec!["Log node=y"], "9s opened f(x) suspected needs X"),
        (vec!["Api"], "9s opened f(x) suspected needs X"),
        (vec!["X"], "9s opened f(x) confirmed"),
        (vec![], "9s opened f(x) suspected needs X"),
    ] {
        let mut world = World::blind(rules);
        collected.iter().for_each(|what| world.covered(what, 0, 0));
        world.row(9, "A x");
        assert_eq!(world.log(20), [expected], "{collected:?}");
        let needs = world.engine.episodes()[0].needs.clone();
        assert!(needs.iter().all(|need| need.collect == "get log; or get api"), "{needs:?}");
    }
}

#[test]
fn m5_2_assumed_rows_join_events_and_do_not_count_alone() {
    let joined = finding(
        "when { A { node }
 E { node, state: \"on\" } }",
    );
    let mut world1 = world(&joined, &[]);
    world1.assumed(0, 50, "E x on");
    world1.row(10, "A x");
    assert_eq!(world1.log(60), ["10s opened f(x) confirmed"]);
    let alone = finding("when { E { node, state: \"on\" } }");
    let mut world2 = world(&alone, &[]);
    world2.assumed(0, 50, "E x on");
    assert_eq!(world2.log(60), ["50s opened f(x) confirmed"]);
}

#[test]
fn m5_2_a_state_not_yet_observed_for_long_enough_is_unknown() {
    let rules = finding("when { E { node, state: \"on\" } for 10s }");
    let mut first = world(&rules, &[]);
    first.assumed(0, 50, "E x on");
    assert_eq!(first.log(100), ["50s opened f(x) suspected needs E", "60s updated f(x) confirmed"]);
    let mut later = world(&rules, &[]);
    later.row(50, "E x on");
    assert_eq!(later.log(100), ["60s opened f(x) confirmed"]);
}

#[test]
fn m5_2_a_row_counts_from_its_own_since() {
    let rules = "entity P { key node: node, state: text, since changed: time? }
        finding f(node) { severity info when { P { node, state: \"on\" } for 10s } title \"{node}\" }";
    for (since, expected) in [
        ("20", vec!["30s opened f(x) confirmed"]),
        ("45", vec!["55s opened f(x) confirmed"]),
        ("-", vec!["50s opened f(x) suspected needs P", "60s updated f(x) confirmed"]),
    ] {
        let mut world = World::blind(rules);
        world.assumed(0, 50, &format!("P x on {since}"));
        assert_eq!(world.log(100), expected, "{since}");
    }
}
