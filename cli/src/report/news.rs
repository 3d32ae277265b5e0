//! What is another than at the look before.

use std::collections::HashMap;

use serde::Serialize;

use super::{Finding, Report, Status};

/// What became of a finding.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Change {
    /// It was not open before.
    Opened,
    /// Its verdict or its severity is another, or it is a root now or none any more.
    Changed,
    /// It is open no longer.
    Closed,
}

/// All changes of one look, in the order of the report; what closed comes last.
#[derive(Clone, Debug, Default)]
pub(crate) struct News {
    /// The moment, in nanoseconds since the epoch.
    pub(crate) at: i64,
    pub(crate) changes: Vec<(Change, Finding)>,
}

impl News {
    /// All that is open, which is news to who looks for the first time.
    pub(crate) fn all(report: &Report) -> Self {
        let at = report.as_of.unwrap_or_default();
        let opened = open(report).map(|finding| (Change::Opened, finding.clone()));
        Self { at, changes: opened.collect() }
    }

    pub(crate) fn between(before: &Report, now: &Report, at: i64) -> Self {
        let known: HashMap<&str, &Finding> = open(before).map(|it| (it.id.as_str(), it)).collect();
        let mut changes = Vec::new();
        for finding in open(now) {
            let change = match known.get(finding.id.as_str()) {
                None => Change::Opened,
                Some(old) if standing(old) != standing(finding) => Change::Changed,
                Some(_) => continue,
            };
            changes.push((change, finding.clone()));
        }
        let still: HashMap<&str, &Finding> =
            now.findings.iter().map(|it| (it.id.as_str(), it)).collect();
        for old in open(before) {
            match still.get(old.id.as_str()) {
                Some(finding) if finding.status == Status::Open => {}
                Some(finding) if finding.opened == old.opened => {
                    changes.push((Change::Closed, (*finding).clone()));
                }
                // What is no longer in any input is over as what was seen to recover is.
                _ => {
                    let closed =
                        Finding { status: Status::Resolved, closed: Some(at), ..old.clone() };
                    changes.push((Change::Closed, closed));
                }
            }
        }
        Self { at, changes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The findings that this became of.
    pub(crate) fn of(&self, change: Change) -> Vec<&Finding> {
        let of = self.changes.iter().filter(|(became, _)| *became == change);
        of.map(|(_, finding)| finding).collect()
    }
}

fn open(report: &Report) -> impl Iterator<Item = &Finding> {
    report.findings.iter().filter(|finding| finding.status == Status::Open)
}

fn standing(finding: &Finding) -> impl PartialEq + use<> {
    (finding.verdict, finding.severity, finding.root)
}
