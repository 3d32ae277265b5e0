//! A test as inputs of an engine: its rows, what is covered, and the instants at which it is looked at.

use etio_dsl::{ExpectTime, TestCase, TestStepKind};
use etio_plan::{Fact, FieldId, Input, Kind, Origin, Pack, RelId, Scope, SourceId, Type, Value};

/// A test's zero: 2026-01-01T00:00:00Z.
pub(super) const ZERO: i64 = 1_767_225_600_000_000_000;
/// Events are covered since long before, so that no window reaches further back.
const LONG_BEFORE: i64 = ZERO - 3_650 * 86_400_000_000_000;
const SOURCE: SourceId = SourceId(0);

/// What a test tells an engine, and when it looks.
pub(super) struct Timeline {
    /// Coverage and rows, in the order written.
    pub(super) inputs: Vec<Input>,
    /// Ascending, without repeats.
    pub(super) instants: Vec<i64>,
}

impl Timeline {
    pub(super) fn of(case: &TestCase, pack: &Pack) -> Self {
        let mut inputs = coverage(case, pack);
        let mut instants = vec![ZERO];
        for (step, number) in case.steps.iter().zip(0..) {
            let origin = Origin { source: SOURCE, at: number, part: 0 };
            let fact = |at: i64, relation: RelId, values: &[Value]| {
                let (values, time) = (values.to_vec(), ZERO.saturating_add(at));
                Fact { relation, values, time, origin, assumed_from: None }
            };
            match &step.kind {
                TestStepKind::Row { at, relation, values, .. } => {
                    inputs.push(Input::Fact(fact(*at, *relation, values)));
                    instants.push(ZERO.saturating_add(*at));
                }
                TestStepKind::Remove { at, relation, values } => {
                    inputs.push(Input::Remove(fact(*at, *relation, values)));
                    instants.push(ZERO.saturating_add(*at));
                }
                TestStepKind::Expect { time: ExpectTime::At(at), .. } => {
                    instants.push(ZERO.saturating_add(*at));
                }
                TestStepKind::Expect { time: ExpectTime::Before(at), .. } => {
                    let end = ZERO.saturating_add(*at);
                    instants.extend([end.saturating_sub(1), end]);
                }
                _ => {}
            }
        }
        instants.sort_unstable();
        instants.dedup();
        Self { inputs, instants }
    }
}

/// Every event relation is collected unless the test says otherwise; an entity relation is where a step
/// names it.
fn coverage(case: &TestCase, pack: &Pack) -> Vec<Input> {
    let mut missing: Vec<(RelId, &Scope)> = Vec::new();
    let mut collected: Vec<(RelId, Scope)> = Vec::new();
    for step in &case.steps {
        match &step.kind {
            TestStepKind::Row { relation, .. } | TestStepKind::Remove { relation, .. } => {
                collected.push((*relation, Vec::new()));
            }
            TestStepKind::Collected { relation, scope } => {
                collected.push((*relation, scope.clone()))
            }
            TestStepKind::NotCollected { relation, scope } => missing.push((*relation, scope)),
            TestStepKind::Expect { .. } => {}
        }
    }
    let is_event = |id: RelId| pack.get(id).is_some_and(|relation| relation.kind == Kind::Event);
    let is_missing = |id: RelId| missing.iter().any(|(missing, _)| *missing == id);
    let sources = |id: RelId| pack.extractors.iter().filter(move |e| e.event == id).map(|e| e.from);
    // An extracted event is covered where one of its sources is. One that is not collected takes its
    // sources with it; the others that they carry are then covered by themselves.
    let gone: Vec<RelId> = missing.iter().flat_map(|(id, _)| sources(*id)).collect();
    collected.retain(|(id, _)| !is_event(*id) && !is_missing(*id));
    for id in (0..).map(RelId).take(pack.relations.len()).filter(|id| is_event(*id)) {
        let carried = sources(id).next().is_some() && !sources(id).any(|from| gone.contains(&from));
        if !carried && !gone.contains(&id) && !is_missing(id) {
            collected.push((id, Vec::new()));
        }
    }
    for (id, scope) in missing {
        collected.extend(other_parts(case, pack, id, scope));
    }
    let mut parts: Vec<(RelId, Scope)> = Vec::new();
    for part in collected {
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    let covered = |(relation, scope): (RelId, Scope)| {
        let from = if is_event(relation) { LONG_BEFORE } else { ZERO };
        Input::Covered { source: SOURCE, relation, scope, from }
    };
    let name = Input::Source { source: SOURCE, name: "test".into(), resolution: 1 };
    std::iter::once(name).chain(parts.into_iter().map(covered)).collect()
}

/// `not collected R { node: "n2" }` leaves R collected for the other nodes of the test.
fn other_parts(case: &TestCase, pack: &Pack, id: RelId, scope: &Scope) -> Vec<(RelId, Scope)> {
    let Some((field, left_out)) = scope.first() else { return Vec::new() };
    let ty = |id: RelId, field: usize| pack.get(id)?.fields.get(field).map(|field| &field.ty);
    let wanted: Option<&Type> = ty(id, field.index());
    let mut parts: Vec<(RelId, Scope)> = Vec::new();
    for step in &case.steps {
        let TestStepKind::Row { relation, values, .. } = &step.kind else { continue };
        for (at, value) in values.iter().enumerate() {
            let part = (id, vec![(FieldId(field.0), value.clone())]);
            let same = ty(*relation, at).is_some() && ty(*relation, at) == wanted;
            if same && !value.is_null() && value != left_out && !parts.contains(&part) {
                parts.push(part);
            }
        }
    }
    parts
}
