//! The engine and the oracle tell one and the same story of every program and history, in whichever
//! order, batches and pieces it is told.

#[path = "support/checked.rs"]
mod checked;
mod oracle;

use oracle::agree::{agree, case};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{RngAlgorithm, RngSeed, TestRng, TestRunner},
};

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 512,
        // The same histories every time; `cargo xtask soak` goes looking for others.
        rng_seed: RngSeed::Fixed(2026),
        failure_persistence: None,
        max_shrink_iters: 20_000,
        ..ProptestConfig::default()
    })]

    #[test]
    fn of_every_program_and_history(case in case()) {
        agree(&case).map_err(TestCaseError::fail)?;
    }

    /// Whatever is found, its proof holds.
    #[test]
    fn every_proof_holds(case in case()) {
        let (pack, inputs, mut engine) = case.told_at_once();
        for stop in [4, 9, 14, 22, 50] {
            engine.advance(case.time(stop));
            for (proof, wrong) in checked::proofs(&pack, &inputs, &mut engine) {
                prop_assert!(wrong.is_empty(), "{wrong:#?} at {stop}, {case}, {proof:#?}");
            }
        }
    }
}

/// `cargo xtask soak` runs this with the numbers of the histories, each of which is its own seed.
#[test]
#[ignore = "takes long"]
fn of_many_more() {
    let number = |name: &str| std::env::var(name).ok().and_then(|n| n.parse::<u64>().ok());
    let (from, count) =
        (number("ETIO_SOAK_FROM").unwrap_or(0), number("ETIO_SOAK").unwrap_or(1000));
    for seed in from..from + count {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        let mut runner = TestRunner::new_with_rng(ProptestConfig::default(), rng);
        let mut tree = case().new_tree(&mut runner).unwrap_or_else(|why| panic!("{why}"));
        if let Err(mut why) = agree(&tree.current()) {
            eprintln!("history {seed} fails; looking for the least of its kind");
            let mut left = tree.simplify();
            while left {
                left = match agree(&tree.current()) {
                    Err(worse) => {
                        why = worse;
                        tree.simplify()
                    }
                    Ok(()) => tree.complicate(),
                };
            }
            panic!("history {seed} (cargo xtask soak 1 --from {seed}): {why}");
        }
        let done = seed + 1 - from;
        if done % 1000 == 0 || done == count {
            eprintln!("{done} of {count} histories agree");
        }
    }
}
