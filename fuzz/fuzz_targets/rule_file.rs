//! Any text as a rule file: reading loses nothing, what is formatted means the same and stays as it is, and
//! what has no error is a pack that an engine takes.
#![no_main]

use etio_dsl::{Compiled, SourceFile, compile, diag, fmt, syntax};
use etio_plan::Pack;
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(text) = str::from_utf8(bytes) else { return Corpus::Reject };
    let arena = syntax::cst::Arena::new();
    let tree = syntax::tree(text, &arena);
    let leaves = tree.leaves().into_iter().map(|leaf| leaf.text(text));
    assert_eq!(leaves.collect::<String>(), text);

    let files = [SourceFile::new("site.etio", text)];
    let compiled = compile(&files);
    for diagnostic in &compiled.diagnostics {
        assert!(!diag::render(diagnostic, &files, false).is_empty());
    }
    let has_errors = compiled.diagnostics.iter().any(diag::Diagnostic::is_error);
    let bytes = packed(&compiled);
    assert_eq!(bytes.is_none(), has_errors);
    if let Some(bytes) = &bytes {
        assert_eq!(Pack::from_bytes(bytes).map(|pack| pack.to_bytes()).as_ref(), Ok(bytes));
    }

    match fmt(text) {
        Ok(formatted) => {
            assert_eq!(fmt(&formatted).as_ref(), Ok(&formatted));
            let again = compile(&[SourceFile::new("site.etio", formatted)]);
            assert_eq!(packed(&again), bytes);
        }
        Err(_) => {
            assert!(!syntax::parse(text, 0).1.is_empty(), "a file without errors is not formatted")
        }
    }
    Corpus::Keep
});

fn packed(compiled: &Compiled) -> Option<Vec<u8>> {
    compiled.pack.as_ref().map(Pack::to_bytes)
}
