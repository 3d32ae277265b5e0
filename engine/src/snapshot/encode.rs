//! From the state to what a snapshot says of it.

use alloc::{string::String, vec::Vec};

use etio_plan::{Type, Value};
use hashbrown::HashMap;
use serde::Serialize;

use crate::{
    conclude::{life::Life, log},
    engine::Engine,
    input::timeline,
    program::Program,
    snapshot::{
        form::{
            Change, Closed, Entry, Episode, Fact, Heard, Held, Key, Pin, Removed, Row, Scope, Span,
            Standing, State, Values,
        },
        types,
    },
    store::{
        copies::{Copies, Kept},
        entity::Entities,
        row::{self, RowId},
        sources::Stamp,
        support::{KeyId, Support},
        table::Names,
    },
    value::word::{self, Word},
};

/// The place of each row in canonical order, by relation.
type Places = Vec<HashMap<RowId, u32, foldhash::fast::FixedState>>;

impl Engine {
    pub(super) fn form(&self) -> State {
        let names = Names { sources: &self.sources, symbols: &self.symbols };
        let rows: Vec<Vec<RowId>> = self.relations.iter().map(|of| of.in_order(names)).collect();
        let place = |rows: &Vec<RowId>| rows.iter().copied().zip(0..).collect();
        let write = Writer { engine: self, places: rows.iter().map(place).collect() };
        let pack = 0..self.pack.relations.len();
        State {
            clock: self.timeline.clock(),
            sources: self
                .sources
                .iter()
                .map(|(of, name, at)| (of, String::from(name), at))
                .collect(),
            late: self.timeline.late().iter().map(|(of, events)| (*of, *events)).collect(),
            held: write.held(),
            coverage: write.coverage(),
            had: self.awake.had().map(|relation| relation as u32).collect(),
            relations: rows.iter().enumerate().map(|(of, rows)| write.rows(of, rows)).collect(),
            heard: pack.clone().map(|of| write.heard(of)).collect(),
            removed: pack.map(|of| write.removed(of)).collect(),
            rules: (0..self.keys.len()).map(|of| write.keys(of)).collect(),
            cursors: (0..self.programs.cursors.len()).map(|of| write.cursors(of)).collect(),
            waiting: write.waiting(),
            over: self.over.rules().map(|rule| rule as u32).collect(),
            closed: write.closed(),
            log: write.log(),
        }
    }
}

struct Writer<'a> {
    engine: &'a Engine,
    places: Places,
}

/// One spelling for what is a set.
fn sorted<T: Serialize>(set: impl Iterator<Item = T>) -> Vec<T> {
    let bytes = |of: T| (postcard::to_allocvec(&of).unwrap_or_default(), of);
    let mut all: Vec<(Vec<u8>, T)> = set.map(bytes).collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all.dedup_by(|a, b| a.0 == b.0);
    all.into_iter().map(|(_, of)| of).collect()
}

impl Writer<'_> {
    fn held(&self) -> Vec<Held> {
        sorted(self.engine.timeline.held().iter().map(|held| {
            let (relation, change) = match &held.change {
                timeline::Change::Vouch { relation, scope, vouch } => {
                    (relation, Change::Vouch { scope: self.scope(*relation, scope), vouch: *vouch })
                }
                timeline::Change::Event { relation, words } => {
                    (relation, Change::Event { values: self.row(*relation, words) })
                }
                timeline::Change::Row { relation, row } => {
                    let values = self.row(*relation, &row.words);
                    (relation, Change::Row { values, how: row.how })
                }
                timeline::Change::Remove { relation, key } => {
                    (relation, Change::Remove { key: self.key_of(*relation, key) })
                }
                timeline::Change::Snapshot { relation, scope, rows } => {
                    let row = |(of, row): &(Stamp, timeline::Observed)| {
                        (stamp(of), self.row(*relation, &row.words), row.how)
                    };
                    let scope = self.scope(*relation, scope);
                    (relation, Change::Snapshot { scope, rows: rows.iter().map(row).collect() })
                }
            };
            Held { time: held.time, stamp: stamp(&held.stamp), relation: *relation as u32, change }
        }))
    }

    fn coverage(&self) -> Vec<Span> {
        let horizon = self.engine.horizon(self.engine.timeline.clock());
        let spans = self.engine.coverage.iter().map(|(relation, scope, span)| {
            let mut span = span.clone();
            span.forget(horizon);
            (relation, scope, span)
        });
        let spans = spans.filter(|(.., span)| !span.is_empty());
        sorted(spans.map(|(relation, scope, span)| Span {
            relation: relation as u32,
            scope: self.scope(relation, &scope),
            source: span.source,
            intervals: span.intervals.clone(),
            cuts: sorted(
                span.cuts.iter().map(|cut| (self.scope(relation, &cut.scope), cut.from, cut.to)),
            ),
        }))
    }

    fn rows(&self, relation: usize, rows: &[RowId]) -> Vec<Row> {
        let Some(of) = self.engine.relations.get(relation) else { return Vec::new() };
        let row = |row: &RowId| Row {
            values: self.values(&of.types, of.words(*row)),
            time: of.time(*row),
            origins: of.origins(*row).collect(),
            marks: of.marks(*row),
            first: self.engine.supports.first(relation, *row).map(|fact| self.fact(fact)),
        };
        rows.iter().map(row).collect()
    }

    fn heard(&self, relation: usize) -> Vec<Heard> {
        let of = self.engine.entities.get(relation).into_iter().flat_map(Entities::heard);
        sorted(of.filter_map(|(row, newest, by)| {
            let row = self.place(relation, row)?;
            Some(Heard { row, newest: stamp(&newest), by: by.to_vec() })
        }))
    }

    fn removed(&self, relation: usize) -> Vec<Removed> {
        let now = self.engine.timeline.clock();
        let of = self.engine.entities.get(relation).into_iter().flat_map(|of| of.removals(now));
        sorted(of.map(|(key, of)| (self.key_of(relation, key), stamp(&of.stamp), of.until)))
    }

    fn keys(&self, rule: usize) -> Vec<Key> {
        let (Some(keys), Some(program)) =
            (self.engine.keys.get(rule), self.engine.programs.rules.get(rule))
        else {
            return Vec::new();
        };
        let mut states: Vec<(KeyId, i64)> = keys.iter().collect();
        let symbols = &self.engine.symbols;
        states
            .sort_by(|a, b| symbols.compare_all(&program.key_types, keys.key(a.0), keys.key(b.0)));
        let key = |(number, deadline): (KeyId, i64)| {
            let standing = |row, gap| self.standing(program, (rule, number), row, gap);
            let mut rows: Vec<Standing> = keys
                .rows(number)
                .iter()
                .filter_map(|of| standing(of.row, of.gap.map(|gap| (gap.until, gap.lapsed))))
                .collect();
            rows.sort_by_key(|of| of.row);
            let open = keys.open(number);
            Key {
                key: self.values(&program.key_types, keys.key(number)),
                deadline,
                rows,
                open: open.map(|open| {
                    let row = open.row().and_then(|row| standing(row, None));
                    let evidence = open.life.rare().evidence.as_ref();
                    (row, self.episode(program, &open.life, evidence))
                }),
            }
        };
        states.into_iter().map(key).collect()
    }

    fn standing(
        &self,
        program: &Program,
        (rule, key): (usize, KeyId),
        row: RowId,
        gap: Option<(i64, Option<row::Marks>)>,
    ) -> Option<Standing> {
        let Support { marks, pins, wants, facts, .. } =
            self.engine.supports.of(program.relation, row, rule, key)?;
        Some(Standing {
            row: self.place(program.relation, row)?,
            gap,
            marks: *marks,
            pins: self.pins(pins),
            wants: wants.clone(),
            facts: facts.as_ref().map(|facts| self.facts(facts)),
        })
    }

    fn episode(&self, program: &Program, life: &Life, evidence: Option<&Copies>) -> Episode {
        let mut values = life.values();
        let texts = [0, 1, 2, 3].map(|which| {
            let text = life.chosen(which)?;
            let types = types::of_text(program, which, text)?;
            let (own, rest) = values.split_at_checked(types.len())?;
            values = rest;
            Some((text as u32, self.values(types, own)))
        });
        let claim = |(clause, words): &(usize, word::Key)| {
            let types = types::of_claim(self.engine, program, *clause).unwrap_or_default();
            (*clause as u32, self.values(types, words))
        };
        let mut explains = life.rare().explains.clone();
        explains.sort_unstable();
        Episode {
            opened: life.opened,
            verdict: life.verdict,
            wants: life.rare().wants.clone(),
            texts,
            pins: self.pins(&life.pins()),
            evidence: evidence.map(|facts| self.facts(facts)),
            first: life.rare().first.as_ref().map(|fact| self.fact(fact)),
            claims: sorted(life.rare().claims.iter().map(claim)),
            causes: life.rare().causes.clone(),
            explains,
        }
    }

    fn facts(&self, facts: &Copies) -> Vec<Fact> {
        facts.iter().map(|fact| self.fact(&fact)).collect()
    }

    fn cursors(&self, condition: usize) -> Vec<(Values, i64)> {
        let rule = self.engine.programs.waiters.get(condition).copied().unwrap_or(usize::MAX);
        let cursors = self.engine.cursors.iter(condition);
        sorted(cursors.map(|(key, to)| (self.rule_key(rule, key), to)))
    }

    fn waiting(&self) -> Vec<(u32, Values)> {
        let postponed = self.engine.postponed.iter().map(|(rule, key)| (*rule, &**key));
        let all = self.engine.dirty.iter().chain(postponed);
        sorted(all.map(|(rule, key)| (rule as u32, self.rule_key(rule, key))))
    }

    fn closed(&self) -> Vec<Closed> {
        let past = &self.engine.past;
        let closed = past.iter().enumerate().filter_map(|(place, of)| {
            let program = self.engine.programs.rules.get(of.rule)?;
            Some(Closed {
                rule: of.rule as u32,
                key: self.rule_key(of.rule, &of.key),
                episode: self.episode(program, &of.life, Some(&past.facts(place))),
                closed: of.closed,
                status: of.status,
            })
        });
        closed.collect()
    }

    fn log(&self) -> Vec<Entry> {
        let entry = |of: &log::Entry| Entry {
            time: of.time,
            change: of.change,
            rule: of.rule as u32,
            key: self.rule_key(of.rule, &of.key),
            verdict: of.verdict,
            wants: of.wants.to_vec(),
            opened: of.opened,
            causes: of.causes.clone(),
        };
        self.engine.log.iter().map(entry).collect()
    }

    fn fact(&self, kept: &Kept) -> Fact {
        Fact {
            relation: kept.relation as u32,
            time: kept.stamp.time,
            origins: kept.origins(),
            values: self.values(types::of_fact(self.engine, kept.relation), &kept.words),
        }
    }

    fn place(&self, relation: usize, row: RowId) -> Option<u32> {
        self.places.get(relation)?.get(&row).copied()
    }

    fn pins(&self, pins: &[row::Pin]) -> Vec<Pin> {
        let place = |pin: &row::Pin| {
            let rows = self.engine.relations.get(pin.relation()).filter(|rows| rows.holds(pin));
            let row = rows.and_then(|_| self.place(pin.relation(), pin.row));
            (pin.relation() as u32, row)
        };
        pins.iter().map(place).collect()
    }

    fn values<'t>(&self, types: impl IntoIterator<Item = &'t Type>, words: &[Word]) -> Values {
        let typed = types.into_iter().zip(words);
        typed.map(|(ty, word)| self.engine.symbols.value(*word, ty)).collect()
    }

    fn row(&self, relation: usize, words: &[Word]) -> Values {
        let types = self.engine.relations.get(relation).map_or(&[][..], |of| &of.types);
        self.values(types, words)
    }

    fn key_of(&self, relation: usize, words: &[Word]) -> Values {
        let types = self.engine.programs.schema.get(relation).map_or(&[][..], |of| &of.key_types);
        self.values(types, words)
    }

    fn rule_key(&self, rule: usize, words: &[Word]) -> Values {
        let types = self.engine.programs.rules.get(rule).map_or(&[][..], |of| &of.key_types);
        self.values(types, words)
    }

    fn scope(&self, relation: usize, scope: &[(u16, Word)]) -> Scope {
        let types = self.engine.relations.get(relation).map_or(&[][..], |of| &of.types);
        let value = |(field, word): &(u16, Word)| {
            let ty = types.get(usize::from(*field));
            (*field, ty.map_or(Value::Null, |ty| self.engine.symbols.value(*word, ty)))
        };
        scope.iter().map(value).collect()
    }
}

const fn stamp(stamp: &Stamp) -> (i64, etio_plan::Origin) {
    (stamp.time, stamp.origin)
}
