//! Claims, volumes and attachments as `kubectl describe` prints them.

use super::{Entry, below, entries, value};
use crate::formats::kube::{
    Place,
    meta::Meta,
    storage::{self, ClaimRef, ClaimSpec, Phase, VolumeSpec},
};
use crate::row::{Out, Row, When};

fn text(entries: &[Entry<'_>], name: &str) -> Option<String> {
    value(entries, name).map(str::to_owned)
}

/// The first word of `Status`: what comes behind it says since when.
fn phase(entries: &[Entry<'_>]) -> Phase {
    let status = value(entries, "Status").and_then(|it| it.split(' ').next());
    Phase { phase: status.map(Into::into) }
}

/// A claim, and the pods that mount it.
pub(super) fn claim(entries: &[Entry<'_>], meta: &Meta, place: Place<'_>, out: &mut dyn Out) {
    let claim = storage::Claim {
        metadata: meta.clone(),
        spec: Some(ClaimSpec {
            volume_name: text(entries, "Volume"),
            storage_class_name: text(entries, "StorageClass"),
        }),
        status: Some(phase(entries)),
    };
    storage::claim(&claim, place, out);
    if meta.name.is_some() {
        let scope = vec![("claim", meta.namespaced(place).into())];
        out.complete("std.kube.PersistentVolumeClaim", scope, When::Unknown);
        users(entries, meta, place, out);
    }
}

/// A volume.
pub(super) fn volume(entries: &[Entry<'_>], meta: &Meta, place: Place<'_>, out: &mut dyn Out) {
    let claim = value(entries, "Claim").and_then(|it| it.split_once('/'));
    let volume = storage::Volume {
        metadata: meta.clone(),
        spec: Some(VolumeSpec {
            claim_ref: claim.map(|(namespace, name)| ClaimRef {
                namespace: Some(namespace.into()),
                name: Some(name.into()),
            }),
            storage_class_name: text(entries, "StorageClass"),
            persistent_volume_reclaim_policy: text(entries, "Reclaim Policy"),
            ..VolumeSpec::default()
        }),
        status: Some(phase(entries)),
    };
    if meta.name.is_some() {
        storage::volume(&volume, place, out);
    }
}

/// A volume's attachment to a node.
pub(super) fn attachment(found: &[Entry<'_>], meta: &Meta, place: Place<'_>, out: &mut dyn Out) {
    let spec = entries(below(found, "Spec"));
    let source = entries(below(&spec, "Source"));
    let status = entries(below(found, "Status"));
    let error = ["Attach Error", "Detach Error"]
        .iter()
        .find_map(|name| text(&entries(below(&status, name)), "Message"));
    let (volume, node) = (text(&source, "Persistent Volume Name"), text(&spec, "Node Name"));
    let attachment = storage::Attachment {
        metadata: meta.clone(),
        spec: Some(storage::AttachmentSpec::of(text(&spec, "Attacher"), node, volume)),
        status: Some(storage::AttachmentStatus::of(
            value(&status, "Attached").map(|it| it == "true"),
            error,
        )),
    };
    storage::attachment(&attachment, place, out);
}

/// The pods that mount a claim, each on a line of its own; `Mounted By` before 1.19.
fn users(entries: &[Entry<'_>], claim: &Meta, place: Place<'_>, out: &mut dyn Out) {
    let used = entries.iter().filter(|it| ["Used By", "Mounted By"].contains(&it.key));
    for entry in used {
        let below = entry.below.iter().map(|(line, text)| (*line, text.trim()));
        for (line, pod) in std::iter::once((entry.line, entry.value)).chain(below) {
            if pod.is_empty() || pod.contains([' ', '<']) {
                break;
            }
            let meta = Meta {
                name: Some(pod.into()),
                namespace: claim.namespace.clone(),
                ..Meta::default()
            };
            let claim = claim.namespaced(place);
            let text = format!("pod {pod}: mounts {claim}");
            let row = Row::of("std.kube.Pod", line, text).with("pod", meta.namespaced(place));
            out.row(row.with_list("claims", [claim]));
        }
    }
}
