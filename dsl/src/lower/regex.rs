//! What the compiler must know of a regular expression: whether it is one, and what it captures.

mod plain;

use regex_syntax::{
    ast::{Ast, GroupKind, RepetitionKind, RepetitionRange, parse::Parser},
    hir::translate::Translator,
};

/// The named groups of a regular expression, in order, or why it is none.
pub(super) fn group_names(regex: &str) -> Result<Vec<&str>, String> {
    plain::group_names(regex).map_or_else(|| parsed_names(regex), Ok)
}

/// The same of any, by its syntax tree.
fn parsed_names(regex: &str) -> Result<Vec<&str>, String> {
    let parsed = Parser::new().parse(regex).map_err(|error| error.kind().to_string())?;
    if depends_on_tables(regex) {
        Translator::new().translate(regex, &parsed).map_err(|error| error.kind().to_string())?;
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

/// What is repeated no times captures nothing.
fn is_never(kind: &RepetitionKind) -> bool {
    use RepetitionRange::{Bounded, Exactly};
    matches!(kind, RepetitionKind::Range(Exactly(0) | Bounded(0, 0)))
}

#[cfg(test)]
mod tests {
    use super::group_names;

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
}
