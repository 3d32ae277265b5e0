//! Checks the proof of each finding of a test, as a program would that trusts nobody.

use std::collections::BTreeMap;
use std::convert::Infallible;

use etio::Engine;
use etio::proof::{Cover, Records, check};
use etio_plan::{Fact, Input, Origin, SourceId};
use etio_scan::Scanner;

use super::timeline::Timeline;

/// What a test told, for the checker.
pub(super) struct Told<'t> {
    facts: BTreeMap<Origin, Fact>,
    inputs: &'t [Input],
}

impl<'t> Told<'t> {
    /// The facts of a timeline as rules see them: what their texts speak of is told too.
    pub(super) fn of(timeline: &'t Timeline, scanner: &Scanner) -> Self {
        let mut facts = BTreeMap::new();
        for input in &timeline.inputs {
            let Ok(()) = scanner.read(input.clone(), |input| {
                if let Input::Fact(fact) = input {
                    facts.insert(fact.origin, fact);
                }
                Ok::<(), Infallible>(())
            });
        }
        Self { facts, inputs: &timeline.inputs }
    }

    /// What is wrong with the proofs of all findings.
    pub(super) fn doubts(&self, engine: &mut Engine) -> Vec<String> {
        let mut doubts = Vec::new();
        for episode in engine.episodes() {
            let Some(proof) = engine.proof(episode.id) else {
                doubts.push(format!("{} has no proof", episode.path));
                continue;
            };
            let report = check(engine.pack(), &proof, self);
            let of = |what: &String| format!("the proof of {} is wrong: {what}", episode.path);
            doubts.extend(report.wrong.iter().map(of));
        }
        doubts
    }
}

impl Records for Told<'_> {
    fn told(&self, origin: Origin) -> Option<&Fact> {
        self.facts.get(&origin)
    }

    fn covered(&self, cover: &Cover) -> bool {
        self.inputs.iter().any(|input| {
            matches!(input, Input::Covered { source, relation, from, .. }
                if *source == cover.source && *relation == cover.relation && *from <= cover.from)
        })
    }

    fn resolution(&self, _: SourceId) -> i64 {
        1
    }
}
