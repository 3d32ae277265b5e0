//! Files as the command line names them.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::Reader;

/// Directories nested deeper than this are a loop.
const DEPTH: usize = 64;

/// Reads files, directories with all that is in them, and `-` for the standard input. `before` is told
/// each file's path before it is read.
///
/// Links are followed where they are named. Inside a directory they are not: what one points to is read
/// in its own place, or is none of the bundle. What cannot be read inside a directory is a note.
///
/// # Errors
/// When a path that is named here cannot be read.
pub fn read_paths(
    reader: &mut Reader<'_>,
    paths: &[PathBuf],
    before: &mut dyn FnMut(&Path),
) -> io::Result<()> {
    for path in paths {
        if path.as_os_str() == "-" {
            before(path);
            reader.add("-", io::stdin().lock());
        } else {
            named(reader, path, before).map_err(|error| {
                io::Error::new(error.kind(), format!("`{}`: {error}", path.display()))
            })?;
        }
    }
    Ok(())
}

fn named(reader: &mut Reader<'_>, path: &Path, before: &mut dyn FnMut(&Path)) -> io::Result<()> {
    if fs::metadata(path)?.is_dir() {
        return walk(reader, path, DEPTH, before);
    }
    before(path);
    reader.add(&path.to_string_lossy(), File::open(path)?);
    Ok(())
}

/// What lies in a directory that can be read itself; what there cannot be read is a note.
fn walk(
    reader: &mut Reader<'_>,
    directory: &Path,
    depth: usize,
    before: &mut dyn FnMut(&Path),
) -> io::Result<()> {
    let entries = fs::read_dir(directory)?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    for path in paths {
        if let Err(error) = visit(reader, &path, depth, before) {
            unreadable(reader, &path, &error);
        }
    }
    Ok(())
}

fn visit(
    reader: &mut Reader<'_>,
    path: &Path,
    depth: usize,
    before: &mut dyn FnMut(&Path),
) -> io::Result<()> {
    let metadata = fs::symlink_metadata(path)?;
    if metadata.is_dir() && depth > 0 {
        walk(reader, path, depth - 1, before)?;
    } else if metadata.is_file() {
        before(path);
        reader.add(&path.to_string_lossy(), File::open(path)?);
    }
    Ok(())
}

fn unreadable(reader: &mut Reader<'_>, path: &Path, error: &io::Error) {
    reader.note(&path.to_string_lossy(), format!("not read: {error}"));
}
