//! What a bundle has become: inputs for an engine, and the text behind them.

use std::collections::BTreeMap;

use etio_plan::{Input, Origin, SourceId};

/// The kind of what could not be read; a note says why.
pub const UNREAD: &str = "unread";
/// The kind of what has nothing in it.
pub const EMPTY: &str = "empty";

/// What was made of one file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InputReport {
    /// Where it was found; a file of an archive has the archive's path before its own.
    pub path: String,
    /// What it is: `kubelet log`, `events`, `pods`, `mixed text`, or [`UNREAD`] or [`EMPTY`].
    pub kind: String,
    /// Its lines.
    pub lines: u64,
    /// The facts made of it.
    pub facts: u64,
    /// Lines that were not understood.
    pub unparsed: u64,
}

/// Something about a file that people should know.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Note {
    /// The file.
    pub path: String,
    /// What there is to know.
    pub text: String,
}

/// The text behind a fact.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place<'a> {
    /// The file.
    pub path: &'a str,
    /// The line, from 1.
    pub line: u64,
    /// What stands there.
    pub text: &'a str,
}

/// What says when a bundle was collected.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dated {
    /// Nothing: it is a day that the host gave.
    Not,
    /// The newest time in it: it may have been later.
    ByNewest,
    /// The host, or a file that speaks of it.
    Told,
    /// The host's clock: all objects in it are being deleted, as only those are that somebody picked out because they
    /// stay, and nothing says how long they had by then.
    Now,
}

/// A settled bundle.
#[derive(Clone, PartialEq, Debug)]
pub struct Bundle {
    /// One report a file, in order of paths.
    pub inputs: Vec<InputReport>,
    /// What to give to an engine. Text fields of its rows are not yet scanned.
    pub feed: Vec<Input>,
    /// When the bundle was collected: where to advance an engine to.
    pub collected_at: i64,
    /// What says so.
    pub dated: Dated,
    /// The first time in the bundle.
    pub start: i64,
    /// Some facts name no node where several are known, so that a finding that joins them may join
    /// two nodes.
    pub ambiguous_node: bool,
    /// What people should know, in order of paths.
    pub notes: Vec<Note>,
    pub(crate) paths: Vec<String>,
    pub(crate) evidence: BTreeMap<(SourceId, u64), Evidence>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Evidence {
    pub(crate) line: u64,
    pub(crate) text: String,
}

impl Bundle {
    /// Whether nothing at all could be read, so that to find nothing in it means nothing.
    #[must_use]
    pub fn is_unread(&self) -> bool {
        self.inputs.iter().all(|input| [UNREAD, EMPTY].contains(&&*input.kind))
    }

    /// The text behind a fact of the feed, or behind one that was extracted from it.
    #[must_use]
    pub fn locate(&self, origin: Origin) -> Option<Place<'_>> {
        let evidence = self.evidence.get(&(origin.source, origin.at))?;
        let path = self.paths.get(origin.source.index())?;
        Some(Place { path, line: evidence.line, text: &evidence.text })
    }
}
