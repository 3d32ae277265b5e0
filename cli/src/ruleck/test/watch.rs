//! A test run on an engine: what changed, and what there was at each instant it looks at.

use etio::{Engine, Episode, Error, Transition};

use etio_scan::Scanner;

use super::prove::Told;
use super::shuffle::Act;
use super::timeline::Timeline;

/// What an engine made of a timeline.
pub(super) struct Watched {
    /// All that changed, in order.
    pub(super) changes: Vec<Transition>,
    /// The episodes at each instant of the timeline.
    pub(super) looks: Vec<(i64, Vec<Episode>)>,
    /// What is wrong with the proofs of findings, each once.
    pub(super) doubts: Vec<String>,
}

/// Tells an engine everything, then moves its clock from instant to instant.
pub(super) fn watch(
    mut engine: Engine,
    timeline: &Timeline,
    scanner: &Scanner,
) -> Result<Watched, Error> {
    for input in &timeline.inputs {
        engine.feed(input.clone())?;
    }
    let told = Told::of(timeline, scanner);
    let mut watched = Watched { changes: Vec::new(), looks: Vec::new(), doubts: Vec::new() };
    for &at in &timeline.instants {
        engine.advance(at);
        watched.changes.extend(engine.drain());
        watched.looks.push((at, engine.episodes()));
        watched.doubts.extend(told.doubts(&mut engine));
    }
    watched.doubts.sort_unstable();
    watched.doubts.dedup();
    Ok(watched)
}

/// All that changes when the same is told in another order.
pub(super) fn changes(mut engine: Engine, acts: Vec<Act>) -> Result<Vec<Transition>, Error> {
    for act in acts {
        match act {
            Act::Insert(input) => engine.feed(input)?,
            Act::Advance(at) => engine.advance(at),
        }
    }
    Ok(engine.drain())
}
