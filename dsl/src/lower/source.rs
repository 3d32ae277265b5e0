//! Where matches come from: rows and windows, `then`, `without`, `no … for … per`.

use etio_plan::{Atom, Expr, Kind, RelId, SlotId, Source, Type, Value, Window};

use super::{Lower, bounds::bounds, mode::Mode};
use crate::{
    diag::{Diagnostic, codes},
    syntax::ast::{self, Span},
};

impl<'a> Lower<'_, 'a> {
    /// A source, and the row variable that a name before it means: the first row's.
    /// `changes`: a window over an entity is what is counted.
    pub(super) fn source(
        &mut self,
        written: &'a ast::Source,
        changes: bool,
    ) -> Option<(Source, SlotId)> {
        match written {
            ast::Source::Rows(atom, window) => {
                let lowered = self.atom(atom);
                let window = match &lowered {
                    Some(lowered) => self.window(lowered.relation, atom, window.as_ref(), changes),
                    None => None,
                };
                let (atom, window) = (lowered?, window?);
                let row = atom.row;
                Some((Source::Rows { atom, window }, row))
            }
            ast::Source::Then { first, next_name, next, within, without } => {
                let a = self.event(first, "then");
                let within = self.duration(within, "within");
                let b = self.event(next, "then");
                let c = match without {
                    Some(without) => Some(self.local_event(without)?.into()),
                    None => None,
                };
                let (a, b) = (a?, b?);
                if let Some(name) = next_name {
                    self.name_slot(&name.text, name.span, b.row);
                }
                let row = a.row;
                Some((Source::Then { first: a, next: b.into(), within: within?, without: c }, row))
            }
            ast::Source::Without { first, end, hold } => {
                let first = self.event(first, "without");
                // `for 0s`: A has not ended by now.
                let hold = self.span(hold, "for", 0);
                let end = self.local_event(end);
                let first = first?;
                let row = first.row;
                Some((Source::Without { first, end: end?.into(), hold: hold? }, row))
            }
            ast::Source::Sustained { atom, hold, tolerating } => {
                let hold = self.duration(hold, "for");
                let tolerating = match tolerating {
                    Some(gap) => Some(self.duration(gap, "tolerating")?),
                    None => None,
                };
                let atom = self.sustained(atom, tolerating)?;
                let row = atom.row;
                Some((Source::Sustained { atom, hold: hold? }, row))
            }
        }
    }

    /// `no A for d per E`; A sees what E binds.
    pub(super) fn silence(
        &mut self,
        of: &'a ast::Atom,
        hold: &'a ast::Expr,
        per: &'a ast::Atom,
    ) -> Option<Source> {
        let hold = self.duration(hold, "for");
        let rows = self.atom(per);
        if let Some(rows) = &rows
            && self.is_event(rows.relation)
        {
            let help =
                "`per` takes what stands for a while: an entity, a derived relation or a finding";
            self.wrong_kind(rows.relation, per.span, "an event cannot stand behind `per`", help);
            return None;
        }
        // It has stood for as long as what is said of it, whatever else its row says meanwhile.
        let rows = rows.and_then(|rows| self.lasting(rows, per, None));
        let of = self.local_event(of);
        Some(Source::Silence { of: of?.into(), hold: hold?, per: rows? })
    }

    fn local_event(&mut self, atom: &'a ast::Atom) -> Option<Atom> {
        let grouping = std::mem::take(&mut self.st.grouping);
        let result = self.local(|lower| lower.event(atom, "without"));
        self.st.grouping = grouping;
        result
    }

    /// A pattern that must be over events.
    fn event(&mut self, written: &'a ast::Atom, word: &str) -> Option<Atom> {
        let atom = self.atom(written)?;
        if self.is_event(atom.relation) {
            return Some(atom);
        }
        let message = format!("`{}` is no event", self.cx.name_of(atom.relation));
        let help = match word {
            "then" => "`then` orders events; for what stands for a while write two conditions",
            _ => {
                "here only an event counts; for what stands for a while write `no R {…}` or `P for d`"
            }
        };
        self.wrong_kind(atom.relation, written.relation.span, &message, help);
        None
    }

    pub(super) fn wrong_kind(&mut self, relation: RelId, span: Span, message: &str, help: &str) {
        let kind = match self.cx.kind(relation) {
            Some(Kind::Event) => "an event",
            Some(Kind::Entity) => "an entity",
            Some(Kind::Derived) => "a derived relation",
            _ => "a finding",
        };
        let mut diagnostic =
            Diagnostic::new(codes::WRONG_KIND, message).at(self.st.file, span, "").help(help);
        if let Some(place) = self.cx.names.place(relation) {
            diagnostic =
                diagnostic.also(place.file, place.span, format!("declared here as {kind}"));
        }
        self.cx.report(diagnostic);
    }

    /// The duration behind `word`.
    fn duration(&mut self, expr: &'a ast::Expr, word: &str) -> Option<Expr> {
        self.span(expr, word, 1)
    }

    /// The same, of at least so many nanoseconds.
    fn span(&mut self, expr: &'a ast::Expr, word: &str, least: i64) -> Option<Expr> {
        let mode = Mode { aggregates: false, ..Mode::VALUE };
        let found = self.expr_of(expr, &Type::Duration, mode)?.expr;
        if bounds(&found, &self.cx.pack).is_some_and(|(low, _)| low < least) {
            let message = match least {
                0 => format!("`{word}` must not be less than zero"),
                _ => format!("`{word}` must be longer than zero"),
            };
            let help = match found {
                Expr::Const(_) => format!("write how long, for example `{word} 5m`"),
                _ => "raise the lower end of the parameter's range".into(),
            };
            self.error(codes::BAD_RANGE, expr.span, message, &help);
            return None;
        }
        Some(found)
    }

    fn window(
        &mut self,
        relation: RelId,
        atom: &'a ast::Atom,
        written: Option<&'a ast::Window>,
        changes: bool,
    ) -> Option<Window> {
        let kind = self.cx.kind(relation)?;
        let span = atom.relation.span;
        match (written, kind) {
            (None, Kind::Event) => Some(match self.st.plain {
                Some(keep) => Window::Within(Expr::Const(Value::Duration(keep))),
                None => Window::Keep,
            }),
            (None, _) => Some(Window::Stands),
            (Some(ast::Window::Within(d)), Kind::Event) => {
                Some(Window::Within(self.duration(d, "within")?))
            }
            (Some(ast::Window::Within(d)), Kind::Entity) if changes => {
                Some(Window::Within(self.duration(d, "within")?))
            }
            (Some(ast::Window::Since(x)), Kind::Event) => {
                let mode = Mode { aggregates: false, ..Mode::VALUE };
                Some(Window::Since(self.instant(x, mode)?))
            }
            (Some(ast::Window::AsOf(x)), Kind::Entity) => {
                let mode = Mode { aggregates: false, ..Mode::VALUE };
                Some(Window::AsOf(self.instant(x, mode)?))
            }
            (Some(ast::Window::AsOf(_)), _) => {
                let message = "`as of` reads an entity's row";
                self.wrong_kind(relation, span, message, "use `within d` or `since x` for events");
                None
            }
            (Some(_), _) => {
                let message = format!("`{}` stands, it does not happen", self.cx.name_of(relation));
                let help = "`within` and `since` are for events; ask a row how long it has stood with `P {…} for d`, or compare a field of type time with `age(…)`";
                self.wrong_kind(relation, span, &message, help);
                None
            }
        }
    }
}
