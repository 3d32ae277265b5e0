//! MEANING, section 4: findings, their life, their texts and their causes.

mod support;

use std::sync::Arc;

use etio_engine::{Engine, Limits, Options, Status};
use etio_plan::{Input, Value};
use support::{World, pack, time};

const RULES: &str = r#"
    event A { node: node, image: image }
    event B { node: node }
    entity E { key node: node, state: text, collect "get e" }
    finding cause(node) {
      severity critical
      when { a = A { node, image }
        no B { node } within 5s }
      confirm { E { node, state: "on" } }
      title "{image} on {node}" when { E { node, state: "on" } }
      title "something on {node}"
      because "{registry(image)} since {age(a)}"
      remedy "switch {node} off" when { E { node, state: "on" } }
      explains symptom { node }
    }
    finding symptom(node) { severity warning keep 50s when { A { node, image: _ } } title "{node}" }
"#;

#[test]
fn m4_1_ids_and_episodes() {
    let mut world = World::new(RULES);
    world.row(0, "E x on");
    world.row(1, "A x reg/a:1");
    world.row(100, "A x reg/a:1");
    world.advance(200);
    let episodes = world.engine.episodes();
    let symptoms: Vec<_> = episodes.iter().filter(|of| of.mode == "symptom").collect();
    let lives: Vec<_> = symptoms.iter().map(|of| (of.opened, of.closed, of.status)).collect();
    assert_eq!(
        lives,
        [(time(1), Some(time(51)), Status::Lapsed), (time(100), Some(time(150)), Status::Lapsed),]
    );
    assert_eq!(symptoms[0].id, symptoms[1].id);
    assert_eq!(symptoms[0].key, [("node".into(), Value::from("x"))]);
    // Fixed for all time: hosts store it.
    assert_eq!(format!("{:032x}", symptoms[0].id), "2ea3b33006ca713cfe955a602ff623d6");
}

#[test]
fn m4_1_resolved_is_seen_and_lapsed_is_not() {
    let mut world = World::new(RULES);
    world.row(0, "E x on");
    world.row(1, "A x reg/a:1");
    world.row(20, "E x off");
    let lines = world.log(200);
    assert!(lines.contains(&"20s resolved cause(x) confirmed".into()), "{lines:?}");
    assert!(lines.contains(&"51s lapsed symptom(x) confirmed".into()), "{lines:?}");
}

#[test]
fn m4_1_what_lapses_through_another_rule_has_lapsed() {
    let rules = r#"
        event A { node: node }
        entity E { key node: node, state: text }
        derive D { node: node } keep 10s when { A { node } }
        finding f(node) { severity info when { D { node }
          E { node, state: "on" } } title "{node}" }
        finding g(node) { severity info when { f { node } } title "{node}" }
    "#;
    let mut world = World::new(rules);
    world.row(0, "E x on");
    world.row(1, "A x");
    world.row(50, "A x");
    world.row(55, "E x off");
    assert_eq!(
        world.log(100),
        [
            "1s opened f(x) confirmed",
            "1s opened g(x) confirmed",
            "11s lapsed f(x) confirmed",
            "11s lapsed g(x) confirmed",
            "50s opened f(x) confirmed",
            "50s opened g(x) confirmed",
            "55s resolved f(x) confirmed",
            "55s resolved g(x) confirmed",
        ]
    );
}

#[test]
fn m4_1_what_another_block_would_still_conclude_has_lapsed() {
    let blocks = [
        r#"derive D { node: node } when { E { node, state: "on" } }"#,
        "derive D { node: node } keep 9s when { E { node, state: _ }  count(B { node } within 5s) >= 2 }",
    ];
    let log = |blocks: &[&str], last: i64| {
        let mut world = World::new(&format!(
            r#"event B {{ node: node }}
            entity E {{ key node: node, state: text }}
            {}
            finding f(node) {{ severity info when {{ D {{ node }} }} title "{{node}}" }}"#,
            blocks.concat()
        ));
        world.row(0, "E x on");
        world.row(1, "B x");
        world.row(6, "E x off");
        world.row(last, "B x");
        world.log(7)
    };
    let [one, other] = blocks;
    for blocks in [[one, other], [other, one]] {
        let lapsed = ["0s opened f(x) confirmed", "6s lapsed f(x) confirmed"];
        assert_eq!(log(&blocks, 6), lapsed, "the first B ran out as the second came");
        let resolved = ["0s opened f(x) confirmed", "6s resolved f(x) confirmed"];
        assert_eq!(log(&blocks, 7), resolved, "there never were two");
    }
}

#[test]
fn m4_1_what_was_there_when_first_observed_lapses_as_such() {
    let rules = r#"
        event A { node: node }
        event B { node: node }
        entity E { key node: node, state: text }
        derive D { node: node } when { E { node, state: "on" }
          B { node } within 4s }
        finding f(node) { severity info keep 5s when { A { node }
          D { node } for 3s } title "{node}" }
    "#;
    let mut world = World::new(rules);
    world.row(0, "A x");
    world.row(0, "B x");
    world.assumed(3, 5, "E x on");
    assert_eq!(
        world.log(60),
        ["3s opened f(x) suspected needs B E", "4s lapsed f(x) suspected needs B E"]
    );
}

#[test]
fn texts_are_the_first_that_may_be_used() {
    let mut world = World::new(RULES);
    world.row(0, "E x on");
    world.row(1, "A x reg/a:1");
    world.advance(91);
    let episodes = world.engine.episodes();
    let cause = episodes.iter().find(|of| of.mode == "cause").unwrap();
    assert_eq!(cause.title, "reg/a:1 on x");
    assert_eq!(cause.because, "reg since 1m30s");
    assert_eq!(cause.remedy, "switch x off");
    world.remove(100, "E x");
    world.advance(200);
    let episodes = world.engine.episodes();
    let cause = episodes.iter().find(|of| of.mode == "cause").unwrap();
    assert_eq!(cause.title, "reg/a:1 on x", "as it was when it held");
    assert_eq!(cause.because, "reg since 1m39s", "as old as it was at its end");
}

#[test]
fn a_text_whose_guard_is_false_is_never_said() {
    let rules = r#"
        event A { node: node, image: image }
        entity E { key node: node, state: text }
        finding f(node) {
          severity info
          when { A { node, image: _ } }
          title "{node} is on" when { E { node, state: "on" } }
          title "{node}"
          remedy "switch {node} off" when { E { node, state: "on" } }
        }
    "#;
    for (state, said) in [("on", ["x is on", "switch x off"]), ("off", ["x", ""])] {
        let mut world = World::new(rules);
        world.row(0, &format!("E x {state}"));
        world.row(1, "A x reg/a:1");
        world.advance(2);
        let episodes = world.engine.episodes();
        assert_eq!([episodes[0].title.as_str(), episodes[0].remedy.as_str()], said);
    }
}

#[test]
fn m4_2_causes_and_roots() {
    let mut world = World::new(RULES);
    world.row(0, "E x on");
    world.row(1, "A x reg/a:1");
    assert_eq!(
        world.log(60),
        [
            "1s opened cause(x) confirmed",
            "1s opened symptom(x) confirmed",
            "51s lapsed symptom(x) confirmed",
        ]
    );
    let episodes = world.engine.episodes();
    let (cause, symptom) = (&episodes[0], &episodes[1]);
    assert_eq!(symptom.explained_by, [(cause.id, cause.opened)]);
    assert_eq!(cause.explains, [(symptom.id, symptom.opened)]);
    assert_eq!((cause.root, symptom.root), (true, false));
}

#[test]
fn m4_2_a_cause_that_is_over_stays_its_root() {
    let mut world = World::new(RULES);
    world.row(0, "E x on");
    world.row(1, "A x reg/a:1");
    world.row(10, "E x off");
    world.advance(40);
    let episodes = world.engine.episodes();
    let symptom = episodes.iter().find(|of| of.mode == "symptom").unwrap();
    assert_eq!(
        (symptom.status, symptom.root, symptom.explained_by.len()),
        (Status::Open, false, 1)
    );
}

#[test]
fn m4_2_a_cause_that_comes_later_is_an_update() {
    let mut world = World::new(RULES);
    world.row(0, "E x off");
    world.row(1, "A x reg/a:1");
    world.row(10, "E x on");
    assert_eq!(
        world.log(20),
        [
            "1s opened symptom(x) confirmed",
            "10s opened cause(x) confirmed",
            "10s updated symptom(x) confirmed",
        ]
    );
}

#[test]
fn m4_2_no_cause_begins_after_its_symptom() {
    let rules = r#"
        event A { node: node }
        event B { node: node }
        finding cause(node) { severity info when { B { node } } title "{node}" explains symptom { node } }
        finding symptom(node) { severity info when { A { node } } title "{node}" }
    "#;
    for (from, causes) in [(0, 0), (4, 1)] {
        let mut world = World::blind(rules);
        world.covered("B", 0, from);
        world.row(3, "A x");
        world.row(5, "B x");
        world.advance(10);
        let episodes = world.engine.episodes();
        let symptom = episodes.iter().find(|of| of.mode == "symptom").unwrap();
        assert_eq!(symptom.explained_by.len(), causes, "covered from {from}");
    }
}

#[test]
fn m4_3_a_suspected_cause_unroots_only_what_is_itself_suspected() {
    let mut world = World::blind(RULES);
    world.row(1, "A x reg/a:1");
    world.advance(10);
    let episodes = world.engine.episodes();
    let symptom = episodes.iter().find(|of| of.mode == "symptom").unwrap();
    assert_eq!((symptom.explained_by.len(), symptom.root), (1, true));
}

#[test]
fn evidence_is_in_canonical_order_with_its_origin() {
    let mut world = World::new(RULES);
    world.row(0, "E x on");
    world.row(1, "A x reg/a:1");
    world.advance(10);
    let episodes = world.engine.episodes();
    let cause = &episodes[0];
    let facts: Vec<_> = cause.evidence.iter().map(|of| (of.relation.as_str(), of.time)).collect();
    assert_eq!(facts, [("t.E", time(0)), ("t.A", time(1))]);
    assert_eq!(cause.evidence[1].fields[1], ("image".into(), Value::from("reg/a:1")));
}

#[test]
fn m6_2_a_rule_over_its_limit_takes_no_new_keys_and_suspects_what_is_open() {
    let limits = Limits { work: 40, ..Limits::default() };
    let mut world = World::with(RULES, Options { limits, ..Options::default() });
    let all = ["A", "B", "E"];
    all.iter().for_each(|name| world.covered(name, 0, -9999));
    world.row(0, "E x on");
    world.row(1, "A x reg/a:1");
    assert_eq!(world.log(2), ["1s opened cause(x) confirmed", "1s opened symptom(x) confirmed"]);
    for at in 0..60 {
        world.row(3, &format!("E n{at} on"));
        world.row(3, &format!("A n{at} reg/a:1"));
    }
    world.row(3, "E x on");
    world.row(3, "A x reg/a:2");
    let lines = world.log(3);
    assert!(lines.contains(&"3s updated cause(x) suspected needs limit".into()), "{lines:?}");
    let opened = lines.iter().filter(|line| line.contains("opened cause")).count();
    assert!(opened > 0 && opened < 60, "{opened}");
    // Instants under the limit take the rest.
    for at in 4..30 {
        world.row(at, "E other off");
        world.advance(at);
    }
    let lines = support::lines(&world.engine.drain());
    assert!(lines.iter().any(|line| line.contains("updated cause(x) confirmed")), "{lines:?}");
    let open = world.engine.episodes().iter().filter(|of| of.mode == "cause").count();
    assert_eq!(open, 61);
}

#[test]
fn m6_2_keys_that_a_rule_had_no_work_for_are_counted() {
    let limits = Limits { work: 0, ..Limits::default() };
    let rules = r#"event B { node: node } finding f(node) { severity info keep 5s when { B { node } } title "{node}" }"#;
    let mut world = World::with(rules, Options { limits, ..Options::default() });
    for node in ["x", "y"] {
        world.row(1, &format!("B {node}"));
    }
    world.advance(2);
    let postponed: Vec<_> = world.engine.postponed().collect();
    assert_eq!(postponed, [("t.f", 2)]);
    assert!(world.engine.episodes().is_empty());
}

#[test]
fn m6_2_absence_of_what_a_rule_over_its_limit_concludes_is_unknown() {
    let rules = r#"
        entity E { key node: node, state: text }
        entity Z { key node: node }
        derive Busy { node: node } when { E { node, state: "on" } }
        finding idle(node) { severity info when { Z { node }  no Busy { node } } title "{node}" }
    "#;
    let limits = Limits { work: 40, ..Limits::default() };
    let mut world = World::with(rules, Options { limits, ..Options::default() });
    ["E", "Z"].iter().for_each(|name| world.covered(name, 0, -9999));
    world.row(1, "Z z");
    assert_eq!(world.log(2), ["1s opened idle(z) confirmed"]);
    for at in 0..60 {
        world.row(3, &format!("E n{at} on"));
    }
    assert_eq!(world.log(3), ["3s updated idle(z) suspected needs limit"]);
    let mut copy = Engine::restore(
        pack(rules),
        Options { limits, ..Options::default() },
        &world.engine.snapshot(),
    )
    .unwrap();
    // Instants under the limit take the rest.
    for at in 4..30 {
        world.row(at, "E other off");
        world.advance(at);
        let fact = world.fact("E other off", 0, at);
        copy.insert(Input::Fact(fact)).unwrap();
        copy.advance(time(at));
    }
    let lines = support::lines(&world.engine.drain());
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].ends_with("updated idle(z) confirmed"), "{lines:?}");
    assert_eq!(support::lines(&copy.drain()), lines);
}

#[test]
fn m6_2_a_full_hold_back_buffer_is_an_error() {
    let limits = Limits { held: 2, ..Limits::default() };
    let mut engine = Engine::new(pack(RULES), Options { limits, ..Options::default() }).unwrap();
    let mut world = World::blind(RULES);
    let facts: Vec<_> = (0..3).map(|at| world.fact("B x", 0, at)).collect();
    let taken: Vec<bool> =
        facts.into_iter().map(|fact| engine.insert(Input::Fact(fact)).is_ok()).collect();
    assert_eq!(taken, [true, true, false]);
}

#[test]
fn closed_episodes_are_remembered_up_to_the_limit() {
    let limits = Limits { closed: 2, ..Limits::default() };
    let mut world = World::with(RULES, Options { limits, ..Options::default() });
    for at in 0..5 {
        world.row(at * 100, "A x reg/a:1");
    }
    world.advance(10_000);
    let closed = world.engine.episodes();
    assert_eq!(closed.iter().filter(|of| of.status == Status::Lapsed).count(), 2);
}

#[test]
fn parameters_are_fixed_and_within_their_range() {
    let rules = r#"
        event A { node: node }
        finding f(node) {
          severity info
          param least = 2 in 1..5
          when { A { node: _ }, count(A { node }) >= least }
          title "{node}"
        }
    "#;
    let rules = rules
        .replace(
            "A { node: _ }, count",
            "E { node }
 count",
        )
        .replace("finding f", "entity E { key node: node } finding f");
    let pack = pack(&rules);
    let id = etio_plan::ParamId(0);
    for (value, fine) in [(Value::Int(3), true), (Value::Int(6), false), (Value::from("3"), false)]
    {
        let options = Options { params: vec![(id, value.clone())], ..Options::default() };
        assert_eq!(Engine::new(Arc::clone(&pack), options).is_ok(), fine, "{value:?}");
    }
}

#[test]
fn what_a_site_ignores_is_said_while_its_conditions_hold() {
    let site = r#"
        site "acme" {
          ignore symptom { node: "y" } because "y is known"
          ignore symptom when { E { node, state: "off" } } because "it is off"
        }
    "#;
    let mut world = World::new(&format!("{RULES}{site}"));
    let ignored = |world: &World, node: &str| -> Option<String> {
        let episodes = world.engine.episodes();
        let mine = |of: &&etio_engine::Episode| {
            of.mode == "symptom" && of.key == [("node".into(), Value::from(node))]
        };
        episodes.iter().find(mine).expect("it is open").ignored.clone()
    };
    world.row(0, "E x on");
    world.row(1, "A x reg/a:1");
    world.row(1, "A y reg/a:1");
    world.advance(2);
    assert_eq!(ignored(&world, "x"), None);
    assert_eq!(ignored(&world, "y"), Some("y is known (site acme)".into()));
    world.row(3, "E x off");
    world.advance(4);
    assert_eq!(ignored(&world, "x"), Some("it is off (site acme)".into()));
    world.row(5, "E x on");
    world.advance(6);
    assert_eq!(ignored(&world, "x"), None);
}

#[test]
fn m4_2_the_first_evidence_of_an_episode_is_that_with_which_it_opened() {
    let rules = r#"
        event B { node: node }
        finding stuck(node) { severity info keep 5s when { B { node } } title "{node}" }
        finding behind(node) { severity info when { stuck { node } } title "{node}" }
        finding symptom(node) { severity info when { stuck { node } } title "{node}" }
        finding cause(node) { severity info when { behind { node } } unless { B { node } within 4s }
          title "{node}" explains symptom { node } }
    "#;
    let mut world = World::new(rules);
    // When the cause opens the first of these is over, but `behind` still is the episode it began.
    world.row(0, "B x");
    world.row(1, "B x");
    world.advance(5);
    let episodes = world.engine.episodes();
    let of = |mode: &str| episodes.iter().find(|of| of.mode == mode).expect("it is open");
    assert_eq!(of("cause").opened, time(5));
    assert_eq!(of("symptom").explained_by, [(of("cause").id, of("cause").opened)]);
}

#[test]
fn m4_2_what_is_only_shown_is_no_evidence() {
    let rules = r#"
        entity E { key node: node }
        event A { node: node }
        event B { node: node }
        finding symptom(node) { severity info when { A { node } } title "{node}" }
        finding cause(node) { severity info when { B { node } } maybe { e = E { node } }
          title "{node}" because "since {age(e)}" explains symptom { node } }
    "#;
    let mut world = World::new(rules);
    world.row(0, "E x");
    world.row(1, "A x");
    world.row(2, "B x");
    world.advance(2);
    let episodes = world.engine.episodes();
    let of = |mode: &str| episodes.iter().find(|of| of.mode == mode).expect("it is open");
    assert_eq!(of("cause").evidence.len(), 2);
    // The cause began after the symptom, however old what it shows beside.
    assert_eq!(of("symptom").explained_by, []);
}
