//! Texts that an expression matches.

use regex_syntax::hir::{Class, Hir, HirKind};

/// A short one.
pub(super) fn of(expression: &Hir) -> String {
    let mut text = String::new();
    write(expression, &mut text);
    text
}

/// Writes the shortest that an expression matches, with letters and blanks where it leaves the choice.
fn write(expression: &Hir, text: &mut String) {
    match expression.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(Class::Unicode(class)) => {
            let ranges = class.ranges();
            let has = |c: char| ranges.iter().any(|it| it.start() <= c && c <= it.end());
            let starts = || ranges.iter().map(|range| range.start());
            let chosen = ['a', '1', ' '].into_iter().find(|c| has(*c));
            text.extend(chosen.or(starts().find(|c| c.is_lowercase())).or(starts().next()));
        }
        HirKind::Class(Class::Bytes(_)) => {}
        HirKind::Repetition(repetition) => {
            (0..repetition.min).for_each(|_| write(&repetition.sub, text));
        }
        HirKind::Capture(capture) => write(&capture.sub, text),
        HirKind::Concat(parts) => parts.iter().for_each(|part| write(part, text)),
        HirKind::Alternation(parts) => {
            parts.iter().take(1).for_each(|part| write(part, text));
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_shortest_of_letters_and_blanks() {
        for (regex, expected) in [
            (r"(?i)Disk \d+ full", "disk 1 full"),
            (r"^(?:a|b)c{2,}[^a]$", "acc1"),
            (r"x.*[[:punct:]]?y\b", "xy"),
        ] {
            assert_eq!(super::of(&regex_syntax::parse(regex).unwrap()), expected, "{regex}");
        }
    }
}
