//! Sites: what is set, disabled, ignored and replaced in rules that somebody else wrote.
//!
//! [`read`] resolves every statement and refuses those that contradict each other; what they say does
//! not depend on the order of files or statements. A replacement has taken its rule's name already
//! ([`crate::resolve::Replaced`]); an ignore becomes a guarded text of its finding
//! ([`crate::lower`]); [`apply`] sets and disables, once all rules are lowered.

mod apply;
mod read;

use etio_plan::{RelId, Value};

use crate::syntax::ast::{Change, Name, Span};
use crate::table::IndexMap;

pub(crate) use apply::{Applied, apply};
pub(crate) use read::read;

/// A statement of a site, and what came of it.
#[derive(Clone, PartialEq, Debug)]
pub struct SiteChange {
    /// The site's name.
    pub site: String,
    /// The path of the finding, or of the parameter that is set.
    pub target: String,
    /// What it does.
    pub effect: SiteEffect,
    /// The reason given; empty where none was.
    pub because: String,
    /// From when on it counts no more, in nanoseconds since the epoch.
    pub until: Option<i64>,
    /// That has come, so it has done nothing.
    pub expired: bool,
    /// Index of the file.
    pub file: usize,
    /// Where.
    pub span: Span,
}

/// What a statement of a site does.
#[derive(Clone, PartialEq, Debug)]
pub enum SiteEffect {
    /// The parameter has another value.
    Set {
        /// The value of its rule.
        was: Value,
        /// The value of the site.
        value: Value,
    },
    /// The finding is gone.
    Disable,
    /// The finding is not shown in some cases.
    Ignore {
        /// The cases, as written; empty for all.
        which: String,
    },
    /// The finding stands in the place of another.
    Replace {
        /// The path of the other.
        replaced: String,
    },
}

/// The statements of all sites, resolved.
#[derive(Default)]
pub(crate) struct Sites<'a> {
    statements: Vec<Statement<'a>>,
    /// What is ignored of each finding, by what is said, so that no order shows.
    ignores: IndexMap<RelId, Vec<Ignored<'a>>>,
}

/// A statement whose target is known.
struct Statement<'a> {
    site: &'a str,
    file: usize,
    change: &'a Change,
    /// The rule it is about.
    relation: RelId,
    /// The parameter that is set.
    param: Option<&'a Name>,
    expired: bool,
}

/// An `ignore` that counts.
#[derive(Clone, Copy)]
pub(crate) struct Ignored<'a> {
    pub(crate) site: &'a str,
    pub(crate) file: usize,
    pub(crate) change: &'a Change,
}

impl<'a> Sites<'a> {
    /// What is ignored of a finding.
    pub(crate) fn ignores(&self, finding: RelId) -> &[Ignored<'a>] {
        self.ignores.get(&finding).map_or(&[], Vec::as_slice)
    }
}
