//! The incidents in `examples/incidents` are told right, and from the right files.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use common::{diagnose, of_mode, root};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Incident {
    dir: String,
    root: String,
    symptoms: Vec<String>,
    confirming: String,
    suspected: String,
    needs: String,
    symptom_files: Vec<String>,
}

impl Incident {
    fn files(&self) -> Vec<PathBuf> {
        let dir = root().join("examples/incidents").join(&self.dir);
        let mut files: Vec<PathBuf> = fs::read_dir(dir)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.file_name().unwrap() != "README.md")
            .collect();
        files.sort();
        files
    }

    fn without(&self, left_out: &[&str]) -> Value {
        let kept: Vec<PathBuf> = self
            .files()
            .into_iter()
            .filter(|path| !left_out.contains(&path.file_name().unwrap().to_str().unwrap()))
            .collect();
        diagnose(&kept.iter().map(PathBuf::as_path).collect::<Vec<_>>())
    }
}

fn incidents() -> Vec<Incident> {
    let text = fs::read_to_string(root().join("testdata/incidents.ron")).unwrap();
    ron::from_str(&text).unwrap()
}

/// Each finding as what does not depend on files: mode, subject, verdict, root, modes it explains.
fn told(report: &Value) -> BTreeSet<String> {
    let findings = report["findings"].as_array().unwrap();
    let mode = |id: &Value| {
        findings.iter().find(|other| other["id"] == *id).map(|other| other["mode"].to_string())
    };
    findings
        .iter()
        .map(|finding| {
            let explains: BTreeSet<_> =
                finding["explains"].as_array().unwrap().iter().map(mode).collect();
            format!(
                "{} {} {} {} {} {explains:?}",
                finding["mode"],
                finding["subject"],
                finding["verdict"],
                finding["root"],
                finding["opened"]
            )
        })
        .collect()
}

#[test]
fn every_incident_is_listed() {
    let listed: BTreeSet<String> = incidents().into_iter().map(|incident| incident.dir).collect();
    let there: BTreeSet<String> = fs::read_dir(root().join("examples/incidents"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    assert_eq!(listed, there);
}

#[test]
fn the_root_is_confirmed_and_the_symptoms_hang_below_it() {
    for incident in incidents() {
        let report = incident.without(&[]);
        let name = &incident.dir;
        let roots = of_mode(&report, &incident.root);
        assert!(!roots.is_empty(), "{name}: no {} in {report:#}", incident.root);
        for root in roots {
            assert_eq!(root["verdict"], "confirmed", "{name}: {root:#}");
            assert_eq!(root["root"], true, "{name}: {root:#}");
        }
        for symptom in &incident.symptoms {
            let found = of_mode(&report, symptom);
            assert!(!found.is_empty(), "{name}: no {symptom}");
            for symptom in found {
                assert_eq!(symptom["root"], false, "{name}: {symptom:#}");
            }
        }
    }
}

#[test]
fn without_the_confirming_file_it_is_suspected_and_says_what_to_collect() {
    for incident in incidents() {
        let report = incident.without(&[&incident.confirming]);
        let found = of_mode(&report, &incident.suspected);
        assert!(!found.is_empty(), "{}: no {}", incident.dir, incident.suspected);
        for finding in found {
            assert_eq!(finding["verdict"], "suspected", "{}: {finding:#}", incident.dir);
            let needs: Vec<&str> = finding["needs"]
                .as_array()
                .unwrap()
                .iter()
                .map(|need| need["relation"].as_str().unwrap())
                .collect();
            assert!(
                needs.iter().any(|need| need.ends_with(&incident.needs)),
                "{}: needs {needs:?}",
                incident.dir
            );
        }
    }
}

#[test]
fn without_the_symptoms_no_more_than_a_suspicion_is_left() {
    for incident in incidents() {
        let left_out: Vec<&str> = incident.symptom_files.iter().map(String::as_str).collect();
        let report = incident.without(&left_out);
        for finding in report["findings"].as_array().unwrap() {
            assert_eq!(finding["mode"], *incident.root, "{}: {finding:#}", incident.dir);
            assert_eq!(finding["verdict"], "suspected", "{}: {finding:#}", incident.dir);
        }
    }
}

#[test]
fn any_order_of_files_gives_the_same_bytes() {
    for incident in incidents() {
        let files = incident.files();
        let mut paths: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
        let expected = diagnose(&paths).to_string();
        for _ in 0..paths.len() {
            paths.rotate_left(1);
            assert_eq!(diagnose(&paths).to_string(), expected, "{}", incident.dir);
        }
        paths.reverse();
        assert_eq!(diagnose(&paths).to_string(), expected, "{}", incident.dir);
    }
}

#[test]
fn logs_cut_in_pieces_tell_the_same() {
    for incident in incidents() {
        let dir = tempfile::tempdir().unwrap();
        for path in incident.files() {
            let name = path.file_name().unwrap().to_str().unwrap();
            let text = fs::read_to_string(&path).unwrap();
            let Some(stem) = name.strip_suffix(".log") else {
                fs::write(dir.path().join(name), text).unwrap();
                continue;
            };
            let lines: Vec<&str> = text.split_inclusive('\n').collect();
            for (at, part) in lines.chunks(lines.len().div_ceil(3)).enumerate() {
                fs::write(dir.path().join(format!("{stem}.{at}.log")), part.concat()).unwrap();
            }
        }
        assert_eq!(
            told(&diagnose(&[dir.path()])),
            told(&incident.without(&[])),
            "{}",
            incident.dir
        );
    }
}

#[test]
fn a_pod_that_nothing_names_is_one_pod() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("pod.yaml");
    let text = "kind: Pod\nmetadata:\n  deletionTimestamp: \"2026-03-01T10:00:00Z\"\n  finalizers:\n  \
        - example.org/cleanup\nspec:\n  nodeName: n1\nstatus:\n  phase: Running\n";
    fs::write(&path, text).unwrap();
    let ran = common::etio(&["diagnose", "--at", "2026-03-01T11:00:00Z", path.to_str().unwrap()]);
    assert!(ran.out.contains("1 root cause, 1 finding explained by it"), "{}{}", ran.out, ran.err);
    assert!(!ran.out.contains("taken to be now"), "{}", ran.out);
    let ran = common::etio(&["diagnose", path.to_str().unwrap()]);
    assert!(ran.out.contains("taken to be now"), "{}", ran.out);
}
