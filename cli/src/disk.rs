//! Files that are read as text, and where they lie.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use etio_ingest::reason;

/// The text of a file.
pub(crate) fn read_text(path: &Path) -> Result<String, String> {
    let bytes = fs::read(path).map_err(|error| cannot_read(path, &error))?;
    // As an editor or a shell of Windows writes it.
    let wide = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    String::from_utf8(bytes).map_err(|_| {
        let what = if wide { "UTF-16" } else { "no text in UTF-8" };
        format!("cannot read `{}`: it is {what}; save it as UTF-8", path.display())
    })
}

pub(crate) fn cannot_read(path: &Path, error: &io::Error) -> String {
    format!("cannot read `{}`: {}", path.display(), reason(error))
}

pub(crate) fn cannot_write(path: &Path, error: &io::Error) -> String {
    format!("cannot write `{}`: {}", path.display(), reason(error))
}

/// Adds the files that a path means: itself, or in order of paths what lies below it under a name that ends so. A pipe
/// there would be waited for.
pub(crate) fn find(path: &Path, endings: &[&str], files: &mut Vec<PathBuf>) -> Result<(), String> {
    let cannot = |error: io::Error| cannot_read(path, &error);
    if !fs::metadata(path).map_err(cannot)?.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let mut entries: Vec<PathBuf> = fs::read_dir(path)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
        .map_err(cannot)?;
    entries.sort();
    let ends = |path: &Path| path.extension().is_some_and(|of| endings.iter().any(|it| of == *it));
    for entry in entries {
        if entry.is_dir() || ends(&entry) && entry.is_file() {
            find(&entry, endings, files)?;
        }
    }
    Ok(())
}
