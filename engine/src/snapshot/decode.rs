//! From what a snapshot says to the state. Whatever does not fit the pack is refused: a wrong snapshot
//! is none.

use alloc::{boxed::Box, vec::Vec};

use crate::{
    conclude::{
        keys::{self, Gap, Standings},
        life::{Life, Open, Rare},
        log,
    },
    engine::Engine,
    input::timeline::{self, Observed},
    program::{Head, Programs},
    snapshot::{
        form::{
            Change, Closed, Entry, Episode, Fact, Heard, Held, Key, Pin, Removed, Row, Scope, Span,
            Standing, State, Values,
        },
        types,
    },
    store::{
        copies::{Copies, Kept},
        entity::Removal,
        row::{self, ASSUMED, EVENTFUL, FIRST, MOST_EVIDENCE, Marks, RowId, SUSPECT, WEAK},
        sources::Stamp,
        span::{Cut, ScopeWords},
        support::{KeyId, Support, Want},
        table::Names,
    },
    think::show::{Choice, choice},
    value::word::{self, as_int},
};
use etio_plan::{Origin, Type};

/// The marks a row may have between instants.
const LASTING: Marks = ASSUMED | FIRST | WEAK | SUSPECT | EVENTFUL;

impl Engine {
    /// Takes a state over; this engine is new. None where the state is not one of its pack.
    pub(super) fn refill(&mut self, state: State) -> Option<()> {
        let programs = self.programs.clone();
        self.timeline.set_clock(state.clock);
        self.now = state.clock;
        for (source, name, resolution) in &state.sources {
            if !self.sources.name(*source, name, *resolution) {
                return None;
            }
        }
        for (source, events) in state.late {
            self.timeline.count_late(source, events);
        }
        let mut read = Reader { engine: self, programs: &programs, rows: Vec::new() };
        read.all(state.coverage, Reader::span)?;
        read.relations(state.relations)?;
        read.removed(state.removed)?;
        read.all(state.had, |me, relation| {
            let Engine { awake, relations, .. } = &mut *me.engine;
            awake.see(me.programs, relations, relation as usize)
        })?;
        let relations = read.engine.entities.len();
        read.each(state.heard, relations, Reader::heard)?;
        read.rules(state.rules)?;
        read.all(state.held, Reader::held)?;
        read.cursors(state.cursors)?;
        // What a new engine would think about first is among what waits, if it still does.
        while read.engine.dirty.next(&mut Vec::new()).is_some() {}
        read.all(state.waiting, |me, (rule, key)| {
            let key = me.rule_key(rule as usize, &key)?;
            me.engine.dirty.add(rule as usize, key);
            Some(())
        })?;
        for rule in state.over {
            let program = programs.rules.get(rule as usize)?;
            read.engine.over.set(rule as usize, &program.feeds, true);
        }
        read.all(state.closed, Reader::closed)?;
        read.all(state.log, Reader::entry)?;
        self.past.forget(self.limits.closed);
        Some(())
    }
}

struct Reader<'a> {
    engine: &'a mut Engine,
    programs: &'a Programs,
    /// The rows of each relation in canonical order.
    rows: Vec<Vec<RowId>>,
}

impl Reader<'_> {
    fn all<T>(&mut self, each: Vec<T>, read: impl Fn(&mut Self, T) -> Option<()>) -> Option<()> {
        each.into_iter().try_for_each(|one| read(self, one))
    }

    /// One of something for each of what there is.
    fn each<T>(
        &mut self,
        many: Vec<Vec<T>>,
        count: usize,
        read: impl Fn(&mut Self, usize, T) -> Option<()>,
    ) -> Option<()> {
        if many.len() != count {
            return None;
        }
        let many = many.into_iter().enumerate();
        many.flat_map(|(at, of)| of.into_iter().map(move |one| (at, one)))
            .try_for_each(|(at, one)| read(self, at, one))
    }

    fn span(&mut self, span: Span) -> Option<()> {
        let relation = span.relation as usize;
        let scope = self.scope(relation, &span.scope)?;
        let mut ends = span.intervals.iter().flat_map(|(from, to)| [*from, *to]);
        let mut last = ends.next().unwrap_or(i64::MIN);
        let rises = ends.all(|end| core::mem::replace(&mut last, end) <= end);
        let mut cuts = Vec::with_capacity(span.cuts.len());
        for (scope, from, to) in &span.cuts {
            cuts.push(Cut { scope: self.scope(relation, scope)?, from: *from, to: *to });
        }
        let of = self.engine.coverage.span(span.source, relation, &scope)?;
        (of.intervals, of.cuts) = (span.intervals, cuts);
        self.engine.coverage.look_at_whole(relation);
        rises.then_some(())
    }

    fn relations(&mut self, relations: Vec<Vec<Row>>) -> Option<()> {
        self.rows = relations.iter().map(|rows| Vec::with_capacity(rows.len())).collect();
        let count = self.engine.relations.len();
        self.each(relations, count, Self::row)?;
        for relation in (0..self.programs.relations).filter(|of| self.programs.is_event(*of)) {
            self.engine.await_oldest(self.programs, relation);
        }
        Some(())
    }

    fn row(&mut self, relation: usize, row: Row) -> Option<()> {
        let types = self.engine.relations.get(relation)?.types.clone();
        let words = self.words(&types, &row.values)?;
        let first = row.first.as_ref().map(|fact| self.fact(fact));
        let (origin, more) = row.origins.split_first()?;
        let names = Names { sources: &self.engine.sources, symbols: &self.engine.symbols };
        let rows = self.engine.relations.get_mut(relation)?;
        let stamp = Stamp { time: row.time, origin: *origin };
        if row.marks & !LASTING != 0 {
            return None;
        }
        let id = rows.insert(&words, stamp, row.marks, names);
        more.iter().for_each(|origin| rows.add_origin(id, *origin));
        self.rows.get_mut(relation)?.push(id);
        if self.programs.is_event(relation) {
            for origin in &row.origins {
                self.engine.carry(relation, origin.source);
            }
        }
        let base = self.programs.base(relation);
        if base != relation {
            let stood = as_int(*words.last()?);
            let kept = self.programs.schema.get(base)?.retention;
            self.engine.sweeps.insert((stood.saturating_add(kept), relation, id));
        }
        if let Some(first) = first {
            self.engine.supports.begin(relation, id, first?);
        }
        Some(())
    }

    fn removed(&mut self, removed: Vec<Vec<Removed>>) -> Option<()> {
        let count = self.engine.entities.len();
        self.each(removed, count, |me, relation, (key, of, until)| {
            let (key, removal) =
                (me.entity_key(relation, &key)?, Removal { stamp: stamp(of), until });
            let now = me.engine.timeline.clock();
            me.engine.entities.get_mut(relation)?.remember(&key, removal, now);
            Some(())
        })
    }

    fn heard(&mut self, relation: usize, of: Heard) -> Option<()> {
        let row = self.id(relation, of.row)?;
        let rows = self.engine.relations.get(relation)?;
        if !of.by.is_empty() && of.by.len() != rows.types.len() {
            return None;
        }
        let by = (!of.by.is_empty()).then(|| of.by.into());
        let own = rows.header(row)?.stamp();
        self.engine.entities.get_mut(relation)?.note(row, own, stamp(of.newest), by);
        Some(())
    }

    fn rules(&mut self, rules: Vec<Vec<Key>>) -> Option<()> {
        let count = self.engine.keys.len();
        self.each(rules, count, Self::key)
    }

    fn key(&mut self, rule: usize, of: Key) -> Option<()> {
        let words = self.rule_key(rule, &of.key)?;
        let program = self.programs.rules.get(rule)?;
        let relation = program.relation;
        let concludes_another_kind = match program.head {
            Head::Row { .. } => of.open.is_some(),
            Head::Finding { .. } => !of.rows.is_empty(),
        };
        if concludes_another_kind {
            return None;
        }
        let keys = self.engine.keys.get_mut(rule)?;
        // A key that is told twice is still one.
        let number = keys.find(&words).unwrap_or_else(|| keys.add(&words));
        let clock = self.engine.timeline.clock();
        // At the end of time the clock has passed even what is never due.
        if of.deadline <= clock && of.deadline != i64::MAX {
            return None;
        }
        self.engine.set_timer(rule, number, of.deadline);
        let mut rows = Standings::with_capacity(of.rows.len());
        for standing in of.rows {
            let gap = standing.gap.map(|(until, lapsed)| Gap { until, lapsed });
            let row = self.stand(relation, (rule, number), standing)?;
            rows.push(keys::Standing { row, gap });
        }
        let open = match of.open {
            Some((standing, episode)) => {
                let row = match standing {
                    Some(of) => Some(self.stand(relation, (rule, number), of)?),
                    None => None,
                };
                if row.is_some() != self.programs.rules.get(rule)?.is_read {
                    return None;
                }
                let life = self.episode(rule, episode)?;
                for (clause, words) in &life.rare().claims {
                    let claim = (rule, *clause, words.clone());
                    self.engine.claims.entry(claim).or_default().insert(number);
                }
                Some(Open::new(life, row))
            }
            None => None,
        };
        let keys = self.engine.keys.get_mut(rule)?;
        match open {
            Some(open) => *keys.episode(number)? = Some(open),
            None => keys.set_rows(number, rows),
        }
        Some(())
    }

    /// Gives a row the support of a key.
    fn stand(
        &mut self,
        relation: usize,
        (rule, key): (usize, KeyId),
        of: Standing,
    ) -> Option<RowId> {
        let row = self.id(relation, of.row)?;
        let (pins, wants) = (self.pins(&of.pins)?, self.wants(of.wants)?);
        let facts = match of.facts {
            Some(facts) => Some(Box::new(self.facts(&facts)?)),
            None => None,
        };
        let support = Support { rule, key, marks: of.marks, pins, wants, facts };
        self.engine.supports.put(relation, row, support);
        (of.marks & !LASTING == 0).then_some(row)
    }

    fn facts(&mut self, facts: &[Fact]) -> Option<Copies> {
        facts.iter().map(|fact| self.fact(fact)).collect()
    }

    fn episode(&mut self, rule: usize, of: Episode) -> Option<Life> {
        let program = self.programs.rules.get(rule)?;
        let mut texts = Choice::default();
        for ((which, chosen), text) in texts.chosen.iter_mut().enumerate().zip(of.texts) {
            if let Some((text, values)) = text {
                let types = types::of_text(program, which, text as usize)?;
                texts.values.extend(self.words(types, &values)?);
                *chosen = Some(choice(text as usize)?);
            }
        }
        let mut claims = Vec::with_capacity(of.claims.len());
        for (clause, values) in &of.claims {
            let types = types::of_claim(self.engine, program, *clause as usize)?;
            let types: Vec<Type> = types.into_iter().cloned().collect();
            claims.push((*clause as usize, self.words(&types, values)?.into_iter().collect()));
        }
        claims.sort_unstable();
        let first = match &of.first {
            Some(fact) => Some(Box::new(self.fact(fact)?)),
            None => None,
        };
        let rare = Rare {
            wants: self.wants(of.wants)?,
            evidence: match of.evidence {
                Some(of) => Some(self.facts(&of)?),
                None => None,
            },
            first,
            claims,
            causes: of.causes,
            explains: of.explains,
        };
        let rare = Some(rare).filter(|rare| *rare != Rare::default()).map(Box::new);
        let mut life = Life::new(of.opened, of.verdict);
        let pins = Some(self.pins(&of.pins)?).filter(|pins| pins.len() <= MOST_EVIDENCE)?;
        life.show(&texts, &pins);
        life.rare = rare;
        Some(life)
    }

    fn held(&mut self, held: Held) -> Option<()> {
        let relation = held.relation as usize;
        self.engine.pack.relations.get(relation)?;
        let change = match held.change {
            Change::Vouch { scope, vouch } => {
                timeline::Change::Vouch { relation, scope: self.scope(relation, &scope)?, vouch }
            }
            Change::Event { values } => {
                timeline::Change::Event { relation, words: self.whole(relation, &values)? }
            }
            Change::Row { values, how } => timeline::Change::Row {
                relation,
                row: Observed { words: self.whole(relation, &values)?, how },
            },
            Change::Remove { key } => {
                timeline::Change::Remove { relation, key: self.entity_key(relation, &key)? }
            }
            Change::Snapshot { scope, rows } => {
                let mut observed = Vec::with_capacity(rows.len());
                for (of, values, how) in rows {
                    let words = self.whole(relation, &values)?;
                    observed.push((stamp(of), Observed { words, how }));
                }
                let scope = self.scope(relation, &scope)?;
                timeline::Change::Snapshot { relation, scope, rows: observed }
            }
        };
        let held = timeline::Held { time: held.time, stamp: stamp(held.stamp), change };
        let timeline = &mut self.engine.timeline;
        let waits = timeline.not_before_now(held.time) == held.time;
        timeline.hold(held);
        waits.then_some(())
    }

    fn cursors(&mut self, cursors: Vec<Vec<(Values, i64)>>) -> Option<()> {
        let count = self.programs.cursors.len();
        self.each(cursors, count, |me, condition, (key, to)| {
            let key = me.rule_key(*me.programs.waiters.get(condition)?, &key)?;
            // Nothing is gone yet.
            me.engine.cursors.set(condition, &key, to, |_| i64::MIN);
            Some(())
        })
    }

    fn closed(&mut self, of: Closed) -> Option<()> {
        let rule = of.rule as usize;
        let key = self.rule_key(rule, &of.key)?;
        let mut life = self.episode(rule, of.episode)?;
        let evidence = life.rare.as_mut().and_then(|rare| rare.evidence.take())?;
        self.engine.past.add((rule, key, life), &evidence, (of.closed, of.status));
        Some(())
    }

    fn entry(&mut self, of: Entry) -> Option<()> {
        let rule = of.rule as usize;
        let entry = log::Entry {
            time: of.time,
            change: of.change,
            rule,
            key: self.rule_key(rule, &of.key)?,
            verdict: of.verdict,
            wants: self.wants(of.wants)?.into(),
            opened: of.opened,
            causes: of.causes,
        };
        self.engine.log.push(entry);
        Some(())
    }

    fn fact(&mut self, of: &Fact) -> Option<Kept> {
        let relation = of.relation as usize;
        let declared = self.engine.pack.relations.get(relation)?.fields.len();
        let types: Vec<Type> = types::of_fact(self.engine, relation).into_iter().cloned().collect();
        if !(declared..=types.len()).contains(&of.values.len()) {
            return None;
        }
        let words = self.words(types.get(..of.values.len())?, &of.values)?;
        let (origin, more) = of.origins.split_first()?;
        let stamp = Stamp { time: of.time, origin: *origin };
        Some(Kept { relation, stamp, more: more.to_vec(), words })
    }

    fn id(&self, relation: usize, place: u32) -> Option<RowId> {
        self.rows.get(relation)?.get(place as usize).copied()
    }

    fn pins(&self, pins: &[Pin]) -> Option<row::Pins> {
        let pin = |(relation, row): &Pin| {
            let relation = *relation as usize;
            let rows = self.engine.relations.get(relation)?;
            match row {
                Some(row) => rows.pin(relation, self.id(relation, *row)?),
                None => Some(row::Pin::gone(relation)),
            }
        };
        pins.iter().map(pin).collect()
    }

    fn wants(&self, wants: Vec<Want>) -> Option<Vec<Want>> {
        let known = |want: &Want| match want {
            Want::Relation(relation) => *relation < self.programs.relations,
            Want::NodeName | Want::Limit => true,
        };
        wants.iter().all(known).then_some(wants)
    }

    fn words<'t>(
        &mut self,
        types: impl IntoIterator<Item = &'t Type, IntoIter: ExactSizeIterator>,
        values: &Values,
    ) -> Option<word::Row> {
        let types = types.into_iter();
        if types.len() != values.len() {
            return None;
        }
        types.zip(values).map(|(ty, value)| self.engine.symbols.word(value, ty)).collect()
    }

    fn whole(&mut self, relation: usize, values: &Values) -> Option<word::Row> {
        let types = self.engine.relations.get(relation)?.types.clone();
        self.words(&types, values)
    }

    fn entity_key(&mut self, relation: usize, values: &Values) -> Option<word::Key> {
        let key = self.words(&self.programs.schema.get(relation)?.key_types, values)?;
        Some(word::Key::from_slice(&key))
    }

    fn rule_key(&mut self, rule: usize, values: &Values) -> Option<word::Key> {
        let key = self.words(&self.programs.rules.get(rule)?.key_types, values)?;
        Some(word::Key::from_slice(&key))
    }

    fn scope(&mut self, relation: usize, scope: &Scope) -> Option<ScopeWords> {
        let types = self.engine.relations.get(relation)?.types.clone();
        let word = |(field, value): &(u16, etio_plan::Value)| {
            let word = self.engine.symbols.word(value, types.get(usize::from(*field))?)?;
            Some((*field, word))
        };
        let scope: ScopeWords = scope.iter().map(word).collect::<Option<_>>()?;
        scope.is_sorted_by(|a, b| a.0 < b.0).then_some(scope)
    }
}

const fn stamp((time, origin): (i64, Origin)) -> Stamp {
    Stamp { time, origin }
}
