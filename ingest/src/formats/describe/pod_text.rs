//! A pod as described: where it runs, what its containers do, what it mounts.

use std::collections::BTreeMap;

use super::{Entry, below, conditions, entries, value};
use crate::formats::{
    kube::{
        meta::{Meta, Owner},
        pod::{
            ClaimName, Container, ContainerStatus, Detail, Env, EnvFrom, Pod, Reference, Resources,
            SecretName, Spec, State, Status, ValueFrom, Volume,
        },
    },
    times::Time,
};
use crate::unnamed;

/// Fills a pod.
pub(super) fn pod(of: &[Entry<'_>], metadata: Meta, path: &str) -> Pod {
    let (namespace, name) = match &metadata.name {
        Some(name) => (metadata.namespace.clone(), name.clone()),
        None => (Some(unnamed::NAME.into()), unnamed::some_pod(path)),
    };
    let owner = value(of, "Controlled By").and_then(|it| it.split_once('/'));
    let owners = owner.map(|(kind, name)| {
        vec![Owner { kind: Some(kind.into()), name: Some(name.into()), controller: Some(true) }]
    });
    let phase = value(of, "Status").map(|it| it.split(' ').next().unwrap_or(it));
    let containers = |key: &str| -> (Vec<Container>, Vec<ContainerStatus>) {
        entries(below(of, key)).iter().map(container).unzip()
    };
    let (app, app_statuses) = containers("Containers");
    let (init, init_statuses) = containers("Init Containers");
    let (ephemeral, ephemeral_statuses) = containers("Ephemeral Containers");
    // A pasted piece may begin inside a container.
    let within = app.is_empty() && of.iter().any(|it| it.key.ends_with("State"));
    let said = |key: &str| value(of, key).filter(|_| !within).map(Into::into);
    let (app, app_statuses) = match within {
        true => {
            let (container, status) = filled(unnamed::NAME, of);
            (vec![container], vec![status])
        }
        false => (app, app_statuses),
    };
    // When its kubelet took it up: it was made little before.
    let made = metadata.creation_timestamp.or(value(of, "Start Time").and_then(Time::at));
    Pod {
        metadata: Meta {
            name: Some(name),
            namespace,
            owner_references: owners,
            creation_timestamp: made,
            ..metadata
        },
        spec: Some(Spec {
            // `node/address`
            node_name: value(of, "Node").and_then(|it| it.split('/').next()).map(Into::into),
            containers: Some(app),
            init_containers: Some(init),
            ephemeral_containers: Some(ephemeral),
            volumes: of
                .iter()
                .any(|it| it.key == "Volumes")
                .then(|| entries(below(of, "Volumes")).iter().map(volume).collect()),
            ..Spec::default()
        }),
        status: Some(Status {
            // `Terminating` is no phase.
            phase: phase.filter(|it| *it != "Terminating").map(Into::into),
            reason: said("Reason"),
            message: said("Message"),
            conditions: Some(conditions(below(of, "Conditions"))),
            container_statuses: Some(app_statuses),
            init_container_statuses: Some(init_statuses),
            ephemeral_container_statuses: Some(ephemeral_statuses),
        }),
    }
}

fn container(entry: &Entry<'_>) -> (Container, ContainerStatus) {
    filled(entry.key, &entries(entry.below))
}

fn filled(name: &str, of: &[Entry<'_>]) -> (Container, ContainerStatus) {
    let text = |name: &str| value(of, name).map(str::to_owned);
    let amounts = |name: &str| -> BTreeMap<String, String> {
        entries(below(of, name)).iter().map(|it| (it.key.into(), it.value.into())).collect()
    };
    let container = Container {
        name: Some(name.into()),
        image: text("Image"),
        resources: Some(Resources {
            limits: Some(amounts("Limits")),
            requests: Some(amounts("Requests")),
        }),
        env_from: Some(
            below(of, "Environment Variables from").iter().filter_map(env_from).collect(),
        ),
        env: Some(below(of, "Environment").iter().filter_map(env).collect()),
        ..Container::default()
    };
    let status = ContainerStatus {
        name: Some(name.into()),
        container_id: text("Container ID"),
        ready: value(of, "Ready").map(|it| it == "True"),
        restart_count: value(of, "Restart Count").and_then(|it| it.parse().ok()),
        state: state(of, "State"),
        last_state: state(of, "Last State"),
        ..ContainerStatus::default()
    };
    (container, status)
}

/// `settings  ConfigMap  Optional: false`
fn env_from((_, line): &(u64, &str)) -> Option<EnvFrom> {
    let mut words = line.split_whitespace();
    let reference = Some(Reference {
        name: words.next().map(Into::into),
        optional: Some(line.trim_end().ends_with("Optional: true")),
    });
    match words.next()? {
        "ConfigMap" => Some(EnvFrom { config_map_ref: reference, secret_ref: None }),
        "Secret" => Some(EnvFrom { config_map_ref: None, secret_ref: reference }),
        _ => None,
    }
}

/// `KEY:  <set to the key 'a' in secret 'b'>  Optional: false`
fn env((_, line): &(u64, &str)) -> Option<Env> {
    let (_, rest) = line.split_once("<set to the key '")?;
    let (_, rest) = rest.split_once("' ")?;
    let (kind, rest) = rest.strip_prefix("in ").or(rest.strip_prefix("of "))?.split_once(" '")?;
    let reference = Some(Reference {
        name: rest.split('\'').next().map(Into::into),
        optional: Some(line.trim_end().ends_with("Optional: true")),
    });
    let value_from = match kind {
        "secret" => ValueFrom { config_map_key_ref: None, secret_key_ref: reference },
        _ => ValueFrom { config_map_key_ref: reference, secret_key_ref: None },
    };
    Some(Env { value_from: Some(value_from) })
}

fn state(of: &[Entry<'_>], name: &str) -> Option<State> {
    let state = value(of, name)?;
    let below = entries(below(of, name));
    let of_it = if below.is_empty() { beside(of, name) } else { &below };
    let text = |name: &str| value(of_it, name).map(str::to_owned);
    let detail = Detail {
        reason: text("Reason"),
        message: text("Message"),
        exit_code: value(of_it, "Exit Code").and_then(|it| it.parse().ok()),
        started_at: value(of_it, "Started").and_then(Time::at),
        finished_at: value(of_it, "Finished").and_then(Time::at),
    };
    Some(match state {
        "Waiting" => State { waiting: Some(detail), ..State::default() },
        "Running" => State { running: Some(detail), ..State::default() },
        "Terminated" => State { terminated: Some(detail), ..State::default() },
        _ => return None,
    })
}

/// The lines of a state whose indentation was lost: those up to the next state.
fn beside<'e, 'a>(of: &'e [Entry<'a>], name: &str) -> &'e [Entry<'a>] {
    let after = of.split(|it| it.key.ends_with("State")).skip(1);
    let states = of.iter().filter(|it| it.key.ends_with("State"));
    states.zip(after).find(|(state, _)| state.key == name).map_or(&[], |(_, lines)| lines)
}

fn volume(entry: &Entry<'_>) -> Volume {
    let of = entries(entry.below);
    let kind = value(&of, "Type").and_then(|it| it.split(' ').next()).unwrap_or_default();
    let text = |name: &str| value(&of, name).map(str::to_owned);
    let optional = value(&of, "Optional").map(|it| it == "true");
    let mut volume = Volume { name: Some(entry.key.into()), ..Volume::default() };
    match kind {
        "PersistentVolumeClaim" => {
            volume.persistent_volume_claim = Some(ClaimName { claim_name: text("ClaimName") });
        }
        "ConfigMap" => volume.config_map = Some(Reference { name: text("Name"), optional }),
        "Secret" => volume.secret = Some(SecretName { secret_name: text("SecretName"), optional }),
        _ => {}
    }
    volume
}
