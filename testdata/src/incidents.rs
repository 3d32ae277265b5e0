//! The incidents of `examples`, as what a host tells when it has read their files.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use etio_engine::Options;
use etio_ingest::Reader;
use etio_scan::Scanner;

use crate::{Step, Story, root};

/// Every incident, by the standard library.
///
/// # Panics
/// Where an incident cannot be read, with the reason.
#[must_use]
#[expect(clippy::panic, reason = "incidents that cannot be read are a broken test")]
pub fn incidents() -> Vec<Story> {
    let scanner = Scanner::new(etio_stdlib::pack());
    let dir = root().join("../examples/incidents");
    let listed = fs::read_dir(&dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display()));
    let mut paths: Vec<_> = listed.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.is_dir());
    paths.sort();
    let read = |path: &Path| {
        let mut reader = Reader::new(&scanner, etio_ingest::Options::default());
        let read = etio_ingest::read_paths(&mut reader, &[path.into()], &|_| None, &mut |_| ());
        read.unwrap_or_else(|error| panic!("{error}"));
        let bundle = reader.finish();
        let mut steps = Vec::new();
        for input in bundle.feed {
            let Ok(()) = scanner.read::<std::convert::Infallible>(input, |input| {
                steps.push(Step::Insert(input));
                Ok(())
            });
        }
        steps.push(Step::Advance(bundle.collected_at));
        let unnamed_ambiguous = bundle.ambiguous_node;
        let options = Options { unnamed_ambiguous, ..Options::default() };
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Story { name, pack: Arc::clone(scanner.pack()), options, steps }
    };
    paths.iter().map(|path| read(path)).collect()
}
