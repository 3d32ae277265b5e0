//! The life of findings: they open, change and close (M4.1), with the facts they rest on.

use alloc::{boxed::Box, vec::Vec};

use crate::{
    conclude::episode::{Change, Changed, Closed, Open, Status},
    engine::Engine,
    program::{Program, Programs},
    store::{
        relation::{Marks, Pin, SUSPECT},
        sources::Stamp,
        support::{Kept, KeyId, Support, Want},
    },
    think::{
        aggregate::MOST_EVIDENCE,
        judge::{Conclusion, Diagnosis, Verdict},
    },
    value::word::Word,
};

impl Engine {
    /// Thinks about one key of a finding.
    pub(crate) fn think_finding(
        &mut self,
        programs: &Programs,
        (rule, number): (usize, KeyId),
        program: &Program,
        work: &mut u64,
    ) {
        let Some(state) = self.keys.get(rule).and_then(|keys| keys.get(number)) else { return };
        let (key, was_open) = (state.key.clone(), state.open.is_some());
        let (diagnosis, deadline, settled) = if self.is_starved(program) {
            (None, i64::MAX, Vec::new())
        } else {
            let mut eval = self.eval(programs, *work);
            eval.begin(program, &key);
            let diagnosis = eval.diagnose(program);
            *work = eval.work;
            if eval.is_over() {
                self.suspend(programs, (rule, number), program);
                return;
            }
            (diagnosis, eval.deadline, eval.settled)
        };
        match (diagnosis, was_open) {
            (Some(diagnosis), false) => self.open(programs, (rule, number), program, diagnosis),
            (Some(diagnosis), true) => self.update(programs, (rule, number), program, diagnosis),
            (None, true) => {
                let still = self.eval_before(programs, program, &key).diagnose(program);
                let lapsed = still.map(|still| still.marks());
                self.close(programs, (rule, number), program, lapsed);
            }
            (None, false) => {}
        }
        self.move_cursors(programs, &key, settled);
        self.set_timer(rule, number, deadline);
    }

    /// A rule over its limit keeps its open findings, suspected (M6.2).
    fn suspend(&mut self, programs: &Programs, (rule, number): (usize, KeyId), program: &Program) {
        let Some(state) = self.keys.get_mut(rule).and_then(|keys| keys.get_mut(number)) else {
            return;
        };
        let Some(open) = &mut state.open else { return };
        if open.wants.contains(&Want::Limit) {
            return;
        }
        open.wants.push(Want::Limit);
        open.verdict = Verdict::Suspected;
        let (row, words, wants) = (open.row, state.key.clone(), open.wants.clone());
        self.changed.push(Changed { rule, key: number, words, change: Change::Updated });
        let support = Support { rule, key: number, marks: SUSPECT, pins: Vec::new(), wants };
        self.support(programs, program.relation, row, support, self.now);
    }

    fn open(
        &mut self,
        programs: &Programs,
        (rule, number): (usize, KeyId),
        program: &Program,
        found: Diagnosis,
    ) {
        let Some(key) =
            self.keys.get(rule).and_then(|keys| keys.get(number)).map(|state| state.key.clone())
        else {
            return;
        };
        let conclusion = self.as_row(&key, &found);
        let Some(row) = self.conclude(programs, rule, number, conclusion) else { return };
        let evidence = self.evidence(programs, &found.pins);
        let first = self.first_fact(programs, &found.pins);
        let open = Open {
            opened: self.now,
            row,
            verdict: found.verdict,
            wants: found.wants,
            texts: found.texts,
            pins: found.pins,
            evidence,
            first,
            claims: Vec::new(),
            causes: Vec::new(),
            explains: Vec::new(),
        };
        if let Some(state) = self.keys.get_mut(rule).and_then(|keys| keys.get_mut(number)) {
            state.open = Some(Box::new(open));
        }
        self.changed.push(Changed { rule, key: number, words: key, change: Change::Opened });
        self.claim((rule, number), program, found.claims);
    }

    fn update(
        &mut self,
        programs: &Programs,
        (rule, number): (usize, KeyId),
        program: &Program,
        found: Diagnosis,
    ) {
        let Some(state) = self.keys.get(rule).and_then(|keys| keys.get(number)) else { return };
        let Some(open) = &state.open else { return };
        let key = state.key.clone();
        let differs = open.verdict != found.verdict || open.wants != found.wants;
        // Rows do not change, so the same facts need not be copied again.
        let inputs =
            |pin: &Pin| programs.base(pin.relation) == pin.relation && self.is_input(programs, pin);
        let same = open.pins == found.pins && found.pins.iter().all(inputs);
        let evidence = (!same).then(|| {
            (self.evidence(programs, &found.pins), self.first_fact(programs, &found.pins))
        });
        let (row, conclusion) = (open.row, self.as_row(&key, &found));
        self.conclude(programs, rule, number, conclusion);
        if let Some((_, first)) = &evidence {
            self.supports.begin(program.relation, row, first.clone());
        }
        let state = self.keys.get_mut(rule).and_then(|keys| keys.get_mut(number));
        if let Some(open) = state.and_then(|state| state.open.as_mut()) {
            open.verdict = found.verdict;
            open.wants = found.wants;
            open.texts = found.texts;
            open.pins = found.pins;
            if let Some((evidence, first)) = evidence {
                open.evidence = evidence;
                open.first = first;
            }
        }
        if differs {
            self.changed.push(Changed { rule, key: number, words: key, change: Change::Updated });
        }
        self.claim((rule, number), program, found.claims);
    }

    fn is_input(&self, programs: &Programs, pin: &Pin) -> bool {
        programs.schema.get(pin.relation).is_some_and(|schema| schema.event || schema.entity)
    }

    /// A finding is a row of its relation: its key.
    fn as_row(&self, key: &[Word], found: &Diagnosis) -> Conclusion {
        Conclusion {
            words: key.into(),
            marks: found.marks(),
            pins: found.pins.clone(),
            wants: found.wants.clone(),
            since: None,
        }
    }

    fn close(
        &mut self,
        programs: &Programs,
        (rule, number): (usize, KeyId),
        program: &Program,
        lapsed: Option<Marks>,
    ) {
        self.claim((rule, number), program, Vec::new());
        let Some(state) = self.keys.get_mut(rule).and_then(|keys| keys.get_mut(number)) else {
            return;
        };
        let Some(open) = state.open.take() else { return };
        let key = state.key.clone();
        let row = open.row;
        let (status, change) = match lapsed {
            Some(_) => (Status::Lapsed, Change::Lapsed),
            None => (Status::Resolved, Change::Resolved),
        };
        self.changed.push(Changed { rule, key: number, words: key.clone(), change });
        self.closed.push_back(Closed { rule, key, open, closed: self.now, status });
        self.withdraw(programs, program.relation, row, (rule, number), lapsed);
    }

    /// The first fact behind rows; behind a concluded one that is the first of when it came to stand.
    pub(crate) fn first_fact(&self, programs: &Programs, pins: &[Pin]) -> Option<Kept> {
        let fact = |pin: &Pin| match self.supports.get(pin.relation, pin.row) {
            Some(_) => self.supports.first(pin.relation, pin.row).cloned(),
            None => self.kept(programs, pin),
        };
        pins.iter().filter_map(fact).min_by_key(|kept| kept.time)
    }

    fn kept(&self, programs: &Programs, pin: &Pin) -> Option<Kept> {
        let rows = self.relations.get(pin.relation).filter(|rows| rows.holds(pin))?;
        Some(Kept {
            relation: programs.base(pin.relation),
            time: rows.time(pin.row),
            origins: rows.origins(pin.row).collect(),
            words: rows.copy(pin.row),
        })
    }

    /// The input facts behind rows, in canonical order. A concluded row stands for what it rests on.
    pub(crate) fn evidence(&self, programs: &Programs, pins: &[Pin]) -> Vec<Kept> {
        let mut open: Vec<Pin> = pins.to_vec();
        let (mut seen, mut kept): (Vec<Pin>, Vec<(Stamp, Kept)>) = (Vec::new(), Vec::new());
        while let Some(pin) = open.pop() {
            let Some(rows) = self.relations.get(pin.relation).filter(|rows| rows.holds(&pin))
            else {
                continue;
            };
            if seen.contains(&pin) || kept.len() >= MOST_EVIDENCE {
                continue;
            }
            seen.push(pin);
            if let Some(support) = self.supports.get(pin.relation, pin.row) {
                open.extend(support.pins.iter().copied());
                continue;
            }
            let stamp = rows.meta(pin.row).map(|meta| meta.stamp);
            kept.extend(stamp.zip(self.kept(programs, &pin)));
        }
        kept.sort_by(|a, b| self.sources.compare(&a.0, &b.0).then(a.1.relation.cmp(&b.1.relation)));
        kept.into_iter().map(|(_, kept)| kept).collect()
    }
}
