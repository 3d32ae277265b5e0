//! Random histories of the program beside this file.

use etio_plan::{Input, SourceId};
use proptest::prelude::*;

use super::support::{World, time};

pub(crate) const PROGRAM: &str = include_str!("program.etio");

/// Every history is over by this second.
pub(crate) const END: i64 = 40;

/// What happens, at a second, told by a source.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) at: i64,
    source: u32,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Row(String),
    Assumed(String),
    Remove(String),
    Covered(&'static str),
    Gap(&'static str, i64),
    Silent(&'static str),
}

pub(crate) fn history() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(), 1..40)
}

fn step() -> impl Strategy<Value = Step> {
    (0..END, 0..3u32, what()).prop_map(|(at, source, what)| Step { at, source, what })
}

fn what() -> impl Strategy<Value = What> {
    let node = || prop::sample::select(vec!["x", "y"]);
    let event = (prop::sample::select(vec!["A", "B", "L"]), node(), 0..3)
        .prop_map(|(event, node, n)| format!("{event} {node} {n}"));
    let state = || prop::sample::select(vec!["on", "off"]);
    let optional = |word: Option<i64>| word.map_or("-".to_string(), |word| word.to_string());
    let entity = (node(), state(), prop::option::of(0..3i64))
        .prop_map(move |(node, state, n)| format!("E {node} {state} {}", optional(n)));
    let pair = (node(), 0..3, state(), prop::option::of(0..END))
        .prop_map(move |(node, n, mark, since)| format!("P {node} {n} {mark} {}", optional(since)));
    let row = prop_oneof![entity, pair];
    let gone = prop_oneof![
        node().prop_map(|node| format!("E {node}")),
        (node(), 0..3).prop_map(|(node, n)| format!("P {node} {n}")),
    ];
    let scope = || {
        prop::sample::select(vec![
            "A", "B", "B node=x", "L", "E", "E node=y", "P", "A n=1", "P node=x",
        ])
    };
    prop_oneof![
        6 => event.prop_map(What::Row),
        4 => row.clone().prop_map(What::Row),
        1 => row.prop_map(What::Assumed),
        1 => gone.prop_map(What::Remove),
        3 => scope().prop_map(What::Covered),
        1 => (scope(), 1..6i64).prop_map(|(scope, length)| What::Gap(scope, length)),
        1 => scope().prop_map(What::Silent),
    ]
}

/// The inputs of a history, in the order of its steps.
pub(crate) fn inputs(world: &mut World, steps: &[Step]) -> Vec<Input> {
    let sources = [(0, "kubelet", 1), (1, "api", support_second()), (2, "audit", 1)];
    let mut inputs: Vec<Input> = sources
        .into_iter()
        .map(|(source, name, resolution)| Input::Source {
            source: SourceId(source),
            name: name.into(),
            resolution,
        })
        .collect();
    for step in steps {
        let source = SourceId(step.source);
        let scope = |what: &str| world.scope(what);
        inputs.push(match &step.what {
            What::Covered(what) => {
                let (relation, scope) = scope(what);
                Input::Covered { source, relation, scope, from: time(step.at) }
            }
            What::Gap(what, length) => {
                let (relation, scope) = scope(what);
                let (from, to) = (time(step.at), time(step.at + length));
                Input::Gap { source, relation, scope, from, to }
            }
            What::Silent(what) => {
                let (relation, scope) = scope(what);
                Input::Silent { source, relation, scope, from: time(step.at) }
            }
            What::Row(row) => Input::Fact(world.fact(row, step.source, step.at)),
            What::Remove(row) => Input::Remove(world.fact(row, step.source, step.at)),
            What::Assumed(row) => {
                let mut fact = world.fact(row, step.source, step.at);
                fact.assumed_from = Some(time(step.at / 2));
                Input::Fact(fact)
            }
        });
    }
    inputs
}

fn support_second() -> i64 {
    super::support::S
}
