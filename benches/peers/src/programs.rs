//! The rules that Etio runs in the workloads about a cluster.

use etio_dsl::SourceFile;
use etio_plan::{Pack, RelId};

/// A file of as many bytes is not added to.
const LARGE: usize = 1 << 19;

/// What is known of a cluster; the rules follow.
pub const RELATIONS: &str = "\
    entity Alarm { key id: int, pod: pod, reason: text }\n\
    entity Instance { key pod: pod, node: node, running: bool }\n\
    entity Machine { key node: node, ready: bool }\n\
    entity Silence { key node: node, key reason: text }\n";

/// Alarms, instances, machines and silences in a pack of these rules.
///
/// # Panics
/// When it declares them not: a bench stops where it is wrong.
#[must_use]
#[expect(clippy::expect_used, reason = "a bench stops where it is wrong")]
pub fn relations(pack: &Pack) -> [RelId; 4] {
    ["Alarm", "Instance", "Machine", "Silence"]
        .map(|name| pack.relation(&format!("rules.{name}")).expect("it is declared"))
}

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
#[expect(clippy::panic, reason = "a bench stops where it is wrong")]
pub fn compile(module: &str, text: &str) -> Pack {
    let file = |(at, text)| SourceFile::in_module(format!("{at}.etio"), module, text);
    let files: Vec<SourceFile> = (0..).zip(files(text)).map(file).collect();
    let compiled = etio_dsl::compile(&files);
    let said = compiled.diagnostics.first().map(|of| of.message.clone()).unwrap_or_default();
    compiled.pack.unwrap_or_else(|| panic!("the rules do not compile: {said}"))
}

/// The texts of files that hold all rules, as the compiler takes none larger than a megabyte.
fn files(text: &str) -> Vec<String> {
    let mut files = vec![String::new()];
    for item in text.split_inclusive("\n}\n") {
        match files.last_mut() {
            Some(file) if file.len() < LARGE => file.push_str(item),
            _ => files.push(item.to_owned()),
        }
    }
    files
}
