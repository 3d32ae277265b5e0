//! Spellings that can never be the one that matches, because one above them matches all that they do.

use etio_plan::{Hole, HoleType, Pattern, Piece, Spelling};

/// A text as a template describes it, a character or what a hole holds at a time.
#[derive(PartialEq)]
enum Token<'p> {
    Char(char),
    Hole(&'p Hole),
}

/// Whether all that `later` matches is matched by `earlier`. Says no where that cannot be told.
pub(super) fn covers(earlier: &Spelling, later: &Spelling) -> bool {
    match (&earlier.pattern, &later.pattern) {
        (Pattern::Template(earlier), Pattern::Template(later)) => {
            let chars = later.iter().flat_map(|piece| match piece {
                Piece::Lit(text) => text.chars().map(Token::Char).collect(),
                Piece::Hole(hole) => vec![Token::Hole(hole)],
            });
            is_match(earlier, &chars.collect::<Vec<Token<'_>>>())
        }
        (earlier, later) => earlier == later,
    }
}

/// Whether a template matches a text of which the holes may hold whatever they admit.
fn is_match(template: &[Piece], text: &[Token<'_>]) -> bool {
    // Of each place in the text, whether the pieces looked at so far match what follows it.
    let mut rest = vec![false; text.len()];
    rest.push(true);
    for piece in template.iter().rev() {
        let fits = |from: usize| match piece {
            Piece::Lit(literal) => {
                let mut chars = literal.chars().map(Token::Char);
                let tokens = text.get(from..).unwrap_or_default();
                let length = literal.chars().count();
                tokens.len() >= length
                    && tokens.iter().zip(&mut chars).all(|(token, c)| *token == c)
                    && rest.get(from + length) == Some(&true)
            }
            Piece::Hole(hole) if hole.ty == HoleType::Text => {
                let is_there = |token: &Token<'_>| match token {
                    Token::Char(_) => true,
                    Token::Hole(held) => held.name.is_some(),
                };
                let least = match hole.name {
                    None => Some(0),
                    Some(_) => text.iter().skip(from).position(is_there).map(|at| at + 1),
                };
                least.is_some_and(|least| rest.iter().skip(from + least).any(|matches| *matches))
            }
            Piece::Hole(hole) => {
                let is_alike = |held: &Hole| {
                    held.ty == hole.ty && (held.name.is_some() || hole.name.is_none())
                };
                matches!(text.get(from), Some(Token::Hole(held)) if is_alike(held))
                    && rest.get(from + 1) == Some(&true)
            }
        };
        rest = (0..=text.len()).map(fits).collect();
    }
    rest.first() == Some(&true)
}
