//! The engine and the oracle tell one and the same story of every program and history.

#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test: where it is wrong it should stop"
)]

#[path = "support/checked.rs"]
mod checked;
mod oracle;
mod support;

use std::{collections::BTreeMap, sync::Arc};

use etio_engine::{Change, Engine, Options, Transition, Verdict};
use etio_plan::{Input, Pack, SourceId, Value};
use oracle::{
    Event,
    programs::{Width, program},
    tell,
};
use proptest::prelude::*;
use support::{S, World, time};

/// Histories are over by this second, and told until no window is left.
const END: i64 = 20;
const UNTIL: i64 = 50;

/// A step of a history in words: second, source, and what.
type Step = (i64, u32, String);

fn cases(share: u32) -> ProptestConfig {
    let told = std::env::var("ETIO_CASES").ok().and_then(|n| n.parse().ok());
    let failure_persistence = None;
    ProptestConfig {
        cases: told.unwrap_or(256) / share,
        failure_persistence,
        max_shrink_iters: 20_000,
        ..ProptestConfig::default()
    }
}

fn events() -> impl Strategy<Value = Vec<Step>> {
    let event = (prop::sample::select(vec!["A", "B"]), prop::sample::select(vec!["x", "y"]), 0..3)
        .prop_map(|(event, node, n)| format!("{event} {node} {n}"));
    prop::collection::vec((0..END, Just(0u32), event), 0..16)
}

/// Everything that may be told while all is collected.
fn facts() -> impl Strategy<Value = Vec<Step>> {
    let node = || prop::sample::select(vec!["x", "y"]);
    let state = || prop::sample::select(vec!["on", "off"]);
    let maybe = |n: Option<i64>| n.map_or("-".to_string(), |n| n.to_string());
    let event = (prop::sample::select(vec!["A", "B", "L"]), node(), 0..3)
        .prop_map(|(event, node, n)| format!("{event} {node} {n}"));
    let entity = (node(), state(), prop::option::of(0..3i64))
        .prop_map(move |(node, state, n)| format!("E {node} {state} {}", maybe(n)));
    let pair = (node(), 0..3, state(), prop::option::of(0..END))
        .prop_map(move |(node, n, mark, since)| format!("P {node} {n} {mark} {}", maybe(since)));
    let gone = prop_oneof![
        node().prop_map(|node| format!("remove E {node}")),
        (node(), 0..3).prop_map(|(node, n)| format!("remove P {node} {n}")),
    ];
    let what = prop_oneof![4 => event, 2 => entity, 2 => pair, 1 => gone];
    prop::collection::vec((0..END, 0..3u32, what), 0..20)
}

/// What may be collected, partly, and lost.
fn coverage() -> impl Strategy<Value = Vec<Step>> {
    let what = || {
        prop::sample::select(vec![
            "A",
            "B",
            "L",
            "E",
            "P",
            "A node=x",
            "A n=1",
            "B n=1",
            "B node=y n=1",
            "L node=x",
            "P node=x",
        ])
    };
    let told = prop_oneof![
        4 => what().prop_map(|what| format!("covered {what}")),
        2 => (what(), 1..6).prop_map(|(what, length)| format!("gap {length} {what}")),
        1 => what().prop_map(|what| format!("silent {what}")),
    ];
    prop::collection::vec((0..END, 0..2u32, told), 0..10)
}

/// Everything collected, always.
fn all_collected() -> Vec<Step> {
    ["A", "B", "L", "E", "P"].map(|name| (-1000, 0, format!("covered {name}"))).into()
}

fn inputs(world: &mut World, steps: &[Step]) -> Vec<Input> {
    let mut inputs: Vec<Input> = (0..3)
        .map(|source| Input::Source {
            source: SourceId(source),
            name: ["kubelet", "api", "audit"][source as usize].into(),
            resolution: if source == 1 { 2 * S } else { 1 },
        })
        .collect();
    inputs.extend(steps.iter().map(|(at, source, what)| input(world, *at, *source, what)));
    inputs
}

fn input(world: &mut World, at: i64, number: u32, what: &str) -> Input {
    let source = SourceId(number);
    let (verb, rest) = what.split_once(' ').unwrap();
    let from = time(at);
    match verb {
        "remove" => Input::Remove(world.fact(rest, number, at)),
        "covered" => {
            let (relation, scope) = world.scope(rest);
            Input::Covered { source, relation, scope, from }
        }
        "silent" => {
            let (relation, scope) = world.scope(rest);
            Input::Silent { source, relation, scope, from }
        }
        "gap" => {
            let (length, what) = rest.split_once(' ').unwrap();
            let (relation, scope) = world.scope(what);
            let to = time(at + length.parse::<i64>().unwrap());
            Input::Gap { source, relation, scope, from, to }
        }
        _ => Input::Fact(world.fact(what, number, at)),
    }
}

/// What the engine tells, in the oracle's words.
fn told<'a>(
    pack: &Arc<Pack>,
    inputs: impl Iterator<Item = &'a Input>,
    stops: &[i64],
) -> Vec<Event> {
    let mut engine = Engine::new(pack.clone(), Options::default()).unwrap();
    inputs.for_each(|input| engine.insert(input.clone()).unwrap());
    stops.iter().chain([&UNTIL]).for_each(|stop| engine.advance(time(*stop)));
    let transitions = engine.drain();
    let mut names = BTreeMap::new();
    for of in &transitions {
        names.insert(of.id, (of.rule.to_string(), key(of)));
    }
    let event = |of: &Transition| Event {
        time: of.time,
        rule: pack.rules.iter().position(|rule| *rule.path == *of.rule).unwrap(),
        key: key(of),
        change: match of.change {
            Change::Opened => "opened",
            Change::Updated => "updated",
            Change::Resolved => "resolved",
            Change::Lapsed => "lapsed",
        },
        confirmed: of.verdict == Verdict::Confirmed,
        needs: of.needs.iter().map(|need| need.relation.clone()).collect(),
        causes: of
            .explained_by
            .iter()
            .map(|(id, opened)| {
                let (rule, key) = names[id].clone();
                (rule, key, *opened)
            })
            .collect(),
    };
    let mut events: Vec<Event> = transitions.iter().map(event).collect();
    events.sort();
    events
}

fn key(of: &Transition) -> String {
    let values: Vec<Value> = of.key.iter().map(|(_, value)| value.clone()).collect();
    oracle::spelled(&values)
}

fn lines(pack: &Pack, events: &[Event]) -> Vec<String> {
    let second = |time: i64| (time - support::ZERO) as f64 / S as f64;
    let line = |of: &Event| {
        let causes: Vec<String> = of
            .causes
            .iter()
            .map(|(rule, key, opened)| format!("{rule}({key})@{}", second(*opened)))
            .collect();
        format!(
            "{}s {} {}({}) {} needs {:?} by {causes:?}",
            second(of.time),
            of.change,
            pack.rules[of.rule].path,
            of.key,
            if of.confirmed { "confirmed" } else { "suspected" },
            of.needs,
        )
    };
    events.iter().map(line).collect()
}

fn agree(text: &str, steps: &[Step], coverage: &[Step]) -> Result<(), TestCaseError> {
    let mut world = World::blind(text);
    let steps = [coverage, steps].concat();
    let inputs = inputs(&mut world, &steps);
    let pack = world.pack;
    let oracle = lines(&pack, &tell(&pack, &inputs, time(UNTIL)));
    let engine = lines(&pack, &told(&pack, inputs.iter(), &[]));
    prop_assert_eq!(&engine, &oracle, "engine and oracle, of {} over {:#?}", text, steps);
    // Neither the order of arrival, nor telling twice, nor stopping between means anything (M1.1, M1.7).
    let twice = inputs.iter().rev().chain(&inputs);
    let other = lines(&pack, &told(&pack, twice, &[-2000, 3, 4, 11, 30]));
    prop_assert_eq!(other, engine, "otherwise told, {} over {:#?}", text, steps);
    // What it says for itself holds before a checker that shares no code with it.
    let mut engine = Engine::new(pack.clone(), Options::default()).unwrap();
    inputs.iter().for_each(|input| engine.insert(input.clone()).unwrap());
    for stop in [4, 9, 14, 22, UNTIL] {
        engine.advance(time(stop));
        for (proof, wrong) in checked::proofs(&pack, &inputs, &mut engine) {
            prop_assert!(
                wrong.is_empty(),
                "{wrong:#?} at {stop}, {text} over {steps:#?}, {proof:#?}"
            );
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(1))]

    #[test]
    fn events_and_windows(text in program(Width::Events), steps in events()) {
        agree(&text, &steps, &all_collected())?;
    }

    #[test]
    fn every_condition(text in program(Width::All), steps in facts()) {
        agree(&text, &steps, &all_collected())?;
    }

    #[test]
    fn what_was_not_collected(text in program(Width::All), steps in facts(), coverage in coverage()) {
        agree(&text, &steps, &coverage)?;
    }
}
