//! The life of findings: they open, change and close (M4.1), with the facts they rest on.

use alloc::{boxed::Box, vec::Vec};
use core::{cmp::Ordering, mem};

use crate::{
    conclude::{
        episode::{Change, Changed, Place, Status},
        life::{Life, Open},
        rows::Asked,
    },
    engine::Engine,
    program::{Head, Program, Programs},
    store::{
        copies::{Copies, Kept},
        row::{MOST_EVIDENCE, Marks, Pin, Pins, RowId, SUSPECT},
        support::{KeyId, Support, Supports, Want},
    },
    think::{
        judge::{Conclusion, Holds, Verdict},
        show::Shown,
    },
    value::word::{Row, Word, as_key},
};

/// Which support of a row is asked: [`Supports::get`] or [`Supports::before`].
pub(crate) type Behind = for<'a> fn(&'a Supports, usize, RowId) -> Option<&'a Support>;

impl Engine {
    /// Thinks about one key of a finding.
    pub(crate) fn think_finding(
        &mut self,
        programs: &Programs,
        (rule, program): (usize, &Program),
        key: &[Word],
        work: &mut u64,
    ) {
        let Some(keys) = self.keys.get(rule) else { return };
        let known = keys.find(key);
        let was_open = known.is_some_and(|known| keys.open(known).is_some());
        let asked =
            self.ask(programs, (program, key), work, |eval, program| eval.diagnose(program));
        let Some(Asked { answer, deadline }) = asked else {
            if let Some(known) = known {
                self.suspend(programs, (rule, known), program);
            }
            return;
        };
        let remember = answer.is_some() || deadline != i64::MAX;
        let Some(number) = self.number(rule, key, known, remember) else {
            return self.move_cursors(programs, key);
        };
        match (answer, was_open) {
            (Some(found), false) => self.open(programs, (rule, number), (program, key), found),
            (Some(found), true) => self.update(programs, (rule, number), (program, key), found),
            (None, true) => {
                let lapsed = self.lapsed(programs, (rule, number), (program, key));
                self.close(programs, (rule, number), (program, key), lapsed);
            }
            (None, false) => {}
        }
        self.move_cursors(programs, key);
        self.set_timer(rule, number, deadline);
        self.forget_idle(rule, number);
    }

    /// The marks of a finding that ends, if only a window ran out (M4.1): what is known by now not to be, and was
    /// not known before, contradicts it. Where nothing but time has passed and nothing can become known by that,
    /// nothing else can have ended it, and it is not asked again.
    fn lapsed(
        &mut self,
        programs: &Programs,
        (rule, number): (usize, KeyId),
        (program, key): (&Program, &[Word]),
    ) -> Option<Marks> {
        if !self.calm || program.may_be_refuted() {
            let still = self.ask_before(programs, (program, key), |eval, program| {
                eval.ahead = 1;
                eval.diagnose(program)
            });
            return still.map(|still| still.marks());
        }
        let row = self.keys.get(rule)?.open(number)?.row();
        let support = row.and_then(|row| self.supports.of(program.relation, row, rule, number));
        Some(support.map_or(0, |support| support.marks))
    }

    /// A rule over its limit keeps its open findings, suspected (M6.2).
    fn suspend(&mut self, programs: &Programs, (rule, number): (usize, KeyId), program: &Program) {
        let open = self.keys.get_mut(rule).and_then(|keys| keys.open_mut(number));
        let Some(open) = open else { return };
        if open.life.rare().wants.contains(&Want::Limit) {
            return;
        }
        open.life.rare_mut().wants.push(Want::Limit);
        open.life.verdict = Verdict::Suspected;
        let (row, pins) = (open.row(), open.life.pins());
        // It may outlive what it rests on.
        let known = open.life.rare_mut().evidence.take();
        let evidence = known.unwrap_or_else(|| self.evidence(programs, &pins, Supports::get));
        let open = self.keys.get_mut(rule).and_then(|keys| keys.open_mut(number));
        if let Some(open) = open {
            open.life.rare_mut().evidence = Some(evidence);
        }
        self.note_change(rule, Change::Updated, Place::Open(number));
        if let Some(row) = row {
            self.doubt(programs, program.relation, row, (rule, number));
        }
    }

    /// Makes a row that a key concludes a suspected one, for want of a higher limit.
    pub(crate) fn doubt(
        &mut self,
        programs: &Programs,
        relation: usize,
        row: RowId,
        (rule, key): (usize, KeyId),
    ) {
        let Some(known) = self.supports.of(relation, row, rule, key) else { return };
        if known.wants.contains(&Want::Limit) {
            return;
        }
        let mut support = known.clone();
        support.marks |= SUSPECT;
        support.wants.push(Want::Limit);
        self.support(programs, relation, row, support, self.now);
    }

    fn open(
        &mut self,
        programs: &Programs,
        (rule, number): (usize, KeyId),
        (program, key): (&Program, &[Word]),
        found: Holds,
    ) {
        let mut row = None;
        if program.is_read {
            row = self.conclude(programs, rule, number, as_row(key, found, &self.room.shown), None);
            if row.is_none() {
                return;
            }
        }
        let copied = self.copied(programs, &self.room.shown.pins);
        let first = self.first_of(programs, program, &self.room.shown);
        let shown = &mut self.room.shown;
        let episode = self.keys.get_mut(rule).and_then(|keys| keys.episode(number));
        if let Some(episode) = episode {
            let mut life = Life::new(self.now, found.verdict);
            life.show(&shown.texts, &shown.pins);
            life.set(mem::take(&mut shown.wants), copied);
            if first.is_some() {
                life.rare_mut().first = first;
            }
            *episode = Some(Open::new(life, row));
        }
        let claims = mem::take(&mut shown.claims);
        self.note_change(rule, Change::Opened, Place::Open(number));
        self.claim((rule, number), program, claims);
    }

    fn update(
        &mut self,
        programs: &Programs,
        (rule, number): (usize, KeyId),
        (program, key): (&Program, &[Word]),
        found: Holds,
    ) {
        let Some(open) = self.keys.get(rule).and_then(|keys| keys.open(number)) else { return };
        let (life, shown) = (&open.life, &self.room.shown);
        let differs = life.verdict != found.verdict || life.rare().wants != shown.wants;
        let copied = self.copied(programs, &shown.pins);
        if let Some(row) = open.row() {
            self.conclude(programs, rule, number, as_row(key, found, shown), Some(row));
        }
        let shown = &mut self.room.shown;
        let open = self.keys.get_mut(rule).and_then(|keys| keys.open_mut(number));
        if let Some(open) = open {
            open.life.show(&shown.texts, &shown.pins);
            open.life.verdict = found.verdict;
            open.life.set(mem::take(&mut shown.wants), copied);
        }
        let claims = mem::take(&mut shown.claims);
        if differs {
            self.note_change(rule, Change::Updated, Place::Open(number));
        }
        self.claim((rule, number), program, claims);
    }

    /// Notes what is to be told of a finding at the end of the instant.
    pub(crate) fn note_change(&mut self, rule: usize, change: Change, episode: Place) {
        self.changed.push(Changed { rule, change, episode });
    }

    /// The facts behind rows that cannot show them as long as an episode is open: superseded rows, and what
    /// may rest on some. Of others the rows will do, because who rests on one is thought about again in the
    /// instant in which it goes.
    fn copied(&self, programs: &Programs, pins: &[Pin]) -> Option<Copies> {
        let shows = |pin: &Pin| {
            programs.schema.get(pin.relation()).is_some_and(|schema| !schema.rests_on_past)
        };
        (!pins.iter().all(shows)).then(|| self.evidence(programs, pins, Supports::get))
    }

    /// The first fact behind a finding that opens, where it explains others.
    fn first_of(&self, programs: &Programs, program: &Program, of: &Shown) -> Option<Box<Kept>> {
        match &program.head {
            Head::Finding { explains, .. } if !explains.is_empty() => {
                self.first_fact(programs, of.deciding()).map(Box::new)
            }
            _ => None,
        }
    }

    fn close(
        &mut self,
        programs: &Programs,
        (rule, number): (usize, KeyId),
        (program, key): (&Program, &[Word]),
        lapsed: Option<Marks>,
    ) {
        self.claim((rule, number), program, Vec::new());
        let episode = self.keys.get_mut(rule).and_then(|keys| keys.episode(number));
        let Some(open) = episode.and_then(Option::take) else { return };
        let row = open.row();
        let mut life = open.life;
        let pins = life.let_go();
        let mut copies = mem::take(&mut self.copies);
        match life.rare.as_mut().and_then(|rare| rare.evidence.take()) {
            Some(copied) => copies = copied,
            None => {
                copies.clear();
                self.gather(programs, &pins, Supports::before, &mut Pins::new(), &mut copies);
            }
        }
        let (status, change) = match lapsed {
            Some(_) => (Status::Lapsed, Change::Lapsed),
            None => (Status::Resolved, Change::Resolved),
        };
        self.note_change(rule, change, Place::Closed(self.past.len()));
        self.past.add((rule, as_key(key), life), &copies, (self.now, status));
        self.copies = copies;
        if let Some(row) = row {
            self.withdraw(programs, program.relation, row, (rule, number), lapsed);
        }
    }

    /// The first fact behind rows; behind a concluded one that is the first of when it came to stand.
    pub(crate) fn first_fact(&self, programs: &Programs, pins: &[Pin]) -> Option<Kept> {
        let fact = |pin: &Pin| match self.supports.get(pin.relation(), pin.row) {
            Some(_) => self.supports.first(pin.relation(), pin.row).cloned(),
            None => self.kept(programs, pin),
        };
        pins.iter().filter_map(fact).min_by(|a, b| self.compare_facts(a, b))
    }

    fn kept(&self, programs: &Programs, pin: &Pin) -> Option<Kept> {
        let rows = self.relations.get(pin.relation())?;
        let (stamp, words) = rows.pinned(pin)?;
        Some(Kept {
            relation: programs.base(pin.relation()),
            stamp,
            more: rows.more_origins(pin.row).to_vec(),
            words: Row::from_slice(words),
        })
    }

    /// The input facts behind rows. A concluded row stands for what it rests on, now or before this instant.
    pub(crate) fn evidence(&self, programs: &Programs, pins: &[Pin], behind: Behind) -> Copies {
        let mut copies = Copies::with_room(pins.len());
        self.gather(programs, pins, behind, &mut Pins::new(), &mut copies);
        copies
    }

    fn gather(
        &self,
        programs: &Programs,
        pins: &[Pin],
        behind: Behind,
        seen: &mut Pins,
        copies: &mut Copies,
    ) {
        for pin in pins {
            if copies.len() >= MOST_EVIDENCE {
                return;
            }
            let Some(rows) = self.relations.get(pin.relation()) else { continue };
            let Some((stamp, words)) = rows.pinned(pin).filter(|_| !seen.contains(pin)) else {
                continue;
            };
            seen.push(*pin);
            match behind(&self.supports, pin.relation(), pin.row) {
                Some(Support { facts: Some(facts), .. }) => facts.iter().for_each(|fact| {
                    copies.push(fact.relation, fact.stamp, &fact.more, &fact.words);
                }),
                Some(Support { pins, .. }) => self.gather(programs, pins, behind, seen, copies),
                None => {
                    let relation = programs.base(pin.relation());
                    copies.push(relation, stamp, rows.more_origins(pin.row), words);
                }
            }
        }
    }

    /// Facts in canonical order, as they are shown.
    pub(crate) fn in_order(&self, copies: &Copies) -> Vec<Kept> {
        let mut facts: Vec<Kept> = copies.iter().collect();
        facts.sort_by(|a, b| self.compare_facts(a, b));
        facts.dedup();
        facts
    }

    /// The canonical order of facts; of one stamp, that of their relations and of what they say.
    fn compare_facts(&self, a: &Kept, b: &Kept) -> Ordering {
        let types = self.relations.get(a.relation).map_or(&[][..], |rows| &rows.types);
        let says = || self.symbols.compare_all(types, &a.words, &b.words);
        let order = self.sources.compare(&a.stamp, &b.stamp);
        order.then(a.relation.cmp(&b.relation)).then_with(says)
    }
}

/// A finding is a row of its relation: its key.
fn as_row(key: &[Word], found: Holds, shown: &Shown) -> Conclusion {
    Conclusion {
        words: Row::from_slice(key),
        marks: found.marks(),
        pins: Pins::from_slice(shown.deciding()),
        wants: shown.wants.clone(),
        since: None,
    }
}
