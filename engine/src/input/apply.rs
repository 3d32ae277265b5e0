//! Brings the inputs of one instant to the relations, and each changed row to the keys it concerns.

use alloc::{boxed::Box, collections::BTreeSet, sync::Arc, vec, vec::Vec};

use etio_plan::{Origin, SourceId};

use crate::{
    engine::Engine,
    input::timeline::{Change, Held, How, Observed},
    program::{
        Programs, Route,
        compile::Compiler,
        route::{Walk, route},
    },
    store::{
        cover::Term,
        coverage::Vouch,
        relation::{ASSUMED, EVENTFUL, FIRST, Names, RowId},
        sources::Stamp,
    },
    value::word::{ABSENT, Word, at, int, put},
};

/// For how long a removal is remembered, so that a late row does not bring the key back (M1.3).
const REMEMBER_REMOVAL: i64 = 3600 * 1_000_000_000;

/// What is known of one key of an entity.
#[derive(Clone, Default)]
pub(crate) struct Entity {
    pub(crate) row: Option<RowId>,
    /// The stamp of the newest row; none where the row is only assumed.
    pub(crate) newest: Option<Stamp>,
    /// What was said of each field, and which source said it.
    pub(crate) said: Box<[Word]>,
    pub(crate) by: Box<[SourceId]>,
    pub(crate) removed: Option<Removal>,
}

/// A removal, and until when it is remembered.
#[derive(Clone, Copy)]
pub(crate) struct Removal {
    pub(crate) stamp: Stamp,
    pub(crate) until: i64,
}

impl Entity {
    /// Whether only a removal is known, and that long enough ago.
    pub(crate) fn is_forgotten(&self, now: i64) -> bool {
        self.row.is_none() && self.removal(now).is_none()
    }

    /// The removal, where it is still remembered. That it is not swept up yet does not count.
    fn removal(&self, now: i64) -> Option<Stamp> {
        self.removed.filter(|removed| removed.until > now).map(|removed| removed.stamp)
    }

    /// Takes what a source says of the key. It does not erase what others say of fields it lacks.
    fn hear(&mut self, words: &[Word], source: SourceId) {
        if self.newest.is_none() {
            self.said = words.into();
            self.by = words.iter().map(|_| source).collect();
            return;
        }
        for ((said, by), word) in self.said.iter_mut().zip(&mut self.by).zip(words) {
            if *word != ABSENT || *by == source || *said == ABSENT {
                (*said, *by) = (*word, source);
            }
        }
    }
}

impl Engine {
    /// Applies one input.
    pub(crate) fn apply(&mut self, programs: &Programs, held: &Held) {
        match &held.change {
            Change::Vouch { relation, scope, vouch } => {
                self.coverage.apply(
                    held.stamp.origin.source,
                    *relation,
                    scope,
                    self.learnt(*vouch),
                );
                let lost = !matches!(vouch, Vouch::Covered { .. });
                self.touch_coverage(programs, *relation, scope, lost);
            }
            Change::Event { relation, words } => self.event(programs, *relation, words, held.stamp),
            Change::Row { relation, row } => self.observe(programs, *relation, row, held.stamp),
            Change::Remove { relation, key } => self.remove(programs, *relation, key, held.stamp),
            Change::Snapshot { relation, scope, rows } => {
                let mut present = BTreeSet::new();
                for (stamp, row) in rows {
                    present.insert(self.entity_key(programs, *relation, &row.words));
                    self.observe(programs, *relation, row, *stamp);
                }
                for key in self.keys_of(programs, *relation, scope, held.stamp.origin.source) {
                    if !present.contains(&key) {
                        self.remove(programs, *relation, &key, held.stamp);
                    }
                }
            }
        }
    }

    /// What is learnt late counts from now on, never backwards (M3.1).
    fn learnt(&self, vouch: Vouch) -> Vouch {
        match vouch {
            Vouch::Covered { from } => Vouch::Covered { from: from.max(self.now) },
            Vouch::Gap { from, to } => Vouch::Gap { from: from.max(self.now), to },
            Vouch::Silent { from } => Vouch::Silent { from: from.max(self.now.saturating_sub(1)) },
        }
    }

    fn event(&mut self, programs: &Programs, relation: usize, words: &[Word], stamp: Stamp) {
        if self.merge_event(relation, words, stamp) {
            return;
        }
        let names = Names { sources: &self.sources, symbols: &self.symbols };
        let Some(rows) = self.relations.get_mut(relation) else { return };
        let was_empty = rows.len() == 0;
        let row = rows.insert(words, stamp, EVENTFUL, names);
        if was_empty {
            self.await_oldest(programs, relation);
        }
        self.touch(programs, relation, row);
    }

    /// Two sources may tell of one event (M1.7): the second adds its origin to the first that is near
    /// enough and that it has not told of yet.
    fn merge_event(&mut self, relation: usize, words: &[Word], stamp: Stamp) -> bool {
        let source = stamp.origin.source;
        if self.carry(relation, source) < 2 {
            return false;
        }
        let names = Names { sources: &self.sources, symbols: &self.symbols };
        let Some(rows) = self.relations.get_mut(relation) else { return false };
        let all: Vec<u16> = (0..words.len() as u16).collect();
        let index = rows.index_on(&all, names);
        let same = rows.find(index, words);
        let nearest = stamp.time.saturating_sub(self.sources.coarsest());
        let start = same.skip(|row| rows.time(row) < nearest);
        let resolution = self.sources.resolution(source);
        let one = (start..same.len()).filter_map(|place| same.get(place)).find(|row| {
            let mut origins = rows.origins(*row);
            let first = origins.next().map_or(source, |origin| origin.source);
            let coarser = resolution.max(self.sources.resolution(first));
            first != source
                && origins.all(|origin| origin.source != source)
                && stamp.time.saturating_sub(rows.time(*row)) <= coarser
        });
        one.inspect(|row| rows.add_origin(*row, stamp.origin)).is_some()
    }

    /// Notes that a source tells of an event relation, and says how many do.
    pub(crate) fn carry(&mut self, relation: usize, source: SourceId) -> usize {
        let Some(carriers) = self.carriers.get_mut(relation) else { return 0 };
        if !carriers.contains(&source) {
            carriers.push(source);
        }
        carriers.len()
    }

    /// Whether an event that comes too late is one that has been applied already (M1.7).
    pub(crate) fn is_known(
        &self,
        programs: &Programs,
        relation: usize,
        time: i64,
        origin: Origin,
    ) -> bool {
        let Some(rows) = self.relations.get(relation) else { return false };
        let whole = programs.schema.get(relation).map_or(0, |schema| schema.whole);
        let all = rows.find(whole, &[]);
        let near = self.sources.coarsest();
        let start = all.skip(|row| rows.time(row) < time.saturating_sub(near));
        (start..all.len())
            .filter_map(|place| all.get(place))
            .take_while(|row| rows.time(*row) <= time)
            .any(|row| rows.origins(row).any(|known| known == origin))
    }

    fn entity_key(&self, programs: &Programs, relation: usize, words: &[Word]) -> Box<[Word]> {
        let key = programs.schema.get(relation).map_or(&[][..], |schema| &schema.key);
        key.iter().map(|field| at(words, *field)).collect()
    }

    fn observe(&mut self, programs: &Programs, relation: usize, seen: &Observed, stamp: Stamp) {
        let key = self.entity_key(programs, relation, &seen.words);
        let Some(entities) = self.entities.get_mut(relation) else { return };
        let entity = entities.entry(key).or_default();
        let sources = &self.sources;
        let newer = |known: &Stamp| sources.compare(known, &stamp).is_gt();
        if seen.how == How::Assumed {
            if entity.row.is_none() && !entity.removal(self.now).is_some_and(|of| newer(&of)) {
                let words = with_defaults(programs, relation, seen.words.clone());
                let assumed = Stamp { time: self.now, ..stamp };
                let names = Names { sources, symbols: &self.symbols };
                let Some(rows) = self.relations.get_mut(relation) else { return };
                let row = rows.insert(&words, assumed, ASSUMED | FIRST, names);
                entity.row = Some(row);
                self.touch(programs, relation, row);
            }
            return;
        }
        if entity.newest.or(entity.removal(self.now)).is_some_and(|known| newer(&known)) {
            return;
        }
        let first = seen.how == How::First && entity.newest.is_none();
        entity.hear(&seen.words, stamp.origin.source);
        entity.newest = Some(stamp);
        entity.removed = None;
        let (words, row) = (entity.said.clone(), entity.row);
        let words = with_defaults(programs, relation, words);
        let marks = if first { FIRST } else { 0 };
        let row = self.stand(programs, relation, row, &words, stamp, marks);
        self.set_row(programs, relation, &words, row);
    }

    fn set_row(
        &mut self,
        programs: &Programs,
        relation: usize,
        words: &[Word],
        row: Option<RowId>,
    ) {
        let key = self.entity_key(programs, relation, words);
        if let Some(entity) = self.entities.get_mut(relation).and_then(|of| of.get_mut(&key)) {
            entity.row = row;
        }
    }

    /// Puts a row in the place of another of its key.
    fn stand(
        &mut self,
        programs: &Programs,
        relation: usize,
        old: Option<RowId>,
        words: &[Word],
        stamp: Stamp,
        marks: u8,
    ) -> Option<RowId> {
        if let Some(row) = old {
            let rows = self.relations.get(relation)?;
            if *rows.words(row) == *words {
                if rows.marks(row) & ASSUMED == 0 {
                    return old;
                }
                self.keep_past(programs, relation, row);
                let names = Names { sources: &self.sources, symbols: &self.symbols };
                self.relations.get_mut(relation)?.restamp(row, stamp, marks, names);
                self.touch(programs, relation, row);
                return old;
            }
            self.drop_row(programs, relation, row);
        }
        let names = Names { sources: &self.sources, symbols: &self.symbols };
        let row = self.relations.get_mut(relation)?.insert(words, stamp, marks, names);
        self.touch(programs, relation, row);
        Some(row)
    }

    fn remove(&mut self, programs: &Programs, relation: usize, key: &[Word], stamp: Stamp) {
        let Some(entities) = self.entities.get_mut(relation) else { return };
        let entity = entities.entry(key.into()).or_default();
        let sources = &self.sources;
        let newer = |known: &Stamp| sources.compare(known, &stamp).is_gt();
        if entity.newest.or(entity.removal(self.now)).is_some_and(|known| newer(&known)) {
            return;
        }
        let assumed = entity.row.filter(|_| entity.newest.is_none());
        let assumed = assumed.and_then(|row| self.relations.get(relation)?.meta(row));
        let owner =
            entity.newest.or(assumed.map(|meta| meta.stamp)).map(|stamp| stamp.origin.source);
        if owner.is_some_and(|owner| owner != stamp.origin.source) {
            // Another source has the newest row.
            return;
        }
        let row = entity.row.take();
        let until = self.now.saturating_add(REMEMBER_REMOVAL);
        *entity = Entity { removed: Some(Removal { stamp, until }), ..Entity::default() };
        self.removals.push_back((until, relation, key.into()));
        if let Some(row) = row {
            self.drop_row(programs, relation, row);
        }
    }

    fn drop_row(&mut self, programs: &Programs, relation: usize, row: RowId) {
        self.touch(programs, relation, row);
        self.keep_past(programs, relation, row);
        let names = Names { sources: &self.sources, symbols: &self.symbols };
        if let Some(rows) = self.relations.get_mut(relation) {
            rows.remove(row, names);
        }
    }

    /// Keeps a row that is superseded now, where some rule asks for the past.
    fn keep_past(&mut self, programs: &Programs, relation: usize, row: RowId) {
        let Some(past) = programs.schema.get(relation).and_then(|schema| schema.past) else {
            return;
        };
        let Some(rows) = self.relations.get(relation) else { return };
        // What was superseded in the instant it came in never stood.
        let Some(meta) = rows.meta(row).copied().filter(|meta| meta.stamp.time < self.now) else {
            return;
        };
        let mut words = rows.words(row).to_vec();
        words.push(int(self.now));
        let names = Names { sources: &self.sources, symbols: &self.symbols };
        if let Some(rows) = self.relations.get_mut(past) {
            let row = rows.insert(&words, meta.stamp, meta.marks, names);
            let until =
                self.now.saturating_add(programs.schema.get(relation).map_or(0, |of| of.retention));
            self.sweeps.insert((until, past, row));
        }
    }

    /// The keys of a relation's rows in a scope of which a source has a say.
    fn keys_of(
        &mut self,
        programs: &Programs,
        relation: usize,
        scope: &[(u16, Word)],
        source: SourceId,
    ) -> Vec<Box<[Word]>> {
        let names = Names { sources: &self.sources, symbols: &self.symbols };
        let Some(rows) = self.relations.get_mut(relation) else { return Vec::new() };
        let columns: Vec<u16> = scope.iter().map(|(field, _)| *field).collect();
        let words: Vec<Word> = scope.iter().map(|(_, word)| *word).collect();
        let index = rows.index_on(&columns, names);
        let found = rows.find(index, &words);
        let found: Vec<RowId> = (0..found.len()).filter_map(|place| found.get(place)).collect();
        let Some(rows) = self.relations.get(relation) else { return Vec::new() };
        let key = |row: RowId| self.entity_key(programs, relation, rows.words(row));
        let keys: Vec<Box<[Word]>> = found.into_iter().map(key).collect();
        let says = |key: &[Word]| {
            let entity = self.entities.get(relation).and_then(|of| of.get(key));
            let newest = entity.and_then(|entity| entity.newest);
            newest.is_none_or(|newest| newest.origin.source == source)
        };
        keys.into_iter().filter(|key| says(key)).collect()
    }

    /// Marks every key that a row concerns, before it goes or after it came.
    pub(crate) fn touch(&mut self, programs: &Programs, relation: usize, row: RowId) {
        let (Some(dispatch), Some(rows)) =
            (programs.dispatch.get(relation), self.relations.get(relation))
        else {
            return;
        };
        let (words, time) = (rows.words(row), int(rows.time(row)));
        for route in dispatch.routes(words) {
            let Some(route) = programs.routes.get(route) else { continue };
            let Some(program) = programs.rules.get(route.rule) else { continue };
            let mut slots = core::mem::take(&mut self.scratch);
            slots.clear();
            slots.resize(program.slots, ABSENT);
            let dirty = &mut self.dirty;
            let mut walk = Walk {
                relations: &self.relations,
                symbols: &mut self.symbols,
                key: &program.key,
                slots,
                found: &mut |key| dirty.add(route.rule, key),
            };
            walk.run(route, words, time);
            self.scratch = walk.slots;
        }
    }

    /// Marks every key that a change of coverage may concern. Routes from a scope are made when the
    /// first such change comes.
    fn touch_coverage(
        &mut self,
        programs: &Programs,
        relation: usize,
        scope: &[(u16, Word)],
        lost: bool,
    ) {
        for (number, reader) in programs.readers.get(relation).into_iter().flatten().enumerate() {
            let term = |field: u16| match &reader.map {
                None => Some(Term::Field(field)),
                Some(map) => map.iter().find(|(known, _)| *known == field).map(|(_, term)| *term),
            };
            let mut known: Vec<(u16, Word)> = Vec::new();
            // Where the condition leaves a field of the scope open, it is not covered, and may be lost.
            let concerned = scope.iter().all(|(field, word)| match term(*field) {
                Some(Term::Const(constant)) => constant == *word,
                Some(Term::Field(of)) => {
                    known.push((of, *word));
                    true
                }
                None => lost,
            });
            let Some(program) = programs.rules.get(reader.rule).filter(|_| concerned) else {
                continue;
            };
            let fields: Vec<u16> = known.iter().map(|(field, _)| *field).collect();
            let name = (relation, number, fields);
            if !self.cover_routes.contains_key(&name)
                && let Some(route) = self.cover_route(programs, reader.rule, &reader.atom, &name.2)
            {
                self.cover_routes.insert(name.clone(), Arc::new(route));
            }
            let Some(route) = self.cover_routes.get(&name) else { continue };
            let width =
                self.relations.get(reader.atom.relation.index()).map_or(0, |of| of.types.len());
            let mut words = vec![ABSENT; width];
            known.iter().for_each(|(field, word)| put(&mut words, *field, *word));
            let dirty = &mut self.dirty;
            let mut walk = Walk {
                relations: &self.relations,
                symbols: &mut self.symbols,
                key: &program.key,
                slots: vec![ABSENT; program.slots],
                found: &mut |key| dirty.add(reader.rule, key),
            };
            walk.run(route, &words, ABSENT);
        }
    }

    fn cover_route(
        &mut self,
        programs: &Programs,
        at_rule: usize,
        atom: &etio_plan::Atom,
        fields: &[u16],
    ) -> Option<Route> {
        let pack = self.pack.clone();
        let rule = pack.rules.get(at_rule)?;
        let mut compiler = Compiler {
            pack: &pack,
            params: &programs.params,
            schema: &programs.schema,
            relations: &mut self.relations,
            symbols: &mut self.symbols,
            sources: &self.sources,
            // Routes wait on nothing.
            cursors: &mut Vec::new(),
        };
        Some(route(&mut compiler, at_rule, rule, atom, &|field| fields.contains(&field), false))
    }
}

/// What a collected row lacks is what its producer means by silence.
pub(crate) fn with_defaults(
    programs: &Programs,
    relation: usize,
    mut words: Box<[Word]>,
) -> Box<[Word]> {
    let defaults = programs.schema.get(relation).map_or(&[][..], |schema| &schema.defaults);
    for (field, default) in defaults {
        if at(&words, *field) == ABSENT {
            put(&mut words, *field, *default);
        }
    }
    words
}
