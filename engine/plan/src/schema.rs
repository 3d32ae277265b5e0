//! What facts look like: relations, their typed fields, and what is known about collecting them.

use alloc::{string::String, vec::Vec};
use serde::{Deserialize, Serialize};

use crate::{FieldId, ParamId, Type, Value, compare_versions};

/// How a relation's rows come to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Kind {
    /// Happened at an instant; given by the host or extracted from text.
    Event,
    /// Keyed state: the newest row of a key stands until removed.
    Entity,
    /// Defined by rules; truth-maintained.
    Derived,
    /// A diagnosis per key; truth-maintained, with a life cycle.
    Finding,
}

/// A typed field of a relation.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// `T?`: may be absent.
    pub optional: bool,
    /// Part of an entity's key, or of a finding's.
    pub key: bool,
    /// What the producer means by silence; applied to a collected row that lacks the field.
    pub default: Option<Value>,
    /// A column the compiler added for a `field ~ template`; never shown.
    pub hidden: bool,
}

/// A set of typed rows.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Relation {
    /// Full path, for example `std.kube.Pod`.
    pub path: String,
    /// How its rows come to be.
    pub kind: Kind,
    /// Its fields in declaration order, hidden ones last.
    pub fields: Vec<Field>,
    /// The field that says since when an entity's row has been as it is (`since f: time?`).
    pub since: Option<FieldId>,
    /// Its producer may drop records: absence over it counts but confirms nothing by itself (M3.4).
    pub lossy: bool,
    /// How an operator collects it, shown in a finding's `needs`.
    pub collect: String,
    /// How long an event must be kept so that no condition misses it (M6.3); `None` when no rule
    /// reads the relation and for all kinds but events.
    pub retention: Option<i64>,
    /// How long superseded rows are kept for `changes` and `as of`; zero when no rule asks.
    pub history: i64,
    /// How many of its events its author expects at most, for the memory that `ruleck plan` shows; no
    /// limit.
    pub rate: Option<Rate>,
    /// The doc comment.
    pub doc: String,
}

/// So many events in a time: `rate 20 per 1m`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Rate {
    /// How many; above zero.
    pub events: u32,
    /// In how many nanoseconds; above zero.
    pub per: i64,
}

impl Rate {
    /// As many events come in so many nanoseconds.
    #[must_use]
    pub fn within(self, nanos: i64) -> u64 {
        let events = i128::from(self.events) * i128::from(nanos.max(0));
        let per = i128::from(self.per.max(1));
        u64::try_from((events + per - 1) / per).unwrap_or(u64::MAX)
    }
}

impl Relation {
    /// The last part of the path.
    #[must_use]
    pub fn name(&self) -> &str {
        self.path.rsplit('.').next().unwrap_or(&self.path)
    }

    /// A field by name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<FieldId> {
        let at = self.fields.iter().position(|field| field.name == name)?;
        u16::try_from(at).ok().map(FieldId)
    }
}

/// A closed list of names.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Enum {
    /// Full path.
    pub path: String,
    /// Its names.
    pub names: Vec<String>,
}

/// A number a site may tune: `param stall = 10m in 1m..2h`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Param {
    /// Path of the rule, then the name: `std.image.image_pull_queue_blocked.stall`.
    pub path: String,
    /// Its type.
    pub ty: Type,
    /// Its value unless a site sets another.
    pub default: Value,
    /// The least value allowed.
    pub low: Value,
    /// The greatest value allowed.
    pub high: Value,
    /// The doc comment.
    pub doc: String,
}

impl Param {
    /// Whether a value of its type is in its range. One without a range allows all.
    #[must_use]
    pub fn allows(&self, value: &Value) -> bool {
        (self.low.is_null() && self.high.is_null())
            || (at_most(&self.low, value) && at_most(value, &self.high))
    }
}

impl crate::Pack {
    /// A parameter by id.
    #[must_use]
    pub fn param(&self, id: ParamId) -> Option<&Param> {
        self.params.get(id.index())
    }
}

/// Whether a value is at most another of its type; what has no order is not.
fn at_most(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Int(a), Value::Int(b))
        | (Value::Duration(a), Value::Duration(b))
        | (Value::Time(a), Value::Time(b))
        | (Value::Bytes(a), Value::Bytes(b)) => a <= b,
        (Value::Float(a), Value::Float(b)) | (Value::Percent(a), Value::Percent(b)) => a <= b,
        (Value::Text(a), Value::Text(b)) => compare_versions(a, b).is_le(),
        _ => false,
    }
}
