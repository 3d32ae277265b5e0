//! Events that a component writes into its log as it sends them (`StartLogging` and
//! `StartStructuredLogging` of client-go's recorders):
//! `Event(v1.ObjectReference{Kind:"Pod", …}): type: 'Warning' reason: 'FailedMount' message`, and since
//! Kubernetes 1.20 `"Event occurred" object="ns/pod" kind="Pod" type="Warning" reason="…" message="…"`.

use super::pairs::{pair, unquoted};
use crate::formats::kube::event::{Event, container_of};
use crate::row::{Program, Record};

/// The event that a record tells of, and nothing else.
pub(crate) fn event(record: &Record<'_>) -> Option<Event> {
    let begins = ["\"Event occurred\" ", "Event occurred ", "Event("];
    begins.iter().any(|start| record.message.starts_with(start)).then_some(())?;
    let whole = record.more.iter().fold(record.message.to_string(), |all, line| all + "\n" + line);
    let event = structured(&whole).or_else(|| formatted(&whole))?;
    (!event.object.is_empty() && !event.kind.is_empty() && !event.reason.is_empty())
        .then_some(())?;
    let kubelet = record.program == Program::Kubelet;
    let own = (event.kind == "Node").then(|| event.object.clone());
    Some(Event {
        node: own.or_else(|| record.host.filter(|_| kubelet).map(Into::into)),
        component: kubelet.then(|| "kubelet".into()),
        first: record.when,
        last: record.when,
        count: 1,
        line: record.line,
        text: record.text.trim().into(),
        ..event
    })
}

fn structured(text: &str) -> Option<Event> {
    let rest = text.trim_start_matches('"').strip_prefix("Event occurred")?;
    let mut rest = rest.trim_start_matches(['"', ' ']);
    let mut event = Event::default();
    while let Some((key, value, after)) = pair(rest) {
        match key {
            "object" => event.object = unquoted(value).into(),
            "kind" => event.kind = unquoted(value).into(),
            "fieldPath" => event.container = container_of(&unquoted(value)).map(Into::into),
            "type" => event.level = Some(unquoted(value).into()),
            "reason" => event.reason = unquoted(value).into(),
            "message" | "note" => event.message = block(rest).unwrap_or(unquoted(value).into()),
            _ => {}
        }
        rest = after;
    }
    Some(event)
}

/// A value of several lines, as klog writes it: `<`, the lines, each behind a tab, and ` >`.
fn block(pair: &str) -> Option<String> {
    let (_, lines) = pair.split_once("=<\n")?;
    let lines = lines.lines().map(str::trim).take_while(|line| *line != ">");
    Some(lines.collect::<Vec<_>>().join("\n"))
}

fn formatted(text: &str) -> Option<Event> {
    let (reference, rest) = text.strip_prefix("Event(")?.split_once("}): type: '")?;
    let (_, reference) = reference.split_once("ObjectReference{")?;
    let (level, rest) = rest.split_once("' reason: '")?;
    let (reason, message) = rest.split_once('\'')?;
    let field = |name: &str| {
        let mut fields = reference.split(", ").filter_map(|field| field.split_once(':'));
        let value = fields.find(|(key, _)| *key == name)?.1;
        Some(unquoted(value).into_owned()).filter(|value| !value.is_empty())
    };
    let kind = field("Kind")?;
    let namespace = field("Namespace").filter(|_| kind != "Node");
    Some(Event {
        object: join(&namespace.unwrap_or_default(), &field("Name")?),
        // The kubelet gives its node's name for a uid.
        uid: field("UID").filter(|_| kind != "Node"),
        container: field("FieldPath").and_then(|path| container_of(&path).map(Into::into)),
        kind,
        reason: reason.into(),
        level: Some(level.into()),
        message: message.trim_start().into(),
        ..Event::default()
    })
}

fn join(namespace: &str, name: &str) -> String {
    if namespace.is_empty() { name.into() } else { format!("{namespace}/{name}") }
}
