//! Storage: claims, volumes and attachments.

use serde::Deserialize;

use super::{Object, Place};
use crate::row::{Out, Row};
use crate::unnamed;

/// A claim for storage.
pub(crate) type Claim = Object<ClaimSpec, Phase>;
/// A piece of storage.
pub(crate) type Volume = Object<VolumeSpec, Phase>;
/// A volume's attachment to a node.
pub(crate) type Attachment = Object<AttachmentSpec, AttachmentStatus>;

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct ClaimSpec {
    pub(crate) volume_name: Option<String>,
    pub(crate) storage_class_name: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Phase {
    pub(crate) phase: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct VolumeSpec {
    pub(crate) claim_ref: Option<ClaimRef>,
    pub(crate) storage_class_name: Option<String>,
    pub(crate) persistent_volume_reclaim_policy: Option<String>,
    pub(crate) csi: Option<Csi>,
    pub(crate) local: Option<Path>,
    pub(crate) host_path: Option<Path>,
    pub(crate) nfs: Option<serde::de::IgnoredAny>,
    pub(crate) node_affinity: Option<Affinity>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ClaimRef {
    pub(crate) namespace: Option<String>,
    pub(crate) name: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Csi {
    driver: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Path {
    path: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Affinity {
    required: Option<Terms>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Terms {
    node_selector_terms: Option<Vec<Term>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Term {
    match_expressions: Option<Vec<Expression>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Expression {
    key: Option<String>,
    operator: Option<String>,
    values: Option<Vec<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct AttachmentSpec {
    attacher: Option<String>,
    node_name: Option<String>,
    source: Option<AttachmentSource>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct AttachmentSource {
    persistent_volume_name: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct AttachmentStatus {
    attached: Option<bool>,
    attach_error: Option<Failure>,
    detach_error: Option<Failure>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Failure {
    message: Option<String>,
}

impl AttachmentSpec {
    /// That of a volume that has a name.
    pub(crate) fn of(
        attacher: Option<String>,
        node_name: Option<String>,
        volume: Option<String>,
    ) -> Self {
        let source = Some(AttachmentSource { persistent_volume_name: volume });
        Self { attacher, node_name, source }
    }
}

impl AttachmentStatus {
    /// Whether it is attached, and what went wrong.
    pub(crate) fn of(attached: Option<bool>, error: Option<String>) -> Self {
        let attach_error = error.map(|message| Failure { message: Some(message) });
        Self { attached, attach_error, detach_error: None }
    }
}

/// The row of a claim.
pub(crate) fn claim(claim: &Claim, place: Place<'_>, out: &mut dyn Out) {
    let meta = &claim.metadata;
    let id = meta.namespaced(place);
    let phase = claim.status.as_ref().and_then(|it| it.phase.clone());
    let spec = claim.spec.as_ref();
    let deleted = if meta.deletion_timestamp.is_some() { ", being deleted" } else { "" };
    let text = format!("claim {id}: {}{deleted}", phase.as_deref().unwrap_or("phase unknown"));
    out.row(
        Row::of("std.kube.PersistentVolumeClaim", place.line, text)
            .with("claim", id)
            .with("uid", meta.uid.clone())
            .with("phase", phase)
            .with("volume", spec.and_then(|it| it.volume_name.clone()))
            .with("class", spec.and_then(|it| it.storage_class_name.clone()))
            .with("deleted", meta.deletion_timestamp)
            .with_finalizers(meta, place)
            .with("created", meta.creation_timestamp),
    );
}

/// The row of a volume.
pub(crate) fn volume(volume: &Volume, place: Place<'_>, out: &mut dyn Out) {
    let meta = &volume.metadata;
    let name = meta.object(place);
    let empty = VolumeSpec::default();
    let spec = volume.spec.as_ref().unwrap_or(&empty);
    let phase = volume.status.as_ref().and_then(|it| it.phase.clone());
    let claim = spec.claim_ref.as_ref().and_then(|it| {
        Some(format!(
            "{}/{}",
            it.namespace.as_deref().unwrap_or(unnamed::NAMESPACE),
            it.name.as_deref()?
        ))
    });
    let local = spec.local.as_ref().or(spec.host_path.as_ref());
    let driver = match (&spec.csi, &spec.local, &spec.host_path, &spec.nfs) {
        (Some(csi), ..) => csi.driver.clone(),
        (_, Some(_), ..) => Some("local".into()),
        (_, _, Some(_), _) => Some("hostPath".into()),
        (_, _, _, Some(_)) => Some("nfs".into()),
        _ => None,
    };
    let text = format!("volume {name}: {}", phase.as_deref().unwrap_or("phase unknown"));
    out.row(
        Row::of("std.kube.PersistentVolume", place.line, text)
            .with("volume", name)
            .with("phase", phase)
            .with("claim", claim)
            .with("class", spec.storage_class_name.clone())
            .with("driver", driver)
            .with("reclaim", spec.persistent_volume_reclaim_policy.clone())
            .with("deleted", meta.deletion_timestamp)
            .with_finalizers(meta, place)
            .with("node", tied_to(spec))
            .with("path", local.and_then(|it| it.path.clone())),
    );
}

/// The one node a volume's affinity allows.
fn tied_to(spec: &VolumeSpec) -> Option<String> {
    let required = spec.node_affinity.as_ref()?.required.as_ref()?;
    let [term] = required.node_selector_terms.as_deref()? else { return None };
    let host = term.match_expressions.as_deref()?.iter().find(|it| {
        it.key.as_deref() == Some("kubernetes.io/hostname") && it.operator.as_deref() == Some("In")
    })?;
    let [node] = host.values.as_deref()? else { return None };
    Some(node.clone())
}

/// The row of an attachment.
pub(crate) fn attachment(it: &Attachment, place: Place<'_>, out: &mut dyn Out) {
    let name = it.metadata.object(place);
    let spec = it.spec.as_ref();
    let status = it.status.as_ref();
    let volume = spec.and_then(|it| it.source.as_ref()?.persistent_volume_name.clone());
    let node = spec.and_then(|it| it.node_name.clone());
    let attached = status.and_then(|it| it.attached);
    let error = status
        .and_then(|it| it.attach_error.as_ref().or(it.detach_error.as_ref())?.message.clone());
    let text = format!(
        "volume {} on {}: {}",
        volume.as_deref().unwrap_or("(inline)"),
        node.as_deref().unwrap_or(unnamed::NAME),
        match (attached, &error) {
            (_, Some(error)) => error.as_str(),
            (Some(true), _) => "attached",
            _ => "not attached",
        },
    );
    out.row(
        Row::of("std.kube.VolumeAttachment", place.line, text)
            .with("name", name)
            .with("volume", volume)
            .with("node", node)
            .with("attacher", spec.and_then(|it| it.attacher.clone()))
            .with("attached", attached)
            .with("error", error)
            .with("deleted", it.metadata.deletion_timestamp),
    );
}
