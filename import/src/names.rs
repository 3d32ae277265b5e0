//! Names out of titles and texts, each once in a run.

use std::collections::BTreeSet;

/// Words of a finding's name at most, and letters.
const WORDS: usize = 8;
const LETTERS: usize = 56;
/// A longer word in capitals is one that was shouted.
const LONGEST_ABBREVIATION: usize = 4;
/// Words of an event's name.
const EVENT_WORDS: usize = 4;

/// The names of findings given so far; one value serves all imports into one directory.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Names(BTreeSet<String>);

impl FromIterator<String> for Names {
    /// Names that findings have already, which none gets again.
    fn from_iter<T: IntoIterator<Item = String>>(taken: T) -> Self {
        Self(taken.into_iter().collect())
    }
}

impl Names {
    /// A finding's name out of a title; where it is taken, with the first of these words, or a number.
    pub(crate) fn finding(&mut self, title: &str, apart: &[&str]) -> String {
        let apart: Vec<String> = apart.iter().map(|word| words(word).join("_")).collect();
        let first = apart.first().map_or("rule", String::as_str);
        let name = snake(&without_brackets(title)).unwrap_or_else(|| first.to_owned());
        let told_apart = apart.iter().map(|word| format!("{name}_{word}"));
        let numbered = (2..).map(|nth| format!("{name}_{nth}"));
        let mut names = std::iter::once(name.clone()).chain(told_apart).chain(numbered);
        let name = names.find(|name| !self.0.contains(name)).unwrap_or_default();
        self.0.insert(name.clone());
        name
    }
}

/// `image_pull` as `image-pull`.
pub(crate) fn kebab(name: &str) -> String {
    name.replace('_', "-")
}

/// `image_pull` as `ImagePull`.
pub(crate) fn camel(name: &str) -> String {
    name.split('_').map(capital).collect()
}

/// An event's name out of the text of a line, with as many words as tell it from the others; `finding` is
/// the name of the rule it serves.
pub(crate) fn event(text: &str, finding: &str, taken: &[String]) -> String {
    let all: Vec<String> = words(text).into_iter().filter(|word| word.len() > 1).collect();
    let lengths = EVENT_WORDS..=all.len().max(EVENT_WORDS);
    let mut names = lengths.map(|count| event_of(all.get(..count).unwrap_or(&all), finding));
    if let Some(name) = names.find(|name| !taken.contains(name)) {
        return name;
    }
    let name = event_of(all.get(..EVENT_WORDS).unwrap_or(&all), finding);
    let mut numbered = (2..).map(|nth| format!("{name}{nth}"));
    numbered.find(|name| !taken.contains(name)).unwrap_or_default()
}

fn event_of(words: &[String], finding: &str) -> String {
    let is_figure = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    let name: String = match words {
        [] => camel(finding) + "Logged",
        // One word is no sentence.
        [one] if !is_figure(one) => capital(one) + "Logged",
        more => more.iter().map(|word| capital(word)).collect(),
    };
    if is_figure(&name) { format!("Logged{name}") } else { name }
}

/// The words of `ContainerStartupFailure`, as a sentence begins: `Container startup failure`.
pub(crate) fn sentence(camel: &str) -> String {
    if !camel.contains(|c: char| c.is_lowercase()) && camel.len() > LONGEST_ABBREVIATION {
        return capital(&camel.to_lowercase());
    }
    let mut text = String::new();
    let chars: Vec<char> = camel.chars().collect();
    for (at, c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| chars.get(at));
        let starts = c.is_uppercase()
            && (before.is_some_and(|b| b.is_lowercase() || b.is_ascii_digit())
                || before.is_some_and(|b| b.is_uppercase())
                    && chars.get(at + 1).is_some_and(|next| next.is_lowercase()));
        if starts {
            text.push(' ');
        }
        // A word, or the first letter of an abbreviation.
        if starts && chars.get(at + 1).is_some_and(|next| next.is_lowercase()) {
            text.extend(c.to_lowercase());
        } else {
            text.push(*c);
        }
    }
    text
}

/// Lower-case words of letters and digits.
pub(crate) fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect()
}

fn snake(title: &str) -> Option<String> {
    let mut name = String::new();
    for word in words(title).into_iter().take(WORDS) {
        if name.len() + word.len() > LETTERS {
            break;
        }
        if !name.is_empty() {
            name.push('_');
        }
        name += &word;
    }
    // No name ends in a word that leads on.
    while let Some((rest, last)) = name.rsplit_once('_')
        && [
            "and", "or", "of", "to", "due", "in", "on", "from", "with", "the", "a", "by", "when",
            "during", "for",
        ]
        .contains(&last)
    {
        name = rest.to_owned();
    }
    name.starts_with(|c: char| c.is_ascii_alphabetic()).then_some(name)
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars
        .next()
        .map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + chars.as_str())
}

/// A title without what stands in parentheses.
fn without_brackets(title: &str) -> String {
    let mut depth = 0_u32;
    title
        .chars()
        .filter(|c| {
            match c {
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                _ => return depth == 0,
            }
            false
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings() {
        let mut names = Names::default();
        for (title, expected) in [
            ("RabbitMQ memory alarm", "rabbitmq_memory_alarm"),
            (
                "Elasticsearch disk watermark triggered (flood-stage / read-only)",
                "elasticsearch_disk_watermark_triggered",
            ),
            ("RabbitMQ memory alarm", "rabbitmq_memory_alarm_cre_1"),
            ("“…”", "cre_1"),
            ("502 from upstream", "cre_1_cre_1"),
            ("RabbitMQ memory alarm", "rabbitmq_memory_alarm_2"),
        ] {
            assert_eq!(names.finding(title, &["CRE-1"]), expected, "{title}");
        }
    }

    #[test]
    fn a_name_of_another_finding_is_not_given() {
        let mut names: Names = ["kernel_oops".to_owned()].into_iter().collect();
        assert_eq!(names.finding("Kernel oops", &["event"]), "kernel_oops_event");
    }

    #[test]
    fn events() {
        for (text, expected) in [
            ("memory resource limit alarm set on node", "MemoryResourceLimitAlarm"),
            ("database", "DatabaseLogged"),
            ("401", "Logged401"),
            ("((", "NoDiskLogged"),
            ("5 upstream timed out", "UpstreamTimedOut"),
        ] {
            assert_eq!(event(text, "no_disk", &[]), expected, "{text}");
        }
        let taken = ["DatabaseLogged".to_owned(), "OneTwoThreeFour".to_owned()];
        assert_eq!(event("a database", "x", &taken), "DatabaseLogged2");
        assert_eq!(event("one two three four five", "x", &taken), "OneTwoThreeFourFive");
    }

    #[test]
    fn sentences() {
        for (camel, expected) in [
            ("TaskHung", "Task hung"),
            ("PREVENTION", "Prevention"),
            ("OOMKilling", "OOM killing"),
            ("Ext4Error", "Ext4 error"),
            ("NTPIsDown", "NTP is down"),
            ("IOError", "IO error"),
            ("HCSEmptyLayerchain", "HCS empty layerchain"),
        ] {
            assert_eq!(sentence(camel), expected, "{camel}");
        }
    }
}
