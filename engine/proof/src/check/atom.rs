//! Whether a row is one that a pattern asks for, and whether an absence is vouched for.

use alloc::{format, vec::Vec};

use etio_plan::{Atom, Expr, Kind, Value};

use super::{conds::Conds, expr::Unable};
use crate::{Absence, Fact, Outcome};

impl Conds<'_, '_> {
    /// Whether a row fits a pattern. Variables that are free are bound by it.
    pub(super) fn fits(&mut self, atom: &Atom, fact: &Fact) -> bool {
        if fact.relation != atom.relation {
            return false;
        }
        for (field, expr) in &atom.joins {
            let is = fact.values.get(field.index());
            match self.sight().eval(expr) {
                Ok(wanted) if Some(&wanted) == is && !wanted.is_null() => {}
                Ok(_) => return false,
                Err(Unable) => self.unable(),
            }
        }
        let binds = atom.binds.iter().map(|bind| (bind, false));
        let binds = binds.chain(atom.optional_binds.iter().map(|bind| (bind, true)));
        for ((field, slot), may_lack) in binds {
            let value = fact.values.get(field.index()).cloned().unwrap_or(Value::Null);
            if (value.is_null() && !may_lack) || !self.bind(*slot, value) {
                return false;
            }
        }
        if !self.bind(atom.row, Value::Time(fact.time)) {
            return false;
        }
        for test in &atom.tests {
            match self.sight_of(fact).holds(test) {
                Ok(true) => {}
                Ok(false) => return false,
                Err(Unable) => self.unable(),
            }
        }
        true
    }

    /// Checks that an absence is the one that a condition needs, and that it is as well covered as it
    /// says.
    pub(super) fn absence(&mut self, atom: &Atom, from: i64, to: i64, absence: Option<&Absence>) {
        let Some(of) = absence else { return self.wrong("an absence is not in the proof") };
        if of.relation != atom.relation || of.from > from || of.to < to {
            return self.wrong("an absence is not the one it needs");
        }
        // A narrower absence than the pattern's would prove less.
        for (field, value) in &of.scope {
            let join = atom.joins.iter().find(|(of, _)| of == field).map(|(_, expr)| expr.clone());
            let bind = atom.binds.iter().chain(&atom.optional_binds);
            let bind = bind.clone().find(|(of, _)| of == field).map(|(_, slot)| Expr::Slot(*slot));
            let known = join.or(bind).map(|expr| self.sight().eval(&expr));
            match known {
                Some(Ok(known)) if known == *value => {}
                Some(Err(Unable)) => self.unable(),
                _ => self.wrong("an absence is narrower than the condition"),
            }
        }
        self.coverage(of);
    }

    fn coverage(&mut self, of: &Absence) {
        let Some(relation) = self.checker.pack.get(of.relation) else { return };
        let path = relation.path.clone();
        for cover in &of.by {
            // What comes after the proof does not concern it.
            let known = crate::Cover { to: cover.to.min(self.checker.proof.at), ..*cover };
            if !self.checker.records.covered(&known) {
                self.wrong(&format!("a source did not cover {path} as it says"));
            }
        }
        self.checker.unchecked(format!("that there was no {path}: only that it was collected"));
        if !matches!(relation.kind, Kind::Event | Kind::Entity) {
            return self.checker.unchecked(format!("that all that {path} rests on was collected"));
        }
        if of.seen == Outcome::Unknown {
            return;
        }
        let extractors = self.checker.pack.extractors.iter();
        let sources = extractors.filter(|extractor| extractor.event == of.relation);
        let mut carriers = sources.map(|extractor| extractor.from).collect::<Vec<_>>();
        carriers.push(of.relation);
        let lossy = |cover: &crate::Cover| {
            self.checker.pack.get(cover.relation).is_none_or(|relation| relation.lossy)
        };
        let covers = of.by.iter().filter(|cover| carriers.contains(&cover.relation));
        let counts = covers.filter(|cover| of.seen == Outcome::Weak || !lossy(cover));
        let mut spans: Vec<(i64, i64)> = counts.map(|cover| (cover.from, cover.to)).collect();
        spans.sort_unstable();
        let mut open = of.from;
        for (from, to) in spans {
            if from <= open && to >= open {
                open = to.saturating_add(1);
            }
        }
        // The end of time has no instant after it.
        if open <= of.to && of.from <= of.to {
            self.wrong(&format!("{path} was not collected as it says"));
        }
    }
}
