//! Forgetting texts shows nowhere: an engine that never does goes through the same states and tells the same.

use std::{format, sync::Arc};

use etio_plan::{Input, Pack, Value};
use proptest::prelude::*;

use super::{
    history::{self, END, PROGRAM, inputs},
    support::{S, World, ZERO, time},
};
use crate::{Engine, Limits, Options};

/// How an engine is run.
#[derive(Clone, Copy, Debug)]
struct Run {
    limits: Limits,
    /// Whether the host takes the log each second. What it does not take keeps texts for others.
    takes: bool,
}

impl Run {
    /// It keeps hardly an episode that is over.
    fn lean() -> Self {
        Self { limits: Limits { closed: 1, ..Limits::default() }, takes: true }
    }

    /// The states of each second and what is told at the end. Each input is told in the second in which it
    /// is due.
    fn told(self, pack: &Arc<Pack>, inputs: &[Input], forgets: bool) -> Vec<Vec<u8>> {
        let options = Options { limits: self.limits, ..Options::default() };
        let mut engine = Engine::new(pack.clone(), options).unwrap();
        if !forgets {
            engine.symbols.never_forget();
        }
        let mut inputs = inputs.to_vec();
        let mut told = Vec::new();
        for at in 0..END * 2 {
            let due = |input: &mut Input| parts(input).0 <= time(at);
            inputs.extract_if(.., due).for_each(|input| engine.insert(input).unwrap());
            engine.advance(time(at));
            told.push(engine.snapshot());
            if self.takes {
                engine.drain();
            }
        }
        told.push(format!("{:?}", engine.episodes()).into());
        told.push(format!("{:?}", engine.drain()).into());
        told
    }
}

/// When an input counts, and the values it says.
fn parts(input: &mut Input) -> (i64, Vec<&mut Value>) {
    match input {
        Input::Source { .. } => (i64::MIN, Vec::new()),
        Input::Fact(fact) | Input::Remove(fact) => (fact.time, fact.values.iter_mut().collect()),
        Input::Covered { scope, from, .. }
        | Input::Gap { scope, from, .. }
        | Input::Silent { scope, from, .. } => {
            (*from, scope.iter_mut().map(|(_, value)| value).collect())
        }
        Input::Snapshot { time, .. } => (*time, Vec::new()),
    }
}

/// Gives the nodes of an input the names that they have at its time.
fn rename_nodes(input: &mut Input) {
    let (time, values) = parts(input);
    let era = time.saturating_sub(ZERO) / S / 8;
    for value in values {
        if let Value::Text(text) = value
            && matches!(text.as_str(), "x" | "y")
        {
            text.push_str(&era.to_string());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Nodes get other names as time passes, so that what keeps an old name is often the last that does.
    #[test]
    fn random_histories(steps in history::history()) {
        let mut world = World::blind(PROGRAM);
        let mut inputs = inputs(&mut world, &steps);
        inputs.iter_mut().for_each(rename_nodes);
        let told = |forgets| Run::lean().told(&world.pack, &inputs, forgets);
        prop_assert_eq!(told(false), told(true));
    }
}

/// Texts that one place alone still has.
#[test]
fn last_places() {
    let lean = Run::lean();
    let few = Limits { work: 1, ..lean.limits };
    for (what, rules, run) in [
        (
            "the first fact behind a row",
            r#"derive D { node: node } keep 9s when { A { node } }
            finding symptom(node) { severity info when { D { node } } title "{node}" }
            finding cause(node) { severity info keep 9s when { D { node }  A { node, said: "no" } }
              title "{node}" explains symptom { node } }"#,
            lean,
        ),
        ("a key that is computed", COMPUTED, lean),
        ("the key of a rule over its limit", COMPUTED, Run { limits: few, ..lean }),
        ("an episode that is over", COMPUTED, Run { limits: Limits::default(), ..lean }),
        ("a change that is not taken", COMPUTED, Run { takes: false, ..lean }),
    ] {
        let mut world = World::new(&format!("event A {{ node: node, said: text }}\n{rules}"));
        // What comes later takes the numbers of what was forgotten.
        for at in (0..20).chain(40..60) {
            world.row(at, &format!("A x word-{at}"));
        }
        let told = |forgets| run.told(&world.pack, &world.inputs, forgets);
        assert!(told(false) == told(true), "{what}");
    }
}

/// Its key and its title are texts of their own.
const COMPUTED: &str = r#"finding f(name) { severity info keep 9s when { A { said }
    name = pod("key", said)
    also = pod("title", said) } title "{also}" }"#;

/// A host that tells a new text with each event takes no more memory for that.
#[test]
fn memory_is_bounded() {
    let mut world = World::new(
        r#"event A { node: node, said: text }
        finding f(node) { severity info keep 9s when { A { node, said } } title "{said}" }"#,
    );
    world.engine.limits.closed = 3;
    let mut most = 0;
    for at in 0..200 {
        world.row(at, &format!("A x word-{at}"));
        world.advance(at);
        most = most.max(world.engine.symbols.count());
        let episode = world.engine.episodes().pop().unwrap();
        assert_eq!(
            episode.title,
            format!("word-{}", (at - 8).max(0)),
            "the oldest of nine seconds"
        );
    }
    assert!(most < 40, "the last ten texts, and a few of the program's: {most}");
}
