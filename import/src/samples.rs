//! Real lines for the tests of an extractor.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::names::words;
use crate::pattern::Pattern;

/// A line, and whether it is one of those meant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Sample {
    pub(crate) text: String,
    pub(crate) meant: bool,
}

/// For each pattern the shortest line of a log that it finds, and of the lines that none does the one that
/// shares most words with them.
pub(crate) fn choose(patterns: &[Pattern], log: &str) -> Vec<Sample> {
    let finders: Vec<_> = patterns.iter().map(Pattern::finder).collect();
    let lines = || log.lines().filter(|line| is_sayable(line));
    let shortest = |find: &dyn Fn(&str) -> bool| {
        lines().filter(|line| find(line)).min_by_key(|line| line.len())
    };
    let mut samples: Vec<Sample> = Vec::new();
    for finder in &finders {
        if let Some(text) = shortest(finder)
            && samples.iter().all(|known| known.text != text)
        {
            samples.push(Sample { text: text.to_owned(), meant: true });
        }
    }
    let meant: BTreeSet<String> = patterns.iter().flat_map(|it| words(it.plain())).collect();
    let shared =
        |line: &str| words(line).into_iter().collect::<BTreeSet<_>>().intersection(&meant).count();
    let others = lines().filter(|line| {
        !line.starts_with('#') && !finders.iter().any(|find| find(line)) && shared(line) > 0
    });
    let nearest = others.max_by_key(|line| (shared(line), Reverse(line.len())));
    samples.extend(nearest.map(|text| Sample { text: text.to_owned(), meant: false }));
    samples
}

/// Whether a rule file can hold the line.
fn is_sayable(line: &str) -> bool {
    line.chars().all(|c| c == '\t' || !c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern;

    #[test]
    fn the_shortest_of_each() {
        let patterns = pattern::regex("timed? out|denied", false).unwrap();
        let log = "12:01 upstream timed out again\n12:00 upstream timed out\n# what was refused\nok\n12:02 out of file handles\n";
        let texts: Vec<_> = choose(&patterns, log).into_iter().map(|s| (s.text, s.meant)).collect();
        let expected = [("12:00 upstream timed out", true), ("12:02 out of file handles", false)];
        assert_eq!(texts, expected.map(|(text, meant)| (text.to_owned(), meant)));
    }
}
