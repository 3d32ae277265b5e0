//! What a site changes.

use super::{Cond, Expr, FieldPat, Path, Span};

/// `site "name" {…}`. Several of one name add up.
#[derive(Clone, PartialEq, Debug)]
pub struct Site {
    /// Its name.
    pub name: String,
    /// What it changes; the order means nothing.
    pub changes: Vec<Change>,
    /// The whole item.
    pub span: Span,
}

/// One statement of a site.
#[derive(Clone, PartialEq, Debug)]
pub struct Change {
    /// What it does.
    pub kind: ChangeKind,
    /// `because "…"`.
    pub because: Option<String>,
    /// `until DATE`: from this instant on it counts no more, in nanoseconds since the epoch.
    pub until: Option<i64>,
    /// The whole statement.
    pub span: Span,
}

/// What a statement of a site does.
#[derive(Clone, PartialEq, Debug)]
pub enum ChangeKind {
    /// `set rule.param = value`.
    Set {
        /// The rule, then its parameter.
        param: Path,
        /// Its value.
        value: Expr,
    },
    /// `disable rule`: it is as if it were not there.
    Disable {
        /// The finding.
        rule: Path,
    },
    /// `ignore rule { key… } [when {…}]`: it holds and explains, but is not shown.
    Ignore {
        /// The finding.
        rule: Path,
        /// What its key must be; fields left out may be anything.
        fields: Vec<FieldPat>,
        /// What must hold besides.
        when: Vec<Cond>,
        /// Where both stand.
        which: Span,
    },
    /// `replace rule version "…"`: the finding of that name in this file takes its place.
    Replace {
        /// The finding that is replaced.
        rule: Path,
        /// The version that the author has seen, and where it is written.
        version: (u32, Span),
    },
}

impl ChangeKind {
    /// The word it begins with.
    #[must_use]
    pub const fn keyword(&self) -> &'static str {
        match self {
            Self::Set { .. } => "set",
            Self::Disable { .. } => "disable",
            Self::Ignore { .. } => "ignore",
            Self::Replace { .. } => "replace",
        }
    }
}
