//! Conditions: sources, windows and patterns.

use etio_plan::Pick;

use super::Builder;
use super::exprs::Comparing;
use crate::diag::{Diagnostic, codes};
use crate::syntax::ast::{Atom, Cond, CondKind, FieldOp, FieldPat, Source, Window};
use crate::syntax::cst::{Kind, Node};

impl Builder<'_> {
    /// The conditions of `{…}`; none where there is no block.
    pub(super) fn block(&mut self, node: Option<&Node<'_>>) -> Option<Vec<Cond>> {
        let Some(block) = node.and_then(|node| node.find(Kind::Block)) else {
            return Some(Vec::new());
        };
        block.all(Kind::Cond).map(|cond| self.cond(cond)).collect()
    }

    fn cond(&mut self, node: &Node<'_>) -> Option<Cond> {
        self.operators = 0;
        let inner = node.children.first()?;
        let kind = match inner.kind {
            Kind::NoCond => self.absence(inner)?,
            Kind::BindCond => {
                let name = self.name(inner.find(Kind::Var)?);
                let value = inner.children.last()?;
                match value.kind {
                    Kind::Pick => self.pick(Some(name), value)?,
                    Kind::Source => CondKind::Each(Some(name), self.source(value)?),
                    _ => CondKind::Let(name, self.expr(value)?),
                }
            }
            Kind::Pick => self.pick(None, inner)?,
            Kind::Source => CondKind::Each(None, self.source(inner)?),
            _ => CondKind::Test(self.expr(inner)?),
        };
        Some(Cond { kind, span: node.span })
    }

    fn pick(
        &mut self,
        name: Option<crate::syntax::ast::Name>,
        node: &Node<'_>,
    ) -> Option<CondKind> {
        let op = match self.text(node.find(Kind::PickOp)?) {
            "oldest" => Pick::Oldest,
            _ => Pick::Newest,
        };
        Some(CondKind::Pick(name, op, self.source(node.find(Kind::Source)?)?))
    }

    fn absence(&mut self, node: &Node<'_>) -> Option<CondKind> {
        let source = self.source(node.find(Kind::Source)?)?;
        let Some(per) = node.find(Kind::Atom) else { return Some(CondKind::No(source)) };
        let per = self.atom(per)?;
        match source {
            Source::Sustained { atom: of, hold, tolerating: None } => {
                Some(CondKind::Silence { of, hold, per })
            }
            _ => {
                let error = Diagnostic::new(codes::BAD_CLAUSE, "`per` needs a plain `for`")
                    .at(self.file, per.span, "")
                    .help("write `no A {…} for 10m per E {…}`");
                self.errors.push(error);
                None
            }
        }
    }

    pub(super) fn source(&mut self, node: &Node<'_>) -> Option<Source> {
        let atom = self.atom(node.find(Kind::Atom)?)?;
        let Some(part) = node.children.get(1) else { return Some(Source::Rows(atom, None)) };
        let mut atoms = part.all(Kind::Atom);
        let mut sums = part.all(Kind::Sum);
        Some(match part.kind {
            Kind::Window => {
                let by = self.expr(sums.next()?)?;
                let window = match part.children.first()?.kind {
                    Kind::KwWithin => Window::Within(by),
                    Kind::KwSince => Window::Since(by),
                    _ => Window::AsOf(by),
                };
                Source::Rows(atom, Some(window))
            }
            Kind::ThenPart => Source::Then {
                first: atom,
                next_name: part.find(Kind::Var).map(|name| self.name(name)),
                next: Box::new(self.atom(atoms.next()?)?),
                within: self.expr(sums.next()?)?,
                without: self.optional_atom(atoms.next())?.map(Box::new),
            },
            Kind::WithoutPart => Source::Without {
                first: atom,
                end: self.atom(atoms.next()?)?,
                hold: self.expr(sums.next()?)?,
            },
            _ => {
                let hold = self.expr(sums.next()?)?;
                let tolerating = match sums.next() {
                    Some(gap) => Some(self.expr(gap)?),
                    None => None,
                };
                Source::Sustained { atom, hold, tolerating }
            }
        })
    }

    fn optional_atom(&mut self, node: Option<&Node<'_>>) -> Option<Option<Atom>> {
        match node {
            Some(node) => self.atom(node).map(Some),
            None => Some(None),
        }
    }

    pub(super) fn atom(&mut self, node: &Node<'_>) -> Option<Atom> {
        let relation = self.path(node.find(Kind::Relation)?.find(Kind::Path)?);
        let fields = self.fields(node.find(Kind::Fields))?;
        Some(Atom { relation, fields, span: node.span })
    }

    /// The entries of `{…}` or `(…)`; none where there are no brackets.
    pub(super) fn fields(&mut self, node: Option<&Node<'_>>) -> Option<Vec<FieldPat>> {
        let Some(node) = node else { return Some(Vec::new()) };
        self.check_separated(node.children, &[Kind::FieldPat]);
        node.all(Kind::FieldPat).map(|field| self.field_pat(field)).collect()
    }

    fn field_pat(&mut self, node: &Node<'_>) -> Option<FieldPat> {
        let field = self.name(node.find(Kind::FieldName)?);
        let op = match node.children {
            [_, _, value] if value.kind == Kind::Any => FieldOp::Any,
            [_, sign, value] => match sign.kind {
                Kind::Colon => FieldOp::Is(self.expr(value)?),
                Kind::Tilde => FieldOp::Like(self.pattern(value)?),
                _ => match self.comparing(sign) {
                    Comparing::Cmp(cmp) => FieldOp::Cmp(cmp, self.expr(value)?),
                    Comparing::In => FieldOp::In(self.expr(value)?),
                    Comparing::Has => FieldOp::Has(self.expr(value)?),
                },
            },
            _ => FieldOp::Same,
        };
        Some(FieldPat { field, op, span: node.span })
    }
}
