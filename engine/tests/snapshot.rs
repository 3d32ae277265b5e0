//! MEANING, section 6.5: snapshot, restore, fork.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that is written wrong may fail in any way"
)]

#[path = "support/history.rs"]
mod history;
mod support;

use std::sync::Arc;

use etio_engine::{Engine, Error, Limits, Options};
use etio_plan::{Input, Pack, ParamId, Value, checksum};
use history::{END, PROGRAM, inputs};
use proptest::prelude::*;
use support::{S, World, lines, pack, time};

const RULES: &str = r#"
    event A { node: node, n: int }
    entity E { key node: node, state: text }
    finding seen(node) { severity info keep 10s param least = 1 in 1..9
      when { A { node, n }  n >= least } title "{node} saw {n}" }
    finding on(node) { severity info when { E { node, state: "on" } } title "{node}" }
"#;

fn seeded(seed: u64) -> Options {
    Options { seed, ..Options::default() }
}

/// All that an engine tells from now on.
fn rest(engine: &mut Engine) -> Vec<String> {
    engine.advance(time(3 * END));
    let episodes = engine.episodes().iter().map(|of| format!("{of:?}")).collect();
    [lines(&engine.drain()), episodes].concat()
}

fn fed(pack: &Arc<Pack>, inputs: &[Input], seed: u64) -> Engine {
    let mut engine = Engine::new(pack.clone(), seeded(seed)).unwrap();
    inputs.iter().for_each(|input| engine.insert(input.clone()).unwrap());
    engine
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Wherever it is interrupted, restored under another seed it goes on as if it had not been; and a
    /// fork that hears otherwise does not disturb it.
    #[test]
    fn restored_it_goes_on_as_it_would(steps in history::history(), at in -1..END * 10) {
        let mut world = World::blind(PROGRAM);
        let inputs = inputs(&mut world, &steps);
        // Sources are named before anything takes effect.
        let first = |(nth, input): &(usize, Input)| nth % 3 > 0 || matches!(input, Input::Source { .. });
        let (now, later): (Vec<_>, Vec<_>) = inputs.iter().cloned().enumerate().partition(first);
        let mut engine = fed(&world.pack, &[], 0);
        now.into_iter().for_each(|(_, input)| engine.insert(input).unwrap());
        if at >= 0 {
            engine.advance(time(0) + at * S / 10);
        }
        let bytes = engine.snapshot();
        let mut restored = Engine::restore(world.pack.clone(), seeded(7), &bytes).unwrap();
        prop_assert_eq!(restored.snapshot(), bytes, "taken again");
        let mut fork = engine.fork();
        fork.insert(Input::Fact(world.fact("A x 1", 0, END))).unwrap();
        fork.advance(time(END));
        for (_, input) in later {
            engine.insert(input.clone()).unwrap();
            restored.insert(input).unwrap();
        }
        let stop = time(0) + (at + 7) * S / 10;
        engine.advance(stop);
        restored.advance(stop);
        prop_assert_eq!(engine.snapshot(), restored.snapshot(), "a little later");
        prop_assert_eq!(engine.next_deadline(), restored.next_deadline());
        prop_assert_eq!(engine.late(), restored.late());
        prop_assert_eq!(rest(&mut engine), rest(&mut restored));
    }

    /// Equal states have equal bytes, however they came about.
    #[test]
    fn one_state_has_one_spelling(
        (steps, order) in history::history().prop_flat_map(|steps| {
            let order: Vec<usize> = (0..steps.len() + 3).collect();
            (Just(steps), Just(order).prop_shuffle())
        }),
        stops in prop::collection::vec(0..END * 10, 0..5),
        at in 0..END * 10,
    ) {
        let mut world = World::blind(PROGRAM);
        let inputs = inputs(&mut world, &steps);
        let mut once = fed(&world.pack, &inputs, 0);
        once.advance(time(0) + at * S / 10);
        let mixed: Vec<Input> = order.iter().map(|at| inputs[*at].clone()).collect();
        let mut often = fed(&world.pack, &mixed, 99);
        let mut stops: Vec<i64> = stops.into_iter().filter(|stop| *stop < at).collect();
        stops.sort_unstable();
        stops.iter().chain([&at]).for_each(|stop| often.advance(time(0) + stop * S / 10));
        prop_assert_eq!(once.snapshot(), often.snapshot());
    }

    /// Damaged bytes are refused; bytes that lie are refused or restored, and nothing panics.
    #[test]
    fn wrong_bytes_do_not_panic(
        steps in history::history(),
        at in 0..END,
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut world = World::blind(PROGRAM);
        let inputs = inputs(&mut world, &steps);
        let mut engine = fed(&world.pack, &inputs, 0);
        engine.advance(time(at));
        let whole = engine.snapshot();
        let mut bytes = whole.clone();
        for (place, byte) in flips {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let restore = |bytes: &[u8]| Engine::restore(world.pack.clone(), Options::default(), bytes);
        prop_assert_eq!(restore(&bytes).is_ok(), bytes == whole);
        // The same with a checksum that is right.
        if bytes.len() > 24 {
            let lies = [&whole[..8], &checksum(&[&whole[16..24], &bytes[24..]].concat()).to_le_bytes(), &whole[16..24], &bytes[24..]].concat();
            if let Ok(mut engine) = restore(&lies) {
                drop(engine.snapshot());
                engine.advance(time(2 * END));
                drop(engine.episodes());
            }
        }
    }
}

#[test]
fn m6_5_a_snapshot_holds_what_has_not_been_told() {
    let mut world = World::new(RULES);
    world.row(1, "A x 1");
    world.row(5, "A y 1");
    world.advance(1);
    let bytes = world.engine.snapshot();
    world.engine = Engine::restore(world.pack.clone(), seeded(3), &bytes).unwrap();
    assert_eq!(world.log(5), ["1s opened seen(x) confirmed", "5s opened seen(y) confirmed"]);
    assert_eq!(world.engine.now(), time(5));
}

#[test]
fn m6_5_a_rule_that_lacks_rows_again_remembers_no_more_than_one_that_never_had_any() {
    let mut world = World::new(
        "entity E { key node: node, state: text }
         entity P { key node: node }
         finding held(node) { severity info
           when { E { node, state: \"on\" } for 4s P { node } } title \"{node}\" }",
    );
    world.row(0, "E x on");
    world.row(0, "P x");
    world.remove(1, "P x");
    world.advance(2);
    let bytes = world.engine.snapshot();
    let mut restored = Engine::restore(world.pack.clone(), seeded(5), &bytes).unwrap();
    let row = Input::Fact(world.fact("E y on", 0, 3));
    for engine in [&mut world.engine, &mut restored] {
        engine.insert(row.clone()).unwrap();
        engine.advance(time(4));
    }
    assert_eq!(world.engine.snapshot(), restored.snapshot());
}

/// What a rule does once every relation it needs has had a row is work, and work has a limit.
#[test]
fn m6_5_a_relation_that_has_had_a_row_is_one_that_has_in_a_restored_engine() {
    let rules = "event B { node: node }
         entity E { key node: node, state: text }
         finding both(node) { severity info
           when { B { node } within 4s E { node, state: _ } } title \"{node}\" }";
    let idle = Options { limits: Limits { work: 0, ..Limits::default() }, ..Options::default() };
    let mut world = World::with(rules, idle.clone());
    world.row(0, "B x");
    world.advance(10);
    let bytes = world.engine.snapshot();
    let mut restored = Engine::restore(world.pack.clone(), idle, &bytes).unwrap();
    let rows = ["E x on", "B y"].map(|row| Input::Fact(world.fact(row, 0, 12)));
    for engine in [&mut world.engine, &mut restored] {
        rows.iter().for_each(|row| engine.insert(row.clone()).unwrap());
        engine.advance(time(13));
    }
    assert_eq!(world.engine.snapshot(), restored.snapshot());
}

#[test]
fn m6_5_it_restores_under_the_same_pack_and_parameters_only() {
    let mut world = World::new(RULES);
    world.row(1, "A x 1");
    world.advance(1);
    let bytes = world.engine.snapshot();
    let more = Limits { held: 7, ..Limits::default() };
    let params = vec![(ParamId(0), Value::Int(2))];
    let other = pack(
        "event A { node: node } finding f(node) { severity info when { A { node } } title \"{node}\" }",
    );
    for (pack, options, restores) in [
        (&world.pack, seeded(9), true),
        (&world.pack, Options { limits: more, ..Options::default() }, true),
        (
            &world.pack,
            Options { params: vec![(ParamId(0), Value::Int(1))], ..Options::default() },
            true,
        ),
        (&world.pack, Options { params, ..Options::default() }, false),
        (&world.pack, Options { unnamed_ambiguous: true, ..Options::default() }, false),
        (&other, Options::default(), false),
    ] {
        let restored = Engine::restore(pack.clone(), options.clone(), &bytes);
        assert_eq!(restored.is_ok(), restores, "{options:?}");
        if let Err(error) = restored {
            assert!(matches!(error, Error::Snapshot(_)), "{error}");
        }
    }
}

#[test]
fn m6_5_what_is_no_snapshot_says_why() {
    let world = World::new(RULES);
    let bytes = world.engine.snapshot();
    let mut other_version = bytes.clone();
    other_version[7] = 200;
    for (bytes, why) in [
        (&b"hello"[..], "it is none"),
        (&other_version, "another version of Etio took it"),
        (&bytes[..bytes.len() - 1], "it is damaged"),
        (&bytes[..9], "it is damaged"),
    ] {
        let error = Engine::restore(world.pack.clone(), Options::default(), bytes).err().unwrap();
        assert_eq!(error.to_string(), format!("the snapshot cannot be restored: {why}"));
    }
}

#[test]
fn m6_5_a_fork_goes_its_own_way() {
    let mut world = World::new(RULES);
    world.row(1, "E x on");
    world.advance(1);
    let mut fork = world.engine.fork();
    let gone = world.fact("E x -", 0, 3);
    fork.insert(Input::Remove(gone)).unwrap();
    fork.advance(time(3));
    assert_eq!(lines(&fork.drain()), ["1s opened on(x) confirmed", "3s resolved on(x) confirmed"]);
    assert_eq!(world.log(5), ["1s opened on(x) confirmed"]);
}

#[test]
fn m6_5_at_the_end_of_time_it_restores_its_own_snapshot() {
    let mut world = World::new(RULES);
    world.row(0, "E x on");
    world.engine.advance(i64::MAX);
    world.row(1, "E y on");
    let bytes = world.engine.snapshot();
    let restored = Engine::restore(world.pack.clone(), seeded(1), &bytes).unwrap();
    assert_eq!(restored.snapshot(), bytes);
}
