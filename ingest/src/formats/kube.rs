//! Objects of the Kubernetes API, from JSON or YAML, tolerant of what they leave out.
//!
//! Each kind is one file: what is read of it, and which rows that makes. `describe` and the tables of
//! `kubectl get` fill the same shapes, so what a kind means stands in one place.

pub(super) mod config;
pub(super) mod event;
pub(super) mod kubelet;
mod list;
pub(super) mod meta;
pub(super) mod node;
pub(super) mod pod;
pub(super) mod storage;
pub(super) mod workload;

pub(super) use list::{CLUSTER, List};

use std::collections::BTreeMap;

use serde::{
    Deserialize,
    de::{DeserializeOwned, IgnoredAny},
};

use crate::row::Out;
use meta::{Condition, Meta};

/// The text of one object.
#[derive(Clone, Copy, Debug)]
pub(super) enum Text<'a> {
    /// In JSON.
    Json(&'a str),
    /// In YAML, indented as one document.
    Yaml(&'a str),
}

impl Text<'_> {
    /// Reads what `T` wants of it.
    pub(super) fn read<T: DeserializeOwned>(self) -> Option<T> {
        match self {
            Self::Json(text) => serde_json::from_str(text).ok(),
            Self::Yaml(text) => {
                let options = serde_saphyr::options! {
                    duplicate_keys: serde_saphyr::options::DuplicateKeyPolicy::LastWins,
                };
                serde_saphyr::from_str_with_options(text, options).ok()
            }
        }
    }
}

/// Where an object was found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    /// The file.
    pub(super) path: &'a str,
    /// The object's first line.
    pub(super) line: u64,
    /// Whether all of the object is there, so that what it leaves out is empty, not unknown.
    pub(super) whole: bool,
}

/// An object by its parts.
#[derive(Debug, Deserialize)]
#[serde(default)]
pub(super) struct Object<S, T> {
    pub(super) metadata: Meta,
    pub(super) spec: Option<S>,
    pub(super) status: Option<T>,
}

impl<S, T> Default for Object<S, T> {
    fn default() -> Self {
        Self { metadata: Meta::default(), spec: None, status: None }
    }
}

/// What every object has.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Head {
    pub(super) kind: Option<String>,
    pub(super) api_version: Option<String>,
    pub(super) metadata: Option<Meta>,
    status: Option<IgnoredAny>,
}

/// Kinds that have a status as soon as a cluster has them.
const LIVING: &[&str] = &[
    "Pod",
    "Node",
    "PersistentVolumeClaim",
    "PersistentVolume",
    "Deployment",
    "ReplicaSet",
    "StatefulSet",
    "DaemonSet",
    "Job",
];

/// The conditions of an object of a kind Etio knows nothing else of.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Conditions {
    pub(super) conditions: Option<Vec<Condition>>,
}

/// Reads one object. `kind` is what a list says of its items, which may not say it themselves.
pub(super) fn object(
    text: Text<'_>,
    kind: Option<&str>,
    place: Place<'_>,
    out: &mut dyn Out,
    list: &mut List,
) {
    let Some(head) = text.read::<Head>() else {
        list.partial = true;
        out.unparsed(place.line, "not an object of the Kubernetes API, or broken off");
        return;
    };
    let kind = head.kind.as_deref().filter(|kind| !kind.is_empty()).or(kind);
    let kind = kind.or_else(|| kind_by_keys(text)).unwrap_or_default();
    let meta = head.metadata.unwrap_or_default();
    // Without a name it is a piece.
    let place = Place {
        whole: place.whole && (meta.name.is_some() || kind == "KubeletConfiguration"),
        ..place
    };
    let from_cluster =
        head.status.is_some() || meta.uid.is_some() || meta.creation_timestamp.is_some();
    if !from_cluster && !list.listing && LIVING.contains(&kind) {
        // A manifest says what somebody wants, not what is.
        return;
    }
    list.saw(kind, &meta, place);
    let read = match kind {
        "Event" => text.read().map(|it: event::ApiEvent| list.event(it, place.line)),
        "Pod" => text.read().map(|it: pod::Pod| pod::rows(&it, place, out)),
        "Node" => text.read().map(|it: node::Node| node::rows(&it, place, out)),
        "PersistentVolumeClaim" => {
            text.read().map(|it: storage::Claim| storage::claim(&it, place, out))
        }
        "PersistentVolume" => {
            text.read().map(|it: storage::Volume| storage::volume(&it, place, out))
        }
        "VolumeAttachment" => {
            text.read().map(|it: storage::Attachment| storage::attachment(&it, place, out))
        }
        "ConfigMap" => {
            if out.reads(config::FILE) {
                text.read().into_iter().for_each(|it| config::files(&it, place, out));
            }
            text.read().map(|it: config::Config| config::rows("ConfigMap", &it, place, out))
        }
        // Of a secret nothing but its name is read.
        "Secret" => {
            config::rows("Secret", &config::Config::named(meta.clone()), place, out);
            Some(())
        }
        "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" | "Job" => {
            text.read().map(|it: workload::Workload| workload::rows(kind, &it, place, out))
        }
        "Lease" => text.read().map(|it: workload::Lease| workload::lease(&it, place, out)),
        "KubeletConfiguration" => {
            text.read().map(|it: kubelet::Config| kubelet::rows(&it, None, place, out))
        }
        _ => Some(()),
    };
    if read.is_none() {
        list.partial = true;
        out.unparsed(
            place.line,
            "an object of a known kind with fields of other types than the API's",
        );
    }
    if meta.deletion_timestamp.is_some() && kind != "Event" {
        let conditions = text.read::<Object<IgnoredAny, Conditions>>();
        let conditions = conditions.and_then(|it| it.status?.conditions).unwrap_or_default();
        meta::deleted(kind, &meta, &conditions, place, out);
    }
}

/// The keys of an object that tell its kind where nothing else does, as in the items of typed lists.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Keys {
    involved_object: Option<IgnoredAny>,
    regarding: Option<IgnoredAny>,
    reason: Option<IgnoredAny>,
    spec: Option<BTreeMap<String, IgnoredAny>>,
    status: Option<BTreeMap<String, IgnoredAny>>,
    serialize_image_pulls: Option<IgnoredAny>,
    cgroup_driver: Option<IgnoredAny>,
}

/// What kind of object has these keys.
pub(super) fn kind_by_keys(text: Text<'_>) -> Option<&'static str> {
    let keys: Keys = text.read()?;
    let spec = |key: &str| keys.spec.as_ref().is_some_and(|it| it.contains_key(key));
    let status = |key: &str| keys.status.as_ref().is_some_and(|it| it.contains_key(key));
    let known = [
        (
            keys.involved_object.is_some() || keys.regarding.is_some() || keys.reason.is_some(),
            "Event",
        ),
        (spec("containers") || status("containerStatuses"), "Pod"),
        (status("nodeInfo") || spec("podCIDR") || spec("taints"), "Node"),
        (spec("persistentVolumeReclaimPolicy") || spec("claimRef"), "PersistentVolume"),
        (spec("accessModes") && spec("resources"), "PersistentVolumeClaim"),
        (spec("attacher"), "VolumeAttachment"),
        (spec("holderIdentity"), "Lease"),
        (spec("strategy") && spec("template"), "Deployment"),
        (spec("serviceName") && spec("template"), "StatefulSet"),
        (status("desiredNumberScheduled"), "DaemonSet"),
        (
            keys.serialize_image_pulls.is_some() || keys.cgroup_driver.is_some(),
            "KubeletConfiguration",
        ),
    ];
    known.into_iter().find_map(|(is, kind)| is.then_some(kind))
}

/// The kind a JSON document gives before its items, also where the document breaks off.
pub(super) fn json_kind(text: &str) -> Option<String> {
    let rest = text.get(text.find("\"kind\"")? + 6..)?;
    let rest = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
    rest.split('"').next().map(Into::into)
}
