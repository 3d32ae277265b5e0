//! What goes into an engine: stamped inputs. Their set, cut by the host's clock, is all a program
//! sees (M1.1).

use alloc::{string::String, vec::Vec};
use serde::{Deserialize, Serialize};

use crate::{FieldId, RelId, SourceId, Value};

/// Where a fact comes from. `(source, at, part)` identifies an input: the same again is the same
/// input (M1.7).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Origin {
    /// The source.
    pub source: SourceId,
    /// The position in the source: a byte offset, or a count.
    pub at: u64,
    /// Which fact of several at one position.
    pub part: u32,
}

/// A row of an input relation.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Fact {
    /// The relation.
    pub relation: RelId,
    /// One value a field, hidden ones included; shorter is padded with absent values.
    pub values: Vec<Value>,
    /// When it happened, or when it was observed.
    pub time: i64,
    /// Where it comes from.
    pub origin: Origin,
    /// For an entity row of a first snapshot: assumed to have stood since this instant (M5.2).
    pub assumed_from: Option<i64>,
}

/// Some fields of a relation set to values: the part of it that a source covers.
pub type Scope = Vec<(FieldId, Value)>;

/// One input.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Input {
    /// An event, or an entity's row.
    Fact(Fact),
    /// An entity's row is gone; the values hold the key.
    Remove(Fact),
    /// All rows of this relation and scope that the source has at this instant. Rows of the same
    /// source, relation and scope that are left out go.
    Snapshot {
        /// The source.
        source: SourceId,
        /// The relation.
        relation: RelId,
        /// The part of the relation.
        scope: Scope,
        /// When it was taken.
        time: i64,
        /// Its rows.
        rows: Vec<Fact>,
    },
    /// From this instant the source carries the relation for the scope.
    Covered {
        /// The source.
        source: SourceId,
        /// The relation.
        relation: RelId,
        /// The part of the relation.
        scope: Scope,
        /// From when.
        from: i64,
    },
    /// The source lost what happened in between.
    Gap {
        /// The source.
        source: SourceId,
        /// The relation.
        relation: RelId,
        /// The part of the relation.
        scope: Scope,
        /// From when.
        from: i64,
        /// To when.
        to: i64,
    },
    /// After this instant the source says nothing more about the relation.
    Silent {
        /// The source.
        source: SourceId,
        /// The relation.
        relation: RelId,
        /// The part of the relation.
        scope: Scope,
        /// From when.
        from: i64,
    },
    /// Names a source and gives the resolution of its stamps in nanoseconds (M1.5, M1.6). Sources
    /// compare by name.
    Source {
        /// Its number.
        source: SourceId,
        /// Its name.
        name: String,
        /// One second for API events and syslog, one nanosecond where stamps are exact.
        resolution: i64,
    },
}
