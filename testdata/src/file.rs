//! What the files of cases say, as they say it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

/// A file of cases.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    /// Rules that come before those of each case.
    pub(crate) rules: String,
    pub(crate) cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) rules: String,
    /// Parameters that do not have their defaults, by path.
    #[serde(default)]
    pub(crate) params: BTreeMap<String, Json>,
    #[serde(default)]
    pub(crate) collected: Collected,
    /// The resolution of sources whose stamps are not exact.
    #[serde(default)]
    pub(crate) resolutions: BTreeMap<String, String>,
    pub(crate) history: Vec<(String, What)>,
    pub(crate) log: Vec<String>,
    /// How many events came too late, by source.
    #[serde(default)]
    pub(crate) late: BTreeMap<String, u64>,
}

/// What the source `main` has always carried.
#[derive(Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Collected {
    #[default]
    Everything,
    Only(Vec<String>),
}

pub(crate) type Fields = BTreeMap<String, Json>;

/// What happens at a time.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum What {
    /// A row of a relation: an event happened, an entity is like this.
    Row(String, Fields),
    /// The entity with this key is gone.
    Remove(String, Fields),
    /// All rows that the source has of a relation, for a scope.
    Snapshot(String, Fields, Vec<Fields>),
    /// From now on the source carries a relation, for a scope.
    Covered(String, Fields),
    /// Until a time the source loses what it carries of a relation, for a scope.
    Gap(String, Fields, String),
    /// After now the source says nothing more about a relation, for a scope.
    Silent(String, Fields),
    /// The clock is moved to this time.
    Advance,
    /// Something that another source than `main` tells.
    Of(String, Box<Self>),
    /// A row with a number of its own in its source.
    Numbered(u64, Box<Self>),
    /// A row of a first snapshot, assumed to have stood since a time.
    Assumed(String, Box<Self>),
}
