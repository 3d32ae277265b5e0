//! Nodes: the node, its conditions, its taints, and the other names it goes by.

use std::collections::BTreeMap;

use etio_plan::Value;
use serde::Deserialize;

use super::{
    Object, Place,
    meta::{Condition, condition},
};
use crate::formats::{
    quantity::quantity,
    times::{self, Time},
};
use crate::row::{Out, Row};

/// A node as the API server has it.
pub(crate) type Node = Object<Spec, Status>;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Spec {
    pub(crate) unschedulable: Option<bool>,
    #[serde(rename = "podCIDR")]
    pub(crate) pod_cidr: Option<String>,
    pub(crate) taints: Option<Vec<Taint>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Taint {
    pub(crate) key: Option<String>,
    pub(crate) value: Option<String>,
    pub(crate) effect: Option<String>,
    #[serde(deserialize_with = "times::optional")]
    pub(crate) time_added: Option<Time>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Status {
    pub(crate) conditions: Option<Vec<Condition>>,
    pub(crate) addresses: Option<Vec<Address>>,
    pub(crate) allocatable: Option<BTreeMap<String, String>>,
    pub(crate) capacity: Option<BTreeMap<String, String>>,
    pub(crate) node_info: Option<Info>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Address {
    pub(crate) address: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Info {
    pub(crate) kernel_version: Option<String>,
    pub(crate) os_image: Option<String>,
    pub(crate) container_runtime_version: Option<String>,
    pub(crate) kubelet_version: Option<String>,
    #[serde(rename = "bootID")]
    pub(crate) boot_id: Option<String>,
}

/// The rows of one node.
pub(crate) fn rows(node: &Node, place: Place<'_>, out: &mut dyn Out) {
    let status = node.status.as_ref();
    let conditions = status.and_then(|it| it.conditions.as_deref()).unwrap_or_default();
    let name = node.metadata.name.as_deref();
    out.row(node_row(node, conditions, place));
    for it in conditions {
        out.row(condition_row(it, name, place));
    }
    for it in node.spec.iter().filter_map(|it| it.taints.as_ref()).flatten() {
        out.row(taint_row(it, name, place));
    }
    let Some(name) = name else { return };
    for address in status.and_then(|it| it.addresses.as_deref()).unwrap_or_default() {
        if let Some(address) = address.address.as_deref().filter(|it| !it.is_empty() && *it != name)
        {
            out.alias(name, address);
        }
    }
}

fn node_row(node: &Node, conditions: &[Condition], place: Place<'_>) -> Row {
    let meta = &node.metadata;
    let empty = Info::default();
    let status = node.status.as_ref();
    let info = status.and_then(|it| it.node_info.as_ref()).unwrap_or(&empty);
    let ready = condition(conditions, "Ready").and_then(|it| it.status.clone());
    let runtime = info.container_runtime_version.as_deref();
    let (runtime, version) = runtime.and_then(|it| it.split_once("://")).unzip();
    let label = |key: &str| meta.labels.as_ref().is_some_and(|it| it.contains_key(key));
    let leads =
        label("node-role.kubernetes.io/control-plane") || label("node-role.kubernetes.io/master");
    let max_pods = [status.map(|it| &it.allocatable), status.map(|it| &it.capacity)]
        .into_iter()
        .find_map(|it| quantity(it?.as_ref()?.get("pods")?));
    let name = meta.name.clone();
    let cordoned = node.spec.as_ref().and_then(|it| it.unschedulable);
    let mut text = format!("{}: ", called(name.as_deref()));
    text.push_str(match ready.as_deref() {
        Some("True") => "ready",
        Some("False") => "not ready",
        Some(_) => "not heard of",
        None => "readiness unknown",
    });
    if cordoned == Some(true) {
        text.push_str(", cordoned");
    }
    let row = Row::of("std.kube.Node", place.line, text)
        .with("node", name)
        .with("ready", ready)
        .with("unschedulable", cordoned)
        .with("kubelet_version", info.kubelet_version.clone())
        .with("runtime", runtime)
        .with("runtime_version", version)
        .with("kernel", info.kernel_version.clone())
        .with("os", info.os_image.clone())
        .with("boot_id", info.boot_id.clone())
        .with("created", meta.creation_timestamp)
        .with("deleted", meta.deletion_timestamp)
        .with("max_pods", max_pods)
        .with("pod_cidr", node.spec.as_ref().and_then(|it| it.pod_cidr.clone()))
        .with_finalizers(meta, place);
    let labelled = place.whole || meta.labels.is_some();
    let row = row.with("control_plane", if labelled { Value::Bool(leads) } else { Value::Null });
    if place.whole { row.with("labels", meta.labels()) } else { row }
}

/// The row of a condition of a node, which a pasted row may not name.
pub(crate) fn condition_row(it: &Condition, node: Option<&str>, place: Place<'_>) -> Row {
    let kind = it.kind.clone().unwrap_or_default();
    let status = it.status.clone().unwrap_or_default();
    let mut text = format!("{}: {kind} is {status}", called(node));
    for part in [&it.reason, &it.message].into_iter().flatten() {
        text.push_str(", ");
        text.push_str(part);
    }
    Row::of("std.kube.NodeCondition", place.line, text)
        .with("node", node)
        .with("type", kind)
        .with("status", status)
        .with("reason", it.reason.clone())
        .with("message", it.message.clone())
        .with("heartbeat", it.last_heartbeat_time)
        .with("changed", it.last_transition_time)
}

fn taint_row(it: &Taint, node: Option<&str>, place: Place<'_>) -> Row {
    let key = it.key.clone().unwrap_or_default();
    let effect = it.effect.clone().unwrap_or_default();
    let text = format!("{}: tainted {key}:{effect}", called(node));
    Row::of("std.kube.NodeTaint", place.line, text)
        .with("node", node)
        .with("taint", key)
        .with("effect", effect)
        .with("value", it.value.clone())
        .with("added", it.time_added)
}

/// A node as evidence names it.
fn called(name: Option<&str>) -> String {
    name.map_or_else(|| "the node".to_owned(), |name| format!("node {name}"))
}
