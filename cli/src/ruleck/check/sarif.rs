//! SARIF 2.1.0, for code-scanning viewers: a rule a code, a result a message, with the fix where one is known.

use serde_json::{Value, json};

use super::report::{Fix, Place, Report, Said};
use crate::report::sarif::{log, uri};

/// The report as one SARIF run.
pub(super) fn render(report: &Report<'_>) -> String {
    let mut codes: Vec<&Said<'_>> = Vec::new();
    for said in &report.diagnostics {
        if codes.iter().all(|known| known.code != said.code) {
            codes.push(said);
        }
    }
    let rule = |said: &&Said<'_>| {
        let help = format!("`ruleck explain {}` says more.", said.code);
        json!({
            "id": said.code,
            "name": said.name,
            "shortDescription": { "text": said.meaning },
            "help": { "text": help },
        })
    };
    let rules: Vec<Value> = codes.iter().map(rule).collect();
    let results: Vec<Value> = report.diagnostics.iter().map(result).collect();
    log("ruleck", &rules, &results)
}

fn result(said: &Said<'_>) -> Value {
    let mut message = said.message.to_owned();
    let about = said.place.as_ref().map(|place| place.text).filter(|text| !text.is_empty());
    about.into_iter().for_each(|text| message += &format!(": {text}"));
    said.help.iter().for_each(|help| message += &format!("\n{help}"));
    let location = |place| json!({ "physicalLocation": physical(place) });
    let related = |place: &Place<'_>| json!({ "physicalLocation": physical(place), "message": { "text": place.text } });
    json!({
        "ruleId": said.code,
        "level": said.severity,
        "message": { "text": message },
        "locations": said.place.iter().map(location).collect::<Vec<_>>(),
        "relatedLocations": said.also.iter().map(related).collect::<Vec<_>>(),
        "fixes": said.fix.iter().map(replacement).collect::<Vec<_>>(),
    })
}

fn physical(place: &Place<'_>) -> Value {
    json!({ "artifactLocation": { "uri": uri(place.path) }, "region": region(place) })
}

fn region(place: &Place<'_>) -> Value {
    json!({
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    })
}

fn replacement(fix: &Fix<'_>) -> Value {
    json!({
        "artifactChanges": [{
            "artifactLocation": { "uri": uri(fix.place.path) },
            "replacements": [{
                "deletedRegion": region(&fix.place),
                "insertedContent": { "text": fix.replacement },
            }],
        }],
    })
}
