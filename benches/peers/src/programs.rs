//! The rules that Etio runs in the workloads about a cluster.

use etio_dsl::SourceFile;
use etio_plan::Pack;

/// What is known of a cluster; the rules follow.
pub const RELATIONS: &str = "\
    entity Alarm { key id: int, pod: pod, reason: text }\n\
    entity Instance { key pod: pod, node: node, running: bool }\n\
    entity Machine { key node: node, ready: bool }\n\
    entity Silence { key node: node, key reason: text }\n";

/// One rule a reason.
#[must_use]
pub fn by_reason(reasons: u32) -> String {
    let rule = |reason| {
        format!(
            "finding alarm_{reason}(id) {{\n  severity info\n  when {{\n\
             Alarm {{ id, pod, reason: \"r{reason}\" }}\n\
             Instance {{ pod, node, running: true }}\n\
             Machine {{ node, ready: true }}\n\
             no Silence {{ node, reason: \"r{reason}\" }}\n  }}\n  title \"alarm {{id}}\"\n}}\n"
        )
    };
    (0..reasons).map(rule).collect()
}

/// Rules that read the cluster, and each a relation of its own that has no rows.
#[must_use]
pub fn empty(rules: u32) -> String {
    let rule = |at| {
        format!(
            "event Rare{at} {{ pod: pod }}\n\
             finding rare_{at}(pod) {{\n  severity info\n  when {{\n\
             Rare{at} {{ pod }}\n\
             Instance {{ pod, node, running: true }}\n\
             Machine {{ node, ready: true }}\n  }}\n  title \"{{pod}}\"\n}}\n"
        )
    };
    (0..rules).map(rule).collect()
}

/// All reasons in one chain of rules: where an alarm is felt, and whether it is silenced there.
pub const CHAIN: &str = "\
    derive Placed { id: int, node: node, reason: text } when {\n\
    Alarm { id, pod, reason }\n\
    Instance { pod, node, running: true }\n}\n\
    derive Felt { id: int, node: node, reason: text } when {\n\
    Placed { id, node, reason }\n\
    Machine { node, ready: true }\n}\n\
    finding alarm(id) {\n  severity info\n  when {\n\
    Felt { id, node, reason }\n\
    no Silence { node, reason }\n  }\n  title \"alarm {id}\"\n}\n";

/// A module's text as a pack.
///
/// # Panics
/// When it does not compile: a bench stops where it is wrong.
#[must_use]
#[expect(clippy::expect_used, reason = "a bench stops where it is wrong")]
pub fn compile(module: &str, text: String) -> Pack {
    let files = [SourceFile::in_module("peer.etio", module, text)];
    etio_dsl::compile(&files).pack.expect("the rules compile")
}
