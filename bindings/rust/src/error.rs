//! What can go wrong at the boundary.

use std::fmt;

use etio_plan::PackError;

/// Why a pack, a parameter or a fact was not taken.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are not a pack.
    Pack(PackError),
    /// The pack declares no such relation, or several of this last name.
    UnknownRelation {
        /// The name given.
        name: String,
        /// Full paths of the relations it could have meant.
        candidates: Vec<String>,
    },
    /// The relation has no such field.
    UnknownField {
        /// The relation.
        relation: String,
        /// The name given.
        field: String,
        /// The fields it has.
        fields: Vec<String>,
    },
    /// The pack has no rule of this path or mode.
    UnknownRule(String),
    /// The key of a rule has no such part.
    UnknownKey {
        /// The rule's path.
        rule: String,
        /// The name given.
        name: String,
        /// The parts it has.
        parts: Vec<String>,
    },
    /// The pack has no parameter of this name.
    UnknownParam(String),
    /// A value is not of the type of its field or parameter.
    WrongType {
        /// The path of the field or parameter.
        place: String,
        /// Its type.
        expected: String,
        /// What was given.
        found: String,
    },
    /// A field that must be there is not.
    MissingField {
        /// The relation.
        relation: String,
        /// The field.
        field: String,
    },
    /// A row as JSON is not an object.
    NotAnObject,
    /// The engine refused the program, a parameter or an input.
    Engine(etio_engine::Error),
}

/// What was given, as far as a message has room for it.
pub(crate) struct Given<'t>(pub(crate) &'t str);

impl fmt::Display for Given<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.char_indices().nth(60) {
            Some((end, _)) => write!(f, "`{}…`", self.0.get(..end).unwrap_or_default()),
            None => write!(f, "`{}`", self.0),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pack(error) => error.fmt(f),
            Self::UnknownRelation { name, candidates } if candidates.is_empty() => {
                write!(f, "the pack has no relation {}", Given(name))
            }
            Self::UnknownRelation { name, candidates } => {
                write!(f, "`{name}` could be {}: give its full path", candidates.join(" or "))
            }
            Self::UnknownField { relation, field, fields } => {
                write!(
                    f,
                    "`{relation}` has no field {}; it has {}",
                    Given(field),
                    fields.join(", ")
                )
            }
            Self::UnknownRule(name) => write!(f, "the pack has no rule {}", Given(name)),
            Self::UnknownKey { rule, name, parts } => {
                write!(f, "the key of `{rule}` has no {}; it has {}", Given(name), parts.join(", "))
            }
            Self::UnknownParam(path) => write!(f, "the pack has no parameter {}", Given(path)),
            Self::WrongType { place, expected, found } => {
                write!(f, "`{place}` is of type {expected}, which {found} is not")
            }
            Self::MissingField { relation, field } => {
                write!(f, "a row of `{relation}` needs its field `{field}`")
            }
            Self::NotAnObject => {
                f.write_str("a row must be a JSON object of field names and values")
            }
            Self::Engine(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Pack(error) => Some(error),
            Self::Engine(error) => Some(error),
            _ => None,
        }
    }
}

impl From<PackError> for Error {
    fn from(error: PackError) -> Self {
        Self::Pack(error)
    }
}

impl From<etio_engine::Error> for Error {
    fn from(error: etio_engine::Error) -> Self {
        Self::Engine(error)
    }
}
