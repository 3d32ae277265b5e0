//! Golden files of the parser: each `syntax/*.etio` beside the tree or the errors it gives.
//!
//! `BLESS=1 cargo test -p etio-dsl --test syntax` writes them anew.

use std::fs;
use std::path::Path;

use etio_dsl::{SourceFile, diag, syntax};

#[test]
fn files_give_the_trees_and_errors_beside_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/syntax");
    let bless = std::env::var_os("BLESS").is_some();
    let mut seen = 0;
    let mut differing = Vec::new();
    let mut paths: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths.into_iter().filter(|path| path.extension().is_some_and(|e| e == "etio")) {
        seen += 1;
        let text = fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let (tree, errors) = syntax::parse(&text, 0);
        let files = [SourceFile::new(name, text)];
        let (extension, actual) = if errors.is_empty() {
            ("ast", outline(&format!("{tree:?}")))
        } else {
            let mut shown: Vec<String> =
                errors.iter().map(|error| diag::render(error, &files, false)).collect();
            shown.push(format!("{} errors, {} items kept\n", errors.len(), tree.items.len()));
            ("err", shown.join("\n\n"))
        };
        let golden = path.with_extension(extension);
        if bless {
            fs::write(&golden, &actual).unwrap();
        } else if fs::read_to_string(&golden).ok().as_deref() != Some(&actual) {
            differing.push(format!("{}:\n{actual}", golden.display()));
        }
    }
    assert!(seen > 5, "only {seen} files found");
    assert!(differing.is_empty(), "differs; BLESS=1 if wanted\n{}", differing.join("\n"));
}

/// Every error of the text is shown by some file.
#[test]
fn every_code_has_a_golden_message() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/syntax");
    let shown: String = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "err"))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let missing: Vec<&str> = diag::codes::ALL
        .iter()
        .filter(|code| code.id.starts_with("E01") && !shown.contains(&format!("[{}]", code.id)))
        .map(|code| code.name)
        .collect();
    // The first has a test of its own; nothing known brings about the second.
    assert_eq!(missing, ["file-too-large", "format-changes-meaning"]);
}

/// A tree as `Debug` shows it, without spans, a line for each part that has a name.
fn outline(debug: &str) -> String {
    let mut out = String::new();
    let mut rest = debug;
    while let Some(at) = rest.find("span: Span { ") {
        let (before, span) = rest.split_at(at);
        out += before.trim_end_matches(", ");
        let end = span.find('}').map_or(span.len(), |end| end + 1);
        rest = span.get(end..).unwrap_or_default();
    }
    out += rest;
    for (long, short) in [("Name { text: ", "Name { "), ("Expr { kind: ", "Expr { ")] {
        out = out.replace(long, short);
    }
    for part in [
        "Relation(",
        "Enum(",
        "Extract(",
        "Derive(",
        "Finding(",
        "Test(Test",
        "Site(",
        "Use {",
        "FieldDecl {",
        "FieldPat {",
        "ParamDecl {",
        "PatternLit {",
        "Sample {",
        "TextClause {",
        "Explains {",
        "Cond {",
        "Step {",
        "Change {",
    ] {
        out = out.replace(part, &format!("\n{part}"));
    }
    out + "\n"
}
