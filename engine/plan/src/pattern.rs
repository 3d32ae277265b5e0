//! What text means: spellings with typed holes, and what their captures become.

use alloc::{string::String, vec::Vec};
use serde::{Deserialize, Serialize};

use crate::{EnumId, FieldId, RelId, Value};

/// The most bytes that the automaton of a regular expression may take. What would take more is no pattern.
pub const REGEX_SIZE: usize = 10 << 20;

/// One spelling of a message.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Pattern {
    /// Literals and holes in turn, covering the whole text.
    Template(Vec<Piece>),
    /// A linear-time regular expression with named groups, searched in the text.
    Regex(String),
}

/// A piece of a template.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Piece {
    /// Text that must stand here.
    Lit(String),
    /// A hole. It takes the shortest text after which the rest can match.
    Hole(Hole),
}

/// A hole of a template.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Hole {
    /// Its name, or `None` for `{_}`, which alone may be empty.
    pub name: Option<String>,
    /// What it admits.
    pub ty: HoleType,
}

/// What a hole admits. Every type but `Text` admits no white space.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum HoleType {
    /// Anything.
    Text,
    /// One word without white space.
    Word,
    /// A decimal integer, perhaps signed.
    Int,
    /// A decimal number.
    Float,
    /// A Go duration (`3m10s`, `1.5s`, `27h14m51.4s`).
    Duration,
    /// An RFC 3339 time, also with a blank for the `T`.
    Time,
    /// A size: bytes, or with a binary or decimal suffix (`100Mi`, `16372Ki`, `4kB`).
    Bytes,
    /// A number and a percent sign, or just the number.
    Percent,
    /// An IP address.
    Ip,
    /// A version.
    Version,
    /// `namespace/name` or `name_namespace` or `name_namespace(uid)`.
    Pod,
    /// A uid: UUID, or 32 hex digits (static pods).
    Uid,
    /// 12 to 64 hex digits, perhaps with a runtime prefix.
    Cid,
    /// An image reference.
    Image,
    /// A digest.
    Digest,
    /// A node's name.
    Node,
    /// One of an enum's names.
    Enum(EnumId),
}

/// A pattern and where its captures go.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Spelling {
    /// The pattern.
    pub pattern: Pattern,
    /// Named holes or groups and the fields they fill.
    pub captures: Vec<(String, FieldId)>,
}

/// `extract E {…} from R.field {…} { spellings }`: one typed event out of one text field.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Extractor {
    /// The event made.
    pub event: RelId,
    /// The relation that carries the text.
    pub from: RelId,
    /// Its text field.
    pub field: FieldId,
    /// Fields of `from` that must equal one of these values.
    pub filters: Vec<(FieldId, Vec<Value>)>,
    /// Fields of `from` copied into fields of `event`. An absent value for a field that is not
    /// optional makes no event.
    pub copies: Vec<(FieldId, FieldId)>,
    /// Constants for fields of `event`.
    pub consts: Vec<(FieldId, Value)>,
    /// The spellings; the first that matches makes the one event.
    pub spellings: Vec<Spelling>,
}

/// Hidden columns of an input relation for one `field ~ template`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PatternColumn {
    /// The relation.
    pub relation: RelId,
    /// The text field.
    pub field: FieldId,
    /// The pattern; its captures name hidden fields.
    pub spelling: Spelling,
    /// The hidden boolean field that says whether it matched.
    pub matched: FieldId,
}
