//! What is read of a pod.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::formats::{
    kube::{Object, meta::Condition},
    times::{self, Time},
};

/// A pod as the API server has it.
pub(crate) type Pod = Object<Spec, Status>;

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Spec {
    pub(crate) node_name: Option<String>,
    pub(crate) host_network: Option<bool>,
    pub(crate) node_selector: Option<BTreeMap<String, String>>,
    pub(crate) volumes: Option<Vec<Volume>>,
    pub(crate) containers: Option<Vec<Container>>,
    pub(crate) init_containers: Option<Vec<Container>>,
    pub(crate) ephemeral_containers: Option<Vec<Container>>,
    pub(crate) image_pull_secrets: Option<Vec<Reference>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Volume {
    pub(crate) name: Option<String>,
    pub(crate) persistent_volume_claim: Option<ClaimName>,
    pub(crate) config_map: Option<Reference>,
    pub(crate) secret: Option<SecretName>,
    pub(crate) projected: Option<Projected>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct ClaimName {
    pub(crate) claim_name: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct SecretName {
    pub(crate) secret_name: Option<String>,
    pub(crate) optional: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Projected {
    pub(crate) sources: Option<Vec<Projection>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Projection {
    pub(crate) config_map: Option<Reference>,
    pub(crate) secret: Option<Reference>,
}

/// A name in the same namespace, that may be allowed to be missing.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Reference {
    pub(crate) name: Option<String>,
    pub(crate) optional: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Container {
    pub(crate) name: Option<String>,
    pub(crate) image: Option<String>,
    pub(crate) image_pull_policy: Option<String>,
    pub(crate) resources: Option<Resources>,
    pub(crate) env_from: Option<Vec<EnvFrom>>,
    pub(crate) env: Option<Vec<Env>>,
    pub(crate) volume_mounts: Option<Vec<VolumeMount>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Resources {
    pub(crate) limits: Option<BTreeMap<String, String>>,
    pub(crate) requests: Option<BTreeMap<String, String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct EnvFrom {
    pub(crate) config_map_ref: Option<Reference>,
    pub(crate) secret_ref: Option<Reference>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Env {
    pub(crate) value_from: Option<ValueFrom>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct ValueFrom {
    pub(crate) config_map_key_ref: Option<Reference>,
    pub(crate) secret_key_ref: Option<Reference>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct VolumeMount {
    pub(crate) name: Option<String>,
    pub(crate) sub_path: Option<String>,
    pub(crate) sub_path_expr: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Status {
    pub(crate) phase: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) conditions: Option<Vec<Condition>>,
    pub(crate) container_statuses: Option<Vec<ContainerStatus>>,
    pub(crate) init_container_statuses: Option<Vec<ContainerStatus>>,
    pub(crate) ephemeral_container_statuses: Option<Vec<ContainerStatus>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct ContainerStatus {
    pub(crate) name: Option<String>,
    pub(crate) image: Option<String>,
    #[serde(rename = "containerID")]
    pub(crate) container_id: Option<String>,
    pub(crate) ready: Option<bool>,
    pub(crate) restart_count: Option<i64>,
    pub(crate) state: Option<State>,
    pub(crate) last_state: Option<State>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct State {
    pub(crate) waiting: Option<Detail>,
    pub(crate) running: Option<Detail>,
    pub(crate) terminated: Option<Detail>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Detail {
    pub(crate) reason: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) exit_code: Option<i64>,
    #[serde(deserialize_with = "times::optional")]
    pub(crate) started_at: Option<Time>,
    #[serde(deserialize_with = "times::optional")]
    pub(crate) finished_at: Option<Time>,
}

impl State {
    /// Its name and what is said of it.
    pub(super) fn parts(&self) -> Option<(&'static str, &Detail)> {
        let parts = [
            ("terminated", &self.terminated),
            ("running", &self.running),
            ("waiting", &self.waiting),
        ];
        parts.into_iter().find_map(|(name, detail)| Some((name, detail.as_ref()?)))
    }
}
