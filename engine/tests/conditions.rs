//! MEANING, section 2: what each condition means, at its boundaries.

mod support;

use support::World;

/// Runs the steps `R at values…` of everything collected and tells the log up to a second.
#[track_caller]
fn check(rules: &str, rows: &[(i64, &str)], until: i64, expected: &[&str]) {
    let mut world = World::new(rules);
    for (at, row) in rows {
        match row.strip_prefix("remove ") {
            Some(row) => world.remove(*at, row),
            None => world.row(*at, row),
        }
    }
    assert_eq!(world.log(until), expected);
}

const EVENTS: &str = r#"
    event A { node: node, n: int }
    event B { node: node, n: int }
    event C { node: node, n: int }
    entity E { key node: node, state: text }
"#;

fn finding(rest: &str) -> String {
    format!("{EVENTS} finding f(node) {{ severity info {rest} title \"{{node}}\" }}")
}

#[test]
fn m2_1_a_plain_event_counts_for_keep() {
    let rules = finding("keep 10s when { A { node, n: _ } }");
    check(&rules, &[(5, "A x 1")], 100, &["5s opened f(x) confirmed", "15s lapsed f(x) confirmed"]);
}

#[test]
fn m2_1_keep_is_an_hour_unless_said() {
    let rules = finding("when { A { node, n: _ } }");
    check(
        &rules,
        &[(0, "A x 1")],
        9999,
        &["0s opened f(x) confirmed", "3600s lapsed f(x) confirmed"],
    );
}

#[test]
fn m2_2_within_is_half_open() {
    let rules = finding("when { E { node, state: _ }  A { node, n: _ } within 10s }");
    check(
        &rules,
        &[(0, "E x on"), (1, "A x 1"), (8, "A x 2")],
        100,
        &["1s opened f(x) confirmed", "18s lapsed f(x) confirmed"],
    );
}

#[test]
fn m2_2_since_counts_from_the_row_on_it_included() {
    let rules = finding(
        "when { a = newest A { node, n: _ }  n = count(B { node, n: _ } since a)  n >= 2 }",
    );
    check(
        &rules,
        &[(0, "B x 1"), (1, "A x 1"), (1, "B x 2"), (2, "B x 3")],
        10,
        &["2s opened f(x) confirmed"],
    );
}

#[test]
fn m2_3_then_takes_the_first_after_in_time() {
    let rules = finding("keep 5s when { A { node, n: _ } then B { node, n: _ } within 10s }");
    for (at, expected) in [
        (1, vec!["1s opened f(x) confirmed", "6s lapsed f(x) confirmed"]),
        (10, vec!["10s opened f(x) confirmed", "15s lapsed f(x) confirmed"]),
        (11, vec![]),
    ] {
        check(&rules, &[(0, "A x 1"), (at, "B x 1")], 100, &expected);
    }
}

#[test]
fn m2_3_then_without_what_comes_between() {
    let rules = finding(
        "keep 5s when { A { node, n: _ } then B { node, n: _ } within 10s without C { node, n: _ } }",
    );
    for (at, expected) in [
        (1, vec![]),
        (2, vec![]),
        (3, vec!["2s opened f(x) confirmed", "7s lapsed f(x) confirmed"]),
    ] {
        check(&rules, &[(0, "A x 1"), (at, "C x 1"), (2, "B x 1")], 100, &expected);
    }
}

#[test]
fn m2_3_what_comes_at_one_instant_comes_in_any_order() {
    let rules = finding(
        "keep 5s when { A { node, n } then B { node, n } within 10s without C { node, n: _ } }",
    );
    let open = ["2s opened f(x) confirmed", "7s lapsed f(x) confirmed"];
    for (rows, expected) in [
        (vec!["A x 1", "B x 1"], &open[..]),
        (vec!["B x 1", "A x 1"], &open[..]),
        (vec!["A x 1", "B x 2"], &[]),
        (vec!["C x 1", "A x 1", "B x 1"], &[]),
        (vec!["A x 1", "B x 1", "C x 9"], &[]),
        (vec!["A x 1", "B x 1", "C y 1"], &open[..]),
    ] {
        let rows: Vec<(i64, &str)> = rows.into_iter().map(|row| (2, row)).collect();
        check(&rules, &rows, 100, expected);
    }
}

#[test]
fn m2_3_an_event_finds_what_came_long_before_it() {
    let rules = finding(
        "keep 5s when { A { node, n } then B { node, n } within 10s without C { node, n } }",
    );
    // What comes alone changes nothing, but counts.
    for (rows, expected) in [
        (vec![(0, "A x 1"), (1, "A x 2"), (10, "B x 1")], vec![10]),
        (vec![(0, "B x 1"), (1, "A x 1"), (2, "B x 1"), (3, "B x 1")], vec![2]),
        (vec![(0, "A x 1"), (1, "C x 1"), (2, "A x 1"), (3, "B x 1")], vec![3]),
        (vec![(0, "A x 1"), (1, "C x 1"), (2, "B x 1"), (8, "A x 1"), (9, "B x 1")], vec![9]),
        (vec![(0, "A x 1"), (1, "B x 1"), (7, "B x 1"), (9, "B x 1")], vec![1]),
    ] {
        let told = expected.iter().flat_map(|at| {
            [format!("{at}s opened f(x) confirmed"), format!("{}s lapsed f(x) confirmed", at + 5)]
        });
        let told: Vec<String> = told.collect();
        check(&rules, &rows, 100, &told.iter().map(String::as_str).collect::<Vec<_>>());
    }
}

#[test]
fn m2_4_without_holds_from_its_deadline_to_the_first_end() {
    let rules = finding("when { A { node, n: _ } without B { node, n: _ } for 10s }");
    for (at, expected) in [
        (9, vec![]),
        (10, vec![]),
        (11, vec!["10s opened f(x) confirmed", "11s resolved f(x) confirmed"]),
        (0, vec![]),
    ] {
        check(&rules, &[(0, "A x 1"), (at, "B x 1")], 100, &expected);
    }
}

#[test]
fn m2_4_without_counts_for_a_day_unless_said() {
    let rules = finding("when { A { node, n: _ } without B { node, n: _ } for 10s }");
    let end = 10 + 24 * 3600;
    check(
        &rules,
        &[(0, "A x 1")],
        end + 5,
        &["10s opened f(x) confirmed", &format!("{end}s lapsed f(x) confirmed")],
    );
}

#[test]
fn m2_5_no_row_and_no_event() {
    let rules = finding("keep 50s when { A { node, n: _ }  no B { node, n: _ } within 10s }");
    check(
        &rules,
        &[(0, "B x 1"), (1, "A x 1"), (20, "B x 2")],
        25,
        &["10s opened f(x) confirmed", "20s resolved f(x) confirmed"],
    );
    let rules = finding("keep 50s when { A { node, n: _ }  no E { node, state: \"on\" } }");
    check(
        &rules,
        &[(0, "E x on"), (1, "A x 1"), (5, "E x off"), (7, "E x on")],
        25,
        &["5s opened f(x) confirmed", "7s resolved f(x) confirmed"],
    );
}

#[test]
fn m2_5_silence_per_row() {
    let rules = finding("when { no A { node, n: _ } for 10s per E { node, state: \"on\" } }");
    check(
        &rules,
        &[(0, "E x on"), (4, "A x 1"), (20, "A x 2"), (31, "E x off")],
        50,
        &[
            "14s opened f(x) confirmed",
            "20s resolved f(x) confirmed",
            "30s opened f(x) confirmed",
            "31s resolved f(x) confirmed",
        ],
    );
}

#[test]
fn m2_6_a_state_for_a_while() {
    let rules = finding("when { E { node, state: \"on\" } for 10s }");
    check(
        &rules,
        &[(0, "E x on"), (9, "E x off"), (12, "E x on"), (22, "E x on"), (30, "E x off")],
        50,
        &["22s opened f(x) confirmed", "30s resolved f(x) confirmed"],
    );
}

#[test]
fn m2_6_tolerating_bridges_gaps() {
    let rules = finding("when { E { node, state: \"on\" } for 10s tolerating 3s }");
    check(
        &rules,
        &[(0, "E x on"), (4, "E x off"), (7, "E x on"), (20, "E x off"), (24, "E x on")],
        30,
        &["10s opened f(x) confirmed", "23s resolved f(x) confirmed"],
    );
}

#[test]
fn m2_7_age_has_its_own_timer() {
    let rules = "event Z { node: node }
        entity P { key node: node, started: time }
        finding f(node) { severity info when { p = P { node }  age(p.started) >= 10s } title \"{node}\" }";
    check(rules, &[(12, "P x 5")], 50, &["15s opened f(x) confirmed"]);
    check(rules, &[(12, "P x 20")], 29, &[]);
    let rules = rules.replace(">= 10s", "< 10s");
    check(
        &rules,
        &[(12, "P x 5")],
        50,
        &["12s opened f(x) confirmed", "15s lapsed f(x) confirmed"],
    );
}

#[test]
fn m2_8_aggregates() {
    for (condition, opened) in [
        ("count(A { node, n: _ }) >= 3", 3),
        ("distinct(n of A { node, n }) >= 2", 2),
        ("sum(n of A { node, n }) >= 4", 2),
        ("max(n of A { node, n }) >= 3", 2),
        ("min(n of A { node, n }) <= 1", 1),
    ] {
        let rules = finding(&format!("when {{ E {{ node, state: _ }} {condition} }}"));
        check(
            &rules,
            &[(0, "E x on"), (1, "A x 1"), (2, "A x 3"), (3, "A x 3")],
            10,
            &[&format!("{opened}s opened f(x) confirmed")],
        );
    }
}

#[test]
fn m2_8_changes_counts_versions() {
    let rules = finding(
        "when { E { node, state: _ }  changes(state of E { node, state } within 20s) >= 2 }",
    );
    check(
        &rules,
        &[(0, "E x a"), (5, "E x b"), (6, "E x b"), (10, "E x a")],
        100,
        &["10s opened f(x) confirmed", "25s lapsed f(x) confirmed"],
    );
}

#[test]
fn m2_8_oldest_and_newest_choose_after_filters() {
    let rules = finding("when { a = oldest A { node, n >= 2 }  B { node, n: a.n } }");
    check(
        &rules,
        &[(0, "A x 1"), (1, "A x 2"), (2, "A x 3"), (3, "B x 3"), (4, "B x 2")],
        10,
        &["4s opened f(x) confirmed"],
    );
}

#[test]
fn m2_9_a_join_follows_an_entity() {
    let rules = finding("when { A { node, n: _ }  E { node, state: \"on\" } }");
    check(
        &rules,
        &[(0, "E x on"), (1, "A x 1"), (2, "E x off"), (3, "E x on"), (4, "remove E x")],
        10,
        &[
            "1s opened f(x) confirmed",
            "2s resolved f(x) confirmed",
            "3s opened f(x) confirmed",
            "4s resolved f(x) confirmed",
        ],
    );
}

#[test]
fn m2_9_as_of_reads_once() {
    let rules =
        finding("keep 20s when { a = A { node, n: _ }  E { node, state: \"on\" } as of a }");
    check(
        &rules,
        &[(0, "E x on"), (1, "A x 1"), (2, "E x off"), (3, "A x 2")],
        50,
        &["1s opened f(x) confirmed", "21s lapsed f(x) confirmed"],
    );
}

#[test]
fn m2_10_derived_relations_are_maintained_and_blocks_add_up() {
    let rules = format!(
        "{EVENTS}
        derive D {{ node: node }} keep 10s when {{ A {{ node, n: _ }} }}
        derive D {{ node: node }} keep 10s when {{ B {{ node, n: _ }} }}
        finding f(node) {{ severity info when {{ D {{ node }} }} title \"{{node}}\" }}"
    );
    check(
        &rules,
        &[(0, "A x 1"), (5, "B x 1")],
        50,
        &["0s opened f(x) confirmed", "15s lapsed f(x) confirmed"],
    );
}
