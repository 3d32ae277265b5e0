//! Any bytes as a collected file: it is read to its end, gives the same however it comes in pieces, and every
//! fact of it says where it stands.
#![no_main]

use std::{io::Read, sync::LazyLock};

use etio_ingest::{Bundle, Options, Reader};
use etio_scan::Scanner;
use libfuzzer_sys::fuzz_target;

static SCANNER: LazyLock<Scanner> = LazyLock::new(|| Scanner::new(etio_stdlib::pack()));

/// Gives a few bytes at a time, as a pipe may.
struct Pieces<'a>(&'a [u8]);

impl Read for Pieces<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let few = into.len().min(7);
        self.0.read(&mut into[..few])
    }
}

fuzz_target!(|bytes: &[u8]| {
    let whole = bundle(bytes);
    assert_eq!(whole, bundle(Pieces(bytes)));
    for fact in whole.facts() {
        assert!(whole.locate(fact.origin).is_some(), "{fact:?}");
    }
});

fn bundle(content: impl Read) -> Bundle {
    let mut reader = Reader::new(&SCANNER, Options::default());
    reader.add("collected", content);
    reader.finish()
}
