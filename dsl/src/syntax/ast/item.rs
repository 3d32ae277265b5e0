//! What all items have.

use super::{Item, Span};

impl Item {
    /// The whole item.
    #[must_use]
    pub const fn span(&self) -> Span {
        match self {
            Self::Relation(it) => it.span,
            Self::Enum(it) => it.span,
            Self::Extract(it) => it.span,
            Self::Derive(it) => it.span,
            Self::Finding(it) => it.span,
            Self::Test(it) => it.span,
            Self::Site(it) => it.span,
        }
    }
}
