//! Small tables of a node's state: free memory blocks, swap, kernel limits, sizes of directories.

use std::borrow::Cow;

use super::format::{Document, Section};
use crate::row::{Out, Row, When};

/// `/proc/buddyinfo`.
pub(super) const BUDDYINFO: Section = Section {
    kind: "buddyinfo",
    begins: |doc| begins(doc, |line| free_blocks(line, 0).is_some()),
    read: |doc, out| lines(doc, out, free_blocks, Some("std.node.FreeBlocks")),
};
/// `/proc/swaps`, which is also what `swapon -s` prints, and `swapon --show`.
pub(super) const SWAPS: Section = Section { kind: "swaps", begins: begins_swaps, read: read_swaps };
/// `sysctl -a`: only what is a limit, and switches without which pods have no network.
pub(super) const SYSCTL: Section = Section {
    kind: "sysctl",
    begins: |doc| begins(doc, |line| setting(line).is_some()),
    read: read_settings,
};
/// `du`, in the order it came or sorted.
pub(super) const DU: Section = Section {
    kind: "du",
    begins: |doc| begins(doc, |line| usage(line, 0).is_some()),
    read: |doc, out| lines(doc, out, usage, None),
};

fn begins(doc: &Document<'_>, is: fn(&str) -> bool) -> bool {
    doc.text.lines().next().is_some_and(is)
}

/// Reads lines as long as they are rows.
fn lines(
    doc: &Document<'_>,
    out: &mut dyn Out,
    row: fn(&str, u64) -> Option<Row>,
    whole: Option<&'static str>,
) -> usize {
    let rows = doc.lines().map_while(|(number, line)| row(line, number));
    let taken = rows.map(|row| out.row(row)).count();
    if let Some(relation) = whole {
        out.complete(relation, Vec::new(), When::Unknown);
    }
    taken
}

/// `Node 0, zone   Normal   4381   1093 …`: free blocks of 2^n pages.
fn free_blocks(line: &str, number: u64) -> Option<Row> {
    const PAGE: i64 = 4096;
    let rest = line.trim().strip_prefix("Node ")?;
    let (numa, rest) = rest.split_once(", zone")?;
    let mut words = rest.split_whitespace();
    let zone = words.next()?;
    let counts: Vec<i64> = words.map(|word| word.parse().ok()).collect::<Option<_>>()?;
    (counts.len() > 3 && counts.len() < 20).then_some(())?;
    let total = counts.iter().zip(0..).try_fold(0_i64, |sum, (count, order)| {
        count.checked_mul(PAGE << order)?.checked_add(sum)
    })?;
    let high = counts.iter().skip(3).try_fold(0_i64, |sum, count| sum.checked_add(*count))?;
    Some(
        Row::of("std.node.FreeBlocks", number, line.trim())
            .with("numa", numa.parse::<i64>().ok()?)
            .with("zone", zone)
            .with("total", etio_plan::Value::Bytes(total))
            .with("high_order", high),
    )
}

fn begins_swaps(doc: &Document<'_>) -> bool {
    begins(doc, |line| {
        let words: Vec<_> = line.split_whitespace().collect();
        words.starts_with(&["Filename", "Type", "Size", "Used"])
            || words == ["NAME", "TYPE", "SIZE", "USED", "PRIO"]
    })
}

fn read_swaps(doc: &Document<'_>, out: &mut dyn Out) -> usize {
    let mut taken = 1;
    for (number, line) in doc.lines().skip(1) {
        let words: Vec<_> = line.split_whitespace().collect();
        let [device, _, size, _, ..] = words.as_slice() else { break };
        let Some(size) = super::df::amount(size.trim_end_matches('B'), 1024) else { break };
        taken += 1;
        let row = Row::of("std.node.Swap", number, line.trim()).with("device", *device);
        out.row(row.with("size", etio_plan::Value::Bytes(size)));
    }
    out.complete("std.node.Swap", Vec::new(), When::Unknown);
    taken
}

/// A limit, and what counts against it where the kernel says that beside it.
const LIMITS: &[(&str, Option<&str>)] = &[
    ("kernel.pid_max", None),
    ("kernel.threads-max", None),
    ("fs.file-max", None),
    ("fs.nr_open", None),
    ("fs.inotify.max_user_watches", None),
    ("fs.inotify.max_user_instances", None),
    ("net.netfilter.nf_conntrack_max", Some("net.netfilter.nf_conntrack_count")),
    ("net.nf_conntrack_max", Some("net.netfilter.nf_conntrack_count")),
    ("net.ipv4.neigh.default.gc_thresh3", None),
    ("net.ipv6.neigh.default.gc_thresh3", None),
    ("net.ipv4.ip_forward", None),
    ("net.bridge.bridge-nf-call-iptables", None),
    ("vm.max_map_count", None),
    ("user.max_user_namespaces", None),
];

/// `net.ipv4.ip_forward = 1`, the key with dots or as a path below `/proc/sys`.
fn setting(line: &str) -> Option<(Cow<'_, str>, &str)> {
    let (key, value) = line.split_once('=')?;
    let (key, value) = (key.trim(), value.trim());
    let key = match key.strip_prefix("/proc/sys/") {
        Some(path) => Cow::Owned(path.replace('/', ".")),
        None => Cow::Borrowed(key),
    };
    let roots =
        ["abi.", "crypto.", "debug.", "dev.", "fs.", "kernel.", "net.", "sunrpc.", "user.", "vm."];
    let is = roots.iter().any(|root| key.starts_with(root)) && !key.contains(char::is_whitespace);
    is.then_some((key, value))
}

fn read_settings(doc: &Document<'_>, out: &mut dyn Out) -> usize {
    let mut found = Vec::new();
    let mut taken = 0;
    for (number, line) in doc.lines() {
        match setting(line) {
            Some((key, value)) => found.push((number, line, key, value)),
            // What a user may not read.
            None if line.starts_with("sysctl: ") => {}
            None => break,
        }
        taken += 1;
    }
    let value = |name: &str| {
        let (.., value) = found.iter().find(|(_, _, key, _)| *key == name)?;
        value.parse::<i64>().ok()
    };
    for (number, line, key, _) in &found {
        let Some((name, used)) = LIMITS.iter().find(|(name, _)| name == key) else { continue };
        out.row(limit(name, value(name), used.and_then(value), *number, line.trim()));
    }
    // `fs.file-nr` is: allocated, free, most.
    let files = found.iter().find(|(_, _, key, _)| *key == "fs.file-nr");
    if let Some((number, line, _, value)) = files {
        let numbers: Vec<Option<i64>> =
            value.split_whitespace().map(|it| it.parse().ok()).collect();
        if let [used, _, most] = numbers.as_slice() {
            out.row(limit("fs.file-max", *most, *used, *number, line.trim()));
        }
    }
    taken
}

/// The row of a kernel limit.
pub(super) fn limit(
    name: &str,
    most: Option<i64>,
    used: Option<i64>,
    line: u64,
    text: &str,
) -> Row {
    Row::of("std.node.KernelLimit", line, text)
        .with("name", name)
        .with("limit", most)
        .with("used", used)
}

/// Whether a key is one of the limits.
pub(super) fn is_limit(name: &str) -> bool {
    LIMITS.iter().any(|(limit, _)| *limit == name)
}

/// The limit that a count counts against.
pub(super) fn limit_of(count: &str) -> Option<&'static str> {
    LIMITS.iter().find(|(_, used)| *used == Some(count)).map(|(limit, _)| *limit)
}

/// `1432140  /var/log` in KiB, or `1.4G  /var/log`.
fn usage(line: &str, number: u64) -> Option<Row> {
    let (size, path) = line.trim_end().split_once('\t').or_else(|| {
        let (size, path) = line.trim().split_once(' ')?;
        Some((size, path.trim_start()))
    })?;
    (path.starts_with('/') && !path.contains("  ")).then_some(())?;
    let size = super::df::amount(size.trim(), 1024)?;
    Some(
        Row::of("std.node.DiskUsage", number, line.trim())
            .with("path", path)
            .with("size", etio_plan::Value::Bytes(size)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_table() {
        for line in ["Node 0, zone", "12 abc", "1 /a  b", "x=1", "Node x, zone Normal 1 2 3 4"] {
            assert!(free_blocks(line, 1).is_none(), "{line}");
            assert!(usage(line, 1).is_none(), "{line}");
            assert!(setting(line).is_none(), "{line}");
        }
    }
}
