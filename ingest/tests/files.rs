//! Files, directories and links as the command line names them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use etio_ingest::{Bundle, Options, Reader, read_paths};
use etio_scan::Scanner;

/// Reads paths; the bundle, and the files that were announced.
fn read(paths: &[&Path]) -> std::io::Result<(Bundle, Vec<PathBuf>)> {
    let pack = support::pack();
    let scanner = Scanner::new(pack.clone());
    let mut reader = Reader::new(&scanner, Options::default());
    let mut seen = Vec::new();
    let paths: Vec<PathBuf> = paths.iter().map(|path| path.to_path_buf()).collect();
    read_paths(&mut reader, &paths, &|_| None, &mut |path| seen.push(path.to_owned()))?;
    Ok((reader.finish(), seen))
}

fn names(bundle: &Bundle) -> Vec<&str> {
    bundle.inputs.iter().map(|input| input.path.rsplit('/').next().unwrap()).collect()
}

#[test]
fn a_directory_is_read_whole_and_in_order() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("b")).unwrap();
    for name in ["z.log", "b/y.log", "a.log", "empty.log"] {
        let text = if name == "empty.log" { "" } else { "said x\n" };
        fs::write(root.path().join(name), text).unwrap();
    }
    let (bundle, seen) = read(&[root.path()]).unwrap();
    assert_eq!(names(&bundle), ["a.log", "y.log", "empty.log", "z.log"]);
    assert_eq!(seen.len(), 4);
}

#[cfg(unix)]
#[test]
fn links_lead_to_what_is_read_nowhere_else() {
    use std::os::unix::fs::symlink;

    let (root, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (root, outside) = (root.path(), outside.path());
    fs::create_dir(outside.join("dir")).unwrap();
    for path in [outside.join("b.log"), outside.join("dir/c.log"), root.join("z.log")] {
        fs::write(path, "said x\n").unwrap();
    }
    symlink(outside.join("b.log"), root.join("link.log")).unwrap();
    symlink(outside.join("b.log"), root.join("same.log")).unwrap();
    symlink(outside.join("dir"), root.join("dir")).unwrap();
    symlink("z.log", root.join("a.log")).unwrap();
    let (bundle, _) = read(&[root]).unwrap();
    assert_eq!(names(&bundle), ["c.log", "link.log", "z.log"]);
    assert_eq!(bundle.notes, []);
    // Named, a link is what it points to.
    let (bundle, _) = read(&[&root.join("a.log")]).unwrap();
    assert_eq!(names(&bundle), ["a.log"]);
}

#[cfg(unix)]
#[test]
fn links_that_lead_nowhere_or_round_are_said() {
    use std::os::unix::fs::symlink;

    let root = tempfile::tempdir().unwrap();
    let below = root.path().join("below");
    fs::create_dir(&below).unwrap();
    fs::write(below.join("a.log"), "said x\n").unwrap();
    symlink("nowhere", below.join("dangling")).unwrap();
    symlink(root.path(), below.join("round")).unwrap();
    symlink(&below, below.join("itself")).unwrap();
    let (bundle, _) = read(&[&below]).unwrap();
    assert_eq!(names(&bundle), ["a.log"]);
    let said: Vec<_> =
        bundle.notes.iter().map(|note| note.path.rsplit('/').next().unwrap()).collect();
    assert_eq!(said, ["dangling", "itself", "round"]);
}

#[test]
fn directories_too_deep_are_said() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir_all(root.path().join("x/".repeat(70))).unwrap();
    fs::write(root.path().join("a.log"), "said x\n").unwrap();
    let (bundle, _) = read(&[root.path()]).unwrap();
    assert!(bundle.notes.iter().any(|note| note.text.contains("deep")), "{:?}", bundle.notes);
}

#[test]
fn a_path_that_is_not_there_is_an_error_that_names_it() {
    let error = read(&[Path::new("no/such/file.log")]).unwrap_err();
    assert!(error.to_string().contains("`no/such/file.log`"), "{error}");
}
