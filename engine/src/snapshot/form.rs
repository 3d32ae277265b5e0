//! What a snapshot says, as plain data. Numbers of relations, rules and fields are the pack's; a row is
//! its place among the rows of its relation in canonical order, a key is its place among those of its
//! rule in the order of their values.

use alloc::{string::String, vec::Vec};

use etio_plan::{Origin, SourceId, Value};
use serde::{Deserialize, Serialize};

use crate::{
    conclude::{
        episode::{self, Status},
        life::Cause,
    },
    input::timeline::How,
    store::{coverage::Vouch, row::Marks, support::Want},
    think::judge::Verdict,
};

/// The values of a row, a key or a part of one, in the order of its fields.
pub(super) type Values = Vec<Value>;
/// A time and a place in a source.
pub(super) type Stamp = (i64, Origin);
/// Some fields and their values.
pub(super) type Scope = Vec<(u16, Value)>;

/// The state of an engine.
#[derive(Serialize, Deserialize)]
pub(super) struct State {
    pub(super) clock: i64,
    /// Names and resolutions.
    pub(super) sources: Vec<(SourceId, String, i64)>,
    pub(super) late: Vec<(SourceId, u64)>,
    pub(super) held: Vec<Held>,
    pub(super) coverage: Vec<Span>,
    /// Relations that have had a row: rules that wait for a first one do no work.
    pub(super) had: Vec<u32>,
    /// One a relation; those of superseded rows come last.
    pub(super) relations: Vec<Vec<Row>>,
    /// One a relation of the pack: what was heard of rows beside what they say.
    pub(super) heard: Vec<Vec<Heard>>,
    /// One a relation of the pack: keys that were removed.
    pub(super) removed: Vec<Vec<Removed>>,
    /// One a rule.
    pub(super) rules: Vec<Vec<Key>>,
    /// One a condition that passes over what is settled: keys, and before when all is.
    pub(super) cursors: Vec<Vec<(Values, i64)>>,
    /// Rules and keys to think about in the next instant.
    pub(super) waiting: Vec<(u32, Values)>,
    /// Rules that have more to do than they may.
    pub(super) over: Vec<u32>,
    pub(super) closed: Vec<Closed>,
    /// What the host was not told yet.
    pub(super) log: Vec<Entry>,
}

#[derive(PartialEq, Serialize, Deserialize)]
pub(super) struct Held {
    pub(super) time: i64,
    pub(super) stamp: Stamp,
    pub(super) relation: u32,
    pub(super) change: Change,
}

#[derive(PartialEq, Serialize, Deserialize)]
pub(super) enum Change {
    Vouch { scope: Scope, vouch: Vouch },
    Event { values: Values },
    Row { values: Values, how: How },
    Remove { key: Values },
    Snapshot { scope: Scope, rows: Vec<(Stamp, Values, How)> },
}

#[derive(Serialize, Deserialize)]
pub(super) struct Span {
    pub(super) relation: u32,
    pub(super) scope: Scope,
    pub(super) source: SourceId,
    pub(super) intervals: Vec<(i64, i64)>,
    pub(super) cuts: Vec<(Scope, i64, i64)>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Row {
    pub(super) values: Values,
    pub(super) time: i64,
    /// The first first.
    pub(super) origins: Vec<Origin>,
    pub(super) marks: Marks,
    /// The first fact behind a conclusion.
    pub(super) first: Option<Fact>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Heard {
    pub(super) row: u32,
    pub(super) newest: Stamp,
    /// Who said each field, where several sources spoke.
    pub(super) by: Vec<SourceId>,
}

/// A key, the stamp of its removal, and until when that is remembered.
pub(super) type Removed = (Values, Stamp, i64);

#[derive(Serialize, Deserialize)]
pub(super) struct Key {
    pub(super) key: Values,
    /// The last instant of all where it waits for nothing.
    pub(super) deadline: i64,
    pub(super) rows: Vec<Standing>,
    /// Without a row where no rule reads it.
    pub(super) open: Option<(Option<Standing>, Episode)>,
}

/// A row that a key concludes, and why.
#[derive(Serialize, Deserialize)]
pub(super) struct Standing {
    pub(super) row: u32,
    /// Until when a gap is tolerated, and what the row would be had no window run out.
    pub(super) gap: Option<(i64, Option<Marks>)>,
    pub(super) marks: Marks,
    pub(super) pins: Vec<Pin>,
    pub(super) wants: Vec<Want>,
    /// The facts behind it, of a row that is tolerated.
    pub(super) facts: Option<Vec<Fact>>,
}

/// A relation and a row; none where it is gone.
pub(super) type Pin = (u32, Option<u32>);

/// A fact that is remembered.
#[derive(Serialize, Deserialize)]
pub(super) struct Fact {
    pub(super) relation: u32,
    pub(super) time: i64,
    pub(super) origins: Vec<Origin>,
    pub(super) values: Values,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Episode {
    pub(super) opened: i64,
    pub(super) verdict: Verdict,
    pub(super) wants: Vec<Want>,
    /// Which title, because and remedy, and the values of its parts that are no literals.
    pub(super) texts: [Option<(u32, Values)>; 4],
    pub(super) pins: Vec<Pin>,
    /// None where the rows show it.
    pub(super) evidence: Option<Vec<Fact>>,
    pub(super) first: Option<Fact>,
    /// Clauses and what they point at.
    pub(super) claims: Vec<(u32, Values)>,
    pub(super) causes: Vec<Cause>,
    pub(super) explains: Vec<(u128, i64)>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Closed {
    pub(super) rule: u32,
    pub(super) key: Values,
    pub(super) episode: Episode,
    pub(super) closed: i64,
    pub(super) status: Status,
}

/// A change of a finding.
#[derive(Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) time: i64,
    pub(super) change: episode::Change,
    pub(super) rule: u32,
    pub(super) key: Values,
    pub(super) verdict: Verdict,
    pub(super) wants: Vec<Want>,
    pub(super) opened: i64,
    pub(super) causes: Vec<(u128, i64)>,
}
