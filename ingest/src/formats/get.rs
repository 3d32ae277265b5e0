//! The tables of `kubectl get`: pods, nodes, claims, volumes, namespaces, controllers, attachments.

use super::{
    Document, Section, ages,
    columns::{Columns, split},
    kube::{
        Object, Place,
        meta::{self, Condition, Meta},
        node, pod, storage, workload,
    },
    times::Time,
};
use crate::row::{Out, Row, When};
use crate::unnamed;

mod pod_status;

/// The section: a header and its rows.
pub(super) const GET: Section = Section { kind: "kubectl get", begins, read };
/// Rows of pods, nodes and claims pasted without a header.
pub(super) const GET_ROWS: Section =
    Section { kind: "kubectl get", begins: begins_rows, read: read_rows };

/// A kind of table, known by its columns.
struct Table {
    kind: &'static str,
    columns: &'static [&'static str],
    /// The relations a table of the whole cluster holds.
    relations: &'static [&'static str],
    rows: fn(&Cells<'_>, Place<'_>, &mut dyn Out),
}

/// The more columns a table is known by, the earlier it is tried.
const TABLES: &[Table] = &[
    Table {
        kind: "PersistentVolume",
        columns: &["NAME", "CAPACITY", "RECLAIM POLICY", "STATUS", "CLAIM"],
        relations: &["std.kube.PersistentVolume"],
        rows: volume,
    },
    Table {
        kind: "PersistentVolumeClaim",
        columns: &["NAME", "STATUS", "VOLUME", "CAPACITY"],
        relations: &["std.kube.PersistentVolumeClaim"],
        rows: claim,
    },
    Table {
        kind: "Pod",
        columns: &["NAME", "READY", "STATUS", "RESTARTS"],
        relations: &["std.kube.Pod"],
        rows: pod_row,
    },
    Table {
        kind: "VolumeAttachment",
        columns: &["NAME", "ATTACHER", "PV", "NODE", "ATTACHED"],
        relations: &["std.kube.VolumeAttachment"],
        rows: attachment,
    },
    Table {
        kind: "Node",
        columns: &["NAME", "STATUS", "ROLES", "AGE", "VERSION"],
        relations: &["std.kube.Node"],
        rows: node_row,
    },
    Table {
        kind: "DaemonSet",
        columns: &["NAME", "DESIRED", "CURRENT", "READY", "NODE SELECTOR"],
        relations: &[],
        rows: |it, place, out| controller("DaemonSet", it, place, out),
    },
    Table {
        kind: "ReplicaSet",
        columns: &["NAME", "DESIRED", "CURRENT", "READY"],
        relations: &[],
        rows: |it, place, out| controller("ReplicaSet", it, place, out),
    },
    Table {
        kind: "Deployment",
        columns: &["NAME", "READY", "UP-TO-DATE", "AVAILABLE"],
        relations: &[],
        rows: |it, place, out| controller("Deployment", it, place, out),
    },
    Table {
        kind: "Namespace",
        columns: &["NAME", "STATUS", "AGE"],
        relations: &[],
        rows: namespace,
    },
    Table {
        kind: "StatefulSet",
        columns: &["NAME", "READY", "AGE"],
        relations: &[],
        rows: |it, place, out| controller("StatefulSet", it, place, out),
    },
];

/// The cells of one row, by the names of their columns.
struct Cells<'a> {
    columns: &'a Columns<'a>,
    cells: Vec<&'a str>,
    line: &'a str,
}

impl<'a> Cells<'a> {
    fn get(&self, name: &str) -> Option<&'a str> {
        self.columns.get(&self.cells, name)
    }

    fn meta(&self) -> Meta {
        let name = self.get("NAME").unwrap_or_default();
        Meta {
            // `kubectl get all` puts the kind in front.
            name: Some(name.rsplit('/').next().unwrap_or(name).into()),
            namespace: self.get("NAMESPACE").map(Into::into),
            creation_timestamp: self.get("AGE").and_then(ages::duration).map(Time::Ago),
            ..Meta::default()
        }
    }

    /// The number before or after the slash of `1/2`.
    fn ready(&self, part: usize) -> Option<i64> {
        self.get("READY")?.split('/').nth(part)?.parse().ok()
    }

    fn number(&self, name: &str) -> Option<i64> {
        self.get(name)?.split(' ').next()?.parse().ok()
    }
}

fn table(columns: &Columns<'_>) -> Option<&'static Table> {
    TABLES.iter().find(|table| columns.have(table.columns))
}

fn begins(doc: &Document<'_>) -> bool {
    let first = doc.text.lines().next().unwrap_or_default();
    let start = first.trim_start();
    (start.starts_with("NAME ") || start.starts_with("NAMESPACE "))
        && table(&Columns::of(first)).is_some()
}

fn read(doc: &Document<'_>, out: &mut dyn Out) -> usize {
    let mut lines = doc.lines();
    let Some((_, header)) = lines.next() else { return 0 };
    let columns = Columns::of(header);
    let Some(table) = table(&columns) else { return 0 };
    let mut taken = 1;
    for (number, line) in lines {
        let cells = columns.cells(line);
        let filled = cells.iter().filter(|it| !it.is_empty()).count();
        let header = line.trim_start().starts_with("NAME");
        let aged = columns.get(&cells, "AGE").is_none_or(ages::is_age);
        if filled < 3 || header || !aged || cells.first().is_none_or(|it| it.is_empty()) {
            break;
        }
        taken += 1;
        let cells = Cells { columns: &columns, cells, line };
        (table.rows)(&cells, Place { path: doc.path, line: number, whole: false }, out);
    }
    let rows = taken - 1;
    let namespaced =
        !matches!(table.kind, "Node" | "PersistentVolume" | "VolumeAttachment" | "Namespace");
    // One row of a kind without namespaces may have been asked for by name.
    let all = if namespaced { columns.have(&["NAMESPACE"]) } else { rows > 1 };
    if all && rows > 0 {
        for relation in table.relations {
            out.complete(relation, Vec::new(), When::Unknown);
        }
    }
    taken
}

/// The header that a row would have, by what stands in its cells.
fn bare_header(line: &str) -> Option<&'static str> {
    let cells = split(line);
    let cell = |at: usize| cells.get(at).copied().unwrap_or_default();
    let ratio = |it: &str| {
        it.split_once('/')
            .is_some_and(|(a, b)| a.parse::<u16>().is_ok() && b.parse::<u16>().is_ok())
    };
    let pod = |at: usize| {
        ratio(cell(at))
            && cell(at + 1).starts_with(|c: char| c.is_ascii_uppercase())
            && cell(at + 2).starts_with(|c: char| c.is_ascii_digit())
            && ages::is_age(cell(at + 3))
    };
    let version = |it: &str| it.strip_prefix('v').is_some_and(|it| it.contains('.'));
    let node = cell(1).starts_with("Ready") || cell(1).starts_with("NotReady");
    let claim =
        |at: usize| ["Bound", "Terminating", "Lost"].contains(&cell(at)) && is_mode(cell(at + 3));
    let volume = is_mode(cell(2)) && ["Retain", "Delete", "Recycle"].contains(&cell(3));
    Some(if pod(1) {
        "NAME  READY  STATUS  RESTARTS  AGE  IP  NODE"
    } else if pod(2) {
        "NAMESPACE  NAME  READY  STATUS  RESTARTS  AGE  IP  NODE"
    } else if node && ages::is_age(cell(3)) && version(cell(4)) {
        "NAME  STATUS  ROLES  AGE  VERSION"
    } else if claim(1) {
        "NAME  STATUS  VOLUME  CAPACITY  ACCESS MODES  STORAGECLASS  AGE"
    } else if claim(2) {
        "NAMESPACE  NAME  STATUS  VOLUME  CAPACITY  ACCESS MODES  STORAGECLASS  AGE"
    } else if volume {
        // An unclaimed volume has one cell less, which is not the status.
        "NAME  CAPACITY  ACCESS MODES  RECLAIM POLICY  STATUS  CLAIM  STORAGECLASS  AGE"
    } else {
        return None;
    })
}

/// Whether a cell is how a volume may be mounted.
fn is_mode(cell: &str) -> bool {
    ["RWO", "RWX", "ROX", "RWOP"].iter().any(|mode| cell.starts_with(mode))
}

fn begins_rows(doc: &Document<'_>) -> bool {
    doc.text.lines().next().and_then(bare_header).is_some()
}

fn read_rows(doc: &Document<'_>, out: &mut dyn Out) -> usize {
    let mut taken = 0;
    for (number, line) in doc.lines() {
        let Some(header) = bare_header(line) else { break };
        let columns = Columns::of(header);
        let Some(table) = table(&columns) else { break };
        taken += 1;
        let cells = Cells { columns: &columns, cells: split(line), line };
        (table.rows)(&cells, Place { path: doc.path, line: number, whole: false }, out);
    }
    taken
}

fn pod_row(it: &Cells<'_>, place: Place<'_>, out: &mut dyn Out) {
    let meta = it.meta();
    let id = meta.namespaced(place);
    let status = it.get("STATUS").unwrap_or_default();
    let terminating = status == "Terminating";
    let phase = pod_status::phase(status, it);
    let reason = (phase == Some("Failed")).then_some(status);
    let ready = it.ready(0).zip(it.ready(1)).map(|(ready, all)| ready == all && all > 0);
    out.row(
        Row::of("std.kube.Pod", place.line, it.line)
            .with("pod", id.clone())
            .with("node", pod::node(it.get("NODE"), reason))
            .with("phase", phase)
            .with("reason", reason)
            .with("created", meta.creation_timestamp)
            // The table does not say since when: at the collection at the latest.
            .with("deleted", terminating.then_some(Time::Ago(0)))
            .with("ready", ready),
    );
    if terminating {
        let meta = Meta { deletion_timestamp: Some(Time::Ago(0)), ..meta };
        meta::deleted(
            "Pod",
            &Meta { namespace: meta.namespace.or(Some(unnamed::NAMESPACE.into())), ..meta },
            &[],
            place,
            out,
        );
    }
    // The state of a container that the table does not name. Those of the pod itself wait for its init containers.
    let initializing = status.strip_prefix("Init:").is_some_and(|done| done.contains('/'));
    let status = if initializing { "PodInitializing" } else { status };
    let reason = status.rsplit(':').next().unwrap_or(status);
    let Some(state) = pod_status::state(reason) else { return };
    let kind = if status.starts_with("Init:") { "init" } else { "app" };
    out.row(
        Row::of("std.kube.Container", place.line, it.line)
            .with("pod", id)
            .with("name", unnamed::NAME)
            .with("kind", kind)
            .with("node", it.get("NODE"))
            .with("restarts", it.number("RESTARTS"))
            .with("state", state)
            .with("reason", reason),
    );
}

fn node_row(it: &Cells<'_>, place: Place<'_>, out: &mut dyn Out) {
    let status = it.get("STATUS").unwrap_or_default();
    let mut parts = status.split(',');
    let ready = match parts.next() {
        Some("Ready") => Some("True"),
        // The table has one word for False and Unknown.
        Some("NotReady") => Some("False"),
        _ => None,
    };
    let condition = |status: &str| Condition {
        kind: Some("Ready".into()),
        status: Some(status.into()),
        ..Condition::default()
    };
    let leads =
        it.get("ROLES").is_some_and(|it| it.contains("control-plane") || it.contains("master"));
    let role = |role: &str| (format!("node-role.kubernetes.io/{role}"), String::new());
    let labels = leads.then(|| role("control-plane")).into_iter().collect();
    let address =
        |name| it.get(name).map(|address| node::Address { address: Some(address.into()) });
    let node = node::Node {
        metadata: Meta { labels: Some(labels), ..it.meta() },
        spec: Some(node::Spec {
            unschedulable: Some(parts.any(|part| part == "SchedulingDisabled")),
            pod_cidr: None,
            taints: None,
        }),
        status: Some(node::Status {
            conditions: ready.map(|status| vec![condition(status)]),
            addresses: Some(
                [address("INTERNAL-IP"), address("EXTERNAL-IP")].into_iter().flatten().collect(),
            ),
            node_info: Some(node::Info {
                kernel_version: it.get("KERNEL-VERSION").map(Into::into),
                os_image: it.get("OS-IMAGE").map(Into::into),
                container_runtime_version: it.get("CONTAINER-RUNTIME").map(Into::into),
                kubelet_version: it.get("VERSION").map(Into::into),
                boot_id: None,
            }),
            ..node::Status::default()
        }),
    };
    node::rows(&node, place, out);
}

fn claim(it: &Cells<'_>, place: Place<'_>, out: &mut dyn Out) {
    let meta = it.meta();
    let status = it.get("STATUS").unwrap_or_default();
    let deletion_timestamp = (status == "Terminating").then_some(Time::Ago(0));
    let meta = Meta { deletion_timestamp, ..meta };
    let claim = storage::Claim {
        spec: Some(storage::ClaimSpec {
            volume_name: it.get("VOLUME").map(Into::into),
            storage_class_name: it.get("STORAGECLASS").map(Into::into),
        }),
        status: Some(storage::Phase { phase: Some(status.into()) }),
        metadata: meta,
    };
    storage::claim(&claim, place, out);
    if deletion_timestamp.is_some() {
        let meta = Meta {
            namespace: claim.metadata.namespace.or(Some(unnamed::NAMESPACE.into())),
            ..claim.metadata
        };
        meta::deleted("PersistentVolumeClaim", &meta, &[], place, out);
    }
}

fn volume(it: &Cells<'_>, place: Place<'_>, out: &mut dyn Out) {
    let status = it.get("STATUS").unwrap_or_default();
    let claim = it.get("CLAIM").and_then(|it| it.split_once('/'));
    let volume = storage::Volume {
        metadata: Meta {
            deletion_timestamp: (status == "Terminating").then_some(Time::Ago(0)),
            ..it.meta()
        },
        spec: Some(storage::VolumeSpec {
            claim_ref: claim.map(|(namespace, name)| storage::ClaimRef {
                namespace: Some(namespace.into()),
                name: Some(name.into()),
            }),
            storage_class_name: it.get("STORAGECLASS").map(Into::into),
            persistent_volume_reclaim_policy: it.get("RECLAIM POLICY").map(Into::into),
            ..storage::VolumeSpec::default()
        }),
        status: Some(storage::Phase { phase: Some(status.into()) }),
    };
    storage::volume(&volume, place, out);
}

fn attachment(it: &Cells<'_>, place: Place<'_>, out: &mut dyn Out) {
    out.row(
        Row::of("std.kube.VolumeAttachment", place.line, it.line)
            .with("name", it.get("NAME"))
            .with("volume", it.get("PV"))
            .with("node", it.get("NODE"))
            .with("attacher", it.get("ATTACHER"))
            .with("attached", it.get("ATTACHED").map(|it| it == "true")),
    );
}

fn namespace(it: &Cells<'_>, place: Place<'_>, out: &mut dyn Out) {
    // Before kubectl 1.8 nodes had no other columns.
    if it.get("STATUS").is_some_and(|it| it.starts_with("Ready") || it.starts_with("NotReady")) {
        return node_row(it, place, out);
    }
    // Whether it has been so for a second or for a year, the table does not say.
    if it.get("STATUS") == Some("Terminating") {
        meta::deleted("Namespace", &it.meta(), &[], place, out);
    }
}

fn controller(kind: &'static str, it: &Cells<'_>, place: Place<'_>, out: &mut dyn Out) {
    let desired = it.number("DESIRED").or_else(|| it.ready(1));
    let ready = it.ready(0);
    let workload: workload::Workload = Object {
        metadata: it.meta(),
        spec: Some(workload::Spec { replicas: desired, completions: desired }),
        status: Some(workload::Status::of(desired, it.number("CURRENT"), ready)),
    };
    workload::rows(kind, &workload, place, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_known_without_a_header() {
        for (line, known) in [
            ("web-0   1/1   Terminating   0   3d4h", true),
            ("default   web-0   0/1   CrashLoopBackOff   7 (32s ago)   11m   10.0.2.1", true),
            ("web-0 1/1 Running 0 3d", false),
            ("node-2   NotReady,SchedulingDisabled   <none>   20d   v1.18.6", true),
            ("shop   data-0   Terminating   pvc-9d3a   20Gi   RWO   fast   30h", true),
            ("data-0   Pending   fast   2m", false),
            ("pvc-9d3a   1Gi   RWO   Delete   Terminating   shop/data-0   fast   21h", true),
            ("a  b  c  d  e", false),
        ] {
            assert_eq!(bare_header(line).is_some(), known, "{line}");
        }
    }
}
