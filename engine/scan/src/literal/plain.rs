//! The literals of a plain regular expression, read byte by byte.

use alloc::{string::String, vec, vec::Vec};
use core::mem;

use etio_plan::plain::{Part, parts};

use super::{MOST, best, is_kept, rank};

/// It says more than can be read byte by byte.
pub(super) struct NotPlain;

/// Literals of which at least one is in every text that it matches; `None` where there are none worth looking for.
pub(super) fn required(regex: &str) -> Result<Option<Vec<String>>, NotPlain> {
    let (mut outer, mut here) = (Vec::new(), Choice::default());
    parts(regex, |part| match part {
        Part::Open(_) => {
            here.end_literal();
            outer.push(mem::take(&mut here));
        }
        Part::Close => {
            let group = mem::replace(&mut here, outer.pop().unwrap_or_default()).needs();
            here.last = Last::Group(group);
        }
        Part::Or => here.end_alternative(),
        Part::Byte(byte) => here.byte(byte),
        Part::Class => here.end_literal(),
        Part::Times { least: 0, .. } => here.forget_last(),
        // Once it is there all the same, but what follows need not stand beside it.
        Part::Times { .. } => here.end_literal(),
    })
    .ok_or(NotPlain)?;
    Ok(here.needs())
}

/// Some alternatives, as far as they are read.
struct Choice {
    /// What those before need, together; `None` where one of them needs nothing.
    before: Option<Vec<String>>,
    /// The best of what this one needs.
    best: Option<Vec<String>>,
    /// The literal that is being read.
    literal: String,
    last: Last,
}

/// What was read last, and may turn out to be optional.
enum Last {
    Other,
    /// It is the end of the literal.
    Byte,
    Group(Option<Vec<String>>),
}

impl Default for Choice {
    fn default() -> Self {
        Self { before: Some(Vec::new()), best: None, literal: String::new(), last: Last::Other }
    }
}

impl Choice {
    fn byte(&mut self, byte: u8) {
        self.settle();
        if is_kept(char::from(byte)) {
            self.literal.push(char::from(byte));
            self.last = Last::Byte;
        } else {
            self.end_literal();
        }
    }

    /// What was read last is there whatever comes.
    fn settle(&mut self) {
        if let Last::Group(needs) = mem::replace(&mut self.last, Last::Other) {
            self.end_literal();
            self.consider(needs);
        }
    }

    fn forget_last(&mut self) {
        if let Last::Byte = mem::replace(&mut self.last, Last::Other) {
            self.literal.pop();
        }
        self.end_literal();
    }

    fn end_literal(&mut self) {
        self.settle();
        let literal = best(core::iter::once(self.literal.as_str()));
        self.literal.clear();
        self.consider(literal.map(|literal| vec![literal]));
    }

    fn consider(&mut self, needs: Option<Vec<String>>) {
        if needs.as_deref().map(rank) > self.best.as_deref().map(rank) {
            self.best = needs;
        }
    }

    fn end_alternative(&mut self) {
        self.end_literal();
        let both = self.before.take().zip(self.best.take());
        self.before = both.map(|(before, best)| [before, best].concat());
    }

    fn needs(mut self) -> Option<Vec<String>> {
        self.end_alternative();
        self.before.filter(|needs| needs.len() <= MOST)
    }
}

#[cfg(test)]
mod tests {
    use alloc::{string::String, vec};

    use proptest::prelude::*;
    use regex_automata::meta::Regex;

    use super::required;

    proptest! {
        #[test]
        fn what_is_needed_is_in_every_text_that_matches(
            parts in prop::collection::vec(
                prop::sample::select(vec!["(", ")", "(?:", "|", "*", "+", "?", "{0}", "{1,2}", "{0,}", "a", "b", "aab", "bab", "é", "\"", ".", "[ab]"]),
                1..12,
            ),
            text in "[ab]{0,9}[abé\"]{0,3}[ab]{0,9}",
        ) {
            let regex: String = parts.concat();
            if let Ok(Some(needs)) = required(&regex) && Regex::new(&regex).unwrap().is_match(&text) {
                prop_assert!(needs.iter().any(|need| text.contains(need.as_str())), "{regex} {text} {needs:?}");
            }
        }
    }
}
