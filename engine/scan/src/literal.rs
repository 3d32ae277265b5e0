//! Which literal a spelling cannot do without.
//!
//! A literal holds only bytes that no log format escapes, so that it is found in a raw line whose
//! message is quoted inside JSON, logfmt or klog.

mod plain;

use alloc::{string::String, vec, vec::Vec};
use core::cmp::Reverse;

use etio_plan::{Pattern, Piece};
use regex_syntax::hir::{Hir, HirKind};

use plain::NotPlain;

/// Shorter ones are in every line.
const SHORTEST: usize = 3;
/// Longer ones only make the automaton larger.
const LONGEST: usize = 24;
/// A regular expression with more alternatives than this is always tried.
const MOST: usize = 16;

/// Literals of which at least one is in every text that the pattern matches; `None` where there are
/// none worth looking for.
pub(crate) fn required(pattern: &Pattern) -> Option<Vec<String>> {
    match pattern {
        Pattern::Template(pieces) => {
            let literals = pieces.iter().filter_map(|piece| match piece {
                Piece::Lit(text) => Some(text.as_str()),
                Piece::Hole(_) => None,
            });
            best(literals).map(|literal| vec![literal])
        }
        Pattern::Regex(regex) => plain::required(regex)
            .unwrap_or_else(|NotPlain| regex_syntax::parse(regex).ok().as_ref().and_then(of_hir)),
    }
}

/// The longest stretch without an escapable byte; the first of equals.
fn best<'t>(texts: impl Iterator<Item = &'t str>) -> Option<String> {
    let stretches = texts.flat_map(|text| text.split(|c| !is_kept(c)));
    let longest = stretches.fold("", |best, s| if s.len() > best.len() { s } else { best });
    (longest.len() >= SHORTEST).then(|| longest.get(..LONGEST).unwrap_or(longest).into())
}

/// Whether every log format writes a character as it is.
fn is_kept(c: char) -> bool {
    c.is_ascii() && !c.is_ascii_control() && !"\"\\<>&".contains(c)
}

/// How good it is to look for these: the shortest of them says how many texts have none.
fn rank<'n>(needs: &'n [String]) -> impl Ord + use<'n> {
    (needs.iter().map(String::len).min(), Reverse(needs.len()))
}

fn of_hir(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Literal(literal) => {
            let text = core::str::from_utf8(&literal.0).ok()?;
            best(core::iter::once(text)).map(|literal| vec![literal])
        }
        HirKind::Capture(capture) => of_hir(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => of_hir(&repetition.sub),
        HirKind::Concat(parts) => {
            // Of equals the first.
            parts.iter().rev().filter_map(of_hir).max_by(|a, b| rank(a).cmp(&rank(b)))
        }
        HirKind::Alternation(parts) => {
            let sets: Option<Vec<_>> = parts.iter().map(of_hir).collect();
            sets.map(|sets| sets.concat()).filter(|set| set.len() <= MOST)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_literal() {
        let regex = |text: &str| required(&Pattern::Regex(text.into()));
        let set =
            |texts: &[&str]| Some(texts.iter().map(|&text| text.into()).collect::<Vec<String>>());
        assert_eq!(regex(r"pulling (?P<image>\S+) from registry"), set(&[" from registry"]));
        assert_eq!(
            regex(r"(timed out|deadline exceeded)"),
            set(&["timed out", "deadline exceeded"])
        );
        assert_eq!(regex(r"(timed out|.*)"), None);
        assert_eq!(regex(r"(?:abcdef)*xyz"), set(&["xyz"]));
        assert_eq!(regex(r"(?i)timeout"), None);
        assert_eq!(regex(r"a\d"), None);
        assert_eq!(regex(r"("), None);
        let template = |text: &str| required(&Pattern::Template(vec![Piece::Lit(text.into())]));
        assert_eq!(template(r#"a "quoted text" here"#), set(&["quoted text"]));
        assert_eq!(
            template("a literal that is far too long to keep"),
            set(&["a literal that is far to"])
        );
        assert_eq!(template("\"\""), None);
    }
}
