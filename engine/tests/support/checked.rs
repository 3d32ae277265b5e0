//! Checks what an engine explains against what it was told.

use std::collections::BTreeMap;

use etio_engine::Engine;
use etio_plan::{Fact, Input, Origin, Pack, RelId, SourceId};
use etio_proof::{Cover, Proof, Records, check};

/// What was told, for the checker.
pub(crate) struct Told<'a> {
    facts: BTreeMap<Origin, &'a Fact>,
    inputs: &'a [Input],
}

impl<'a> Told<'a> {
    pub(crate) fn new(inputs: &'a [Input]) -> Self {
        let mut facts = BTreeMap::new();
        for input in inputs {
            match input {
                Input::Fact(fact) => {
                    facts.insert(fact.origin, fact);
                }
                Input::Snapshot { rows, .. } => {
                    facts.extend(rows.iter().map(|fact| (fact.origin, fact)));
                }
                _ => {}
            }
        }
        Self { facts, inputs }
    }
}

impl Records for Told<'_> {
    fn told(&self, origin: Origin) -> Option<&Fact> {
        self.facts.get(&origin).copied()
    }

    /// Only that the source was covered from then on, and no gap in all of it lies between.
    fn covered(&self, cover: &Cover) -> bool {
        let is = |source: &SourceId, relation: &RelId| {
            (*source, *relation) == (cover.source, cover.relation)
        };
        // A gap cuts what is covered by then; what is covered later is again (M7.6).
        let cuts = |since: i64| {
            self.inputs.iter().any(|input| {
                matches!(input, Input::Gap { source, relation, scope, from, to }
                    if is(source, relation) && scope.is_empty() && from < to && *from >= since
                        && *from <= cover.to && *to > cover.from.saturating_add(1))
            })
        };
        self.inputs.iter().any(|input| {
            matches!(input, Input::Covered { source, relation, from, .. }
                if is(source, relation) && *from <= cover.from && !cuts(*from))
        })
    }

    fn resolution(&self, source: SourceId) -> i64 {
        let named = self.inputs.iter().find_map(|input| match input {
            Input::Source { source: of, resolution, .. } if *of == source => Some(*resolution),
            _ => None,
        });
        named.unwrap_or(1)
    }
}

/// The proofs of all findings that are known, with what is wrong with each.
pub(crate) fn proofs(
    pack: &Pack,
    inputs: &[Input],
    engine: &mut Engine,
) -> Vec<(Proof, Vec<String>)> {
    let told = Told::new(inputs);
    let episodes = engine.episodes();
    let proofs = episodes.iter().filter_map(|episode| engine.proof(episode.id));
    proofs
        .map(|proof| {
            let wrong = check(pack, &proof, &told).wrong;
            (proof, wrong)
        })
        .collect()
}
