//! Controllers' objects and leases: who wants how many pods, and who says it is alive.

use etio_plan::Value;
use serde::Deserialize;

use super::{Object, Place};
use crate::formats::times::{self, Time};
use crate::row::{Out, Row};

/// A Deployment, ReplicaSet, StatefulSet, DaemonSet or Job.
pub(crate) type Workload = Object<Spec, Status>;
/// A lease.
pub(crate) type Lease = Object<LeaseSpec, serde::de::IgnoredAny>;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Spec {
    pub(crate) replicas: Option<i64>,
    pub(crate) completions: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Status {
    pub(crate) replicas: Option<i64>,
    pub(crate) ready_replicas: Option<i64>,
    desired_number_scheduled: Option<i64>,
    current_number_scheduled: Option<i64>,
    number_ready: Option<i64>,
    active: Option<i64>,
    succeeded: Option<i64>,
    observed_generation: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct LeaseSpec {
    holder_identity: Option<String>,
    #[serde(deserialize_with = "times::optional")]
    renew_time: Option<Time>,
    lease_duration_seconds: Option<i64>,
}

impl Status {
    /// What a table says, whichever the kind.
    pub(crate) fn of(desired: Option<i64>, current: Option<i64>, ready: Option<i64>) -> Self {
        Self {
            replicas: current,
            ready_replicas: ready,
            desired_number_scheduled: desired,
            current_number_scheduled: current,
            number_ready: ready,
            ..Self::default()
        }
    }
}

/// The row of a controller's object.
pub(crate) fn rows(kind: &str, it: &Workload, place: Place<'_>, out: &mut dyn Out) {
    let meta = &it.metadata;
    let object = meta.namespaced(place);
    let (empty_spec, empty_status) = (Spec::default(), Status::default());
    let spec = it.spec.as_ref().unwrap_or(&empty_spec);
    let status = it.status.as_ref().unwrap_or(&empty_status);
    // The API leaves out a count of zero.
    let zero = place.whole.then_some(0);
    let (replicas, current, ready) = match kind {
        "DaemonSet" => {
            (status.desired_number_scheduled, status.current_number_scheduled, status.number_ready)
        }
        "Job" => (spec.completions, status.active, status.succeeded),
        _ => (spec.replicas, status.replicas, status.ready_replicas),
    };
    let (current, ready) = (current.or(zero), ready.or(zero));
    let shown = |count: Option<i64>| count.map_or_else(|| "?".into(), |count| count.to_string());
    let text = format!("{kind} {object}: {} of {} ready", shown(ready), shown(replicas));
    out.row(
        Row::of("std.kube.Workload", place.line, text)
            .with("kind", kind)
            .with("object", object)
            .with("replicas", replicas)
            .with("current", current)
            .with("ready", ready)
            .with("generation", meta.generation)
            .with("observed_generation", status.observed_generation)
            .with("created", meta.creation_timestamp),
    );
}

/// The row of a lease.
pub(crate) fn lease(it: &Lease, place: Place<'_>, out: &mut dyn Out) {
    let object = it.metadata.namespaced(place);
    let spec = it.spec.as_ref();
    let holder = spec.and_then(|it| it.holder_identity.clone());
    let duration = spec
        .and_then(|it| it.lease_duration_seconds?.checked_mul(1_000_000_000))
        .map_or(Value::Null, Value::Duration);
    let text = format!("lease {object}: held by {}", holder.as_deref().unwrap_or("nobody"));
    out.row(
        Row::of("std.kube.Lease", place.line, text)
            .with("lease", object)
            .with("holder", holder)
            .with("renewed", spec.and_then(|it| it.renew_time))
            .with("duration", duration),
    );
}
