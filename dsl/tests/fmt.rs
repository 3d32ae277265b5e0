//! Golden files of the formatter: each `fmt/*.etio` beside what becomes of it.
//!
//! `BLESS=1 cargo test -p etio-dsl --test fmt` writes them anew.

use std::fs;
use std::path::Path;

#[test]
fn files_are_laid_out_as_those_beside_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fmt");
    let mut seen = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "etio") {
            continue;
        }
        seen += 1;
        let formatted = etio_dsl::fmt(&fs::read_to_string(&path).unwrap()).unwrap();
        let golden = path.with_extension("out");
        if std::env::var_os("BLESS").is_some() {
            fs::write(&golden, &formatted).unwrap();
        }
        assert_eq!(formatted, fs::read_to_string(&golden).unwrap(), "{}", golden.display());
    }
    assert!(seen > 0);
}

#[test]
fn a_file_with_errors_is_not_touched() {
    let errors = etio_dsl::fmt("event A { a: int }\nevnt B { }\n").unwrap_err();
    assert_eq!(errors.len(), 1);
}

#[test]
fn an_empty_file_stays_empty() {
    assert_eq!(etio_dsl::fmt("\n\n"), Ok(String::new()));
    assert_eq!(etio_dsl::fmt("\u{feff}// only this"), Ok("// only this\n".into()));
}
