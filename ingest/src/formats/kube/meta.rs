//! What objects have in common: names, ages, finalizers, conditions, and that they are being deleted.

use std::collections::BTreeMap;

use etio_plan::Value;
use serde::Deserialize;

use super::{CLUSTER, Place};
use crate::formats::times::{self, Time};
use crate::row::{Out, Row};
use crate::unnamed;

/// An object's metadata.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Meta {
    pub(crate) name: Option<String>,
    pub(crate) namespace: Option<String>,
    pub(crate) uid: Option<String>,
    #[serde(deserialize_with = "times::optional")]
    pub(crate) creation_timestamp: Option<Time>,
    #[serde(deserialize_with = "times::optional")]
    pub(crate) deletion_timestamp: Option<Time>,
    pub(crate) deletion_grace_period_seconds: Option<i64>,
    pub(crate) generation: Option<i64>,
    pub(crate) finalizers: Option<Vec<String>>,
    pub(crate) labels: Option<BTreeMap<String, String>>,
    pub(crate) annotations: Option<BTreeMap<String, String>>,
    pub(crate) owner_references: Option<Vec<Owner>>,
    pub(crate) managed_fields: Option<Vec<Managed>>,
}

/// Who made an object.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Owner {
    pub(crate) kind: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) controller: Option<bool>,
}

/// When somebody wrote fields of an object.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Managed {
    #[serde(deserialize_with = "times::optional")]
    pub(crate) time: Option<Time>,
}

/// A condition in an object's status.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Condition {
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) message: Option<String>,
    #[serde(deserialize_with = "times::optional")]
    pub(crate) last_heartbeat_time: Option<Time>,
    #[serde(deserialize_with = "times::optional")]
    pub(crate) last_transition_time: Option<Time>,
}

impl Meta {
    /// `namespace/name`, or the name alone for what has no namespace.
    pub(crate) fn object(&self, place: Place<'_>) -> String {
        match (self.namespace.as_deref().filter(|it| !it.is_empty()), &self.name) {
            (Some(namespace), Some(name)) => format!("{namespace}/{name}"),
            (None, Some(name)) => name.clone(),
            (_, None) => unnamed::object(place.path),
        }
    }

    /// The same of a pod.
    pub(crate) fn pod(&self, place: Place<'_>) -> String {
        match self.name {
            Some(_) => self.namespaced(place),
            None => unnamed::pod(place.path),
        }
    }

    /// The same of a kind that always has a namespace.
    pub(crate) fn namespaced(&self, place: Place<'_>) -> String {
        let object = self.object(place);
        if object.contains('/') { object } else { format!("{}/{object}", unnamed::NAMESPACE) }
    }

    /// A name for `name` in the same namespace.
    pub(crate) fn sibling(&self, name: &str) -> String {
        format!("{}/{name}", self.namespace.as_deref().unwrap_or(unnamed::NAMESPACE))
    }

    /// The controller that made it, or its first owner.
    pub(crate) fn owner(&self) -> Option<&Owner> {
        let owners = self.owner_references.as_deref()?;
        owners.iter().find(|it| it.controller == Some(true)).or(owners.first())
    }

    /// Its labels as a value.
    pub(crate) fn labels(&self) -> Value {
        self.labels.as_ref().map_or(Value::Map(Vec::new()), map)
    }
}

/// A map from text to text as a value, in key order.
pub(crate) fn map(entries: &BTreeMap<String, String>) -> Value {
    let entry = |(key, value): (&String, &String)| (key.clone(), Value::Text(value.clone()));
    Value::Map(entries.iter().map(entry).collect())
}

impl Row {
    /// With the finalizers, unless the text may only have left them out.
    pub(super) fn with_finalizers(self, meta: &Meta, place: Place<'_>) -> Self {
        match &meta.finalizers {
            Some(finalizers) => self.with_list("finalizers", finalizers),
            None if place.whole => self.with_list("finalizers", [""; 0]),
            None => self,
        }
    }
}

/// Finds a condition by type.
pub(crate) fn condition<'a>(conditions: &'a [Condition], kind: &str) -> Option<&'a Condition> {
    conditions.iter().find(|it| it.kind.as_deref() == Some(kind))
}

/// The row that says an object is being deleted, and what it waits for.
pub(crate) fn deleted(
    kind: &str,
    meta: &Meta,
    conditions: &[Condition],
    place: Place<'_>,
    out: &mut dyn Out,
) {
    let object = match meta.name {
        None if CLUSTER.contains(&kind) => unnamed::NAME.into(),
        None if kind == "Pod" => unnamed::some_pod(place.path),
        _ => meta.object(place),
    };
    let waits = ["NamespaceFinalizersRemaining", "NamespaceContentRemaining"];
    let waits = waits.iter().filter_map(|it| condition(conditions, it));
    let failed = conditions
        .iter()
        .filter(|it| it.kind.as_deref().is_some_and(|kind| kind.starts_with("NamespaceDeletion")));
    let message = failed
        .chain(waits)
        .filter(|it| it.status.as_deref() == Some("True"))
        .filter_map(|it| it.message.clone())
        .collect::<Vec<_>>()
        .join("; ");
    let since = meta.deletion_timestamp;
    let text = format!(
        "{kind} {object} is being deleted; finalizers: {}",
        match &meta.finalizers {
            Some(finalizers) if !finalizers.is_empty() => finalizers.join(", "),
            _ => "none".into(),
        }
    );
    out.row(
        Row::of("std.kube.DeletedObject", place.line, text)
            .with("kind", kind)
            .with("object", object)
            .with("deleted", since)
            .with_finalizers(meta, place)
            .with("message", message),
    );
}
