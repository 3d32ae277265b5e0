//! Config maps and secrets, of which only names and times are read. The files of a config map are given
//! where a rule reads them; the content of a secret never is.

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

/// The relation of a config map's files.
pub(crate) const FILE: &str = "std.kube.ConfigFile";

/// A config map with its content.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Content {
    metadata: Meta,
    data: Option<BTreeMap<String, String>>,
}

/// One row a file of a config map.
pub(crate) fn files(it: &Content, place: Place<'_>, out: &mut dyn Out) {
    let object = it.metadata.namespaced(place);
    for (file, text) in it.data.iter().flatten() {
        let shown = format!("ConfigMap {object}: {file}");
        let row = Row::of(FILE, place.line, shown)
            .with("object", object.as_str())
            .with("file", file.as_str())
            .with("text", text.as_str());
        out.row(row);
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
