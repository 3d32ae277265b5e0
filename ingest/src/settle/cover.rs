//! What was collected: which absences mean something (M5.3).

use std::collections::{BTreeMap, BTreeSet};

use etio_plan::{Fact, FieldId, Input, Kind, RelId, Scope, SourceId, Type, Value};

use super::{Clock, Nodes};
use crate::gather::Gathered;
use crate::schema::{Schema, fitting};

/// The API keeps events for an hour.
const KEPT: i64 = 3_600_000_000_000;

/// What is known of the whole bundle.
pub(super) struct World<'a> {
    pub(super) schema: &'a Schema<'a>,
    pub(super) clock: &'a Clock,
    pub(super) nodes: &'a Nodes,
    /// Events before this were left out.
    pub(super) since: Option<i64>,
}

/// One list of rows, taken at one moment.
struct List {
    relation: RelId,
    scope: Scope,
    time: i64,
    rows: Vec<Fact>,
}

impl World<'_> {
    /// Turns facts into inputs, with the coverage around them.
    pub(super) fn cover(&self, bundle: &[Gathered], facts: Vec<Vec<Fact>>, feed: &mut Vec<Input>) {
        for (doc, (gathered, facts)) in bundle.iter().zip(facts).enumerate() {
            let source = SourceId(u32::try_from(doc).unwrap_or(u32::MAX));
            self.document(doc, source, gathered, facts, feed);
        }
        self.logs(bundle, feed);
    }

    fn document(
        &self,
        doc: usize,
        source: SourceId,
        gathered: &Gathered,
        facts: Vec<Fact>,
        feed: &mut Vec<Input>,
    ) {
        let mut lists = Lists::default();
        for complete in &gathered.complete {
            let scope = self.scope(doc, complete.relation, &complete.scope);
            lists.add(complete.relation, scope, self.clock.at(doc, complete.when));
        }
        let whole: BTreeSet<RelId> =
            lists.all.iter().filter(|l| l.scope.is_empty()).map(|l| l.relation).collect();
        for mut fact in facts {
            let is_entity = self.kind(fact.relation) == Some(Kind::Entity);
            match lists.of(&fact).filter(|_| is_entity) {
                Some(list) => {
                    fact.time = list.time;
                    list.rows.push(fact);
                }
                None => feed.push(Input::Fact(fact)),
            }
        }
        for List { relation, scope, time, rows } in lists.all {
            // A list of everything says all that a list of a part would say.
            if !scope.is_empty() && whole.contains(&relation) {
                continue;
            }
            let events = self.kind(relation) == Some(Kind::Event);
            let hour = || self.asked((time.saturating_sub(KEPT), time));
            let Some((from, _)) = (if events { hour() } else { Some((time, time)) }) else {
                continue;
            };
            feed.push(Input::Covered { source, relation, scope: scope.clone(), from });
            if !events {
                let rows = self.last_of_each_key(relation, rows);
                feed.push(Input::Snapshot { source, relation, scope: scope.clone(), time, rows });
            }
            feed.push(Input::Silent { source, relation, scope, from: time });
        }
    }

    fn kind(&self, relation: RelId) -> Option<Kind> {
        self.schema.get(relation).map(|relation| relation.kind)
    }

    /// A scope as fields, with the document's node for what a node says of itself.
    fn scope(&self, doc: usize, relation: RelId, named: &[(&'static str, Value)]) -> Scope {
        let Some(schema) = self.schema.get(relation) else { return Vec::new() };
        let mut scope: Scope = Vec::new();
        for (name, value) in named {
            let Some(field) = schema.field(name) else { continue };
            let Some(ty) = schema.fields.get(field.index()).map(|field| &field.ty) else {
                continue;
            };
            let Some(mut value) = fitting(ty, value.clone()) else { continue };
            if let (Type::Node, Value::Text(node)) = (ty, &mut value) {
                *node = self.nodes.name(node);
            }
            scope.push((field, value));
        }
        let of_a_node =
            !schema.path.starts_with("std.kube.") || schema.path.ends_with(".KubeletConfig");
        if let Some(field) = schema.field("node").filter(|_| of_a_node)
            && scope.iter().all(|(given, _)| *given != field)
        {
            scope.push((field, Value::Text(self.nodes.of_document(doc, None))));
        }
        scope.sort_by_key(|(field, _)| *field);
        scope
    }

    /// Two dumps of one moment in one file: the later row of a key stands.
    fn last_of_each_key(&self, relation: RelId, rows: Vec<Fact>) -> Vec<Fact> {
        let keys: Vec<usize> = self.schema.get(relation).map_or_else(Vec::new, |relation| {
            (0..).zip(&relation.fields).filter(|(_, field)| field.key).map(|(at, _)| at).collect()
        });
        let mut last: BTreeMap<String, Fact> = BTreeMap::new();
        for row in rows {
            last.insert(key(keys.iter().map(|at| row.values.get(*at))), row);
        }
        let mut rows: Vec<Fact> = last.into_values().collect();
        rows.sort_by_key(|row| row.origin);
        rows
    }

    /// What is left of a span when what was not asked for is left out, which is as good as not collected.
    pub(super) fn asked(&self, (from, to): (i64, i64)) -> Option<(i64, i64)> {
        let from = self.since.map_or(from, |since| since.max(from));
        (from <= to).then_some((from, to))
    }
}

/// The lists of a document, found by relation and scope.
#[derive(Default)]
struct Lists {
    all: Vec<List>,
    by_scope: BTreeMap<(RelId, String), usize>,
    /// The fields that scopes of a relation set, the fewest first.
    shapes: BTreeMap<RelId, BTreeSet<(usize, Vec<FieldId>)>>,
}

impl Lists {
    /// Adds a list, unless there is one already: the first is of the same document and as good.
    fn add(&mut self, relation: RelId, scope: Scope, time: i64) {
        let key = (relation, key(scope.iter().map(|(_, value)| Some(value))));
        if self.by_scope.contains_key(&key) {
            return;
        }
        let fields: Vec<FieldId> = scope.iter().map(|(field, _)| *field).collect();
        self.shapes.entry(relation).or_default().insert((fields.len(), fields));
        self.by_scope.insert(key, self.all.len());
        self.all.push(List { relation, scope, time, rows: Vec::new() });
    }

    /// The widest list that a fact is in.
    fn of(&mut self, fact: &Fact) -> Option<&mut List> {
        let at = self.shapes.get(&fact.relation)?.iter().find_map(|(_, fields)| {
            let values = fields.iter().map(|field| fact.values.get(field.index()));
            self.by_scope.get(&(fact.relation, key(values))).copied()
        })?;
        self.all.get_mut(at)
    }
}

/// Values as something that is ordered.
pub(super) fn key<'v>(values: impl Iterator<Item = Option<&'v Value>>) -> String {
    format!("{:?}", values.collect::<Vec<_>>())
}
