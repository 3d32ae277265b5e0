//! What would still be so, had no window run out: it tells what lapsed from what was seen to end (M4.1).

use alloc::vec::Vec;

use crate::{
    engine::Engine,
    program::{Program, Programs},
    store::row::{Marks, RowId, blemish},
    think::eval::Eval,
    value::word::Word,
};

impl Engine {
    /// Asks again as of just before this instant, accepting what only lapsed in it. Not as of the last
    /// instant: how far back that lies depends on what does not concern this rule.
    pub(crate) fn ask_before<T: Default>(
        &mut self,
        programs: &Programs,
        of: (&Program, &[Word]),
        question: impl for<'a> FnOnce(&mut Eval<'a>, &'a Program) -> T,
    ) -> T {
        self.ask_as_of_before(programs, of, true, question)
    }

    /// The marks of a concluded row that has lost its last support, if it only lapsed. `own` are those by
    /// the rule that took the last support away; what would have made the row so by another rule counts as well.
    pub(crate) fn lapsed_by_any(
        &mut self,
        programs: &Programs,
        (relation, row): (usize, RowId),
        rule: usize,
        own: Option<Marks>,
    ) -> Option<Marks> {
        let rules = programs.schema.get(relation).map_or(&[][..], |schema| &schema.rules);
        if rules.len() < 2 {
            return own;
        }
        let words = self.relations.get(relation)?.words(row).to_vec();
        let known: Vec<(u16, Word)> = (0..).zip(words.iter().copied()).collect();
        let by = |other: usize| {
            if other == rule {
                return own;
            }
            let program = programs.rules.get(other)?;
            let key = program.asked_by(&known)?;
            // It may have thought already in this instant, and have passed over what only now is settled.
            let rows = self.ask_as_of_before(programs, (program, &key), false, |eval, program| {
                eval.derive(program)
            });
            rows.into_iter().find(|row| *row.words == *words).map(|row| row.marks)
        };
        // The plainest of them, of equals the first.
        rules.iter().copied().filter_map(by).min_by_key(|marks| blemish(*marks))
    }

    fn ask_as_of_before<T: Default>(
        &mut self,
        programs: &Programs,
        (program, key): (&Program, &[Word]),
        trusts_cursors: bool,
        question: impl for<'a> FnOnce(&mut Eval<'a>, &'a Program) -> T,
    ) -> T {
        if !program.lapses {
            return T::default();
        }
        let before = self.now.saturating_sub(1);
        let settled = core::mem::take(&mut self.room.settled);
        let mut eval = self.eval(programs, 0);
        if !trusts_cursors {
            eval.view.cursors = None;
        }
        eval.now = before;
        eval.lapse = true;
        eval.begin(program, key);
        let answer = question(&mut eval, program);
        self.room.settled = settled;
        answer
    }
}
