//! A proof with names in place of numbers and lines in place of origins. Its serialised form is the
//! `proof` of a finding.

use serde::Serialize;
use serde_json::{Map, Value};

use super::time::{optional_time, time};

/// Why a finding holds.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Proof {
    #[serde(serialize_with = "time")]
    pub(crate) at: i64,
    /// The finding, then what it rests on that rules concluded.
    pub(crate) conclusions: Vec<Conclusion>,
    pub(crate) facts: Vec<Fact>,
    /// There is more than a proof has room for.
    pub(crate) cut: bool,
}

/// A conclusion of a rule.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Conclusion {
    pub(crate) rule: String,
    pub(crate) subject: Map<String, Value>,
    pub(crate) sure: bool,
    #[serde(serialize_with = "optional_time")]
    pub(crate) lingers: Option<i64>,
    pub(crate) when: Vec<Step>,
    pub(crate) blocks: Vec<Block>,
}

/// A `confirm` or `unless` block.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Block {
    pub(crate) kind: &'static str,
    pub(crate) outcome: Outcome,
    pub(crate) conditions: Vec<Step>,
}

/// How a condition came out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Outcome {
    Holds,
    Weak,
    Unknown,
    Unseen,
    Fails,
}

/// One condition.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Step {
    pub(crate) condition: String,
    pub(crate) outcome: Outcome,
    pub(crate) facts: Vec<Support>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<Value>,
    /// The value as people read it.
    #[serde(skip)]
    pub(crate) shown: String,
    pub(crate) absent: Vec<Absence>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) miss: Option<Miss>,
    /// How far a rule gets that could have made it hold, by its place among the conclusions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) inside: Option<usize>,
}

/// What came closest to a condition that does not hold.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Miss {
    /// What is wrong, in words.
    pub(crate) says: String,
    /// The facts that came closest, by their place.
    pub(crate) facts: Vec<usize>,
    /// Where they differ, in words.
    pub(crate) differs: Vec<String>,
    /// What would make the condition true, in words.
    pub(crate) hint: String,
}

/// A fact a condition rests on.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Support {
    pub(crate) fact: usize,
    #[serde(serialize_with = "time")]
    pub(crate) from: i64,
    #[serde(serialize_with = "optional_time")]
    pub(crate) until: Option<i64>,
}

/// Rows that are not there.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Absence {
    pub(crate) relation: String,
    pub(crate) scope: Map<String, Value>,
    #[serde(serialize_with = "time")]
    pub(crate) from: i64,
    #[serde(serialize_with = "time")]
    pub(crate) to: i64,
    pub(crate) collected: Outcome,
    pub(crate) by: Vec<Cover>,
}

/// Who covers what of an absence.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Cover {
    pub(crate) relation: String,
    /// A file, or a log that lies in several.
    pub(crate) source: String,
    #[serde(serialize_with = "time")]
    pub(crate) from: i64,
    #[serde(serialize_with = "optional_time")]
    pub(crate) to: Option<i64>,
}

/// A fact.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Fact {
    pub(crate) relation: String,
    pub(crate) fields: Map<String, Value>,
    #[serde(serialize_with = "time")]
    pub(crate) time: i64,
    #[serde(serialize_with = "optional_time")]
    pub(crate) until: Option<i64>,
    pub(crate) places: Vec<Place>,
    /// Its place among the conclusions, where a rule concluded it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) conclusion: Option<usize>,
}

/// A line of a file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub(crate) struct Place {
    pub(crate) path: String,
    pub(crate) line: u64,
    pub(crate) text: String,
}
