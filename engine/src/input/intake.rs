//! What hosts insert, checked and held back.

use alloc::{boxed::Box, vec::Vec};

use etio_plan::{Fact, FieldId, Input, Kind, RelId, Scope, SourceId, Value};

use crate::{
    engine::Engine,
    error::Error,
    input::{
        apply::with_defaults,
        timeline::{Change, Held, How, Observed, placeless},
    },
    store::{
        coverage::{ScopeWords, Vouch},
        sources::Stamp,
    },
    value::word::{ABSENT, Word, as_int, at},
};

impl Engine {
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
                self.timeline.count_late(fact.origin.source, 1);
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
        let path =
            self.pack.get(relation).map(|relation| crate::value::expr::quoted(&relation.path));
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
