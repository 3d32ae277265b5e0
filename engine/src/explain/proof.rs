//! The proof of a finding (M6.4).

use alloc::{sync::Arc, vec::Vec};
use core::ops::ControlFlow::{Break, Continue};

use etio_proof::{Block as ShownBlock, BlockKind, Conclusion, Proof};

use crate::{
    conclude::past::Closed,
    engine::Engine,
    explain::{book::Book, trace::Way},
    program::{Block, Head, Program},
    think::{
        eval::{Eval, View},
        judge::Verdict,
    },
    value::word::{ABSENT, Word, as_key, put},
};

/// As many conclusions does one proof go back to.
const MOST_CONCLUSIONS: usize = 256;

/// A conclusion to explain.
struct Asked<'k> {
    rule: usize,
    key: &'k [Word],
    /// The row it concluded; none for a finding, which is its key.
    row: Option<&'k [Word]>,
    lingers: Option<i64>,
}

impl Engine {
    /// Why an open finding holds, of the binding it shows: its conditions, the facts they rest on with
    /// the intervals in which these count, and who vouches for what is absent. Of one of the last that
    /// ended only the facts are remembered. `None` where no such episode is known.
    ///
    /// It is worked out anew by each call. The engine is only borrowed mutably because texts that
    /// functions make are noted; nothing that shows changes.
    pub fn proof(&mut self, id: u128) -> Option<Proof> {
        let programs = self.programs.clone();
        let open = self.keys.iter().enumerate().find_map(|(rule, keys)| {
            let is_asked = |number| self.id(&programs, rule, keys.key(number)) == id;
            let (number, _) = keys.episodes().find(|(number, _)| is_asked(*number))?;
            Some((rule, number))
        });
        match open {
            Some((rule, number)) => {
                let key = as_key(self.keys.get(rule)?.key(number));
                Some(self.prove_key(rule, &key))
            }
            None => self.proof_of_closed(id),
        }
    }

    /// The facts of the last episode of a finding that ended.
    fn proof_of_closed(&self, id: u128) -> Option<Proof> {
        let is_asked = |closed: &Closed| self.id(&self.programs, closed.rule, &closed.key) == id;
        let place = self.past.iter().rposition(is_asked)?;
        let closed = self.past.get(place)?;
        let mut book = Book::new(&self.pack, closed.closed);
        let kept = self.in_order(&self.past.facts(place));
        kept.iter().for_each(|kept| book.remember(&self.symbols, kept));
        let program = self.programs.rules.get(closed.rule)?;
        let mut slots = alloc::vec![ABSENT; program.slots];
        for (slot, word) in program.key.iter().zip(&closed.key) {
            put(&mut slots, *slot, *word);
        }
        book.proof.conclusions.push(Conclusion {
            rule: closed.rule,
            sure: closed.life.verdict == Verdict::Confirmed,
            lingers: None,
            bound: book.bound(&self.symbols, closed.rule, &slots),
            when: Vec::new(),
            blocks: Vec::new(),
        });
        Some(book.proof)
    }

    /// Explains a key for which a rule concludes something, and all that rests on.
    pub(crate) fn prove_key(&mut self, rule: usize, key: &[Word]) -> Proof {
        let (pack, programs) = (Arc::clone(&self.pack), Arc::clone(&self.programs));
        let (now, limit) = (self.timeline.clock(), self.limits.work);
        let view = View {
            programs: &programs,
            relations: &self.relations,
            supports: &self.supports,
            coverage: &self.coverage,
            cursors: Some(&self.cursors),
            over: &self.over,
            sources: &self.sources,
            unnamed: self.unnamed,
            first: self.first,
        };
        let mut eval = Eval::new(view, &mut self.symbols, now, limit, &mut self.room);
        let mut book = Book::new(&pack, now);
        if let Some(program) = programs.rules.get(rule) {
            let asked = Asked { rule, key, row: None, lingers: None };
            let conclusion = eval.explain(&mut book, program, &asked);
            book.proof.conclusions.push(conclusion);
        }
        // First come, first explained.
        let mut next = 0;
        while let Some((fact, rule, number)) = book.open.get(next).copied() {
            next += 1;
            if book.proof.conclusions.len() >= MOST_CONCLUSIONS {
                book.proof.cut = true;
                break;
            }
            let Some((keys, program)) = self.keys.get(rule).zip(programs.rules.get(rule)) else {
                continue;
            };
            let words = book.words(&eval, fact);
            let gap = keys.rows(number).iter().find_map(|standing| {
                let rows = view.relations.get(program.relation)?;
                standing.gap.filter(|_| *rows.words(standing.row) == *words)
            });
            let asked = Asked {
                rule,
                key: keys.key(number),
                row: matches!(program.head, Head::Row { .. }).then_some(&words),
                lingers: gap.map(|gap| gap.until),
            };
            let conclusion = eval.explain(&mut book, program, &asked);
            let place = book.proof.conclusions.len();
            book.proof.conclusions.push(conclusion);
            if let Some(fact) = book.proof.facts.get_mut(fact) {
                fact.conclusion = Some(place);
            }
        }
        book.proof
    }
}

impl<'a> Eval<'a> {
    /// Explains one conclusion.
    fn explain(
        &mut self,
        book: &mut Book<'_>,
        program: &'a Program,
        asked: &Asked<'_>,
    ) -> Conclusion {
        self.work = 0;
        self.begin(program, asked.key);
        let found = self.shown_way(program, asked.row);
        let (sure, way) = found.map_or((false, None), |(sure, way)| (sure, Some(way)));
        let mut conclusion = Conclusion {
            rule: asked.rule,
            sure,
            lingers: asked.lingers,
            bound: Vec::new(),
            when: Vec::new(),
            blocks: Vec::new(),
        };
        let Some(way) = way else {
            // It lingers, or the rule has more work to do than it may.
            book.proof.cut |= asked.lingers.is_none();
            conclusion.bound = book.bound(self.symbols, asked.rule, &self.slots);
            return conclusion;
        };
        self.show_all(book, (asked.rule, program), &way, &mut conclusion);
        conclusion
    }

    /// Shows all conditions of a way through `when`, and the blocks beside it.
    pub(crate) fn show_all(
        &mut self,
        book: &mut Book<'_>,
        (rule, program): (usize, &'a Program),
        way: &Way,
        conclusion: &mut Conclusion,
    ) {
        conclusion.when = self.show(book, rule, &program.when, way);
        conclusion.bound = book.bound(self.symbols, rule, &way.slots);
        let kinds = [(BlockKind::Unless, &program.unless), (BlockKind::Confirm, &program.confirm)];
        for (kind, blocks) in kinds {
            for (number, block) in blocks.iter().enumerate() {
                self.resume(way);
                conclusion.blocks.push(self.show_block(book, rule, block, (kind, number)));
            }
        }
    }

    /// The way through `when` that is shown: the first of the best verdict (M3.5), and whether nothing
    /// about it is open.
    pub(crate) fn shown_way(
        &mut self,
        program: &'a Program,
        row: Option<&[Word]>,
    ) -> Option<(bool, Way)> {
        let mut best: Option<(bool, Way)> = None;
        let _ = self.trace(&program.when, &mut Vec::new(), &mut |me, marks| {
            let way = me.way(marks);
            let Some(worth) = me.judge(program) else { return Continue(()) };
            let sure = match (row, &program.head) {
                (Some(row), Head::Row { fields, .. }) => {
                    let mut fields = fields.iter().map(|ex| ex.as_ref());
                    let same = fields
                        .by_ref()
                        .zip(row)
                        .all(|(ex, word)| ex.map_or(ABSENT, |ex| me.eval(ex, &[])) == *word);
                    if !same || !worth.complete {
                        return Continue(());
                    }
                    !worth.suspect && !worth.weak
                }
                _ => worth.verdict == Verdict::Confirmed,
            };
            if sure || best.is_none() {
                best = Some((sure, way));
            }
            if sure { Break(()) } else { Continue(()) }
        });
        best
    }

    fn show_block(
        &mut self,
        book: &mut Book<'_>,
        rule: usize,
        block: &'a Block,
        (kind, number): (BlockKind, usize),
    ) -> ShownBlock {
        let (outcome, ways) = self.through(block, 1);
        let bound = ways.first().map_or(&self.slots, |way| &way.slots);
        let bound = book.bound(self.symbols, rule, bound);
        let before = self.way(&[]);
        let mut steps = Vec::new();
        if let Some(way) = ways.first() {
            steps = self.show(book, rule, &block.steps, way);
            if let Some(step) = block.steps.get(way.marks.len()) {
                steps.push(self.fail(book, rule, step).0);
            }
        }
        self.resume(&before);
        ShownBlock { kind, number, outcome, bound, steps }
    }
}
