//! Events and entities as they stand by an instant (M1).

use std::{collections::BTreeMap, rc::Rc};

use etio_plan::{Fact, Input, Kind, Origin, Pack, Relation, SourceId, Value};

use super::{Doubt, Row};

/// The name and the resolution of each source.
#[derive(Clone, Default)]
pub(crate) struct Sources(BTreeMap<SourceId, (String, i64)>);

impl Sources {
    pub(crate) fn of(inputs: &[Input]) -> Self {
        let named = inputs.iter().filter_map(|input| match input {
            Input::Source { source, name, resolution } => {
                Some((*source, (name.clone(), *resolution)))
            }
            _ => None,
        });
        Self(named.collect())
    }

    pub(crate) fn name(&self, source: SourceId) -> String {
        self.0.get(&source).map(|(name, _)| name.clone()).unwrap_or_default()
    }

    fn resolution(&self, source: SourceId) -> i64 {
        self.0.get(&source).map_or(1, |(_, resolution)| *resolution)
    }

    fn place(&self, origin: Origin) -> (String, u64, u32) {
        (self.name(origin.source), origin.at, origin.part)
    }
}

/// A row of an entity, from when it was told until another took its place.
#[derive(Clone)]
pub(crate) struct Version {
    pub(crate) row: Rc<Row>,
    pub(crate) key: Vec<Value>,
    pub(crate) from: i64,
    pub(crate) to: i64,
}

fn row(sources: &Sources, relation: &Relation, fact: &Fact) -> Row {
    let mut values = fact.values.clone();
    values.resize(relation.fields.len(), Value::Null);
    Row {
        relation: fact.relation,
        values,
        time: fact.time,
        since: fact.time,
        place: sources.place(fact.origin),
        resolution: sources.resolution(fact.origin.source),
        doubt: Doubt::default(),
        first: None,
    }
}

/// All events up to an instant, in canonical order; what several sources told is one (M1.7).
pub(crate) fn events(
    pack: &Pack,
    sources: &Sources,
    inputs: &[Input],
    told: i64,
) -> Vec<Vec<Rc<Row>>> {
    let mut found: Vec<Vec<Row>> = pack.relations.iter().map(|_| Vec::new()).collect();
    for input in inputs {
        if let Input::Fact(fact) = input
            && fact.time <= told
            && pack.relations[fact.relation.index()].kind == Kind::Event
        {
            let row = row(sources, &pack.relations[fact.relation.index()], fact);
            found[fact.relation.index()].push(row);
        }
    }
    found
        .into_iter()
        .map(|mut rows| {
            rows.sort_by(|a, b| a.order().cmp(&b.order()));
            rows.dedup_by(|a, b| a.place == b.place);
            paired(rows)
        })
        .collect()
}

/// Each row joins the first before it that another source told and that has no second origin yet.
fn paired(rows: Vec<Row>) -> Vec<Rc<Row>> {
    let mut kept: Vec<(Row, bool)> = Vec::new();
    for row in rows {
        let twin = kept.iter_mut().find(|(other, twice)| {
            !twice
                && other.place.0 != row.place.0
                && other.values == row.values
                && row.time - other.time <= row.resolution.max(other.resolution)
        });
        match twin {
            Some((_, twice)) => *twice = true,
            None => kept.push((row, false)),
        }
    }
    kept.into_iter().map(|(row, _)| Rc::new(row)).collect()
}

/// What happens to an entity.
enum Step<'a> {
    Row(&'a Fact),
    Remove(&'a Fact),
}

/// Every row an entity relation had up to an instant (M1.3).
pub(crate) fn versions(
    pack: &Pack,
    sources: &Sources,
    inputs: &[Input],
    told: i64,
) -> Vec<Vec<Version>> {
    let mut found: Vec<Vec<Version>> = pack.relations.iter().map(|_| Vec::new()).collect();
    for (at, relation) in pack.relations.iter().enumerate() {
        if relation.kind != Kind::Entity {
            continue;
        }
        let mut steps: Vec<Step<'_>> = inputs
            .iter()
            .filter_map(|input| match input {
                Input::Fact(fact) => Some(Step::Row(fact)),
                Input::Remove(fact) => Some(Step::Remove(fact)),
                _ => None,
            })
            .filter(|step| step.fact().relation.index() == at && step.fact().time <= told)
            .collect();
        steps.sort_by_key(|step| (step.fact().time, sources.place(step.fact().origin)));
        steps.dedup_by_key(|step| step.fact().origin);
        let mut keys: BTreeMap<String, Vec<Held>> = BTreeMap::new();
        for step in steps {
            let key = key_of(relation, &step.fact().values);
            let held = keys.entry(format!("{key:?}")).or_default();
            match step {
                Step::Row(fact) => told_again(sources, relation, held, fact),
                Step::Remove(fact) => {
                    if let Some(last) = held.last_mut().filter(|last| last.version.to == i64::MAX)
                        && last.owner == fact.origin.source
                    {
                        last.version.to = fact.time;
                    }
                }
            }
        }
        found[at] = keys.into_values().flatten().map(|held| held.version).collect();
        found[at].retain(|version| version.from < version.to);
    }
    found
}

impl Step<'_> {
    fn fact(&self) -> &Fact {
        match self {
            Self::Row(fact) | Self::Remove(fact) => fact,
        }
    }
}

/// A version, and which source gave each of its fields.
struct Held {
    version: Version,
    givers: Vec<SourceId>,
    /// The source of the newest row of its key.
    owner: SourceId,
}

fn key_of(relation: &Relation, values: &[Value]) -> Vec<Value> {
    let named = relation.fields.iter().zip(values).filter(|(field, _)| field.key);
    named.map(|(_, value)| value.clone()).collect()
}

fn told_again(sources: &Sources, relation: &Relation, held: &mut Vec<Held>, fact: &Fact) {
    let mut next = row(sources, relation, fact);
    let mut givers = vec![fact.origin.source; next.values.len()];
    if let Some(last) = held.last_mut().filter(|last| last.version.to == i64::MAX) {
        for (at, value) in next.values.iter_mut().enumerate() {
            let lacks = value.is_null() && last.givers[at] != fact.origin.source;
            if lacks && !last.version.row.values[at].is_null() {
                *value = last.version.row.values[at].clone();
                givers[at] = last.givers[at];
            }
        }
        if next.values == last.version.row.values {
            // Told again, it is the row that it was.
            last.givers = givers;
            last.owner = fact.origin.source;
            return;
        }
        last.version.to = fact.time;
    }
    if let Some(since) = relation.since
        && let Value::Time(since) = next.values[since.index()]
    {
        // What has been observed is so by then at the latest.
        next.since = since.min(next.time);
    }
    let key = key_of(relation, &next.values);
    let version = Version { row: Rc::new(next), key, from: fact.time, to: i64::MAX };
    held.push(Held { version, givers, owner: fact.origin.source });
}
