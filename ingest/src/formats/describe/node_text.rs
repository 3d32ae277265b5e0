//! A node as described: labels, conditions, taints, addresses, system.

use std::collections::BTreeMap;

use super::{Entry, below, entries, value};
use crate::formats::{
    columns::split,
    kube::{
        meta::{Condition, Meta},
        node::{Address, Info, Node, Spec, Status, Taint},
    },
    times::Time,
};

/// Fills a node.
pub(super) fn node(of: &[Entry<'_>], metadata: Meta) -> Node {
    let system = entries(below(of, "System Info"));
    let text = |name: &str| value(&system, name).map(str::to_owned);
    let addresses = entries(below(of, "Addresses"));
    let amounts = |name: &str| {
        let amounts = entries(below(of, name));
        amounts.iter().map(|it| (it.key.to_owned(), it.value.to_owned())).collect()
    };
    let labels = lines(of, "Labels").into_iter().filter_map(|label| {
        let (key, value) = label.split_once('=')?;
        Some((key.to_owned(), value.to_owned()))
    });
    let labels: BTreeMap<_, _> = labels.collect();
    let role = value(of, "Roles").unwrap_or_default();
    let role =
        role.split(',').map(|role| (format!("node-role.kubernetes.io/{role}"), String::new()));
    let known = of.iter().any(|it| it.key == "Labels" || it.key == "Roles");
    // Also where the line `Conditions:` was left out: their rows are like no other.
    let conditions = of.iter().flat_map(|it| it.below).filter_map(|(_, line)| condition(line));
    Node {
        metadata: Meta { labels: known.then(|| role.chain(labels).collect()), ..metadata },
        spec: Some(Spec {
            unschedulable: value(of, "Unschedulable").map(|it| it == "true"),
            pod_cidr: value(of, "PodCIDR").filter(|it| !it.is_empty()).map(Into::into),
            taints: Some(lines(of, "Taints").into_iter().filter_map(taint).collect()),
        }),
        status: Some(Status {
            conditions: Some(conditions.collect()),
            addresses: Some(
                addresses.iter().map(|it| Address { address: Some(it.value.into()) }).collect(),
            ),
            allocatable: Some(amounts("Allocatable")),
            capacity: Some(amounts("Capacity")),
            node_info: Some(Info {
                kernel_version: text("Kernel Version"),
                os_image: text("OS Image"),
                container_runtime_version: text("Container Runtime Version"),
                kubelet_version: text("Kubelet Version"),
                boot_id: text("Boot ID"),
            }),
        }),
    }
}

/// The lines of a list that begins behind its key.
fn lines<'a>(of: &[Entry<'a>], name: &str) -> Vec<&'a str> {
    let more = below(of, name).iter().map(|(_, line)| line.trim());
    value(of, name).into_iter().chain(more).filter(|it| !it.is_empty()).collect()
}

/// `key=value:Effect` or `key:Effect`.
fn taint(text: &str) -> Option<Taint> {
    let (rest, effect) = text.rsplit_once(':')?;
    ["NoSchedule", "PreferNoSchedule", "NoExecute"].contains(&effect).then_some(())?;
    let (key, value) = rest.split_once('=').map_or((rest, None), |(key, value)| (key, Some(value)));
    Some(Taint {
        key: Some(key.into()),
        value: value.map(Into::into),
        effect: Some(effect.into()),
        time_added: None,
    })
}

/// Whether rows below `Conditions` are a node's.
pub(super) fn has_conditions(lines: &[(u64, &str)]) -> bool {
    lines.iter().any(|(_, line)| condition(line).is_some())
}

/// `Type Status LastHeartbeatTime LastTransitionTime Reason Message`; only nodes have the heartbeat.
pub(super) fn condition(line: &str) -> Option<Condition> {
    let cells = split(line);
    let [_, _, heartbeat, rest @ ..] = cells.as_slice() else { return None };
    let heartbeat = Time::at(heartbeat)?;
    Some(Condition { last_heartbeat_time: Some(heartbeat), ..dated(cells.get(..2)?, rest)? })
}

/// `Type Status LastTransitionTime Reason Message`, as of namespaces.
pub(super) fn short_condition(line: &str) -> Option<Condition> {
    let cells = split(line);
    dated(cells.get(..2)?, cells.get(2..)?)
}

fn dated(head: &[&str], rest: &[&str]) -> Option<Condition> {
    let ([kind, status], [changed, said @ ..]) = (head, rest) else { return None };
    // A reason is one word, and may be so long that its column ends with one space.
    let said = said.join(" ");
    let (reason, message) = said.split_once(' ').unwrap_or((&said, ""));
    ["True", "False", "Unknown"].contains(status).then_some(())?;
    Some(Condition {
        kind: Some((*kind).into()),
        status: Some((*status).into()),
        reason: Some(reason).filter(|it| !it.is_empty()).map(Into::into),
        message: Some(message.trim_start().into()),
        last_transition_time: Some(Time::at(changed)?),
        last_heartbeat_time: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_reason() {
        let said = condition(
            "  Ready  Unknown  Fri, 07 Oct 2016 08:13:50 +0000  Fri, 07 Oct 2016 08:14:30 +0000  NodeStatusUnknown Kubelet stopped.",
        );
        let said = said.map(|it| (it.reason, it.message));
        assert_eq!(said, Some((Some("NodeStatusUnknown".into()), Some("Kubelet stopped.".into()))));
    }
}
