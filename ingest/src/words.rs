//! Files that are no logs: a line of theirs without a header quotes what a program prints, or would.

use crate::formats::format::Document;

/// How the files are called that programs are made of, that set them up, and changes to them.
const SOURCE: &str = "bash c cc cfg conf cpp cs css diff go h hcl ini java js jsonnet kt libsonnet lua patch php \
    pl proto ps1 py rb rs scala sh sql swift tf toml tpl ts tsx zig";

/// Whose words the lines without a header are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Words {
    /// Of whatever wrote the text: they may be messages.
    Its,
    /// A web page's: a line of markup is none.
    Page,
    /// A program's, which says what it would print, or would look for.
    Source,
}

impl Words {
    pub(crate) fn of(document: &Document<'_>) -> Self {
        let name = document.path.rsplit('/').next().unwrap_or_default();
        let kind = name.rsplit_once('.').map(|(_, kind)| kind.to_ascii_lowercase());
        if kind.is_some_and(|kind| SOURCE.split(' ').any(|source| source == kind)) {
            return Self::Source;
        }
        let begins = |mark: &str| {
            let start = document.text.trim_start().get(..mark.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(mark))
        };
        if begins("<!doctype html") || begins("<html") { Self::Page } else { Self::Its }
    }

    /// Whether a line without a header is no message.
    pub(crate) fn quote(self, line: &str) -> bool {
        match self {
            Self::Its => false,
            Self::Page => line.trim_start().starts_with('<'),
            Self::Source => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        for (path, text, quoted) in [
            ("zerrors.go", "{23, \"ENFILE\", \"too many open files in system\"},", 1),
            ("fix.patch", "+PLEG is not healthy", 1),
            (
                "page.html",
                "\n<!DOCTYPE html>\n  <td>PLEG is not healthy</td>\nPLEG is not healthy",
                2,
            ),
            ("kubelet.log", "PLEG is not healthy\n<30>PLEG is not healthy", 0),
            ("go", "PLEG is not healthy", 0),
        ] {
            let words = Words::of(&Document { path, text, first_line: 1, asked: None });
            let lines = text.lines().filter(|line| !line.is_empty() && words.quote(line));
            assert_eq!(lines.count(), quoted, "{path}");
        }
    }
}
