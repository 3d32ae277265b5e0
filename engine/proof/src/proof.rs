//! What a proof says. Plain data in flat tables: rows that several conditions rest on stand in it once.

use alloc::{boxed::Box, vec::Vec};

use etio_plan::{FieldId, Origin, RelId, Scope, SlotId, SourceId, Value};
use serde::{Deserialize, Serialize};

/// Why a finding holds, of the binding it shows.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Proof {
    /// The instant as of which it holds; of a finding that ended, that of its end.
    pub at: i64,
    /// The finding, then what it rests on that rules concluded. Of a finding that ended only the facts
    /// are remembered: its conditions are left out.
    pub conclusions: Vec<Conclusion>,
    /// The rows it rests on, each once.
    pub facts: Vec<Fact>,
    /// There is more than a proof has room for.
    pub cut: bool,
}

/// A conclusion of one rule for one key.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Conclusion {
    /// The rule's place in the pack.
    pub rule: usize,
    /// Confirmed; of a derived row: nothing was left open.
    pub sure: bool,
    /// Its conditions do not hold just now, and until this instant that is let pass (`tolerating`).
    pub lingers: Option<i64>,
    /// The value of each variable of the rule; of a row variable the row's time, absent where unbound.
    pub bound: Vec<Value>,
    /// The conditions of `when`, in order.
    pub when: Vec<Step>,
    /// The blocks beside it that decide, in the order written, `unless` first.
    pub blocks: Vec<Block>,
}

/// How a `confirm` or `unless` block came out.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Block {
    /// Which kind.
    pub kind: BlockKind,
    /// Which of that kind, from 0.
    pub number: usize,
    /// How it came out.
    pub outcome: Outcome,
    /// The value of each variable of the rule on the way shown.
    pub bound: Vec<Value>,
    /// Its conditions up to the one that did not hold, on the way that got furthest.
    pub steps: Vec<Step>,
}

/// A kind of block beside `when`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum BlockKind {
    /// Evidence that pins the cause.
    Confirm,
    /// Evidence that rules it out.
    Unless,
}

/// How a condition or a block came out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum Outcome {
    /// It holds.
    Holds,
    /// It holds as far as a lossy relation can tell.
    Weak,
    /// What would decide it was not collected.
    Unknown,
    /// An event that would decide it was merely not seen.
    Unseen,
    /// It does not hold.
    Fails,
}

/// How one condition came out.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Step {
    /// How.
    pub outcome: Outcome,
    /// The rows that hold it up, in canonical order; of an aggregate at most 64.
    pub facts: Vec<Support>,
    /// The value it bound: that of an aggregate, of `x = …`, of `x in …`.
    pub value: Option<Value>,
    /// What is absent, and who vouches for that.
    pub absent: Vec<Absence>,
    /// Where it does not hold: what came closest.
    pub miss: Option<Box<Miss>>,
    /// Where it does not hold and a rule could have made it: how far that rule gets, by its place in
    /// [`Proof::conclusions`].
    pub inside: Option<usize>,
}

/// A row that a condition rests on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Support {
    /// Its place in [`Proof::facts`].
    pub fact: usize,
    /// From when it counts for the condition.
    pub from: i64,
    /// Until when, that instant excluded; the greatest time where only another row can end it.
    pub until: i64,
}

/// No row like this in an interval.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Absence {
    /// The relation.
    pub relation: RelId,
    /// Which of its rows: fields whose values are known.
    pub scope: Scope,
    /// The first instant.
    pub from: i64,
    /// The last instant.
    pub to: i64,
    /// [`Outcome::Holds`] where all of it was collected, [`Outcome::Weak`] where only with the help of a
    /// lossy relation, otherwise [`Outcome::Unknown`].
    pub seen: Outcome,
    /// Who covers what of it.
    pub by: Vec<Cover>,
}

/// What a source covers of an absence.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Cover {
    /// The relation that is covered: the absent one, or one it is made of.
    pub relation: RelId,
    /// The source.
    pub source: SourceId,
    /// The first instant.
    pub from: i64,
    /// The last instant; the greatest time where the source is still covered.
    pub to: i64,
}

/// A row.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Fact {
    /// Its relation.
    pub relation: RelId,
    /// One value a field, hidden ones included.
    pub values: Vec<Value>,
    /// When it happened or was observed; of a conclusion, since when it holds.
    pub time: i64,
    /// Until when it stood, where another row has its key by now.
    pub until: Option<i64>,
    /// Where it was told; none where a rule concluded it.
    pub origins: Vec<Origin>,
    /// Known only from a later first snapshot: events may join it.
    pub assumed: bool,
    /// Its place in [`Proof::conclusions`], where a rule concluded it.
    pub conclusion: Option<usize>,
}

/// Why nothing makes a condition hold, and what came closest.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Miss {
    /// No row of this relation is known.
    Nothing(RelId),
    /// This row differs in some parts.
    Near {
        /// Its place among the facts.
        fact: usize,
        /// Where it differs.
        parts: Vec<Part>,
    },
    /// After this row, or for it, no row of the relation came in time.
    Alone {
        /// The row's place among the facts.
        fact: usize,
        /// The relation.
        relation: RelId,
        /// The row of that relation that came closest.
        nearest: Option<usize>,
        /// Where that one differs.
        parts: Vec<Part>,
    },
    /// This row is there and should not be.
    Against(Support),
    /// These rows are right, and it is a matter of time: from when on they count, and until when.
    Time(Support),
    /// A test is false, or a value absent.
    Untrue {
        /// The values of the variables it reads.
        values: Vec<(SlotId, Value)>,
        /// When time alone may next change it.
        turns: Option<i64>,
    },
}

/// Where a row differs from what a condition asks.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Part {
    /// A field has another value.
    Field {
        /// The field.
        field: FieldId,
        /// What it should be.
        wanted: Value,
    },
    /// A field has no value.
    Lacks(FieldId),
    /// A test is false with these values of the fields it reads.
    Test(Vec<(FieldId, Value)>),
    /// It counted until this instant.
    Over(i64),
    /// It is before this instant, from which on rows count.
    Before(i64),
    /// It is after this instant, up to which rows count.
    After(i64),
}
