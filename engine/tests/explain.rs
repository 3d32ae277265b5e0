//! What a proof says of each kind of condition, and why a rule finds nothing.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that is written wrong may fail in any way"
)]

mod support;

use etio_engine::{Standing, WhyNot};
use etio_plan::{Pack, Value};
use etio_proof::{Conclusion, Miss, Outcome, Part, Proof, Step};
use support::{S, World, ZERO, show};

const SCHEMA: &str = r#"
    event A { node: node, n: int, collect "look at a" }
    event B { node: node, n: int, collect "look at b" }
    entity E { key node: node, state: text, collect "look at e" }
"#;

/// A world that has seen these rows, at a second.
fn world(rules: &str, rows: &[(i64, &str)], until: i64) -> World {
    let mut world = World::new(&format!("{SCHEMA} {rules}"));
    for (at, row) in rows {
        match row.strip_prefix("remove ") {
            Some(row) => world.remove(*at, row),
            None => world.row(*at, row),
        }
    }
    world.advance(until);
    world
}

fn finding(body: &str) -> String {
    format!("finding f(node) {{ severity info keep 100s {body} title \"{{node}}\" }}")
}

/// The lines of the proof of the finding that is open.
fn proof_of(world: &mut World) -> Vec<String> {
    let id = world.engine.episodes()[0].id;
    let proof = world.engine.proof(id).unwrap();
    told(&world.pack, &proof)
}

fn second(time: i64) -> String {
    if time == i64::MAX { "-".into() } else { ((time - ZERO) / S).to_string() }
}

/// Each conclusion and its conditions, one a line.
fn told(pack: &Pack, proof: &Proof) -> Vec<String> {
    let mut lines = Vec::new();
    for of in &proof.conclusions {
        let path = pack.rules[of.rule].path.rsplit('.').next().unwrap();
        lines.push(format!("{path}{}", if of.sure { "" } else { "?" }));
        conclusion(pack, proof, of, &mut lines);
    }
    lines
}

fn conclusion(pack: &Pack, proof: &Proof, of: &Conclusion, lines: &mut Vec<String>) {
    lines.extend(of.when.iter().map(|of| step(pack, proof, of)));
    for block in &of.blocks {
        lines.push(format!("{:?} {:?}", block.kind, block.outcome).to_lowercase());
        lines.extend(block.steps.iter().map(|of| format!("  {}", step(pack, proof, of))));
    }
}

fn fact(pack: &Pack, proof: &Proof, at: usize) -> String {
    let fact = &proof.facts[at];
    let name = pack.get(fact.relation).unwrap().name();
    let name = name.split('#').next().unwrap();
    let values: Vec<String> = fact.values.iter().map(show).collect();
    format!("{name} {}@{}", values.join(" "), second(fact.time))
}

fn step(pack: &Pack, proof: &Proof, of: &Step) -> String {
    let mut words = vec![
        match of.outcome {
            Outcome::Holds => "+",
            Outcome::Weak => "~",
            Outcome::Unknown => "?",
            Outcome::Unseen => ".",
            Outcome::Fails => "-",
        }
        .to_string(),
    ];
    for support in &of.facts {
        let (from, until) = (second(support.from), second(support.until));
        words.push(format!("{} [{from},{until})", fact(pack, proof, support.fact)));
    }
    words.extend(of.value.as_ref().map(|value| format!("= {}", show(value))));
    for absent in &of.absent {
        let name = pack.get(absent.relation).unwrap().name();
        let (from, to) = (second(absent.from), second(absent.to));
        let by = absent.by.len();
        words.push(format!("no {name} [{from},{to}] {:?} by {by}", absent.seen).to_lowercase());
    }
    words.extend(of.miss.as_ref().map(|miss| self::miss(pack, proof, miss)));
    words.join(" ")
}

fn miss(pack: &Pack, proof: &Proof, of: &Miss) -> String {
    let parts = |parts: &[Part]| {
        let part = |part: &Part| match part {
            Part::Field { field, wanted } => format!("field {} wanted {}", field.0, show(wanted)),
            Part::Lacks(field) => format!("lacks {}", field.0),
            Part::Test(cells) => format!("test {}", show(&cells[0].1)),
            Part::Over(at) => format!("over {}", second(*at)),
            Part::Before(at) => format!("before {}", second(*at)),
            Part::After(at) => format!("after {}", second(*at)),
        };
        parts.iter().map(part).collect::<Vec<_>>().join(", ")
    };
    match of {
        Miss::Nothing(relation) => format!("nothing of {}", pack.get(*relation).unwrap().name()),
        Miss::Near { fact, parts: of } => {
            format!("near {}: {}", self::fact(pack, proof, *fact), parts(of))
        }
        Miss::Alone { fact, nearest, parts: of, .. } => {
            let nearest = nearest.map(|near| self::fact(pack, proof, near)).unwrap_or_default();
            format!("alone {} near {nearest}: {}", self::fact(pack, proof, *fact), parts(of))
        }
        Miss::Against(of) => {
            format!("against {} until {}", fact(pack, proof, of.fact), second(of.until))
        }
        Miss::Time(of) => format!(
            "time {} [{},{})",
            fact(pack, proof, of.fact),
            second(of.from),
            second(of.until)
        ),
        Miss::Untrue { values, turns } => {
            let values: Vec<String> = values.iter().map(|(_, value)| show(value)).collect();
            let turns = turns.map(|at| format!(" turns {}", second(at))).unwrap_or_default();
            format!("untrue {}{turns}", values.join(", "))
        }
    }
}

#[test]
fn each_condition_shows_its_facts_its_interval_and_who_vouches_for_what_is_absent() {
    let state = [(0, "E x on")];
    let events = [(1, "A x 1"), (3, "B x 1"), (4, "A x 2")];
    let rows = [&state[..], &events[..]].concat();
    for (when, expected) in [
        ("A { node, n: 1 }", "+ A x 1@1 [1,101)"),
        ("A { node, n: 1 } within 50s", "+ A x 1@1 [1,51)"),
        ("E { node, state: \"on\" }", "+ E x on@0 [0,-)"),
        ("A { node, n: 1 } then B { node, n: _ } within 5s", "+ A x 1@1 [3,103) B x 1@3 [3,103)"),
        (
            "A { node, n: 1 } then B { node, n: _ } within 5s without A { node, n: 2 }",
            "+ A x 1@1 [3,103) B x 1@3 [3,103) no a [1,3] holds by 1",
        ),
        (
            "A { node, n: 2 } without B { node, n: _ } for 5s",
            "+ A x 2@4 [9,109) no b [4,9] holds by 1",
        ),
        ("E { node, state: \"on\" } for 5s", "+ E x@0 [5,-)"),
        (
            "no B { node, n: _ } for 5s per E { node, state: \"on\" }",
            "+ E x@0 [5,-) no b [5,10] holds by 1",
        ),
    ] {
        let mut world = world(&finding(&format!("when {{ {when} }}")), &rows, 10);
        assert_eq!(proof_of(&mut world)[1], expected, "{when}");
    }
}

#[test]
fn aggregates_and_values_show_what_they_come_to() {
    let body = "when { E { node, state }  c = count(A { node, n: _ } within 50s)  c >= 2
        twice = c * 2  twice < 9  no B { node, n: _ } within 20s  state == \"on\" }";
    let mut world = world(&finding(body), &[(0, "E x on"), (1, "A x 1"), (2, "A x 2")], 10);
    assert_eq!(
        proof_of(&mut world),
        [
            "f",
            "+ E x on@0 [0,-)",
            "+ A x 1@1 [1,51) A x 2@2 [2,52) = 2 no a [-39,10] holds by 1",
            "+",
            "+ = 4",
            "+",
            "+ no b [-9,10] holds by 1",
            "+",
        ]
    );
}

#[test]
fn a_proof_goes_on_into_what_other_rules_concluded() {
    let rules = format!(
        "derive D {{ node: node, n: int }} when {{ A {{ node, n }} }} {}",
        finding("when { D { node, n: 1 } }")
    );
    let mut world = world(&rules, &[(1, "A x 1")], 2);
    assert_eq!(proof_of(&mut world), ["f", "+ D x 1@1 [1,-)", "D", "+ A x 1@1 [1,3601)"]);
}

#[test]
fn blocks_beside_when_show_how_they_came_out() {
    let body = "when { A { node, n } } confirm { E { node, state: \"on\" } }
        confirm { B { node, n } } unless { E { node, state: \"off\" } }";
    let mut world = world(&finding(body), &[(1, "A x 1"), (2, "E x on")], 3);
    assert_eq!(
        proof_of(&mut world),
        [
            "f",
            "+ A x 1@1 [1,101)",
            "unless fails",
            "  - no e [3,3] holds by 1 near E x on@2: field 1 wanted off",
            "confirm holds",
            "  + E x on@2 [2,-)",
            "confirm unseen",
            "  - no b [-96,3] holds by 1 nothing of B",
        ]
    );
}

#[test]
fn what_was_not_collected_is_said() {
    let body = "when { A { node, n: 1 }  no B { node, n: _ } within 5s }";
    let mut world = World::blind(&format!("{SCHEMA} {}", finding(body)));
    world.row(1, "A x 1");
    world.covered("B", 0, 3);
    world.advance(4);
    assert_eq!(proof_of(&mut world), ["f?", "+ A x 1@1 [1,101)", "? no b [0,4] unknown by 1"]);
}

#[test]
fn of_a_finding_that_ended_the_facts_are_remembered() {
    let mut world = world(&finding("when { A { node, n: 1 } }"), &[(1, "A x 1")], 500);
    let id = world.engine.episodes()[0].id;
    let proof = world.engine.proof(id).unwrap();
    assert_eq!((proof.at - ZERO) / S, 101);
    assert!(proof.conclusions[0].when.is_empty());
    assert_eq!(fact(&world.pack, &proof, 0), "A x 1@1");
}

/// Why the last rule finds nothing for a node, or for any.
fn why_not(world: &mut World, node: Option<&str>) -> WhyNot {
    let rule = world.pack.rules.len() - 1;
    world.engine.why_not(rule, &[Value::from(node.map(String::from))]).unwrap()
}

#[test]
fn the_nearest_miss_of_each_condition() {
    let rows = [(0, "E x on"), (1, "A x 1"), (3, "B x 1"), (8, "A x 2")];
    for (when, expected) in [
        ("A { node, n: 3 }", "near A x 2@8: field 1 wanted 3"),
        ("A { node, n: 1 } within 5s", "near A x 1@1: over 6"),
        ("A { node, n > 5 }", "near A x 2@8: test 2"),
        ("a = A { node, n: 2 }  B { node, n: _ } since a", "near B x 1@3: before 8"),
        ("A { node, n: 1 } then B { node, n: _ } within 1s", "alone A x 1@1 near B x 1@3: after 2"),
        (
            "A { node, n: 2 } then B { node, n: _ } within 1s",
            "alone A x 2@8 near B x 1@3: before 8",
        ),
        ("A { node, n: 2 } without B { node, n: _ } for 5s", "time A x 2@8 [13,113)"),
        ("A { node, n: 1 } without B { node, n: _ } for 5s", "against B x 1@3 until -"),
        ("E { node, state: \"off\" }", "near E x on@0: field 1 wanted off"),
        ("E { node, state: \"on\" } for 15s", "time E x@0 [15,-)"),
        ("no A { node, n: _ } for 5s per E { node, state: \"on\" }", "against A x 2@8 until 13"),
        ("E { node, state: _ }  no A { node, n: _ } within 5s", "against A x 2@8 until 13"),
        ("E { node, state: _ }  count(A { node, n: _ } within 50s) >= 3", "untrue 2"),
        ("a = newest A { node, n: _ }  age(a) > 3s", "untrue "),
    ] {
        // Another rule keeps events for longer: of what is kept no more nothing can be said.
        let rules = format!(
            "derive Kept {{ node: node, n: int }} when {{ A {{ node, n }}  B {{ node, n: _ }} }} {}",
            finding(&format!("when {{ {when} }}"))
        );
        let mut world = world(&rules, &rows, 10);
        let answer = why_not(&mut world, Some("x"));
        assert_eq!(answer.standing, Standing::Fails, "{when}");
        let lines = told(&world.pack, &answer.proof);
        let last = &lines[answer.proof.conclusions[0].when.len()];
        assert!(last.contains(expected), "{when}: {last}");
    }
}

#[test]
fn of_several_keys_the_one_that_gets_furthest_is_shown() {
    let body = "when { A { node, n: 1 }  B { node, n: _ }  E { node, state: \"on\" } }";
    let rows = [(1, "A x 1"), (1, "A y 1"), (2, "B y 1"), (2, "E z on")];
    let mut world = world(&finding(body), &rows, 3);
    let answer = why_not(&mut world, None);
    let lines = told(&world.pack, &answer.proof);
    assert!(lines[1].contains("A y 1@1"), "{lines:?}");
    assert!(lines[3].contains("near E z on@2: field 0 wanted y"), "{lines:?}");
}

#[test]
fn a_rule_that_could_have_made_it_so_is_followed() {
    let rules = format!(
        "derive D {{ node: node, n: int }} when {{ A {{ node, n }}  B {{ node, n }} }} {}",
        finding("when { D { node, n: 1 } }")
    );
    let mut world = world(&rules, &[(1, "A x 1")], 2);
    let answer = why_not(&mut world, Some("x"));
    assert_eq!(answer.proof.conclusions[0].when[0].inside, Some(1));
    let lines = told(&world.pack, &answer.proof);
    assert!(lines[2..] == ["D?", "+ A x 1@1 [1,3601)", lines[4].as_str()], "{lines:?}");
    assert!(lines[4].contains("nothing of B"), "{lines:?}");
}

#[test]
fn what_rules_it_out_or_does_not_pin_it_is_shown() {
    let rows = [(1, "A x 1"), (2, "E x on")];
    for (blocks, expected) in [
        ("unless { E { node, state: \"on\" } }", Standing::RuledOut),
        ("confirm { E { node, state: \"off\" } }", Standing::NotPinned),
        ("confirm { E { node, state: \"on\" } }", Standing::Holds),
    ] {
        let body = format!("when {{ A {{ node, n: 1 }} }} {blocks}");
        let mut world = world(&finding(&body), &rows, 3);
        assert_eq!(why_not(&mut world, Some("x")).standing, expected, "{blocks}");
    }
}

#[test]
fn what_to_collect_is_said() {
    let mut world = World::blind(&format!("{SCHEMA} {}", finding("when { A { node, n: 1 } }")));
    world.advance(3);
    let answer = why_not(&mut world, Some("x"));
    assert_eq!(answer.needs[0].collect, "look at a");
}

#[test]
fn that_it_held_before_is_said() {
    let mut world = world(&finding("when { A { node, n: 1 } }"), &[(1, "A x 1")], 500);
    let answer = why_not(&mut world, Some("x"));
    assert_eq!(answer.ended.map(|(at, _)| (at - ZERO) / S), Some(101));
}
