//! The language reference: what its tables say of a word.

/// The page that people read; its tables are the one place where words are explained.
const PAGE: &str = include_str!("../../../../docs/language.md");

/// What a function, a type or a word of the language is, as Markdown.
pub(super) fn of(word: &str) -> Option<String> {
    let rows = || PAGE.lines().filter_map(row);
    // A row about the word itself tells more of it than one in which it only helps.
    let found = rows().find(|(codes, _)| codes.iter().any(|code| begins(code, word)));
    let (codes, means) = found.or_else(|| {
        rows().find(|(codes, _)| codes.iter().any(|code| words(code).any(|own| own == word)))
    })?;
    let codes: Vec<String> = codes.iter().map(|code| format!("`{code}`")).collect();
    Some(format!("{}: {means}", codes.join(", ")))
}

/// The code in the first cell of a row of a table, and its second cell.
fn row(line: &str) -> Option<(Vec<&str>, &str)> {
    let (head, means) = line.strip_prefix("| `")?.strip_suffix(" |")?.split_once(" | ")?;
    let codes = head.split('`').step_by(2).collect();
    Some((codes, means))
}

fn begins(code: &str, word: &str) -> bool {
    words(code).next() == Some(word)
}

fn words(code: &str) -> impl Iterator<Item = &str> {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
    code.split(move |c| !is_letter(c)).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn a_function_a_type_and_a_word_have_their_line() {
        for (word, says) in [
            ("under", "whether a path is a directory or below it"),
            ("duration", "`1h30m`"),
            ("within", "in the last ten minutes"),
            ("confirm", "evidence that pins the cause"),
            ("disable", "no such finding"),
        ] {
            let found = of(word).unwrap_or_default();
            assert!(found.contains(says), "{word}: {found}");
        }
        assert_eq!(of("nothing_of_the_kind"), None);
    }
}
