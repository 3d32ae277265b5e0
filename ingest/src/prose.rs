//! Text about messages in the place of messages: what a page of documentation says that one may see.

/// So many lines at most are taken for an example that nothing encloses.
const LINES: usize = 8;

/// Words for what may be and was not seen.
const SUPPOSING: &[&str] = &[
    "if you encounter ",
    "if you find ",
    "if you get ",
    "if you notice ",
    "if you receive ",
    "if you see ",
    "when you see ",
    "you could see ",
    "you may also see ",
    "you may encounter ",
    "you may find ",
    "you may get ",
    "you may notice ",
    "you may see ",
    "you might also see ",
    "you might encounter ",
    "you might find ",
    "you might get ",
    "you might notice ",
    "you might see ",
    "you typically see ",
    "you usually see ",
    "you will typically see ",
    "you will usually see ",
    " may look like ",
    " may show ",
    " might look like ",
    " might show ",
    " should trigger if ",
];
/// Words that make an example of what one sees.
const LIKENING: &[&str] = &["like the following", "similar to", "such as"];

/// Keys of what is looked for in texts, and so was not found there.
const PATTERN: &[&str] = &["expr:", "pattern:", "query:", "regex:"];

/// An example that a text gives, line by line.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Example {
    /// There is none.
    #[default]
    None,
    /// It was announced.
    Announced,
    /// It has so many lines so far.
    Open(usize),
    /// It is enclosed, as Markdown does it.
    Fenced,
}

impl Example {
    /// Whether a line without a stamp only speaks of what may be, or shows it.
    pub(crate) fn takes(&mut self, line: &str) -> bool {
        let line = line.trim();
        *self = match *self {
            Self::Fenced if is_fence(line) => Self::None,
            Self::Fenced => Self::Fenced,
            Self::Announced if is_fence(line) => Self::Fenced,
            _ if supposes(line) && line.ends_with(':') => Self::Announced,
            _ if supposes(line) || is_pattern(line) || is_change(line) || is_dump(line) => {
                Self::None
            }
            Self::Announced => Self::Open(1),
            Self::Open(lines) if lines < LINES => Self::Open(lines + 1),
            Self::None | Self::Open(_) => {
                *self = Self::None;
                return false;
            }
        };
        true
    }

    /// A blank line ends what nothing encloses.
    pub(crate) fn blank(&mut self) {
        if let Self::Open(_) = self {
            *self = Self::None;
        }
    }

    /// So does a line that was written by a program.
    pub(crate) fn end(&mut self) {
        *self = Self::None;
    }
}

fn is_fence(line: &str) -> bool {
    line.starts_with("```")
}

/// Whether an item of a list tells what was changed in a program.
fn is_change(line: &str) -> bool {
    let item = line.strip_prefix("- ").or_else(|| line.strip_prefix("* "));
    item.is_some_and(|said| {
        ["Fix ", "Fixed ", "Fixes "].iter().any(|verb| said.starts_with(verb))
            || said.contains(" no longer ")
    })
}

/// Whether a test prints a whole object, or an event that it made happen.
fn is_dump(line: &str) -> bool {
    line.starts_with("Type = [")
        || line.starts_with('&')
            && line.split_once('{').is_some_and(|(_, of)| of.starts_with("ObjectMeta:{"))
}

/// Whether a line of YAML has what is looked for.
fn is_pattern(line: &str) -> bool {
    let line = line.strip_prefix("- ").unwrap_or(line).trim_start();
    PATTERN.iter().any(|key| line.starts_with(key))
}

/// Whether a line is a sentence about what may be, or leaves out a name.
fn supposes(line: &str) -> bool {
    // Hardly any line is.
    if !["you ", " may ", " might ", " should ", "\"...\""].iter().any(|it| line.contains(it)) {
        return false;
    }
    let said = line.to_ascii_lowercase();
    let any = |words: &[&str]| words.iter().any(|it| said.contains(it));
    any(SUPPOSING) || said.contains("you see ") && any(LIKENING) || line.contains("\"...\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken<'a>(text: &'a str) -> Vec<&'a str> {
        let mut example = Example::default();
        let mut take = |line: &&'a str| {
            if line.is_empty() {
                example.blank();
                return false;
            }
            example.takes(line)
        };
        text.lines().filter(|line| take(line)).collect()
    }

    #[test]
    fn examples() {
        for (text, lines) in [
            ("I see this error:\nPLEG is not healthy", 0),
            ("Its condition may show \"PLEG is not healthy\". Restart it.\nPLEG is not healthy", 1),
            ("If you see this:\n\nrunning with swap on\n\nPLEG is not healthy", 2),
            ("If you see this:\n\n```\na\n\nb\n```\nPLEG is not healthy", 5),
            ("you see an event such as this:\nMulti-Attach error\n\nPLEG is not healthy", 2),
            ("secret \"...\" not found", 1),
            ("- Fixed `PLEG is not healthy` (#1)\nPLEG is not healthy", 1),
            ("* It no longer says \"PLEG is not healthy\"\nPLEG is not healthy", 1),
            ("- regex: 'PLEG is not healthy'\nPLEG is not healthy", 1),
            ("&Pod{ObjectMeta:{web-0  shop}},Message:PLEG is not healthy}\nPLEG is not healthy", 1),
            (
                "Type = [Warning], Name = [web-0.1], Message = [PLEG is not healthy]\nPLEG is not healthy",
                1,
            ),
        ] {
            assert_eq!(taken(text).len(), lines, "{text}");
        }
    }

    #[test]
    fn an_end() {
        let text = format!("If you get this:\n{}", "a\n".repeat(20));
        assert_eq!(taken(&text).len(), 1 + LINES);
    }
}
