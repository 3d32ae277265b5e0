//! The inputs of a watch: files that change, and a standard input that goes on.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use etio_ingest::find_files;

/// As much of the standard input is kept. A log has most to say of what came last.
const KEPT: usize = 64 << 20;
/// A longer line is none.
const LONG: u64 = 1 << 20;
/// Pieces of the standard input that may wait to be taken, and how long one is.
const WAITING: usize = 64;
const PIECE: usize = 64 << 10;

/// What is watched, and how it was when it was looked at.
pub(super) struct Sources {
    paths: Vec<PathBuf>,
    stream: Option<Stream>,
    /// The files; nothing before the first look.
    seen: Option<BTreeMap<PathBuf, Seen>>,
}

/// A file when it was looked at.
#[derive(Clone, Copy, PartialEq)]
struct Seen {
    length: u64,
    /// When it was written last.
    written: Option<SystemTime>,
    /// As much of it counts: the last line may still be written.
    come: u64,
}

impl Sources {
    pub(super) fn of(paths: &[PathBuf]) -> Self {
        let (streams, paths): (Vec<_>, Vec<_>) =
            paths.iter().cloned().partition(|path| path.as_os_str() == "-");
        let mut stream = (!streams.is_empty()).then(Stream::of_stdin);
        // Without anything else there is nothing to tell before it begins.
        stream.iter_mut().filter(|_| paths.is_empty()).for_each(Stream::wait);
        Self { paths, stream, seen: None }
    }

    /// The files and directories.
    pub(super) fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    /// What has come of the standard input, where that is among the inputs.
    pub(super) fn stream(&self) -> Option<&[u8]> {
        self.stream
            .as_ref()
            .map(|stream| if stream.ended { &stream.come } else { whole(&stream.come) })
    }

    /// How much of a file has come, as of the last look. What the kernel makes up says no length.
    pub(super) fn come_of(&self, path: &Path) -> Option<u64> {
        let seen = self.seen.as_ref()?.get(path)?;
        (seen.length > 0).then_some(seen.come)
    }

    /// Looks at them, and says whether anything is another than at the last look.
    pub(super) fn look(&mut self) -> bool {
        let before = self.seen.take();
        let see = |path: PathBuf| {
            let metadata = fs::metadata(&path).ok()?;
            let (length, written) = (metadata.len(), metadata.modified().ok());
            let come = before.as_ref().and_then(|before| match before.get(&path) {
                // Who writes a line does not pause in it.
                Some(seen) if (seen.length, seen.written) == (length, written) => None,
                seen => end_of_lines(File::open(&path).ok()?, seen.map_or(0, |it| it.come), length),
            });
            Some((path, Seen { length, written, come: come.unwrap_or(length) }))
        };
        // What is away is another thing than what was there.
        let files = find_files(&self.paths).unwrap_or_default();
        let now: BTreeMap<PathBuf, Seen> = files.into_iter().filter_map(see).collect();
        let come = self.stream.as_mut().is_some_and(Stream::take);
        let changed = before.as_ref() != Some(&now);
        self.seen = Some(now);
        changed || come
    }

    /// Lets time pass before the next look: not longer than something can come.
    pub(super) fn rest(&mut self, pause: Duration) {
        match &mut self.stream {
            Some(stream) if self.paths.is_empty() => stream.rest(pause),
            _ => thread::sleep(pause),
        }
    }

    /// Whether nothing more can come.
    pub(super) fn have_ended(&self) -> bool {
        self.paths.is_empty() && self.stream.as_ref().is_some_and(|stream| stream.ended)
    }
}

/// The standard input, read beside.
struct Stream {
    pieces: Receiver<Vec<u8>>,
    come: Vec<u8>,
    /// Whether something has come that was not looked at.
    is_new: bool,
    ended: bool,
}

impl Stream {
    fn of_stdin() -> Self {
        let (to, pieces) = sync_channel(WAITING);
        thread::spawn(move || {
            let mut piece = vec![0; PIECE];
            let mut input = io::stdin().lock();
            while let Ok(length @ 1..) = input.read(&mut piece)
                && let Some(read) = piece.get(..length)
                && to.send(read.to_vec()).is_ok()
            {}
        });
        Self { pieces, come: Vec::new(), is_new: false, ended: false }
    }

    /// Waits until it begins or ends.
    fn wait(&mut self) {
        if let Ok(piece) = self.pieces.recv() {
            self.keep(&piece);
        }
    }

    /// Waits so long, or until it ends.
    fn rest(&mut self, pause: Duration) {
        let begun = Instant::now();
        let left = || pause.saturating_sub(begun.elapsed());
        while let Ok(piece) = self.pieces.recv_timeout(left()) {
            self.keep(&piece);
        }
    }

    fn keep(&mut self, piece: &[u8]) {
        self.come.extend_from_slice(piece);
        forget(&mut self.come, KEPT);
        self.is_new = true;
    }

    /// Takes what has come since, and says whether something has.
    fn take(&mut self) -> bool {
        loop {
            match self.pieces.try_recv() {
                Ok(piece) => self.keep(&piece),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => {
                    self.is_new |= !self.ended && whole(&self.come).len() < self.come.len();
                    self.ended = true;
                    break;
                }
            }
        }
        mem::take(&mut self.is_new)
    }
}

/// The lines of a text that are whole: the last may still be written.
fn whole(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
    text.get(..end).unwrap_or_default()
}

/// Where the last whole line of a file ends that has grown by lines so far; nothing where it has none, or is
/// written in another way.
fn end_of_lines(mut file: impl Read + Seek, before: u64, length: u64) -> Option<u64> {
    let start = before.saturating_sub(1).max(length.saturating_sub(LONG));
    let mut new = Vec::new();
    if let Some(last) = before.checked_sub(1) {
        file.seek(SeekFrom::Start(last)).ok()?;
        (&mut file).take(1).read_to_end(&mut new).ok()?;
        (new.pop() == Some(b'\n')).then_some(())?;
    }
    file.seek(SeekFrom::Start(start)).ok()?;
    file.take(length.saturating_sub(start)).read_to_end(&mut new).ok()?;
    let whole = whole(&new).len() as u64;
    (whole > 0 || start == 0).then_some(start + whole)
}

/// Drops the first half of a text that is longer than this, up to the end of a line.
fn forget(text: &mut Vec<u8>, most: usize) {
    if text.len() <= most {
        return;
    }
    let half = text.len() - most / 2;
    let rest = text.get(half..).unwrap_or_default();
    let end = rest.iter().position(|b| *b == b'\n').map_or(0, |at| at + 1);
    text.drain(..half + end);
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::{LONG, end_of_lines, forget, whole};

    #[test]
    fn a_line_that_is_being_written_is_none_yet() {
        for (come, lines) in
            [("one\ntw", "one\n"), ("one\ntwo\n", "one\ntwo\n"), ("on", ""), ("", "")]
        {
            assert_eq!(whole(come.as_bytes()), lines.as_bytes());
        }
    }

    #[test]
    fn a_file_that_grows_by_lines_counts_as_far_as_they_are_whole() {
        for (before, text, come) in [
            (4, "one\ntwo\nthr", Some(8)),
            (4, "one\ntw", Some(4)),
            (4, "one\ntwo\n", Some(8)),
            (0, "one\ntw", Some(4)),
            (0, "on", Some(0)),
            // It did not end with a line, or was written anew.
            (3, "{ }\n{ }", None),
        ] {
            let file = Cursor::new(text);
            assert_eq!(end_of_lines(file, before, text.len() as u64), come, "{text}");
        }
        let long = "a".repeat(2 * LONG as usize);
        assert_eq!(end_of_lines(Cursor::new(&long), 0, 2 * LONG), None);
    }

    #[test]
    fn what_is_forgotten_ends_with_a_line() {
        let mut text = b"one\ntwo\nthree\nfour\n".to_vec();
        forget(&mut text, 19);
        assert_eq!(text, b"one\ntwo\nthree\nfour\n");
        forget(&mut text, 16);
        assert_eq!(text, b"four\n");
    }
}
