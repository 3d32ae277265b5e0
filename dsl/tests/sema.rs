//! What rule files mean, as golden files: `sema/ok/x.etio` compiles to `x.plan`, `sema/err/x.etio`
//! gives the messages in `x.err`. All are compiled as of 2027-01-01. `BLESS=1` writes them anew.

#![expect(clippy::expect_used, reason = "a test stops at what it does not expect")]

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use etio_dsl::{Compiled, SourceFile, compile_at, diag};
use etio_plan::Pack;

const AT: i64 = 1_798_761_600_000_000_000;

#[test]
fn good_files_compile_to_their_plans() {
    for path in cases("ok") {
        let (files, compiled) = compile_file(&path);
        let pack = compiled.pack.as_ref().unwrap_or_else(|| {
            panic!("{}:\n{}", path.display(), messages(&files, &compiled));
        });
        let decoded = Pack::from_bytes(&pack.to_bytes()).expect("a pack survives its bytes");
        assert_eq!(&decoded, pack, "{}", path.display());
        check(&path.with_extension("plan"), &plan(pack, &files, &compiled));
    }
}

#[test]
fn bad_files_give_their_messages() {
    for path in cases("err") {
        let (files, compiled) = compile_file(&path);
        check(&path.with_extension("err"), &messages(&files, &compiled));
        assert!(!compiled.diagnostics.is_empty(), "{} is not bad", path.display());
    }
}

/// Every error of names, types, rules and tests is shown by some file.
#[test]
fn every_code_has_a_golden_message() {
    let mut shown = String::new();
    for path in cases("err") {
        shown += &fs::read_to_string(path.with_extension("err")).expect("readable");
    }
    let mine = |id: &str| {
        ["E02", "E03", "E04", "E05", "E06", "W01"].iter().any(|range| id.starts_with(range))
    };
    let missing: Vec<&str> = diag::codes::ALL
        .iter()
        .filter(|code| mine(code.id) && !shown.contains(&format!("[{}]", code.id)))
        .map(|code| code.name)
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn the_order_of_the_files_means_nothing() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sema/ok/image-pull-queue-blocked.etio");
    let (mut files, compiled) = compile_file(&path);
    files.reverse();
    assert_eq!(compile_at(&files, AT).pack, compiled.pack);
}

/// Rows of another file of the same test: what follows `//# path module` up to the next.
fn compile_file(path: &Path) -> (Vec<SourceFile>, Compiled) {
    let text = fs::read_to_string(path).expect("readable");
    let name = path.file_name().expect("a name").to_string_lossy();
    let mut files = vec![SourceFile::new(name, "")];
    for line in text.split_inclusive('\n') {
        if let Some(rest) = line.strip_prefix("//# ") {
            let (path, module) = rest.trim().split_once(' ').expect("path and module");
            files.push(SourceFile::in_module(path, module, ""));
        } else if let Some(file) = files.last_mut() {
            file.text += line;
        }
    }
    let compiled = compile_at(&files, AT);
    (files, compiled)
}

fn messages(files: &[SourceFile], compiled: &Compiled) -> String {
    compiled.diagnostics.iter().fold(String::new(), |mut all, diagnostic| {
        let _ = writeln!(all, "{}\n", diag::render(diagnostic, files, false));
        all
    })
}

/// The pack, the tests and samples, and warnings, readable.
fn plan(pack: &Pack, files: &[SourceFile], compiled: &Compiled) -> String {
    let pretty = ron::ser::PrettyConfig::new().depth_limit(6).indentor("  ");
    let dump = ron::ser::to_string_pretty(pack, pretty).expect("a pack is plain data");
    let mut all = format!("{dump}\n\n");
    for test in &compiled.tests {
        let _ =
            writeln!(all, "test {:?} of {:?}, shuffled: {}", test.name, test.rule, test.shuffled);
        for step in &test.steps {
            let _ = writeln!(all, "  {:?}", step.kind);
        }
    }
    for sample in &compiled.samples {
        let _ =
            writeln!(all, "sample of {}: {:?} {:?}", sample.extractor, sample.text, sample.expect);
    }
    all + &messages(files, compiled)
}

fn cases(kind: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sema").join(kind);
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "etio"))
        .collect();
    paths.sort();
    assert!(!paths.is_empty());
    paths
}

fn check(path: &Path, actual: &str) {
    if std::env::var_os("BLESS").is_some() {
        fs::write(path, actual).expect("writable");
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    assert!(expected == actual, "{} differs; BLESS=1 accepts:\n{actual}", path.display());
}
