//! What hosts insert, checked and held back.

use alloc::vec::Vec;

use etio_plan::{Fact, FieldId, Input, Kind, RelId, Scope, SourceId, Type, Value};

use crate::{
    engine::Engine,
    error::Error,
    input::{
        apply::give_defaults,
        timeline::{Change, Held, How, Observed, placeless},
    },
    store::{coverage::Vouch, sources::Stamp, span::ScopeWords},
    value::{
        symbols::Symbols,
        word::{ABSENT, Row, Word, as_int, at},
    },
};

impl Engine {
    /// Holds an input back until the clock passes it.
    ///
    /// # Errors
    /// When it does not fit the pack's schema, or as many inputs are held back as the limit allows.
    pub fn insert(&mut self, input: Input) -> Result<(), Error> {
        self.room()?;
        match input {
            Input::Source { source, name, resolution } => {
                let named = self.sources.name(source, &name, resolution);
                if named { Ok(()) } else { Err(Error::Source(name)) }
            }
            Input::Fact(fact) => {
                let words = self.value_words(fact.relation, &fact.values)?;
                self.tell_row(fact.relation, words, stamp(&fact), fact.assumed_from)
            }
            Input::Remove(fact) => {
                let words = self.value_words(fact.relation, &fact.values)?;
                self.tell_removal(fact.relation, &words, stamp(&fact))
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
                let (scope, stamp) = (self.scope(relation, &scope)?, placeless(source, from));
                let vouch = Vouch::Silent { from };
                let change = Change::Vouch { relation: relation.index(), scope, vouch };
                self.hold(next, stamp, change);
                Ok(())
            }
        }
    }

    /// Whether one more input may be held back.
    pub(crate) fn room(&self) -> Result<(), Error> {
        let limit = self.limits.held;
        if self.timeline.len() < limit { Ok(()) } else { Err(Error::Full(limit)) }
    }

    /// Holds a row of an event or an entity back.
    pub(crate) fn tell_row(
        &mut self,
        relation: RelId,
        mut words: Row,
        stamp: Stamp,
        assumed_from: Option<i64>,
    ) -> Result<(), Error> {
        let kind = self.pack.get(relation).map(|relation| relation.kind);
        let at = relation.index();
        match kind {
            Some(Kind::Event | Kind::Entity) if !self.is_read(at) => {}
            Some(Kind::Entity) => {
                let how = self.assume(at, &words, stamp, assumed_from);
                let row = Observed { words, how };
                self.hold(stamp.time, stamp, Change::Row { relation: at, row });
            }
            Some(Kind::Event) if stamp.time <= self.timeline.clock() => {
                let programs = self.programs.clone();
                if !self.is_known(&programs, at, stamp.time, stamp.origin) {
                    self.timeline.count_late(stamp.origin.source, 1);
                }
            }
            Some(Kind::Event) => {
                give_defaults(&self.programs, at, &mut words);
                self.hold(stamp.time, stamp, Change::Event { relation: at, words });
            }
            _ => return Err(self.no_input(relation)),
        }
        Ok(())
    }

    /// Holds back that an entity's row is gone.
    pub(crate) fn tell_removal(
        &mut self,
        relation: RelId,
        words: &[Word],
        stamp: Stamp,
    ) -> Result<(), Error> {
        let relation = self.entity(relation)?;
        if self.is_read(relation) {
            let key = self.programs.schema.get(relation).map_or(&[][..], |schema| &schema.key);
            let key = key.iter().map(|field| at(words, *field)).collect();
            self.hold(stamp.time, stamp, Change::Remove { relation, key });
        }
        Ok(())
    }

    /// Lets the row of a first snapshot stand before its observation: since when it says itself, or
    /// as assumed. Says how the observation itself counts then.
    fn assume(
        &mut self,
        relation: usize,
        words: &[Word],
        stamp: Stamp,
        assumed_from: Option<i64>,
    ) -> How {
        let Some(from) = assumed_from else { return How::Plain };
        let since = self.programs.schema.get(relation).and_then(|schema| schema.since);
        match since.map_or(ABSENT, |field| at(words, field)) {
            ABSENT => {
                if from < stamp.time {
                    let row = Observed { words: words.into(), how: How::Assumed };
                    self.hold(from, stamp, Change::Row { relation, row });
                }
                How::First
            }
            since => {
                let since = as_int(since);
                if since < stamp.time {
                    let row = Observed { words: words.into(), how: How::Since };
                    let stamp = Stamp { time: since, ..stamp };
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
            let words = self.value_words(fact.relation, &fact.values)?;
            observed.push((words, stamp(&fact), fact.assumed_from));
        }
        if !self.is_read(relation) {
            return Ok(());
        }
        let mut rows = Vec::with_capacity(observed.len());
        for (words, stamp, assumed_from) in observed {
            let how = self.assume(relation, &words, stamp, assumed_from);
            rows.push((stamp, Observed { words, how }));
        }
        rows.sort_by_key(|(stamp, _)| stamp.origin);
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
            Some(of) => Err(Error::NotAnEntity(of.path.clone())),
            None => Err(self.no_input(relation)),
        }
    }

    fn no_input(&self, relation: RelId) -> Error {
        let path =
            self.pack.get(relation).map(|relation| crate::value::expr::quoted(&relation.path));
        Error::Relation(path.unwrap_or_else(|| alloc::format!("number {}", relation.0)))
    }

    fn value_words(&mut self, relation: RelId, values: &[Value]) -> Result<Row, Error> {
        self.words(relation, values, |symbols, value, ty| symbols.word(value, ty))
    }

    /// What a host says of each field as words, one a field.
    pub(crate) fn words<V>(
        &mut self,
        relation: RelId,
        values: &[V],
        word: impl Fn(&mut Symbols, &V, &Type) -> Option<Word>,
    ) -> Result<Row, Error> {
        let Some(declared) = self.pack.get(relation) else {
            return Err(self.no_input(relation));
        };
        let wrong = |field: usize, what| Error::Value {
            relation: declared.path.clone(),
            field: declared.fields.get(field).map(|field| field.name.clone()).unwrap_or_default(),
            what,
        };
        if values.len() > declared.fields.len() {
            let what = "does not exist: there are more values than fields";
            return Err(wrong(declared.fields.len(), what));
        }
        let mut words = Row::with_capacity(declared.fields.len());
        for (at, field) in declared.fields.iter().enumerate() {
            let word = match values.get(at) {
                Some(value) => word(&mut self.symbols, value, &field.ty),
                None => Some(ABSENT),
            };
            let word = word.ok_or_else(|| wrong(at, "has a value of another type"))?;
            if word == ABSENT && field.key {
                return Err(wrong(at, "is part of the key and has no value"));
            }
            words.push(word);
        }
        Ok(words)
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
