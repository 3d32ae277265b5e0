//! What a format is, and what it reads.

use crate::row::Out;

/// A piece of decoded text: a whole file, or the rest of one from some line on.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    /// Where it was found, archives included: `bundle.tar.gz/node-1/kubelet.log`.
    pub path: &'a str,
    /// Its text.
    pub text: &'a str,
    /// The number of its first line, from 1.
    pub first_line: u64,
    /// The kind and the name of what the command above described, as it was typed: `pod`, `web-0`.
    pub asked: Option<(&'a str, &'a str)>,
}

impl<'a> Document<'a> {
    /// The lines with their numbers, without line ends.
    pub fn lines(&self) -> impl Iterator<Item = (u64, &'a str)> + use<'a> {
        (self.first_line..).zip(self.text.lines())
    }
}

/// A format of whole files.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// What people call it: `pods`, `events`, `ps`.
    pub kind: &'static str,
    /// Whether this is one; the first format of the list that says so reads the file.
    pub detect: fn(&Document<'_>) -> bool,
    /// Reads all of it.
    pub read: fn(&Document<'_>, &mut dyn Out),
}

/// A format that stands in the middle of other text: a table below its header, a row pasted without
/// one, a block of `kubectl describe`.
#[derive(Clone, Copy, Debug)]
pub struct Section {
    /// What people call it.
    pub kind: &'static str,
    /// Whether one begins at the first line of this text. Asked for every line that is not a log
    /// record, so it looks at the first line before anything else.
    pub begins: fn(&Document<'_>) -> bool,
    /// Reads it and says how many lines it took. Zero: it was none, the next format may try.
    pub read: fn(&Document<'_>, &mut dyn Out) -> usize,
}

/// The beginning of a text, by which it is told what the rest is.
pub(super) fn near(text: &str) -> &str {
    text.char_indices().nth(4096).map_or(text, |(at, _)| text.split_at(at).0)
}
