//! Files, directories and links as the command line names them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use etio_ingest::{Bundle, Options, Reader, read_paths};

/// Reads paths; the bundle, and the files that were announced.
fn read(paths: &[&Path]) -> std::io::Result<(Bundle, Vec<PathBuf>)> {
    let pack = support::pack();
    let mut reader = Reader::new(&pack, Options::default());
    let mut seen = Vec::new();
    let paths: Vec<PathBuf> = paths.iter().map(|path| path.to_path_buf()).collect();
    read_paths(&mut reader, &paths, &mut |path| seen.push(path.to_owned()))?;
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
    assert_eq!(names(&bundle), ["a.log", "y.log", "z.log"]);
    assert_eq!(seen.len(), 4);
}

#[cfg(unix)]
#[test]
fn links_inside_a_directory_are_not_followed() {
    let root = tempfile::tempdir().unwrap();
    let outside = tempfile::NamedTempFile::new().unwrap();
    fs::write(outside.path(), "said x\n").unwrap();
    std::os::unix::fs::symlink(outside.path(), root.path().join("link.log")).unwrap();
    std::os::unix::fs::symlink(root.path(), root.path().join("loop")).unwrap();
    fs::write(root.path().join("a.log"), "said x\n").unwrap();
    let (bundle, _) = read(&[root.path()]).unwrap();
    assert_eq!(names(&bundle), ["a.log"]);
    // Named, a link is what it points to.
    let (bundle, _) = read(&[&root.path().join("link.log")]).unwrap();
    assert_eq!(names(&bundle), ["link.log"]);
}

#[test]
fn a_path_that_is_not_there_is_an_error_that_names_it() {
    let error = read(&[Path::new("no/such/file.log")]).unwrap_err();
    assert!(error.to_string().contains("`no/such/file.log`"), "{error}");
}
