//! Pods: the pod, its conditions and its containers.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Place,
    meta::{Condition, condition, map},
};
use crate::formats::{quantity::quantity, rows::bytes};
use crate::row::{Out, Row};
use crate::unnamed;

mod shape;

pub(crate) use shape::*;

/// The rows of one pod.
pub(crate) fn rows(pod: &Pod, place: Place<'_>, out: &mut dyn Out) {
    let id = pod.metadata.pod(place);
    let spec = pod.spec.as_ref();
    let status = pod.status.as_ref();
    let conditions = status.and_then(|it| it.conditions.as_deref()).unwrap_or_default();
    out.row(pod_row(pod, &id, conditions, place));
    for it in conditions {
        out.row(condition_row(it, &id, place));
    }
    let kinds = [
        ("init", spec.map(|it| &it.init_containers), status.map(|it| &it.init_container_statuses)),
        ("app", spec.map(|it| &it.containers), status.map(|it| &it.container_statuses)),
        (
            "ephemeral",
            spec.map(|it| &it.ephemeral_containers),
            status.map(|it| &it.ephemeral_container_statuses),
        ),
    ];
    for (kind, specs, statuses) in kinds {
        let specs = specs.and_then(Option::as_deref).unwrap_or_default();
        let statuses = statuses.and_then(Option::as_deref).unwrap_or_default();
        let names: BTreeSet<_> = specs
            .iter()
            .filter_map(|it| it.name.as_deref())
            .chain(statuses.iter().map(named))
            .collect();
        for name in names {
            let spec = specs.iter().find(|it| it.name.as_deref() == Some(name));
            let status = statuses.iter().find(|it| named(it) == name);
            out.row(container_row(pod, &id, (kind, name), (spec, status), place));
        }
    }
}

/// The name of a container, which a pasted status may have left behind.
fn named(status: &ContainerStatus) -> &str {
    status.name.as_deref().unwrap_or(unnamed::NAME)
}

fn pod_row(pod: &Pod, id: &str, conditions: &[Condition], place: Place<'_>) -> Row {
    let meta = &pod.metadata;
    let spec = pod.spec.as_ref();
    let status = pod.status.as_ref();
    let named = spec.and_then(|it| it.node_name.as_deref());
    let phase = status.and_then(|it| it.phase.clone());
    let reason = status.and_then(|it| it.reason.clone());
    let is = |kind| {
        let found = condition(conditions, kind).and_then(|it| it.status.as_deref());
        found.map(|status| status == "True")
    };
    let scheduled = is("PodScheduled").or(place.whole.then_some(named.is_some()));
    let mut text = format!("pod {id}: {}", phase.as_deref().unwrap_or("phase unknown"));
    for part in [&reason, &status.and_then(|it| it.message.clone())].into_iter().flatten() {
        text.push_str(", ");
        text.push_str(part);
    }
    if meta.deletion_timestamp.is_some() {
        text.push_str(", being deleted");
    }
    let owner = meta.owner();
    let row = Row::of("std.kube.Pod", place.line, text)
        .with("pod", id)
        .with("uid", meta.uid.clone())
        .with("node", node(named, reason.as_deref()))
        .with("phase", phase)
        .with("reason", reason)
        .with("message", status.and_then(|it| it.message.clone()))
        .with("created", meta.creation_timestamp)
        .with("deleted", meta.deletion_timestamp)
        .with(
            "grace",
            meta.deletion_grace_period_seconds
                .and_then(|seconds| seconds.checked_mul(1_000_000_000))
                .map_or(etio_plan::Value::Null, etio_plan::Value::Duration),
        )
        .with("owner_kind", owner.and_then(|it| it.kind.clone()))
        .with("owner", owner.and_then(|it| it.name.clone()))
        .with("scheduled", scheduled)
        .with("ready", is("Ready"))
        .with_finalizers(meta, place);
    let row = if place.whole { with_nature(row, pod) } else { row };
    let mounts = spec.is_some_and(|it| it.volumes.is_some());
    if place.whole || mounts { with_references(row, pod) } else { row }
}

/// The node of a pod or of a container. One with a reason or a state had one, which refused, ran, ended or lost it, even
/// where nobody names it.
pub(in crate::formats) fn node<'a>(
    named: Option<&'a str>,
    reason: Option<&str>,
) -> Option<&'a str> {
    named.or_else(|| reason.map(|_| unnamed::NAME))
}

/// With what is false or empty unless the object says otherwise.
fn with_nature(row: Row, pod: &Pod) -> Row {
    let meta = &pod.metadata;
    let annotated = |key: &str| meta.annotations.as_ref().is_some_and(|it| it.contains_key(key));
    let spec = pod.spec.as_ref();
    let empty = BTreeMap::new();
    let selector = spec.and_then(|it| it.node_selector.as_ref()).unwrap_or(&empty);
    let pull = spec.and_then(|it| it.image_pull_secrets.as_deref()).unwrap_or_default();
    row.with("static", annotated("kubernetes.io/config.mirror"))
        .with("host_network", spec.and_then(|it| it.host_network).unwrap_or(false))
        .with_list("pull_secrets", pull.iter().filter_map(needed).map(|name| meta.sibling(name)))
        .with("node_selector", map(selector))
        .with("labels", meta.labels())
}

/// With what the pod needs of other objects.
fn with_references(row: Row, pod: &Pod) -> Row {
    let meta = &pod.metadata;
    let empty = Spec::default();
    let spec = pod.spec.as_ref().unwrap_or(&empty);
    let containers = || {
        [&spec.init_containers, &spec.containers, &spec.ephemeral_containers]
            .into_iter()
            .filter_map(Option::as_deref)
            .flatten()
    };
    let named = |names: BTreeSet<&str>| {
        names.into_iter().map(|name| meta.sibling(name)).collect::<Vec<_>>()
    };
    let volumes = || spec.volumes.iter().flatten();
    let claims =
        volumes().filter_map(|it| it.persistent_volume_claim.as_ref()?.claim_name.as_deref());
    let mut maps = BTreeSet::new();
    let mut secrets = BTreeSet::new();
    for volume in volumes() {
        maps.extend(volume.config_map.as_ref().and_then(needed));
        secrets.extend(
            volume
                .secret
                .as_ref()
                .and_then(|it| it.secret_name.as_deref().filter(|_| it.optional != Some(true))),
        );
        for source in volume.projected.iter().filter_map(|it| it.sources.as_ref()).flatten() {
            maps.extend(source.config_map.as_ref().and_then(needed));
            secrets.extend(source.secret.as_ref().and_then(needed));
        }
    }
    for container in containers() {
        for it in container.env_from.iter().flatten() {
            maps.extend(it.config_map_ref.as_ref().and_then(needed));
            secrets.extend(it.secret_ref.as_ref().and_then(needed));
        }
        for it in container.env.iter().flatten().filter_map(|it| it.value_from.as_ref()) {
            maps.extend(it.config_map_key_ref.as_ref().and_then(needed));
            secrets.extend(it.secret_key_ref.as_ref().and_then(needed));
        }
    }
    let images: BTreeSet<_> = containers().filter_map(|it| it.image.as_deref()).collect();
    row.with_list("claims", named(claims.collect()))
        .with_list("config_maps", named(maps))
        .with_list("secrets", named(secrets))
        .with_list("images", images)
}

/// The name, unless the object may be missing.
fn needed(reference: &Reference) -> Option<&str> {
    reference.name.as_deref().filter(|_| reference.optional != Some(true))
}

/// The row of a condition of a pod.
pub(crate) fn condition_row(it: &Condition, id: &str, place: Place<'_>) -> Row {
    let kind = it.kind.clone().unwrap_or_default();
    let status = it.status.clone().unwrap_or_default();
    let mut text = format!("pod {id}: {kind} is {status}");
    for part in [&it.reason, &it.message].into_iter().flatten() {
        text.push_str(", ");
        text.push_str(part);
    }
    Row::of("std.kube.PodCondition", place.line, text)
        .with("pod", id)
        .with("type", kind)
        .with("status", status)
        .with("reason", it.reason.clone())
        .with("message", it.message.clone())
        .with("changed", it.last_transition_time)
}

fn container_row(
    pod: &Pod,
    id: &str,
    (kind, name): (&'static str, &str),
    (spec, status): (Option<&Container>, Option<&ContainerStatus>),
    place: Place<'_>,
) -> Row {
    let state = status.and_then(|it| it.state.as_ref()?.parts());
    let (state_name, now) = state.unzip();
    let placed = pod.spec.as_ref().and_then(|it| it.node_name.as_deref());
    let last = status.and_then(|it| it.last_state.as_ref()?.terminated.as_ref());
    let mut text = format!("container {name} of {id}: {}", state_name.unwrap_or("state unknown"));
    for part in now.into_iter().flat_map(|it| [&it.reason, &it.message]).flatten() {
        text.push_str(", ");
        text.push_str(part);
    }
    if let Some(code) = now.and_then(|it| it.exit_code) {
        text.push_str(&format!(", exit code {code}"));
    }
    if let Some(last) = last {
        let reason = last.reason.as_deref().unwrap_or("terminated");
        text.push_str(&format!("; before: {reason}"));
        if let Some(code) = last.exit_code {
            text.push_str(&format!(", exit code {code}"));
        }
    }
    let resources = spec.and_then(|it| it.resources.as_ref());
    let memory = |of: Option<&BTreeMap<String, String>>| {
        bytes(of.and_then(|it| quantity(it.get("memory")?)))
    };
    let image = spec.and_then(|it| it.image.clone()).or(status.and_then(|it| it.image.clone()));
    let row = Row::of("std.kube.Container", place.line, text)
        .with("pod", id)
        .with("name", name)
        .with("kind", kind)
        .with("node", node(placed, state_name.or(last.map(|_| "terminated"))))
        .with("image", image)
        .with("id", status.and_then(|it| it.container_id.clone()))
        .with("ready", status.and_then(|it| it.ready))
        .with("restarts", status.and_then(|it| it.restart_count))
        .with("state", state_name)
        .with("reason", now.and_then(|it| it.reason.clone()))
        .with("message", now.and_then(|it| it.message.clone()))
        .with("exit_code", now.and_then(|it| it.exit_code))
        .with("started", now.and_then(|it| it.started_at))
        .with("finished", now.and_then(|it| it.finished_at))
        .with("last_reason", last.and_then(|it| it.reason.clone()))
        .with("last_message", last.and_then(|it| it.message.clone()))
        .with("last_exit_code", last.and_then(|it| it.exit_code))
        .with("last_finished", last.and_then(|it| it.finished_at))
        .with("memory_limit", memory(resources.and_then(|it| it.limits.as_ref())))
        .with("memory_request", memory(resources.and_then(|it| it.requests.as_ref())))
        .with("pull_policy", spec.and_then(|it| it.image_pull_policy.clone()));
    match spec {
        Some(spec) if place.whole => row.with_list("sub_path_volumes", sub_paths(pod, spec)),
        _ => row,
    }
}

/// The config maps and secrets a container mounts with a subPath.
fn sub_paths(pod: &Pod, container: &Container) -> BTreeSet<String> {
    let mounts = container.volume_mounts.iter().flatten();
    let volumes: BTreeSet<_> = mounts
        .filter(|it| {
            it.sub_path.as_deref().is_some_and(|it| !it.is_empty()) || it.sub_path_expr.is_some()
        })
        .filter_map(|it| it.name.as_deref())
        .collect();
    let all = pod.spec.iter().filter_map(|it| it.volumes.as_ref()).flatten();
    let mounted = all.filter(|it| it.name.as_deref().is_some_and(|name| volumes.contains(name)));
    mounted
        .filter_map(|it| {
            let map = it.config_map.as_ref().and_then(|it| it.name.as_deref());
            map.or(it.secret.as_ref().and_then(|it| it.secret_name.as_deref()))
        })
        .map(|name| pod.metadata.sibling(name))
        .collect()
}
