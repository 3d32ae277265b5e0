//! The engine from outside, and the instants time passes in.

use alloc::{
    boxed::Box,
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
    vec::Vec,
};

use etio_plan::{Fact, FieldId, Input, Kind, Pack, ParamId, RelId, Scope, SourceId, Value};
use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::{
    apply::{Entity, with_defaults},
    coverage::{Coverage, ScopeWords, Vouch},
    episode::{Changed, Closed, Episode, Late, Transition},
    error::Error,
    load::{Loaded, load},
    program::{Programs, Route},
    relation::Relation,
    relation::RowId,
    sources::{Sources, Stamp},
    support::{Dirty, KeyId, Keys, Supports},
    timeline::{Change, Held, How, Observed, Timeline, placeless},
    word::{ABSENT, Symbols, Word, as_int, at},
};

/// How an engine runs a pack; fixed for its life.
#[derive(Clone, Debug, Default)]
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
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
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

/// Runs a pack: facts in, findings out.
pub struct Engine {
    pub(crate) pack: Arc<Pack>,
    pub(crate) programs: Arc<Programs>,
    pub(crate) limits: Limits,
    pub(crate) symbols: Symbols,
    pub(crate) sources: Sources,
    pub(crate) timeline: Timeline,
    pub(crate) coverage: Coverage,
    pub(crate) relations: Vec<Relation>,
    pub(crate) entities: Vec<HashMap<Box<[Word]>, Entity, FixedState>>,
    /// The sources that carry each event relation.
    pub(crate) carriers: Vec<Vec<SourceId>>,
    pub(crate) supports: Supports,
    pub(crate) keys: Vec<Keys>,
    pub(crate) dirty: Dirty,
    pub(crate) timers: BTreeSet<(i64, usize, KeyId)>,
    pub(crate) cover_routes: HashMap<(usize, usize, Vec<u16>), Route, FixedState>,
    /// Removals to forget, in the order in which they are due.
    pub(crate) removals: VecDeque<(i64, usize, Box<[Word]>)>,
    /// When a superseded row, or the oldest of all events of a relation, is no longer needed.
    pub(crate) sweeps: BTreeSet<(i64, usize, RowId)>,
    /// The instant.
    pub(crate) now: i64,
    /// What changed in this instant: concluded rows on their way out, findings thought about.
    pub(crate) leaving: Vec<(usize, RowId)>,
    pub(crate) changed: Vec<Changed>,
    pub(crate) seen: Vec<(usize, KeyId)>,
    /// Keys that a rule had no work left for; they are thought about in the next instant.
    pub(crate) postponed: Vec<(usize, Box<[Word]>)>,
    /// Which open findings claim to explain a clause's key.
    pub(crate) claims: BTreeMap<Claim, BTreeSet<KeyId>>,
    pub(crate) closed: VecDeque<Closed>,
    pub(crate) transitions: Vec<Transition>,
    pub(crate) unnamed: Option<Word>,
    pub(crate) scratch: Vec<Word>,
}

/// A rule, one of its `explains` clauses, and the key or part of a key it points at.
pub(crate) type Claim = (usize, usize, Box<[Word]>);

/// The row number that stands for the oldest events of a relation.
const OLDEST: RowId = RowId::MAX;

impl Engine {
    /// Makes an engine for a pack.
    ///
    /// # Errors
    /// When a parameter does not exist or is out of range, or the pack is not one a compiler writes.
    pub fn new(pack: Arc<Pack>, options: Options) -> Result<Self, Error> {
        let state = FixedState::with_seed(options.seed);
        let mut symbols = Symbols::new(state.clone());
        let Loaded { programs, relations } = load(&pack, &options.params, &mut symbols, &state)?;
        let unnamed = options.unnamed_ambiguous.then(|| symbols.text("(unnamed)"));
        let rules = programs.rules.len();
        Ok(Self {
            limits: options.limits,
            sources: Sources::default(),
            timeline: Timeline::new(),
            coverage: Coverage::new(
                pack.relations.iter().map(|relation| relation.lossy).collect(),
                state.clone(),
            ),
            entities: pack.relations.iter().map(|_| HashMap::with_hasher(state.clone())).collect(),
            carriers: pack.relations.iter().map(|_| Vec::new()).collect(),
            supports: Supports::new(pack.relations.len(), &state),
            keys: (0..rules).map(|_| Keys::new(state.clone())).collect(),
            dirty: Dirty::new(rules, &state),
            timers: BTreeSet::new(),
            cover_routes: HashMap::with_hasher(state),
            removals: VecDeque::new(),
            sweeps: BTreeSet::new(),
            now: i64::MIN,
            leaving: Vec::new(),
            changed: Vec::new(),
            seen: Vec::new(),
            postponed: Vec::new(),
            claims: BTreeMap::new(),
            closed: VecDeque::new(),
            transitions: Vec::new(),
            scratch: Vec::new(),
            programs: Arc::new(programs),
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
                self.dirty.add(rule, Box::default());
            }
        }
        self
    }

    /// Holds an input back until the clock passes it.
    ///
    /// # Errors
    /// When it does not fit the pack's schema, or as many inputs are held back as the limit allows.
    pub fn insert(&mut self, input: Input) -> Result<(), Error> {
        if self.timeline.len() >= self.limits.held {
            return Err(Error::Full(self.limits.held));
        }
        match input {
            Input::Source { source, name, resolution } => {
                self.sources.name(source, &name, resolution);
                Ok(())
            }
            Input::Fact(fact) => self.insert_fact(fact),
            Input::Remove(fact) => {
                let relation = self.entity(fact.relation)?;
                let words = self.words(&fact)?;
                if self.is_read(relation) {
                    let key =
                        self.programs.schema.get(relation).map_or(&[][..], |schema| &schema.key);
                    let key = key.iter().map(|field| at(&words, *field)).collect();
                    self.hold(fact.time, stamp(&fact), Change::Remove { relation, key });
                }
                Ok(())
            }
            Input::Snapshot { source, relation, scope, time, rows } => {
                self.insert_snapshot(source, relation, &scope, time, rows)
            }
            Input::Covered { source, relation, scope, from } => {
                self.vouch(source, relation, &scope, from, Vouch::Covered { from })
            }
            Input::Gap { source, relation, scope, from, to } => {
                self.vouch(source, relation, &scope, from, Vouch::Gap { from, to })
            }
            Input::Silent { source, relation, scope, from } => {
                // It still says what happens at that instant.
                let next = from.saturating_add(1);
                self.vouch(source, relation, &scope, next, Vouch::Silent { from })
            }
        }
    }

    /// Moves the clock: nothing at or before `to` is still to come. A time that has passed is none.
    pub fn advance(&mut self, to: i64) {
        if to <= self.timeline.clock() {
            return;
        }
        let programs = self.programs.clone();
        let held = self.timeline.take(to, &self.sources);
        let mut held = held.as_slice();
        loop {
            let input = held.first().map(|held| held.time);
            let timer = self.timers.first().map(|(time, ..)| *time).filter(|time| *time <= to);
            let Some(instant) = [input, timer].into_iter().flatten().min() else { break };
            let count = held.iter().take_while(|held| held.time == instant).count();
            let (inputs, rest) = held.split_at(count);
            held = rest;
            self.instant(&programs, instant, inputs);
        }
        self.timeline.set_clock(to);
        self.sweep(&programs, to);
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

    /// What changed since the last time this was called, in the order (time, rule, key).
    pub fn drain(&mut self) -> Vec<Transition> {
        core::mem::take(&mut self.transitions)
    }

    /// All episodes, open and remembered, in the order (opened, rule, key).
    #[must_use]
    pub fn episodes(&self) -> Vec<Episode> {
        self.report()
    }

    /// How many events came too late, by source.
    #[must_use]
    pub fn late(&self) -> Vec<Late> {
        let late = self.timeline.late().iter();
        late.map(|(source, events)| Late { source: *source, events: *events }).collect()
    }

    /// One instant: inputs, then timers, then truth once, strata in order (M1.4).
    fn instant(&mut self, programs: &Programs, instant: i64, inputs: &[Held]) {
        self.now = instant;
        for input in inputs {
            self.apply(programs, input);
        }
        while let Some(&(time, rule, key)) = self.timers.first()
            && time <= instant
        {
            self.timers.pop_first();
            if let Some(state) = self.keys.get_mut(rule).and_then(|keys| keys.get_mut(key)) {
                state.deadline = None;
                self.dirty.add(rule, state.key.clone());
            }
        }
        for (rule, key) in core::mem::take(&mut self.postponed) {
            self.dirty.add(rule, key);
        }
        while let Some((rule, keys)) = self.dirty.next() {
            self.think(programs, rule, keys);
        }
        self.link(programs);
        self.leave();
        self.tell(programs);
        self.sweep(programs, instant);
    }

    /// Notes when the oldest event of a relation is no longer needed.
    pub(crate) fn await_oldest(&mut self, programs: &Programs, relation: usize) {
        let Some(schema) = programs.schema.get(relation) else { return };
        let Some(rows) = self.relations.get(relation) else { return };
        if let Some(oldest) = rows.find(schema.whole, &[]).get(0)
            && schema.retention != i64::MAX
        {
            let until = rows.time(oldest).saturating_add(schema.retention);
            self.sweeps.insert((until, relation, OLDEST));
        }
    }

    /// Drops what no condition can look at any more. No truth changes by it.
    fn sweep(&mut self, programs: &Programs, now: i64) {
        while let Some(&(until, relation, row)) = self.sweeps.first()
            && until < now
        {
            self.sweeps.pop_first();
            let whole = programs.schema.get(relation).map_or(0, |schema| schema.whole);
            let retention = programs.schema.get(relation).map_or(0, |schema| schema.retention);
            let names = crate::relation::Names { sources: &self.sources, symbols: &self.symbols };
            let Some(rows) = self.relations.get_mut(relation) else { continue };
            if row != OLDEST {
                rows.remove(row, names);
                continue;
            }
            while let Some(oldest) = rows.find(whole, &[]).get(0)
                && rows.time(oldest).saturating_add(retention) < now
            {
                rows.remove(oldest, names);
            }
            self.await_oldest(programs, relation);
        }
        while let Some((until, relation, _)) = self.removals.front()
            && *until <= now
        {
            let relation = *relation;
            if let Some((_, _, key)) = self.removals.pop_front()
                && let Some(entities) = self.entities.get_mut(relation)
                && entities.get(&key).is_some_and(|entity| entity.is_forgotten(now))
            {
                entities.remove(&key);
            }
        }
    }

    fn insert_fact(&mut self, fact: Fact) -> Result<(), Error> {
        let relation = fact.relation.index();
        let kind = self.pack.get(fact.relation).map(|relation| relation.kind);
        let words = match kind {
            Some(Kind::Event | Kind::Entity) => self.words(&fact)?,
            _ => return Err(self.no_input(fact.relation)),
        };
        if !self.is_read(relation) {
            return Ok(());
        }
        if kind == Some(Kind::Entity) {
            self.hold_row(relation, words, &fact);
        } else if fact.time <= self.timeline.clock() {
            let programs = self.programs.clone();
            if !self.is_known(&programs, relation, fact.time, fact.origin) {
                self.timeline.count_late(fact.origin.source);
            }
        } else {
            let words = with_defaults(&self.programs, relation, words);
            self.hold(fact.time, stamp(&fact), Change::Event { relation, words });
        }
        Ok(())
    }

    /// Holds a row of an entity back, and what is assumed of the time before it (M5.2).
    fn hold_row(&mut self, relation: usize, words: Box<[Word]>, fact: &Fact) {
        let stamp = stamp(fact);
        let how = self.assume(relation, &words, fact);
        self.hold(fact.time, stamp, Change::Row { relation, row: Observed { words, how } });
    }

    /// Lets the row of a first snapshot stand before its observation: since when it says itself, or
    /// as assumed. Says how the observation itself counts then.
    fn assume(&mut self, relation: usize, words: &[Word], fact: &Fact) -> How {
        let Some(from) = fact.assumed_from else { return How::Plain };
        let since = self.programs.schema.get(relation).and_then(|schema| schema.since);
        match since.map_or(ABSENT, |field| at(words, field)) {
            ABSENT => {
                if from < fact.time {
                    let row = Observed { words: words.into(), how: How::Assumed };
                    self.hold(from, stamp(fact), Change::Row { relation, row });
                }
                How::First
            }
            since => {
                let since = as_int(since);
                if since < fact.time {
                    let row = Observed { words: words.into(), how: How::Plain };
                    let stamp = Stamp { time: since, origin: fact.origin };
                    self.hold(since.max(from), stamp, Change::Row { relation, row });
                }
                How::Plain
            }
        }
    }

    fn insert_snapshot(
        &mut self,
        source: SourceId,
        relation: RelId,
        scope: &Scope,
        time: i64,
        rows: Vec<Fact>,
    ) -> Result<(), Error> {
        let scope = self.scope(relation, scope)?;
        let relation = self.entity(relation)?;
        let mut observed = Vec::with_capacity(rows.len());
        for mut fact in rows {
            fact.time = time;
            if fact.relation.index() != relation {
                return Err(self.no_input(fact.relation));
            }
            observed.push((self.words(&fact)?, fact));
        }
        if !self.is_read(relation) {
            return Ok(());
        }
        let mut rows = Vec::with_capacity(observed.len());
        for (words, fact) in observed {
            let how = self.assume(relation, &words, &fact);
            rows.push((stamp(&fact), Observed { words, how }));
        }
        self.hold(time, placeless(source, time), Change::Snapshot { relation, scope, rows });
        Ok(())
    }

    fn vouch(
        &mut self,
        source: SourceId,
        relation: RelId,
        scope: &Scope,
        time: i64,
        vouch: Vouch,
    ) -> Result<(), Error> {
        let scope = self.scope(relation, scope)?;
        let change = Change::Vouch { relation: relation.index(), scope, vouch };
        self.hold(time, placeless(source, time), change);
        Ok(())
    }

    fn hold(&mut self, time: i64, stamp: Stamp, change: Change) {
        let time = self.timeline.not_before_now(time);
        self.timeline.hold(Held { time, stamp, change });
    }

    fn is_read(&self, relation: usize) -> bool {
        self.programs.schema.get(relation).is_some_and(|schema| schema.read)
    }

    /// The relation as an entity that takes rows.
    fn entity(&self, relation: RelId) -> Result<usize, Error> {
        match self.pack.get(relation) {
            Some(of) if of.kind == Kind::Entity => Ok(relation.index()),
            _ => Err(self.no_input(relation)),
        }
    }

    fn no_input(&self, relation: RelId) -> Error {
        let path = self.pack.get(relation).map(|relation| crate::expr::quoted(&relation.path));
        Error::Relation(path.unwrap_or_else(|| alloc::format!("number {}", relation.0)))
    }

    /// A fact's values as words, one a field.
    fn words(&mut self, fact: &Fact) -> Result<Box<[Word]>, Error> {
        let pack = self.pack.clone();
        let Some(relation) = pack.get(fact.relation) else {
            return Err(self.no_input(fact.relation));
        };
        let wrong = |field: usize, what| Error::Value {
            relation: relation.path.clone(),
            field: relation.fields.get(field).map(|field| field.name.clone()).unwrap_or_default(),
            what,
        };
        if fact.values.len() > relation.fields.len() {
            return Err(wrong(
                relation.fields.len(),
                "does not exist: there are more values than fields",
            ));
        }
        let mut words = Vec::with_capacity(relation.fields.len());
        for (at, field) in relation.fields.iter().enumerate() {
            let value = fact.values.get(at).unwrap_or(&Value::Null);
            let word = self.symbols.word(value, &field.ty);
            let word = word.ok_or_else(|| wrong(at, "has a value of another type"))?;
            if word == ABSENT && field.key {
                return Err(wrong(at, "is part of the key and has no value"));
            }
            words.push(word);
        }
        Ok(words.into())
    }

    fn scope(&mut self, relation: RelId, scope: &[(FieldId, Value)]) -> Result<ScopeWords, Error> {
        let pack = self.pack.clone();
        let Some(of) = pack.get(relation) else { return Err(self.no_input(relation)) };
        let mut words = ScopeWords::new();
        for (field, value) in scope {
            let declared = of.fields.get(field.index());
            let word = declared.and_then(|declared| self.symbols.word(value, &declared.ty));
            let wrong = || Error::Value {
                relation: of.path.clone(),
                field: declared.map(|declared| declared.name.clone()).unwrap_or_default(),
                what: "does not fit the scope",
            };
            words.push((field.0, word.ok_or_else(wrong)?));
        }
        words.sort_unstable();
        words.dedup_by_key(|(field, _)| *field);
        Ok(words)
    }
}

const fn stamp(fact: &Fact) -> Stamp {
    Stamp { time: fact.time, origin: fact.origin }
}
