//! The independent checker takes every proof as it is, and none that was tampered with.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that is written wrong may fail in any way"
)]

#[path = "support/checked.rs"]
mod checked;
mod support;

use checked::{Told, proofs};
use etio_plan::Value;
use etio_proof::{Outcome, Proof, check};
use support::{S, World};

const RULES: &str = r#"
    event A { node: node, n: int }
    event B { node: node, n: int }
    entity E { key node: node, state: text }
    derive D { node: node, n: int } when { A { node, n } }
    finding f(node) {
      severity info
      when {
        E { node, state }
        state != "gone"
        A { node, n } then B { node, n: _ } within 5s
        c = count(A { node, n: _ } within 60s)
        c >= 2
        D { node, n }
        A { node, n: 2 } without B { node, n: 2 } for 5s
        no B { node, n: 3 } within 20s
        twice = c * 2
        twice < 9
      }
      confirm { E { node, state: "on" } }
      unless { E { node, state: "off" } }
      title "{node}"
    }
"#;

fn world() -> World {
    let mut world = World::new(RULES);
    for (at, row) in [(0, "E x on"), (1, "A x 1"), (3, "B x 1"), (4, "A x 2")] {
        world.row(at, row);
    }
    world.advance(20);
    world
}

/// The proof of the one finding.
fn proof(world: &mut World) -> Proof {
    let id = world.engine.episodes()[0].id;
    world.engine.proof(id).unwrap()
}

#[test]
fn a_proof_checks_and_says_what_could_not_be_checked() {
    let mut world = world();
    let proof = proof(&mut world);
    let report = check(&world.pack, &proof, &Told::new(&world.inputs));
    assert_eq!(report.wrong, [""; 0], "{proof:#?}");
    let unchecked = "that there was no t.B: only that it was collected".to_string();
    assert!(report.unchecked.contains(&unchecked), "{:#?}", report.unchecked);
}

#[test]
fn a_proof_that_was_tampered_with_is_rejected() {
    let mut world = world();
    let whole = proof(&mut world);
    let records = Told::new(&world.inputs);
    let refused = |name: &str, change: &dyn Fn(&mut Proof)| {
        let mut proof = whole.clone();
        change(&mut proof);
        assert_ne!(proof, whole, "{name}: nothing was changed");
        let report = check(&world.pack, &proof, &records);
        assert!(!report.wrong.is_empty(), "{name} was not noticed");
    };
    for at in 0..whole.facts.len() {
        refused(&format!("fact {at} left out"), &|proof| {
            proof.facts.remove(at);
        });
        refused(&format!("a field of fact {at}"), &|proof| {
            proof.facts[at].values[0] = Value::from("elsewhere");
        });
        if !whole.facts[at].origins.is_empty() {
            refused(&format!("the time of fact {at}"), &|proof| proof.facts[at].time += S);
            refused(&format!("the origin of fact {at}"), &|proof| {
                proof.facts[at].origins[0].at += 90
            });
        }
    }
    for at in 0..whole.conclusions[0].when.len() {
        let step = &whole.conclusions[0].when[at];
        refused(&format!("condition {at} left out"), &|proof| {
            proof.conclusions[0].when.remove(at);
        });
        refused(&format!("condition {at} fails"), &|proof| {
            proof.conclusions[0].when[at].outcome = Outcome::Fails;
        });
        if step.value.is_some() {
            refused(&format!("the value of condition {at}"), &|proof| {
                proof.conclusions[0].when[at].value = Some(Value::Int(77));
            });
        }
        for fact in 0..step.facts.len() {
            refused(&format!("fact {fact} of condition {at} left out"), &|proof| {
                proof.conclusions[0].when[at].facts.remove(fact);
            });
            refused(&format!("when fact {fact} of condition {at} counts"), &|proof| {
                proof.conclusions[0].when[at].facts[fact].until -= 1;
            });
        }
        for absent in 0..step.absent.len() {
            refused(&format!("absence {absent} of condition {at} is shorter"), &|proof| {
                proof.conclusions[0].when[at].absent[absent].from += 1;
            });
            refused(&format!("nobody vouches for absence {absent} of condition {at}"), &|proof| {
                proof.conclusions[0].when[at].absent[absent].by.clear();
            });
        }
    }
    let variables = 0..whole.conclusions[0].bound.len();
    for at in variables.filter(|at| !world.pack.rules[1].slots[*at].name.starts_with('#')) {
        refused(&format!("variable {at}"), &|proof| {
            proof.conclusions[0].bound[at] = Value::Int(-5);
        });
    }
    refused("no block confirms", &|proof| {
        proof.conclusions[0].blocks.pop();
    });
    refused("a block that rules out", &|proof| {
        proof.conclusions[0].blocks[0].outcome = Outcome::Holds;
    });
    refused("another rule", &|proof| proof.conclusions[0].rule = 0);
    refused("a later instant", &|proof| proof.at += 3600 * S);
}

#[test]
fn proofs_of_findings_that_ended_check() {
    let mut world = world();
    world.advance(9000);
    let proofs = proofs(&world.pack.clone(), &world.inputs, &mut world.engine);
    assert!(proofs.iter().all(|(_, wrong)| wrong.is_empty()), "{proofs:#?}");
    assert_eq!(proofs.len(), 1);
}

#[test]
fn two_absences_may_be_of_one_relation() {
    let mut world = World::new(
        r#"
        event A { node: node, n: int }
        finding f(node) {
          severity info
          when {
            A { node, n: 1 }
            c = count(A { node, n: 2 } then A { node, n: 3 } within 5s)
            c < 1
            no A { node, n: 4 } then A { node, n: 5 } within 5s
          }
          title "{node}"
        }
    "#,
    );
    world.row(0, "A x 1");
    world.advance(20);
    let proof = proof(&mut world);
    let report = check(&world.pack, &proof, &Told::new(&world.inputs));
    assert!(report.wrong.is_empty(), "{:#?}", report.wrong);
}
