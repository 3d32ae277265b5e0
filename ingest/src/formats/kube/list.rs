//! What a list of objects says beyond its items: which relations it holds completely.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::{
    Place, Text,
    event::{ApiEvent, Event},
    meta::Meta,
};
use crate::row::{Out, When};

/// What was seen while a list, or a stream of objects, was read.
#[derive(Debug, Default)]
pub(crate) struct List {
    /// The objects that follow are items of a list, not named one by one.
    pub(crate) listing: bool,
    /// Something that was listed is not here, or could not be read.
    pub(crate) partial: bool,
    /// Namespaces of what was listed, by kind.
    seen: BTreeMap<String, BTreeSet<String>>,
    /// Pods and nodes, of each of which all parts are there.
    whole: Vec<(&'static str, &'static str, String)>,
    /// Events by uid, so that a watched event, printed once for every change, counts once.
    events: BTreeMap<String, Event>,
    /// Events without uid, in order.
    others: Vec<Event>,
}

/// The metadata of a list that was asked for page by page.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    r#continue: Option<String>,
    remaining_item_count: Option<i64>,
}

/// The relations the objects of a kind make, and the field that holds the kind where they share one.
fn relations(kind: &str) -> &'static [(&'static str, bool)] {
    match kind {
        "Event" => &[("std.kube.KubeEvent", false)],
        "Pod" => &[
            ("std.kube.Pod", false),
            ("std.kube.Container", false),
            ("std.kube.PodCondition", false),
        ],
        "Node" => &[
            ("std.kube.Node", false),
            ("std.kube.NodeCondition", false),
            ("std.kube.NodeTaint", false),
        ],
        "PersistentVolumeClaim" => &[("std.kube.PersistentVolumeClaim", false)],
        "PersistentVolume" => &[("std.kube.PersistentVolume", false)],
        "VolumeAttachment" => &[("std.kube.VolumeAttachment", false)],
        "ConfigMap" | "Secret" => &[("std.kube.ConfigObject", true)],
        "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" | "Job" => {
            &[("std.kube.Workload", true)]
        }
        "Lease" => &[("std.kube.Lease", false)],
        _ => &[],
    }
}

impl List {
    /// Notes an object.
    pub(super) fn saw(&mut self, kind: &str, meta: &Meta, place: Place<'_>) {
        match kind {
            "Pod" if place.whole => self.whole.push(("Pod", "pod", meta.pod(place))),
            "Node" if place.whole => self.whole.push(("Node", "node", meta.object(place))),
            _ => {}
        }
        if !self.listing {
            return;
        }
        let namespaces = self.seen.entry(kind.into()).or_default();
        namespaces.insert(meta.namespace.clone().unwrap_or_default());
    }

    /// Notes what the metadata of a list says of a next page.
    pub(crate) fn page(&mut self, metadata: Text<'_>, line: u64, out: &mut dyn Out) {
        let page: Page = metadata.read().unwrap_or_default();
        let goes_on = page.r#continue.is_some_and(|next| !next.is_empty());
        if goes_on || page.remaining_item_count.is_some_and(|count| count > 0) {
            self.partial = true;
            out.lacks(line, "a list of which this is not the last page; collect all of them");
        }
    }

    /// Keeps an event until the list ends.
    pub(super) fn event(&mut self, event: ApiEvent, line: u64) {
        let uid = event.metadata.uid.clone();
        let event = event.normalise(line);
        match uid {
            Some(uid) => {
                let newest = self.events.get(&uid).is_none_or(|old| old.count <= event.count);
                if newest {
                    self.events.insert(uid, event);
                }
            }
            None => self.others.push(event),
        }
    }

    /// Gives the events, in the order of the lines, and says what is complete.
    ///
    /// A list does not say what was asked for. One of a kind without namespaces is of the cluster; one
    /// over several namespaces is of all of them; one of a single namespace may leave others out. Where
    /// something is missing, nothing is vouched for but the parts of each object.
    pub(crate) fn finish(mut self, out: &mut dyn Out) {
        let mut events: Vec<_> = std::mem::take(&mut self.events)
            .into_values()
            .chain(std::mem::take(&mut self.others))
            .collect();
        events.sort_by_key(|event| event.line);
        let mut pods = BTreeSet::new();
        for event in events {
            pods.extend(event.pod());
            event.rows(out);
        }
        let everywhere = |kind: &str| {
            let seen = self.seen.get(kind).filter(|_| !self.partial);
            seen.is_some_and(|it| it.len() > 1 || CLUSTER.contains(&kind))
        };
        for pod in pods.into_iter().filter(|_| !self.partial && !everywhere("Event")) {
            out.complete("std.kube.KubeEvent", vec![("pod", pod.into())], When::Unknown);
        }
        for (kind, field, name) in self.whole.iter().filter(|(kind, ..)| !everywhere(kind)) {
            // The first relation is of the object itself.
            for (relation, _) in relations(kind).iter().skip(1) {
                out.complete(relation, vec![(*field, name.as_str().into())], When::Unknown);
            }
        }
        for kind in self.seen.keys().filter(|kind| everywhere(kind)) {
            let scope = || vec![("kind", kind.as_str().into())];
            for (relation, by_kind) in relations(kind) {
                out.complete(relation, if *by_kind { scope() } else { Vec::new() }, When::Unknown);
            }
            if kind != "Event" {
                out.complete("std.kube.DeletedObject", scope(), When::Unknown);
            }
        }
    }
}

/// Kinds whose objects stand in no namespace.
pub(crate) const CLUSTER: &[&str] =
    &["Node", "PersistentVolume", "Namespace", "StorageClass", "VolumeAttachment"];
