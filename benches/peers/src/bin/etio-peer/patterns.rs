//! Etio's side of the workload `compile`.

use std::sync::Arc;

use etio_engine::{Engine, Options};
use etio_peers::measure::{memory, peak, repeated};
use etio_peers::patterns::program;
use etio_peers::programs::compile;
use etio_plan::Pack;
use etio_scan::Scanner;

/// From text to a pack's bytes, from these to an engine that takes facts, and from the pack to what finds
/// its patterns in texts.
#[expect(clippy::expect_used, reason = "a bench stops where it is wrong")]
pub(crate) fn run(rules: u32) {
    let text = program(rules);
    repeated("compile", || compile("rules", &text).to_bytes());
    let pack = compile("rules", &text);
    let bytes = pack.to_bytes();
    repeated("load", || {
        let pack = Pack::from_bytes(&bytes).expect("the pack is whole");
        Engine::new(pack.into(), Options::default()).expect("the pack is right")
    });
    let pack = Arc::new(pack);
    repeated("scanner", || Scanner::new(pack.clone()));
    memory("memory", peak());
}
