//! SARIF 2.1.0, for code-scanning viewers: a rule a mode, a result a finding, a location a line.

use etio_plan::Severity;
use serde_json::{Value, json};

use super::{Finding, Report};

/// The report as one SARIF run.
pub(crate) fn render(report: &Report) -> String {
    let mut rules: Vec<&Finding> = Vec::new();
    for finding in &report.findings {
        if rules.iter().all(|known| known.mode != finding.mode) {
            rules.push(finding);
        }
    }
    let rules: Vec<Value> = rules
        .iter()
        .map(|finding| {
            json!({
                "id": finding.mode,
                "name": finding.rule,
                "help": { "text": finding.remedy },
                "helpUri": finding.refs.first(),
            })
        })
        .collect();
    let results: Vec<Value> = report.findings.iter().map(result).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "etio", "version": report.etio, "rules": rules } },
            "results": results,
        }],
    });
    let mut text = serde_json::to_string_pretty(&log).unwrap_or_default();
    text.push('\n');
    text
}

fn result(finding: &Finding) -> Value {
    let level = match finding.severity {
        Severity::Info => "note",
        Severity::Warning => "warning",
        Severity::Critical => "error",
    };
    let locations: Vec<Value> = finding
        .evidence
        .iter()
        .map(|item| {
            json!({
                "physicalLocation": {
                    "artifactLocation": { "uri": item.path },
                    "region": { "startLine": item.line.max(1), "snippet": { "text": item.text } },
                }
            })
        })
        .collect();
    let suppressions: Vec<Value> = finding
        .ignored
        .iter()
        .map(|because| json!({ "kind": "external", "justification": because }))
        .collect();
    json!({
        "ruleId": finding.mode,
        "level": level,
        "message": { "text": format!("{}: {}", finding.title, finding.because) },
        "locations": locations,
        "suppressions": suppressions,
        "partialFingerprints": { "findingId": finding.id },
        "properties": {
            "verdict": finding.verdict,
            "status": finding.status,
            "root": finding.root,
            "explainedBy": finding.explained_by,
        },
    })
}
