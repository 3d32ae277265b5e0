//! Reads text of any mixture, line by line: tables, pasted rows, log records of all kinds.

use std::borrow::Cow;

use crate::author::{self, Author};
use crate::command;
use crate::formats::log::{self, Banner, FileHeader, Flags, Head};
use crate::formats::{SECTIONS, format::Document};
use crate::prose::Example;
use crate::row::{Out, Program, Record, When};
use crate::stamp;
use crate::words::Words;

/// Lines without a header that one record may go on with.
const MORE: usize = 64;
/// A line longer than this is no record; what is made of one is held several times over.
const LONG: usize = 1 << 20;
/// Lines that one message may have been broken into, where nothing says where it begins.
const BROKEN: usize = 8;

/// Reads all of a document.
pub(crate) fn read(document: &Document<'_>, out: &mut dyn Out) {
    let author = Author::of(document);
    let mut walk = Walk {
        author,
        words: Words::of(document),
        pending: None,
        gap: false,
        example: Example::default(),
        asked: None,
        loose: Vec::new(),
        host: None,
        last: None,
        prefixed: false,
        flags: Flags::default(),
        out,
    };
    let mut skip = 0;
    let mut start = 0;
    for (number, line) in document.lines() {
        let at = start;
        start = end_of_line(document.text, at);
        if skip > 0 {
            skip -= 1;
            continue;
        }
        let rest = || Document {
            path: document.path,
            text: document.text.get(at..).unwrap_or_default(),
            first_line: number,
            asked: None,
        };
        skip = walk.line(number, line, &rest).saturating_sub(1);
    }
    walk.flush();
    walk.flags.finish(walk.out);
}

/// The offset of the line after the one at `at`.
fn end_of_line(text: &str, at: usize) -> usize {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    memchr::memchr(b'\n', rest).map_or(text.len(), |end| at + end + 1)
}

struct Walk<'a, 'o> {
    author: Author<'a>,
    words: Words,
    pending: Option<Pending<'a>>,
    /// The line before was blank.
    gap: bool,
    /// What the text only says that one may see.
    example: Example,
    /// The object that the last command described, to the end of what it printed.
    asked: Option<(&'a str, &'a str)>,
    /// Lines in a row that do not say what wrote them: one message or several.
    loose: Vec<(u64, &'a str)>,
    /// The host of the line before, which a line without one shares.
    host: Option<Cow<'a, str>>,
    /// The record before, which may be said to have been repeated.
    last: Option<Head<'a>>,
    /// The line before said whose it is.
    prefixed: bool,
    flags: Flags,
    out: &'o mut dyn Out,
}

/// A record that the next lines may go on with.
struct Pending<'a> {
    head: Head<'a>,
    line: u64,
    text: &'a str,
    more: Vec<&'a str>,
}

impl<'a> Walk<'a, '_> {
    /// Reads a line, or as many as a section takes.
    fn line(&mut self, number: u64, text: &'a str, rest: &dyn Fn() -> Document<'a>) -> usize {
        let line = self.unprefixed(text);
        if line.trim().is_empty() {
            self.gap = true;
            self.example.blank();
            return 1;
        }
        if line.len() > LONG && !line.trim_start().starts_with(['{', '[']) {
            self.flush();
            self.out.unparsed(number, "a line of more than 1 MiB, which no log has");
            return 1;
        }
        // A blank line ends a record, but for the one in the middle of a Go program's crash.
        let apart = std::mem::take(&mut self.gap);
        if apart {
            match &mut self.pending {
                Some(pending) if line.starts_with("goroutine ") => pending.more.push(""),
                _ => self.flush(),
            }
        }
        if let Some(banner) = log::banner(line) {
            self.flush();
            self.banner(banner);
            return 1;
        }
        if let Some(said) = log::file_header(line) {
            match said {
                _ if self.author.elsewhere => {}
                FileHeader::Created(when) => self.out.spans(when, when),
                FileHeader::Machine(name) => self.out.node(name),
                FileHeader::Other => {}
            }
            return 1;
        }
        if let Some(container) = author::fence(line) {
            self.flush();
            self.author.container = container;
            return 1;
        }
        if let Some(name) = author::headline(line) {
            self.part(Author::of_part(name, rest().text));
            return 1;
        }
        let head = log::peel(line).or_else(|| log::peel(line.trim_start()));
        if head.as_ref().is_none_or(Head::is_weak) {
            if self.author.container.is_none() && self.example.takes(line) {
                self.flush();
                return 1;
            }
            let taken = self.section(rest);
            if taken > 0 {
                return taken;
            }
        }
        match head {
            Some(head) => {
                self.example.end();
                self.record(number, text, head);
            }
            None => {
                // Below stands what somebody says, and then maybe what was asked of another object.
                if apart && line.contains(char::is_alphanumeric) {
                    self.asked = None;
                }
                self.headless(number, line);
            }
        }
        1
    }

    /// A line without what says whose it is, where something does.
    fn unprefixed(&mut self, text: &'a str) -> &'a str {
        let (container, line) =
            author::prefixed(text).map_or((None, text), |(log, line)| (Some(log), line));
        let said = container.is_some();
        if (said || self.prefixed) && container != self.author.container {
            self.flush();
            self.author.container = container;
        }
        self.prefixed = said;
        line
    }

    fn section(&mut self, rest: &dyn Fn() -> Document<'a>) -> usize {
        let document = Document { asked: self.asked, ..rest() };
        for section in SECTIONS.iter().filter(|section| (section.begins)(&document)) {
            self.flush();
            let taken = (section.read)(&document, self.out);
            if taken > 0 {
                self.out.read_as(section.kind);
                return taken;
            }
        }
        0
    }

    fn banner(&mut self, banner: Banner) {
        // A new journal may be another host's.
        self.host = None;
        if let Banner::Span(from, to) = banner {
            self.out.spans(from, to);
        }
    }

    /// Begins what was put behind the rest and is of another file or command.
    fn part(&mut self, author: Author<'a>) {
        self.flush();
        self.out.apart();
        self.author = author;
        self.example.end();
        (self.host, self.last, self.asked) = (None, None, None);
    }

    fn record(&mut self, line: u64, text: &'a str, mut head: Head<'a>) {
        if let Some(pending) = &mut self.pending
            && pending.head.partial
        {
            pending.head.message.to_mut().push_str(&head.message);
            if let (Some(written), Some(more)) = (&mut pending.head.written, &head.written) {
                written.to_mut().push_str(more);
            }
            pending.head.partial = head.partial;
            return;
        }
        self.flush();
        if let Some(message) = head.message.strip_prefix("message repeated ") {
            let inner = message.split_once(": [ ").and_then(|(_, rest)| rest.strip_suffix(']'));
            if let Some(inner) = inner {
                head.message = Cow::Owned(inner.trim_end().to_owned());
            }
        } else if head.message.starts_with("last message repeated ")
            && let Some(last) = self.last.clone()
        {
            head = Head { when: head.when, ..last };
        }
        self.pending = Some(Pending { head, line, text, more: Vec::new() });
    }

    fn headless(&mut self, number: u64, line: &'a str) {
        if self.words.quote(line) {
            self.flush();
            return;
        }
        // `date` or `timedatectl`, asked before the rest was.
        let told = line.trim().strip_prefix("Universal time: ");
        let told = told.and_then(stamp::weekday_iso).and_then(|(when, _)| when.at());
        if let Some(at) = told.or_else(|| stamp::date(line.trim())) {
            self.flush();
            self.out.collected_at(at);
            return;
        }
        if let Some(asked) = command::asked(line) {
            self.out.namespace(number, asked.namespace);
            self.asked = asked.object;
        }
        if let Some(pending) = &mut self.pending
            && pending.more.len() < MORE
        {
            pending.more.push(line);
            return;
        }
        let Some(log) = self.author.container.as_ref() else {
            if self.loose.len() == BROKEN {
                self.flush();
            }
            self.loose.push((number, line));
            return;
        };
        // What a container prints without a stamp is its own log still.
        self.out.record(Record {
            program: Program::System,
            name: Some(log.container),
            pod: log.pod.as_deref(),
            ..Record::unknown(number, line)
        });
    }

    fn flush(&mut self) {
        if let Some((&(line, text), more)) = self.loose.split_first() {
            let more = more.iter().map(|(_, text)| *text).collect();
            self.out.record(Record { more, ..Record::unknown(line, text) });
            self.loose.clear();
        }
        let Some(Pending { mut head, line, text, more }) = self.pending.take() else { return };
        if self.author.elsewhere {
            head.when = When::Unknown;
        }
        let container = self.author.container.as_ref();
        // What a machine calls itself until it knows its name.
        head.host = head.host.filter(|host| !host.starts_with("localhost"));
        let host = head.host.as_deref().or(self.host.as_deref());
        self.flags.see(host, &head.message, (head.when, line, text));
        let mut record = Record {
            program: self.author.program(&head),
            name: head.name.as_deref().or(container.map(|log| log.container)),
            host,
            pod: container.and_then(|log| log.pod.as_deref()),
            level: head.level,
            when: head.when,
            message: Cow::Borrowed(&head.message),
            line,
            written: Cow::Borrowed(head.written.as_deref().unwrap_or(text)),
            text,
            more,
            zone: head.zone,
        };
        if let Some(event) = log::event(&record) {
            event.rows(self.out);
            // What it says is said; of the log it is a record still.
            (record.message, record.written) = Default::default();
            record.more.clear();
        }
        self.out.record(record);
        if head.host.is_some() {
            self.host.clone_from(&head.host);
        }
        self.last = Some(head);
    }
}
