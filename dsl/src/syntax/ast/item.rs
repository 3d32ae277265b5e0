//! What items have in common.

use super::{Item, Name, ParamDecl, Span};

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

    /// The name of the relation or finding that it declares.
    #[must_use]
    pub const fn declares(&self) -> Option<&Name> {
        match self {
            Self::Relation(it) => Some(&it.name),
            Self::Derive(it) => Some(&it.name),
            Self::Finding(it) => Some(&it.name),
            Self::Enum(_) | Self::Extract(_) | Self::Test(_) | Self::Site(_) => None,
        }
    }

    /// The doc comment of what it declares.
    #[must_use]
    pub fn doc(&self) -> &str {
        match self {
            Self::Relation(it) => &it.doc,
            Self::Derive(it) => &it.doc,
            Self::Finding(it) => &it.doc,
            Self::Enum(_) | Self::Extract(_) | Self::Test(_) | Self::Site(_) => "",
        }
    }

    /// The names of the fields of what it declares; of a finding, of its key.
    #[must_use]
    pub fn fields(&self) -> Vec<&Name> {
        match self {
            Self::Relation(it) => it.fields.iter().map(|field| &field.name).collect(),
            Self::Derive(it) => it.fields.iter().map(|field| &field.name).collect(),
            Self::Finding(it) => it.key.iter().collect(),
            Self::Enum(_) | Self::Extract(_) | Self::Test(_) | Self::Site(_) => Vec::new(),
        }
    }

    /// The parameters of what it declares.
    #[must_use]
    pub fn params(&self) -> &[ParamDecl] {
        match self {
            Self::Derive(it) => &it.params,
            Self::Finding(it) => &it.params,
            Self::Relation(_)
            | Self::Enum(_)
            | Self::Extract(_)
            | Self::Test(_)
            | Self::Site(_) => &[],
        }
    }
}
