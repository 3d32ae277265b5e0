//! Rules as the engine gets them: resolved, typed, conditions in the order written.

use alloc::{boxed::Box, string::String, vec::Vec};
use serde::{Deserialize, Serialize};

use crate::{Expr, FieldId, ParamId, RelId, SlotId, Type};

/// One `derive` block or finding. [`Pack::rules`](crate::Pack::rules) is in dependency order: a rule
/// reads only relations concluded by rules before it. Texts and `explains` decide nothing and may read any.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Rule {
    /// Full path; derive blocks after the first of a relation get `#2`, `#3`, ….
    pub path: String,
    /// What the rule concludes.
    pub head: Head,
    /// Its variables.
    pub slots: Vec<Slot>,
    /// The scalar variables that identify a conclusion group. A finding: its key, in the order of
    /// its relation's fields. A derive: the variables of its head that a matched row binds.
    /// INVARIANT: each is bound by an atom of `body.when` (in an `Each`, `Pick` or `Agg`), or by a
    /// `Let` or `Member` over such variables.
    pub key: Vec<SlotId>,
    /// How long an event alone counts (M2.1), in nanoseconds.
    pub keep: i64,
    /// Its conditions.
    pub body: Body,
}

/// A variable of a rule.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Slot {
    /// Its name in the source, or a made one (`head.image`) for a field read through a row variable.
    pub name: String,
    /// What it holds.
    pub ty: SlotType,
}

/// What a variable holds.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum SlotType {
    /// A value.
    Scalar(Type),
    /// A row of a relation: its time, and evidence.
    Row(RelId),
}

/// What a rule concludes.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Head {
    /// A row of a derived relation, one expression a field (`None` where an optional field is left
    /// out).
    Derived {
        /// The relation.
        relation: RelId,
        /// Its fields.
        fields: Vec<Option<Expr>>,
        /// Keep the row through gaps of at most this many nanoseconds (`tolerating`); an expression
        /// of constants and parameters.
        linger: Option<Expr>,
    },
    /// A finding instance.
    Finding(Finding),
}

impl Head {
    /// The relation that is concluded.
    #[must_use]
    pub const fn relation(&self) -> RelId {
        match self {
            Self::Derived { relation, .. } => *relation,
            Self::Finding(finding) => finding.relation,
        }
    }
}

/// What makes a finding more than a row: its texts and its edges.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Finding {
    /// Its relation; its fields are the key.
    pub relation: RelId,
    /// Its name in kebab case.
    pub mode: String,
    /// How bad it is.
    pub severity: Severity,
    /// Its parameters.
    pub params: Vec<ParamId>,
    /// One line that names what is wrong.
    pub title: Vec<Text>,
    /// Why it is so.
    pub because: Vec<Text>,
    /// What to do.
    pub remedy: Vec<Text>,
    /// Why a site does not want to see it. INVARIANT: empty, or the last has neither guard nor parts:
    /// then it is shown.
    pub ignored: Vec<Text>,
    /// Where to read more.
    pub refs: Vec<String>,
    /// The findings it causes.
    pub explains: Vec<Explains>,
    /// The doc comment.
    pub doc: String,
    /// A hash of what its rule says, by which a site names what it has replaced. No comment and no
    /// test changes it.
    pub version: u32,
}

impl Finding {
    /// All its texts: title, because, remedy, ignored.
    #[must_use]
    pub fn texts(&self) -> [&[Text]; 4] {
        [&self.title, &self.because, &self.remedy, &self.ignored]
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Will hurt, or hurts one pod.
    Warning,
    /// Hurts now.
    Critical,
}

/// One choice of a text: the first whose guard holds and whose variables are bound is used.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Text {
    /// Conditions over the shown binding; empty is true.
    pub guard: Vec<Cond>,
    /// Literals and values in turn.
    pub parts: Vec<Part>,
}

/// A piece of a text.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Part {
    /// As it stands.
    Lit(String),
    /// A value, rendered for people.
    Expr(Expr),
}

/// `explains other { key… } when {…}`: cause → symptom.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Explains {
    /// The symptom's relation.
    pub target: RelId,
    /// Fields of its key that must be equal; the ones left out match any.
    pub key: Vec<(FieldId, Expr)>,
    /// Conditions over the shown binding, which may bind more variables.
    pub when: Vec<Cond>,
}

/// The conditions of a rule.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Body {
    /// Must all hold.
    pub when: Vec<Cond>,
    /// Alternatives, each a conjunction: evidence that pins the cause.
    pub confirm: Vec<Vec<Cond>>,
    /// Alternatives: evidence that rules it out.
    pub unless: Vec<Vec<Cond>>,
    /// Each on its own: binds variables for texts where it holds.
    pub maybe: Vec<Vec<Cond>>,
}

/// One condition. Variables bound earlier constrain it; fresh ones are bound by it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Cond {
    /// Binds each match in turn.
    Each(Source),
    /// Holds when there is no match (M2.5).
    No(Source),
    /// Binds the oldest or newest match, after all filters of its source (M2.8).
    Pick {
        /// Which.
        pick: Pick,
        /// Of which matches.
        of: Source,
        /// Of those that agree in these variables one each; the key groups them anyway.
        group: Vec<SlotId>,
    },
    /// Binds an aggregate over all matches (M2.8).
    Agg {
        /// The variable bound.
        into: SlotId,
        /// Which aggregate.
        op: AggOp,
        /// What is aggregated; absent for `count`.
        arg: Option<Expr>,
        /// Over which matches.
        of: Source,
    },
    /// Holds when the expression is true.
    Test(Expr),
    /// Binds a variable to a value once; does not hold where the value is absent.
    Let(SlotId, Expr),
    /// Binds a fresh variable to each element of a list in turn (or each key of a map).
    Member(SlotId, Expr),
}

/// Which match of several.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Pick {
    /// The first in canonical order.
    Oldest,
    /// The last in canonical order.
    Newest,
}

/// An aggregate.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum AggOp {
    /// How many matches.
    Count,
    /// How many different values.
    Distinct,
    /// The exact sum.
    Sum,
    /// The least value.
    Min,
    /// The greatest value.
    Max,
    /// How many times the value of an entity's field changed within the window.
    Changes,
}

/// Where matches come from. Most come from rows, so that what others have beside one pattern is boxed.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Source {
    /// Rows of one relation.
    Rows {
        /// Which rows.
        atom: Atom,
        /// While which they count.
        window: Window,
    },
    /// `first then next within d [without c]` (M2.3). `next` sees what `first` binds.
    Then {
        /// The first event.
        first: Atom,
        /// The first event after it that matches.
        next: Box<Atom>,
        /// At most this long after.
        within: Expr,
        /// An event that must not come between.
        without: Option<Box<Atom>>,
    },
    /// `first without end for d` (M2.4).
    Without {
        /// The event that begins.
        first: Atom,
        /// The event that would end it.
        end: Box<Atom>,
        /// How long to wait.
        hold: Expr,
    },
    /// `P for d` (M2.6): rows of a derived relation, which the compiler may have made for it, that
    /// have held for `hold`. A row's time is since when it holds.
    Sustained {
        /// The state.
        atom: Atom,
        /// For how long.
        hold: Expr,
    },
    /// `no A for d per E` (M2.5): rows of `per` that have held for d with no `of` in `(t-d, t]`.
    Silence {
        /// The event that is missing. Sees what `per` binds.
        of: Box<Atom>,
        /// For how long.
        hold: Expr,
        /// The rows that should have such events.
        per: Atom,
    },
}

/// While which a row counts.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Window {
    /// As long as the row stands: entities, derived rows, findings.
    Stands,
    /// An event for the rule's `keep` (M2.1).
    Keep,
    /// `within d`: `[a.time, a.time+d)`.
    Within(Expr),
    /// `since x`: events from this instant on.
    Since(Expr),
    /// `as of a`: the entity's row that stood at this instant.
    AsOf(Expr),
}

/// A pattern over one relation.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Atom {
    /// The relation.
    pub relation: RelId,
    /// The variable for the row itself; always present, so that evidence can name the row.
    pub row: SlotId,
    /// Fields that must equal a value known before the row is looked at.
    pub joins: Vec<(FieldId, Expr)>,
    /// Fresh variables; an absent field does not match.
    pub binds: Vec<(FieldId, SlotId)>,
    /// Fresh variables that stay absent with the field: only fields read through a row variable in
    /// places where absence is meaningful (texts, `present(…)`, optional head fields).
    pub optional_binds: Vec<(FieldId, SlotId)>,
    /// Further tests, over cells, bound variables and the binds above.
    pub tests: Vec<Expr>,
}

impl Rule {
    /// Every atom of its conditions, in the order written: of its body first, then of its texts' guards
    /// and its `explains` clauses.
    pub fn atoms(&self) -> impl Iterator<Item = &Atom> {
        let Body { when, confirm, unless, maybe } = &self.body;
        let blocks = confirm.iter().chain(unless).chain(maybe).flatten();
        let finding = match &self.head {
            Head::Finding(finding) => Some(finding),
            Head::Derived { .. } => None,
        };
        let told = finding.into_iter().flat_map(|finding| {
            let guards = finding.texts().into_iter().flatten().flat_map(|text| &text.guard);
            guards.chain(finding.explains.iter().flat_map(|clause| &clause.when))
        });
        when.iter().chain(blocks).chain(told).flat_map(Cond::atoms)
    }
}

impl Atom {
    /// The variables that the fields of a row give a value.
    pub fn bound(&self) -> impl Iterator<Item = SlotId> {
        self.binds.iter().chain(&self.optional_binds).map(|(_, slot)| *slot)
    }
}

impl Cond {
    /// Where its matches come from; a test or a binding has none.
    #[must_use]
    pub const fn source(&self) -> Option<&Source> {
        match self {
            Self::Each(of) | Self::No(of) | Self::Pick { of, .. } | Self::Agg { of, .. } => {
                Some(of)
            }
            Self::Test(_) | Self::Let(..) | Self::Member(..) => None,
        }
    }

    /// The atoms it matches rows with.
    pub fn atoms(&self) -> impl Iterator<Item = &Atom> {
        self.source().into_iter().flat_map(Source::atoms)
    }
}

impl Source {
    /// The atoms whose rows it binds, in that order; it only looks for rows of the others.
    pub fn binding(&self) -> impl Iterator<Item = &Atom> {
        let (first, next) = match self {
            Self::Rows { atom, .. } | Self::Sustained { atom, .. } => (atom, None),
            Self::Then { first, next, .. } => (first, Some(&**next)),
            Self::Without { first, .. } => (first, None),
            Self::Silence { per, .. } => (per, None),
        };
        core::iter::once(first).chain(next)
    }

    /// The atoms it matches rows with, in the order written.
    pub fn atoms(&self) -> impl Iterator<Item = &Atom> {
        let atoms = match self {
            Self::Rows { atom, .. } | Self::Sustained { atom, .. } => [Some(atom), None, None],
            Self::Then { first, next, without, .. } => {
                [Some(first), Some(&**next), without.as_deref()]
            }
            Self::Without { first, end, .. } => [Some(first), Some(&**end), None],
            Self::Silence { of, per, .. } => [Some(&**of), Some(per), None],
        };
        atoms.into_iter().flatten()
    }
}
