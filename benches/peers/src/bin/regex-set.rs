//! The `regex` crate's side of the workload `compile`: one set of the patterns of all rules.

use etio_peers::measure::repeated;
use etio_peers::patterns::patterns;
use regex::RegexSet;

#[expect(clippy::expect_used, reason = "a bench stops where it is wrong")]
fn main() {
    let (workload, size) = etio_peers::asked();
    if workload != "compile" {
        etio_peers::unknown(&workload);
    }
    let patterns = patterns(size);
    repeated("compile", || RegexSet::new(&patterns).expect("the patterns are right"));
}
