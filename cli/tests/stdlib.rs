//! Every test and sample of the standard library.

mod common;

use etio_cli::ruleck::test::outcomes;
use etio_dsl::SourceFile;

#[test]
fn the_tests_and_samples_of_the_standard_library_pass() {
    let files: Vec<SourceFile> = etio_stdlib::FACTS
        .iter()
        .chain(etio_stdlib::RULES)
        .map(|file| SourceFile::in_module(file.path, file.module, file.text))
        .collect();
    let outcomes = outcomes(&files, |_| true).expect("the standard library compiles");
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
fn every_rule_file_is_laid_out_one_way() {
    let ran = common::ruleck(&["fmt", "--check", "stdlib-rules"]);
    assert_eq!(ran.code, 0, "`ruleck fmt stdlib-rules` lays them out:\n{}", ran.out);
}
