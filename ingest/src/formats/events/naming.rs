//! What the rows of a table leave open: their object, its namespace, its node.

use super::{About, row::qualified};
use crate::command::described;
use crate::formats::{format::Document, kube::event::Event, mentioned::mentioned};
use crate::unnamed;

/// Names what the rows leave open: their object, by what the table is about, what a message says or what the command above
/// described, its namespace, and its node.
pub(super) fn name(events: &mut [Event], doc: &Document<'_>, about: Option<&About>) {
    let path = doc.path;
    let asked = |kind: &str| {
        let name = described(doc.asked, kind)?;
        Some(qualified(kind, unnamed::NAMESPACE, name))
    };
    let told: Vec<_> = events.iter().map(|it| assigned(&it.message)).collect();
    let mut current = told.iter().flatten().next().cloned();
    let pod = described(doc.asked, "Pod");
    let is = |it: &String| pod.is_none_or(|pod| it.split('/').nth(1) == Some(pod));
    let mentioned = events.iter().find_map(|it| mentioned(&it.message).filter(is));
    let about_node = about.map_or_else(
        || {
            let tells = || events.iter().any(|it| it.object.is_empty() && of_node(it));
            asked("Node").is_some() || current.is_none() && tells()
        },
        |it| it.kind == "Node",
    );
    let host = events.iter().find_map(|it| it.node.clone());
    let node = events.iter().find_map(|it| node_in(&it.message));
    let node = node.or_else(|| asked("Node")).or_else(|| host.clone());
    for (event, told) in events.iter_mut().zip(&told) {
        if told.is_some() {
            current.clone_from(told);
        }
        if !event.object.is_empty() {
            place(event, &current);
        } else if let Some(about) = about.filter(|it| it.object != unnamed::NAME) {
            event.kind.clone_from(&about.kind);
            event.object.clone_from(&about.object);
            event.node = event.node.take().or_else(|| about.node.clone());
        } else if about_node || event.kind == "Node" {
            event.kind = "Node".into();
            event.node = event.node.take().or_else(|| node.clone());
            event.object = event.node.clone().unwrap_or_else(|| unnamed::NAME.into());
        } else if !["", "Pod"].contains(&event.kind.as_str()) {
            event.object = asked(&event.kind).unwrap_or_else(|| unnamed::object(path));
        } else if of_claim(event) {
            event.kind = "PersistentVolumeClaim".into();
            event.object = asked(&event.kind).unwrap_or_else(|| unnamed::object(path));
        } else {
            event.kind = "Pod".into();
            let named = current.as_ref().map(|(pod, _)| pod.clone()).or_else(|| mentioned.clone());
            let named = named.or_else(|| asked("Pod"));
            event.object = named.unwrap_or_else(|| unnamed::pod(path));
            let assigned = current.as_ref().map(|(_, node)| node.clone());
            event.node = event.node.take().or(assigned).or_else(|| host.clone());
        }
        if event.kind == "Node" && event.node.is_none() {
            event.node = Some(event.object.clone()).filter(|it| it != unnamed::NAME);
        }
    }
}

/// Gives an object of a table without namespaces the one its scheduling names.
fn place(event: &mut Event, assigned: &Option<(String, String)>) {
    if event.object.contains('/') || qualified(&event.kind, "", "x") == "x" {
        return;
    }
    let namespace = assigned.as_ref().and_then(|(pod, _)| Some(pod.split_once('/')?.0));
    event.object = format!("{}/{}", namespace.unwrap_or(unnamed::NAMESPACE), event.object);
}

/// The pod and node of `Successfully assigned ns/pod to node`.
fn assigned(message: &str) -> Option<(String, String)> {
    let rest = message.strip_prefix("Successfully assigned ")?;
    let (pod, node) = rest.split_once(" to ")?;
    let pod = if pod.contains('/') { pod.into() } else { format!("{}/{pod}", unnamed::NAMESPACE) };
    Some((pod, node.trim().into()))
}

/// The node of `Node x status is now: …`.
fn node_in(message: &str) -> Option<String> {
    let rest = message.strip_prefix("Node ")?;
    let (node, rest) = rest.split_once(' ')?;
    let telling = ["status is now", "has been rebooted", "event:", "condition "];
    telling
        .iter()
        .any(|it| rest.starts_with(it))
        .then(|| node.into())
        .filter(|it| it != "condition")
}

/// The kind of an object that a row only names; empty where what happened to it could be of several.
pub(super) fn kind(event: &Event) -> &'static str {
    if of_node(event) {
        "Node"
    } else if of_claim(event) {
        "PersistentVolumeClaim"
    } else if of_pod(event) {
        "Pod"
    } else {
        ""
    }
}

/// Whether a row without a kind is about a pod.
fn of_pod(event: &Event) -> bool {
    const REASONS: &[&str] = &[
        "BackOff",
        "DNSConfigForming",
        "ErrImageNeverPull",
        "Evicted",
        "FailedAttachVolume",
        "FailedCreatePodSandBox",
        "FailedKillPod",
        "FailedMapVolume",
        "FailedMount",
        "FailedPodSandBoxStatus",
        "FailedPostStartHook",
        "FailedPreStopHook",
        "FailedScheduling",
        "FailedSync",
        "FailedUnMount",
        "InspectFailed",
        "InvalidImageName",
        "Killing",
        "NetworkNotReady",
        "Preempted",
        "ProbeError",
        "Pulled",
        "Pulling",
        "SandboxChanged",
        "Scheduled",
        "SuccessfulAttachVolume",
        "SuccessfulMountVolume",
        "TaintManagerEviction",
        "Unhealthy",
    ];
    REASONS.contains(&event.reason.as_str())
        // Words that others use too.
        || event.component.as_deref() == Some("kubelet")
        || ["Created container", "Started container", "Failed to pull image", "Error: "]
            .iter()
            .any(|it| event.message.starts_with(it))
}

/// Whether a row without an object is about a claim.
fn of_claim(event: &Event) -> bool {
    const REASONS: &[&str] = &[
        "ExternalProvisioning",
        "FailedBinding",
        "Provisioning",
        "ProvisioningFailed",
        "ProvisioningSucceeded",
        "WaitForFirstConsumer",
        "WaitForPodScheduled",
    ];
    REASONS.contains(&event.reason.as_str())
}

/// Whether a row without an object is about a node.
fn of_node(event: &Event) -> bool {
    const REASONS: &[&str] = &[
        "NodeHasInsufficientMemory",
        "NodeHasSufficientMemory",
        "NodeHasNoDiskPressure",
        "NodeHasDiskPressure",
        "NodeHasSufficientPID",
        "NodeHasInsufficientPID",
        "NodeHasSufficientDisk",
        "NodeReady",
        "RegisteredNode",
        "RemovingNode",
        "NodeAllocatableEnforced",
        "Rebooted",
        "ContainerGCFailed",
        "ImageGCFailed",
        "FreeDiskSpaceFailed",
        "EvictionThresholdMet",
        "InvalidDiskCapacity",
        "SystemOOM",
        "OOMKilling",
        "TaskHung",
        "KernelOops",
        "DockerHung",
        "ContainerdUnhealthy",
        "KubeletIsDown",
        "KubeletUnhealthy",
        "DockerUnhealthy",
        "CordonStartingNode",
        "Starting",
        "NodeNotSchedulable",
        "NodeSchedulable",
        "ContainerRuntimeIsDown",
        "KernelDeadlock",
        "FilesystemIsReadOnly",
        "ReadonlyFilesystem",
        "DockerStart",
        "ContainerdStart",
        "KubeletStart",
        "Shutdown",
        "NodeShutdown",
    ];
    REASONS.contains(&event.reason.as_str()) || node_in(&event.message).is_some()
}
