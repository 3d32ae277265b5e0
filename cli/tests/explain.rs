//! `--explain` and `why-not` on the incidents that come with Etio.

#![expect(clippy::panic, reason = "a test fails by panicking")]
mod common;

use common::etio;
use serde_json::Value;

const QUEUE: &str = "examples/incidents/image-pull-queue";

fn json(args: &[&str]) -> Value {
    let ran = etio(args);
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}\n{}{}", ran.out, ran.err))
}

#[test]
fn every_finding_has_a_proof_down_to_lines() {
    let report = json(&["diagnose", "--explain", "--format", "json", QUEUE]);
    let findings = report["findings"].as_array().unwrap();
    assert!(!findings.is_empty());
    for finding in findings {
        let proof = &finding["proof"];
        assert_eq!(proof["conclusions"][0]["rule"], finding["rule"]);
        assert_eq!(proof["conclusions"][0]["subject"], finding["subject"]);
        let told = proof["facts"].as_array().unwrap().iter();
        let mut told = told.filter(|fact| fact.get("conclusion").is_none());
        assert!(told.all(|fact| fact["places"][0]["line"].as_u64().unwrap() > 0), "{proof:#}");
    }
}

#[test]
fn without_explain_there_is_no_proof() {
    let report = json(&["diagnose", "--format", "json", QUEUE]);
    assert!(report["findings"][0].get("proof").is_none());
}

#[test]
fn why_not_names_the_condition_that_fails_and_what_came_closest() {
    let answer = json(&[
        "why-not",
        "pod-stuck-creating",
        "pod=shop/front-84d6bb8c5d-tv9sd",
        "--format",
        "json",
        QUEUE,
    ]);
    assert_eq!(answer["standing"], "fails");
    let conclusions = answer["proof"]["conclusions"].as_array().unwrap();
    let miss = &conclusions.last().unwrap()["when"].as_array().unwrap().last().unwrap()["miss"];
    assert_eq!(miss["differs"][0], "phase is \"Running\", not \"Pending\"");
}

#[test]
fn exit_codes_say_whether_it_holds() {
    for (args, code) in [
        (&["why-not", "image-pull-queue-blocked", "node=worker-3", QUEUE][..], 1),
        (&["why-not", "image-pull-queue-blocked", "node=worker-9", QUEUE], 0),
        (&["why-not", "image-pull-queue-blokced", QUEUE], 2),
        (&["why-not", "image-pull-queue-blocked", "nod=worker-3", QUEUE], 2),
        (&["why-not", "image-pull-queue-blocked", "node=worker-3"], 2),
    ] {
        let ran = etio(args);
        assert_eq!(ran.code, code, "{args:?}\n{}{}", ran.out, ran.err);
    }
}

#[test]
fn misspelt_names_get_a_suggestion() {
    for (args, hint) in [
        (&["why-not", "image-pull-queue-blokced", QUEUE][..], "image-pull-queue-blocked"),
        (&["why-not", "image-pull-queue-blocked", "nod=worker-3", QUEUE], "node"),
    ] {
        let err = etio(args).err;
        assert!(err.contains(&format!("did you mean `{hint}`?")), "{err}");
    }
}
