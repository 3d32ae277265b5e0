//! Files of a `/proc` tree in a directory or an archive, known by their place: of each process its
//! `stat`, `status`, `cgroup`, `wchan` and `cmdline`, and the limits below `/proc/sys`. A `status`
//! elsewhere is known by what is in it.
//!
//! Every file gives the part of a row that it knows; the parts of one process are put together when the
//! bundle is settled.

use super::{
    cgroup,
    format::{Document, Format},
    node_tables::{is_limit, limit, limit_of},
};
use crate::row::{Out, Row};

/// The format of one file of a process.
pub(super) const PROCESS: Format = Format { kind: "proc", detect, read };
/// The format of one file below `/proc/sys`.
pub(super) const LIMIT: Format = Format { kind: "proc", detect: is_setting, read: read_setting };

/// The process a file is of, and the file's name: `…/proc/4711/stat`.
fn place(path: &str) -> Option<(i64, &str)> {
    let at = path
        .rfind("proc/")
        .filter(|at| *at == 0 || path.get(..*at).is_some_and(|it| it.ends_with('/')))?;
    let (pid, file) = path.get(at + 5..)?.split_once('/')?;
    Some((pid.parse().ok()?, file))
}

fn detect(doc: &Document<'_>) -> bool {
    let files = ["stat", "status", "cgroup", "wchan", "cmdline", "comm"];
    place(doc.path).is_some_and(|(_, file)| files.contains(&file)) || shown(doc.text).is_some()
}

/// The process of a `cat /proc/4711/status`.
fn shown(text: &str) -> Option<i64> {
    let text = text.trim_start();
    text.starts_with("Name:").then_some(())?;
    (text.contains("\nState:") && text.contains("\nTgid:")).then_some(())?;
    value(text, "Pid")?.parse().ok()
}

fn read(doc: &Document<'_>, out: &mut dyn Out) {
    let shown = || Some((shown(doc.text)?, "status"));
    let Some((pid, file)) = place(doc.path).or_else(shown) else { return };
    let text = doc.text.trim();
    let first = text.lines().next().unwrap_or_default();
    let row =
        Row::of("std.node.Process", doc.first_line, format!("{pid}: {first}")).with("pid", pid);
    let row = match file {
        "stat" => stat(row, text),
        "status" => Some(status(row, text)),
        "cgroup" => {
            let paths = || text.lines().filter_map(|line| line.splitn(3, ':').nth(2));
            let container = paths().find_map(cgroup::container);
            let pod = paths().find_map(cgroup::pod);
            Some(row.with("container", container).with("pod_uid", pod))
        }
        "wchan" => Some(row.with("wchan", Some(text).filter(|it| *it != "0"))),
        "cmdline" => Some(row.with("args", text.replace('\0', " ").trim())),
        _ => Some(row.with("comm", text)),
    };
    match row {
        Some(row) => out.row(row),
        None => out.unparsed(doc.first_line, "not what the kernel writes there"),
    }
}

/// `pid (comm) S ppid …`: the name may hold blanks and brackets, so the last bracket ends it.
fn stat(row: Row, text: &str) -> Option<Row> {
    let (head, rest) = text.rsplit_once(") ")?;
    let comm = head.split_once(" (")?.1;
    let fields: Vec<&str> = rest.split(' ').collect();
    let number = |at: usize| fields.get(at).and_then(|it| it.parse::<i64>().ok());
    Some(
        row.with("comm", comm)
            .with("state", *fields.first()?)
            .with("ppid", number(1)?)
            .with("threads", number(17)),
    )
}

fn value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.lines().find_map(|line| Some(line.strip_prefix(key)?.strip_prefix(':')?.trim()))
}

fn status(row: Row, text: &str) -> Row {
    let number = |key: &str| value(text, key).and_then(|it| it.parse::<i64>().ok());
    row.with("comm", value(text, "Name"))
        .with("state", value(text, "State").and_then(|it| it.get(..1)))
        .with("ppid", number("PPid"))
        .with("threads", number("Threads"))
}

/// The name of a setting by its file: `…/proc/sys/kernel/pid_max`.
fn setting(path: &str) -> Option<String> {
    let (_, rest) = path.rsplit_once("proc/sys/")?;
    let name = rest.replace('/', ".");
    (is_limit(&name) || limit_of(&name).is_some()).then_some(name)
}

fn is_setting(doc: &Document<'_>) -> bool {
    setting(doc.path).is_some()
}

fn read_setting(doc: &Document<'_>, out: &mut dyn Out) {
    let (Some(name), Ok(value)) = (setting(doc.path), doc.text.trim().parse::<i64>()) else {
        return out.unparsed(doc.first_line, "not a number");
    };
    let text = format!("{name} = {value}");
    out.row(match limit_of(&name) {
        Some(most) => limit(most, None, Some(value), doc.first_line, &text),
        None => limit(&name, Some(value), None, doc.first_line, &text),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_brackets() {
        let row =
            stat(Row::of("r", 1, ""), "26 (a) b (c)) Z 5392 7446 0 0 0 0 0 0 0 0 0 0 0 0 0 0 3 0");
        let fields = row.unwrap().fields;
        assert_eq!(fields.first(), Some(&("comm", "a) b (c)".into())));
        assert_eq!(fields.get(1), Some(&("state", "Z".into())));
        assert_eq!(fields.last(), Some(&("threads", 3.into())));
    }

    #[test]
    fn a_status_that_somebody_pasted() {
        let text = "Name:\trunc:[2:INIT]\nState:\tD (disk sleep)\nTgid:\t31369\nPid:\t31369\n";
        assert_eq!(shown(text), Some(31369));
        assert_eq!(shown("Name:   web-0\nState:  Running\nPid: 3\n"), None);
    }

    #[test]
    fn places() {
        assert_eq!(place("b.tar/node-1/proc/4711/stat"), Some((4711, "stat")));
        assert_eq!(place("proc/1/task/2/stat"), Some((1, "task/2/stat")));
        assert_eq!(place("myproc/1/stat"), None);
        assert_eq!(setting("x/proc/sys/kernel/pid_max").as_deref(), Some("kernel.pid_max"));
        assert_eq!(setting("x/proc/sys/vm/swappiness"), None);
    }
}
