//! Files as the command line names them.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::Reader;

/// Directories nested deeper than this are not read.
const DEPTH: usize = 64;
/// What links from or to these say is of this machine at this moment, and not of what was collected.
const LIVE: [&str; 4] = ["/proc", "/sys", "/dev", "/run"];

/// Reads files, directories with all that is in them, and `-` for the standard input. `before` is told
/// each file's path before it is read.
///
/// What a link in a directory points to is read in its own place where that is read too, and otherwise
/// under the link's name: `/var/log/containers` holds nothing else. What cannot be read inside a
/// directory is a note.
///
/// # Errors
/// When a path that is named here cannot be read.
pub fn read_paths(
    reader: &mut Reader<'_>,
    paths: &[PathBuf],
    before: &mut dyn FnMut(&Path),
) -> io::Result<()> {
    let mut walk = Walk {
        reader,
        before,
        files: Vec::new(),
        walked: HashSet::new(),
        links: Vec::new(),
        following: false,
    };
    for path in paths {
        if path.as_os_str() == "-" {
            (walk.before)(path);
            walk.reader.add("-", io::stdin().lock());
        } else {
            walk.named(path).map_err(|error| {
                io::Error::new(error.kind(), format!("`{}`: {error}", path.display()))
            })?;
        }
    }
    walk.follow();
    Ok(())
}

struct Walk<'a, 'r, 'p> {
    reader: &'a mut Reader<'p>,
    before: &'r mut dyn FnMut(&Path),
    /// The files that were read.
    files: Vec<PathBuf>,
    /// The directories that were, by their only true names.
    walked: HashSet<PathBuf>,
    /// The links that were met, and how much deeper they may lead.
    links: Vec<(PathBuf, usize)>,
    /// All that is named was read.
    following: bool,
}

impl Walk<'_, '_, '_> {
    fn named(&mut self, path: &Path) -> io::Result<()> {
        if fs::metadata(path)?.is_dir() {
            let before = self.files.len() + self.links.len();
            self.directory(path, DEPTH)?;
            if self.files.len() + self.links.len() == before {
                self.reader.unread(&path.to_string_lossy(), "a directory without files".to_owned());
            }
            return Ok(());
        }
        self.file(path)
    }

    fn file(&mut self, path: &Path) -> io::Result<()> {
        let file = File::open(path)?;
        (self.before)(path);
        self.files.push(path.to_owned());
        self.reader.add(&path.to_string_lossy(), file);
        Ok(())
    }

    /// What lies in a directory that can be read itself; what there cannot be read is a note.
    fn directory(&mut self, directory: &Path, depth: usize) -> io::Result<()> {
        let entries = fs::read_dir(directory)?;
        self.walked.insert(fs::canonicalize(directory)?);
        let mut paths: Vec<PathBuf> =
            entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.sort();
        for path in paths {
            let visited = fs::symlink_metadata(&path).and_then(|metadata| {
                if metadata.is_symlink() {
                    self.links.push((path.clone(), depth));
                    return Ok(());
                }
                self.visit(&path, &metadata, depth)
            });
            self.excuse(&path, visited);
        }
        Ok(())
    }

    fn visit(&mut self, path: &Path, metadata: &fs::Metadata, depth: usize) -> io::Result<()> {
        if metadata.is_file() {
            self.file(path)
        } else if !metadata.is_dir() {
            Err(io::Error::other("it is a pipe, a socket or a device"))
        } else if depth == 0 {
            Err(io::Error::other(format!("it lies more than {DEPTH} directories deep")))
        } else if self.following && self.walked.contains(&fs::canonicalize(path)?) {
            Ok(())
        } else {
            self.directory(path, depth - 1)
        }
    }

    /// Reads what links point to that is not read in its own place.
    fn follow(&mut self) {
        self.following = true;
        let (mut seen, mut known, mut next) = (HashSet::new(), 0, 0);
        while let Some((link, depth)) = self.links.get(next).cloned() {
            next += 1;
            let new = self.files.get(known..).unwrap_or_default();
            seen.extend(new.iter().filter_map(|file| fs::canonicalize(file).ok()));
            known = self.files.len();
            let followed = self.followed(&link, depth, &seen);
            self.excuse(&link, followed);
        }
    }

    fn followed(&mut self, link: &Path, depth: usize, seen: &HashSet<PathBuf>) -> io::Result<()> {
        let target = fs::canonicalize(link)?;
        let place = fs::canonicalize(link.parent().unwrap_or(link))?;
        if place.starts_with(&target) {
            return Err(io::Error::other("it is a link to a directory that it lies in"));
        }
        if seen.contains(&target) {
            return Ok(());
        }
        if LIVE.iter().any(|live| target.starts_with(live) || place.starts_with(live)) {
            return Err(io::Error::other("it is a link of a system that runs"));
        }
        self.visit(link, &fs::metadata(&target)?, depth)
    }

    fn excuse(&mut self, path: &Path, result: io::Result<()>) {
        if let Err(error) = result {
            self.reader.note(&path.to_string_lossy(), format!("not read: {error}"));
        }
    }
}
