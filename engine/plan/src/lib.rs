//! The contract between the compiler and the engine.
//!
//! The compiler (`etio-dsl`) writes a [`Pack`]; the engine, the scanner and ingest read it. Nothing
//! here computes a match: this crate holds the shapes, the canonical spellings of values, and the
//! one door ([`Pack::from_bytes`]) through which foreign bytes become a pack.
//!
//! Times are `i64` nanoseconds since the Unix epoch in UTC, durations `i64` nanoseconds.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod bounded;
mod canon;
mod expr;
mod fact;
mod ids;
mod pack;
mod pattern;
pub mod plain;
mod rule;
mod schema;
pub mod stream;
mod validate;
mod value;

pub use canon::{canonical, compare_versions, sandbox_of};
pub use expr::{Arith, Cmp, Expr, Func};
pub use fact::{Fact, Input, Origin, Scope};
pub use ids::{EnumId, FieldId, ParamId, RelId, SlotId, SourceId};
pub use pack::{Pack, PackError, checksum};
pub use pattern::{Extractor, Hole, HoleType, Pattern, PatternColumn, Piece, REGEX_SIZE, Spelling};
pub use rule::{
    AggOp, Atom, Body, Cond, Explains, Finding, Head, Part, Pick, Rule, Severity, Slot, SlotType,
    Source, Text, Window,
};
pub use schema::{Enum, Field, Kind, Param, Rate, Relation};
pub use value::{Type, Value};
