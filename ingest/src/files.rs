//! Files as the command line names them: what lies there is listed, then read.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::Reader;

/// Directories nested deeper than this are not read.
const DEPTH: usize = 64;
/// What links from or to these say is of this machine at this moment, and not of what was collected.
const LIVE: [&str; 4] = ["/proc", "/sys", "/dev", "/run"];

/// Reads files, directories with all that is in them, and `-` for the standard input. `most` says how many bytes of a
/// file count, where not all do; `before` is told each file's path before it is read.
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
    most: &dyn Fn(&Path) -> Option<u64>,
    before: &mut dyn FnMut(&Path),
) -> io::Result<()> {
    for found in walk(paths)? {
        match found {
            Found::Stdin => {
                before(Path::new("-"));
                reader.add("-", io::stdin().lock());
            }
            Found::File { path, is_named } => match File::open(&path) {
                Ok(file) => {
                    before(&path);
                    let most = most(&path).unwrap_or(u64::MAX);
                    reader.add(&path.to_string_lossy(), file.take(most));
                }
                Err(error) if is_named => return Err(of(&path, &error)),
                Err(error) => reader.note(&path.to_string_lossy(), not_read(&error)),
            },
            Found::Unread(path, why) => reader.note(&path.to_string_lossy(), why),
            Found::Empty(path) => {
                reader.unread(&path.to_string_lossy(), "a directory without files".to_owned());
            }
        }
    }
    Ok(())
}

/// The files that [`read_paths`] would read, without the standard input.
///
/// # Errors
/// When a path that is named here does not exist, or is a directory that cannot be read.
pub fn find_files(paths: &[PathBuf]) -> io::Result<Vec<PathBuf>> {
    let file = |found| match found {
        Found::File { path, .. } => Some(path),
        Found::Stdin | Found::Unread(..) | Found::Empty(_) => None,
    };
    Ok(walk(paths)?.into_iter().filter_map(file).collect())
}

/// What lies at the paths, in the order in which it is read.
fn walk(paths: &[PathBuf]) -> io::Result<Vec<Found>> {
    let mut walk = Walk::default();
    for path in paths {
        if path.as_os_str() == "-" {
            walk.found.push(Found::Stdin);
        } else {
            walk.named(path).map_err(|error| of(path, &error))?;
        }
    }
    walk.follow();
    Ok(walk.found)
}

fn of(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("cannot read `{}`: {}", path.display(), reason(error)))
}

fn not_read(error: &io::Error) -> String {
    format!("not read: {}", reason(error))
}

/// Why something failed, in the system's words but without its number, to stand within a sentence.
#[must_use]
pub fn reason(error: &io::Error) -> String {
    let said = error.to_string();
    let said = said.split(" (os error ").next().unwrap_or_default();
    let mut letters = said.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// Something that lies at a path.
enum Found {
    Stdin,
    File {
        path: PathBuf,
        /// By who asks, to whom it matters if it cannot be read.
        is_named: bool,
    },
    /// What lies in a directory and is not read, and why.
    Unread(PathBuf, String),
    /// A directory without files.
    Empty(PathBuf),
}

#[derive(Default)]
struct Walk {
    found: Vec<Found>,
    /// The directories that were walked, by their only true names.
    walked: HashSet<PathBuf>,
    /// The links that were met, and how much deeper they may lead.
    links: Vec<(PathBuf, usize)>,
    /// All that is named was found.
    following: bool,
}

impl Walk {
    fn named(&mut self, path: &Path) -> io::Result<()> {
        if !fs::metadata(path)?.is_dir() {
            self.found.push(Found::File { path: path.to_owned(), is_named: true });
            return Ok(());
        }
        let (found, links) = (self.found.len(), self.links.len());
        self.directory(path, DEPTH)?;
        if self.files(found).next().is_none() && self.links.len() == links {
            self.found.push(Found::Empty(path.to_owned()));
        }
        Ok(())
    }

    /// The files that were found from this place in the list on.
    fn files(&self, from: usize) -> impl Iterator<Item = &Path> {
        self.found.iter().skip(from).filter_map(|found| match found {
            Found::File { path, .. } => Some(path.as_path()),
            Found::Stdin | Found::Unread(..) | Found::Empty(_) => None,
        })
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
            self.found.push(Found::File { path: path.to_owned(), is_named: false });
            Ok(())
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

    /// Finds what links point to that is not found in its own place.
    fn follow(&mut self) {
        self.following = true;
        let (mut seen, mut known, mut next) = (HashSet::new(), 0, 0);
        while let Some((link, depth)) = self.links.get(next).cloned() {
            next += 1;
            seen.extend(self.files(known).filter_map(|file| fs::canonicalize(file).ok()));
            known = self.found.len();
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
            self.found.push(Found::Unread(path.to_owned(), not_read(&error)));
        }
    }
}
