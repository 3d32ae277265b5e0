//! A pasted piece of an object, perhaps no valid YAML any more: its keys and values line by line.

use crate::formats::{
    kube::{
        Place,
        meta::{self, Condition, Meta},
        node, pod,
    },
    times::Time,
};
use crate::row::Out;

#[derive(Debug, Default)]
struct Piece {
    kind: Option<String>,
    meta: Meta,
    conditions: Vec<Condition>,
}

/// Reads names, finalizers, the deletion timestamp and conditions, and says whether that was anything.
pub(super) fn read(text: &str, kind: Option<&str>, place: Place<'_>, out: &mut dyn Out) -> bool {
    told(&pieces(text), kind, place, out)
}

/// The same of conditions alone.
pub(in crate::formats) fn conditions(
    conditions: Vec<Condition>,
    place: Place<'_>,
    out: &mut dyn Out,
) -> bool {
    told(&Piece { conditions, ..Piece::default() }, None, place, out)
}

fn told(piece: &Piece, kind: Option<&str>, place: Place<'_>, out: &mut dyn Out) -> bool {
    let place = Place { whole: false, ..place };
    let namespace = piece
        .conditions
        .iter()
        .any(|it| it.kind.as_deref().is_some_and(|kind| kind.starts_with("Namespace")));
    let kind = piece.kind.as_deref().or(kind).or(namespace.then_some("Namespace"));
    if kind == Some("Node") || kind.is_none() && piece.conditions.iter().any(of_node) {
        for it in &piece.conditions {
            out.row(node::condition_row(it, piece.meta.name.as_deref(), place));
        }
    } else if piece.meta.deletion_timestamp.is_some() || namespace {
        meta::deleted(kind.unwrap_or("object"), &piece.meta, &piece.conditions, place, out);
    } else if kind.is_none_or(|kind| kind == "Pod") && of_pod(&piece.conditions) {
        let pod = piece.meta.pod(place);
        for it in &piece.conditions {
            out.row(pod::condition_row(it, &pod, place));
        }
    } else {
        return false;
    }
    true
}

/// Whether a condition is a node's: no other object's has a heartbeat.
fn of_node(it: &Condition) -> bool {
    let kind = it.kind.as_deref().unwrap_or_default();
    it.last_heartbeat_time.is_some() || kind.ends_with("Pressure") || kind == "NetworkUnavailable"
}

/// Whether conditions are a pod's.
fn of_pod(conditions: &[Condition]) -> bool {
    let types = ["PodScheduled", "Initialized", "ContainersReady"];
    conditions.iter().any(|it| it.kind.as_deref().is_some_and(|kind| types.contains(&kind)))
}

fn pieces(text: &str) -> Piece {
    let mut piece = Piece::default();
    let mut condition = Condition::default();
    // Where list items go: below `finalizers:` they are texts.
    let mut finalizers = false;
    // A message may go on below its key.
    let mut message = false;
    for line in text.lines() {
        let content = line.trim();
        let (item, content) = match content.strip_prefix("- ") {
            Some(rest) => (true, rest.trim()),
            None => (false, content),
        };
        let Some((key, value)) = content.split_once(':').filter(|(key, _)| !key.contains(' '))
        else {
            if item && finalizers {
                piece.meta.finalizers.get_or_insert_default().push(content.into());
            } else if let Some(said) = condition.message.as_mut().filter(|_| message) {
                said.push(' ');
                said.push_str(content.trim_end_matches(['\'', '"']));
            }
            continue;
        };
        if item && finalizers && value.is_empty() {
            continue;
        }
        finalizers = key == "finalizers";
        message = key == "message";
        if item {
            piece.conditions.push(std::mem::take(&mut condition));
        }
        let value = plain(value);
        let text = || Some(value.to_owned());
        match key {
            "kind" => piece.kind = text(),
            "name" if piece.meta.name.is_none() => piece.meta.name = text(),
            "namespace" => piece.meta.namespace = text(),
            "uid" => piece.meta.uid = text(),
            "deletionTimestamp" => piece.meta.deletion_timestamp = Time::at(value),
            "creationTimestamp" => piece.meta.creation_timestamp = Time::at(value),
            "type" => condition.kind = text(),
            "status" if !value.is_empty() => condition.status = text(),
            "reason" => condition.reason = text(),
            "message" => condition.message = Some(value.trim_start_matches(['\'', '"']).to_owned()),
            "lastTransitionTime" => condition.last_transition_time = Time::at(value),
            "lastHeartbeatTime" => condition.last_heartbeat_time = Time::at(value),
            _ => {}
        }
    }
    piece.conditions.push(condition);
    piece.conditions.retain(|it| it.kind.is_some() && it.status.is_some());
    piece
}

/// A scalar without its quotes.
fn plain(value: &str) -> &str {
    let value = value.trim();
    let inside = |quote| value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    inside('\'').or(inside('"')).unwrap_or(value)
}
