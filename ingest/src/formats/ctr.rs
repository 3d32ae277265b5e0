//! What containerd lists: `ctr task ls` and `ctr images ls`; and what runc lists below it, which has the same tasks.

use super::{
    docker,
    format::{Document, Section},
    rows,
};
use crate::row::{Out, Row, When};

/// The section: the table of `ctr task ls`.
pub(super) const CTR_TASKS: Section = Section { kind: "ctr task ls", begins, read };
/// Rows of `ctr task ls` without their header, as `grep` leaves them.
pub(super) const CTR_ROWS: Section =
    Section { kind: "ctr task ls", begins: begins_rows, read: read_rows };
/// The section: the table of `ctr images ls`.
pub(super) const CTR_IMAGES: Section =
    Section { kind: "ctr images ls", begins: begins_images, read: read_images };

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

fn begins(doc: &Document<'_>) -> bool {
    doc.text.lines().next().is_some_and(|line| words(line) == ["TASK", "PID", "STATUS"])
}

fn read(doc: &Document<'_>, out: &mut dyn Out) -> usize {
    let tasks = doc.lines().skip(1).map_while(|(number, line)| task(number, line));
    let taken = tasks.map(|row| out.row(row)).count();
    // An empty table may be of a namespace that nobody uses.
    if taken > 0 {
        out.complete("std.runtime.ContainerdTask", Vec::new(), When::Unknown);
    }
    taken + 1
}

fn task(number: u64, line: &str) -> Option<Row> {
    let cells = words(line);
    let [id, pid, status] = cells.as_slice() else { return None };
    let pid = pid.parse::<i64>().ok()?;
    Some(
        Row::of("std.runtime.ContainerdTask", number, line.trim())
            .with("id", *id)
            .with("pid", (pid > 0).then_some(pid))
            .with("status", *status),
    )
}

/// The section: `runc list`, with its header or without.
pub(super) const RUNC: Section =
    Section { kind: "runc list", begins: begins_runc, read: read_runc };

/// `ID PID STATUS BUNDLE CREATED [OWNER]`.
fn listed_by_runc(number: u64, line: &str) -> Option<Row> {
    let cells = words(line);
    let [id, pid, status @ ("created" | "running" | "paused" | "stopped"), bundle, ..] =
        cells.as_slice()
    else {
        return None;
    };
    (rows::is_id(id) && id.len() == 64 && bundle.starts_with('/')).then_some(())?;
    let pid = pid.parse::<i64>().ok()?;
    Some(
        Row::of("std.runtime.ContainerdTask", number, line.trim())
            .with("id", *id)
            .with("pid", (pid > 0).then_some(pid))
            .with("status", status.to_ascii_uppercase()),
    )
}

fn begins_runc(doc: &Document<'_>) -> bool {
    doc.text.lines().next().is_some_and(|line| {
        words(line).starts_with(&["ID", "PID", "STATUS", "BUNDLE"])
            || listed_by_runc(doc.first_line, line).is_some()
    })
}

fn read_runc(doc: &Document<'_>, out: &mut dyn Out) -> usize {
    let header = usize::from(doc.text.trim_start().starts_with("ID"));
    let tasks = doc.lines().skip(header).map_while(|(number, line)| listed_by_runc(number, line));
    tasks.map(|row| out.row(row)).count() + header
}

/// Of a container, whose name is 64 digits.
fn bare(number: u64, line: &str) -> Option<Row> {
    let cells = words(line);
    let [id, _, "RUNNING" | "STOPPED" | "CREATED" | "PAUSED" | "UNKNOWN"] = cells.as_slice() else {
        return None;
    };
    (rows::is_id(id) && id.len() == 64).then(|| task(number, line))?
}

fn begins_rows(doc: &Document<'_>) -> bool {
    doc.text.lines().next().is_some_and(|line| bare(doc.first_line, line).is_some())
}

fn read_rows(doc: &Document<'_>, out: &mut dyn Out) -> usize {
    doc.lines().map_while(|(number, line)| bare(number, line)).map(|row| out.row(row)).count()
}

fn begins_images(doc: &Document<'_>) -> bool {
    let first = doc.text.lines().next().map(words).unwrap_or_default();
    first.starts_with(&["REF", "TYPE", "DIGEST"])
}

fn read_images(doc: &Document<'_>, out: &mut dyn Out) -> usize {
    let mut taken = 1;
    let mut images = docker::Images::default();
    for (number, line) in doc.lines().skip(1) {
        let cells = words(line);
        let [reference, _, digest, ..] = cells.as_slice() else { break };
        if !digest.starts_with("sha256:") {
            break;
        }
        taken += 1;
        // An image stands there by tag, by digest and by id.
        if !reference.contains("sha256:") {
            out.row(images.row(reference, number, line.trim()).with("digest", *digest));
        }
    }
    images.end(out);
    taken
}
