//! What a command prints and cannot get rid of: said where the output is lost, silent where nobody wants more.
#![cfg(target_os = "linux")]

mod common;

use std::fs;

use common::printing_to;

const RULE: &str = "stdlib-rules/rules/node/clock-skew.etio";

/// Each command that prints, in each of its ways.
const COMMANDS: [&str; 19] = [
    "etio diagnose --format human examples/incidents/disk-gc-eviction",
    "etio diagnose --format json examples/incidents/disk-gc-eviction",
    "etio diagnose --format ndjson examples/incidents/disk-gc-eviction",
    "etio diagnose --format html examples/incidents/disk-gc-eviction",
    "etio diagnose --format sarif examples/incidents/disk-gc-eviction",
    "etio why-not clock-skew examples/incidents/disk-gc-eviction",
    "etio why-not clock-skew --format json examples/incidents/disk-gc-eviction",
    "etio facts examples/incidents/disk-gc-eviction",
    "etio watch --for 10ms examples/incidents/disk-gc-eviction",
    "etio rules",
    "etio rules clock-skew",
    "etio rules --effective",
    "etio rules --effective --format json",
    "ruleck check RULE",
    "ruleck test RULE",
    "ruleck plan RULE",
    "ruleck doc RULE",
    "ruleck explain",
    "ruleck explain E0101",
];

fn words(command: &str) -> Vec<&str> {
    command.split(' ').map(|word| if word == "RULE" { RULE } else { word }).collect()
}

#[test]
fn an_output_that_takes_nothing_is_said() {
    for command in COMMANDS {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let ran = printing_to(full, &words(command));
        assert_eq!(ran.code, 2, "{command}: {}", ran.err);
        let said = "error: cannot write to standard output: ";
        assert!(
            ran.err.starts_with(said) && ran.err.lines().count() == 1,
            "{command}: {}",
            ran.err
        );
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    for command in COMMANDS {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ran = printing_to(writer, &words(command));
        assert!(ran.code < 2 && ran.err.is_empty(), "{command}: {} {}", ran.code, ran.err);
    }
}
