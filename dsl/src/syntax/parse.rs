//! The one place that knows the parser: text of one item to a lossless tree.

use pest::Parser as _;
use pest::error::{ErrorVariant, InputLocation};
use pest::iterators::Pair;
use pest_derive::Parser;

use super::ast::Span;
use super::cst::{Kind, Node, with_kinds};

#[derive(Parser)]
#[grammar = "syntax/grammar.pest"]
struct Grammar;

/// Where an item stops making sense, and what could stand there.
pub(super) struct Failure {
    pub(super) at: u32,
    pub(super) expected: Vec<Kind>,
}

/// Parses the item `text` begins with; `offset` is where `text` begins in its file. What follows the
/// item is left to the caller.
pub(super) fn item(text: &str, offset: u32) -> Result<Node, Failure> {
    match Grammar::parse(Rule::item, text) {
        Ok(mut pairs) => {
            let item = pairs.next().and_then(|item| item.into_inner().next());
            item.map(|item| node(item, offset)).ok_or(Failure { at: offset, expected: Vec::new() })
        }
        Err(error) => {
            let at = match error.location {
                InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
            };
            let expected = match error.variant {
                ErrorVariant::ParsingError { positives, .. } => {
                    positives.into_iter().map(kind).collect()
                }
                ErrorVariant::CustomError { .. } => Vec::new(),
            };
            Err(Failure { at: place(at, offset), expected })
        }
    }
}

/// A rule's own span may take in white space behind it; that of its parts does not, and every token is
/// a part. As deep as the text's brackets, which the caller has bounded.
fn node(pair: Pair<'_, Rule>, offset: u32) -> Node {
    let (kind, span) = (kind(pair.as_rule()), pair.as_span());
    let children: Vec<Node> = pair.into_inner().map(|pair| node(pair, offset)).collect();
    let span = match (children.first(), children.last()) {
        (Some(first), Some(last)) => Span { start: first.span.start, end: last.span.end },
        _ => Span { start: place(span.start(), offset), end: place(span.end(), offset) },
    };
    Node { kind, span, children }
}

/// The size of a file is bounded far below what a `u32` holds.
fn place(at: usize, offset: u32) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX).saturating_add(offset)
}

macro_rules! define_mapping {
    ($($rule:ident $kind:ident $words:literal;)*) => {
        fn kind(rule: Rule) -> Kind {
            match rule {
                $(Rule::$rule => Kind::$kind,)*
                _ => Kind::Raw,
            }
        }
    };
}
with_kinds!(define_mapping);
