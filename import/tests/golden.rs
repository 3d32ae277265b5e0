//! Rules of other tools and the rule files they become. `BLESS=1` rewrites the files.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};

use etio_import::{Import, Names, cre, npd, sigma};

fn rules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules")
}

/// All that became of a file, as text.
fn shown(import: &Import) -> String {
    let files =
        import.files.iter().map(|file| format!("// ---- {}.etio ----\n{}", file.name, file.text));
    let left_out = import
        .left_out
        .iter()
        .map(|rule| format!("// ---- left out: {}: {}\n", rule.origin, rule.why));
    files.chain(left_out).collect::<Vec<_>>().join("\n")
}

fn check(name: &str, import: &Import) {
    let path = rules().join(format!("{name}.out"));
    let shown = shown(import);
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &shown).unwrap();
    }
    assert_eq!(
        fs::read_to_string(&path).unwrap_or_default(),
        shown,
        "{name}: see CONTRIBUTING.md, golden files"
    );
}

#[test]
fn cre_rules() {
    let text = fs::read_to_string(rules().join("cre.yaml")).unwrap();
    let log = fs::read_to_string(rules().join("cre.log")).unwrap();
    check("cre", &cre(&text, &log, &mut Names::default()).unwrap());
}

#[test]
fn npd_rules() {
    let text = fs::read_to_string(rules().join("npd.json")).unwrap();
    check("npd", &npd(&text, "", &mut Names::default()).unwrap());
}

#[test]
fn sigma_rules() {
    let text = fs::read_to_string(rules().join("sigma.yaml")).unwrap();
    check("sigma", &sigma(&text, "", &mut Names::default()).unwrap());
}

#[test]
fn what_is_no_rule_is_an_error() {
    for text in ["", "rules: []", "a: 1", "rules: [{rule: {heap: {}}}]", "{"] {
        cre(text, "", &mut Names::default()).unwrap_err();
    }
    for text in ["", "title: a", "title: [", "- a"] {
        sigma(text, "", &mut Names::default()).unwrap_err();
    }
    for text in ["", "[]", r#"{"net": {}}"#, r#"{"plugin": "kmsg", "source": "x", "rules": []}"#] {
        npd(text, "", &mut Names::default()).unwrap_err();
    }
}

#[test]
fn a_name_is_given_once() {
    let text = fs::read_to_string(rules().join("npd.json")).unwrap();
    let mut names = Names::default();
    let mut all: Vec<String> = Vec::new();
    for _ in 0..4 {
        all.extend(npd(&text, "", &mut names).unwrap().files.into_iter().map(|file| file.name));
    }
    let count = all.len();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), count);
}
