//! JSON for programs: one object, or one line a finding.

use super::Report;
use super::why_not::WhyNot;

/// One object, indented, with a line end.
pub(crate) fn object(report: &Report) -> String {
    // Plain data with text keys always serialises.
    let mut text = serde_json::to_string_pretty(report).unwrap_or_default();
    text.push('\n');
    text
}

/// An answer as one object, indented, with a line end.
pub(crate) fn answer(answer: &WhyNot) -> String {
    let mut text = serde_json::to_string_pretty(answer).unwrap_or_default();
    text.push('\n');
    text
}

/// One line a finding.
pub(crate) fn lines(report: &Report) -> String {
    let mut text = String::new();
    for finding in &report.findings {
        text.push_str(&serde_json::to_string(finding).unwrap_or_default());
        text.push('\n');
    }
    text
}
