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

/// Parses a text that is one item; `offset` is where it begins in its file.
pub(super) fn item(text: &str, offset: u32) -> Result<Node, Failure> {
    parse(Rule::whole, text, offset)
}

/// Parses the item a text begins with, whatever follows it.
pub(super) fn prefix(text: &str, offset: u32) -> Option<Node> {
    parse(Rule::item, text, offset).ok()
}

fn parse(rule: Rule, text: &str, offset: u32) -> Result<Node, Failure> {
    let mut pairs = Grammar::parse(rule, text).map_err(|error| {
        let (InputLocation::Pos(at) | InputLocation::Span((at, _))) = error.location;
        let expected = match error.variant {
            ErrorVariant::ParsingError { positives, .. } => positives,
            ErrorVariant::CustomError { .. } => Vec::new(),
        };
        let expected = expected.into_iter().filter(|rule| *rule != Rule::EOI).map(kind).collect();
        Failure { at: place(at, offset), expected }
    })?;
    // `whole` holds an `item`, which holds the one that it is.
    let mut found = pairs.next();
    while let Some(pair) = found {
        if !matches!(pair.as_rule(), Rule::whole | Rule::item) {
            return Ok(node(pair, offset));
        }
        found = pair.into_inner().next();
    }
    Err(Failure { at: offset, expected: Vec::new() })
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
