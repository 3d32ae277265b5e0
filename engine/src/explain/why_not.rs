//! Why a rule does not conclude anything for a key (M6.4): how far its conditions hold, and what comes
//! closest to the first that does not.

use alloc::{boxed::Box, sync::Arc, vec::Vec};
use core::ops::ControlFlow::Break;

use etio_plan::Value;
use etio_proof::{BlockKind, Conclusion, Outcome, Proof};

use crate::{
    conclude::episode::{Need, Status},
    engine::Engine,
    explain::{
        book::Book,
        miss::{Distance, KEY},
        trace::Way,
    },
    program::{Program, Programs, Step, route::Walk},
    store::support::Want,
    think::eval::Eval,
    value::word::{ABSENT, Word, at, int, put},
};

/// As many keys are tried where the key asked about is not whole.
const MOST_KEYS: usize = 4096;
/// As many ways that get equally far are compared.
const MOST_WAYS: usize = 64;
/// As far is a condition that fails traced through rules that could have made it hold.
const MOST_DEEP: usize = 8;

/// Why a rule does not conclude anything for a key, or that it does.
#[derive(Clone, PartialEq, Debug)]
pub struct WhyNot {
    /// The answer.
    pub standing: Standing,
    /// How its conditions came out: the first conclusion, up to the condition that fails, and the rows
    /// that are named. Where it holds, its whole proof.
    pub proof: Proof,
    /// What would have to be collected for more to be known.
    pub needs: Vec<Need>,
    /// When an episode of it last ended, and how.
    pub ended: Option<(i64, Status)>,
    /// How many keys were compared; the one that gets furthest is shown.
    pub keys: usize,
}

/// How a rule stands for a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// It concludes something.
    Holds,
    /// A condition of `when` does not hold.
    Fails,
    /// An `unless` block holds.
    RuledOut,
    /// No `confirm` block holds, and what was collected says so.
    NotPinned,
}

/// A key of a rule, and how far it gets.
struct Best {
    rule: usize,
    key: Vec<Word>,
    progress: Progress,
    /// With how many others it was compared.
    keys: usize,
}

/// Where a key ends.
struct Failed {
    standing: Standing,
    conclusion: Conclusion,
    wants: Vec<Want>,
    /// The relation that rules conclude of which a row is missing, and what is known of it.
    inside: Option<(usize, Vec<(u16, Word)>)>,
}

/// How far a key gets: conditions of `when` that hold, then whether its blocks let it.
type Progress = (usize, bool);

impl Engine {
    /// Why a rule, by its place in the pack, does not conclude anything for a key: the values of its key
    /// variables in order, [`Value::Null`] for any. Of several keys the one that gets furthest is
    /// shown. `None` where there is no such rule.
    ///
    /// It is worked out anew by each call; nothing that shows changes.
    pub fn why_not(&mut self, rule: usize, key: &[Value]) -> Option<WhyNot> {
        let (pack, programs) = (Arc::clone(&self.pack), Arc::clone(&self.programs));
        let types = &programs.rules.get(rule)?.key_types;
        let word = |(at, ty)| {
            let value = key.get(at).unwrap_or(&Value::Null);
            self.symbols.word(value, ty).unwrap_or(ABSENT)
        };
        let asked: Vec<Word> = types.iter().enumerate().map(word).collect();
        let ended = self.last_end(rule, &asked);
        let best = self.best_key(&programs, rule, &asked)?;
        let keys = best.keys;
        if best.progress.1 {
            let number = self.keys.get(rule).and_then(|keys| keys.find(&best.key));
            let open = number.and_then(|number| self.keys.get(rule)?.open(number));
            let needs = open.map(|open| self.needs(&open.life.rare().wants)).unwrap_or_default();
            let proof = self.prove_key(rule, &best.key);
            return Some(WhyNot { standing: Standing::Holds, proof, needs, ended, keys });
        }
        let mut book = Book::new(&pack, self.timeline.clock());
        let mut wants = Vec::new();
        let standing = self.explain_best(&mut book, &programs, best, &mut wants);
        wants.sort_unstable();
        wants.dedup();
        Some(WhyNot { standing, proof: book.proof, needs: self.needs(&wants), ended, keys })
    }

    /// The key of a rule that agrees with what is asked and gets furthest, the first of equals.
    fn best_key(&mut self, programs: &Programs, rule: usize, asked: &[Word]) -> Option<Best> {
        let program = programs.rules.get(rule)?;
        let pack = Arc::clone(&self.pack);
        let keys = self.candidates(programs, rule, program, asked);
        let (now, limit) = (self.timeline.clock(), self.limits.work);
        let mut eval = self.eval(programs, 0);
        (eval.now, eval.limit) = (now, limit);
        let mut best: Option<(Progress, &[Word])> = None;
        for key in &keys {
            let progress = eval.progress(program, key);
            if best.is_none_or(|(known, _)| progress > known) {
                best = Some((progress, key));
            }
        }
        let (progress, key) = match best {
            Some((progress, key)) => (progress, key.to_vec()),
            None => {
                let key = eval.guess(&Book::new(&pack, now), program, asked);
                (eval.progress(program, &key), key)
            }
        };
        Some(Best { rule, key, progress, keys: keys.len().max(1) })
    }

    /// Explains how far a key gets, and where that ends at something that rules conclude, how far the
    /// best of these gets.
    fn explain_best(
        &mut self,
        book: &mut Book<'_>,
        programs: &Programs,
        best: Best,
        wants: &mut Vec<Want>,
    ) -> Standing {
        let (now, limit) = (self.timeline.clock(), self.limits.work);
        let mut standing = None;
        let mut next = Some(best);
        while let Some(best) = next.take() {
            let Some(program) = programs.rules.get(best.rule) else { break };
            let mut eval = self.eval(programs, 0);
            (eval.now, eval.limit) = (now, limit);
            let failed =
                eval.explain_failure(book, (best.rule, program), &best.key, best.progress.0);
            if standing.is_none() {
                wants.extend(failed.wants);
            }
            standing.get_or_insert(failed.standing);
            let place = book.proof.conclusions.len();
            book.proof.conclusions.push(failed.conclusion);
            let Some((relation, known)) = failed.inside.filter(|_| place < MOST_DEEP) else {
                break;
            };
            next = self.best_rule(programs, relation, &known);
            let conclusion = book.proof.conclusions.get_mut(place);
            if let Some(step) = conclusion.and_then(|of| of.when.last_mut())
                && next.is_some()
            {
                step.inside = Some(place + 1);
            }
        }
        standing.unwrap_or(Standing::Fails)
    }

    /// Of the rules that conclude a relation the one that gets furthest towards a row with these words.
    fn best_rule(
        &mut self,
        programs: &Programs,
        relation: usize,
        known: &[(u16, Word)],
    ) -> Option<Best> {
        let mut best: Option<(Best, usize)> = None;
        for (rule, program) in programs.rules.iter().enumerate() {
            if program.relation != relation {
                continue;
            }
            let Some(asked) = program.asked_by(known) else { continue };
            let found = self.best_key(programs, rule, &asked)?;
            let length = program.when.len();
            let further = best.as_ref().is_none_or(|(known, of)| {
                (found.progress.0 * of, found.progress.0)
                    > (known.progress.0 * length, known.progress.0)
            });
            if further && !found.progress.1 {
                best = Some((found, length));
            }
        }
        best.map(|(best, _)| best)
    }

    /// The keys that rows lead to and that agree with what was asked, in canonical order.
    fn candidates(
        &mut self,
        programs: &Programs,
        rule: usize,
        program: &Program,
        asked: &[Word],
    ) -> Vec<Box<[Word]>> {
        if !asked.contains(&ABSENT) {
            return alloc::vec![asked.into()];
        }
        let mut found: Vec<Box<[Word]>> = Vec::new();
        let agrees = |key: &[Word]| {
            key.iter().zip(asked).all(|(word, asked)| *asked == ABSENT || word == asked)
                && !key.contains(&ABSENT)
        };
        for route in program.routes.iter().filter_map(|route| programs.routes.get(*route)) {
            let Some(rows) = self.relations.get(route.from) else { continue };
            for row in rows.all() {
                let mut slots = alloc::vec![ABSENT; program.slots + route.more_slots()];
                let bound = program.key.iter().zip(asked);
                bound.for_each(|(slot, word)| put(&mut slots, *slot, *word));
                let found = &mut |slots: &[Word]| {
                    let key = program.key_in(slots);
                    let leads = route.rules(slots).contains(&rule);
                    if leads && agrees(&key) && found.len() < 16 * MOST_KEYS {
                        found.push(key[..].into());
                    }
                };
                let (relations, symbols) = (&self.relations, &mut self.symbols);
                let mut walk =
                    Walk { relations, symbols, slots: &mut slots, found, wanted: &mut Vec::new() };
                walk.run(route, rows.words(row), int(rows.time(row)));
            }
        }
        found.sort_by(|a, b| self.symbols.compare_all(&program.key_types, a, b));
        found.dedup();
        found.truncate(MOST_KEYS);
        found
    }

    fn last_end(&self, rule: usize, asked: &[Word]) -> Option<(i64, Status)> {
        let agrees = |key: &[Word]| {
            key.iter().zip(asked).all(|(word, asked)| *asked == ABSENT || word == asked)
        };
        let mut closed = self.past.iter().rev();
        let last = closed.find(|closed| closed.rule == rule && agrees(&closed.key))?;
        Some((last.closed, last.status))
    }
}

impl<'a> Eval<'a> {
    /// How far a key gets.
    fn progress(&mut self, program: &'a Program, key: &[Word]) -> Progress {
        self.begin(program, key);
        if self.shown_way(program, None).is_some() {
            return (program.when.len(), true);
        }
        self.begin(program, key);
        if self.first_way(&program.when).is_some() {
            return (program.when.len(), false);
        }
        self.begin(program, key);
        let ways = self.furthest(&program.when, 1);
        (ways.first().map_or(0, |way| way.marks.len()), false)
    }

    fn first_way(&mut self, steps: &'a [Step]) -> Option<Way> {
        let mut first = None;
        let _ = self.trace(steps, &mut Vec::new(), &mut |me, marks| {
            first = Some(me.way(marks));
            Break(())
        });
        first
    }

    /// A key where rows lead to none: what is not asked for is taken from rows that are right but for
    /// it, condition by condition, as far as there are any.
    fn guess(&mut self, book: &Book<'_>, program: &'a Program, asked: &[Word]) -> Vec<Word> {
        let mut key = asked.to_vec();
        while key.contains(&ABSENT) {
            self.begin(program, &key);
            let ways = self.furthest(&program.when, 1);
            let Some(way) = ways.first() else { break };
            self.resume(way);
            let Some(step) = program.when.get(way.marks.len()) else { break };
            if !self.fill_key(book, &program.key, step) {
                break;
            }
            key = program.key.iter().map(|slot| at(&self.slots, *slot)).collect();
        }
        key
    }

    /// Explains a key that gets through this many conditions of `when`.
    fn explain_failure(
        &mut self,
        book: &mut Book<'_>,
        (rule, program): (usize, &'a Program),
        key: &[Word],
        depth: usize,
    ) -> Failed {
        self.begin(program, key);
        let mut conclusion = Conclusion {
            rule,
            sure: false,
            lingers: None,
            bound: book.bound(self.symbols, rule, &self.slots),
            when: Vec::new(),
            blocks: Vec::new(),
        };
        let (mut wants, mut inside) = (Vec::new(), None);
        let Some(step) = program.when.get(depth) else {
            if let Some(way) = self.first_way(&program.when) {
                self.show_all(book, (rule, program), &way, &mut conclusion);
            }
            let holds = |outcome: Outcome| matches!(outcome, Outcome::Holds | Outcome::Weak);
            let mut blocks = conclusion.blocks.iter();
            let out = blocks.any(|block| block.kind == BlockKind::Unless && holds(block.outcome));
            let standing = if out { Standing::RuledOut } else { Standing::NotPinned };
            return Failed { standing, conclusion, wants, inside };
        };
        // Misses are first only measured, so that the rows of those not shown leave no trace.
        let mut best: Option<(Distance, Way)> = None;
        for way in self.furthest(&program.when, MOST_WAYS) {
            self.resume(&way);
            let (_, distance) = self.fail(&mut Book::new(book.pack, self.now), rule, step);
            if best.as_ref().is_none_or(|(known, _)| distance < *known) {
                best = Some((distance, way));
            }
        }
        if let Some((distance, way)) = best {
            conclusion.when = self.show(book, rule, &program.when, &way);
            conclusion.bound = book.bound(self.symbols, rule, &way.slots);
            conclusion.when.push(self.fail(book, rule, step).0);
            if let Step::Each(src) | Step::Pick { of: src, .. } | Step::Agg { of: src, .. } = step {
                let mut lacks = Vec::new();
                self.covered(src, &mut lacks);
                wants.extend(lacks.iter().filter(|lack| !lack.weak).filter_map(|lack| lack.want));
                let scan = src.first();
                let schema = self.view.programs.schema.get(scan.relation);
                let concluded = schema.is_some_and(|of| !of.event && !of.entity);
                if concluded && distance >= KEY {
                    inside = Some((scan.relation, self.known(scan)));
                }
            }
        }
        Failed { standing: Standing::Fails, conclusion, wants, inside }
    }
}
