//! The workload `compile`: rules that each look for a text of their own, from text to what runs.

use std::fmt::Write as _;

use crate::numbers::Numbers;

/// What every pattern looks for, in the syntax of regular expressions: drawn anew, the same every time.
#[must_use]
pub fn patterns(rules: u32) -> Vec<String> {
    const WORDS: [&str; 8] =
        ["mount", "lease", "route", "token", "image", "probe", "shard", "queue"];
    let mut numbers = Numbers(11);
    let mut word = || WORDS.get(numbers.below(8) as usize).copied().unwrap_or_default();
    let pattern = |rule| {
        let (what, how) = (word(), word());
        format!(r"unit{rule} \[(?P<task>\d+)\]: (?:no|bad) {what} for {how} after [0-9.]+s")
    };
    (0..rules).map(pattern).collect()
}

/// Rules of one shape, each with a pattern and a reason of its own: a line becomes an event, which is joined
/// with its task, the task with its host, and a silence is looked for.
#[must_use]
pub fn program(rules: u32) -> String {
    let mut text = String::from(
        "event Line { host: node, message: text }\n\
         entity Host { key host: node, ready: bool }\n\
         entity Task { key id: int, host: node, running: bool }\n\
         entity Silence { key host: node, key reason: int }\n",
    );
    for (rule, pattern) in patterns(rules).iter().enumerate() {
        // Writing into a string cannot fail.
        let _ = write!(
            text,
            "event Seen{rule} {{ host: node, task: int }}\n\
             extract Seen{rule} from Line.message {{ host }} {{\n  /{pattern}/\n}}\n\
             finding failing_{rule}(host, task) {{\n  severity warning\n  when {{\n    \
               Seen{rule} {{ host, task }}\n    \
               Task {{ id: task, host, running: true }}\n    \
               Host {{ host, ready: true }}\n    \
               no Silence {{ host, reason: {rule} }}\n  }}\n  \
               title \"task {{task}} on {{host}} fails\"\n}}\n"
        );
    }
    text
}
