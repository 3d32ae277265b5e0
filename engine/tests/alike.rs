//! Rules that differ in constants alone share their routes, and a host may tell words.

mod support;

use etio_engine::{Cell, Error};
use etio_plan::{Origin, SourceId};
use support::{S, World, time};

/// One rule a reason; the last is about the first reason too.
fn rules() -> String {
    let rule = |(at, reason): (usize, &str)| {
        format!(
            "finding f{at}(id) {{ severity info when {{ A {{ id, pod, reason: \"{reason}\" }} \
             P {{ pod, node, up: true }} N {{ node, up: true }} no Q {{ node, reason: \"{reason}\" }} }} \
             title \"{{id}}\" }}\n"
        )
    };
    let rules: String =
        ["r0", "r1", "r2", "r3", "r4", "r0"].into_iter().enumerate().map(rule).collect();
    format!(
        "entity A {{ key id: int, pod: text, reason: text }}\n\
         entity P {{ key pod: text, node: node, up: bool }}\n\
         entity N {{ key node: node, up: bool }}\n\
         entity Q {{ key node: node, key reason: text }}\n{rules}"
    )
}

fn world() -> World {
    let mut world = World::new(&rules());
    for row in ["N x true", "N y true", "P p x true", "P q y true"] {
        world.row(0, row);
    }
    for row in ["A 1 p r0", "A 2 p r1", "A 3 q r1", "A 4 p r9"] {
        world.row(1, row);
    }
    let opened = ["f0(1)", "f1(2)", "f1(3)", "f5(1)"].map(|of| format!("1s opened {of} confirmed"));
    assert_eq!(world.log(2), opened);
    world
}

#[test]
fn a_node_concerns_the_rules_of_its_own_events_and_no_other() {
    let mut world = world();
    world.row(3, "N x false");
    let resolved = ["f0(1)", "f1(2)", "f5(1)"].map(|of| format!("3s resolved {of} confirmed"));
    assert_eq!(world.log(3), resolved);
    world.row(4, "N x true");
    let opened = ["f0(1)", "f1(2)", "f5(1)"].map(|of| format!("4s opened {of} confirmed"));
    assert_eq!(world.log(4), opened);
}

#[test]
fn a_pod_that_moves_takes_its_events_along() {
    let mut world = world();
    world.row(3, "Q y r1");
    assert_eq!(world.log(3), ["3s resolved f1(3) confirmed"]);
    world.row(4, "P p y true");
    assert_eq!(world.log(4), ["4s resolved f1(2) confirmed"]);
    world.remove(5, "A 1 - -");
    assert_eq!(world.log(5), ["5s resolved f0(1) confirmed", "5s resolved f5(1) confirmed"]);
}

#[test]
fn a_row_told_in_words_is_the_row_told_in_values() {
    let mut world = world();
    let event = world.relation("A");
    let origin = Origin { source: SourceId(0), at: 900, part: 0 };
    let (pod, reason) = (world.engine.symbol("q"), world.engine.symbol("r2"));
    let cells = [Cell::Int(7), Cell::Text(pod), Cell::Text(reason)];
    world.engine.insert_cells(event, &cells, time(3), origin).unwrap();
    assert_eq!(world.log(3), ["3s opened f2(7) confirmed"]);
    let origin = Origin { at: 901, ..origin };
    world.engine.remove_cells(event, &cells[..1], time(3) + S, origin).unwrap();
    assert_eq!(world.log(4), ["4s resolved f2(7) confirmed"]);
}

#[test]
fn a_cell_of_another_type_is_refused() {
    let mut world = world();
    let (event, origin) = (world.relation("A"), Origin { source: SourceId(0), at: 9, part: 0 });
    let cells = [Cell::Int(7), Cell::Bool(true), Cell::Absent];
    let refused = world.engine.insert_cells(event, &cells, time(3), origin);
    assert!(matches!(refused, Err(Error::Value { field, .. }) if field == "pod"));
}
