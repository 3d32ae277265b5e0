//! What `kubectl describe` prints: one object or several, whole, or a pasted piece of one.
//!
//! The text is cut into entries by indentation. An entry is `Key:  value` and the deeper lines below.

use super::{
    Document, Section,
    events::{self, About},
    kube::{
        Place,
        meta::{self, Condition, Meta},
        node,
    },
    times::{Time, instant},
};
use crate::command;
use crate::row::{Out, When};
use crate::unnamed;

mod node_text;
mod pod_text;
mod storage_text;

/// The section: an object from its name on, or a piece.
pub(super) const DESCRIBE: Section = Section { kind: "kubectl describe", begins, read };
/// Rows of a node's conditions, pasted without their header.
pub(super) const CONDITIONS: Section =
    Section { kind: "node conditions", begins: begins_conditions, read: read_conditions };

/// So many lines at most a container's last words have, of four kilobytes.
const LAST_WORDS: usize = 100;

/// A key, what stands behind it, and the lines below it.
#[derive(Clone, Copy, Debug)]
struct Entry<'a> {
    line: u64,
    key: &'a str,
    value: &'a str,
    below: &'a [(u64, &'a str)],
}

/// The entries of a text, by the indentation of its first line.
fn entries<'a>(lines: &'a [(u64, &'a str)]) -> Vec<Entry<'a>> {
    let base =
        lines.iter().find(|(_, line)| !line.trim().is_empty()).map_or(0, |(_, line)| indent(line));
    let mut starts: Vec<usize> = Vec::new();
    for (index, (_, line)) in lines.iter().enumerate() {
        if indent(line) <= base && key(line).is_some() {
            starts.push(index);
        }
    }
    let ends = starts.iter().skip(1).copied().chain(std::iter::once(lines.len()));
    starts
        .iter()
        .zip(ends)
        .filter_map(|(start, end)| {
            let (line, text) = *lines.get(*start)?;
            let (key, value) = key(text)?;
            Some(Entry { line, key, value, below: lines.get(start + 1..end)? })
        })
        .collect()
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

/// `Key:` or `Key:  value`; a key is words, not a table's row or a log's stamp.
fn key(line: &str) -> Option<(&str, &str)> {
    let (key, rest) = line.trim().split_once(':')?;
    let fits = key.len() <= 63
        && !key.is_empty()
        && !key.contains("  ")
        && key.chars().all(|c| c.is_ascii_alphanumeric() || " -_./()".contains(c));
    (fits && (rest.is_empty() || rest.starts_with([' ', '\t']))).then(|| (key, rest.trim()))
}

/// The value of an entry, unless it says there is none.
fn value<'a>(entries: &[Entry<'a>], name: &str) -> Option<&'a str> {
    let entry = entries.iter().find(|entry| entry.key == name)?;
    let none = ["", "<none>", "<unset>", "<nil>", "<unknown>"];
    (!none.contains(&entry.value)).then_some(entry.value)
}

fn below<'a>(entries: &[Entry<'a>], name: &str) -> &'a [(u64, &'a str)] {
    entries.iter().find(|entry| entry.key == name).map_or(&[], |entry| entry.below)
}

/// Keys that one of the first lines below a name has.
const SECOND: &[&str] = &[
    "Namespace",
    "Roles",
    "Labels",
    "Annotations",
    "StorageClass",
    "CreationTimestamp",
    "Priority",
    "API Version",
    "Kind",
    "Node",
    "Status",
    "PriorityClassName",
    // What those keep who paste a part.
    "Conditions",
    "Containers",
    "Events",
    "Taints",
];
/// Keys that begin a pasted piece where nothing stands behind them.
const PIECES: &[&str] = &["Containers", "Init Containers", "Conditions", "System Info", "Taints"];
/// Reasons that a pod has and no container.
const REFUSALS: &[&str] = &["Evicted", "NodeAffinity", "UnexpectedAdmissionError"];

fn begins(doc: &Document<'_>) -> bool {
    let mut lines = doc.text.lines();
    let Some((name, value)) = lines.next().and_then(key) else { return false };
    match name {
        "Name" => {
            let more = lines.take(4).filter_map(key).any(|(key, _)| SECOND.contains(&key));
            !value.is_empty() && more
        }
        "Status" => ["Pending", "Running", "Failed", "Succeeded", "Unknown", "Terminating"]
            .iter()
            .any(|phase| {
                value == *phase || value.strip_prefix(phase).is_some_and(|it| it.starts_with(" ("))
            }),
        "Annotations" | "Labels" | "Node" | "Start Time" => lines
            .take(6)
            .filter_map(key)
            .any(|(key, _)| ["Status", "Containers", "IP"].contains(&key)),
        "Taints" if !value.is_empty() => {
            value.contains("NoSchedule") || value.contains("NoExecute")
        }
        "Reason" => {
            let of_pod = REFUSALS.contains(&value) || value.starts_with("OutOf");
            of_pod && lines.next().and_then(key).is_some_and(|(key, _)| key == "Message")
        }
        "State" | "Last State" => ["Waiting", "Running", "Terminated"].contains(&value),
        _ => {
            value.is_empty()
                && PIECES.contains(&name)
                && lines.next().is_some_and(|it| it.starts_with(' '))
        }
    }
}

fn read(doc: &Document<'_>, out: &mut dyn Out) -> usize {
    let (lines, taken) = extent(doc);
    object(&entries(&lines), doc, out);
    taken
}

/// The lines that belong to the object, until the next one's name or a line that is no entry, and how many they are in the text.
fn extent<'a>(doc: &Document<'a>) -> (Vec<(u64, &'a str)>, usize) {
    let base = doc.text.lines().next().map_or(0, indent);
    let (mut lines, mut whole, mut taken) = (Vec::new(), 0, 0);
    let mut events = false;
    let mut rest = doc.text;
    while !rest.is_empty() {
        let (line, below) = line(rest);
        rest = below;
        let number = doc.first_line + taken as u64;
        taken += line.lines().count().max(1);
        if line.trim().is_empty() {
            lines.push((number, line));
            continue;
        }
        if indent(line) <= base {
            match key(line) {
                Some(("Name", _)) if !lines.is_empty() => break,
                Some((key, _)) => events = key == "Events",
                None if events && events::is_part(line) || is_gap(line) => {}
                None => break,
            }
        }
        lines.push((number, line));
        whole = lines.len();
    }
    lines.truncate(whole);
    let taken = lines.iter().map(|(_, line)| line.lines().count().max(1)).sum();
    (lines, taken)
}

/// The first line of a text and what is below. A container's last words are printed with their own line ends: they are
/// one line as far as the exit code, which stands as deep as they begin.
fn line(text: &str) -> (&str, &str) {
    let end = |text: &str| memchr::memchr(b'\n', text.as_bytes()).map_or(text.len(), |at| at + 1);
    let cut = |at: usize| {
        let (line, below) = text.split_at_checked(at).unwrap_or((text, ""));
        (line.strip_suffix('\n').unwrap_or(line), below)
    };
    let first = end(text);
    let (line, mut rest) = cut(first);
    if !matches!(key(line), Some(("Message", words)) if !words.is_empty()) {
        return (line, rest);
    }
    let mut at = first;
    for _ in 0..LAST_WORDS {
        let next = rest.lines().next().unwrap_or_default();
        if indent(next) == indent(line) && matches!(key(next), Some(("Exit Code", _))) {
            return cut(at);
        }
        if rest.is_empty() {
            break;
        }
        at += end(rest);
        rest = text.get(at..).unwrap_or_default();
    }
    cut(first)
}

/// Where who pasted it left lines out.
fn is_gap(line: &str) -> bool {
    ["...", "…", "[...]", "<snip>", "[snip]"].contains(&line.trim())
}

/// Reads one object.
fn object(entries: &[Entry<'_>], doc: &Document<'_>, out: &mut dyn Out) {
    let Some(first) = entries.first() else { return };
    let path = doc.path;
    let place = Place { path, line: first.line, whole: false };
    let kind = kind(entries);
    let mut meta = metadata(entries);
    // Who pastes a part leaves out its name, and not the command.
    if meta.name.is_none() {
        meta.name = command::described(doc.asked, kind).map(Into::into);
    }
    let node = rows(kind, entries, &meta, place, out);
    let conditions = conditions(below(entries, "Conditions"));
    // A namespace has conditions only while it is being deleted.
    if meta.deletion_timestamp.is_some() || conditions.iter().any(of_namespace) {
        meta::deleted(kind, &meta, &conditions, place, out);
    }
    if let Some(events) = entries.iter().find(|entry| entry.key == "Events") {
        let object = match kind {
            "Pod" => meta.pod(place),
            // Its events may name it.
            "Node" if meta.name.is_none() => unnamed::NAME.into(),
            _ if meta.name.is_none() => unnamed::object(path),
            _ => meta.object(place),
        };
        let about = About { kind: kind.into(), object, node };
        // Of one that was to go long ago its events no longer tell all.
        let told = kind == "Pod" && !matches!(meta.deletion_timestamp, Some(Time::At(_)));
        let started = value(entries, "Start Time").filter(|_| told).and_then(instant);
        events_of(events, (!kind.is_empty()).then_some(&about), started, doc, out);
    }
}

/// The kind of an object, by the keys it has; empty where they are of several.
fn kind<'a>(entries: &[Entry<'a>]) -> &'a str {
    let has = |name: &str| entries.iter().any(|entry| entry.key == name);
    if has("System Info") || has("Roles") || has("Allocatable") || has("Taints") {
        "Node"
    } else if has("Containers") && !has("Pod Template") || has("Init Containers") || has("Node") {
        "Pod"
    } else if has("Namespace") && (has("Access Modes") || has("StorageClass") && !has("Replicas"))
        || has("Used By")
        || has("Mounted By")
    {
        "PersistentVolumeClaim"
    } else if has("Reclaim Policy") {
        "PersistentVolume"
    } else if let Some(kind) = value(entries, "Kind") {
        kind
    } else if has("StrategyType") {
        "Deployment"
    } else if has("Parallelism") {
        "Job"
    } else if has("Desired Number of Nodes Scheduled") {
        "DaemonSet"
    } else if has("Pod Management Policy") || has("Update Strategy") {
        "StatefulSet"
    } else if has("Pods Status") {
        "ReplicaSet"
    } else if conditions(below(entries, "Conditions")).iter().any(of_namespace) {
        "Namespace"
    } else if has("Conditions") && node_text::has_conditions(below(entries, "Conditions")) {
        "Node"
    } else if has("Status") && !has("Resource Quotas") && !has("Namespace") && has("Name") {
        "Namespace"
    } else if ["Status", "State", "Last State", "Conditions", "Reason"].into_iter().any(has) {
        "Pod"
    } else {
        ""
    }
}

/// The rows of an object of a kind, and the node that it is or is on.
fn rows(
    kind: &str,
    entries: &[Entry<'_>],
    meta: &Meta,
    place: Place<'_>,
    out: &mut dyn Out,
) -> Option<String> {
    // A part without its name is not known to be all.
    let named = value(entries, "Name").is_some();
    match kind {
        "Node" => {
            node::rows(&node_text::node(entries, meta.clone()), place, out);
            let name = meta.name.as_deref()?;
            for (key, relation) in
                [("Conditions", "std.kube.NodeCondition"), ("Taints", "std.kube.NodeTaint")]
            {
                if named && entries.iter().any(|entry| entry.key == key) {
                    out.complete(relation, vec![("node", name.into())], When::Unknown);
                }
            }
            return meta.name.clone();
        }
        "Pod" => {
            let pod = pod_text::pod(entries, meta.clone(), place.path);
            super::kube::pod::rows(&pod, place, out);
            if named {
                for relation in ["std.kube.Container", "std.kube.PodCondition"] {
                    let scope = vec![("pod", pod.metadata.pod(place).into())];
                    out.complete(relation, scope, When::Unknown);
                }
            }
            return pod.spec.and_then(|it| it.node_name);
        }
        "PersistentVolumeClaim" => storage_text::claim(entries, meta, place, out),
        "PersistentVolume" => storage_text::volume(entries, meta, place, out),
        "VolumeAttachment" => storage_text::attachment(entries, meta, place, out),
        _ => {}
    }
    None
}

/// The events of an object, which are as old as it at the most: when it was started says when they were asked for.
fn events_of(
    events: &Entry<'_>,
    about: Option<&About>,
    started: Option<i64>,
    doc: &Document<'_>,
    out: &mut dyn Out,
) {
    let lines = || events.below.iter().map(|(_, line)| *line);
    if let Some((started, ago)) = started.zip(events::placed_ago(lines())) {
        let asked = When::At(started.saturating_add(ago));
        out.spans(asked, asked);
    }
    if lines().any(|line| !line.trim().is_empty()) {
        events::table(events.below.iter().copied(), doc, about, out);
    }
}

/// Whether a condition is a namespace's.
fn of_namespace(condition: &Condition) -> bool {
    condition.kind.as_deref().is_some_and(|kind| kind.starts_with("Namespace"))
}

/// What all kinds print alike.
fn metadata(entries: &[Entry<'_>]) -> Meta {
    let text = |name: &str| value(entries, name).map(str::to_owned);
    let finalizers = text("Finalizers").map(|list| {
        // A list of Go is `[a b]`; one of a custom object stands below.
        list.trim_matches(['[', ']'])
            .split([' ', ','])
            .filter(|it| !it.is_empty())
            .map(Into::into)
            .collect()
    });
    let status = text("Status").unwrap_or_default();
    let lasts = status.strip_prefix("Terminating (lasts ").and_then(|it| it.strip_suffix(')'));
    let expires = status.strip_prefix("Terminating (expires ").and_then(|it| it.strip_suffix(')'));
    let deleted = lasts
        .map(|age| Time::Ago(super::ages::duration(age).unwrap_or(0)))
        .or(expires.and_then(Time::at))
        .or((status == "Terminating").then_some(Time::Ago(0)));
    // Custom objects print their metadata as a block.
    let block = self::entries(below(entries, "Metadata"));
    let listed = below(&block, "Finalizers").iter().map(|(_, line)| line.trim().to_owned());
    let listed: Vec<String> = listed.filter(|it| !it.is_empty()).collect();
    Meta {
        name: text("Name"),
        namespace: text("Namespace"),
        uid: value(&block, "UID").map(Into::into),
        creation_timestamp: value(entries, "CreationTimestamp")
            .or(value(&block, "Creation Timestamp"))
            .and_then(Time::at),
        deletion_timestamp: deleted.or(value(&block, "Deletion Timestamp").and_then(Time::at)),
        finalizers: finalizers.or((!listed.is_empty()).then_some(listed)),
        ..Meta::default()
    }
}

/// The rows of a table of conditions: `Type Status [Reason Message]` and the wider one of nodes.
fn conditions(lines: &[(u64, &str)]) -> Vec<Condition> {
    lines
        .iter()
        .filter_map(|(_, line)| {
            node_text::condition(line)
                .or_else(|| node_text::short_condition(line))
                .or_else(|| bare_condition(line))
        })
        .collect()
}

fn bare_condition(line: &str) -> Option<Condition> {
    let mut words = line.split_whitespace();
    let kind = words.next()?;
    let status = words.next().filter(|it| ["True", "False", "Unknown"].contains(it))?;
    Some(Condition { kind: Some(kind.into()), status: Some(status.into()), ..Condition::default() })
}

fn begins_conditions(doc: &Document<'_>) -> bool {
    doc.text.lines().next().and_then(node_text::condition).is_some()
}

fn read_conditions(doc: &Document<'_>, out: &mut dyn Out) -> usize {
    let mut taken = 0;
    for (line, text) in doc.lines() {
        let Some(condition) = node_text::condition(text) else { break };
        taken += 1;
        out.row(node::condition_row(
            &condition,
            None,
            Place { path: doc.path, line, whole: false },
        ));
    }
    taken
}
