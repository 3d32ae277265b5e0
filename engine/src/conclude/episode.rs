//! Findings as the host sees them, and how they change.

use alloc::{string::String, sync::Arc, vec::Vec};

use etio_plan::{Origin, Severity, SourceId, Value};
use serde::{Deserialize, Serialize};

use crate::{store::support::KeyId, think::judge::Verdict};

/// Where an episode is in its life.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, Serialize, Deserialize)]
pub enum Status {
    /// It holds now.
    Open,
    /// Only a window ran out: nobody saw the end.
    Lapsed,
    /// Something contradicts it: the end was seen.
    Resolved,
}

/// What happened to an episode.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, Serialize, Deserialize)]
pub enum Change {
    /// It began to hold.
    Opened,
    /// Its verdict, its needs or its causes changed.
    Updated,
    /// It ended: something contradicts it.
    Resolved,
    /// It ended: only a window ran out.
    Lapsed,
}

/// What would have to be collected for a verdict to be sure.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Need {
    /// The path of the relation that was not collected; `node` where files do not say which node they
    /// are from, `limit` where the rule did more work than it may.
    pub relation: String,
    /// How to collect it.
    pub collect: String,
}

/// One entry of the log of what changed, in the order (time, rule, key).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Transition {
    /// When.
    pub time: i64,
    /// What.
    pub change: Change,
    /// The finding instance: a fixed hash of rule and key.
    pub id: u128,
    /// The rule's path.
    pub rule: Arc<str>,
    /// The key by name.
    pub key: Vec<(Arc<str>, Value)>,
    /// The verdict after the change.
    pub verdict: Verdict,
    /// What is needed after the change.
    pub needs: Vec<Need>,
    /// When the episode opened.
    pub opened: i64,
    /// Its causes after the change: their ids and when they opened.
    pub explained_by: Vec<(u128, i64)>,
}

/// A fact an episode rests on.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Evidence {
    /// The path of its relation.
    pub relation: String,
    /// Where it was told, first source first.
    pub origins: Vec<Origin>,
    /// When it happened or was observed.
    pub time: i64,
    /// Its fields that have a value, by name; hidden ones are left out.
    pub fields: Vec<(String, Value)>,
}

/// One life of a finding instance.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Episode {
    /// The finding instance: a fixed hash of rule and key.
    pub id: u128,
    /// The rule's place in the pack.
    pub rule: usize,
    /// The rule's path.
    pub path: String,
    /// Its name in kebab case.
    pub mode: String,
    /// How bad it is.
    pub severity: Severity,
    /// The key by name.
    pub key: Vec<(Arc<str>, Value)>,
    /// When it began to hold.
    pub opened: i64,
    /// When it ended.
    pub closed: Option<i64>,
    /// Where it is in its life.
    pub status: Status,
    /// How sure it is, or was at its end.
    pub verdict: Verdict,
    /// One line that names what is wrong.
    pub title: String,
    /// Why it is so.
    pub because: String,
    /// What to do.
    pub remedy: String,
    /// Why a site does not want to see it; none where it does.
    pub ignored: Option<String>,
    /// Where to read more.
    pub refs: Vec<String>,
    /// What would have to be collected.
    pub needs: Vec<Need>,
    /// The facts it rests on, in canonical order.
    pub evidence: Vec<Evidence>,
    /// What it causes: ids and when they opened.
    pub explains: Vec<(u128, i64)>,
    /// What causes it: ids and when they opened.
    pub explained_by: Vec<(u128, i64)>,
    /// Whether no cause stands above it (M4.3).
    pub root: bool,
}

/// How many events of a source came too late (M1.2).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Late {
    /// The source.
    pub source: SourceId,
    /// How many.
    pub events: u64,
}

/// Where an episode is.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    /// With its key.
    Open(KeyId),
    /// Among those that are over.
    Closed(usize),
}

/// A change of this instant, before it is told.
#[derive(Clone)]
pub(crate) struct Changed {
    pub(crate) rule: usize,
    pub(crate) change: Change,
    pub(crate) episode: Place,
}
