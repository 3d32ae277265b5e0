//! The one place that knows the parser: signs of items to lossless trees.

use pest::error::{ErrorVariant, InputLocation};
use pest::{Parser as _, Token};
use pest_derive::Parser;

use super::ast::Span;
use super::cst::{Arena, Kind, Node, with_kinds};
use super::signs::Part;

#[derive(Parser)]
#[grammar = "syntax/grammar.pest"]
struct Grammar;

/// Where an item stops making sense, and what could stand there.
pub(super) struct Failure {
    pub(super) at: u32,
    pub(super) expected: Vec<Kind>,
}

/// Parses the tokens of pieces that are one item each.
pub(super) fn items<'t>(part: Part<'_>, arena: &'t Arena) -> Result<Vec<Node<'t>>, Failure> {
    parse(Rule::whole, part, arena)
}

/// Parses the item that tokens begin with, whatever follows it.
pub(super) fn prefix<'t>(part: Part<'_>, arena: &'t Arena) -> Option<Node<'t>> {
    parse(Rule::item, part, arena).ok()?.pop()
}

fn parse<'t>(rule: Rule, part: Part<'_>, arena: &'t Arena) -> Result<Vec<Node<'t>>, Failure> {
    let pairs = Grammar::parse(rule, part.signs).map_err(|error| {
        let (InputLocation::Pos(at) | InputLocation::Span((at, _))) = error.location;
        let expected = match error.variant {
            ErrorVariant::ParsingError { positives, .. } => positives,
            ErrorVariant::CustomError { .. } => Vec::new(),
        };
        let expected = expected
            .into_iter()
            .filter(|rule| !matches!(rule, Rule::end | Rule::EOI))
            .map(kind)
            .collect();
        Failure { at: part.place(at), expected }
    })?;
    tree(pairs.tokens(), part, arena).ok_or(Failure { at: part.place(0), expected: Vec::new() })
}

/// Makes trees of the parser's starts and ends, in one pass and without recursion.
///
/// What only wraps another is left out.
fn tree<'i, 't>(
    steps: impl Iterator<Item = Token<'i, Rule>>,
    part: Part<'_>,
    arena: &'t Arena,
) -> Option<Vec<Node<'t>>> {
    // Where each open node begins, and which of those that are done are its children.
    let mut open: Vec<(u32, usize)> = Vec::new();
    let mut done: Vec<Node<'_>> = Vec::with_capacity(part.tokens.len());
    // The parser's places only grow, and the tokens go along with them.
    let mut tokens = part.tokens;
    let mut end = 0;
    for step in steps {
        match step {
            Token::Start { rule, .. } | Token::End { rule, .. } if is_wrapper(rule) => {}
            Token::Start { pos, .. } => {
                while let [first, rest @ ..] = tokens
                    && first.sign < part.start + pos.pos()
                {
                    tokens = rest;
                }
                open.push((tokens.first()?.span.start, done.len()));
            }
            Token::End { rule, pos } => {
                while let [first, rest @ ..] = tokens
                    && first.sign < part.start + pos.pos()
                {
                    end = first.span.end;
                    tokens = rest;
                }
                let (start, first) = open.pop()?;
                let mut node = Node::leaf(kind(rule), Span { start, end });
                if first < done.len() {
                    node.children = arena.alloc_slice_copy(done.get(first..)?);
                    done.truncate(first);
                }
                done.push(node);
            }
        }
    }
    Some(done)
}

fn is_wrapper(rule: Rule) -> bool {
    matches!(rule, Rule::whole | Rule::item | Rule::clause | Rule::end | Rule::EOI)
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
