//! What `findmnt` prints of the host's mounts: a tree in text, a list (`-l`), or JSON (`-J`).

use serde::Deserialize;

use super::{
    format::{Document, Section},
    kube::Place,
    mounts::{Mount, Whole, is_read_only},
};
use crate::row::Out;

/// The section: the tree or list below its header.
pub(super) const FINDMNT: Section = Section { kind: "mounts", begins, read };

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Found {
    target: String,
    source: Option<String>,
    fstype: Option<String>,
    options: Option<String>,
    children: Vec<Found>,
}

impl Found {
    fn mount(self) -> Mount {
        let source = self.source.unwrap_or_default();
        let (device, root) = match source.split_once('[') {
            Some((device, root)) => (device.into(), Some(root.trim_end_matches(']').into())),
            None => (source, None),
        };
        Mount {
            path: self.target,
            device,
            fstype: self.fstype.unwrap_or_default(),
            root,
            read_only: self.options.as_deref().is_some_and(is_read_only),
        }
    }
}

/// The `filesystems` of `findmnt -J`.
pub(super) fn filesystems(text: &str, place: Place<'_>, out: &mut dyn Out) {
    let Ok(mut open) = serde_json::from_str::<Vec<Found>>(text) else {
        return out.unparsed(place.line, "file systems with fields of other types than findmnt's");
    };
    let mut whole = Whole::default();
    open.reverse();
    while let Some(mut it) = open.pop() {
        whole.see(&it.target);
        let (source, fstype) = (it.source.as_deref(), it.fstype.as_deref());
        let shown =
            format!("{} {} {}", it.target, source.unwrap_or_default(), fstype.unwrap_or_default());
        it.children.reverse();
        open.append(&mut it.children);
        out.row(it.mount().row(1, place.line, &shown));
    }
    whole.end(1, out);
}

fn begins(doc: &Document<'_>) -> bool {
    let header = doc.text.lines().next().unwrap_or_default();
    header.starts_with("TARGET")
        && header.split_whitespace().eq(["TARGET", "SOURCE", "FSTYPE", "OPTIONS"])
}

fn read(doc: &Document<'_>, out: &mut dyn Out) -> usize {
    let mut whole = Whole::default();
    let mut taken = 1;
    for (number, line) in doc.lines().skip(1) {
        let Some(found) = listed(line) else { break };
        taken += 1;
        whole.see(&found.target);
        out.row(found.mount().row(1, number, line.trim()));
    }
    whole.end(1, out);
    taken
}

/// A row, whose path may have blanks; the branches of the tree before it are drawn in one of two ways.
fn listed(line: &str) -> Option<Found> {
    let (rest, options) = line.trim_end().rsplit_once(' ')?;
    let (rest, fstype) = rest.trim_end().rsplit_once(' ')?;
    let (target, source) = rest.trim_end().rsplit_once(' ')?;
    let target = target.trim_end().get(target.find('/')?..)?;
    let branch = line.split('/').next().unwrap_or_default();
    let drawn = branch.chars().all(|c| " │├└─|`-".contains(c));
    let is = drawn && ["rw", "ro"].contains(&options.split(',').next()?);
    is.then(|| Found {
        target: target.into(),
        source: Some(source.into()),
        fstype: Some(fstype.into()),
        options: Some(options.into()),
        children: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::listed;

    #[test]
    fn rows_of_a_tree() {
        for (line, target) in [
            ("/          /dev/sda1       ext4  ro,relatime", Some("/")),
            ("├─/srv/my share   10.0.0.9:/export nfs4 rw,hard", Some("/srv/my share")),
            ("| `-/sys/fs/bpf bpf bpf rw,nosuid", Some("/sys/fs/bpf")),
            ("see /etc/fstab for the rest", None),
        ] {
            assert_eq!(listed(line).map(|it| it.target).as_deref(), target, "{line}");
        }
    }
}
