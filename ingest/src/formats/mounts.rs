//! Mounts: `/proc/<pid>/mountinfo`, `/proc/mounts`, and what `mount` prints.

use super::{
    cgroup,
    format::{Document, Section},
};
use crate::row::{Out, Row, When};

/// The section: lines of any of the three tables.
pub(super) const MOUNTS: Section = Section { kind: "mounts", begins, read };

/// A mount, however it was written.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Mount {
    pub(super) path: String,
    pub(super) device: String,
    pub(super) fstype: String,
    pub(super) root: Option<String>,
    pub(super) read_only: bool,
}

impl Mount {
    /// Its row.
    pub(super) fn row(self, ns_pid: i64, line: u64, text: &str) -> Row {
        let owner = cgroup::volume_owner(&self.path).map(str::to_owned);
        Row::of("std.node.Mount", line, text)
            .with("ns_pid", ns_pid)
            .with("path", self.path)
            .with("device", self.device)
            .with("fstype", self.fstype)
            .with("root", self.root)
            .with("read_only", self.read_only)
            .with("pod_uid", owner)
    }
}

/// `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue`.
fn mountinfo(line: &str) -> Option<Mount> {
    let (head, tail) = line.split_once(" - ")?;
    let head: Vec<&str> = head.split(' ').collect();
    let [id, parent, device, root, path, options, ..] = head.as_slice() else { return None };
    let numbers =
        id.parse::<u32>().is_ok() && parent.parse::<u32>().is_ok() && device.contains(':');
    (numbers && path.starts_with('/')).then_some(())?;
    let mut tail = tail.splitn(3, ' ');
    let (fstype, source, of_all) = (tail.next()?, tail.next()?, tail.next().unwrap_or_default());
    Some(Mount {
        path: unescaped(path),
        device: unescaped(source),
        fstype: fstype.into(),
        root: Some(unescaped(root)),
        read_only: is_read_only(options) || is_read_only(of_all),
    })
}

/// `/dev/sda1 / ext4 rw,relatime 0 0`.
fn proc_mounts(line: &str) -> Option<Mount> {
    let words: Vec<&str> = line.split(' ').collect();
    let [device, path, fstype, options, dump, pass] = words.as_slice() else { return None };
    let is =
        dump.parse::<u8>().is_ok() && pass.trim().parse::<u8>().is_ok() && path.starts_with('/');
    is.then(|| Mount {
        path: unescaped(path),
        device: unescaped(device),
        fstype: (*fstype).into(),
        root: None,
        read_only: is_read_only(options),
    })
}

/// `/dev/sda1 on / type ext4 (rw,relatime)`.
fn mount_output(line: &str) -> Option<Mount> {
    let (device, rest) = line.trim().split_once(" on /")?;
    let (path, rest) = rest.rsplit_once(" type ")?;
    let (fstype, options) = rest.split_once(" (")?;
    let options = options.split_once(')')?.0;
    (!fstype.contains(' ') && !device.contains(' ')).then(|| Mount {
        path: format!("/{path}"),
        device: device.into(),
        fstype: fstype.into(),
        root: None,
        read_only: is_read_only(options),
    })
}

pub(super) fn is_read_only(options: &str) -> bool {
    options.split(',').any(|option| option.trim() == "ro")
}

/// A path with its octal escapes undone: `\040` is a blank.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let code = (*first == b'\\').then(|| tail.get(..3)).flatten();
        let code =
            code.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok());
        match (code, tail.get(3..)) {
            (Some(code), Some(after)) => {
                bytes.push(code);
                rest = after;
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn any(line: &str) -> Option<Mount> {
    mountinfo(line).or_else(|| proc_mounts(line)).or_else(|| mount_output(line))
}

/// Whose mounts these are, by the file's place: of process 1 unless it says otherwise.
fn namespace(path: &str) -> i64 {
    let mut parts = path.rsplit('/').skip(1);
    parts.next().and_then(|pid| pid.parse().ok()).unwrap_or(1)
}

fn begins(doc: &Document<'_>) -> bool {
    let line = doc.text.lines().next().unwrap_or_default();
    line.contains('/') && any(grepped(line).map_or(line, |(_, rest)| rest)).is_some()
}

fn read(doc: &Document<'_>, out: &mut dyn Out) -> usize {
    let of_file = namespace(doc.path);
    let mut taken = 0;
    let mut whole = Whole::default();
    for (number, line) in doc.lines() {
        let (ns_pid, line) = match grepped(line) {
            Some((pid, rest)) => (pid, rest),
            None => (of_file, line),
        };
        let Some(mount) = any(line) else { break };
        taken += 1;
        if ns_pid == of_file {
            whole.see(&mount.path);
        }
        out.row(mount.row(ns_pid, number, line.trim()));
    }
    whole.end(of_file, out);
    taken
}

/// A pasted or filtered piece leaves out the root or `/proc`: `findmnt /` shows the one, `mount | grep ext4` the disks only.
#[derive(Debug, Default)]
pub(super) struct Whole {
    root: bool,
    proc: bool,
}

impl Whole {
    pub(super) fn see(&mut self, path: &str) {
        self.root |= path == "/";
        self.proc |= path == "/proc";
    }

    pub(super) fn end(&self, ns_pid: i64, out: &mut dyn Out) {
        if self.root && self.proc {
            out.complete("std.node.Mount", vec![("ns_pid", ns_pid.into())], When::Unknown);
        }
    }
}

/// `/proc/4711/mountinfo:` before a line, as `grep` over all processes puts it.
fn grepped(line: &str) -> Option<(i64, &str)> {
    let (pid, rest) = line.strip_prefix("/proc/")?.split_once('/')?;
    let rest = rest.strip_prefix("mountinfo:").or(rest.strip_prefix("mounts:"))?;
    Some((pid.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_tables() {
        let info = mountinfo(
            "36 35 98:0 /a\\040b /mnt rw,noatime master:1 - ext3 /dev/root ro,errors=continue",
        );
        let info = info.unwrap();
        assert_eq!(
            (info.path.as_str(), info.root.as_deref(), info.read_only),
            ("/mnt", Some("/a b"), true)
        );
        let proc = proc_mounts("overlay /var/lib/x overlay rw,lowerdir=/a 0 0").unwrap();
        assert_eq!((proc.path.as_str(), proc.read_only), ("/var/lib/x", false));
        let mount = mount_output("/dev/sdb on /mnt/my disk type ext4 (ro,relatime)").unwrap();
        assert_eq!(
            (mount.path.as_str(), mount.fstype.as_str(), mount.read_only),
            ("/mnt/my disk", "ext4", true)
        );
    }

    #[test]
    fn what_is_no_mount() {
        for line in ["", "a - b", "1 2 3 4 5 6", "see /a on /b", "\\04"] {
            assert_eq!(any(line), None, "{line}");
        }
        assert_eq!(unescaped("a\\999\\04"), "a\\999\\04");
    }
}
