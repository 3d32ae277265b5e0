//! The kubelet's configuration: the file, what `/configz` answers, and the flags it logs at its start.

use std::collections::BTreeMap;

use etio_plan::Value;
use serde::Deserialize;

use super::{Place, meta::map};
use crate::formats::ages;
use crate::row::{Out, Row, When};

/// What is read of a kubelet's configuration.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Config {
    serialize_image_pulls: Option<bool>,
    max_parallel_image_pulls: Option<i64>,
    #[serde(rename = "registryPullQPS")]
    registry_pull_qps: Option<i64>,
    registry_burst: Option<i64>,
    #[serde(rename = "imageGCHighThresholdPercent")]
    image_gc_high: Option<i32>,
    #[serde(rename = "imageGCLowThresholdPercent")]
    image_gc_low: Option<i32>,
    eviction_hard: Option<BTreeMap<String, String>>,
    max_pods: Option<i64>,
    cgroup_driver: Option<String>,
    fail_swap_on: Option<bool>,
    static_pod_path: Option<String>,
    container_log_max_size: Option<String>,
    container_log_max_files: Option<i64>,
    container_runtime_endpoint: Option<String>,
    runtime_request_timeout: Option<String>,
    #[serde(rename = "clusterDNS")]
    cluster_dns: Option<Vec<String>>,
}

/// The row of a kubelet's configuration; `node` where the document says whose it is. A kubelet has one.
pub(crate) fn rows(it: &Config, node: Option<&str>, place: Place<'_>, out: &mut dyn Out) {
    let percent = |value: Option<i32>| value.map_or(Value::Null, |it| Value::Percent(it.into()));
    let timeout = it.runtime_request_timeout.as_deref().and_then(ages::duration);
    let row = Row::of("std.kube.KubeletConfig", place.line, text(it))
        .with("node", node)
        .with("serialize_image_pulls", it.serialize_image_pulls)
        .with("max_parallel_image_pulls", it.max_parallel_image_pulls)
        .with("registry_pull_qps", it.registry_pull_qps)
        .with("registry_burst", it.registry_burst)
        .with("image_gc_high", percent(it.image_gc_high))
        .with("image_gc_low", percent(it.image_gc_low))
        .with("eviction_hard", it.eviction_hard.as_ref().map_or(Value::Null, map))
        .with("max_pods", it.max_pods)
        .with("cgroup_driver", it.cgroup_driver.clone())
        .with("fail_swap_on", it.fail_swap_on)
        .with("static_pod_path", it.static_pod_path.clone())
        .with("container_log_max_size", it.container_log_max_size.clone())
        .with("container_log_max_files", it.container_log_max_files)
        .with("runtime_endpoint", it.container_runtime_endpoint.clone())
        .with("runtime_request_timeout", timeout.map_or(Value::Null, Value::Duration));
    out.row(row.with_list("cluster_dns", it.cluster_dns.iter().flatten()));
    if place.whole {
        let scope = node.map(|node| ("node", node.into())).into_iter().collect();
        out.complete("std.kube.KubeletConfig", scope, When::Unknown);
    }
}

/// The one line shown as evidence: what differs most often and matters most.
fn text(it: &Config) -> String {
    let mut text = String::from("KubeletConfiguration");
    if let Some(serial) = it.serialize_image_pulls {
        text.push_str(&format!(" serializeImagePulls={serial}"));
    }
    if let Some(driver) = &it.cgroup_driver {
        text.push_str(&format!(" cgroupDriver={driver}"));
    }
    if let Some(path) = &it.static_pod_path {
        text.push_str(&format!(" staticPodPath={path}"));
    }
    text
}

/// The rows of what `/configz` answers.
pub(crate) fn json(text: &str, place: Place<'_>, out: &mut dyn Out) {
    match serde_json::from_str::<Config>(text) {
        Ok(config) => rows(&config, None, place, out),
        Err(_) => out
            .unparsed(place.line, "a kubelet configuration with fields of other types than known"),
    }
}

/// The same, printed as YAML.
pub(crate) fn yaml(text: &str, place: Place<'_>, out: &mut dyn Out) {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Answer {
        kubeletconfig: Config,
    }
    match super::Text::Yaml(text).read::<Answer>() {
        Some(answer) => rows(&answer.kubeletconfig, None, place, out),
        None => out
            .unparsed(place.line, "a kubelet configuration with fields of other types than known"),
    }
}
