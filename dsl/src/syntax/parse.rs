//! The one place that knows the parser: text of one item to a lossless tree.

use pest::error::{ErrorVariant, InputLocation};
use pest::{Parser as _, Token};
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
    let pairs = Grammar::parse(rule, text).map_err(|error| {
        let (InputLocation::Pos(at) | InputLocation::Span((at, _))) = error.location;
        let expected = match error.variant {
            ErrorVariant::ParsingError { positives, .. } => positives,
            ErrorVariant::CustomError { .. } => Vec::new(),
        };
        let expected = expected.into_iter().filter(|rule| *rule != Rule::EOI).map(kind).collect();
        Failure { at: place(at, offset), expected }
    })?;
    tree(pairs.tokens(), offset).ok_or(Failure { at: offset, expected: Vec::new() })
}

/// Makes a tree of the parser's starts and ends, in one pass and without recursion.
///
/// A rule's own span may take in white space behind it; that of its parts does not, and every token is
/// a part. What only wraps another is left out.
fn tree<'i>(tokens: impl Iterator<Item = Token<'i, Rule>>, offset: u32) -> Option<Node> {
    // Where each open node begins, and which of those that are done are its children.
    let mut open: Vec<(usize, usize)> = Vec::new();
    let mut done: Vec<Node> = Vec::new();
    for token in tokens {
        match token {
            Token::Start { rule, .. } | Token::End { rule, .. } if is_wrapper(rule) => {}
            Token::Start { pos, .. } => open.push((pos.pos(), done.len())),
            Token::End { rule, pos } => {
                let (start, first) = open.pop()?;
                let has_children = first < done.len();
                let children = if has_children { done.split_off(first) } else { Vec::new() };
                let span = match (children.first(), children.last()) {
                    (Some(first), Some(last)) => {
                        Span { start: first.span.start, end: last.span.end }
                    }
                    _ => Span { start: place(start, offset), end: place(pos.pos(), offset) },
                };
                done.push(Node { kind: kind(rule), span, children });
            }
        }
    }
    done.pop()
}

fn is_wrapper(rule: Rule) -> bool {
    matches!(rule, Rule::whole | Rule::item | Rule::clause | Rule::EOI)
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
