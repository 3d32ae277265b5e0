//! A bundle as inputs: every fact with a time, a node and an origin; and what was collected.

mod clock;
mod cover;
mod merge;
mod namespaces;
mod nodes;
mod pods;
mod reach;
mod replaced;
mod retold;
mod sandboxes;
mod texts;
mod whose;

use std::collections::{BTreeMap, BTreeSet};

use etio_plan::{Fact, FieldId, Input, Kind, Origin, RelId, SourceId, Type, Value};

use crate::bundle::{Bundle, Evidence, InputReport, Note};
use crate::gather::{Found, Gathered};
use crate::options::{Options, Since};
use crate::schema::{EVENT, Schema};
use crate::unnamed;
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
    notes: Vec<Note>,
) -> Bundle {
    name_apart(&mut bundle);
    namespaces::name(&mut bundle, schema);
    sandboxes::name_pods(&mut bundle, schema);
    whose::name(&mut bundle, schema);
    pods::name(&mut bundle, schema);
    let clock = Clock::new(&bundle, options);
    let nodes = Nodes::new(&bundle, schema, options.node.as_deref());
    for (doc, gathered) in bundle.iter_mut().enumerate() {
        for found in &mut gathered.found {
            let fields: Vec<_> = schema.nodes(found.relation).collect();
            nodes.settle(doc, found, &fields);
        }
    }
    merge::merge(&mut bundle, schema, &clock);
    retold::drop_retold(&mut bundle, schema, &clock);
    let since = options.since.map(|since| match since {
        Since::At(at) => at,
        Since::Ago(age) => clock.collected_at.saturating_sub(age),
    });
    let mut settling = Settling {
        schema,
        clock: &clock,
        since,
        unnamed: BTreeSet::new(),
        evidence: BTreeMap::new(),
        inputs: Vec::new(),
    };
    let documents = bundle.iter_mut().enumerate();
    let mut facts: Vec<_> = documents.map(|(doc, it)| settling.document(doc, it)).collect();
    let Settling { unnamed, evidence, inputs, .. } = settling;
    let mut feed = sources(&bundle, &facts);
    assume(schema, clock.start, &mut facts);
    cover::World { schema, clock: &clock, nodes: &nodes, since }.cover(&bundle, facts, &mut feed);
    feed.extend(replaced::gone(schema, &feed));
    let unnamed = if nodes.several { unnamed } else { BTreeSet::new() };
    Bundle {
        inputs,
        feed,
        collected_at: clock.collected_at,
        dated: clock.dated,
        start: clock.start,
        ambiguous_node: !unnamed.is_empty(),
        notes: all_notes(notes, unnamed, &clock, &bundle),
        paths: bundle.into_iter().map(|doc| doc.path).collect(),
        evidence,
    }
}

/// What turns the findings of documents into facts, and what is noted on the way.
struct Settling<'a> {
    schema: &'a Schema<'a>,
    clock: &'a Clock,
    since: Option<i64>,
    /// Files with facts that name no node.
    unnamed: BTreeSet<String>,
    evidence: BTreeMap<(SourceId, u64), Evidence>,
    inputs: Vec<InputReport>,
}

impl Settling<'_> {
    /// The facts of a document, which is left without its findings.
    fn document(&mut self, doc: usize, gathered: &mut Gathered) -> Vec<Fact> {
        let source = SourceId(u32::try_from(doc).unwrap_or(u32::MAX));
        let mut facts = Vec::new();
        for mut found in std::mem::take(&mut gathered.found) {
            if self.lacks_node(&found) {
                self.unnamed.insert(gathered.path.clone());
            }
            let text = std::mem::take(&mut found.text);
            let line = found.line;
            let Some(fact) = fact(self.schema, self.clock, doc, source, found) else {
                gathered.unparsed += 1;
                continue;
            };
            let is_event = self.schema.get(fact.relation).is_some_and(|r| r.kind == Kind::Event);
            if is_event && self.since.is_some_and(|since| fact.time < since) {
                continue;
            }
            self.evidence.insert((source, fact.origin.at), Evidence { line, text });
            facts.push(fact);
        }
        self.inputs.push(InputReport {
            path: gathered.path.clone(),
            kind: kind(gathered).to_owned(),
            lines: gathered.lines,
            facts: facts.len() as u64,
            unparsed: gathered.unparsed,
        });
        facts
    }

    /// Whether a fact is of a node that is not known. Most events of the API are of the cluster.
    fn lacks_node(&self, found: &Found) -> bool {
        let value = |field: FieldId| found.values.get(field.index()).and_then(Value::as_text);
        let mut nodes = self.schema.nodes(found.relation);
        if !nodes.any(|(field, _)| value(field) == Some(unnamed::NAME)) {
            return false;
        }
        let component = || value(self.schema.get(found.relation)?.field("component")?);
        Some(found.relation) != self.schema.input(EVENT) || component() == Some("kubelet")
    }
}

/// Names the documents as sources. One stamp in whole seconds makes it the resolution of all.
fn sources(bundle: &[Gathered], facts: &[Vec<Fact>]) -> Vec<Input> {
    let source = |(number, (doc, facts)): (u32, (&Gathered, &Vec<Fact>))| {
        let coarse = facts.iter().any(|fact| fact.time % SECOND == 0);
        let resolution = if coarse { SECOND } else { 1 };
        Input::Source { source: SourceId(number), name: doc.path.clone(), resolution }
    };
    (0..).zip(bundle.iter().zip(facts)).map(source).collect()
}

/// The notes of reading and of settling.
fn all_notes(
    mut notes: Vec<Note>,
    unnamed: BTreeSet<String>,
    clock: &Clock,
    bundle: &[Gathered],
) -> Vec<Note> {
    let note = |path, text: &str| Note { path, text: text.to_owned() };
    let which = "names no node, and several are known; name it with `--node`";
    notes.extend(unnamed.into_iter().map(|path| note(path, which)));
    for doc in bundle {
        let complaint = |(why, line)| note(doc.path.clone(), &format!("line {line}: {why}"));
        notes.extend(doc.complaints.iter().map(complaint));
    }
    if clock.year_unknown {
        let year = "nothing says which year its stamps are of; give it with `--year`";
        let without = bundle.iter().filter(|doc| has_no_year(doc));
        notes.extend(without.map(|doc| note(doc.path.clone(), year)));
    }
    notes.sort();
    notes
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
