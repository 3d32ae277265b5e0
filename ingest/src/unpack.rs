//! Archives and compressed files, by content and nested, within limits.

use std::cell::Cell;
use std::io::{self, BufReader, Cursor, Read};
use std::rc::Rc;

/// No file inside a bundle is read further than this.
const ENTRY: u64 = 256 << 20;
/// All files of a bundle together.
const TOTAL: u64 = 8 << 30;
/// A compressed stream that grows more than this is a bomb, once it has reached [`FREE`].
const RATIO: u64 = 1000;
/// So much any stream may grow to.
const FREE: u64 = 64 << 20;
/// Archives in archives in archives.
const DEPTH: u32 = 6;
/// A zip is read from its end, so it is held in memory.
const ZIP: u64 = 1 << 30;

/// Memory that an xz stream may ask for, in KiB.
const XZ_KIB: u32 = 256 << 10;

/// What becomes of the files.
pub(crate) trait Files {
    /// A file and its content, and whether that is only its beginning.
    fn file(&mut self, path: &str, bytes: Vec<u8>, cut: bool);
    /// Something about a file that people should know.
    fn note(&mut self, path: &str, what: String);
}

/// Reads archives; keeps count of all that it read.
#[derive(Debug)]
pub(crate) struct Unpack {
    left: u64,
}

impl Unpack {
    pub(crate) fn new() -> Self {
        Self { left: TOTAL }
    }

    /// Reads a file, or the files in it.
    pub(crate) fn read(&mut self, path: &str, reader: &mut dyn Read, files: &mut dyn Files) {
        self.read_at(path, reader, 0, files);
    }

    fn layer(
        &mut self,
        path: &str,
        reader: &mut dyn Read,
        depth: u32,
        files: &mut dyn Files,
    ) -> io::Result<()> {
        if depth > DEPTH {
            files.note(path, "an archive nested too deep; unpack it first".to_owned());
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
                let mut plain = Grown { inner: plain, read, written: 0 };
                self.layer(&without(path, ".gz"), &mut plain, depth + 1, files)
            }
            Kind::Xz => {
                let plain = lzma_rust2::XzReader::new_mem_limit(input, true, XZ_KIB);
                let mut plain = Grown { inner: plain, read, written: 0 };
                self.layer(&without(path, ".xz"), &mut plain, depth + 1, files)
            }
            Kind::Tar => self.tar(path, &mut input, depth, files),
            Kind::Zip => self.zip(path, &mut input, depth, files),
            Kind::Unread(name) => {
                files.note(path, format!("{name} is not read; unpack it first"));
                Ok(())
            }
            Kind::Plain => self.plain(path, &mut input, files),
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
            let mut plain = Grown { inner: &mut entry, read, written: 0 };
            self.read_at(&name, &mut plain, depth + 1, files);
        }
        Ok(())
    }

    /// Reads a file of an archive; one that cannot be read does not keep the others from it.
    fn read_at(&mut self, path: &str, reader: &mut dyn Read, depth: u32, files: &mut dyn Files) {
        if let Err(error) = self.layer(path, reader, depth, files) {
            files.note(path, format!("not read to its end: {error}"));
        }
    }

    fn plain(
        &mut self,
        path: &str,
        reader: &mut dyn Read,
        files: &mut dyn Files,
    ) -> io::Result<()> {
        let limit = ENTRY.min(self.left);
        let mut bytes = Vec::new();
        let ended = reader.take(limit).read_to_end(&mut bytes);
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.left = self.left.saturating_sub(size);
        let more = size == limit && !reader.read(&mut [0]).is_ok_and(|count| count == 0);
        let cut = ended.is_err() || more;
        if cut {
            // Half a line would be read as another line.
            let end = memchr::memrchr(b'\n', &bytes).map_or(bytes.len(), |end| end + 1);
            bytes.truncate(end);
        }
        if more {
            let mib = limit >> 20;
            files.note(
                path,
                format!("only its first {mib} MiB are read; split it to have all of it"),
            );
        }
        files.file(path, bytes, cut);
        ended.map(|_| ())
    }
}

/// What a file is, by its first bytes.
enum Kind {
    Gzip,
    Xz,
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
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Kind::Unread("zstd"),
        [b'B', b'Z', b'h', b'1'..=b'9', ..] => Kind::Unread("bzip2"),
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
fn without(path: &str, ending: &str) -> String {
    path.strip_suffix(ending).unwrap_or(path).to_owned()
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
}

impl<R: Read> Read for Grown<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.written = self.written.saturating_add(count as u64);
        if self.written > FREE && self.written / self.read.get().max(1) > RATIO {
            return Err(io::Error::other(format!(
                "it grows more than {RATIO} times when unpacked"
            )));
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests;
