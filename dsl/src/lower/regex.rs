//! What the compiler must know of a regular expression: whether it is one, and what it captures.

use etio_plan::{
    REGEX_SIZE,
    plain::{self, Part},
};
use regex_automata::nfa::thompson::NFA;
use regex_syntax::{
    ast::{Ast, GroupKind, RepetitionKind, RepetitionRange, parse::Parser},
    hir::translate::Translator,
};

/// The named groups of a regular expression, in order, or why it is none.
pub(super) fn group_names(regex: &str) -> Result<Vec<&str>, String> {
    plain_names(regex).map_or_else(|| parsed_names(regex), Ok)
}

/// The same of a plain one; `None` where it is not, or must be looked at more closely: it counts, or two groups have
/// one name.
fn plain_names(regex: &str) -> Option<Vec<&str>> {
    let (mut names, mut is_clear) = (Vec::new(), true);
    plain::parts(regex, |part| match part {
        Part::Open(Some(name)) => {
            is_clear &= !names.contains(&name);
            names.push(name);
        }
        Part::Times { least, most } => is_clear &= least < 2 && most.is_none_or(|most| most == 1),
        _ => {}
    })?;
    is_clear.then_some(names)
}

/// The same of any, by its syntax tree.
fn parsed_names(regex: &str) -> Result<Vec<&str>, String> {
    let parsed = Parser::new().parse(regex).map_err(|error| error.kind().to_string())?;
    if depends_on_tables(regex) {
        Translator::new().translate(regex, &parsed).map_err(|error| error.kind().to_string())?;
    }
    if weight(&parsed) > HEAVY && !fits(regex) {
        return Err("it is too large; repeat less often, or `[a-z]` in place of `\\w`".into());
    }
    let mut names = Vec::new();
    let mut waiting = vec![&parsed];
    while let Some(ast) = waiting.pop() {
        match ast {
            Ast::Group(group) => {
                if let GroupKind::CaptureName { name, .. } = &group.kind {
                    names.extend(regex.get(name.span.start.offset..name.span.end.offset));
                }
                waiting.push(&group.ast);
            }
            Ast::Repetition(repetition) if !is_never(&repetition.op.kind) => {
                waiting.push(&repetition.ast);
            }
            Ast::Concat(parts) => waiting.extend(parts.asts.iter().rev()),
            Ast::Alternation(parts) => waiting.extend(parts.asts.iter().rev()),
            _ => {}
        }
    }
    Ok(names)
}

/// Whether a regular expression may be wrong although it parses: in the name of a class, or in what a flag makes of
/// it. To know that costs as much again, and few have either.
fn depends_on_tables(regex: &str) -> bool {
    let has_flags = |group: &str| !["P<", "<", ":"].iter().any(|kind| group.starts_with(kind));
    regex.contains("\\p") || regex.contains("\\P") || regex.split("(?").skip(1).any(has_flags)
}

/// What weighs less fits, whatever it is made of: the automaton takes some fifty bytes for each unit of weight.
const HEAVY: usize = REGEX_SIZE / 100;

/// How large an expression's automaton may become. A class may hold all letters of all scripts.
fn weight(ast: &Ast) -> usize {
    const CLASS: usize = 700;
    const OTHER: usize = 12;
    match ast {
        Ast::ClassPerl(_) | Ast::ClassUnicode(_) | Ast::ClassBracketed(_) => CLASS,
        Ast::Group(group) => weight(&group.ast),
        Ast::Repetition(repetition) => {
            let times = match &repetition.op.kind {
                RepetitionKind::Range(
                    RepetitionRange::Exactly(n)
                    | RepetitionRange::AtLeast(n)
                    | RepetitionRange::Bounded(_, n),
                ) => *n as usize,
                _ => 1,
            };
            weight(&repetition.ast).saturating_mul(times)
        }
        Ast::Concat(parts) => parts.asts.iter().map(weight).fold(0, usize::saturating_add),
        Ast::Alternation(parts) => parts.asts.iter().map(weight).fold(0, usize::saturating_add),
        _ => OTHER,
    }
}

/// Whether its automaton fits.
fn fits(regex: &str) -> bool {
    let config = NFA::config().nfa_size_limit(Some(REGEX_SIZE));
    NFA::compiler().configure(config).build(regex).is_ok()
}

/// What is repeated no times captures nothing.
fn is_never(kind: &RepetitionKind) -> bool {
    use RepetitionRange::{Bounded, Exactly};
    matches!(kind, RepetitionKind::Range(Exactly(0) | Bounded(0, 0)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{fits, group_names, parsed_names, plain_names};

    #[test]
    fn groups_are_named_in_order() {
        for (regex, names) in [
            (r"a(?P<b>\d+)(?:c(?<d>[0-9.]+))*|(?P<e>(?P<f>x))", vec!["b", "d", "e", "f"]),
            (r"(?P<a>x){0}(?P<b>y){1}", vec!["b"]),
            (r"(?i)(?P<a>x)", vec!["a"]),
            ("(x)", vec![]),
        ] {
            assert_eq!(group_names(regex), Ok(names), "{regex}");
        }
    }

    #[test]
    fn what_the_engine_could_not_build_is_refused() {
        for regex in ["(", "a{2", r"\p{Nothing}", r"(?-u)\xFF", "(?P<a>x)(?P<a>y)", "[b-a]", "(?y)"]
        {
            assert!(group_names(regex).is_err(), "{regex}");
            assert!(regex_syntax::parse(regex).is_err(), "{regex}");
        }
    }

    #[test]
    fn what_a_scanner_gives_no_room_is_refused() {
        for regex in [r"x\w{64}", r"[^\s]{1,200}", r"(?:[a-z0-9]{1,63}\.){1,9}"] {
            assert!(group_names(regex).is_ok(), "{regex}");
            assert!(fits(regex), "{regex}");
        }
        for regex in [r"\w{1000}", r"(?:\w{30}-){30}", r"(?:(?:a{99}){99}){99}"] {
            assert!(group_names(regex).is_err(), "{regex}");
        }
    }

    proptest! {
        /// Of what it is made of, in any order.
        #[test]
        fn what_is_plain_parses_alike(
            parts in prop::collection::vec(
                prop::sample::select(vec![
                    "(", ")", "(?:", "(?P<a>", "(?<b>", "|", "*", "+", "?", "[", "]", "^", "-", "a", "z", "0", "_",
                    "\\", "\\d", "\\W", "\\]", "\\-", ".", "{", "}", "$", "&", "~", " ", "é", "<", ">", ":", "P", "#",
                    "{0}", "{1,2}", "{1,}", "\\b", "'",
                ]),
                0..12,
            )
        ) {
            let regex = parts.concat();
            if let Some(names) = plain_names(&regex) {
                prop_assert_eq!(Ok(names), parsed_names(&regex), "{}", regex);
                prop_assert!(regex_syntax::parse(&regex).is_ok(), "{}", regex);
            }
        }
    }
}
