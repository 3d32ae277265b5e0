//! A bundle as inputs: every fact with a time, a node and an origin; and what was collected.

mod clock;
mod cover;
mod merge;
mod namespaces;
mod nodes;
mod retold;

use std::collections::BTreeMap;

use etio_plan::{Fact, Input, Kind, Origin, RelId, SourceId, Type, Value};

use crate::bundle::{Bundle, Evidence, InputReport, Note};
use crate::gather::{Found, Gathered, UNNAMED};
use crate::options::{Options, Since};
use crate::schema::{EVENT, Schema};
use clock::Clock;
use nodes::Nodes;

/// Bits of a position below the line's number.
const NTH: u32 = 20;
const SECOND: i64 = 1_000_000_000;

/// Settles a bundle.
pub(crate) fn settle(
    mut bundle: Vec<Gathered>,
    schema: &Schema<'_>,
    options: &Options,
    mut notes: Vec<Note>,
) -> Bundle {
    name_apart(&mut bundle);
    namespaces::name(&mut bundle);
    let clock = Clock::new(&bundle, options);
    let nodes = Nodes::new(&bundle, schema, options.node.as_deref());
    let mut settled = Settled { feed: Vec::new(), evidence: BTreeMap::new() };
    let mut facts: Vec<Vec<Fact>> = Vec::new();
    let mut inputs = Vec::new();
    let mut unnamed = Vec::new();
    let since = options.since.map(|since| match since {
        Since::At(at) => at,
        Since::Ago(age) => clock.collected_at.saturating_sub(age),
    });
    for (doc, gathered) in bundle.iter_mut().enumerate() {
        for found in &mut gathered.found {
            let fields: Vec<_> = schema.nodes(found.relation).collect();
            nodes.settle(doc, found, &fields);
        }
    }
    merge::merge(&mut bundle, schema, &clock);
    retold::drop_retold(&mut bundle, schema, &clock);
    for (doc, gathered) in bundle.iter_mut().enumerate() {
        let source = SourceId(u32::try_from(doc).unwrap_or(u32::MAX));
        let mut own = Vec::new();
        for mut found in std::mem::take(&mut gathered.found) {
            let fields: Vec<_> = schema.nodes(found.relation).collect();
            let without_node = fields.iter().any(|(field, _)| {
                found.values.get(field.index()).and_then(Value::as_text) == Some(UNNAMED)
            });
            if without_node
                && of_some_node(schema, &found)
                && unnamed.last() != Some(&gathered.path)
            {
                unnamed.push(gathered.path.clone());
            }
            let text = std::mem::take(&mut found.text);
            let line = found.line;
            let Some(fact) = fact(schema, &clock, doc, source, found) else {
                gathered.unparsed += 1;
                continue;
            };
            let event = schema.get(fact.relation).is_some_and(|r| r.kind == Kind::Event);
            if event && since.is_some_and(|since| fact.time < since) {
                continue;
            }
            settled.evidence.insert((source, fact.origin.at), Evidence { line, text });
            own.push(fact);
        }
        inputs.push(InputReport {
            path: gathered.path.clone(),
            kind: kind(gathered).to_owned(),
            lines: gathered.lines,
            facts: own.len() as u64,
            unparsed: gathered.unparsed,
        });
        facts.push(own);
    }
    settled.sources(&bundle, &facts);
    assume(schema, clock.start, &mut facts);
    let world = cover::World { schema, clock: &clock, nodes: &nodes };
    world.cover(&bundle, facts, &mut settled.feed);
    if nodes.several {
        let what = "names no node, and several are known; name it with `--node`";
        notes.extend(unnamed.iter().map(|path| Note { path: path.clone(), text: what.to_owned() }));
    }
    if clock.year_unknown && bundle.iter().any(has_no_year) {
        let text = "nothing says which year its stamps are of; give it with `--year`".to_owned();
        notes.extend(
            bundle
                .iter()
                .filter(|doc| has_no_year(doc))
                .map(|doc| Note { path: doc.path.clone(), text: text.clone() }),
        );
    }
    notes.sort();
    Bundle {
        paths: bundle.into_iter().map(|doc| doc.path).collect(),
        inputs,
        feed: settled.feed,
        collected_at: clock.collected_at,
        start: clock.start,
        ambiguous_node: nodes.several && !unnamed.is_empty(),
        notes,
        evidence: settled.evidence,
    }
}

struct Settled {
    feed: Vec<Input>,
    evidence: BTreeMap<(SourceId, u64), Evidence>,
}

impl Settled {
    /// Names the documents as sources. One stamp in whole seconds makes it the resolution of all.
    fn sources(&mut self, bundle: &[Gathered], facts: &[Vec<Fact>]) {
        for (number, (doc, facts)) in (0..).zip(bundle.iter().zip(facts)) {
            let coarse = facts.iter().any(|fact| fact.time % SECOND == 0);
            self.feed.push(Input::Source {
                source: SourceId(number),
                name: doc.path.clone(),
                resolution: if coarse { SECOND } else { 1 },
            });
        }
    }
}

/// Whether a fact must be of some node: most events of the API are of the cluster.
fn of_some_node(schema: &Schema<'_>, found: &Found) -> bool {
    if Some(found.relation) != schema.input(EVENT) {
        return true;
    }
    let component = || {
        let field = schema.get(found.relation)?.field("component")?;
        found.values.get(field.index())?.as_text()
    };
    component() == Some("kubelet")
}

/// In order of paths; the same path twice is two files.
fn name_apart(bundle: &mut [Gathered]) {
    bundle.sort_by(|a, b| a.path.cmp(&b.path));
    let mut before: Option<(String, u32)> = None;
    for doc in bundle {
        match &mut before {
            Some((path, count)) if *path == doc.path => {
                *count += 1;
                doc.path = format!("{path}#{count}");
            }
            _ => before = Some((doc.path.clone(), 1)),
        }
    }
}

/// A row or event with all that it needs, or nothing where something is missing.
fn fact(
    schema: &Schema<'_>,
    clock: &Clock,
    doc: usize,
    source: SourceId,
    found: Found,
) -> Option<Fact> {
    let relation = schema.get(found.relation)?;
    let fields = relation.fields.iter();
    let values = found.values.into_iter().zip(fields).map(|(value, field)| {
        let value = if field.ty == Type::Time { clock.value(doc, value) } else { value };
        match (&value, &field.default, &field.ty) {
            (Value::Null, Some(default), _) => Some(default.clone()),
            (Value::Null, None, _) if field.optional || field.hidden => Some(value),
            (Value::Null, None, Type::List(_)) => Some(Value::List(Vec::new())),
            (Value::Null, None, Type::Map(_)) => Some(Value::Map(Vec::new())),
            (Value::Null, None, _) => None,
            _ => Some(value),
        }
    });
    Some(Fact {
        relation: found.relation,
        values: values.collect::<Option<_>>()?,
        time: clock.at(doc, found.when),
        origin: Origin { source, at: (found.line << NTH) | u64::from(found.nth), part: found.part },
        assumed_from: None,
    })
}

/// What was seen first is assumed to have been so from the start of the bundle (M5.2).
fn assume(schema: &Schema<'_>, start: i64, facts: &mut [Vec<Fact>]) {
    let entity = |id: RelId| schema.get(id).filter(|relation| relation.kind == Kind::Entity);
    let owner = |fact: &Fact| {
        let node = entity(fact.relation)?.fields.iter().position(|f| f.key && f.ty == Type::Node);
        let node = node.and_then(|at| fact.values.get(at)).and_then(Value::as_text);
        Some((fact.relation, node.map(str::to_owned)))
    };
    let mut first: BTreeMap<_, i64> = BTreeMap::new();
    for fact in facts.iter().flatten() {
        let Some(owner) = owner(fact) else { continue };
        let time = first.entry(owner).or_insert(fact.time);
        *time = fact.time.min(*time);
    }
    for fact in facts.iter_mut().flatten() {
        let seen_first = owner(fact).and_then(|owner| first.get(&owner).copied());
        fact.assumed_from = (seen_first == Some(fact.time) && start < fact.time).then_some(start);
    }
}

/// What most of a document is.
fn kind(doc: &Gathered) -> &'static str {
    let all: u64 =
        doc.kinds.iter().filter(|(kind, _)| **kind != "text").map(|(_, count)| count).sum();
    let most =
        doc.kinds.iter().filter(|(kind, _)| **kind != "text").max_by_key(|(_, count)| **count);
    match most {
        // One kind, or nine tenths of the lines.
        Some((kind, count)) if count.saturating_mul(10) >= all.saturating_mul(9) => kind,
        Some(_) => "mixed text",
        None => "text",
    }
}

fn has_no_year(doc: &Gathered) -> bool {
    clock::days(doc).any(|(year, ..)| year.is_none())
}
