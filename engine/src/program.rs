//! A pack made ready to run: what `compile` writes and everything else reads.

pub(crate) mod bound;
pub(crate) mod compile;
pub(crate) mod dispatch;
pub(crate) mod groups;
pub(crate) mod load;
pub(crate) mod partner;
pub(crate) mod pattern;
pub(crate) mod place;
pub(crate) mod project;
pub(crate) mod reader;
pub(crate) mod reads;
pub(crate) mod route;
pub(crate) mod share;
pub(crate) mod steady;
pub(crate) mod timeless;

use alloc::{boxed::Box, sync::Arc, vec::Vec};

use etio_plan::{AggOp, Pick, Type};
use smallvec::SmallVec;

use crate::{
    program::{partner::Partner, reader::Readers, share::Lanes},
    store::cover::{Cover, Via},
    value::{
        expr::Ex,
        id::Fnv,
        word::{ABSENT, Key, Word, key_at},
    },
};

/// A few fields of a relation or variables of a rule. What is short is held in place, here and below: a rule
/// is some thirty allocations and not a hundred.
pub(crate) type Few = SmallVec<[u16; 8]>;

/// Fields and the variables they bind.
pub(crate) type Pairs = SmallVec<[(u16, u16); 4]>;

/// What columns must equal, and whether that may be absent.
pub(crate) type Probe = SmallVec<[(Ex, bool); 2]>;

/// Tests on a row.
pub(crate) type Tests = SmallVec<[Ex; 1]>;

/// Numbers of rules, relations or routes.
pub(crate) type Numbers = SmallVec<[usize; 4]>;

/// All that is fixed for an engine's life.
pub(crate) struct Programs {
    /// One a rule, in dependency order.
    pub(crate) rules: Vec<Program>,
    pub(crate) routes: Vec<Route>,
    /// What the coverage of a relation rests on.
    pub(crate) covers: Vec<Cover>,
    /// How an event relation is extracted.
    pub(crate) vias: Vec<Vec<Via>>,
    /// The conditions that coverage of a relation may turn, or that rows of it may lack (M6.2).
    pub(crate) readers: Vec<Readers>,
    /// What the engine needs to know of each relation.
    pub(crate) schema: Vec<Schema>,
    /// The `explains` clauses that may point at a finding: rule and clause.
    pub(crate) explained: Vec<Vec<(usize, usize)>>,
    /// The words of the parameters.
    pub(crate) params: Vec<Word>,
    /// The relations of the events that `A without B` waits on, where what is settled stays so.
    pub(crate) cursors: Vec<usize>,
    /// The rules that wait so: what their cursors' keys are keys of.
    pub(crate) waiters: Vec<usize>,
    /// How many variables each aggregate reads that may have tallies.
    pub(crate) tallies: Vec<usize>,
    /// As far back does any condition look, or what it asks of coverage.
    pub(crate) reach: i64,
    /// How many relations the pack has; those of superseded rows come after them.
    pub(crate) relations: usize,
}

impl Programs {
    pub(crate) fn is_event(&self, relation: usize) -> bool {
        self.schema.get(relation).is_some_and(|schema| schema.event)
    }

    /// Of each condition that has a cursor its relation, and how many words the key of its rule has.
    pub(crate) fn waits(&self) -> impl Iterator<Item = (usize, usize)> {
        let width = |rule: &usize| self.rules.get(*rule).map_or(0, |program| program.key.len());
        self.cursors.iter().copied().zip(self.waiters.iter().map(width))
    }

    /// The relation of the pack that a row is of, superseded or not.
    pub(crate) fn base(&self, relation: usize) -> usize {
        if relation < self.relations {
            return relation;
        }
        let is_past = |schema: &Schema| schema.past == Some(relation);
        self.schema.iter().position(is_past).unwrap_or(relation)
    }
}

/// A relation as the engine sees it.
#[derive(Default)]
pub(crate) struct Schema {
    /// Whether some rule reads it; if not, its facts are dropped at the door.
    pub(crate) read: bool,
    /// Whether its rows are looked for: those of a derived relation when they are concluded again, those of
    /// a finding where a rule reads it or an `explains` clause names it. If not, a finding is no row.
    pub(crate) sought: bool,
    pub(crate) event: bool,
    pub(crate) entity: bool,
    /// How long an event or a superseded row is kept.
    pub(crate) retention: i64,
    /// The index over no column, for events.
    pub(crate) whole: usize,
    /// The index over all columns, where a row may be concluded for several keys. If not, the key that
    /// concludes a row knows it.
    pub(crate) by_all: Option<usize>,
    pub(crate) since: Option<u16>,
    /// The key of an entity, and the index over it.
    pub(crate) key: Few,
    pub(crate) by_key: usize,
    pub(crate) key_types: Vec<Type>,
    pub(crate) defaults: Vec<(u16, Word)>,
    /// Where superseded rows go, for `changes` and `as of`.
    pub(crate) past: Option<usize>,
    /// Whether its rows are events or rest on some.
    pub(crate) eventful: bool,
    /// Whether its rows are concluded and may rest on superseded ones.
    pub(crate) rests_on_past: bool,
    /// Whether some finding may have copied the facts behind its rows, because it rests on the past as well or
    /// because what rests on it does.
    pub(crate) is_followed: bool,
    /// The rules that conclude it; a finding has one.
    pub(crate) rules: Numbers,
    /// Whether it may explain others, for a finding.
    pub(crate) explains: bool,
}

/// A rule.
pub(crate) struct Program {
    pub(crate) path: Arc<str>,
    /// The hash of its path, with which the ids of its findings begin.
    pub(crate) id: Fnv,
    /// Its place among the rules' paths: the order in which transitions are told.
    pub(crate) rank: usize,
    pub(crate) relation: usize,
    /// It, and all relations that rest on it.
    pub(crate) feeds: Numbers,
    /// How many variables it has.
    pub(crate) slots: usize,
    pub(crate) key: Few,
    pub(crate) key_types: Vec<Type>,
    pub(crate) key_names: Vec<Arc<str>>,
    /// Whether what it concludes is sought; if not, a finding is no row.
    pub(crate) is_read: bool,
    /// Whether a finding that explains others may rest on what it concludes.
    pub(crate) is_traced: bool,
    pub(crate) when: Vec<Step>,
    pub(crate) confirm: Vec<Block>,
    pub(crate) unless: Vec<Block>,
    pub(crate) maybe: Vec<Block>,
    /// Relations without a row of which nothing holds.
    pub(crate) inputs: Numbers,
    /// The routes that may lead to it.
    pub(crate) routes: Numbers,
    /// Whether it can end because time passes; where not, whatever ends it was seen (M4.1).
    pub(crate) lapses: bool,
    /// Variables that hold a node, where nodes may be unnamed (M5.4).
    pub(crate) nodes: Few,
    pub(crate) head: Head,
}

impl Program {
    /// The key, where its variables are bound.
    pub(crate) fn key_in(&self, slots: &[Word]) -> Key {
        key_at(slots, &self.key)
    }

    /// What a row in which these fields are known asks of the key, absent where it asks nothing; none where
    /// the rule never concludes such a row.
    pub(crate) fn asked_by(&self, known: &[(u16, Word)]) -> Option<Key> {
        let mut asked: Key = self.key.iter().map(|_| ABSENT).collect();
        for (field, word) in known {
            let slot = match &self.head {
                Head::Finding { .. } => self.key.get(usize::from(*field)).copied(),
                Head::Row { fields, .. } => match fields.get(usize::from(*field)) {
                    Some(Some(Ex::Slot(slot))) => Some(*slot),
                    Some(Some(Ex::Const(constant))) if constant != word => return None,
                    _ => None,
                },
            };
            let place = slot.and_then(|slot| self.key.iter().position(|key| *key == slot));
            if let Some(place) = place.and_then(|place| asked.get_mut(place)) {
                *place = *word;
            }
        }
        Some(asked)
    }

    /// Whether what pins its cause is the same for every binding of `when`.
    pub(crate) fn is_pinned_by_key(&self) -> bool {
        !self.confirm.is_empty() && self.confirm.iter().all(|block| block.is_steady)
    }

    /// Whether its conditions alone make its verdict.
    pub(crate) const fn asks_no_evidence(&self) -> bool {
        self.confirm.is_empty() && self.unless.is_empty()
    }

    /// Whether better coverage may end what it finds: evidence or a number that was unknown turns out to be against it.
    pub(crate) fn may_be_refuted(&self) -> bool {
        !self.asks_no_evidence() || self.when.iter().any(|step| matches!(step, Step::Agg { .. }))
    }

    /// Where the matches of all its conditions come from.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &Src> {
        let blocks = self.confirm.iter().chain(&self.unless).chain(&self.maybe);
        let (texts, explains) = match &self.head {
            Head::Row { .. } => (&[][..], &[][..]),
            Head::Finding { texts, explains } => (&texts[..], &explains[..]),
        };
        let guards = texts.iter().flatten().map(|text| &text.guard);
        let beside = blocks.chain(guards).map(|block| &block.steps);
        let beside = beside.chain(explains.iter().map(|clause| &clause.when));
        self.when.iter().chain(beside.flatten()).filter_map(Step::source)
    }
}

/// What a rule concludes.
pub(crate) enum Head {
    Row {
        fields: Vec<Option<Ex>>,
        linger: i64,
        /// Whether the key determines the row, so that one binding is enough.
        single: bool,
        /// The field of the one entity it reads that says since when its row is as it is.
        since: Option<u16>,
    },
    Finding {
        /// Title, because, remedy, ignored.
        texts: [Vec<Text>; 4],
        explains: Vec<Explains>,
    },
}

/// A text has no more choices, so that an episode notes in a byte which it shows.
pub(crate) const MOST_CHOICES: usize = u8::MAX as usize;

/// One choice of a text. Its literals are those of the plan.
pub(crate) struct Text {
    pub(crate) guard: Block,
    pub(crate) values: Vec<(Ex, Type)>,
}

pub(crate) struct Explains {
    pub(crate) target: usize,
    /// The index over the fields of the target's key that must be equal.
    pub(crate) index: usize,
    pub(crate) fields: Few,
    pub(crate) key: Vec<Ex>,
    pub(crate) when: Vec<Step>,
}

/// A conjunction beside `when`, with the variables it binds.
pub(crate) struct Block {
    pub(crate) steps: Vec<Step>,
    pub(crate) binds: Few,
    /// Whether it says the same beside every binding of `when`, as it reads nothing but the key.
    pub(crate) is_steady: bool,
}

/// A condition.
pub(crate) enum Step {
    Each(Src),
    No(Src),
    /// Of the matches that agree in `group` one each.
    Pick {
        of: Src,
        pick: Pick,
        group: Box<Few>,
    },
    Agg {
        of: Src,
        by: Box<Aggregate>,
    },
    /// `event` says that it tests what events told, so that being false is only being unseen.
    Test {
        ex: Ex,
        event: bool,
    },
    Let(Assign),
    Member(Assign),
}

/// A variable, and what gives it its value. `bound` says that it is known and must agree.
#[derive(Clone, PartialEq)]
pub(crate) struct Assign {
    pub(crate) slot: u16,
    pub(crate) ex: Ex,
    pub(crate) bound: bool,
}

/// What becomes of the matches of an aggregate.
pub(crate) struct Aggregate {
    /// The variable for the result.
    pub(crate) into: u16,
    pub(crate) op: AggOp,
    pub(crate) arg: Option<Ex>,
    /// The type of what is aggregated.
    pub(crate) ty: Type,
    /// Where its tallies are kept, if it may have some.
    pub(crate) tally: Option<Tallied>,
    /// It is the first to name a part of the key: there is no such key where nothing matches (M7.27).
    pub(crate) names_key: bool,
}

/// An aggregate over events that their rows, and what was bound before, decide alone.
pub(crate) struct Tallied {
    pub(crate) number: usize,
    /// What it reads of what was bound before.
    pub(crate) reads: Few,
}

impl Step {
    /// Where its matches come from, if it looks for any.
    pub(crate) const fn source(&self) -> Option<&Src> {
        match self {
            Self::Each(of) | Self::No(of) | Self::Pick { of, .. } | Self::Agg { of, .. } => {
                Some(of)
            }
            Self::Test { .. } | Self::Let(_) | Self::Member(_) => None,
        }
    }
}

/// Where matches come from.
pub(crate) struct Src {
    pub(crate) kind: Kind,
    /// Whether having no match is an event not seen, or a state that is known.
    pub(crate) events: bool,
}

/// `cursor`: what is settled stays so for the key, and is passed over.
pub(crate) enum Kind {
    Rows {
        scan: Scan,
        window: Window,
    },
    Then {
        first: Box<Scan>,
        next: Box<Scan>,
        within: Ex,
        without: Option<Box<Scan>>,
        keep: i64,
        cursor: Option<usize>,
    },
    Without {
        first: Box<Scan>,
        end: Box<Scan>,
        hold: Ex,
        keep: i64,
        cursor: Option<usize>,
    },
    Sustained {
        scan: Scan,
        hold: Ex,
    },
    Silence {
        of: Box<Scan>,
        hold: Ex,
        per: Box<Scan>,
    },
}

pub(crate) enum Window {
    Stands,
    /// `(now-d, now]`: `keep` and `within`.
    Last(Ex),
    Since(Ex),
    AsOf(Ex),
}

/// The index of a scan that looks at all rows.
pub(crate) const ALL_ROWS: usize = usize::MAX;

/// A pattern over one relation, found through one index.
#[derive(Clone, PartialEq)]
pub(crate) struct Scan {
    pub(crate) relation: usize,
    /// The variable for the row; it holds the row's time.
    pub(crate) row: u16,
    pub(crate) index: usize,
    /// Columns and what they must equal. An optional variable may be absent.
    pub(crate) columns: Few,
    pub(crate) probe: Probe,
    /// As many of the columns are those of the index; the others are among the tests.
    pub(crate) indexed: usize,
    /// Whether the columns of the index are the key of an entity, so that there is at most one row.
    pub(crate) unique: bool,
    /// Fields and the variables they bind; absent does not match.
    pub(crate) binds: Pairs,
    /// Fields and the variables they bind, absent or not.
    pub(crate) optional: Pairs,
    pub(crate) tests: Tests,
    /// Fields that must equal the key once the row is chosen; they take no part in the choice.
    pub(crate) after: Pairs,
    /// The same index over superseded rows. Few are asked for, so it is boxed.
    pub(crate) past: Option<Box<(usize, usize)>>,
}

impl Scan {
    /// What the columns of the index must equal.
    pub(crate) fn keyed(&self) -> &[(Ex, bool)] {
        self.probe.get(..self.indexed).unwrap_or_default()
    }

    /// The relations it may look at, each with its index: that of superseded rows comes last.
    pub(crate) fn tables(&self) -> impl DoubleEndedIterator<Item = (usize, usize)> {
        [Some((self.relation, self.index)), self.past.as_deref().copied()].into_iter().flatten()
    }

    /// Whether the index alone decides a match.
    pub(crate) fn is_plain(&self) -> bool {
        self.binds.is_empty() && self.tests.is_empty() && self.after.is_empty()
    }
}

/// The way from a changed row to the keys it concerns: tests on the row, then a few probes until
/// every key variable is bound. It ignores negation, windows and time, so it may find too many. What few
/// routes have is boxed: there are several to each rule.
#[derive(Clone)]
pub(crate) struct Route {
    /// The relation it begins at.
    pub(crate) from: usize,
    /// The rule it leads to, or the first of several.
    pub(crate) rule: usize,
    /// Which rules it leads to, where several share it.
    pub(crate) lanes: Option<Box<Lanes>>,
    /// The variable for the row, where the route begins with a whole row.
    pub(crate) row: Option<u16>,
    /// What must stand beside that row for it to change anything.
    pub(crate) partner: Option<Box<Partner>>,
    pub(crate) binds: Pairs,
    pub(crate) optional: Pairs,
    pub(crate) tests: Tests,
    pub(crate) hops: Hops,
}

/// Most routes have one hop or none.
pub(crate) type Hops = SmallVec<[Hop; 1]>;

#[derive(Clone, PartialEq)]
pub(crate) enum Hop {
    /// Rows of a relation, and the projection that is enough of them if there is one.
    Probe(Box<Scan>, Option<usize>),
    Let(Assign),
    Member(Assign),
    /// What the rule asks of variables that are bound by now.
    Test(Ex),
}

impl Route {
    /// The rules it leads to, where it bound these variables.
    pub(crate) fn rules(&self, slots: &[Word]) -> &[usize] {
        match &self.lanes {
            Some(lanes) => lanes.rules(slots),
            None => core::slice::from_ref(&self.rule),
        }
    }

    /// All rules it may lead to.
    pub(crate) fn all_rules(&self) -> Numbers {
        self.lanes.as_deref().map_or_else(|| Numbers::from_slice(&[self.rule]), Lanes::all)
    }

    /// How many variables it binds beside those of a rule.
    pub(crate) fn more_slots(&self) -> usize {
        self.lanes.as_deref().map_or(0, Lanes::len)
    }

    /// Whether it goes the same way as another, wherever that leads.
    pub(crate) fn leads_like(&self, other: &Self) -> bool {
        (self.from, self.row, &self.binds, &self.optional)
            == (other.from, other.row, &other.binds, &other.optional)
            && self.tests == other.tests
            && self.hops == other.hops
    }
}
