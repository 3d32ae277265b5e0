//! The rule files an editor has open, those beside them on disk, and what is compiled together.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use etio_dsl::SourceFile;
use lsp_types::TextDocumentContentChangeEvent;

use super::program::Program;
use super::uri;
use crate::program::find_rules;
use crate::ruleck::args::Files;
use crate::ruleck::position::Encoding;

/// What there is to check.
pub(super) struct Workspace {
    no_stdlib: bool,
    at: Option<i64>,
    encoding: Encoding,
    /// Paths whose files belong together: a folder of the editor each, or all that the command names.
    folders: Vec<Vec<PathBuf>>,
    /// The rule files of the folders as they are on disk.
    disk: BTreeMap<PathBuf, String>,
    /// What the editor has open, by URI.
    open: BTreeMap<String, Document>,
    programs: BTreeMap<Group, Program>,
}

/// A file that is open.
struct Document {
    text: String,
    version: i32,
}

/// Files that are compiled together.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Group {
    /// Those of a folder.
    Folder(usize),
    /// A file that lies in none, by its URI.
    Alone(String),
}

impl Workspace {
    /// `folders`: those of the editor, which count where the command names no paths.
    pub(super) fn new(files: &Files, folders: Vec<PathBuf>, encoding: Encoding) -> Self {
        let folders = match files.paths.is_empty() {
            true => folders.into_iter().map(|folder| vec![folder]).collect(),
            false => vec![files.paths.iter().map(|path| absolute(path)).collect()],
        };
        let (no_stdlib, at) = (files.no_stdlib, files.at);
        let mut new = Self {
            no_stdlib,
            at,
            encoding,
            folders,
            disk: BTreeMap::new(),
            open: BTreeMap::new(),
            programs: BTreeMap::new(),
        };
        new.read_disk();
        new
    }

    pub(super) fn open(&mut self, uri: String, text: String, version: i32) {
        self.open.insert(uri.clone(), Document { text, version });
        self.read_disk();
        self.changed(&uri);
    }

    pub(super) fn change(
        &mut self,
        uri: &str,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
    ) {
        let encoding = self.encoding;
        let Some(document) = self.open.get_mut(uri) else { return };
        document.version = version;
        for change in changes {
            let Some(range) = change.range else {
                document.text = change.text;
                continue;
            };
            let start = encoding.offset(&document.text, range.start);
            let end = encoding.offset(&document.text, range.end).max(start);
            document.text.replace_range(start..end, &change.text);
        }
        self.changed(uri);
    }

    /// From now on the file is what it is on disk.
    pub(super) fn close(&mut self, uri: &str) {
        self.open.remove(uri);
        self.changed(uri);
        self.programs.remove(&Group::Alone(uri.to_owned()));
        self.read_disk();
    }

    /// Looks which rule files there are on disk, and what they say.
    pub(super) fn read_disk(&mut self) {
        let mut paths = Vec::new();
        for path in self.folders.iter().flatten() {
            // A directory that cannot be read has no rules for us; the others do.
            let _ = find_rules(path, &mut paths);
        }
        let read = |path: PathBuf| Some((path.clone(), fs::read_to_string(path).ok()?));
        let disk = paths.into_iter().filter_map(read).collect();
        if self.disk != disk {
            self.disk = disk;
            self.programs.retain(|group, _| matches!(group, Group::Alone(_)));
        }
    }

    /// Other folders than before.
    pub(super) fn change_folders(&mut self, added: Vec<PathBuf>, removed: &[PathBuf]) {
        self.folders.retain(|paths| !paths.iter().all(|path| removed.contains(path)));
        self.folders.extend(added.into_iter().map(|folder| vec![folder]));
        self.programs.clear();
        self.read_disk();
    }

    fn changed(&mut self, uri: &str) {
        self.programs.remove(&self.group(uri));
    }

    /// The innermost folder a file lies in.
    fn group(&self, uri: &str) -> Group {
        let depth = |path: &PathBuf| path.components().count();
        uri::to_path(uri)
            .and_then(|path| {
                let holds = |folder: &&PathBuf| path.starts_with(folder);
                let folders = self.folders.iter().enumerate().filter_map(|(at, paths)| {
                    Some((paths.iter().filter(holds).map(depth).max()?, at))
                });
                folders.max_by_key(|(depth, _)| *depth)
            })
            .map_or_else(|| Group::Alone(uri.to_owned()), |(_, at)| Group::Folder(at))
    }

    /// Compiles what has changed.
    pub(super) fn compile(&mut self) {
        let mut groups: BTreeMap<Group, BTreeMap<String, SourceFile>> = BTreeMap::new();
        let on_disk = self.disk.iter().map(|(path, text)| (uri::of_path(path), text));
        let opened = self.open.iter().map(|(uri, document)| (uri.clone(), &document.text));
        let mut files: BTreeMap<String, (String, &String)> = BTreeMap::new();
        for (uri, text) in on_disk.chain(opened) {
            // One file has one name here, however an editor spells it.
            let name = uri::to_path(&uri).map_or_else(|| uri.clone(), |path| uri::of_path(&path));
            files.insert(name, (uri, text));
        }
        for (uri, text) in files.into_values() {
            let group = self.group(&uri);
            if !self.programs.contains_key(&group) {
                let path = uri::to_path(&uri);
                let shown = path.map_or_else(|| uri.clone(), |path| path.display().to_string());
                groups.entry(group).or_default().insert(uri, SourceFile::new(shown, text.as_str()));
            }
        }
        for (group, files) in groups {
            self.programs
                .insert(group, Program::compile(files, self.no_stdlib, self.at, self.encoding));
        }
    }

    /// The program of a file, and the file in it. [`Self::compile`] must have run.
    pub(super) fn program(&self, uri: &str) -> Option<(&Program, usize)> {
        let program = self.programs.get(&self.group(uri))?;
        Some((program, program.file(uri)?))
    }

    pub(super) fn programs(&self) -> impl Iterator<Item = &Program> {
        self.programs.values()
    }

    /// The version of a file that is open.
    pub(super) fn version(&self, uri: &str) -> Option<i32> {
        self.open.get(uri).map(|document| document.version)
    }
}

/// As an editor would write it; links are followed only where `..` leaves no other way.
fn absolute(path: &Path) -> PathBuf {
    let found = match path.components().any(|part| part == Component::ParentDir) {
        true => fs::canonicalize(path),
        false => std::path::absolute(path),
    };
    found.unwrap_or_else(|_| path.to_owned())
}
