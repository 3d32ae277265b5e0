//! What was not collected, where a condition rests on something being absent (M3.2).

use alloc::vec::Vec;

use etio_plan::{SourceId, Type};
use smallvec::SmallVec;

use crate::{
    program::{Kind, Scan, Src, Window},
    store::{
        coverage::Query,
        span::{Answer, Seen},
        support::Want,
    },
    think::{
        eval::{Eval, Facts, Lack},
        scan::Met,
    },
    value::{
        expr::note,
        word::{ABSENT, Word, as_int, put},
    },
};

impl<'a> Eval<'a> {
    /// In evidence, a match that was not found is absent only where it would have been collected.
    pub(crate) fn note_miss(&mut self, src: &'a Src, any: bool) {
        if !self.evidence {
            return;
        }
        let mut lacks = Vec::new();
        self.covered(src, &mut lacks);
        self.misses.unseen |= (!any && src.events) || lacks.iter().any(|lack| lack.weak);
        self.misses.lacks.extend(lacks);
    }

    /// Whether all matches of a source there are would have been seen; if not, what lacks.
    pub(crate) fn covered(&mut self, src: &'a Src, lacks: &mut Vec<Lack>) {
        let now = self.vouched();
        match &src.kind {
            Kind::Rows { scan, window } => match window {
                Window::Stands => self.slides(scan, 1, 0, lacks),
                Window::Last(d) => {
                    let d = self.length(d);
                    self.slides(scan, d, 0, lacks);
                }
                Window::Since(x) => match self.eval(x, &[]) {
                    ABSENT => {}
                    x => {
                        self.seen(scan, as_int(x), now, lacks);
                    }
                },
                Window::AsOf(x) => match self.eval(x, &[]) {
                    ABSENT => {}
                    x => {
                        self.seen(scan, as_int(x), as_int(x), lacks);
                    }
                },
            },
            Kind::Then { first, next, within, keep, .. } => {
                let within = self.length(within);
                self.slides(first, keep.saturating_add(within), 0, lacks);
                // What `first` would have bound is not known, whatever the last of its rows bound.
                for (_, slot) in first.binds.iter().chain(&first.optional) {
                    put(&mut self.slots, *slot, ABSENT);
                }
                self.slides(next, *keep, 0, lacks);
            }
            Kind::Without { first, hold, keep, .. } => {
                let hold = self.length(hold);
                self.slides(first, *keep, hold, lacks);
            }
            Kind::Sustained { scan, .. } => self.slides(scan, 1, 0, lacks),
            Kind::Silence { per, .. } => self.slides(per, 1, 0, lacks),
        }
    }

    const fn vouched(&self) -> i64 {
        self.now.saturating_add(self.ahead)
    }

    /// Coverage of a window of length `d` that ends `ago` before now. What is not covered now may
    /// leave the window later, and what is not covered behind it may enter it.
    fn slides(&mut self, scan: &'a Scan, d: i64, ago: i64, lacks: &mut Vec<Lack>) {
        let to = self.vouched().saturating_sub(ago);
        let answer = self.seen(scan, to.saturating_sub(d).saturating_add(1), to, lacks);
        self.note_turn(answer.turns, d.saturating_add(ago));
        if ago > 0 {
            self.note_turn(answer.until, ago);
        }
    }

    /// A window of length `d` may be better covered once it begins after this instant.
    pub(crate) fn note_turn(&mut self, turns: i64, d: i64) {
        if turns != i64::MAX {
            note(&mut self.deadline, self.now, turns.saturating_add(d));
        }
    }

    /// Whether all rows of an atom's relation from an instant on would have been seen.
    pub(crate) fn is_whole(&self, scan: &Scan, from: i64) -> bool {
        let cover = self.view.programs.covers.get(scan.relation);
        !self.view.over.may_lack(scan.relation)
            && cover.is_some_and(|cover| self.view.coverage.is_whole(cover, from))
    }

    /// Whether an interval of an atom's relation is covered; what is not is added to `lacks`.
    pub(crate) fn seen(
        &mut self,
        scan: &'a Scan,
        from: i64,
        to: i64,
        lacks: &mut Vec<Lack>,
    ) -> Answer {
        self.work += 1;
        if self.view.over.may_lack(scan.relation) {
            lacks.push(Lack::unknown(Want::Limit));
            return Answer { seen: Seen::Not, turns: i64::MAX, until: i64::MAX };
        }
        if self.view.unnamed.is_none() && self.is_whole(scan, from) {
            return Answer { seen: Seen::Fully, turns: i64::MAX, until: i64::MAX };
        }
        let mut known: SmallVec<[(u16, Word); 4]> = SmallVec::new();
        for (column, (ex, _)) in scan.columns.iter().zip(&scan.probe) {
            match self.eval(ex, &[]) {
                ABSENT => {}
                word => known.push((*column, word)),
            }
        }
        let query = Query { relation: scan.relation, known: &known, from, to, by: None };
        let programs = self.view.programs;
        let mut lacking = Vec::new();
        let mut answer =
            self.view.coverage.query(&programs.covers, &programs.vias, query, &mut lacking);
        let lack = |(of, weak): (usize, bool)| Lack { weak, ..Lack::unknown(Want::Relation(of)) };
        lacks.extend(lacking.into_iter().map(lack));
        if answer.seen > Seen::Weakly && lacks.is_empty() {
            lacks.push(Lack::unknown(Want::Relation(scan.relation)));
        }
        if answer.seen <= Seen::Weakly
            && let Some(own) = self.own_sources(query)
        {
            let (covers, vias) = (&programs.covers, &programs.vias);
            let query = Query { by: Some(&own), ..query };
            let own = self.view.coverage.query(covers, vias, query, &mut Vec::new());
            if own.seen > Seen::Weakly {
                lacks.push(Lack::unknown(Want::NodeName));
            }
            answer.turns = answer.turns.min(own.turns);
            answer.until = answer.until.min(own.until);
        }
        answer
    }

    /// The same beside a row that is not on the path yet.
    pub(crate) fn seen_beside(
        &mut self,
        met: Met<'_>,
        scan: &'a Scan,
        (from, to): (i64, i64),
        lacks: &mut Vec<Lack>,
    ) -> Answer {
        self.path.push(Facts::One(met.relation, met.header.row));
        let answer = self.seen(scan, from, to, lacks);
        self.path.pop();
        answer
    }

    /// The sources on the path, where these alone may vouch for what is asked: it is of the unnamed node, which
    /// others may have under its name (M5.4).
    fn own_sources(&self, query: Query<'_>) -> Option<Vec<SourceId>> {
        let unnamed = self.view.unnamed?;
        // A number may be the same word.
        let types = self.view.relations.get(query.relation).map_or(&[][..], |of| &of.types);
        let is_node = |field: u16| types.get(usize::from(field)) == Some(&Type::Node);
        if !query.known.iter().any(|(field, word)| *word == unnamed && is_node(*field)) {
            return None;
        }
        let own: Vec<SourceId> = self.path_sources().collect();
        (!own.is_empty()).then_some(own)
    }
}
