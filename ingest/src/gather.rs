//! What one document gives, collected until the whole bundle is settled.

use std::collections::BTreeMap;

use etio_plan::{FieldId, Kind, RelId, Value};
use etio_scan::Text;

use crate::formats::mentioned::{Whose, identified, mentioned};
use crate::row::{Out, Program, Record, Row, When, is_unfinished};
use crate::schema::Schema;
use crate::stream::{Host, Span, Stream};
use crate::unnamed;

/// What is said of a clock without a zone.
const SET_BACK: &str =
    "its clock was set back an hour here, so that what is below stands among what is above";
/// Evidence longer than this is cut.
const TEXT: usize = 4096;

/// A row or an extracted event, its time and nodes still open.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Found {
    pub(crate) relation: RelId,
    pub(crate) values: Vec<Value>,
    pub(crate) when: When,
    /// The line, and which row of several on it.
    pub(crate) line: u64,
    pub(crate) nth: u32,
    /// Which event of several that one record tells of, from 1; 0 for a row.
    pub(crate) part: u32,
    /// The pod whose node a missing node is.
    pub(crate) pod: Option<String>,
    /// What its text says of the pod that it leaves open.
    pub(crate) whose: Option<Whose>,
    pub(crate) text: String,
    /// The latest time in an object's fields: it was seen no earlier.
    pub(crate) newest: Option<i64>,
    /// Of an object that may be deleted: whether it is.
    pub(crate) deleted: Option<bool>,
}

/// "All rows of this relation and scope are in this document."
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Complete {
    pub(crate) relation: RelId,
    pub(crate) scope: Vec<(&'static str, Value)>,
    pub(crate) when: When,
}

/// All that a document gave.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Gathered {
    pub(crate) path: String,
    /// Kinds of what was read and how often.
    pub(crate) kinds: BTreeMap<&'static str, u64>,
    pub(crate) lines: u64,
    pub(crate) unparsed: u64,
    /// What a format did not understand, or saw to be missing: where first, and why.
    pub(crate) complaints: BTreeMap<&'static str, u64>,
    pub(crate) node: Option<String>,
    pub(crate) aliases: Vec<(String, String)>,
    /// The pods that its log names with their uids.
    pub(crate) uids: BTreeMap<String, String>,
    /// Which namespace the commands in it asked for, by the line of each.
    pub(crate) namespaces: Vec<(u64, Option<String>)>,
    pub(crate) found: Vec<Found>,
    pub(crate) complete: Vec<Complete>,
    /// The logs of each host; of the one that lines do not name, under no name.
    pub(crate) hosts: BTreeMap<String, Host>,
    /// When the document says it was collected.
    pub(crate) collected_at: Option<i64>,
    /// How long the node was up then, and since when.
    pub(crate) up_for: Option<i64>,
    pub(crate) booted_at: Option<i64>,
    /// The directory for whose files the document speaks.
    pub(crate) speaks_for: Option<String>,
    /// Zones of its wall clocks that its lines show, and how often.
    pub(crate) zones: BTreeMap<i32, u64>,
    /// Stamps of what belongs to no stream.
    pub(crate) loose: Span,
}

impl Gathered {
    /// The logs of all hosts.
    pub(crate) fn streams(&self) -> impl Iterator<Item = &Stream> {
        self.hosts.values().flat_map(|host| host.streams.values())
    }

    /// How far its logs reach, and its lines that are of none.
    pub(crate) fn spans(&self) -> impl Iterator<Item = &Span> {
        self.streams().map(|stream| &stream.span).chain([&self.loose])
    }

    /// The hosts that its lines name.
    pub(crate) fn named_hosts(&self) -> impl Iterator<Item = &str> {
        self.hosts.keys().map(String::as_str).filter(|host| !host.is_empty())
    }

    /// The zone that most lines show.
    pub(crate) fn zone(&self) -> Option<i32> {
        self.zones.iter().max_by_key(|(_, count)| **count).map(|(zone, _)| *zone)
    }
}

/// A text as the value of any of these fields, and the line that shows it.
struct Offer<'a> {
    text: &'a str,
    places: &'a [(RelId, FieldId)],
    /// Nothing but the text is known.
    partial: bool,
    line: u64,
    shown: &'a str,
}

/// Collects one document.
pub(crate) struct Gather<'s, 'p, 't> {
    schema: &'s Schema<'p>,
    all: Gathered,
    /// The pod and the object of lines that may be the message of an event.
    unnamed: [String; 2],
    /// The lines at which something of the text is gone.
    tears: &'t [u64],
    /// The time of the line before.
    last: When,
    /// Of this part of the document: the first stamp of a line, and the first of what was found.
    part: (When, usize),
    /// The line that rows stand on, and how many do.
    on_line: (u64, u32),
    /// The events that this line told of, each once.
    told: (u64, Vec<RelId>),
}

/// What the files that speak for a document's directory say, the nearest first.
pub(crate) fn said_of<'g, T>(
    bundle: &'g [Gathered],
    path: &str,
    what: impl Fn(&'g Gathered) -> Option<T>,
) -> Option<T> {
    let near = bundle.iter().filter_map(|doc| {
        let directory = doc.speaks_for.as_ref().filter(|directory| path.starts_with(*directory))?;
        Some((directory.len(), what(doc)?))
    });
    // The first of several that are as near, in order of paths.
    near.reduce(|a, b| if b.0 > a.0 { b } else { a }).map(|(_, said)| said)
}

impl<'s, 'p, 't> Gather<'s, 'p, 't> {
    pub(crate) fn new(schema: &'s Schema<'p>, path: &str, tears: &'t [u64]) -> Self {
        let all = Gathered { path: path.to_owned(), ..Gathered::default() };
        Self {
            schema,
            all,
            unnamed: [unnamed::pod(path), unnamed::object(path)],
            tears,
            last: When::Unknown,
            part: (When::Unknown, 0),
            on_line: (0, 0),
            told: (0, Vec::new()),
        }
    }

    /// `cut`: its end is missing, so that nothing in it is surely all that there was.
    pub(crate) fn finish(mut self, lines: u64, cut: bool) -> Gathered {
        self.all.lines = lines;
        if cut {
            self.all.complete.clear();
        }
        self.apart();
        self.all
    }

    pub(crate) fn kind(&mut self, kind: &'static str, count: u64) {
        *self.all.kinds.entry(kind).or_default() += count;
    }

    /// Takes the first stamp of a part, which lines before it have too.
    fn begin(&mut self, when: When) {
        if !self.part.0.is_stamp() && when.is_stamp() {
            self.part.0 = when;
        }
    }

    /// How many rows already stand on the line.
    fn nth(&mut self, line: u64) -> u32 {
        self.on_line = if self.on_line.0 == line { (line, self.on_line.1 + 1) } else { (line, 0) };
        self.on_line.1
    }

    /// Offers a message to the extractors; whether one took it.
    fn offer(&mut self, record: &Record<'_>, program: Program, message: &str, when: When) -> bool {
        let (places, partial) = (self.schema.places(program), program == Program::Unknown);
        let (line, shown) = (record.line, record.text);
        self.scan(record, &Offer { text: message, places, partial, line, shown }, when)
    }

    /// Offers the lines of a record as they were written, each by itself and then all as one; whether
    /// an extractor took one.
    fn offer_lines(&mut self, record: &Record<'_>, when: When) -> bool {
        let places = self.schema.lines(record.program);
        if places.is_empty() {
            return false;
        }
        let partial = record.program == Program::Unknown;
        let offer = |text, line, shown| Offer { text, places, partial, line, shown };
        let before = self.all.found.len();
        let mut told = self.told_of(record.line).to_vec();
        self.scan(record, &offer(&record.written, record.line, record.text), when);
        for (line, text) in (record.line + 1..).zip(&record.more) {
            self.scan(record, &offer(text, line, text), when);
        }
        if !record.more.is_empty() {
            told.extend(self.all.found.iter().skip(before).map(|found| found.relation));
            self.told = (record.line, told);
            let more = record.more.iter().map(|line| line.trim());
            let joined = more.fold(record.written.to_string(), |joined, line| joined + " " + line);
            self.scan(record, &offer(&joined, record.line, record.text), when);
        }
        self.all.found.len() > before
    }

    /// The events that a line has told of.
    fn told_of(&self, line: u64) -> &[RelId] {
        if self.told.0 == line { &self.told.1 } else { &[] }
    }

    /// Scans a text of a record; whether it tells of anything.
    fn scan(&mut self, record: &Record<'_>, offer: &Offer<'_>, when: When) -> bool {
        let schema = self.schema;
        let [pod, object] = &self.unnamed;
        let row = |relation: RelId, field: FieldId| match schema.field_name(relation, field) {
            _ if offer.places.contains(&(relation, field)) => Value::from(offer.text),
            "node" => Value::from(record.host.unwrap_or(unnamed::NAME)),
            "program" => record.name.map_or(Value::Null, Value::from),
            "level" => record.level.map_or(Value::Null, Value::from),
            "message" => Value::from(record.message.as_ref()),
            "line" => Value::from(record.written.as_ref()),
            // Of an event that stands here without its object; a log knows whose container wrote it.
            "pod" if schema.is_event(relation) => {
                mentioned(offer.text).map_or_else(|| Value::from(pod.as_str()), Value::from)
            }
            "object" if schema.is_event(relation) => Value::from(object.as_str()),
            "pod" => record.pod.map_or(Value::Null, Value::from),
            _ => Value::Null,
        };
        let text =
            Text { text: offer.text, places: offer.places, row: &row, partial: offer.partial };
        let mut events = schema.scanner.extract(&text);
        // What a message and its line say alike is said once.
        events.retain(|event| !self.told_of(offer.line).contains(&event.relation));
        if events.is_empty() {
            return false;
        }
        if self.told.0 != offer.line {
            self.told = (offer.line, Vec::new());
        }
        let nth = self.nth(offer.line);
        for (part, mut event) in (1..).zip(events) {
            self.told.1.push(event.relation);
            // An extractor that reads no pod leaves it to the text, however that names it.
            let mut whose = None;
            if let Some(open) = schema.open_pod(event.relation, &mut event.values) {
                match mentioned(offer.text) {
                    Some(pod) => *open = Value::from(pod),
                    None => whose = Whose::of(offer.text),
                }
            }
            self.all.found.push(Found {
                relation: event.relation,
                whose,
                values: event.values,
                when,
                line: offer.line,
                nth,
                part,
                pod: record.pod.map(str::to_owned),
                text: cut(offer.shown),
                newest: None,
                deleted: None,
            });
        }
        true
    }

    /// Offers a message that goes on below its first line, joined or by itself.
    fn offer_wrapped(&mut self, record: &Record<'_>, when: When) {
        let message = record.message.trim_end();
        let more = || record.more.iter().map(|line| line.trim());
        let joined = more().fold(message.to_owned(), |joined, line| joined + " " + line);
        if self.offer(record, record.program, &joined, when) {
            return;
        }
        // A terminal cuts in the middle of a word, and every line but the last at its edge.
        let edge = record.text.chars().count();
        let mut full = record.more.iter().rev().skip(1).map(|line| line.chars().count());
        let folded = message.to_owned() + &record.more.concat();
        if full.all(|width| width == edge) && self.offer(record, record.program, &folded, when) {
            return;
        }
        self.offer(record, record.program, message, when);
        for (line, text) in (record.line + 1..).zip(&record.more) {
            let alone = Record::unknown(line, text);
            let alone = Record { host: record.host, pod: record.pod, ..alone };
            self.offer(&alone, Program::Unknown, text.trim(), when);
        }
    }

    /// Offers lines that do not say what wrote them: each by itself, but joined where one is
    /// unfinished, or where none means anything.
    fn offer_loose(&mut self, record: &Record<'_>, when: When) {
        let texts: Vec<&str> = std::iter::once(&record.text).chain(&record.more).copied().collect();
        let mut from = 0;
        let mut taken = 0;
        while let Some(rest) = texts.get(from..).filter(|rest| !rest.is_empty()) {
            let broken = rest.iter().take_while(|line| is_unfinished(line.trim_end())).count();
            let at = record.line + from as u64;
            let count = match rest.get(..=broken) {
                Some(lines) if broken > 0 && self.offer_joined(at, lines, when) => lines.len(),
                _ => 1,
            };
            if count > 1 {
                for (line, text) in (at..).zip(rest.iter().take(count)) {
                    self.offer_lines(&Record::unknown(line, text), when);
                }
            }
            let alone = rest.first().map(|line| Record::unknown(at, line));
            if count > 1 || alone.is_some_and(|line| self.offer_alone(&line, when)) {
                taken += count;
            }
            from += count;
        }
        if taken > 0 || texts.len() == 1 || !self.offer_joined(record.line, &texts, when) {
            self.all.unparsed += (texts.len() - taken) as u64;
        }
    }

    /// Offers lines as the one that they were before a page or a terminal broke it, which cuts in the
    /// middle of words.
    fn offer_joined(&mut self, at: u64, lines: &[&str], when: When) -> bool {
        let Some(first) = lines.first() else { return false };
        let record = Record::unknown(at, first);
        let parts: Vec<&str> = lines.iter().map(|line| line.trim()).collect();
        [" ", ""]
            .into_iter()
            .any(|between| self.offer(&record, Program::Unknown, &parts.join(between), when))
    }

    /// Offers one line: what it says, or the record that it quotes.
    fn offer_alone(&mut self, record: &Record<'_>, when: When) -> bool {
        let taken = self.offer(record, Program::Unknown, &record.message, when);
        if self.offer_lines(record, when) || taken {
            return true;
        }
        // A record of klog quoted inside something else.
        let quoted = crate::formats::log::embedded_klog(&record.message);
        if let Some(head) = quoted.and_then(crate::formats::log::peel)
            && self.offer(record, Program::Unknown, &head.message, when)
        {
            return true;
        }
        // Where a line is quoted, so are the quotes in it.
        record.message.contains("\\\"")
            && self.offer(record, Program::Unknown, &record.message.replace("\\\"", "\""), when)
    }
}

impl Out for Gather<'_, '_, '_> {
    fn row(&mut self, row: Row) {
        let nth = self.nth(row.line);
        self.begin(row.when);
        let Some(relation) = self.schema.input(row.relation) else { return };
        let pod =
            row.fields.iter().find(|(name, _)| *name == "pod").and_then(|(_, pod)| pod.as_text());
        let entity = self.schema.get(relation).is_some_and(|r| r.kind == Kind::Entity);
        let newest = row.fields.iter().filter_map(|(name, value)| match value {
            // What is being deleted is deleted at the end of its grace period.
            Value::Time(time) if *name != "deleted" => Some(*time),
            _ => None,
        });
        let newest = newest.max().filter(|_| entity);
        let may_go = self.schema.get(relation).is_some_and(|it| it.field("deleted").is_some());
        let deleted = may_go.then(|| row.fields.iter().any(|(name, _)| *name == "deleted"));
        self.all.found.push(Found {
            newest,
            deleted,
            relation,
            pod: pod.map(str::to_owned),
            whose: None,
            values: self.schema.values(relation, row.fields),
            when: row.when,
            line: row.line,
            nth,
            part: 0,
            text: cut(&row.text),
        });
    }

    fn record(&mut self, record: Record<'_>) {
        let when = if record.when.is_stamp() { record.when } else { self.last };
        self.last = when;
        self.begin(when);
        if record.program == Program::Kubelet
            && let Some((uid, pod)) = identified(&record.message)
            && !self.all.uids.contains_key(uid)
        {
            self.all.uids.insert(uid.to_owned(), pod);
        }
        if let Some(zone) = record.zone {
            *self.all.zones.entry(zone).or_default() += 1;
        }
        let kind = match record.program {
            Program::Kubelet => "kubelet log",
            Program::Runtime => "container runtime log",
            Program::Kernel => "kernel log",
            Program::System => "system log",
            Program::Unknown => "text",
        };
        self.kind(kind, 1);
        if record.program == Program::Unknown {
            self.all.loose.add(record.when);
        } else {
            let name = record.host.unwrap_or_default();
            if !self.all.hosts.contains_key(name) {
                self.all.hosts.insert(name.to_owned(), Host::default());
            }
            let tears = self.tears.partition_point(|line| *line <= record.line);
            if self.all.hosts.get(name).is_some_and(|host| host.is_set_back(&record)) {
                self.lacks(record.line, SET_BACK);
            }
            self.all.hosts.get_mut(name).into_iter().for_each(|host| host.add(&record, tears));
        }
        // What has a header is one record, even where that does not say what wrote it or when.
        let bare = record.message.trim() == record.text.trim();
        if record.program == Program::Unknown && record.when == When::Unknown && bare {
            self.kind(kind, record.more.len() as u64);
            self.offer_loose(&record, when);
        } else if !record.more.is_empty() {
            self.offer_wrapped(&record, when);
            self.offer_lines(&record, when);
        } else if record.program == Program::Unknown {
            self.offer_alone(&record, when);
        } else {
            self.offer(&record, record.program, &record.message, when);
            self.offer_lines(&record, when);
        }
    }

    fn reads(&self, relation: &str) -> bool {
        let reads = |id| !self.schema.scanner.reads(id).is_empty();
        self.schema.input(relation).is_some_and(reads)
    }

    fn complete(&mut self, relation: &'static str, scope: Vec<(&'static str, Value)>, when: When) {
        if let Some(relation) = self.schema.input(relation) {
            self.all.complete.push(Complete { relation, scope, when });
        }
    }

    fn node(&mut self, name: &str) {
        self.all.node.get_or_insert_with(|| name.to_owned());
    }

    fn alias(&mut self, node: &str, other: &str) {
        self.all.aliases.push((other.to_owned(), node.to_owned()));
    }

    fn namespace(&mut self, line: u64, name: Option<&str>) {
        self.all.namespaces.push((line, name.map(str::to_owned)));
    }

    fn apart(&mut self) {
        // Lines before the first stamp have the first stamp's time.
        let (first, from) = self.part;
        let undated = |it: &&mut Found| it.part > 0 && it.when == When::Unknown;
        let found = self.all.found.iter_mut().skip(from);
        found.filter(undated).for_each(|it| it.when = first);
        self.part = (When::Unknown, self.all.found.len());
        self.last = When::Unknown;
        self.all.hosts.values_mut().for_each(Host::apart);
    }

    fn collected_at(&mut self, time: i64) {
        self.all.collected_at = self.all.collected_at.max(Some(time));
    }

    fn speaks_for(&mut self, directory: &str) {
        self.all.speaks_for = Some(directory.to_owned());
    }

    fn up_for(&mut self, nanos: i64) {
        self.all.up_for = Some(nanos);
    }

    fn booted_at(&mut self, time: i64) {
        self.all.booted_at = Some(time);
    }

    fn read_as(&mut self, kind: &'static str) {
        self.kind(kind, 1);
    }

    fn spans(&mut self, from: When, to: When) {
        for when in [from, to] {
            self.all.loose.add(when);
        }
    }

    fn lacks(&mut self, line: u64, why: &'static str) {
        self.all.complaints.entry(why).or_insert(line);
    }

    fn unparsed(&mut self, line: u64, why: &'static str) {
        self.lacks(line, why);
        self.all.unparsed += 1;
    }
}

fn cut(text: &str) -> String {
    let text = text.trim_end();
    match text.char_indices().nth(TEXT) {
        Some((end, _)) => text.get(..end).unwrap_or(text).to_owned() + "…",
        None => text.to_owned(),
    }
}
