//! What can go wrong at the boundary.

use alloc::string::String;
use core::fmt;

/// Why an engine was not made, or an input not taken.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Error {
    /// The pack has no such relation, or hosts do not write it: rules do.
    Relation(String),
    /// Only rows of entities are removed or listed whole; this relation's happen, or rules conclude them.
    NotAnEntity(String),
    /// A value does not fit its field.
    Value {
        /// The relation's path.
        relation: String,
        /// The field's name.
        field: String,
        /// What is wrong.
        what: &'static str,
    },
    /// A source cannot have this name or resolution: it has another, or what it said has taken effect.
    Source(String),
    /// A parameter does not exist, or its value is out of range.
    Param(String),
    /// A rule of the pack is not one that the engine can run.
    Rule(String),
    /// As many inputs are held back as the limit allows: advance first.
    Full(usize),
    /// Bytes are not a snapshot that this engine can go on from.
    Snapshot(&'static str),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Relation(name) => write!(f, "no relation {name} takes facts"),
            Self::NotAnEntity(name) => {
                write!(
                    f,
                    "`{name}` is no entity, and only rows of entities are removed or listed whole"
                )
            }
            Self::Value { relation, field, what } => {
                write!(f, "the field `{field}` of `{relation}` {what}")
            }
            Self::Source(name) => write!(
                f,
                "a source cannot be named `{name}` any more; name it once, before what it says takes effect"
            ),
            Self::Param(what) | Self::Rule(what) => f.write_str(what),
            Self::Snapshot(what) => write!(f, "the snapshot cannot be restored: {what}"),
            Self::Full(limit) => {
                write!(
                    f,
                    "{limit} inputs are held back, which is the limit; advance the clock first"
                )
            }
        }
    }
}

impl core::error::Error for Error {}
