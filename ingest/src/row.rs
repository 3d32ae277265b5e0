//! What a format makes of its text, before the bundle is settled.
//!
//! A format knows neither the pack nor the other files: it names relations and fields as the standard
//! library declares them, says "when" as far as its text does, and leaves the rest to `settle`.

use etio_plan::Value;

/// When something happened or was observed, as far as the text says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum When {
    /// At this instant.
    At(i64),
    /// This long before the collection (`5m12s`), in nanoseconds.
    Ago(i64),
    /// At this reading of a wall clock whose zone, and perhaps year, the text leaves out.
    Wall(Wall),
    /// This long after the node was booted, in nanoseconds.
    Boot(i64),
    /// The text does not say: a line has the time of the line before it, an object that of its
    /// collection.
    #[default]
    Unknown,
}

impl When {
    /// The instant, where the text says it in full.
    pub(crate) fn at(self) -> Option<i64> {
        match self {
            Self::At(at) => Some(at),
            _ => None,
        }
    }

    /// Whether it stands by itself, wherever and whenever the text was collected.
    pub(crate) fn is_stamp(self) -> bool {
        !matches!(self, Self::Unknown | Self::Ago(_))
    }
}

/// A reading of a wall clock in an unknown zone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Wall {
    /// The year, where the text has it.
    pub year: Option<i16>,
    /// From 1.
    pub month: i8,
    /// From 1.
    pub day: i8,
    /// Nanoseconds since midnight.
    pub nanos: i64,
}

/// A row of an input relation.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    /// Full path of the relation, `std.kube.Pod`.
    pub relation: &'static str,
    /// Its fields that are there. A `node` left out is settled later. A value of type time that the
    /// text gives as an age is `Value::Duration`, measured back from the collection.
    pub fields: Vec<(&'static str, Value)>,
    /// When.
    pub when: When,
    /// The line it stands on, from 1.
    pub line: u64,
    /// The text shown as evidence: the line, or a short rendering of the object.
    pub text: String,
}

/// Which log relations a line may belong to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Program {
    /// `std.node.KubeletLog`
    Kubelet,
    /// `std.node.RuntimeLog`
    Runtime,
    /// `std.node.KernelLog`
    Kernel,
    /// `std.node.SystemLog`
    System,
    /// A pasted line that does not say: offered to all of them and to `KubeEvent.message`.
    Unknown,
}

/// One record of a log.
#[derive(Clone, PartialEq, Debug)]
pub struct Record<'a> {
    /// Who wrote it.
    pub program: Program,
    /// The program's own name, where the text has it.
    pub name: Option<&'a str>,
    /// The host, where the text has it.
    pub host: Option<&'a str>,
    /// The pod whose container wrote it, `namespace/name`.
    pub pod: Option<&'a str>,
    /// info, warning, error or fatal.
    pub level: Option<&'static str>,
    /// When.
    pub when: When,
    /// What it says, without header.
    pub message: std::borrow::Cow<'a, str>,
    /// The line it starts on, from 1.
    pub line: u64,
    /// The line as its program wrote it: as it stands, or what a container runtime has wrapped.
    pub written: std::borrow::Cow<'a, str>,
    /// The line as it stands, shown as evidence.
    pub text: &'a str,
    /// The lines below it that have no header of their own: the message goes on in them, or
    /// something else was pasted behind it.
    pub more: Vec<&'a str>,
    /// Seconds east of Greenwich of the wall clock, where the line shows one moment both ways.
    pub zone: Option<i32>,
}

impl<'a> Record<'a> {
    /// A line that was pasted without saying what wrote it.
    pub(crate) fn unknown(line: u64, text: &'a str) -> Self {
        Self {
            program: Program::Unknown,
            name: None,
            host: None,
            pod: None,
            level: None,
            when: When::Unknown,
            message: text.trim().into(),
            line,
            written: text.into(),
            text,
            more: Vec::new(),
            zone: None,
        }
    }
}

/// What a format gives while it reads.
pub trait Out {
    /// A row.
    fn row(&mut self, row: Row);
    /// A log record.
    fn record(&mut self, record: Record<'_>);
    /// Whether an extractor reads a text of this relation. What is large or private is given only then.
    fn reads(&self, _relation: &str) -> bool {
        false
    }
    /// All rows of this relation with these fields, as of this moment, are in this document: what is
    /// left out does not exist. Without scope: of the whole cluster, or of the document's node.
    fn complete(&mut self, relation: &'static str, scope: Vec<(&'static str, Value)>, when: When);
    /// The node this document speaks of.
    fn node(&mut self, name: &str);
    /// Another name (hostname, FQDN, address) of a node.
    fn alias(&mut self, node: &str, other: &str);
    /// From this line on, what is named without a namespace is in this one, or in one that nobody says.
    fn namespace(&mut self, _line: u64, _name: Option<&str>) {}
    /// What follows is of another file or command: nothing before it says when it was.
    fn apart(&mut self) {}
    /// The document says when it was collected.
    fn collected_at(&mut self, time: i64);
    /// What the document says of node and times holds for all files whose paths begin like this.
    fn speaks_for(&mut self, _directory: &str) {}
    /// The node had been up for so many nanoseconds when this was collected.
    fn up_for(&mut self, _nanos: i64) {}
    /// The node was booted at this instant.
    fn booted_at(&mut self, _time: i64) {}
    /// A part of the document was read as this kind.
    fn read_as(&mut self, _kind: &'static str) {}
    /// The log of the document reaches from here to there.
    fn spans(&mut self, _from: When, _to: When) {}
    /// Something that belongs here was not collected.
    fn lacks(&mut self, _line: u64, _why: &'static str) {}
    /// A line that was not understood.
    fn unparsed(&mut self, line: u64, why: &'static str);
}

/// Whether a text ends as none does that was not broken: a quotation is open, or something is announced.
pub(crate) fn is_unfinished(text: &str) -> bool {
    let quotes = text.matches('"').count() - text.matches("\\\"").count();
    quotes % 2 == 1 || text.ends_with([':', '=', ',', '('])
}
