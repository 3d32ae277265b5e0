//! The answer of `etio why-not` as data. Its serialised form is what `--format json` prints.

use serde::Serialize;

use super::proof::Proof;
use super::time::time;
use super::{Need, Status};

/// Why a rule finds nothing.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct WhyNot {
    /// The rule as it was asked for.
    #[serde(rename = "rule")]
    pub(crate) asked: String,
    /// `holds`, `fails` (a condition of `when`), `ruled out` (an `unless` block holds), `not pinned` (no
    /// `confirm` block holds).
    pub(crate) standing: &'static str,
    /// How many conditions `when` has; those that were looked at are in the proof.
    pub(crate) conditions: usize,
    /// How many keys were compared; the one that gets furthest is shown.
    pub(crate) keys: usize,
    /// What would have to be collected for more to be known.
    pub(crate) needs: Vec<Need>,
    /// When it last ended to hold.
    pub(crate) ended: Option<Ended>,
    /// How its conditions came out: the first conclusion.
    pub(crate) proof: Proof,
}

/// How and when it ended to hold.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Ended {
    #[serde(serialize_with = "time")]
    pub(crate) at: i64,
    pub(crate) status: Status,
}
