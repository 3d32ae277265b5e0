//! Programs of any size, to compile and to load.

use std::fmt::Write as _;

use etio_peers::numbers::Numbers;

/// Rules of one shape, each with a pattern and a reason of its own: a line becomes an event, which is joined
/// with its task, the task with its host, and a silence is looked for. What each pattern says is drawn from
/// `numbers`.
#[must_use]
pub fn program(rules: usize, numbers: &mut Numbers) -> String {
    const WORDS: [&str; 8] =
        ["mount", "lease", "route", "token", "image", "probe", "shard", "queue"];
    let mut text = String::from(
        "event Line { host: node, message: text }\n\
         entity Host { key host: node, ready: bool }\n\
         entity Task { key id: int, host: node, running: bool }\n\
         entity Silence { key host: node, key reason: int }\n",
    );
    let mut word = || WORDS.get(numbers.below(8) as usize).copied().unwrap_or_default();
    for rule in 0..rules {
        let (what, how) = (word(), word());
        // Writing into a string cannot fail.
        let _ = write!(
            text,
            "event Seen{rule} {{ host: node, task: int }}\n\
             extract Seen{rule} from Line.message {{ host }} {{\n  \
               /unit{rule} \\[(?P<task>\\d+)\\]: (?:no|bad) {what} for {how} after [0-9.]+s/\n\
             }}\n\
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
