//! CRE documents as they are written. What is not named here is kept in `other`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

type Other = BTreeMap<String, Value>;

#[derive(Debug, Deserialize)]
pub(super) struct Document {
    pub(super) rules: Vec<Rule>,
    /// Terms that rules name.
    #[serde(default)]
    pub(super) terms: BTreeMap<String, Term>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Rule {
    #[serde(default)]
    pub(super) cre: Cre,
    #[serde(default)]
    pub(super) metadata: Metadata,
    pub(super) rule: Body,
    #[serde(flatten)]
    pub(super) other: Other,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Cre {
    pub(super) id: String,
    pub(super) severity: Option<u64>,
    pub(super) title: String,
    pub(super) category: Option<String>,
    pub(super) tags: Vec<String>,
    pub(super) author: Option<String>,
    pub(super) description: Option<String>,
    pub(super) impact: Option<String>,
    pub(super) impact_score: Option<u64>,
    pub(super) cause: Option<String>,
    pub(super) mitigation: Option<String>,
    pub(super) mitigation_score: Option<u64>,
    pub(super) references: Vec<String>,
    pub(super) reports: Option<u64>,
    pub(super) applications: Vec<Application>,
    #[serde(flatten)]
    pub(super) other: Other,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Application {
    pub(super) name: Option<String>,
    pub(super) version: Option<Value>,
    pub(super) container_name: Option<String>,
    pub(super) process_name: Option<String>,
    #[serde(flatten)]
    pub(super) other: Other,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Metadata {
    pub(super) id: Option<String>,
    #[serde(alias = "gen")]
    pub(super) generation: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Body {
    Set(Machine),
    Sequence(Machine),
}

/// A set or a sequence.
#[derive(Debug, Deserialize)]
pub(super) struct Machine {
    pub(super) event: Option<Event>,
    pub(super) window: Option<String>,
    #[serde(default, alias = "order")]
    pub(super) r#match: Vec<Written>,
    #[serde(default)]
    pub(super) negate: Vec<Written>,
    #[serde(flatten)]
    pub(super) other: Other,
}

#[derive(Debug, Deserialize)]
pub(super) struct Event {
    pub(super) source: String,
}

/// A term, or a text alone: a value, or a term's name.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Written {
    Text(String),
    Term(Box<Term>),
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Term {
    pub(super) value: Option<String>,
    pub(super) regex: Option<String>,
    pub(super) count: Option<u32>,
    pub(super) window: Option<String>,
    pub(super) anchor: Option<usize>,
    pub(super) slide: Option<String>,
    pub(super) absolute: Option<bool>,
    #[serde(flatten)]
    pub(super) other: Other,
}
