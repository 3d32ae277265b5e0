//! Tests: timelines and what is expected of them.

use super::Builder;
use crate::diag::{Diagnostic, codes};
use crate::syntax::ast::{Atom, Expect, ExpectTime, Expected, Step, StepKind, Test};
use crate::syntax::cst::{Kind, Node};

impl Builder<'_> {
    pub(super) fn test(&mut self, node: &Node<'_>) -> Option<Test> {
        let name = self.plain(node.find(Kind::Plain)?)?;
        let mut steps = Vec::new();
        let mut shuffled = false;
        for step in node.all(Kind::Step) {
            self.operators = 0;
            let inner = step.children.first()?;
            let kind = match inner.kind {
                Kind::Shuffled => {
                    shuffled = true;
                    continue;
                }
                Kind::Given => StepKind::Given(self.atom(inner.find(Kind::Atom)?)?),
                Kind::AtStep => self.timed(inner)?,
                Kind::Collected => self.collected(inner)?,
                _ => StepKind::Expect(self.expect(inner)?),
            };
            steps.push(Step { kind, span: step.span });
        }
        Some(Test { name, steps, shuffled, span: node.span })
    }

    fn timed(&mut self, node: &Node<'_>) -> Option<StepKind> {
        let at = self.duration(node.find(Kind::Number)?)?;
        let atom = self.atom(node.find(Kind::Atom)?)?;
        Some(match node.find(Kind::KwRemove) {
            Some(_) => StepKind::Remove(at, atom),
            None => StepKind::At(at, atom),
        })
    }

    fn collected(&mut self, node: &Node<'_>) -> Option<StepKind> {
        let relation = self.path(node.find(Kind::Relation)?.find(Kind::Path)?);
        let fields = self.fields(node.find(Kind::Fields))?;
        let span = crate::syntax::ast::Span { start: relation.span.start, end: node.span.end };
        let atom = Atom { relation, fields, span };
        Some(match node.find(Kind::KwNot) {
            Some(_) => StepKind::NotCollected(atom),
            None => StepKind::Collected(atom),
        })
    }

    fn expect(&mut self, node: &Node<'_>) -> Option<Expect> {
        let what = match self.text(node.find(Kind::Expected)?) {
            "none" => Expected::None,
            "open" => Expected::Open,
            "confirmed" => Expected::Confirmed,
            "suspected" => Expected::Suspected,
            "resolved" => Expected::Resolved,
            _ => Expected::Lapsed,
        };
        Some(Expect {
            what,
            finding: node.find(Kind::Path).map(|path| self.path(path)),
            key: self.fields(node.find(Kind::ExpectKey))?,
            needs: node.all(Kind::Needs).flat_map(|needs| self.paths(needs)).collect(),
            explained_by: node.all(Kind::Explained).flat_map(|by| self.paths(by)).collect(),
            time: self.expect_time(node)?,
        })
    }

    fn expect_time(&mut self, node: &Node<'_>) -> Option<ExpectTime> {
        let mut times = node.all(Kind::ExpectTime);
        let Some(time) = times.next() else { return Some(ExpectTime::End) };
        if let Some(second) = times.next() {
            let error = Diagnostic::new(codes::REPEATED_CLAUSE, "this `expect` has two times")
                .at(self.file, second.span, "the second")
                .also(self.file, time.span, "the first")
                .help("write one `expect` for each");
            self.errors.push(error);
            return None;
        }
        let at = self.duration(time.find(Kind::Number)?)?;
        Some(match time.find(Kind::KwAt) {
            Some(_) => ExpectTime::At(at),
            None => ExpectTime::Before(at),
        })
    }
}
