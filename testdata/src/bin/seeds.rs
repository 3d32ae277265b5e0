//! Writes what fuzzing of packs begins with: the contents of the packs of all cases and of the standard
//! library.

use std::collections::BTreeSet;
use std::path::Path;
use std::{fs, io};

/// What stands before the content of a pack: its magic and its hash.
const HEAD: usize = 16;

fn main() -> io::Result<()> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/pack_decode");
    fs::create_dir_all(&dir)?;
    let mut packs: BTreeSet<Vec<u8>> =
        etio_testdata::cases().iter().map(|case| case.story.pack.to_bytes()).collect();
    packs.insert(etio_stdlib::pack_bytes().to_vec());
    for (number, pack) in packs.iter().enumerate() {
        fs::write(dir.join(format!("seed-{number}")), pack.get(HEAD..).unwrap_or_default())?;
    }
    println!("{} packs in {}", packs.len(), dir.display());
    Ok(())
}
