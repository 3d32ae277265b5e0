//! Any bytes, taken as the seed of a program and a history: engine and oracle must tell the same of it,
//! in whichever order and pieces it is told.
#![no_main]

#[allow(dead_code, reason = "other tests use more of it")]
#[path = "../../engine/tests/oracle/mod.rs"]
mod oracle;

use libfuzzer_sys::{Corpus, fuzz_target};
use oracle::agree::{agree, case};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    // Not as the choices themselves: where they end, generators that reject some never do.
    let mut seed = [0; 32];
    if bytes.len() > seed.len() {
        return Corpus::Reject;
    }
    seed.iter_mut().zip(bytes).for_each(|(seed, byte)| *seed = *byte);
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    if let Ok(tree) = case().new_tree(&mut runner)
        && let Err(why) = agree(&tree.current())
    {
        panic!("{why}");
    }
    Corpus::Keep
});
