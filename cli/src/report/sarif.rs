//! SARIF 2.1.0, for code-scanning viewers: a rule a mode, a result a finding, a location a line.

use std::fmt::Write as _;

use etio_plan::Severity;
use serde_json::{Value, json};

use super::{Finding, Report, json};

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
            let mut rule = json!({
                "id": finding.mode,
                "name": finding.rule,
                "help": { "text": finding.remedy },
            });
            if let (Some(uri), Some(rule)) = (finding.refs.first(), rule.as_object_mut()) {
                rule.insert("helpUri".into(), uri.as_str().into());
            }
            rule
        })
        .collect();
    let results: Vec<Value> = report.findings.iter().map(result).collect();
    log("etio", &rules, &results)
}

/// A log of one run of a tool of this version. Columns are counted in characters.
pub(crate) fn log(tool: &str, rules: &[Value], results: &[Value]) -> String {
    let version = env!("CARGO_PKG_VERSION");
    json::object(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": tool, "version": version, "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    }))
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
                    "artifactLocation": { "uri": uri(&item.path) },
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

/// A path as a reference: what is not plain is percent-encoded.
pub(crate) fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            // Writing into a string cannot fail.
            _ => drop(write!(out, "%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_path_becomes_a_reference() {
        assert_eq!(super::uri("a b#%20é/x y.log"), "a%20b%23%2520%C3%A9/x%20y.log");
        assert_eq!(super::uri("/var/log/a:b-1_~.log"), "/var/log/a%3Ab-1_~.log");
    }
}
