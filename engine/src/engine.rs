//! The engine from outside, and the instants time passes in.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    vec,
    vec::Vec,
};

use etio_plan::{Pack, ParamId, SourceId, Value};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

use crate::{
    conclude::{
        episode::{Changed, Episode, Late},
        keys::{Dirty, Keys},
        log::Entry,
        past::Past,
    },
    error::Error,
    input::{
        awake::Awake,
        timeline::{Canon, Held, Timeline},
    },
    program::{
        Programs, Route,
        load::{Loaded, load},
    },
    store::{
        copies::Copies,
        coverage::Coverage,
        cursors::Cursors,
        entity::Entities,
        over::Over,
        relation::Relation,
        row::RowId,
        sources::Sources,
        support::{KeyId, Supports},
        table::Names,
        tally::Tallies,
    },
    think::eval::Room,
    value::{
        symbols::Symbols,
        word::{Key, Word, as_key},
    },
};

/// How an engine runs a pack; fixed for its life.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Options {
    /// Parameters that are not to have their defaults.
    pub params: Vec<(ParamId, Value)>,
    /// The seed of all hashes. It never shows in what comes out.
    pub seed: u64,
    /// How much the engine may do and keep.
    pub limits: Limits,
    /// The host knows several nodes and has facts whose node it does not know (M5.4).
    pub unnamed_ambiguous: bool,
}

/// How much the engine may do and keep.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Limits {
    /// As many inputs are held back.
    pub held: usize,
    /// As many rows and lookups may one rule take in one instant (M6.2).
    pub work: u64,
    /// As many episodes are remembered after their end.
    pub closed: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { held: 16 << 20, work: 16 << 20, closed: 4096 }
    }
}

/// Runs a pack: facts in, findings out. A clone is a [fork](Engine::fork).
#[derive(Clone)]
pub struct Engine {
    pub(crate) pack: Arc<Pack>,
    pub(crate) programs: Arc<Programs>,
    /// Another handle on them, for the time of an advance.
    pub(crate) lent: Option<Arc<Programs>>,
    pub(crate) params: Arc<[(ParamId, Value)]>,
    pub(crate) limits: Limits,
    pub(crate) symbols: Symbols,
    pub(crate) sources: Sources,
    pub(crate) timeline: Timeline,
    pub(crate) coverage: Coverage,
    pub(crate) relations: Vec<Relation>,
    pub(crate) entities: Vec<Entities>,
    /// The sources that carry each event relation.
    pub(crate) carriers: Vec<Vec<SourceId>>,
    pub(crate) supports: Supports,
    pub(crate) keys: Vec<Keys>,
    pub(crate) awake: Awake,
    pub(crate) dirty: Dirty,
    /// Room for the keys of one rule.
    pub(crate) batch: Vec<Key>,
    pub(crate) cursors: Cursors,
    pub(crate) timers: BTreeSet<(i64, usize, KeyId)>,
    pub(crate) cover_routes: HashMap<(usize, usize, Vec<u16>), Arc<Route>, FixedState>,
    /// Rows that went in this instant, and whose slots are freed at its end.
    pub(crate) gone: Vec<(usize, RowId)>,
    /// When a superseded row, or the oldest of all events of a relation, is no longer needed.
    pub(crate) sweeps: BTreeSet<(i64, usize, RowId)>,
    /// The instant.
    pub(crate) now: i64,
    /// Whether rows came in it that were there when first observed (M5.2).
    pub(crate) first: bool,
    /// Whether nothing but time has passed since the last instant, so that what ends only lapses.
    pub(crate) calm: bool,
    /// What changed in this instant: concluded rows on their way out, findings, and what they claim.
    pub(crate) leaving: Vec<(usize, RowId)>,
    pub(crate) changed: Vec<Changed>,
    pub(crate) claimed: Vec<Claimed>,
    /// How many rows and lookups each rule has taken; no part of truth.
    pub(crate) work: Vec<u64>,
    /// Keys that a rule had no work left for; they are thought about in the next instant.
    pub(crate) postponed: Vec<(usize, Key)>,
    pub(crate) over: Over,
    /// Which open findings claim to explain a clause's key.
    pub(crate) claims: BTreeMap<Claim, BTreeSet<KeyId>>,
    pub(crate) past: Past,
    /// What the host was not told yet.
    pub(crate) log: Vec<Entry>,
    pub(crate) unnamed: Option<Word>,
    pub(crate) scratch: Vec<Word>,
    /// Projections that would have helped to find who is concerned, with their relations.
    pub(crate) wanted: Vec<(usize, usize)>,
    /// Room for what an episode rested on that ends.
    pub(crate) copies: Copies,
    pub(crate) room: Room,
}

/// A rule, one of its `explains` clauses, and the key or part of a key it points at.
pub(crate) type Claim = (usize, usize, Key);

/// A finding, and what it newly claims to explain: a clause and such a key.
pub(crate) type Claimed = ((usize, KeyId), usize, Key);

/// No stamps are coarser; in nanoseconds.
const DAY: i64 = 86_400 * 1_000_000_000;

/// The row number that stands for the oldest events of a relation.
const OLDEST: RowId = RowId::MAX;

/// Events are kept for up to a so-manieth longer than they need be, so that many go at a time.
const SWEEPS: i64 = 64;

impl Engine {
    /// Makes an engine for a pack.
    ///
    /// # Errors
    /// When a parameter does not exist or is out of range, or the pack is not one a compiler writes.
    pub fn new(pack: Arc<Pack>, options: Options) -> Result<Self, Error> {
        let state = FixedState::with_seed(options.seed);
        let mut symbols = Symbols::new(state.clone());
        let Loaded { programs, relations } =
            symbols.lasting(|symbols| load(&pack, &options.params, symbols, &state))?;
        let unnamed =
            options.unnamed_ambiguous.then(|| symbols.lasting(|symbols| symbols.text("(unnamed)")));
        let rules = programs.rules.len();
        let tallies = Tallies::new(programs.tallies.iter().copied(), &state);
        Ok(Self {
            params: options.params.into(),
            limits: options.limits,
            sources: Sources::default(),
            timeline: Timeline::new(),
            coverage: Coverage::new(
                pack.relations.iter().map(|relation| relation.lossy).collect(),
                state.clone(),
            ),
            entities: programs.schema.iter().map(|_| Entities::new(&state)).collect(),
            carriers: pack.relations.iter().map(|_| Vec::new()).collect(),
            supports: Supports::new(pack.relations.len()),
            keys: programs
                .rules
                .iter()
                .map(|rule| Keys::new(rule.key.len(), &rule.head, &state))
                .collect(),
            awake: Awake::new(&programs, &relations, state.clone()),
            dirty: Dirty::new(rules),
            batch: Vec::new(),
            cursors: Cursors::new(programs.waits(), state.clone()),
            timers: BTreeSet::new(),
            cover_routes: HashMap::with_hasher(state),
            gone: Vec::new(),
            sweeps: BTreeSet::new(),
            now: i64::MIN,
            first: false,
            calm: false,
            leaving: Vec::new(),
            changed: Vec::new(),
            claimed: Vec::new(),
            work: vec![0; rules],
            postponed: Vec::new(),
            over: Over::new(pack.relations.len()),
            claims: BTreeMap::new(),
            past: Past::default(),
            log: Vec::new(),
            scratch: Vec::new(),
            wanted: Vec::new(),
            copies: Copies::default(),
            room: Room { tallies, ..Room::default() },
            programs: Arc::new(programs),
            lent: None,
            pack,
            relations,
            symbols,
            unnamed,
        }
        .settled())
    }

    /// Rules without any condition on a row hold from the first instant on.
    fn settled(mut self) -> Self {
        for (rule, program) in self.programs.rules.iter().enumerate() {
            if program.key.is_empty() {
                self.dirty.add(rule, Key::new());
            }
        }
        self
    }

    /// Moves the clock: nothing at or before `to` is still to come. A time that has passed is none.
    pub fn advance(&mut self, to: i64) {
        if to <= self.timeline.clock() {
            return;
        }
        // Lent meanwhile: counting a handle costs as much as finding a row.
        let programs = self.lent.take().unwrap_or_else(|| self.programs.clone());
        let canon = Canon {
            names: Names { sources: &self.sources, symbols: &self.symbols },
            relations: &self.relations,
            schema: &programs.schema,
        };
        let taken = self.timeline.take(to, canon);
        let mut held = taken.as_slice();
        loop {
            let input = held.first().map(|held| held.time);
            let timer = self.timers.first().map(|(time, ..)| *time).filter(|time| *time <= to);
            let Some(instant) = [input, timer].into_iter().flatten().min() else { break };
            let count = held.iter().take_while(|held| held.time == instant).count();
            let (inputs, rest) = held.split_at(count);
            held = rest;
            self.instant(&programs, instant, inputs);
        }
        self.timeline.give_back(taken);
        self.timeline.set_clock(to);
        self.sweep(&programs, to);
        self.lent = Some(programs);
        self.forget_symbols();
    }

    /// The clock; the least time before the first [`advance`](Self::advance).
    #[must_use]
    pub const fn now(&self) -> i64 {
        self.timeline.clock()
    }

    /// When the next [`advance`](Self::advance) would change something, as far as is known.
    #[must_use]
    pub fn next_deadline(&self) -> Option<i64> {
        let timer = self.timers.first().map_or(i64::MAX, |(time, ..)| *time);
        let next = timer.min(self.timeline.earliest());
        (next != i64::MAX).then_some(next)
    }

    /// All episodes, open and remembered, in the order (opened, rule, key).
    #[must_use]
    pub fn episodes(&self) -> Vec<Episode> {
        self.report()
    }

    /// How many rows and lookups (M6.2) each rule has taken since the engine was made or restored, by its path:
    /// for a host that watches what its rules cost. In dependency order.
    pub fn work(&self) -> impl Iterator<Item = (&str, u64)> {
        let rules = self.programs.rules.iter().map(|program| &*program.path);
        rules.zip(self.work.iter().copied())
    }

    /// The rules that had no work left in the last instant, by their path, each with how many of its keys wait for
    /// the next (M6.2): what they conclude is not whole. None right after a snapshot was restored.
    pub fn postponed(&self) -> impl Iterator<Item = (&str, usize)> {
        let path = |rule: usize| self.programs.rules.get(rule).map(|program| &*program.path);
        let rules = self.postponed.chunk_by(|(a, _), (b, _)| a == b);
        rules.filter_map(move |keys| Some((path(keys.first()?.0)?, keys.len())))
    }

    /// How many events came too late, by source.
    #[must_use]
    pub fn late(&self) -> Vec<Late> {
        let late = self.timeline.late().iter();
        late.map(|(source, events)| Late { source: *source, events: *events }).collect()
    }

    /// One instant: inputs, then timers, then truth once, strata in order (M1.4).
    fn instant(&mut self, programs: &Programs, instant: i64, inputs: &[Held]) {
        (self.now, self.first) = (instant, false);
        // What no condition can look at any more is no work, however the clock was moved.
        self.sweep(programs, instant);
        for input in inputs {
            self.apply(programs, input);
        }
        while let Some(&(time, rule, key)) = self.timers.first()
            && time <= instant
        {
            self.timers.pop_first();
            let Some(keys) = self.keys.get_mut(rule) else { continue };
            if let Some(deadline) = keys.deadline(key) {
                *deadline = i64::MAX;
                self.dirty.add(rule, as_key(keys.key(key)));
            }
        }
        if !self.postponed.is_empty() {
            for (rule, key) in self.postponed.drain(..) {
                self.dirty.add(rule, key);
            }
        }
        // Most of what comes concerns no key, and takes no row out.
        if !self.dirty.is_empty() {
            self.rethink(programs);
        }
        if !self.gone.is_empty() {
            self.bury();
        }
        self.calm = self.postponed.is_empty();
        if self.coverage.is_crowded() {
            let horizon = self.horizon(instant);
            self.coverage.forget(horizon);
        }
    }

    /// Thinks about all keys that something concerns, rules in order, and tells what changed.
    fn rethink(&mut self, programs: &Programs) {
        let mut batch = core::mem::take(&mut self.batch);
        while let Some(rule) = self.dirty.next(&mut batch) {
            self.think(programs, rule, &mut batch);
        }
        self.batch = batch;
        self.link(programs);
        self.leave();
        self.supports.settle();
        self.tell(programs);
    }

    /// Frees the slots of the rows that went.
    fn bury(&mut self) {
        for (relation, row) in self.gone.drain(..) {
            if let Some(rows) = self.relations.get_mut(relation) {
                rows.free(row);
            }
        }
    }

    /// Notes when the oldest event of a relation is no longer needed.
    pub(crate) fn await_oldest(&mut self, programs: &Programs, relation: usize) {
        let Some(schema) = programs.schema.get(relation) else { return };
        let Some(rows) = self.relations.get(relation) else { return };
        if let Some(oldest) = rows.find(schema.whole, &[]).first() {
            let until = kept_until(rows.time(*oldest), self.reach(programs, relation));
            self.sweeps.insert((until, relation, OLDEST));
        }
    }

    /// How long an event is needed: what came after another may bear a stamp a little older (M1.6).
    fn reach(&self, programs: &Programs, relation: usize) -> i64 {
        let retention = programs.schema.get(relation).map_or(0, |schema| schema.retention);
        retention.saturating_add(self.sources.coarsest())
    }

    /// Nobody looks behind this instant: no condition, and no edge to a symptom that is open.
    pub(crate) fn horizon(&self, now: i64) -> i64 {
        let episodes = self.keys.iter().flat_map(Keys::episodes);
        let opened = episodes.map(|(_, open)| open.life.opened).min();
        let reach = self.programs.reach.saturating_add(DAY);
        now.saturating_sub(reach).min(opened.unwrap_or(i64::MAX))
    }

    /// Drops what no condition can look at any more. No truth changes by it.
    #[inline]
    fn sweep(&mut self, programs: &Programs, now: i64) {
        while self.sweeps.first().is_some_and(|(until, ..)| *until < now) {
            self.sweep_first(programs, now);
        }
    }

    #[cold]
    fn sweep_first(&mut self, programs: &Programs, now: i64) {
        let Some((_, relation, row)) = self.sweeps.pop_first() else { return };
        let whole = programs.schema.get(relation).map_or(0, |schema| schema.whole);
        let reach = self.reach(programs, relation);
        let Some(rows) = self.relations.get_mut(relation) else { return };
        if row != OLDEST {
            let names = Names { sources: &self.sources, symbols: &self.symbols };
            return rows.remove(row, names);
        }
        rows.forget(whole, needless(reach, now));
        if rows.len() == 0 {
            self.cursors.clear(relation);
        }
        self.await_oldest(programs, relation);
    }
}

/// Until when an event is kept that is needed for so long. It depends on nothing but these, so that what is
/// kept at an instant does not depend on where the clock stopped before.
fn kept_until(time: i64, reach: i64) -> i64 {
    let until = time.saturating_add(reach);
    let step = step(reach);
    until.saturating_add((step - until.rem_euclid(step)) % step)
}

/// The last instant of which no event is kept any more: those that are [kept until](kept_until) before now.
fn needless(reach: i64, now: i64) -> i64 {
    let last = now.saturating_sub(1);
    last.saturating_sub(last.rem_euclid(step(reach))).saturating_sub(reach)
}

/// Events go at multiples of this.
fn step(reach: i64) -> i64 {
    (reach / SWEEPS).max(1)
}
