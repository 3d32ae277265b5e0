//! Sites and their statements.

use super::Builder;
use crate::diag::{Diagnostic, codes};
use crate::syntax::ast::{Change, ChangeKind, Literal, Site, Span};
use crate::syntax::cst::{Kind, Node};
use crate::syntax::literal;

impl Builder<'_> {
    pub(super) fn site(&mut self, node: &Node<'_>) -> Option<Site> {
        let changes = node.all(Kind::Change).filter_map(|change| change.children.first());
        let changes: Vec<Option<Change>> = changes.map(|change| self.change(change)).collect();
        Some(Site {
            name: self.plain(node.find(Kind::Plain)?)?,
            changes: changes.into_iter().collect::<Option<_>>()?,
            span: node.span,
        })
    }

    fn change(&mut self, node: &Node<'_>) -> Option<Change> {
        self.operators = 0;
        let path = self.path(node.find(Kind::Path)?);
        let kind = match node.kind {
            Kind::SetParam => {
                ChangeKind::Set { param: path, value: self.expr(node.find(Kind::Sum)?)? }
            }
            Kind::Disable => ChangeKind::Disable { rule: path },
            Kind::Ignore => ChangeKind::Ignore {
                rule: path,
                fields: self.fields(node.find(Kind::Fields))?,
                when: self.block(node.find(Kind::When))?,
                which: which(node),
            },
            _ => ChangeKind::Replace { rule: path, version: self.version(node)? },
        };
        for (clause, name) in [(Kind::Reason, "because"), (Kind::Until, "until")] {
            self.check_once(node, clause, name);
        }
        let because = match node.find(Kind::Reason) {
            Some(reason) => Some(self.plain(reason.find(Kind::Plain)?)?),
            None => None,
        };
        let until = match node.find(Kind::Until) {
            Some(until) => Some(self.date(until.find(Kind::Number)?)?),
            None => None,
        };
        let silent = because.as_deref().is_none_or(|text| text.trim().is_empty());
        if silent && matches!(node.kind, Kind::Disable | Kind::Ignore) {
            let message = format!("this `{}` gives no reason", kind.keyword());
            let error = Diagnostic::new(codes::NO_REASON, message)
                .at(self.file, node.span, "")
                .help("say why for those who come after you: `because \"…\"`");
            self.errors.push(error);
        }
        Some(Change { kind, because, until, span: node.span })
    }

    fn date(&mut self, node: &Node<'_>) -> Option<i64> {
        match literal::number(self.text(node)) {
            Ok(Literal::Time(at)) => Some(at),
            _ => {
                let message = format!("`{}` is no date", self.text(node));
                let error = Diagnostic::new(codes::BAD_CLAUSE, message)
                    .at(self.file, node.span, "")
                    .help("write a day, `until 2027-01-31`, or an instant in UTC");
                self.errors.push(error);
                None
            }
        }
    }

    /// The version of a rule: eight hexadecimal digits.
    fn version(&mut self, node: &Node<'_>) -> Option<(u32, Span)> {
        let plain = node.find(Kind::Plain)?;
        let text = self.plain(plain)?;
        let digits = text.len() == 8 && text.bytes().all(|c| c.is_ascii_hexdigit());
        match u32::from_str_radix(&text, 16) {
            Ok(version) if digits => Some((version, plain.span)),
            _ => {
                let message = format!("`{text}` is not the version of a rule");
                let error = Diagnostic::new(codes::BAD_CLAUSE, message)
                    .at(self.file, plain.span, "")
                    .help("it is eight hexadecimal digits: `etio rules RULE` prints them");
                self.errors.push(error);
                None
            }
        }
    }
}

/// The braces and `when` of an `ignore`; empty where it has neither.
fn which(ignore: &Node<'_>) -> Span {
    let is_part = |part: &&Node<'_>| matches!(part.kind, Kind::Fields | Kind::When);
    let mut parts = ignore.children.iter().filter(is_part).map(|part| part.span);
    let first = parts.next().unwrap_or_default();
    Span { start: first.start, end: parts.next_back().unwrap_or(first).end }
}

/// A hash (FNV-1a) of what an item says: no comment, no comma and no test counts.
pub(super) fn version(node: &Node<'_>, text: &str) -> u32 {
    let mut hash = 0x811c_9dc5_u32;
    let mut add = |byte: u8| hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        match node.kind {
            Kind::TestItem | Kind::Comma => {}
            _ if node.children.is_empty() => {
                node.text(text).bytes().for_each(&mut add);
                add(0);
            }
            _ => open.extend(node.children.iter().rev()),
        }
    }
    hash
}
