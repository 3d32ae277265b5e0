//! Sigma documents as they are written. What is not named here is kept in `other`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

/// A rule, or a correlation of rules.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Document {
    pub(super) title: String,
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) status: Option<String>,
    pub(super) description: Option<String>,
    pub(super) license: Option<String>,
    pub(super) author: Option<String>,
    pub(super) date: Option<Value>,
    pub(super) modified: Option<Value>,
    pub(super) references: Vec<String>,
    pub(super) tags: Vec<String>,
    pub(super) level: Option<String>,
    pub(super) falsepositives: Vec<String>,
    pub(super) fields: Vec<Value>,
    pub(super) related: Vec<Value>,
    pub(super) logsource: LogSource,
    pub(super) detection: Map<String, Value>,
    pub(super) correlation: Option<Correlation>,
    /// An exclusion that is added to other rules.
    pub(super) filter: Option<Value>,
    #[serde(flatten)]
    pub(super) other: BTreeMap<String, Value>,
}

impl Document {
    /// What it is called in a report.
    pub(super) fn origin(&self) -> String {
        let names = [self.id.as_ref(), self.name.as_ref(), Some(&self.title)];
        names.into_iter().flatten().find(|name| !name.is_empty()).cloned().unwrap_or_default()
    }

    /// What tells it from another of the same title.
    pub(super) fn apart(&self) -> &str {
        let id = self.id.as_deref().and_then(|id| id.split('-').next());
        id.or(self.name.as_deref()).unwrap_or("sigma")
    }

    pub(super) fn is_rule(&self) -> bool {
        !self.detection.is_empty() || self.correlation.is_some() || self.filter.is_some()
    }

    pub(super) fn is_called(&self, name: &str) -> bool {
        [&self.id, &self.name].into_iter().flatten().any(|known| known == name)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct LogSource {
    pub(super) category: Option<String>,
    pub(super) product: Option<String>,
    pub(super) service: Option<String>,
    pub(super) definition: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Correlation {
    pub(super) r#type: String,
    #[serde(default)]
    pub(super) rules: OneOrMany,
    #[serde(default)]
    pub(super) group_by: OneOrMany,
    pub(super) timespan: String,
    /// How many: a comparison each, and the field that it is about.
    #[serde(default)]
    pub(super) condition: Map<String, Value>,
    /// Names for fields that each rule calls otherwise.
    #[serde(default)]
    pub(super) aliases: BTreeMap<String, BTreeMap<String, String>>,
    /// Whether the rules it is about are rules of their own too.
    #[serde(default)]
    pub(super) generate: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(from = "Value")]
pub(super) struct OneOrMany(pub(super) Vec<String>);

impl From<Value> for OneOrMany {
    fn from(value: Value) -> Self {
        match value {
            Value::Array(items) => Self(items.iter().map(scalar).collect()),
            Value::Null => Self::default(),
            one => Self(vec![scalar(&one)]),
        }
    }
}

/// A value as text.
pub(super) fn scalar(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}
