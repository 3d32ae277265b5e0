//! Brings the inputs of one instant to the relations.

use alloc::{collections::BTreeSet, vec::Vec};

use etio_plan::{Origin, SourceId};

use crate::{
    engine::Engine,
    input::timeline::{Change, Held, How, Observed},
    program::Programs,
    store::{
        coverage::Vouch,
        entity::Removal,
        row::{ASSUMED, EVENTFUL, FIRST, Marks, RowId},
        run::skip,
        sources::Stamp,
        table::Names,
    },
    value::word::{ABSENT, Key, Row, Word, at, int, key_at, put},
};

/// For how long a removal is remembered, so that a late row does not bring the key back (M1.3).
const REMEMBER_REMOVAL: i64 = 3600 * 1_000_000_000;

impl Engine {
    /// Applies one input.
    pub(crate) fn apply(&mut self, programs: &Programs, held: &Held) {
        self.sources.hear(held.stamp.origin.source);
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
                    self.sources.hear(stamp.origin.source);
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
        let start = skip(same, |row| rows.time(row) < nearest);
        let resolution = self.sources.resolution(source);
        let one = same.iter().skip(start).copied().find(|row| {
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
        let start = skip(all, |row| rows.time(row) < time.saturating_sub(near));
        all.iter()
            .skip(start)
            .take_while(|row| rows.time(**row) <= time)
            .any(|row| rows.origins(*row).any(|known| known == origin))
    }

    fn entity_key(&self, programs: &Programs, relation: usize, words: &[Word]) -> Key {
        let key = programs.schema.get(relation).map_or(&[][..], |schema| &schema.key);
        key_at(words, key)
    }

    /// The row that stands for a key, its stamp, and the newest stamp it was told with; none where it is
    /// only assumed.
    fn standing(
        &self,
        programs: &Programs,
        relation: usize,
        key: &[Word],
    ) -> Option<(RowId, Stamp, Option<Stamp>)> {
        let rows = self.relations.get(relation)?;
        let row = *rows.find(programs.schema.get(relation)?.by_key, key).first()?;
        let header = rows.header(row)?;
        let told = header.marks() & ASSUMED == 0;
        let newest = || self.entities.get(relation).map(|of| of.newest(row, header.stamp()));
        Some((row, header.stamp(), told.then(newest).flatten()))
    }

    fn observe(&mut self, programs: &Programs, relation: usize, seen: &Observed, stamp: Stamp) {
        let key = self.entity_key(programs, relation, &seen.words);
        let standing = self.standing(programs, relation, &key);
        let newest = standing.and_then(|(.., newest)| newest);
        let Some(entities) = self.entities.get_mut(relation) else { return };
        let removed = entities.removed(&key, self.now);
        if newest.or(removed).is_some_and(|known| self.sources.compare(&known, &stamp).is_gt()) {
            return;
        }
        let names = Names { sources: &self.sources, symbols: &self.symbols };
        if seen.how == How::Assumed {
            if standing.is_none() {
                let mut words = seen.words.clone();
                give_defaults(programs, relation, &mut words);
                let assumed = Stamp { time: self.now, ..stamp };
                self.first = true;
                let Some(rows) = self.relations.get_mut(relation) else { return };
                let row = rows.insert(&words, assumed, ASSUMED | FIRST, names);
                self.touch(programs, relation, row);
            }
            return;
        }
        if removed.is_some() {
            entities.forgive(&key);
        }
        let (mut words, by) = match (standing, newest) {
            (Some((row, ..)), Some(newest)) => {
                let stood = self.relations.get(relation).map_or(&[][..], |rows| rows.words(row));
                let told = (&*seen.words, stamp.origin.source);
                entities.hear(row, (stood, newest.origin.source), told)
            }
            _ => (Row::from_slice(&seen.words), None),
        };
        give_defaults(programs, relation, &mut words);
        let first = seen.how == How::First && newest.is_none();
        let marks = if first { FIRST } else { 0 };
        self.first |= first;
        let old = standing.map(|(row, ..)| row);
        // What is told late is observed now.
        let observed =
            if seen.how == How::Since { stamp } else { Stamp { time: self.now, ..stamp } };
        let row = self.stand(programs, relation, old, &words, observed, marks);
        let (Some(row), Some(entities)) = (row, self.entities.get_mut(relation)) else { return };
        let own = self.relations.get(relation).and_then(|rows| rows.header(row));
        entities.note(row, own.map_or(observed, |header| header.stamp()), stamp, by);
    }

    /// Puts a row in the place of another of its key.
    fn stand(
        &mut self,
        programs: &Programs,
        relation: usize,
        old: Option<RowId>,
        words: &[Word],
        stamp: Stamp,
        marks: Marks,
    ) -> Option<RowId> {
        if let Some(row) = old {
            let rows = self.relations.get(relation)?;
            // What was only assumed until now is another row: what ends now rested on that one.
            if *rows.words(row) == *words && rows.marks(row) & ASSUMED == 0 {
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
        let standing = self.standing(programs, relation, key);
        let newest = standing.and_then(|(.., newest)| newest);
        let Some(entities) = self.entities.get_mut(relation) else { return };
        let known = newest.or_else(|| entities.removed(key, self.now));
        if known.is_some_and(|known| self.sources.compare(&known, &stamp).is_gt()) {
            return;
        }
        let owner = newest.or(standing.map(|(_, own, _)| own));
        if owner.is_some_and(|owner| owner.origin.source != stamp.origin.source) {
            // Another source has the newest row.
            return;
        }
        let until = self.now.saturating_add(REMEMBER_REMOVAL);
        entities.remember(key, Removal { stamp, until }, self.now);
        if let Some((row, ..)) = standing {
            self.drop_row(programs, relation, row);
        }
    }

    /// Takes a row out. Until the instant is over, what closes can still show that it rested on it.
    fn drop_row(&mut self, programs: &Programs, relation: usize, row: RowId) {
        self.touch(programs, relation, row);
        self.keep_past(programs, relation, row);
        let names = Names { sources: &self.sources, symbols: &self.symbols };
        if let Some(rows) = self.relations.get_mut(relation) {
            rows.retire(row, names);
            self.gone.push((relation, row));
        }
        if let Some(entities) = self.entities.get_mut(relation) {
            entities.forget(row);
        }
    }

    /// Keeps a row that is superseded now, where some rule asks for the past.
    fn keep_past(&mut self, programs: &Programs, relation: usize, row: RowId) {
        let Some(past) = programs.schema.get(relation).and_then(|schema| schema.past) else {
            return;
        };
        let Some(rows) = self.relations.get(relation) else { return };
        // What was superseded in the instant it came in never stood.
        let Some((header, words)) = rows.row(row).filter(|(header, _)| header.time() < self.now)
        else {
            return;
        };
        let (stamp, marks) = (header.stamp(), header.marks());
        let mut words = words.to_vec();
        words.push(int(self.now));
        let names = Names { sources: &self.sources, symbols: &self.symbols };
        if let Some(rows) = self.relations.get_mut(past) {
            let row = rows.insert(&words, stamp, marks, names);
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
    ) -> Vec<Key> {
        let names = Names { sources: &self.sources, symbols: &self.symbols };
        let Some(rows) = self.relations.get_mut(relation) else { return Vec::new() };
        let columns: Vec<u16> = scope.iter().map(|(field, _)| *field).collect();
        let words: Vec<Word> = scope.iter().map(|(_, word)| *word).collect();
        let index = rows.index_on(&columns, names);
        let found = rows.find(index, &words).to_vec();
        let Some(rows) = self.relations.get(relation) else { return Vec::new() };
        let key = |row: RowId| self.entity_key(programs, relation, rows.words(row));
        let says = |key: &Key| {
            let newest = self.standing(programs, relation, key).and_then(|(.., newest)| newest);
            newest.is_none_or(|newest| newest.origin.source == source)
        };
        found.into_iter().map(key).filter(says).collect()
    }
}

/// What a collected row lacks is what its producer means by silence.
pub(crate) fn give_defaults(programs: &Programs, relation: usize, words: &mut Row) {
    let defaults = programs.schema.get(relation).map_or(&[][..], |schema| &schema.defaults);
    for (field, default) in defaults {
        if at(words, *field) == ABSENT {
            put(words, *field, *default);
        }
    }
}
