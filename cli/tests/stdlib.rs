//! Every test and sample of the standard library.

mod common;

use etio_cli::ruleck::test::{growth::growing, outcomes};
use etio_dsl::SourceFile;

fn files() -> Vec<SourceFile> {
    let files = etio_stdlib::FACTS.iter().chain(etio_stdlib::RULES);
    files.map(|file| SourceFile::in_module(file.path, file.module, file.text)).collect()
}

#[test]
fn the_tests_and_samples_of_the_standard_library_pass() {
    let outcomes = outcomes(&files(), |_| true).expect("the standard library compiles");
    assert!(outcomes.len() > 500, "only {} tests were found", outcomes.len());
    let failed = outcomes.iter().filter(|outcome| !outcome.failure.is_empty());
    let told: Vec<String> = failed
        .map(|outcome| {
            format!("{} {}\n{}", outcome.place, outcome.name, outcome.failure.join("\n"))
        })
        .collect();
    assert!(told.is_empty(), "{} failed\n\n{}", told.len(), told.join("\n\n"));
}

#[test]
fn no_rule_looks_at_more_than_in_proportion() {
    let files = files();
    let growing = growing(&etio_dsl::compile(&files), &files, |_| true);
    let growing = growing.expect("the standard library compiles");
    let rules: Vec<&str> = growing.iter().map(|growth| growth.rule.as_str()).collect();
    // Any node under pressure, or that is not ready, may be why any pod is refused one.
    let any = ["std.disk.disk_pressure_eviction", "std.network.cni_not_initialized"];
    assert_eq!(rules, any, "{growing:#?}");
}

#[test]
fn no_line_of_a_log_is_scanned_twice() {
    let pack = etio_dsl::compile(&files()).pack.expect("the standard library compiles");
    for extractor in &pack.extractors {
        let (event, from) = (pack.get(extractor.event), pack.get(extractor.from));
        let (event, from) = event.zip(from).expect("they are declared");
        let field = &from.fields[extractor.field.index()].name;
        // What a message says is scanned anyway; one extractor of lines as written scans them all again.
        assert_ne!(field, "line", "{} is extracted from {}.line", event.path, from.path);
    }
}

#[test]
fn every_rule_file_is_laid_out_one_way() {
    let ran = common::ruleck(&["fmt", "--check", "stdlib-rules"]);
    assert_eq!(ran.code, 0, "`ruleck fmt stdlib-rules` lays them out:\n{}", ran.out);
}
