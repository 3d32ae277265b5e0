//! Findings as the host sees them, and what is remembered of each.

use alloc::{boxed::Box, string::String, sync::Arc, vec::Vec};

use etio_plan::{Origin, Severity, SourceId, Value};
use serde::{Deserialize, Serialize};

use crate::{
    store::{
        copies::{Copies, Kept},
        relation::{Pins, RowId},
        support::{KeyId, Want},
    },
    think::judge::{Choice, Verdict},
    value::word::{Key, Word},
};

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

/// An episode as it is remembered, open or over.
#[derive(Clone)]
pub(crate) struct Life {
    pub(crate) opened: i64,
    pub(crate) verdict: Verdict,
    pub(crate) texts: Choice,
    /// Most have nothing of it.
    pub(crate) rare: Option<Box<Rare>>,
}

/// An episode that is open.
#[derive(Clone)]
pub(crate) struct Open {
    pub(crate) life: Life,
    /// Its row, where some rule reads findings of its kind.
    pub(crate) row: Option<RowId>,
    pub(crate) pins: Pins,
}

/// Of an episode that has nothing of it.
const NOTHING: &Rare = &Rare {
    wants: Vec::new(),
    evidence: None,
    first: None,
    claims: Vec::new(),
    causes: Vec::new(),
    explains: Vec::new(),
};

impl Life {
    /// What few episodes have.
    pub(crate) fn rare(&self) -> &Rare {
        self.rare.as_deref().unwrap_or(NOTHING)
    }

    /// The same to be added to.
    pub(crate) fn rare_mut(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    /// Shows all words it keeps.
    pub(crate) fn each_words(&self, see: &mut impl FnMut(&[Word])) {
        see(&self.texts.values);
        let Some(rare) = &self.rare else { return };
        rare.evidence.iter().for_each(|facts| see(facts.words()));
        rare.first.iter().for_each(|fact| see(&fact.words));
        rare.claims.iter().for_each(|(_, key)| see(key));
    }

    /// Sets what it wants and the facts behind its pins.
    pub(crate) fn set(&mut self, wants: Vec<Want>, evidence: Option<Copies>) {
        if self.rare.is_some() || !wants.is_empty() || evidence.is_some() {
            let rare = self.rare_mut();
            (rare.wants, rare.evidence) = (wants, evidence);
        }
    }
}

/// What few episodes have: wishes, and what binds them to others.
#[derive(Clone, PartialEq, Default)]
pub(crate) struct Rare {
    pub(crate) wants: Vec<Want>,
    /// The facts behind the pins, where these alone cannot show them later.
    pub(crate) evidence: Option<Copies>,
    /// The first fact behind a finding that explains others.
    pub(crate) first: Option<Box<Kept>>,
    pub(crate) claims: Vec<(usize, Key)>,
    pub(crate) causes: Vec<Cause>,
    pub(crate) explains: Vec<(u128, i64)>,
}

/// A cause of an episode.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub(crate) struct Cause {
    pub(crate) id: u128,
    pub(crate) opened: i64,
    pub(crate) rule: usize,
    /// Its verdict when it was last looked at while open.
    pub(crate) verdict: Verdict,
}

/// An episode that is over.
#[derive(Clone)]
pub(crate) struct Closed {
    pub(crate) rule: usize,
    pub(crate) key: Key,
    pub(crate) life: Life,
    /// The facts it rested on.
    pub(crate) evidence: Copies,
    pub(crate) closed: i64,
    pub(crate) status: Status,
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
