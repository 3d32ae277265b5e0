//! How long each relation's rows must be kept so that no condition misses one (M6.3).

use etio_plan::{AggOp, Atom, Cmp, Cond, Expr, Head, Kind, RelId, SlotId, Source, Window};

use crate::{
    diag::{Code, Diagnostic, codes},
    lower::{Draft, bounds, flip},
    resolve::{Cx, Place},
    table::HashMap,
};

/// Sets `Relation::retention` and `Relation::history` from all uses. A use without a bound is an
/// error.
pub(crate) fn derive(cx: &mut Cx<'_>, drafts: &[Draft]) {
    for draft in drafts {
        let mut uses = Uses { cx, draft, stands: HashMap::default() };
        let body = &draft.rule.body;
        uses.conds(&body.when);
        for block in body.confirm.iter().chain(&body.unless).chain(&body.maybe) {
            uses.conds(block);
        }
        if let Head::Finding(finding) = &draft.rule.head {
            for text in finding.texts().into_iter().flatten() {
                uses.conds(&text.guard);
            }
            for edge in &finding.explains {
                uses.conds(&edge.when);
            }
        }
    }
}

struct Uses<'u, 'a> {
    cx: &'u mut Cx<'a>,
    draft: &'u Draft,
    /// For each row variable, how long after its time the row may still count; `None`: no bound.
    stands: HashMap<SlotId, Option<i64>>,
}

impl Uses<'_, '_> {
    fn conds(&mut self, conds: &[Cond]) {
        for cond in conds {
            match cond {
                Cond::Each(source) | Cond::No(source) | Cond::Pick { of: source, .. } => {
                    self.source(source, false);
                }
                Cond::Agg { op, of, .. } => self.source(of, *op == AggOp::Changes),
                Cond::Test(test) => self.ages(test),
                Cond::Let(..) | Cond::Member(..) => {}
            }
        }
    }

    fn source(&mut self, source: &Source, changes: bool) {
        let keep = self.draft.rule.keep;
        match source {
            Source::Rows { atom, window } => self.rows(atom, window, changes),
            Source::Then { first, next, within, without } => {
                let span = self.bound(within, first).map(|d| d.saturating_add(keep));
                self.event(first, span);
                // As long as `first`: an earlier `next` is what makes a later one not the first.
                self.event(next, span);
                if let Some(without) = without {
                    self.event(without, span);
                }
            }
            Source::Without { first, end, hold } => {
                let span = self.bound(hold, first).map(|d| d.saturating_add(keep));
                self.event(first, span);
                self.event(end, span);
            }
            Source::Sustained { atom, hold } => {
                self.bound(hold, atom);
                self.stands.insert(atom.row, None);
            }
            Source::Silence { of, hold, per } => {
                let hold = self.bound(hold, of);
                self.event(of, hold);
                self.stands.insert(per.row, None);
            }
        }
    }

    fn rows(&mut self, atom: &Atom, window: &Window, changes: bool) {
        match window {
            Window::Stands => {
                self.stands.insert(atom.row, None);
            }
            Window::Keep => self.event(atom, Some(self.draft.rule.keep)),
            Window::Within(d) => {
                let d = self.bound(d, atom);
                if changes {
                    self.history(atom.relation, d);
                    self.stands.insert(atom.row, None);
                } else {
                    self.event(atom, d);
                }
            }
            Window::Since(from) => {
                let span = self.reach(from, atom, "since");
                self.event(atom, span);
            }
            Window::AsOf(at) => {
                let span = self.reach(at, atom, "as of");
                self.history(atom.relation, span);
                self.stands.insert(atom.row, None);
            }
        }
    }

    /// An event that may count for so long after its time.
    fn event(&mut self, atom: &Atom, span: Option<i64>) {
        self.stands.insert(atom.row, span);
        let Some(span) = span else { return };
        if let Some(relation) = self.cx.pack.relations.get_mut(atom.relation.index())
            && relation.kind == Kind::Event
        {
            relation.retention = Some(relation.retention.unwrap_or(0).max(span));
        }
    }

    fn history(&mut self, relation: RelId, span: Option<i64>) {
        if let (Some(relation), Some(span)) =
            (self.cx.pack.relations.get_mut(relation.index()), span)
        {
            relation.history = relation.history.max(span);
        }
    }

    /// How far back an instant may lie; an error where that has no end.
    fn reach(&mut self, instant: &Expr, atom: &Atom, word: &str) -> Option<i64> {
        let row = match instant {
            Expr::TimeOf(row) => Some(*row),
            _ => None,
        };
        if let Some(Some(span)) = row.and_then(|row| self.stands.get(&row)) {
            return Some(*span);
        }
        let message = format!("`{word}` may reach back without end here");
        let name = self.cx.name_of(atom.relation).to_owned();
        let mut diagnostic = self.error(&message, atom).help(format!(
            "`{word}` takes the row of an event; for how long back `{name}` counts write `within d`"
        ));
        if let Some(place) = row.and_then(|row| self.draft.row_places.get(&row)) {
            diagnostic = diagnostic.also(place.file, place.span, "this may stand for ever");
        }
        self.cx.report(diagnostic);
        None
    }

    /// The greatest value of a duration; an error where there is none.
    fn bound(&mut self, expr: &Expr, atom: &Atom) -> Option<i64> {
        let found = bounds(expr, &self.cx.pack).map(|(_, high)| high);
        if found.is_none() {
            let diagnostic = self
                .error("this duration has no bound", atom)
                .help("windows are made of constants and parameters, whose range is the bound");
            self.cx.report(diagnostic);
        }
        found
    }

    /// Warns where a row is asked to be older than it ever is while it counts.
    fn ages(&mut self, test: &Expr) {
        let (op, age, bound) = match test {
            Expr::All(parts) => return parts.iter().for_each(|part| self.ages(part)),
            Expr::Cmp(op, age, bound) if matches!(**age, Expr::Age(_)) => (*op, age, bound),
            Expr::Cmp(op, bound, age) => (flip(*op), age, bound),
            _ => return,
        };
        let row = match &**age {
            Expr::Age(of) => match **of {
                Expr::TimeOf(row) => row,
                _ => return,
            },
            _ => return,
        };
        let Some(Some(counts)) = self.stands.get(&row).copied() else { return };
        let low = bounds(bound, &self.cx.pack).map(|(low, _)| low);
        if matches!(op, Cmp::Ge | Cmp::Gt | Cmp::Eq) && low.is_some_and(|low| low > counts) {
            let warning =
                self.at_row(codes::NEVER_SO_OLD, "this is never so old as is asked below", row);
            let help =
                "say how long the event counts: `within d` behind it, or `keep d` in the rule";
            self.cx.report(warning.help(help));
        }
    }

    fn error(&self, message: &str, atom: &Atom) -> Diagnostic {
        self.at_row(codes::NO_BOUND, message, atom.row)
    }

    /// A message about the pattern of a row.
    fn at_row(&self, code: Code, message: &str, row: SlotId) -> Diagnostic {
        let rule = Place { file: self.draft.file, span: self.draft.name_span };
        let place = self.draft.row_places.get(&row).copied().unwrap_or(rule);
        Diagnostic::new(code, message).at(place.file, place.span, "")
    }
}
