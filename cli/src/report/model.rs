//! The report as data. Its serialised form is the JSON contract, field for field.

use etio_plan::Severity;
use serde::{Serialize, Serializer};

use super::time::{optional_time, seconds, time};

/// What was read and what was found.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Report {
    /// The version of Etio.
    pub(crate) etio: &'static str,
    /// One entry a file, in path order.
    pub(crate) inputs: Vec<Input>,
    /// Roots first, each followed by what it explains.
    pub(crate) findings: Vec<Finding>,
    /// What is not among them because a site ignores it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) ignored: Vec<Ignored>,
    /// Whether none of the inputs could be read.
    #[serde(skip)]
    pub(crate) is_unread: bool,
    /// The instant of collection, where something says it.
    #[serde(skip)]
    pub(crate) as_of: Option<i64>,
    /// What could not be read, for people.
    #[serde(skip)]
    pub(crate) notes: Vec<String>,
}

/// Findings left out for one reason: what a site ignores, and what only that explains.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Ignored {
    pub(crate) because: String,
    pub(crate) findings: usize,
}

/// One file read.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Input {
    pub(crate) path: String,
    pub(crate) kind: String,
    pub(crate) lines: u64,
    pub(crate) facts: u64,
    pub(crate) unparsed: u64,
}

/// One finding.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Finding {
    pub(crate) id: String,
    pub(crate) mode: String,
    pub(crate) rule: String,
    #[serde(serialize_with = "severity")]
    pub(crate) severity: Severity,
    pub(crate) verdict: Verdict,
    pub(crate) status: Status,
    pub(crate) subject: serde_json::Map<String, serde_json::Value>,
    #[serde(serialize_with = "time")]
    pub(crate) opened: i64,
    #[serde(serialize_with = "optional_time")]
    pub(crate) closed: Option<i64>,
    pub(crate) title: String,
    pub(crate) because: String,
    pub(crate) remedy: String,
    /// Why a site ignores it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ignored: Option<String>,
    pub(crate) refs: Vec<String>,
    pub(crate) needs: Vec<Need>,
    pub(crate) evidence: Vec<Evidence>,
    pub(crate) explains: Vec<String>,
    pub(crate) explained_by: Vec<String>,
    pub(crate) root: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) proof: Option<super::proof::Proof>,
}

/// How sure a finding is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verdict {
    Confirmed,
    Suspected,
}

/// Whether a finding still holds.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    Open,
    Lapsed,
    Resolved,
}

/// What would decide a suspected finding.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub(crate) struct Need {
    pub(crate) relation: String,
    pub(crate) collect: String,
}

/// A fact a finding rests on, down to the line.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub(crate) struct Evidence {
    pub(crate) relation: String,
    pub(crate) path: String,
    pub(crate) line: u64,
    pub(crate) text: String,
}

impl Report {
    /// How many facts the files gave.
    pub(crate) fn facts(&self) -> u64 {
        self.inputs.iter().map(|input| input.facts).sum()
    }

    /// Whether the files say neither a fact nor a time, as a log does in which all is well. To know nothing is not to
    /// be well.
    pub(crate) fn tells_nothing(&self) -> bool {
        self.facts() == 0 && self.as_of.is_none()
    }

    /// What is said where nothing is shown.
    pub(crate) fn nothing(&self) -> Option<&'static str> {
        if self.is_unread {
            Some("nothing could be read")
        } else if !self.findings.is_empty() {
            None
        } else if self.tells_nothing() {
            Some("nothing found: these files tell nothing that Etio knows")
        } else if !self.ignored.is_empty() {
            Some("nothing found that is not ignored")
        } else {
            Some("nothing found")
        }
    }
}

impl Finding {
    /// That it is over, and since when where a file said what time it was. Its texts are the last it said, so ages in
    /// them are of then.
    pub(crate) fn over(&self, is_dated: bool) -> Option<String> {
        let (over, before) = match self.status {
            Status::Open => return None,
            Status::Lapsed => ("past", ", until "),
            Status::Resolved => ("resolved", " "),
        };
        let at = self.closed.filter(|_| is_dated);
        let when = at.map_or(String::new(), |at| format!("{before}{}", seconds(at)));
        let says_age = [&self.title, &self.because, &self.remedy].map(|text| text.contains(" ago"));
        let as_of = if says_age.contains(&true) { "; ages as of then" } else { "" };
        Some(format!("{over}{when}{as_of}"))
    }

    /// The subject as people say it: `node worker-3, pod shop/cart`, `a pod of events.txt`.
    pub(crate) fn subject_text(&self) -> String {
        let parts: Vec<String> = self
            .subject
            .iter()
            .map(|(name, value)| match value {
                serde_json::Value::String(text) => match text.strip_prefix("(unnamed)/") {
                    Some(unnamed) => unnamed.to_owned(),
                    None => format!("{name} {text}"),
                },
                other => format!("{name} {other}"),
            })
            .collect();
        parts.join(", ")
    }
}

/// The word for a severity.
pub(crate) const fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Critical => "critical",
    }
}

fn severity<S: Serializer>(severity: &Severity, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(severity_word(*severity))
}
