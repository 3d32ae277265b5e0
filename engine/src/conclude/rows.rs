//! Thinks about the dirty keys of a rule and compares with what stood: rows come and go. Each
//! difference is a change for later rules in the same instant.

use alloc::vec::Vec;

use crate::{
    conclude::keys::{Gap, Standing, Standings},
    engine::Engine,
    program::{Head, Program, Programs},
    store::{
        row::{ASSUMED, ENDED, FIRST, LAPSED, Marks, Pins, RowId},
        sources::Stamp,
        support::{KeyId, Support, Supports},
        table::Names,
    },
    think::{
        eval::{Eval, View},
        judge::Conclusion,
    },
    value::word::{Key, Word},
};

/// What came of it.
pub(crate) struct Asked<T> {
    pub(crate) answer: T,
    /// When time alone may change the answer.
    pub(crate) deadline: i64,
}

impl Engine {
    /// Thinks about keys of one rule, in the order of their values.
    pub(crate) fn think(&mut self, programs: &Programs, rule: usize, keys: &mut Vec<Key>) {
        let Some(program) = programs.rules.get(rule) else { return };
        if keys.len() > 1 {
            keys.sort_unstable_by(|a, b| self.symbols.compare_all(&program.key_types, a, b));
            keys.dedup();
        }
        let mut work = 0;
        for key in &*keys {
            match &program.head {
                Head::Row { linger, .. } => {
                    self.think_rows(programs, (rule, program), key, *linger, &mut work);
                }
                Head::Finding { .. } => {
                    self.think_finding(programs, (rule, program), key, &mut work);
                }
            }
            if work > self.limits.work {
                self.postponed.push((rule, key.clone()));
            }
        }
        if let Some(sum) = self.work.get_mut(rule) {
            *sum = sum.saturating_add(work);
        }
        let is_over = work > self.limits.work;
        if is_over || !self.over.is_empty() {
            // What rests on the absence of its rows is unknown as long as some may lack.
            for relation in self.over.set(rule, &program.feeds, is_over) {
                self.touch_coverage(programs, relation, &[], true);
            }
        }
    }

    /// Ready to think, as of this instant.
    pub(crate) fn eval<'a>(&'a mut self, programs: &'a Programs, work: u64) -> Eval<'a> {
        let view = View {
            programs,
            relations: &self.relations,
            supports: &self.supports,
            coverage: &self.coverage,
            cursors: Some(&self.cursors),
            over: &self.over,
            sources: &self.sources,
            unnamed: self.unnamed,
            first: self.first,
        };
        let mut eval =
            Eval::new(view, &mut self.symbols, self.now, self.limits.work, &mut self.room);
        eval.work = work;
        eval
    }

    /// Passes over what has been found settled. Not before it is asked what only lapsed: that is settled
    /// too by now.
    pub(crate) fn move_cursors(&mut self, programs: &Programs, key: &[Word]) {
        let relations = &self.relations;
        let oldest = |relation: usize| {
            let rows = relations.get(relation);
            let whole = programs.schema.get(relation).map_or(0, |schema| schema.whole);
            let oldest = rows.and_then(|rows| Some(rows.time(*rows.find(whole, &[]).first()?)));
            oldest.unwrap_or(i64::MAX)
        };
        for (condition, to) in self.room.settled.drain(..) {
            self.cursors.set(condition, key, to, oldest);
        }
    }

    /// Whether some relation the rule needs a row of has none. Such a rule remembers nothing, as one that
    /// a restored engine has not woken yet.
    fn is_starved(&self, program: &Program) -> bool {
        let lacks = |of: &usize| self.relations.get(*of).is_none_or(|of| of.len() == 0);
        program.inputs.iter().any(lacks)
    }

    fn think_rows(
        &mut self,
        programs: &Programs,
        (rule, program): (usize, &Program),
        key: &[Word],
        linger: i64,
        work: &mut u64,
    ) {
        let Some(keys) = self.keys.get(rule) else { return };
        let known = keys.find(key);
        let stood = Standings::from_slice(known.map_or(&[], |known| keys.rows(known)));
        let asked = self.ask(programs, (program, key), work, |eval, program| eval.derive(program));
        let Some(Asked { answer: mut rows, mut deadline }) = asked else {
            if let Some(known) = known {
                // What stood stays, in doubt, until there is work left for it.
                for standing in stood {
                    self.doubt(programs, program.relation, standing.row, (rule, known));
                }
            }
            return;
        };
        let Some(number) = self.number(rule, key, known, !rows.is_empty() || deadline != i64::MAX)
        else {
            self.room.concluded = rows;
            return self.move_cursors(programs, key);
        };
        let mut standing = Standings::new();
        for row in rows.drain(..) {
            let before = stood.iter().map(|of| of.row);
            let row = self.conclude(programs, rule, number, row, before);
            standing.extend(row.map(|row| Standing { row, gap: None }));
        }
        self.room.concluded = rows;
        let mut gone = stood;
        gone.retain(|of| !standing.iter().any(|other| other.row == of.row));
        // What would still be so, had no window run out in this instant.
        let mut still: Option<Vec<Conclusion>> = None;
        for Standing { row, gap } in gone {
            if gap.is_none() && linger > 0 {
                self.keep_facts(programs, (program.relation, row), (rule, number));
            }
            let gap = gap.unwrap_or_else(|| {
                let still = still.get_or_insert_with(|| {
                    self.ask_before(programs, (program, key), |eval, program| eval.derive(program))
                });
                let words = self.relations.get(program.relation).map(|of| of.words(row));
                let lapsed = still.iter().find(|row| words == Some(&*row.words));
                let lapsed = lapsed.map(|row| row.marks);
                Gap { until: self.now.saturating_add(linger), lapsed }
            });
            if gap.until > self.now {
                deadline = deadline.min(gap.until);
                standing.push(Standing { row, gap: Some(gap) });
            } else {
                self.withdraw(programs, program.relation, row, (rule, number), gap.lapsed);
            }
        }
        if let Some(keys) = self.keys.get_mut(rule) {
            keys.set_rows(number, standing);
        }
        self.move_cursors(programs, key);
        self.set_timer(rule, number, deadline);
        self.forget_idle(rule, number);
    }

    /// The number of a key: that it is known by, or a new one where it has to be remembered.
    pub(crate) fn number(
        &mut self,
        rule: usize,
        key: &[Word],
        known: Option<KeyId>,
        remember: bool,
    ) -> Option<KeyId> {
        if known.is_none() && remember { Some(self.keys.get_mut(rule)?.add(key)) } else { known }
    }

    /// Forgets a key that concludes nothing and waits for nothing.
    pub(crate) fn forget_idle(&mut self, rule: usize, number: KeyId) {
        if let Some(keys) = self.keys.get_mut(rule) {
            keys.forget_idle(number);
        }
    }

    /// Asks what a key concludes; none where the rule has no work left for it.
    pub(crate) fn ask<T: Default>(
        &mut self,
        programs: &Programs,
        (program, key): (&Program, &[Word]),
        work: &mut u64,
        question: impl for<'a> FnOnce(&mut Eval<'a>, &'a Program) -> T,
    ) -> Option<Asked<T>> {
        if self.is_starved(program) {
            self.room.settled.clear();
            return Some(Asked { answer: T::default(), deadline: i64::MAX });
        }
        let mut eval = self.eval(programs, *work);
        eval.begin(program, key);
        let answer = question(&mut eval, program);
        *work = eval.work;
        (!eval.is_over()).then_some(Asked { answer, deadline: eval.deadline })
    }

    pub(crate) fn set_timer(&mut self, rule: usize, number: KeyId, deadline: i64) {
        let known = self.keys.get_mut(rule).and_then(|keys| keys.deadline(number));
        let Some(known) = known else { return };
        let old = core::mem::replace(known, deadline);
        if old == deadline {
            return;
        }
        if old != i64::MAX {
            self.timers.remove(&(old, rule, number));
        }
        if deadline != i64::MAX {
            self.timers.insert((deadline, rule, number));
        }
    }

    /// Lets a concluded row stand, new or again. `stood` are the rows that the key concluded before.
    pub(crate) fn conclude(
        &mut self,
        programs: &Programs,
        rule: usize,
        key: KeyId,
        row: Conclusion,
        stood: impl IntoIterator<Item = RowId>,
    ) -> Option<RowId> {
        let relation = programs.rules.get(rule)?.relation;
        let since = row.since.map_or(self.now, |since| since.min(self.now));
        let rows = self.relations.get(relation)?;
        let known = match programs.schema.get(relation)?.by_all {
            Some(index) => rows.find(index, &row.words).first().copied(),
            None => stood.into_iter().find(|known| rows.words(*known) == &*row.words),
        };
        let marks = row.marks;
        let support = Support { rule, key, marks, pins: row.pins, wants: row.wants, facts: None };
        let Some(known) = known else {
            let names = Names { sources: &self.sources, symbols: &self.symbols };
            let stamp = Stamp::concluded(since);
            let new = self.relations.get_mut(relation)?.insert(&row.words, stamp, marks, names);
            let is_traced = programs.rules.get(rule).is_some_and(|program| program.is_traced);
            if is_traced && let Some(first) = self.first_fact(programs, &support.pins) {
                self.supports.begin(relation, new, first);
            }
            self.supports.put(relation, new, support);
            self.touch(programs, relation, new);
            return Some(new);
        };
        self.support(programs, relation, known, support, since);
        Some(known)
    }

    /// Gives a standing row another support.
    pub(crate) fn support(
        &mut self,
        programs: &Programs,
        relation: usize,
        row: RowId,
        support: Support,
        since: i64,
    ) {
        let is_leaving = self.relations.get(relation).is_some_and(|rows| rows.is_leaving(row));
        if is_leaving {
            self.supports.renew(relation, row);
        }
        let wanted = self.supports.wants(relation, row).to_vec();
        let stood = self.followed(programs, relation, row);
        self.supports.put(relation, row, support);
        self.restate(programs, relation, row, since);
        // Who rests on it wants what it wants, and shows what is behind it.
        let rests = |pins: &Pins| {
            pins.iter().any(|pin| self.supports.get(pin.relation(), pin.row).is_some())
        };
        let stands = self.followed(programs, relation, row);
        if self.supports.wants(relation, row) != wanted || stands != stood || rests(&stands) {
            self.touch(programs, relation, row);
        }
    }

    /// The rows behind a concluded one, where who rests on it has to follow them: they say which sources are behind
    /// it (M5.4), or their facts are copied.
    fn followed(&self, programs: &Programs, relation: usize, row: RowId) -> Pins {
        let copied = programs.schema.get(relation).is_some_and(|schema| schema.is_followed);
        let support = self.supports.get(relation, row);
        let support = support.filter(|_| copied || self.unnamed.is_some());
        support.map(|support| support.pins.clone()).unwrap_or_default()
    }

    /// Gives a standing row the marks of the support that speaks for it. What was only assumed until
    /// now holds since now.
    fn restate(
        &mut self,
        programs: &Programs,
        relation: usize,
        row: RowId,
        since: i64,
    ) -> Option<()> {
        let speaks = self.supports.get(relation, row)?.marks;
        let rows = self.relations.get_mut(relation)?;
        let header = rows.header(row)?;
        let (was, stood) = (header.marks(), header.stamp());
        let observed_now = was & ASSUMED != 0 && speaks & ASSUMED == 0;
        let marks = if observed_now { speaks } else { (speaks & !FIRST) | (was & FIRST) };
        let stamp = if observed_now { Stamp::concluded(since) } else { stood };
        if (marks, stamp) != (was, stood) {
            let names = Names { sources: &self.sources, symbols: &self.symbols };
            rows.restamp(row, stamp, marks, names);
            self.touch(programs, relation, row);
        }
        Some(())
    }

    /// What a row has rested on until now stays behind it while it is tolerated.
    fn keep_facts(
        &mut self,
        programs: &Programs,
        row: (usize, RowId),
        (rule, key): (usize, KeyId),
    ) {
        let Some(support) = self.supports.of(row.0, row.1, rule, key) else { return };
        let facts = self.evidence(programs, &support.pins, Supports::before);
        self.supports.keep(row, (rule, key), facts);
    }

    /// Takes a key's support from a row; a row without any leaves at the end of the instant. `lapsed`
    /// says what it would be by this key, had no window run out.
    pub(crate) fn withdraw(
        &mut self,
        programs: &Programs,
        relation: usize,
        row: RowId,
        (rule, key): (usize, KeyId),
        lapsed: Option<Marks>,
    ) {
        if !self.supports.take(relation, row, rule, key) {
            self.restate(programs, relation, row, self.now);
            // Others are behind it now.
            if !self.followed(programs, relation, row).is_empty() {
                self.touch(programs, relation, row);
            }
            return;
        }
        self.touch(programs, relation, row);
        let lapsed = self.lapsed_by_any(programs, (relation, row), rule, lapsed);
        let names = Names { sources: &self.sources, symbols: &self.symbols };
        if let Some(rows) = self.relations.get_mut(relation)
            && let Some(header) = rows.header(row)
        {
            let (was, stamp) = (header.marks(), header.stamp());
            let marks = match lapsed {
                // Whether it was there when first observed is of when it came to stand.
                Some(marks) => (marks & !FIRST) | (was & FIRST) | LAPSED,
                None => was | ENDED,
            };
            rows.restamp(row, stamp, marks, names);
            self.leaving.push((relation, row));
        }
    }

    /// Takes the rows that ended in this instant out of their relations.
    pub(crate) fn leave(&mut self) {
        for (relation, row) in core::mem::take(&mut self.leaving) {
            let names = Names { sources: &self.sources, symbols: &self.symbols };
            if let Some(rows) = self.relations.get_mut(relation)
                && rows.is_leaving(row)
            {
                rows.remove(row, names);
                self.supports.forget(relation, row);
            }
        }
    }
}
