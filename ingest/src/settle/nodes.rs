//! Which node a fact is about.

use std::collections::{BTreeMap, BTreeSet};

use etio_plan::{FieldId, Value};

use crate::gather::{Found, Gathered, said_of};
use crate::schema::{EVENT, Schema};
use crate::unnamed;

/// The nodes of a bundle and their many names.
#[derive(Debug)]
pub(crate) struct Nodes {
    /// The one name of each name.
    canonical: BTreeMap<String, String>,
    /// The node of each document.
    documents: Vec<Option<String>>,
    /// The node of each pod.
    pods: BTreeMap<String, String>,
    /// The node of facts that name none.
    rest: String,
    /// Facts name no node, and several are known.
    pub(crate) several: bool,
}

impl Nodes {
    pub(crate) fn new(bundle: &[Gathered], schema: &Schema<'_>, given: Option<&str>) -> Self {
        let canonical = canonical_names(bundle, schema, given);
        let name = |node: &str| canonical.get(node).map_or(node, String::as_str).to_owned();
        let known: BTreeSet<&String> = canonical.values().collect();
        let documents = bundle.iter().map(|doc| {
            let said = doc.node.as_deref().map(&name);
            let near = || said_of(bundle, &doc.path, |about| about.node.as_deref()).map(&name);
            said.or_else(|| by_path(&doc.path, &canonical))
                .or_else(|| sole_host(doc).map(&name))
                .or_else(|| doc.path.rsplit('/').find_map(|part| within(part, &canonical)))
                .or_else(near)
        });
        let mut pods = BTreeMap::new();
        for (pod, node) in pod_nodes(bundle, schema) {
            pods.entry(pod).or_insert_with(|| name(&node));
        }
        let mut only = known.iter();
        let rest = match (given, only.next(), only.next()) {
            (Some(given), ..) => name(given),
            (None, Some(node), None) => (*node).clone(),
            _ => unnamed::NAME.to_owned(),
        };
        let several = known.len() > 1 && given.is_none();
        Self { documents: documents.collect(), pods, rest, several, canonical }
    }

    /// The node of a document's facts that name none.
    pub(crate) fn of_document(&self, doc: usize, host: Option<&str>) -> String {
        let host = host.map(|host| self.name(host));
        let document = || self.documents.get(doc).cloned().flatten();
        host.or_else(document).unwrap_or_else(|| self.rest.clone())
    }

    /// The one name of a node.
    pub(crate) fn name(&self, node: &str) -> String {
        self.canonical.get(node).map_or(node, String::as_str).to_owned()
    }

    /// Gives the nodes of a fact their names. A node that must be there and is not is the pod's, then
    /// the document's.
    pub(crate) fn settle(&self, doc: usize, found: &mut Found, fields: &[(FieldId, bool)]) {
        for &(field, required) in fields {
            let Some(value) = found.values.get_mut(field.index()) else { continue };
            match value.as_text() {
                Some(name) if name != unnamed::NAME => *value = Value::Text(self.name(name)),
                None if !required => {}
                _ => {
                    let pod = found.pod.as_ref().and_then(|pod| self.pods.get(pod)).cloned();
                    *value = Value::Text(pod.unwrap_or_else(|| self.of_document(doc, None)));
                }
            }
        }
    }
}

/// All names of nodes, each with the one that stands for it: that of the node's object, else of the pods
/// on it, else the shortest.
fn canonical_names(
    bundle: &[Gathered],
    schema: &Schema<'_>,
    given: Option<&str>,
) -> BTreeMap<String, String> {
    let aliases: BTreeMap<&str, &str> = bundle
        .iter()
        .flat_map(|doc| &doc.aliases)
        .map(|(other, node)| (other.as_str(), node.as_str()))
        .collect();
    let mut objects: BTreeSet<&str> = aliases.values().copied().chain(given).collect();
    let (mut pods, mut others) = (BTreeSet::new(), BTreeSet::new());
    let (node_row, pod_row) = (schema.input("std.kube.Node"), schema.input("std.kube.Pod"));
    for doc in bundle {
        others.extend(doc.node.as_deref());
        others.extend(doc.named_hosts());
        for found in &doc.found {
            let relation = Some(found.relation);
            for (field, _) in schema.nodes(found.relation) {
                let name = found.values.get(field.index()).and_then(Value::as_text);
                let Some(name) = name.filter(|name| *name != unnamed::NAME) else { continue };
                if relation == node_row {
                    objects.insert(name);
                } else if relation == pod_row {
                    pods.insert(name);
                } else {
                    others.insert(name);
                }
            }
        }
    }
    let scheduled = pod_nodes(bundle, schema);
    others.extend(scheduled.iter().map(|(_, node)| node.as_str()));
    others.extend(aliases.keys());
    let one = |name: &str| {
        if let Some(node) = aliases.get(name) {
            return (*node).to_owned();
        }
        for tier in [&objects, &pods] {
            let mut same =
                tier.iter().filter(|known| is_short(known, name) || is_short(name, known));
            match (same.next(), same.next()) {
                _ if tier.contains(name) => return name.to_owned(),
                (Some(only), None) => return (*only).to_owned(),
                _ => {}
            }
        }
        others.iter().find(|other| is_short(other, name)).map_or(name, |short| *short).to_owned()
    };
    let all = objects.iter().chain(&pods).chain(&others);
    all.map(|name| ((*name).to_owned(), one(name))).collect()
}

/// Whether a name is the first part of a longer one: `n1` of `n1.example.org`, but not `10` of an
/// address.
fn is_short(name: &str, long: &str) -> bool {
    long.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'))
        && !name.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

/// The node that a path names: `kind-worker/kubelet.log`, `logs/n1.log`.
fn by_path(path: &str, canonical: &BTreeMap<String, String>) -> Option<String> {
    path.rsplit('/').find_map(|part| {
        let stem = part.split('.').next().unwrap_or(part);
        canonical.get(part).or_else(|| canonical.get(stem)).cloned()
    })
}

/// The node whose name is a piece of a longer one: `configz-worker-3.json`, `sosreport-n1-2026-11-28`.
/// Where two are, neither is meant more than the other.
fn within(part: &str, canonical: &BTreeMap<String, String>) -> Option<String> {
    let cuts = || part.match_indices(|c: char| c.is_ascii_punctuation()).map(|(at, _)| at);
    let ends: Vec<usize> = cuts().chain([part.len()]).collect();
    let (mut node, mut free) = (None, 0);
    for start in [0].into_iter().chain(cuts().map(|at| at + 1)) {
        let named = ends.iter().rev().take_while(|end| **end > start).find_map(|end| {
            let name = part.get(start..*end).filter(|name| is_telling(name))?;
            canonical.get(name).map(|node| (node, *end))
        });
        let Some((named, end)) = named.filter(|_| start >= free) else { continue };
        free = end;
        if node.replace(named).is_some_and(|other| other != named) {
            return None;
        }
    }
    node.cloned()
}

/// Whether a name is no word of everyday, and no number: `n1` or `kind-worker`, but not `master` or `12`.
fn is_telling(name: &str) -> bool {
    name.contains(|c: char| c == '-' || c.is_ascii_digit())
        && !name.bytes().all(|b| b.is_ascii_digit())
}

/// The host of a log, where all of it is one host's.
fn sole_host(doc: &Gathered) -> Option<&str> {
    let mut hosts = doc.named_hosts();
    hosts.next().filter(|_| hosts.next().is_none())
}

/// Pods and the nodes they are on, the API's word first, then what the kubelets and the scheduler say.
fn pod_nodes(bundle: &[Gathered], schema: &Schema<'_>) -> Vec<(String, String)> {
    let (mut rows, mut events) = (Vec::new(), Vec::new());
    let pod_row = schema.input("std.kube.Pod");
    let event = schema.input(EVENT);
    for found in bundle.iter().flat_map(|doc| &doc.found).filter(|found| found.part == 0) {
        let Some(relation) = schema.get(found.relation) else { continue };
        let text = |name: &str| found.values.get(relation.field(name)?.index())?.as_text();
        let Some(pod) = text("pod") else { continue };
        if let Some(node) = text("node").filter(|node| *node != unnamed::NAME) {
            let list = if Some(found.relation) == pod_row { &mut rows } else { &mut events };
            list.push((pod.to_owned(), node.to_owned()));
        } else if Some(found.relation) == event && text("reason") == Some("Scheduled") {
            // `Successfully assigned ns/pod to node`
            let node =
                text("message").and_then(|said| said.rsplit_once(" to ")).map(|(_, node)| node);
            if let Some(node) = node.filter(|node| !node.is_empty() && !node.contains(' ')) {
                events.push((pod.to_owned(), node.to_owned()));
            }
        }
    }
    rows.sort();
    events.sort();
    rows.extend(events);
    rows
}
