//! Several tables about one thing come to one row.

mod support;

use etio_ingest::{Options, Reader};

fn facts(files: &[(&str, &str)]) -> String {
    let pack = support::pack();
    let mut reader = Reader::new(&pack, Options::default());
    for (path, text) in files {
        reader.add(path, text.as_bytes());
    }
    let mut out = Vec::new();
    reader.finish().write_facts(&pack, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

const SPACE: &str = "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/vda1 100 97 3 97% /\n";
const INODES: &str = "Filesystem Inodes IUsed IFree IUse% Mounted on\n/dev/vda1 524288 524288 0 100% /\n";

#[test]
fn space_and_inodes_of_one_file_system() {
    let facts = facts(&[("n1/df.txt", SPACE), ("n1/df-i.txt", INODES)]);
    for line in facts.lines() {
        assert!(line.contains("\"used\":97.0") && line.contains("\"inodes_used\":100.0"), "{line}");
    }
    assert_eq!(facts.lines().count(), 2);
}

#[test]
fn the_files_of_a_process() {
    let id = "9a1cd7c1c0f0c4fdc81ee3f0e4b9b2a7d5d1a6e9b8f7c6d5e4f3a2b1c0d9e8f7";
    let cgroup = format!("1:cpu:/kubepods/pod1/{id}\n");
    let facts = facts(&[
        ("proc/7/cgroup", &cgroup),
        ("proc/7/stat", "7 (sh) Z 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 1\n"),
        ("proc/7/wchan", "do_exit"),
    ]);
    for line in facts.lines() {
        for part in ["\"state\":\"Z\"", "\"container\":\"9a1cd7c1c0f0\"", "\"wchan\":\"do_exit\""] {
            assert!(line.contains(part), "{line}");
        }
    }
    assert_eq!(facts.lines().count(), 3);
}

#[test]
fn of_two_that_contradict_each_other_the_fuller_stands() {
    let table = "NAME   STATUS     ROLES    AGE   VERSION\nn1     NotReady   <none>   3d    v1.13.5\n";
    let object = r#"{"kind": "Node", "apiVersion": "v1", "metadata": {"name": "n1", "labels": {"a": "b"}},
        "status": {"conditions": [{"type": "Ready", "status": "Unknown", "reason": "NodeStatusUnknown"}]}}"#;
    let facts = facts(&[("nodes.txt", table), ("node.json", object)]);
    let ready: Vec<_> = facts.lines().filter(|line| line.contains("std.kube.NodeCondition")).collect();
    assert_eq!(ready.len(), 2);
    assert!(ready.iter().all(|line| line.contains("NodeStatusUnknown")), "{ready:?}");
}
