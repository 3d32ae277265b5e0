//! MEANING, section 1: inputs and time.
#![allow(clippy::unwrap_used, reason = "a test that is written wrong may fail in any way")]

mod support;

use etio_engine::{Engine, Error, Late, Options};
use etio_plan::{Fact, FieldId, Input, Origin, Scope, SourceId, Value};
use support::{S, World, time};

const RULES: &str = r#"
    event A { node: node, n: int }
    event B { node: node }
    entity E { key node: node, state: text, note: text?, mode: text = "plain" }
    finding on(node) { severity info when { E { node, state: "on" } } title "{node}" }
    finding noted(node, note) { severity info when { E { node, note } } title "{node}" }
    finding moded(node, mode) { severity info when { E { node, mode } } title "{node}" }
    finding twice(node) { severity info when { E { node, state: _ }
      count(A { node, n: _ }) >= 2 } title "{node}" }
    finding ended(node) { severity info keep 10s when { A { node, n: _ } without B { node } for 10s } title "{node}" }
"#;

/// The lines of one finding.
fn of(lines: Vec<String>, finding: &str) -> Vec<String> {
    let begins = format!(" {finding}(");
    lines.into_iter().filter(|line| line.contains(&begins)).collect()
}

#[test]
fn m1_1_insert_only_holds_back_and_advance_moves_the_clock() {
    let mut world = World::new(RULES);
    world.row(5, "E x on");
    assert!(world.engine.drain().is_empty());
    assert!(world.log(4).is_empty());
    assert_eq!(world.engine.now(), time(4));
    assert_eq!(of(world.log(5), "on"), ["5s opened on(x) confirmed"]);
}

#[test]
fn m1_1_a_clock_does_not_go_back() {
    let mut world = World::new(RULES);
    world.advance(50);
    world.advance(10);
    assert_eq!(world.engine.now(), time(50));
}

#[test]
fn m1_2_a_late_event_is_counted_and_takes_no_part() {
    let mut world = World::new(RULES);
    world.row(0, "E x off");
    world.row(10, "A x 1");
    world.advance(10);
    world.row(10, "A x 2");
    world.row_of(3, 9, "A x 2");
    world.row_of(3, 8, "A x 2");
    assert!(of(world.log(20), "twice").is_empty());
    let late = |source, events| Late { source: SourceId(source), events };
    assert_eq!(world.engine.late(), [late(0, 1), late(3, 2)]);
}

#[test]
fn m1_2_the_next_deadline_is_the_next_input_or_timer() {
    let mut world = World::new(RULES);
    world.advance(0);
    assert_eq!(world.engine.next_deadline(), None);
    world.row(10, "A x 1");
    assert_eq!(world.engine.next_deadline(), Some(time(10)));
    world.advance(10);
    assert_eq!(world.engine.next_deadline(), Some(time(20)));
    world.advance(20);
    assert_eq!(world.engine.next_deadline(), Some(time(30)));
    world.advance(9999);
    assert_eq!(world.engine.next_deadline(), None);
}

#[test]
fn m1_3_a_late_row_takes_effect_unless_its_key_has_a_newer_one() {
    let mut world = World::new(RULES);
    world.row(5, "E x on");
    world.row(10, "E y off");
    world.advance(20);
    world.engine.drain();
    world.row(4, "E x off");
    world.row(15, "E y on");
    world.row(3, "E z on");
    assert_eq!(
        of(world.log(30), "on"),
        ["20.000000001s opened on(y) confirmed", "20.000000001s opened on(z) confirmed"]
    );
}

#[test]
fn m1_3_a_removal_is_remembered_for_an_hour() {
    for (at, expected) in [(3611, vec![]), (3700, vec!["3700.000000001s opened on(x) confirmed"])] {
        let mut world = World::new(RULES);
        world.row(5, "E x on");
        world.remove(100, "E x");
        world.advance(at);
        world.engine.drain();
        world.row(50, "E x on");
        assert_eq!(of(world.log(at + 10), "on"), expected, "{at}");
    }
}

#[test]
fn m1_3_another_source_does_not_erase_optional_fields_it_lacks() {
    let mut world = World::new(RULES);
    world.row_of(1, 0, "E x on hello rare");
    world.row_of(2, 5, "E x on - -");
    assert_eq!(of(world.log(10), "noted"), ["0s opened noted(x hello) confirmed"]);
    // The same source saying nothing does.
    world.row_of(1, 15, "E x on - -");
    let lines = world.log(20);
    assert_eq!(of(lines.clone(), "noted"), ["15s resolved noted(x hello) confirmed"]);
    assert_eq!(
        of(lines, "moded"),
        ["15s opened moded(x plain) confirmed", "15s resolved moded(x rare) confirmed"]
    );
}

#[test]
fn m1_3_a_key_goes_when_the_source_of_its_newest_row_removes_it() {
    let mut world = World::new(RULES);
    world.row_of(1, 0, "E x on");
    world.row_of(2, 5, "E x on");
    world.remove_of(1, 10, "E x");
    world.remove_of(2, 15, "E x");
    assert_eq!(
        of(world.log(30), "on"),
        ["0s opened on(x) confirmed", "15s resolved on(x) confirmed"]
    );
}

#[test]
fn m1_3_a_snapshot_drops_what_it_leaves_out_of_its_scope() {
    let mut world = World::new(RULES);
    for row in ["E x on", "E y on"] {
        world.row_of(1, 0, row);
    }
    world.row_of(2, 0, "E z on");
    let (relation, _) = world.scope("E");
    let rows = vec![world.fact("E x on", 1, 10)];
    let (source, scope) = (SourceId(1), vec![]);
    world.feed(Input::Snapshot { source, relation, scope, time: time(10), rows });
    assert_eq!(
        of(world.log(11), "on"),
        [
            "0s opened on(x) confirmed",
            "0s opened on(y) confirmed",
            "0s opened on(z) confirmed",
            "10s resolved on(y) confirmed",
        ]
    );
    let (relation, scope) = world.scope("E node=z");
    world.feed(Input::Snapshot { source, relation, scope, time: time(20), rows: vec![] });
    assert!(of(world.log(21), "on").is_empty());
    let (relation, scope) = world.scope("E node=x");
    world.feed(Input::Snapshot { source, relation, scope, time: time(30), rows: vec![] });
    assert_eq!(of(world.log(31), "on"), ["30s resolved on(x) confirmed"]);
}

#[test]
fn m1_6_a_tie_in_the_coarser_resolution_is_after() {
    for (resolution, expected) in [(S, 0), (1, 1)] {
        let mut world = World::new(RULES);
        world.source(1, "log", 1);
        world.source(2, "api", resolution);
        let mut a = world.fact("A x 1", 1, 5);
        a.time += S / 2;
        world.feed(Input::Fact(a));
        world.row_of(2, 5, "B x");
        assert_eq!(of(world.log(20), "ended").len(), expected, "{resolution}");
    }
}

#[test]
fn m1_6_what_ties_with_a_match_spoils_it() {
    let rules = "event A { node: node }\nevent B { node: node }\nevent C { node: node }\n\
        finding f(node) { severity info keep 9s \
        when { A { node } then B { node } within 9s without C { node } } title \"{node}\" }";
    // C comes a second after B and bears a stamp of which that cannot be told, or can.
    for (resolution, last) in
        [(4 * S, "6s resolved f(x) confirmed"), (1, "14s lapsed f(x) confirmed")]
    {
        let mut world = World::new(rules);
        world.source(1, "log", 1);
        world.source(2, "api", resolution);
        for (source, at, row) in [(1, 4, "A x"), (1, 5, "B x"), (2, 6, "C x")] {
            world.row_of(source, at, row);
        }
        assert_eq!(world.log(40), ["5s opened f(x) confirmed", last]);
    }
}

#[test]
fn m1_6_the_coarser_of_two_need_not_divide_the_coarsest() {
    let mut world = World::new(RULES);
    world.source(1, "log", 1);
    world.source(2, "api", 2 * S);
    world.source(3, "audit", 3 * S);
    world.row_of(1, 3, "A x 1");
    world.row_of(2, 2, "B x");
    assert!(of(world.log(20), "ended").is_empty());
}

#[test]
fn m1_7_the_same_input_again_is_the_same_input() {
    let mut world = World::new(RULES);
    world.row(0, "E x off");
    let fact = world.fact("A x 1", 0, 5);
    for at in [5, 20, 30] {
        world.feed(Input::Fact(fact.clone()));
        world.feed(Input::Fact(fact.clone()));
        assert!(of(world.log(at), "twice").is_empty());
    }
    assert!(world.engine.late().is_empty());
}

#[test]
fn m1_7_two_sources_may_tell_of_one_event() {
    for (rows, count) in [
        // Equal and near: one event.
        (vec![(1, 0, "A x 1"), (2, S, "A x 1")], 0),
        // Too far apart, different, or from one source: two.
        (vec![(1, 0, "A x 1"), (2, S + 1, "A x 1")], 1),
        (vec![(1, 0, "A x 1"), (2, 0, "A x 2")], 1),
        (vec![(1, 0, "A x 1"), (1, 0, "A x 1")], 1),
        // A third may tell of it too, but not the same one again.
        (vec![(1, 0, "A x 1"), (2, S, "A x 1"), (3, 0, "A x 1")], 0),
        (vec![(1, 0, "A x 1"), (2, S, "A x 1"), (2, S, "A x 1")], 1),
    ] {
        let mut world = World::new(RULES);
        world.source(1, "log", 1);
        world.source(2, "api", S);
        world.source(3, "journal", 1);
        world.row(0, "E x off");
        for (source, after, row) in &rows {
            let mut fact = world.fact(row, *source, 5);
            fact.time += after;
            world.feed(Input::Fact(fact));
        }
        assert_eq!(of(world.log(10), "twice").len(), count, "{rows:?}");
    }
}

#[test]
fn m1_7_pairs_are_made_in_canonical_order_and_keep_both_origins() {
    let mut world = World::new(RULES);
    world.source(1, "log", S);
    world.source(2, "api", S);
    for source in [1, 2] {
        for at in [5, 6] {
            world.row_of(source, at, "A x 1");
        }
    }
    world.row(0, "E x off");
    world.advance(10);
    let episodes = world.engine.episodes();
    let twice = episodes.iter().find(|episode| episode.mode == "twice").unwrap();
    let origins: Vec<usize> = twice
        .evidence
        .iter()
        .filter(|of| of.relation == "t.A")
        .map(|of| of.origins.len())
        .collect();
    assert_eq!(origins, [2, 2]);
}

#[test]
fn m6_1_values_that_are_no_value_are_refused() {
    let mut world = World::new(
        "event F { x: float } finding f(x) { severity info when { F { x } } title \"{x}\" }",
    );
    for value in [f64::NAN, f64::INFINITY] {
        let mut fact = world.fact("F 1", 0, 1);
        fact.values = vec![etio_plan::Value::Float(value)];
        assert!(world.engine.insert(Input::Fact(fact)).is_err());
    }
    let mut fact = world.fact("F 1", 0, 1);
    fact.values = vec![etio_plan::Value::Float(-0.0)];
    world.feed(Input::Fact(fact));
    world.row(1, "F 0");
    assert_eq!(world.log(5), ["1s opened f(Float(0.0)) confirmed"]);
}

/// Whatever differs in inputs of one stamp decides which comes first, never which was told first.
#[test]
fn m1_5_inputs_of_one_stamp_come_in_the_order_of_what_they_say() {
    let mut world = World::blind(RULES);
    let relation = world.relation("E");
    let mut row = |text: &str| Fact {
        origin: Origin { source: SourceId(0), at: 7, part: 0 },
        ..world.fact(text, 0, 5)
    };
    let snapshot = |scope: Scope, rows: Vec<Fact>| Input::Snapshot {
        source: SourceId(0),
        relation,
        scope,
        time: time(5),
        rows,
    };
    let part = |node: &str| vec![(FieldId(0), Value::from(node))];
    let pairs = [
        [Input::Fact(row("E x on")), Input::Fact(row("E x off"))],
        [Input::Fact(row("A x 1")), Input::Fact(row("A x 2"))],
        [Input::Remove(row("E y")), Input::Remove(row("E x"))],
        [snapshot(vec![], vec![row("E x on zoo")]), snapshot(vec![], vec![row("E x on ape")])],
        [snapshot(vec![], vec![]), snapshot(vec![], vec![row("E x on")])],
        [snapshot(part("x"), vec![row("E x on")]), snapshot(vec![], vec![])],
    ];
    for pair in pairs {
        let told = |pair: &[Input]| {
            let mut world = World::new(RULES);
            world.row(0, "E x off");
            world.row(0, "E y on");
            pair.iter().for_each(|input| world.feed(input.clone()));
            let bytes = world.engine.snapshot();
            world.engine = Engine::restore(world.pack.clone(), Options::default(), &bytes).unwrap();
            world.log(10)
        };
        let [one, two] = pair.clone();
        assert_eq!(told(&[one.clone(), two.clone()]), told(&[two, one]), "{pair:?}");
    }
}

#[test]
fn m1_5_a_source_is_named_once_before_what_it_says_takes_effect() {
    let name = |name: &str| Input::Source { source: SourceId(0), name: name.into(), resolution: 1 };
    let mut world = World::blind(RULES);
    world.row(5, "A x 1");
    assert_eq!(world.engine.insert(name("kubelet")), Ok(()));
    world.advance(10);
    assert_eq!(world.engine.insert(name("kubelet")), Ok(()));
    let refused = |name: &str| Err(Error::Source(name.into()));
    assert_eq!(world.engine.insert(name("api")), refused("api"));
    let mut world = World::blind(RULES);
    world.row(5, "A x 1");
    world.advance(10);
    assert_eq!(world.engine.insert(name("kubelet")), refused("kubelet"));
    let bytes = world.engine.snapshot();
    let mut restored = Engine::restore(world.pack, Options::default(), &bytes).unwrap();
    assert_eq!(restored.insert(name("kubelet")), refused("kubelet"));
}
