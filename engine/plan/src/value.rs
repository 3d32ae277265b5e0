//! Types and values as they cross a boundary. Inside the engine a value is one word.

use alloc::{boxed::Box, string::String, vec::Vec};
use serde::Serialize;

use crate::EnumId;

/// The type of a field, a variable or an expression.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
pub enum Type {
    /// `true` or `false`.
    Bool,
    /// A signed 64-bit integer.
    Int,
    /// A finite 64-bit float; never summed.
    Float,
    /// Any text.
    Text,
    /// A span of time in nanoseconds.
    Duration,
    /// An instant in nanoseconds since the Unix epoch.
    Time,
    /// A size in bytes.
    Bytes,
    /// Percent points, `85%` is `85.0`.
    Percent,
    /// An IPv4 or IPv6 address, as text.
    Ip,
    /// A version, compared by its numbers (`v1.13.5-aliyun.1`).
    Version,
    /// A node's name.
    Node,
    /// A pod as `namespace/name`.
    Pod,
    /// An API object's uid.
    Uid,
    /// A container or sandbox id, equal on its first 12 hex digits.
    Cid,
    /// An image reference with registry and tag filled in.
    Image,
    /// A content digest (`sha256:…`).
    Digest,
    /// One name out of a closed list.
    Enum(EnumId),
    /// A list.
    List(Box<Type>),
    /// A map from text.
    Map(Box<Type>),
}

impl Type {
    /// Ids are not text: two different ones never join.
    #[must_use]
    pub const fn is_id(&self) -> bool {
        matches!(self, Self::Node | Self::Pod | Self::Uid | Self::Cid | Self::Image | Self::Digest)
    }

    /// Whether values of this type are held as [`Value::Text`].
    #[must_use]
    pub const fn is_textual(&self) -> bool {
        matches!(self, Self::Text | Self::Ip | Self::Version | Self::Enum(_)) || self.is_id()
    }

    /// Whether `<` and `>` make sense.
    #[must_use]
    pub const fn is_ordered(&self) -> bool {
        matches!(
            self,
            Self::Int
                | Self::Float
                | Self::Duration
                | Self::Time
                | Self::Bytes
                | Self::Percent
                | Self::Version
        )
    }
}

/// A value at a boundary. [`Value::Null`] is an absent optional field.
///
/// Every textual type (ids, enums, versions, addresses) is [`Value::Text`] in its canonical
/// spelling, see [`canonical`](crate::canonical).
#[derive(Clone, PartialEq, Debug, Serialize)]
pub enum Value {
    /// Absent.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A finite float, never `-0`.
    Float(f64),
    /// Text of any textual type.
    Text(String),
    /// Nanoseconds.
    Duration(i64),
    /// Nanoseconds since the Unix epoch.
    Time(i64),
    /// A size in bytes.
    Bytes(i64),
    /// Percent points.
    Percent(f64),
    /// A list.
    List(Vec<Value>),
    /// A map from text, in key order.
    Map(Vec<(String, Value)>),
}

impl Value {
    /// Whether the value is absent.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The text of a textual value.
    #[must_use]
    pub const fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text.as_str()),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
