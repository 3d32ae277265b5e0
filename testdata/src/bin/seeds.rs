//! Writes what fuzzing begins with, for each target that does not draw its input: the contents of all packs, the
//! rule files of the repository, and what its incidents have collected.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// What stands before the content of a pack: its magic and its hash.
const HEAD: usize = 16;

fn main() -> io::Result<()> {
    let mut packs: BTreeSet<Vec<u8>> =
        etio_testdata::cases().iter().map(|case| case.story.pack.to_bytes()).collect();
    packs.insert(etio_stdlib::pack_bytes().to_vec());
    let contents = packs.iter().map(|pack| pack.get(HEAD..).unwrap_or_default().to_vec());
    write("pack_decode", contents.collect())?;
    let is_rules = |path: &Path| path.extension().is_some_and(|extension| extension == "etio");
    write("rule_file", contents_of(&["dsl/tests", "stdlib-rules"], is_rules)?)?;
    write("collected", contents_of(&["examples/incidents"], |path| !is_rules(path))?)
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Puts the seeds of a target where it looks for them.
fn write(target: &str, seeds: Vec<Vec<u8>>) -> io::Result<()> {
    let dir = repository().join("fuzz/corpus").join(target);
    fs::create_dir_all(&dir)?;
    for (number, seed) in seeds.iter().enumerate() {
        fs::write(dir.join(format!("seed-{number}")), seed)?;
    }
    println!("{} seeds in {}", seeds.len(), dir.display());
    Ok(())
}

/// The contents of the files below some folders that are wanted.
fn contents_of(folders: &[&str], wanted: impl Fn(&Path) -> bool) -> io::Result<Vec<Vec<u8>>> {
    let mut folders: Vec<PathBuf> = folders.iter().map(|of| repository().join(of)).collect();
    let mut contents = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if wanted(&path) {
                contents.push(fs::read(&path)?);
            }
        }
    }
    Ok(contents)
}
