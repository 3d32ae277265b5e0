//! One pass that tells which spellings a text could match.

use alloc::{string::String, vec::Vec};
use core::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use etio_plan::Extractor;
use memchr::{memchr, memrchr};

use crate::literal;

/// Up to so many bytes of literals become a DFA: nearly twice as fast, at some milliseconds and
/// megabytes.
const DFA_BYTES: usize = 1 << 14;

/// An extractor of the pack and one of its spellings. Their order is the order of trying.
type Hit = (usize, usize);

/// The literals of all spellings in one automaton.
#[derive(Debug)]
pub(crate) struct Prefilter {
    /// `None` where there is no literal, or they are too many for an automaton.
    automaton: Option<AhoCorasick>,
    /// The spellings that need a literal, by literal.
    needs: Vec<Vec<Hit>>,
    /// The spellings that need none.
    always: Vec<Hit>,
}

impl Prefilter {
    pub(crate) fn new(extractors: &[Extractor]) -> Self {
        let mut literals: Vec<(String, Hit)> = Vec::new();
        let mut always = Vec::new();
        for (at, extractor) in extractors.iter().enumerate() {
            for (number, spelling) in extractor.spellings.iter().enumerate() {
                match literal::required(&spelling.pattern) {
                    Some(set) => literals.extend(set.into_iter().map(|text| (text, (at, number)))),
                    None => always.push((at, number)),
                }
            }
        }
        literals.sort_unstable();
        let (mut texts, mut needs): (Vec<String>, Vec<Vec<Hit>>) = Default::default();
        for (text, hit) in literals {
            if texts.last() != Some(&text) {
                texts.push(text);
                needs.push(Vec::new());
            }
            needs.last_mut().into_iter().for_each(|hits| hits.push(hit));
        }
        let small = texts.iter().map(String::len).sum::<usize>() <= DFA_BYTES;
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(small.then_some(AhoCorasickKind::DFA))
            .build(&texts)
            .ok();
        if automaton.is_none() {
            always.extend(needs.drain(..).flatten());
            always.sort_unstable();
        }
        Self { automaton: automaton.filter(|_| !texts.is_empty()), needs, always }
    }

    /// The spellings that the text could match, in order of trying.
    pub(crate) fn hits(&self, text: &str) -> Vec<Hit> {
        let mut hits = self.always.clone();
        if let Some(automaton) = &self.automaton {
            for found in automaton.find_overlapping_iter(text) {
                hits.extend(self.needs.get(found.pattern().as_usize()).into_iter().flatten());
            }
        }
        hits.sort_unstable();
        hits.dedup();
        hits
    }

    /// The lines that hold a literal; all of them where a spelling needs none.
    pub(crate) fn lines<'a>(&'a self, buffer: &'a [u8]) -> impl Iterator<Item = Range<usize>> + 'a {
        let mut at = 0;
        core::iter::from_fn(move || {
            let rest = buffer.get(at..).filter(|rest| !rest.is_empty())?;
            let found = match &self.automaton {
                _ if !self.always.is_empty() => 0,
                Some(automaton) => automaton.find(rest)?.start(),
                None => return None,
            };
            let start =
                rest.get(..found).and_then(|head| memrchr(b'\n', head)).map_or(0, |n| n + 1);
            let end = rest
                .get(found..)
                .and_then(|tail| memchr(b'\n', tail))
                .map_or(rest.len(), |n| found + n);
            let line = at + start..at + end;
            at = line.end + 1;
            Some(line)
        })
    }
}
