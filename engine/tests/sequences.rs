//! Sequences, in whatever order and company their events come (M2.3). What each condition means at its boundaries is
//! told by `testdata/conformance/conditions.ron`, on every target.

mod support;

use support::World;

fn rules(without: &str) -> String {
    format!(
        r#"event A {{ node: node, n: int }}
        event B {{ node: node, n: int }}
        event C {{ node: node, n: int }}
        finding f(node) {{ severity info keep 5s
          when {{ A {{ node, n }} then B {{ node, n }} within 10s without {without} }} title "{{node}}" }}"#
    )
}

/// Tells rows of what is collected, and what comes of them.
#[track_caller]
fn check(rules: &str, rows: &[(i64, &str)], expected: &[&str]) {
    let mut world = World::new(rules);
    rows.iter().for_each(|(at, row)| world.row(*at, row));
    assert_eq!(world.log(100), expected);
}

#[test]
fn what_comes_at_one_instant_comes_in_any_order() {
    let rules = rules("C { node, n: _ }");
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
        check(&rules, &rows, expected);
    }
}

#[test]
fn an_event_finds_what_came_long_before_it() {
    let rules = rules("C { node, n }");
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
        check(&rules, &rows, &told.iter().map(String::as_str).collect::<Vec<_>>());
    }
}
