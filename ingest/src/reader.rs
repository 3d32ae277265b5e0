//! Reads files into a bundle.

use std::io::Read;

use etio_scan::Scanner;

use crate::bundle::{Bundle, EMPTY, InputReport, Note, UNREAD};
use crate::formats::{FORMATS, format::Document};
use crate::gather::{Gather, Gathered};
use crate::options::Options;
use crate::schema::Schema;
use crate::unpack::{Files, Part, Unpack};
use crate::{decode, settle, text, unpack};

/// Reads files, archives included, one after the other; the order does not matter.
#[derive(Debug)]
pub struct Reader<'p> {
    schema: Schema<'p>,
    options: Options,
    unpack: Unpack,
    read: Vec<Gathered>,
    unread: Vec<(String, &'static str)>,
    notes: Vec<Note>,
}

impl<'p> Reader<'p> {
    /// A reader of facts for the scanner's pack.
    #[must_use]
    pub fn new(scanner: &'p Scanner, options: Options) -> Self {
        Self {
            schema: Schema::new(scanner),
            options,
            unpack: Unpack::new(),
            read: Vec::new(),
            unread: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Reads a file, or an archive of files. What cannot be read is said in the bundle's notes.
    pub fn add(&mut self, path: &str, mut content: impl Read) {
        let (read, unread) = (&mut self.read, &mut self.unread);
        let mut sink = Sink { schema: &self.schema, read, unread, notes: &mut self.notes };
        self.unpack.read(path, &mut content, &mut sink);
    }

    /// Says something about a file that could not be given to [`Reader::add`].
    pub fn note(&mut self, path: &str, text: String) {
        self.notes.push(Note { path: path.to_owned(), text });
    }

    /// Counts an input that could not be given to [`Reader::add`] among those of the bundle, and says why.
    pub fn unread(&mut self, path: &str, why: String) {
        self.unread.push((path.to_owned(), UNREAD));
        self.note(path, why);
    }

    /// Settles what was read.
    #[must_use]
    pub fn finish(self) -> Bundle {
        let mut bundle = settle::settle(self.read, &self.schema, &self.options, self.notes);
        let unread = |(path, kind): (String, &str)| {
            let kind = kind.to_owned();
            InputReport { path, kind, lines: 0, facts: 0, unparsed: 0 }
        };
        bundle.inputs.extend(self.unread.into_iter().map(unread));
        bundle.inputs.sort_by(|a, b| a.path.cmp(&b.path));
        bundle
    }
}

struct Sink<'a, 'p> {
    schema: &'a Schema<'p>,
    read: &'a mut Vec<Gathered>,
    unread: &'a mut Vec<(String, &'static str)>,
    notes: &'a mut Vec<Note>,
}

impl Files for Sink<'_, '_> {
    fn file(&mut self, path: &str, bytes: Vec<u8>, part: Part) {
        if bytes.is_empty() {
            return self.unread.push((path.to_owned(), EMPTY));
        }
        let tears = decode::tears(&bytes);
        let Some(text) = decode::text(bytes) else {
            return self.unread(path, "it is not text".to_owned());
        };
        // What a file is called before it is compressed tells what it is.
        let name = unpack::plain_name(path);
        let before = if let Part::End(lines) = part { lines } else { 0 };
        let document = Document { path: name, text: &text, first_line: before + 1, asked: None };
        let mut gather = Gather::new(self.schema, name, &tears);
        match FORMATS.iter().find(|format| (format.detect)(&document)) {
            Some(format) => {
                gather.kind(format.kind, 1);
                (format.read)(&document, &mut gather);
            }
            None => text::read(&document, &mut gather),
        }
        let lines = memchr::memchr_iter(b'\n', text.as_bytes()).count();
        let last = usize::from(!text.is_empty() && !text.ends_with('\n'));
        let gathered = gather.finish((lines + last) as u64, part != Part::Whole);
        self.read.push(Gathered { path: path.to_owned(), ..gathered });
    }

    fn unread(&mut self, path: &str, why: String) {
        self.unread.push((path.to_owned(), UNREAD));
        self.note(path, why);
    }

    fn note(&mut self, path: &str, what: String) {
        self.notes.push(Note { path: path.to_owned(), text: what });
    }
}
