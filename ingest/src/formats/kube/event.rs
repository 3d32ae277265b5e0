//! Events of both APIs, and what all spellings of one event come to.

use serde::Deserialize;

use super::meta::Meta;
use crate::formats::times::{self, Time};
use crate::row::{Out, Row, When};

/// An event as `v1` or `events.k8s.io` write it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct ApiEvent {
    pub(super) metadata: Meta,
    involved_object: Option<Reference>,
    regarding: Option<Reference>,
    reason: Option<String>,
    message: Option<String>,
    note: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    source: Option<Source>,
    deprecated_source: Option<Source>,
    reporting_component: Option<String>,
    reporting_controller: Option<String>,
    reporting_instance: Option<String>,
    #[serde(deserialize_with = "times::optional")]
    first_timestamp: Option<Time>,
    #[serde(deserialize_with = "times::optional")]
    last_timestamp: Option<Time>,
    #[serde(deserialize_with = "times::optional")]
    deprecated_first_timestamp: Option<Time>,
    #[serde(deserialize_with = "times::optional")]
    deprecated_last_timestamp: Option<Time>,
    #[serde(deserialize_with = "times::optional")]
    event_time: Option<Time>,
    count: Option<i64>,
    deprecated_count: Option<i64>,
    series: Option<Series>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Reference {
    kind: Option<String>,
    namespace: Option<String>,
    name: Option<String>,
    uid: Option<String>,
    field_path: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Source {
    component: Option<String>,
    host: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Series {
    count: Option<i64>,
    #[serde(deserialize_with = "times::optional")]
    last_observed_time: Option<Time>,
}

/// An event, however it was written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Event {
    /// The reporting kubelet's node, where known.
    pub(crate) node: Option<String>,
    /// The object's kind.
    pub(crate) kind: String,
    /// The object: `namespace/name`, or the name alone.
    pub(crate) object: String,
    pub(crate) uid: Option<String>,
    pub(crate) container: Option<String>,
    pub(crate) reason: String,
    /// Normal or Warning.
    pub(crate) level: Option<String>,
    pub(crate) message: String,
    pub(crate) component: Option<String>,
    pub(crate) first: When,
    pub(crate) last: When,
    /// A time between at which it must have been seen too.
    pub(crate) between: Option<When>,
    pub(crate) count: i64,
    pub(crate) line: u64,
    /// Shown as evidence.
    pub(crate) text: String,
}

impl ApiEvent {
    pub(super) fn normalise(self, line: u64) -> Event {
        let some = |text: Option<String>| text.filter(|text| !text.is_empty());
        let about = self.involved_object.or(self.regarding).unwrap_or_default();
        let source = self.source.or(self.deprecated_source).unwrap_or_default();
        let series = self.series.unwrap_or_default();
        let created = self.metadata.creation_timestamp;
        let first = self.first_timestamp.or(self.deprecated_first_timestamp);
        let last = self.last_timestamp.or(self.deprecated_last_timestamp);
        let first = first.or(self.event_time).or(created);
        let last = series.last_observed_time.or(last).or(self.event_time).or(first);
        let component = some(source.component)
            .or(some(self.reporting_component))
            .or(some(self.reporting_controller));
        let kind = about.kind.unwrap_or_default();
        let name = about.name.unwrap_or_default();
        let namespace = some(about.namespace);
        let mut node = some(source.host);
        if node.is_none() && component.as_deref() == Some("kubelet") {
            node = some(self.reporting_instance);
        }
        if kind == "Node" {
            node = Some(name.clone());
        }
        Event {
            node,
            object: match namespace.filter(|_| kind != "Node") {
                Some(namespace) => format!("{namespace}/{name}"),
                None => name,
            },
            // The kubelet gives its node's name for a uid.
            uid: some(about.uid).filter(|_| kind != "Node"),
            container: about.field_path.as_deref().and_then(container_of).map(Into::into),
            kind,
            reason: self.reason.unwrap_or_default(),
            level: some(self.kind),
            message: self.message.or(self.note).unwrap_or_default(),
            component,
            first: Time::when(first),
            last: Time::when(last),
            between: None,
            count: series.count.or(self.count).or(self.deprecated_count).unwrap_or(1).max(1),
            line,
            text: String::new(),
        }
    }
}

/// The container a field path names: `spec.initContainers{setup}`.
pub(crate) fn container_of(path: &str) -> Option<&str> {
    let (field, name) = path.split_once('{')?;
    let container = field.starts_with("spec.") && field.ends_with("ontainers");
    container.then_some(name.strip_suffix('}')?)
}

impl Event {
    /// The pod it is about: its object, or the one that its controller says it deleted.
    pub(crate) fn pod(&self) -> Option<String> {
        if self.kind == "Pod" {
            return Some(self.object.clone());
        }
        if self.reason != "SuccessfulDelete" {
            return None;
        }
        let said = &self.message;
        let rest =
            said.strip_prefix("Deleted pod: ").or_else(|| said.strip_prefix("delete Pod "))?;
        let (namespace, _) = self.object.split_once('/')?;
        let name = rest.split_whitespace().next()?;
        Some(format!("{namespace}/{name}"))
    }

    /// Its rows: one at its first time where it was repeated, one at its last with the count.
    pub(crate) fn rows(mut self, out: &mut dyn Out) {
        self.tidy();
        if self.text.is_empty() {
            let level = self.level.as_deref().unwrap_or("Event");
            let (kind, object, reason) = (&self.kind, &self.object, &self.reason);
            let repeats =
                if self.count > 1 { format!(" (x{})", self.count) } else { String::new() };
            self.text = format!("{level} {reason} {kind} {object}: {}{repeats}", self.message);
        }
        if self.count > 1 && self.first != self.last && self.first != When::Unknown {
            out.row(self.row(self.first));
        }
        if let Some(between) = self.between {
            out.row(self.row(between));
        }
        let row = self.row(self.last);
        out.row(if self.count > 1 { row.with("repeats", self.count) } else { row });
    }

    /// Takes out of the message what kubectl and the recorder put in front of it, so that it is the
    /// same text by every way.
    fn tidy(&mut self) {
        if let Some(rest) = self.message.strip_prefix("(combined from similar events): ") {
            self.message = rest.into();
        }
        if let Some((path, rest)) = self.message.split_once("}: ")
            && let Some(name) = container_of(&format!("{path}}}"))
        {
            self.container.get_or_insert_with(|| name.into());
            self.message = rest.into();
        }
    }

    fn row(&self, when: When) -> Row {
        Row::of("std.kube.KubeEvent", self.line, self.text.clone())
            .at(when)
            .with("node", self.node.clone())
            .with_text("kind", self.kind.clone())
            .with_text("object", self.object.clone())
            .with("pod", self.pod())
            .with("uid", self.uid.clone())
            .with("container", self.container.clone())
            .with_text("reason", self.reason.clone())
            .with("type", self.level.clone())
            .with_text("message", self.message.clone())
            .with("component", self.component.clone())
    }
}
