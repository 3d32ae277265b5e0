//! Promises that hold for every history.
#![allow(clippy::unwrap_used, reason = "a test that is written wrong may fail in any way")]

#[path = "support/history.rs"]
mod history;
mod support;

use etio_engine::{Engine, Options};
use etio_plan::Input;
use history::{END, PROGRAM, Step, inputs};
use proptest::prelude::*;
use support::{S, World, lines, time};

/// The whole log of a history whose inputs are inserted in an order, at once or in batches.
fn log(world: &World, inputs: &[Input], seed: u64, advances: &[i64], held: bool) -> Vec<String> {
    let options = Options { seed, ..Options::default() };
    let mut engine = Engine::new(world.pack.clone(), options).unwrap();
    let mut left: Vec<Input> = inputs.to_vec();
    let mut log = Vec::new();
    for to in advances.iter().copied().chain([time(2 * END)]) {
        // Nothing may come late: what is due by then is inserted before, the rest maybe.
        let due = |input: &Input| !held || effect(input) <= to;
        let (now, later): (Vec<_>, Vec<_>) = left.into_iter().partition(due);
        now.into_iter().for_each(|input| engine.insert(input).unwrap());
        left = later;
        engine.advance(to);
        log.extend(lines(&engine.drain()));
        log.extend(
            engine
                .episodes()
                .iter()
                .filter(|_| to == time(2 * END))
                .map(|episode| format!("{episode:?}")),
        );
    }
    log
}

/// When an input takes effect at the earliest.
fn effect(input: &Input) -> i64 {
    match input {
        Input::Fact(fact) => fact.assumed_from.unwrap_or(fact.time),
        Input::Remove(fact) => fact.time,
        Input::Snapshot { time, .. } => *time,
        Input::Covered { from, .. } | Input::Gap { from, .. } | Input::Silent { from, .. } => *from,
        Input::Source { .. } => i64::MIN,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// M1.1, M6.1: the log is one and the same for every order and batching that means the same.
    #[test]
    fn order_batching_and_seed_mean_nothing(
        (steps, shuffled) in history::history().prop_flat_map(|steps| {
            let order: Vec<usize> = (0..steps.len() + 3).collect();
            (Just(steps), Just(order).prop_shuffle())
        }),
        mut advances in prop::collection::vec(0..END * 10, 0..12),
    ) {
        let mut world = World::blind(PROGRAM);
        let steps: Vec<Step> = steps;
        let inputs = inputs(&mut world, &steps);
        advances.sort_unstable();
        let advances: Vec<i64> = advances.into_iter().map(|tenth| time(0) + tenth * S / 10).collect();
        let expected = log(&world, &inputs, 0, &[], false);
        let mixed: Vec<Input> = shuffled.iter().map(|at| inputs[*at].clone()).collect();
        prop_assert_eq!(&log(&world, &mixed, 7, &[], false), &expected, "shuffled");
        prop_assert_eq!(&log(&world, &mixed, 1, &advances, false), &expected, "advanced in steps");
        prop_assert_eq!(&log(&world, &mixed, 2, &advances, true), &expected, "inserted in batches");
    }
}
