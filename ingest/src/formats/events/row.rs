//! One row of a table of events, in any of the layouts that kubectl has had.

use super::wrapped;
use crate::formats::{
    ages,
    columns::split,
    kube::{
        CLUSTER,
        event::{Event, container_of},
    },
    times,
};
use crate::object::kind_name;
use crate::row::When;

/// What comes behind the message in a wide table.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Header {
    /// Columns between the object and the message: SUBOBJECT, SOURCE.
    before: usize,
    /// Columns behind the message: FIRST SEEN, COUNT, NAME.
    behind: usize,
}

/// What a header says of its rows.
pub(super) fn header(line: &str) -> Option<Header> {
    let cells: Vec<String> =
        split(line).iter().map(|it| it.to_ascii_uppercase().replace(' ', "")).collect();
    let at = |name: &str| cells.iter().position(|it| it == name);
    let message = at("MESSAGE")?;
    at("REASON")?;
    at("TYPE").or(at("LASTSEEN"))?;
    let object = at("OBJECT").or_else(|| at("KIND").filter(|kind| Some(*kind) > at("REASON")));
    let before = object.map_or(0, |object| message.saturating_sub(object + 1));
    Some(Header { before, behind: cells.len() - message - 1 })
}

/// Whether a line may be a header at all; most have not that word.
pub(super) fn names_reason(line: &str) -> bool {
    ["EASON", "eason"]
        .iter()
        .any(|it| memchr::memmem::find(line.as_bytes(), it.as_bytes()).is_some())
}

/// A row of any layout.
pub(super) fn row(line: &str, layout: Header) -> Option<Event> {
    let line = wrapped::unmarked(line.trim());
    let (at, level) = level(line)?;
    let before = line.get(..at)?.trim();
    let after = line.get(at + level.len()..)?.trim_start();
    let mut event = if before.is_empty() {
        describe(after)?
    } else {
        let cells = split(before);
        match cells.as_slice() {
            [first, last, count, rest @ ..] if count.parse::<i64>().is_ok() => {
                old(after, [*first, *last, *count], rest)?
            }
            _ => get(before, after, layout)?,
        }
    };
    event.level = Some(level.into());
    Some(event)
}

/// The word Normal or Warning and where it stands.
fn level(line: &str) -> Option<(usize, &'static str)> {
    ["Normal", "Warning"]
        .into_iter()
        .filter_map(|word| {
            let (at, _) = line.match_indices(word).find(|(at, _)| {
                let ends =
                    line.get(at + word.len()..).is_some_and(|rest| rest.starts_with([' ', '\t']));
                let starts =
                    *at == 0 || line.get(..*at).is_some_and(|head| head.ends_with([' ', '\t']));
                ends && starts
            })?;
            Some((at, word))
        })
        .min()
}

/// The first word of a text and what follows it.
fn word(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(end)?;
    (!word.is_empty()).then_some((word, rest.trim_start()))
}

/// A reason is one word in capitals and small letters.
pub(super) fn reason(text: &str) -> Option<(&str, &str)> {
    let (reason, rest) = word(text)?;
    let capital = reason.starts_with(|c: char| c.is_ascii_uppercase());
    let letters = reason.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    (capital && letters).then_some((reason, rest))
}

/// An age at the beginning of a text, with its repeats.
fn age_of(text: &str) -> Option<(&str, &str)> {
    let (first, rest) = word(text)?;
    ages::is_age(first).then_some(())?;
    if !rest.starts_with("(x") {
        return Some((first, rest));
    }
    let end = rest.find(')')? + 1;
    let length = text.len() - rest.len() + end;
    Some((text.get(..length)?, rest.get(end..)?.trim_start()))
}

/// `Reason Age From Message`, after the type.
fn describe(after: &str) -> Option<Event> {
    let (reason, rest) = reason(after)?;
    let (age, rest) = age_of(rest)?;
    // Where columns are kept, `From` ends at two spaces; `kubelet, node` has one inside.
    let (from, message) = match split(rest).as_slice() {
        [] => ("", ""),
        [from] if !from.contains(' ') => (*from, ""),
        [from, _, ..] if from.split(' ').count() <= 2 => {
            (*from, rest.get(from.len()..).unwrap_or_default().trim())
        }
        _ => source_of(rest)?,
    };
    let mut event = Event { reason: reason.into(), message: message.into(), ..Event::default() };
    seen(&mut event, age);
    came_from(&mut event, from);
    Some(event)
}

/// `kubelet, node` or `kubelet` at the beginning of a text whose columns one space sets apart.
fn source_of(text: &str) -> Option<(&str, &str)> {
    let (first, rest) = word(text)?;
    if !first.ends_with(',') {
        return Some((first, rest));
    }
    let (second, rest) = word(rest)?;
    let length = text.find(second)? + second.len();
    Some((text.get(..length)?, rest))
}

/// The kinds that 1.12 told in the place of an object.
const KINDS: &[&str] = &[
    "CronJob",
    "DaemonSet",
    "Deployment",
    "Job",
    "Node",
    "PersistentVolumeClaim",
    "Pod",
    "ReplicaSet",
    "ReplicationController",
    "Service",
    "StatefulSet",
];

/// `[Namespace] LastSeen`, the type, `Reason Object [Subobject Source] Message [FirstSeen Count Name]`.
fn get(before: &str, after: &str, layout: Header) -> Option<Event> {
    let (namespace, age) = match split(before).as_slice() {
        [age] => match word(age) {
            Some((namespace, rest)) if !rest.is_empty() && !ages::is_age(namespace) => {
                (Some(namespace), rest)
            }
            _ => (None, *age),
        },
        [.., namespace, age] if times::instant(namespace).is_none() => (Some(*namespace), *age),
        [.., age] => (None, *age),
        [] => return None,
    };
    let (reason, rest) = reason(after)?;
    let (object, rest) = word(rest)?;
    let (kind, name) = object
        .split_once('/')
        .filter(|(kind, name)| {
            !name.is_empty() && kind.chars().all(|c| c.is_ascii_alphanumeric() || c == '.')
        })
        .or_else(|| KINDS.contains(&object).then_some((object, "")))?;
    let mut event = Event { kind: kind_name(kind), object: name.into(), ..Event::default() };
    match times::instant(age) {
        Some(time) => (event.first, event.last, event.count) = (When::At(time), When::At(time), 1),
        None => {
            age_of(age).filter(|(_, rest)| rest.is_empty())?;
            seen(&mut event, age);
            if event.count == 1 {
                event.first = When::Unknown;
            }
        }
    }
    event.reason = reason.into();
    let mut message = rest.trim();
    if layout.before > 0 || layout.behind > 0 {
        let cells = split(rest);
        let extra = layout.before.min(2);
        // An empty SUBOBJECT leaves no trace but its place.
        let path = cells.first().copied().and_then(container_of);
        let skip = if extra == 2 && path.is_none() { 1 } else { extra };
        event.container = path.map(Into::into);
        if let Some(from) = skip.checked_sub(1).and_then(|at| cells.get(at)) {
            came_from(&mut event, from);
        }
        let end = cells.len().saturating_sub(layout.behind).max(skip);
        let start = cells.get(skip).map_or(rest.len(), |cell| offset(rest, cell));
        let stop = cells.get(end).map_or(rest.len(), |cell| offset(rest, cell));
        message = rest.get(start..stop).unwrap_or_default().trim();
        if layout.behind >= 2 {
            if let Some(first) = cells.get(end) {
                event.first = ages::age(first);
            }
            event.count = cells.get(end + 1).and_then(|it| it.parse().ok()).unwrap_or(event.count);
        }
    }
    event.message = message.into();
    if let Some(namespace) = namespace.filter(|_| !event.object.is_empty()) {
        event.object = qualified(&event.kind, namespace, &event.object);
    }
    Some(event)
}

/// Where a part of a text begins in it.
fn offset(text: &str, part: &str) -> usize {
    (part.as_ptr() as usize).wrapping_sub(text.as_ptr() as usize)
}

/// `FirstSeen LastSeen Count From [SubObjectPath]`, the type, `Reason Message` of describe before 1.7,
/// or `LastSeen FirstSeen Count Name Kind [Subobject]`, the type, `Reason Source Message` of get.
fn old(after: &str, [first, last, count]: [&str; 3], rest: &[&str]) -> Option<Event> {
    (ages::is_age(first) && ages::is_age(last)).then_some(())?;
    let (reason, tail) = reason(after)?;
    let mut event = Event { reason: reason.into(), ..Event::default() };
    event.count = count.parse().ok()?;
    let path = rest.last().copied().and_then(container_of);
    event.container = path.map(Into::into);
    let named = rest.get(1).is_some_and(|kind| {
        kind.starts_with(|c: char| c.is_ascii_uppercase())
            && kind.chars().all(|c| c.is_ascii_alphanumeric())
    });
    let (first, last) = if named { (last, first) } else { (first, last) };
    (event.first, event.last) = (ages::age(first), ages::age(last));
    if named {
        event.kind = rest.get(1).copied().map(kind_name)?;
        // An event's name is its object's, a dot and a number.
        let name = rest.first()?;
        event.object = name.rsplit_once('.').map_or(*name, |(object, _)| object).into();
        let source = split(tail).first().copied().unwrap_or_default();
        came_from(&mut event, source);
        event.message = tail.get(source.len()..).unwrap_or_default().trim().into();
    } else {
        came_from(&mut event, rest.first().copied().unwrap_or_default());
        event.message = tail.trim().into();
    }
    Some(event)
}

fn seen(event: &mut Event, age: &str) {
    let (last, more) = ages::repeated(age);
    let (count, first) = more.unwrap_or((1, last));
    (event.first, event.last, event.count) = (first, last, count);
}

/// `kubelet, node-1`, `{kubelet node-1}`, `kubelet`.
fn came_from(event: &mut Event, from: &str) {
    let from = from.trim_start_matches('{').trim_end_matches('}');
    let (component, host) = match from.split_once([',', ' ']) {
        Some((component, host)) => (component, Some(host.trim())),
        None => (from, None),
    };
    event.component = (!component.is_empty()).then(|| component.into());
    event.node = host.filter(|host| !host.is_empty()).map(Into::into);
}

/// An object's name with its namespace, unless its kind has none.
pub(super) fn qualified(kind: &str, namespace: &str, name: &str) -> String {
    if CLUSTER.contains(&kind) { name.into() } else { format!("{namespace}/{name}") }
}
