//! Config maps and secrets, of which only names and times are read, never content.

use std::collections::BTreeMap;

use serde::{Deserialize, de::IgnoredAny};

use super::{Place, meta::Meta};
use crate::row::{Out, Row};

/// A config map, or what is read of a secret.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Config {
    metadata: Meta,
    data: Option<BTreeMap<String, IgnoredAny>>,
    binary_data: Option<BTreeMap<String, IgnoredAny>>,
}

impl Config {
    /// One of which nothing else is known.
    pub(crate) fn named(metadata: Meta) -> Self {
        Self { metadata, ..Self::default() }
    }
}

/// The row of a config map or secret.
pub(crate) fn rows(kind: &'static str, it: &Config, place: Place<'_>, out: &mut dyn Out) {
    let meta = &it.metadata;
    let object = meta.namespaced(place);
    let updated = meta.managed_fields.iter().flatten().filter_map(|it| it.time).max();
    let row = Row::of("std.kube.ConfigObject", place.line, format!("{kind} {object}"))
        .with("kind", kind)
        .with("object", object)
        .with("created", meta.creation_timestamp)
        .with("updated", updated);
    let keys = it.data.iter().chain(&it.binary_data).flat_map(BTreeMap::keys);
    out.row(if kind == "ConfigMap" && place.whole { row.with_list("keys", keys) } else { row });
}
