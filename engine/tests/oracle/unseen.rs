//! What was not collected, where something rests on an absence (M3.2, M5.4).

use std::rc::Rc;

use etio_plan::{Atom, Expr, Head, RelId, Source, Value, Window};

use super::{
    Doubt, NODE, Row,
    calc::number,
    coverage::{Asked, Known, Seen},
    solve::{Binding, Solver},
    tellers,
};

impl Solver<'_> {
    /// What keeps the absence of a source's matches from being sure.
    pub(super) fn unseen(&self, source: &Source, binding: &Binding) -> Doubt {
        let now = self.vouched();
        let length = |expr: &Expr| self.sight(binding, None).duration(expr);
        let back = |d: i64| now.saturating_sub(d).saturating_add(1);
        let keep = self.rule.keep;
        let look = |atom: &Atom, from: i64, to: i64| {
            self.lack(&self.asked(atom, binding, from, to), &binding.rows)
        };
        match source {
            Source::Rows { atom, window } => match window {
                Window::Stands => look(atom, now, now),
                Window::Keep => look(atom, back(keep), now),
                Window::Within(d) => look(atom, back(length(d)), now),
                Window::Since(from) => {
                    look(atom, number(&self.sight(binding, None).eval(from)).unwrap_or(now), now)
                }
                Window::AsOf(when) => {
                    let when = number(&self.sight(binding, None).eval(when)).unwrap_or(now);
                    look(atom, when, when)
                }
            },
            Source::Then { first, next, within, .. } => {
                let mut doubt = look(first, back(keep).saturating_sub(length(within)), now);
                doubt.add(&look(next, back(keep), now));
                doubt
            }
            Source::Without { first, hold, .. } => look(
                first,
                back(keep).saturating_sub(length(hold)),
                now.saturating_sub(length(hold)),
            ),
            // What does not stand now has not stood for long.
            Source::Sustained { atom, .. } => look(atom, now, now),
            Source::Silence { per, .. } => look(per, now, now),
        }
    }

    /// When the coverage of an interval ended, where that is all it lacks.
    pub(super) fn end(&self, asked: &Asked) -> Option<i64> {
        let parts = self.world.parts(asked);
        let ends = parts.iter().filter_map(|(_, seen)| match seen {
            Seen::Ended(end) => Some(*end),
            _ => None,
        });
        ends.min()
    }

    /// What keeps an interval from being known, beside these rows.
    pub(super) fn lack(&self, asked: &Asked, rows: &[Rc<Row>]) -> Doubt {
        let parts = self.world.parts(asked);
        let mut doubt = Doubt::default();
        for (of, seen) in parts {
            match seen {
                Seen::Fully => {}
                Seen::Weakly => {
                    doubt.weak = true;
                    doubt.weakly.insert(of);
                }
                Seen::Ended(_) | Seen::Not => {
                    doubt.unknown = true;
                    doubt.needs.insert(of);
                }
            }
        }
        // Another's file may have the unnamed node under its name (M5.4).
        let own = tellers(rows);
        if !doubt.unknown
            && !own.is_empty()
            && asked.known.iter().any(|(_, value)| self.world.is_unnamed(value))
        {
            let parts = self.world.parts_by(asked, &|by| own.contains(by));
            if parts.iter().any(|(_, seen)| *seen > Seen::Weakly) {
                doubt.unknown = true;
                doubt.needs.insert(NODE);
            }
        }
        doubt
    }

    /// Observed, but not yet for long enough, and what was before is not known (M5.2).
    pub(super) fn not_long_enough(&self, relation: RelId) -> Doubt {
        let now = self.world.now;
        let asked = Asked { relation, known: Known::new(), from: now, to: now };
        let needs = self.world.parts(&asked).into_iter().map(|(of, _)| of).collect();
        Doubt { unknown: true, needs, ..Doubt::default() }
    }

    /// The rows that a pattern looks for in an interval: what nothing has bound yet is not known of them.
    pub(super) fn asked(&self, atom: &Atom, binding: &Binding, from: i64, to: i64) -> Asked {
        let joins = atom.joins.iter();
        let joins = joins.map(|(field, expr)| (*field, self.sight(binding, None).eval(expr)));
        // A group is of these values.
        let binds = atom.binds.iter().map(|(field, slot)| (*field, binding.value(*slot)));
        let known = joins.chain(binds).filter(|(_, value)| *value != Value::Null).collect();
        Asked { relation: atom.relation, known, from, to }
    }

    /// The instant of which coverage is asked. In asking what lapsed, what is known by now not to be contradicts a
    /// finding (M7.22).
    pub(super) fn vouched(&self) -> i64 {
        let is_finding = matches!(self.rule.head, Head::Finding(_));
        if is_finding { self.world.told } else { self.world.now }
    }
}
