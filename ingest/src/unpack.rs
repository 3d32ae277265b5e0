//! Archives and compressed files, by content and nested, within limits.

mod zstd;

use std::cell::Cell;
use std::io::{self, BufReader, Cursor, ErrorKind, Read};
use std::rc::Rc;

use crate::files::reason;

/// No more of a file is held than this.
const ENTRY: u64 = 256 << 20;
/// A log that is longer is read on in such steps, and so many of them.
const STEP: u64 = 64 << 20;
const STEPS: u32 = 256;
/// All that archives unpack to, together: what a large cluster's must-gather does, a minute or two to read.
/// What a file gave is kept and its text is not, so this is no bound of memory; [`ENTRY`] is.
const TOTAL: u64 = 8 << 30;
/// A log that says one thing over and over grows a hundred times when unpacked; zeros grow a thousand times.
const RATIO: u64 = 250;
/// So much may the streams of one input grow beyond that, together. More is a bomb.
const FREE: u64 = 128 << 20;
/// Archives in archives in archives.
const DEPTH: u32 = 6;
/// A zip is read from its end, so it is held in memory.
const ZIP: u64 = 1 << 30;

/// Memory that an xz stream may ask for, in KiB.
const XZ_KIB: u32 = 256 << 10;

/// How much of a file was read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Part {
    Whole,
    Beginning,
    /// What stands after so many lines.
    End(u64),
}

/// What becomes of the files.
pub(crate) trait Files {
    /// A file, and its content or that part of it.
    fn file(&mut self, path: &str, bytes: Vec<u8>, part: Part);
    /// A file of which nothing is read, and why.
    fn unread(&mut self, path: &str, why: String);
    /// Something about a file that people should know.
    fn note(&mut self, path: &str, what: String);
}

/// Reads archives; keeps count of all that it read.
#[derive(Debug)]
pub(crate) struct Unpack {
    /// What may still be unpacked.
    left: u64,
    /// How much the streams of this input may still grow beyond reason.
    free: Rc<Cell<u64>>,
    /// The files given so far, read or not.
    given: u64,
    /// So much of a file is held.
    entry: u64,
}

impl Unpack {
    pub(crate) fn new() -> Self {
        Self { left: TOTAL, free: Rc::default(), given: 0, entry: ENTRY }
    }

    /// Reads a file, or the files in it.
    pub(crate) fn read(&mut self, path: &str, reader: &mut dyn Read, files: &mut dyn Files) {
        self.free.set(FREE);
        let before = self.given;
        self.read_at(path, reader, 0, files);
        if self.given == before {
            self.unread(path, "an archive without files".to_owned(), files);
        }
    }

    fn layer(
        &mut self,
        path: &str,
        reader: &mut dyn Read,
        depth: u32,
        files: &mut dyn Files,
    ) -> io::Result<()> {
        if depth > DEPTH {
            self.unread(path, "an archive nested too deep; unpack it first".to_owned(), files);
            return Ok(());
        }
        let mut magic = Vec::with_capacity(512);
        reader.take(512).read_to_end(&mut magic)?;
        let kind = kind(&magic);
        let read = Rc::new(Cell::new(0));
        let mut input = Counted { inner: Cursor::new(magic).chain(reader), read: Rc::clone(&read) };
        match kind {
            Kind::Gzip => {
                let plain = flate2::bufread::MultiGzDecoder::new(BufReader::new(input));
                self.layer(path, &mut self.grown(plain, read), depth + 1, files)
            }
            Kind::Xz => {
                let plain = lzma_rust2::XzReader::new_mem_limit(input, true, XZ_KIB);
                self.layer(path, &mut self.grown(plain, read), depth + 1, files)
            }
            Kind::Bzip2 => {
                let plain = bzip2::bufread::MultiBzDecoder::new(BufReader::new(input));
                self.layer(path, &mut self.grown(plain, read), depth + 1, files)
            }
            Kind::Zstd => {
                let plain = zstd::Frames::new(BufReader::new(input));
                self.layer(path, &mut self.grown(plain, read), depth + 1, files)
            }
            Kind::Tar => self.tar(path, &mut input, depth, files),
            Kind::Zip => self.zip(path, &mut input, depth, files),
            Kind::Unread(name) => {
                self.unread(path, format!("{name} is not read; unpack it first"), files);
                Ok(())
            }
            Kind::Plain => self.plain(path, &mut input, depth, files),
        }
    }

    fn tar(
        &mut self,
        path: &str,
        reader: &mut dyn Read,
        depth: u32,
        files: &mut dyn Files,
    ) -> io::Result<()> {
        let mut archive = tar::Archive::new(reader);
        for entry in archive.entries()? {
            let mut entry = entry?;
            // Links are never followed: what they point to is in the archive, or none of ours.
            if !entry.header().entry_type().is_file() {
                continue;
            }
            let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            self.read_at(&inside(path, &name), &mut entry, depth + 1, files);
            self.may_go_on()?;
        }
        Ok(())
    }

    fn zip(
        &mut self,
        path: &str,
        reader: &mut dyn Read,
        depth: u32,
        files: &mut dyn Files,
    ) -> io::Result<()> {
        let mut bytes = Vec::new();
        reader.take(ZIP).read_to_end(&mut bytes)?;
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes))?;
        for index in 0..archive.len() {
            let mut entry = archive.by_index(index)?;
            if !entry.is_file() {
                continue;
            }
            let name = inside(path, &entry.name()?);
            let read = Rc::new(Cell::new(entry.compressed_size()));
            let mut plain = self.grown(&mut entry, read);
            self.read_at(&name, &mut plain, depth + 1, files);
            self.may_go_on()?;
        }
        Ok(())
    }

    /// Reads a file of an archive; one that cannot be read does not keep the others from it.
    fn read_at(&mut self, path: &str, reader: &mut dyn Read, depth: u32, files: &mut dyn Files) {
        let before = self.given;
        if let Err(error) = self.layer(path, reader, depth, files) {
            if self.given == before {
                self.unread(path, format!("not read: {}", why(&error)), files);
            } else {
                files.note(path, format!("not read to its end: {}", why(&error)));
            }
        }
    }

    fn unread(&mut self, path: &str, why: String, files: &mut dyn Files) {
        self.given += 1;
        files.unread(path, why);
    }

    fn grown<R>(&self, inner: R, read: Rc<Cell<u64>>) -> Grown<R> {
        Grown { inner, read, written: 0, beyond: 0, free: Rc::clone(&self.free) }
    }

    /// Whether the rest of an archive may be read.
    fn may_go_on(&self) -> io::Result<()> {
        if self.free.get() == 0 {
            Err(too_grown())
        } else if self.left == 0 {
            Err(too_much())
        } else {
            Ok(())
        }
    }

    fn plain(
        &mut self,
        path: &str,
        reader: &mut dyn Read,
        depth: u32,
        files: &mut dyn Files,
    ) -> io::Result<()> {
        let limit = if depth == 0 { self.entry } else { self.entry.min(self.left) };
        let mut bytes = Vec::new();
        let mut ended = reader.take(limit).read_to_end(&mut bytes).map(|_| ());
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if depth > 0 {
            self.left = self.left.saturating_sub(size);
        }
        let mut part = Part::Whole;
        let mut next = [0];
        if ended.is_ok() && size == limit && reader.read(&mut next)? > 0 {
            if limit == self.entry && is_log(&bytes) {
                bytes.extend(next);
                let mut before = 0;
                ended = self.read_on(&mut bytes, &mut before, reader, depth);
                part = Part::End(before);
            } else {
                ended = Err(if limit < self.entry { too_much() } else { too_long() });
            }
        }
        if ended.is_err() {
            // Half a line would be read as another line.
            let end = memchr::memrchr(b'\n', &bytes).map_or(bytes.len(), |end| end + 1);
            bytes.truncate(end);
            part = if part == Part::Whole { Part::Beginning } else { part };
        }
        if !bytes.is_empty() || ended.is_ok() {
            self.given += 1;
            files.file(path, bytes, part);
        }
        if ended.is_ok() && part != Part::Whole {
            let mib = self.entry >> 20;
            files.note(path, format!("of one log only the last {mib} MiB are read"));
        }
        ended
    }

    /// Reads on to the end of a log, as its newest lines tell most. No more of it is held than before; `before`
    /// counts the lines that are left out.
    fn read_on(
        &mut self,
        bytes: &mut Vec<u8>,
        before: &mut u64,
        reader: &mut dyn Read,
        depth: u32,
    ) -> io::Result<()> {
        for _ in 0..STEPS {
            let read = reader.take(STEP).read_to_end(bytes)? as u64;
            if read == 0 {
                return Ok(());
            }
            let beyond = bytes.len().saturating_sub(self.entry as usize);
            if beyond > 0 {
                let kept = bytes.get(beyond..).unwrap_or_default();
                let from = memchr::memchr(b'\n', kept).map_or(beyond, |end| beyond + end + 1);
                let out = bytes.get(..from).unwrap_or_default();
                *before += memchr::memchr_iter(b'\n', out).count() as u64;
                bytes.drain(..from);
            }
            if depth > 0 {
                self.left = self.left.saturating_sub(read);
                self.may_go_on()?;
            }
        }
        Err(too_long())
    }
}

/// Whether a text is no document that only its beginning makes sense of: no list of objects, and nothing whose first
/// bytes say how its letters are written.
fn is_log(bytes: &[u8]) -> bool {
    let text = bytes.trim_ascii_start();
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    match line {
        // One object a line is a log.
        [b'{', ..] => line.trim_ascii_end().ends_with(b"}") && line.len() < bytes.len() / 2,
        [b'[', ..] | [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => false,
        _ => !line.starts_with(b"apiVersion:") && !line.starts_with(b"---"),
    }
}

/// Why reading failed, and what to do where it is not for the system to say.
fn why(error: &io::Error) -> String {
    let said = reason(error);
    match error.kind() {
        ErrorKind::UnexpectedEof => "the archive breaks off; collect or copy it again".to_owned(),
        ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::Other => {
            format!("the archive is damaged ({said}); collect or copy it again")
        }
        _ => said,
    }
}

/// A bound of ours: what goes beyond it is sound.
fn bound(said: String) -> io::Error {
    io::Error::new(ErrorKind::FileTooLarge, said)
}

fn too_long() -> io::Error {
    let mib = ENTRY >> 20;
    bound(format!("of one file only {mib} MiB are read; split it to have all of it"))
}

fn too_much() -> io::Error {
    let gib = TOTAL >> 30;
    bound(format!("of what archives hold only {gib} GiB are read; name what you need of it"))
}

fn too_grown() -> io::Error {
    bound(format!("it grows more than {RATIO} times when unpacked"))
}

/// What a file is, by its first bytes.
enum Kind {
    Gzip,
    Xz,
    Bzip2,
    Zstd,
    Tar,
    Zip,
    /// Known, but not read.
    Unread(&'static str),
    Plain,
}

fn kind(magic: &[u8]) -> Kind {
    match magic {
        [0x1f, 0x8b, ..] => Kind::Gzip,
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Kind::Xz,
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Kind::Zip,
        // A frame, or one that is skipped in front of it.
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Kind::Zstd,
        [b'B', b'Z', b'h', b'1'..=b'9', ..] => Kind::Bzip2,
        [b'L', b'P', b'K', b'S', b'H', b'H', b'R', b'H', ..] => {
            Kind::Unread("a binary journal (export it with `journalctl --file … -o export`)")
        }
        _ if magic.get(257..262) == Some(b"ustar") => Kind::Tar,
        _ => Kind::Plain,
    }
}

/// The name of a file in an archive.
fn inside(archive: &str, name: &str) -> String {
    format!("{archive}/{}", name.trim_start_matches("./").trim_start_matches('/'))
}

/// The name of what a compressed file holds.
pub(crate) fn plain_name(path: &str) -> &str {
    let endings = [".gz", ".xz", ".bz2", ".zst"];
    endings.iter().find_map(|ending| path.strip_suffix(ending)).unwrap_or(path)
}

/// Counts what is read.
struct Counted<R> {
    inner: R,
    read: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read.set(self.read.get().saturating_add(count as u64));
        Ok(count)
    }
}

/// Stops what grows beyond reason.
struct Grown<R> {
    inner: R,
    read: Rc<Cell<u64>>,
    written: u64,
    /// How much of it was beyond reason.
    beyond: u64,
    free: Rc<Cell<u64>>,
}

impl<R: Read> Read for Grown<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.written = self.written.saturating_add(count as u64);
        let beyond = self.written.saturating_sub(self.read.get().saturating_mul(RATIO));
        if let Some(more) = beyond.checked_sub(self.beyond) {
            self.beyond = beyond;
            self.free.set(self.free.get().saturating_sub(more));
            if more > 0 && self.free.get() == 0 {
                return Err(too_grown());
            }
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests;
