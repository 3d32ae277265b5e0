//! The flags that a kubelet writes down when it starts (`FLAG: --max-pods="110"`): its configuration,
//! where no configuration file goes over it.

use std::collections::BTreeMap;

use etio_plan::Value;

use crate::row::{Out, Row, When};

const RELATION: &str = "std.kube.KubeletConfig";

/// Flags and the fields they set.
const FIELDS: [(&str, &str); 15] = [
    ("serialize-image-pulls", "serialize_image_pulls"),
    ("registry-qps", "registry_pull_qps"),
    ("registry-burst", "registry_burst"),
    ("image-gc-high-threshold", "image_gc_high"),
    ("image-gc-low-threshold", "image_gc_low"),
    ("max-pods", "max_pods"),
    ("cgroup-driver", "cgroup_driver"),
    ("fail-swap-on", "fail_swap_on"),
    ("pod-manifest-path", "static_pod_path"),
    ("container-log-max-size", "container_log_max_size"),
    ("container-log-max-files", "container_log_max_files"),
    ("container-runtime-endpoint", "runtime_endpoint"),
    ("runtime-request-timeout", "runtime_request_timeout"),
    ("eviction-hard", "eviction_hard"),
    ("cluster-dns", "cluster_dns"),
];

/// The flags of each host's last start.
#[derive(Debug, Default)]
pub(crate) struct Flags {
    starts: BTreeMap<Option<String>, Start>,
}

#[derive(Debug)]
struct Start {
    when: When,
    line: u64,
    text: String,
    flags: BTreeMap<String, String>,
}

impl Flags {
    /// Looks at a record for a flag.
    pub(crate) fn see(
        &mut self,
        host: Option<&str>,
        message: &str,
        (when, line, text): (When, u64, &str),
    ) {
        let Some(flag) = message.strip_prefix("FLAG: --") else { return };
        let Some((name, value)) = flag.split_once('=') else { return };
        let start = self.starts.entry(host.map(str::to_owned)).or_insert_with(|| Start {
            when,
            line,
            text: String::new(),
            flags: BTreeMap::new(),
        });
        // The same flag again: another start.
        if start.flags.contains_key(name) {
            start.flags.clear();
        }
        (start.when, start.line) = (when, line);
        text.clone_into(&mut start.text);
        start.flags.insert(name.to_owned(), value.trim().trim_matches('"').to_owned());
    }

    /// Gives the configurations that the flags alone decide.
    pub(crate) fn finish(self, out: &mut dyn Out) {
        for (host, Start { when, line, text, flags }) in self.starts {
            if flags.get("config").is_none_or(|file| !file.is_empty()) {
                continue;
            }
            let set = FIELDS.iter().filter_map(|(flag, field)| {
                let value = flags.get(*flag).filter(|value| !value.is_empty())?;
                Some((*field, typed(field, value)))
            });
            let node = host.map(|host| ("node", Value::Text(host)));
            let fields = node.into_iter().chain(set).collect();
            out.row(Row { relation: RELATION, fields, when, line, text });
        }
    }
}

/// Lists and maps as the kubelet prints them; other types are read from their text.
fn typed(field: &str, value: &str) -> Value {
    match field {
        "cluster_dns" => {
            let items = value.trim_matches(['[', ']']).split([',', ' ']);
            Value::List(items.filter(|item| !item.is_empty()).map(Value::from).collect())
        }
        "eviction_hard" => {
            let signals = value.split(',').filter_map(|signal| signal.split_once('<'));
            Value::Map(signals.map(|(name, limit)| (name.to_owned(), limit.into())).collect())
        }
        "serialize_image_pulls" | "fail_swap_on" => Value::Bool(value == "true"),
        _ => Value::from(value),
    }
}
