//! The layout and dependency rules of ARCHITECTURE.md, as tests.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace").into()
}

/// All files below `dir` with this ending, in path order, build output left out.
fn files(dir: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![dir.to_path_buf()];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(&dir).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name();
            if path.is_dir() {
                if name != "target" && !name.to_string_lossy().starts_with('.') {
                    open.push(path);
                }
            } else if name.to_string_lossy().ends_with(ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The `etio*` crates that a manifest names in its `[dependencies]`.
fn dependencies(manifest: &str) -> BTreeSet<String> {
    let text = read(&root().join(manifest));
    let section = text.split("\n[dependencies]\n").nth(1).unwrap_or("");
    section
        .lines()
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| name.starts_with("etio"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn arrows_between_crates_go_one_way() {
    for (manifest, allowed) in [
        ("engine/plan/Cargo.toml", &[][..]),
        ("engine/proof/Cargo.toml", &["etio-plan"]),
        ("engine/Cargo.toml", &["etio-plan", "etio-proof"]),
        ("engine/scan/Cargo.toml", &["etio-plan"]),
        ("dsl/Cargo.toml", &["etio-plan"]),
        ("stdlib-rules/Cargo.toml", &["etio-plan"]),
        ("ingest/Cargo.toml", &["etio-plan", "etio-scan"]),
        ("import/Cargo.toml", &["etio-dsl"]),
        ("bindings/wasm/Cargo.toml", &["etio-engine", "etio-plan"]),
        (
            "bindings/rust/Cargo.toml",
            &["etio-engine", "etio-ingest", "etio-plan", "etio-proof", "etio-scan", "etio-stdlib"],
        ),
    ] {
        let found = dependencies(manifest);
        let allowed: BTreeSet<String> = allowed.iter().map(|name| (*name).to_owned()).collect();
        let more: Vec<_> = found.difference(&allowed).collect();
        assert!(more.is_empty(), "{manifest} must not depend on {more:?}");
    }
}

#[test]
fn a_room_of_the_engine_uses_those_before_it() {
    let rooms = ["value", "store", "program", "input", "think", "conclude", "snapshot", "explain"];
    for (place, room) in rooms.iter().enumerate() {
        for path in files(&root().join("engine/src").join(room), ".rs") {
            let text = read(&path);
            for later in rooms.iter().skip(place + 1) {
                let named = text.match_indices(&format!("{later}::")).any(|(at, _)| {
                    !text[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_')
                });
                assert!(!named, "{} uses the room `{later}`, which comes after it", path.display());
            }
        }
    }
}

#[test]
fn core_crates_have_no_std_and_no_unsafe() {
    for crate_root in [
        "engine/plan/src/lib.rs",
        "engine/proof/src/lib.rs",
        "engine/src/lib.rs",
        "engine/scan/src/lib.rs",
    ] {
        let text = read(&root().join(crate_root));
        let no_std = ["#![no_std]", "#![cfg_attr(not(test), no_std)]"];
        assert!(no_std.iter().any(|line| text.contains(line)), "{crate_root} must be no_std");
        assert!(text.contains("#![forbid(unsafe_code)]"), "{crate_root} must forbid unsafe code");
    }
}

#[test]
fn unsafe_is_only_the_name_of_a_function_for_wasm() {
    // Spelt apart so that this file does not find itself.
    let named = concat!("#[uns", "afe(no_mangle)]");
    let marks =
        [" {", " fn ", " impl ", " extern ", "(no"].map(|next| format!("uns{}{next}", "afe"));
    for path in files(&root(), ".rs") {
        let abi = path == root().join("bindings/wasm/src/abi.rs");
        for line in read(&path).lines() {
            let fine = !marks.iter().any(|mark| line.contains(mark)) || (abi && line == named);
            assert!(fine, "{}: {line}", path.display());
        }
    }
}

#[test]
fn core_crates_take_no_authority() {
    let banned = ["std::fs", "std::env", "std::time", "std::thread", "SystemTime", "Instant::now"];
    for dir in ["engine", "dsl/src"] {
        for path in files(&root().join(dir), ".rs") {
            if path.components().any(|part| part.as_os_str() == "tests") {
                continue;
            }
            let text = read(&path);
            for word in banned {
                assert!(!text.contains(word), "{} uses {word}", path.display());
            }
        }
    }
}

#[test]
fn pest_is_named_in_one_file() {
    let named: Vec<PathBuf> = files(&root().join("dsl/src"), ".rs")
        .into_iter()
        .filter(|path| {
            read(path).lines().any(|line| line.contains("pest::") || line.contains("pest_derive"))
        })
        .collect();
    assert_eq!(named, [root().join("dsl/src/syntax/parse.rs")]);
}

#[test]
fn no_file_is_too_long() {
    for path in files(&root(), ".rs") {
        let lines = read(&path).lines().count();
        assert!(
            lines <= 600,
            "{} has {lines} lines; split it by what changes together",
            path.display()
        );
    }
}

#[test]
fn nothing_is_left_unfinished() {
    // Spelt apart so that this file does not find itself.
    let marks = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("unimpl", "emented!"),
        concat!("to", "do!("),
    ];
    for ending in [".rs", ".etio", ".pest"] {
        for path in files(&root(), ending) {
            let text = read(&path);
            for mark in marks {
                assert!(!text.contains(mark), "{} contains {mark}", path.display());
            }
        }
    }
}

#[test]
fn every_spelling_has_a_sample() {
    for path in files(&root().join("stdlib-rules/rules"), ".etio") {
        let text = read(&path);
        for block in text.split("\nextract ").skip(1) {
            let lines = || block.lines().take_while(|line| *line != "}").map(str::trim);
            let spellings =
                lines().filter(|line| line.starts_with('/') && !line.starts_with("//")).count();
            let samples =
                lines().filter(|line| line.starts_with("sample ") && !line.ends_with(" none"));
            assert!(
                samples.count() >= spellings,
                "{}: a spelling of {} has no sample",
                path.display(),
                block.split(' ').next().unwrap_or_default()
            );
        }
    }
}

#[test]
fn a_failure_mode_is_one_file_with_tests() {
    for path in files(&root().join("stdlib-rules/rules"), ".etio") {
        let text = read(&path);
        let findings: Vec<&str> = text
            .lines()
            .filter_map(|line| line.strip_prefix("finding "))
            .filter_map(|rest| rest.split('(').next())
            .collect();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().replace('-', "_");
        match findings.as_slice() {
            [] => {}
            [only] => {
                assert_eq!(*only, stem, "{} is named after another mode", path.display());
                let tests =
                    text.lines().filter(|line| line.trim_start().starts_with("test \"")).count();
                assert!(
                    tests >= 2,
                    "{}: {tests} tests; it needs one that fires and a near miss",
                    path.display()
                );
                for part in ["Symptoms", "Cause", "Confirm", "Remedy"] {
                    let head = format!("\n/// **{part}.** ");
                    assert!(text.contains(&head), "the page of {} lacks {part}", path.display());
                }
            }
            more => panic!("{} has {} findings; give each its file", path.display(), more.len()),
        }
    }
}

#[test]
fn the_changelog_knows_the_version() {
    let manifest = read(&root().join("Cargo.toml"));
    let version = manifest
        .lines()
        .find_map(|line| line.strip_prefix("version = \""))
        .and_then(|rest| rest.split('"').next())
        .expect("the workspace has a version");
    assert!(read(&root().join("CHANGELOG.md")).contains(version), "CHANGELOG.md lacks {version}");
}

#[test]
fn every_documented_incident_has_its_tests() {
    let rules = files(&root().join("stdlib-rules/rules"), ".etio");
    let crowded = read(&root().join("cli/tests/crowded.rs"));
    let table = read(&root().join("docs/incidents.md"));
    let mut seen = 0;
    for row in table.lines().filter(|line| line.starts_with("| [")) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [mode, tests @ ..] = cells.as_slice() else { panic!("no cells in `{row}`") };
        let mode = mode.trim_start_matches('[').split(']').next().unwrap_or_default();
        let file = rules.iter().find(|file| file.file_stem().is_some_and(|stem| stem == mode));
        let file = file.unwrap_or_else(|| panic!("no rule file has the name `{mode}`"));
        let rule = read(file);
        assert_eq!(tests.len(), 2, "`{row}` should name two tests");
        for test in tests {
            let there = rule.contains(&format!("test \"{test}\" {{"))
                || crowded.contains(&format!("fn {test}("));
            assert!(there, "`{mode}` has no test `{test}`");
        }
        seen += 1;
    }
    assert!(seen > 40, "docs/incidents.md lists {seen} modes only");
}
