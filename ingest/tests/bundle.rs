//! Files of a bundle settle each other: nodes, times, coverage.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use etio_ingest::{Options, Reader, Since};
use etio_plan::Input;
use etio_scan::Scanner;
use support::{coverage, facts, pack, read, time};

const KUBELET: &str = "2024-05-01T10:00:00+00:00 n1 kubelet[1]: said start\n\
                       2024-05-01T10:05:00+00:00 n1 kubelet[1]: said stop\n";

const NODES: &str = r#"{"kind":"NodeList","apiVersion":"v1","items":[
  {"metadata":{"name":"n1.example.org"},"status":{"addresses":[
    {"type":"InternalIP","address":"10.0.0.1"},{"type":"Hostname","address":"n1"}]}}]}"#;

const PODS: &str = r#"{"kind":"PodList","apiVersion":"v1","items":[
  {"metadata":{"name":"web","namespace":"a"},"spec":{"nodeName":"n1.example.org"},"status":{"phase":"Running"}},
  {"metadata":{"name":"dns","namespace":"b"},"spec":{},"status":{"phase":"Pending"}}]}"#;

fn instant(text: &str) -> i64 {
    i64::try_from(text.parse::<jiff::Timestamp>().unwrap().as_nanosecond()).unwrap()
}

#[test]
fn the_last_stamp_is_when_a_bundle_was_collected() {
    let pack = pack();
    let at = instant("2025-01-01T00:00:00Z");
    for (files, options, expected) in [
        (vec![("k.log", KUBELET)], Options::default(), "2024-05-01T10:05:00Z"),
        (
            vec![("k.log", KUBELET)],
            Options { at: Some(at), ..Options::default() },
            "2025-01-01T00:00:00Z",
        ),
        (vec![("df.txt", "nothing")], Options::default(), "2000-01-01T00:00:00Z"),
        (
            vec![("df.txt", "nothing")],
            Options { today: Some(at), ..Options::default() },
            "2025-01-01T00:00:00Z",
        ),
    ] {
        let bundle = read(&pack, &files, options);
        assert_eq!(time(bundle.collected_at), expected, "{files:?}");
    }
}

#[test]
fn a_described_pod_was_looked_at_as_long_after_its_start_as_its_oldest_event_is_old() {
    let described = |events: &str| {
        format!(
            "Name:        web-0\nNamespace:   shop\nNode:        n1/10.0.0.1\n\
             Start Time:  Fri, 24 Jan 2020 10:59:50 +0000\nStatus:      Pending\nEvents:\n{events}"
        )
    };
    let pack = pack();
    for (events, expected) in [
        (
            "  Normal  Scheduled  20m  default-scheduler  Successfully assigned shop/web-0 to n1\n",
            "2020-01-24T11:19:50Z",
        ),
        (
            "  Normal  Scheduled  <unknown>  default-scheduler  Successfully assigned shop/web-0 to n1\n  \
             Warning  BackOff  5s (x9 over 3m)  kubelet, n1  Back-off restarting failed container\n",
            "2020-01-24T11:02:50Z",
        ),
        // Before it was placed it had no start.
        (
            "  Warning  FailedScheduling  20m  default-scheduler  0/1 nodes are available\n",
            "2020-01-24T10:59:50Z",
        ),
    ] {
        let bundle = read(&pack, &[("pod.txt", &described(events))], Options::default());
        assert_eq!(time(bundle.collected_at), expected, "{events}");
    }
}

#[test]
fn what_is_being_deleted_alone_does_not_say_when_it_was_looked_at() {
    let pack = pack();
    let going = r#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"web","namespace":"a",
        "creationTimestamp":"2024-05-01T10:00:00Z","deletionTimestamp":"2024-05-01T11:00:00Z"}}"#;
    let new = r#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"new","namespace":"a",
        "creationTimestamp":"2024-05-01T11:00:10Z"}}"#;
    let today = instant("2025-01-01T00:00:00Z");
    for (files, expected) in [
        (vec![("pod.json", going)], "2025-01-01T00:00:00Z"),
        (vec![("pod.json", going), ("new.json", new)], "2024-05-01T11:00:10Z"),
    ] {
        let bundle = read(&pack, &files, Options { today: Some(today), ..Options::default() });
        assert_eq!(time(bundle.collected_at), expected, "{files:?}");
    }
    // In its grace period, who looks at it now sees that.
    let now = Some(instant("2024-05-01T10:59:40Z"));
    let options = Options { today: Some(today), now, ..Options::default() };
    let bundle = read(&pack, &[("pod.json", going)], options);
    assert_eq!(time(bundle.collected_at), "2024-05-01T10:59:40Z");
}

#[test]
fn names_of_a_node_are_one() {
    let pack = pack();
    let bundle = read(&pack, &[("k.log", KUBELET), ("nodes.json", NODES)], Options::default());
    let said = facts(&pack, &bundle, "test.Said");
    assert!(said.iter().all(|fact| fact.contains("node=n1.example.org ")), "{said:?}");
    assert!(!bundle.ambiguous_node);
}

#[test]
fn the_name_of_the_object_stands_for_the_node() {
    let pack = pack();
    // Some components name their host as it calls itself.
    let events = r#"{"kind":"EventList","apiVersion":"v1","items":[
      {"involvedObject":{"kind":"Pod","namespace":"a","name":"web"},"reason":"x","message":"m",
       "source":{"component":"kubelet","host":"n1"},"lastTimestamp":"2024-05-01T10:00:00Z"}]}"#;
    let bare = NODES.replace(r#","status""#, r#","unused""#);
    for nodes in [("nodes.json", bare.as_str()), ("pods.json", PODS)] {
        let files = [("k.log", KUBELET), ("events.json", events), nodes];
        let bundle = read(&pack, &files, Options::default());
        for relation in ["test.Said", "std.kube.KubeEvent"] {
            let found = facts(&pack, &bundle, relation);
            assert!(!found.is_empty());
            assert!(found.iter().all(|f| f.contains("node=n1.example.org ")), "{found:?}");
        }
    }
}

#[test]
fn a_node_left_out_is_the_files_or_the_only_one() {
    let pack = pack();
    let klog = "I0501 10:00:00.000000    1 kubelet.go:1] said hello\n";
    let other = "2024-05-01T10:00:00+00:00 n2 kubelet[1]: said other\n";
    for (files, node, expected, ambiguous) in [
        (vec![("kubelet.log", klog)], None, "(unnamed)", false),
        (vec![("kubelet.log", klog)], Some("n9"), "n9", false),
        (vec![("kubelet.log", klog), ("nodes.json", NODES)], None, "n1.example.org", false),
        (vec![("kubelet.log", klog), ("a", KUBELET), ("b", other)], None, "(unnamed)", true),
        // The path names it.
        (vec![("logs/n2/kubelet.log", klog), ("a", KUBELET), ("b", other)], None, "n2", false),
        (vec![("n2.log", klog), ("a", KUBELET), ("b", other)], None, "n2", false),
        (vec![("kubelet-n2.log", klog), ("a", KUBELET), ("b", other)], None, "n2", false),
        (vec![("sos-n2-1128/kubelet", klog), ("a", KUBELET), ("b", other)], None, "n2", false),
        (vec![("kubelet-n22.log", klog), ("a", KUBELET), ("b", other)], None, "(unnamed)", true),
        (vec![("n1-to-n2.log", klog), ("a", KUBELET), ("b", other)], None, "(unnamed)", true),
    ] {
        let options = Options { node: node.map(str::to_owned), ..Options::default() };
        let bundle = read(&pack, &files, options);
        let said = facts(&pack, &bundle, "test.Said");
        let hello = said.iter().find(|fact| fact.contains("hello")).unwrap();
        assert!(hello.contains(&format!("node={expected} ")), "{hello} {files:?}");
        assert_eq!(bundle.ambiguous_node, ambiguous, "{files:?}");
        assert_eq!(bundle.notes.iter().any(|note| note.text.contains("--node")), ambiguous);
    }
}

#[test]
fn a_containers_log_is_on_its_pods_node() {
    let pack = pack();
    let other = "2024-05-01T10:00:00+00:00 n2 kubelet[1]: said other\n";
    let log = "2024-05-01T10:00:00Z system said hello\n";
    let files =
        [("pods.json", PODS), ("j", other), ("namespaces/a/pods/web/c/c/logs/current.log", log)];
    let bundle = read(&pack, &files, Options::default());
    let said = facts(&pack, &bundle, "test.Said");
    assert!(said.iter().any(|fact| fact.ends_with("node=n1.example.org what=hello")), "{said:?}");
}

#[test]
fn a_log_covers_its_first_line_to_its_last() {
    let pack = pack();
    let second =
        "2024-05-01T10:05:00+00:00 n1 kubelet[1]: x\n2024-05-01T10:09:00+00:00 n1 kubelet[1]: y\n";
    let files = [("k.log.1", KUBELET), ("k.log", second)];
    assert_eq!(
        coverage(&pack, &read(&pack, &files, Options::default())),
        ["KubeletLog node=n1 2024-05-01T10:00:00Z..2024-05-01T10:09:00Z"]
    );
}

#[test]
fn a_journal_covers_each_of_its_programs_all_the_way() {
    let pack = pack();
    let journal = "2024-05-01T10:00:00+00:00 n1 systemd[1]: a\n\
                   2024-05-01T10:01:00+00:00 n1 kubelet[1]: b\n\
                   2024-05-01T10:02:00+00:00 n1 kernel: c\n\
                   2024-05-01T10:03:00+00:00 n1 systemd[1]: d\n";
    let span = "2024-05-01T10:00:00Z..2024-05-01T10:03:00Z";
    assert_eq!(
        coverage(&pack, &read(&pack, &[("journal.log", journal)], Options::default())),
        [
            format!("KubeletLog node=n1 {span}"),
            format!("KernelLog node=n1 {span}"),
            // Only what it shows of other programs: there may be a filter.
            format!("SystemLog node=n1,program=systemd {span}"),
        ]
    );
}

#[test]
fn pasted_lines_cover_nothing() {
    let pack = pack();
    let bundle = read(&pack, &[("notes.txt", "said hello\n")], Options::default());
    assert_eq!(coverage(&pack, &bundle), [""; 0]);
}

#[test]
fn what_was_seen_first_is_assumed_from_the_start() {
    let pack = pack();
    let df = "Filesystem 1K-blocks Used Available Use% Mounted on\n/dev/sda1 100 50 50 50% /\n";
    let bundle = read(&pack, &[("k.log", KUBELET), ("df.txt", df)], Options::default());
    let relation = pack.relation("std.node.Filesystem").unwrap();
    let row = bundle.facts().find(|fact| fact.relation == relation).unwrap();
    assert_eq!(time(row.time), "2024-05-01T10:05:00Z");
    assert_eq!(row.assumed_from.map(time).as_deref(), Some("2024-05-01T10:00:00Z"));
}

#[test]
fn lists_are_snapshots() {
    let pack = pack();
    let bundle = read(&pack, &[("pods.json", PODS)], Options::default());
    let relation = pack.relation("std.kube.Pod").unwrap();
    let snapshot = bundle.feed.iter().find_map(|input| match input {
        Input::Snapshot { relation: of, rows, .. } if *of == relation => Some(rows.len()),
        _ => None,
    });
    assert_eq!(snapshot, Some(2));
    assert!(
        bundle.feed.iter().any(|input| {
            matches!(input, Input::Covered { relation: of, .. } if *of == relation)
        })
    );
}

#[test]
fn a_later_list_replaces_an_earlier_one() {
    let pack = pack();
    let later = PODS.replace(r#""dns""#, r#""new""#);
    let files = [
        ("a/pods.json", PODS),
        ("a/date", "Wed May  1 10:00:00 UTC 2024\n"),
        ("b/pods.json", &later),
        ("b/date", "Wed May  1 11:00:00 UTC 2024\n"),
    ];
    let bundle = read(&pack, &files, Options::default());
    let relation = pack.relation("std.kube.Pod").unwrap();
    let gone: Vec<_> = bundle
        .feed
        .iter()
        .filter_map(|input| match input {
            Input::Remove(fact) if fact.relation == relation => {
                Some((time(fact.time), fact.values[0].as_text().unwrap()))
            }
            _ => None,
        })
        .collect();
    assert_eq!(gone, [("2024-05-01T11:00:00Z".to_owned(), "b/dns")]);
    // What was seen first is assumed, what came later is not.
    let assumed = |of: &str| {
        let mut rows = bundle.facts().filter(|fact| fact.relation == relation);
        rows.find(|row| row.values[0].as_text() == Some(of)).unwrap().assumed_from
    };
    assert_eq!((assumed("b/dns"), assumed("b/new")), (None, None));
}

#[test]
fn since_leaves_older_events_out() {
    let pack = pack();
    for since in [Since::At(instant("2024-05-01T10:04:00Z")), Since::Ago(60_000_000_000)] {
        let options = Options { since: Some(since), ..Options::default() };
        let said = facts(&pack, &read(&pack, &[("k.log", KUBELET)], options), "test.Said");
        assert_eq!(said, ["2024-05-01T10:05:00Z k.log:2 node=n1 what=stop"]);
    }
}

#[test]
fn the_order_of_files_does_not_matter() {
    let pack = pack();
    let files = [("k.log", KUBELET), ("nodes.json", NODES), ("pods.json", PODS), ("x", "said x")];
    let forward = read(&pack, &files, Options::default());
    let mut reversed = files;
    reversed.reverse();
    assert_eq!(forward, read(&pack, &reversed, Options::default()));
}

#[test]
fn a_log_in_two_files_has_the_same_facts() {
    let pack = pack();
    let more = "2024-05-01T10:06:00+00:00 n1 kubelet[1]: said more\n";
    let whole = read(&pack, &[("k.log", &(KUBELET.to_owned() + more))], Options::default());
    let split = read(&pack, &[("k.log.1", KUBELET), ("k.log", more)], Options::default());
    let without_place = |bundle: &_| -> Vec<String> {
        let facts = facts(&pack, bundle, "test.Said");
        let place = |fact: &String| fact.split(' ').nth(1).unwrap_or_default().to_owned();
        facts.iter().map(|fact| fact.replace(&place(fact), "")).collect()
    };
    assert_eq!(without_place(&whole), without_place(&split));
    assert_eq!(coverage(&pack, &whole), coverage(&pack, &split));
}

#[test]
fn what_cannot_be_read_is_a_note() {
    let pack = pack();
    let scanner = Scanner::new(pack.clone());
    let mut reader = Reader::new(&scanner, Options::default());
    reader.add("a.bin", [0x7f, b'E', b'L', b'F', 2, 1, 1, 0, 3, 4, 5, 6].as_slice());
    reader.add("k.log", KUBELET.as_bytes());
    let bundle = reader.finish();
    let notes: Vec<_> = bundle.notes.iter().map(|note| (&*note.path, &*note.text)).collect();
    assert_eq!(notes, [("a.bin", "it is not text")]);
    let reports: Vec<_> =
        bundle.inputs.iter().map(|i| (&*i.path, &*i.kind, i.lines, i.facts)).collect();
    assert_eq!(reports, [("a.bin", "unread", 0, 0), ("k.log", "kubelet log", 2, 2)]);
}

#[test]
fn facts_are_written_as_json_lines() {
    let pack = pack();
    let bundle = read(&pack, &[("k.log", KUBELET)], Options::default());
    let mut out = Vec::new();
    bundle.write_facts(&pack, &mut out).unwrap();
    let first = String::from_utf8(out).unwrap().lines().next().unwrap().to_owned();
    assert_eq!(
        first,
        r#"{"relation":"test.Said","time":"2024-05-01T10:00:00Z","fields":{"node":"n1","what":"start"},"path":"k.log","line":1}"#
    );
}

#[test]
fn files_about_the_node_speak_for_their_directory() {
    let pack = pack();
    let dmesg = "[   10.000000] nf_conntrack: table full, dropping packet\n[   20.000000] later\n";
    let uptime = " 10:00:00 up 1 day,  0:00,  1 user,  load average: 0.00\n";
    let other = "2024-05-01T10:00:00+00:00 n2 kubelet[1]: said other\n";
    let files = [
        ("a/hostname", "n7\n"),
        ("a/date", "Wed May  1 12:00:00 UTC 2024\n"),
        ("a/uptime", uptime),
        ("a/logs/dmesg", dmesg),
        ("b/j", other),
    ];
    let bundle = read(&pack, &files, Options::default());
    let full = facts(&pack, &bundle, "test.Full");
    assert_eq!(full, ["2024-04-30T12:00:10Z a/logs/dmesg:1 node=n7"]);
    assert_eq!(time(bundle.collected_at), "2024-05-01T12:00:00Z");
    // Without them the last line was written when the log was collected.
    let alone = read(&pack, &[("dmesg", dmesg), ("j", other)], Options::default());
    let full = facts(&pack, &alone, "test.Full");
    assert!(full[0].starts_with("2024-05-01T09:59:50Z"), "{full:?}");
}

#[test]
fn a_date_that_was_asked_for_is_when_the_file_was_made() {
    let pack = pack();
    let ps = "  PID  PPID STAT COMMAND\n   18     7 Z    [sh] <defunct>\n";
    let at = |clock: &str| format!("Tue Mar  9 {clock} UTC 2021\n{ps}");
    let files = [("n1/ps1.txt", at("03:20:00")), ("n1/ps2.txt", at("03:38:00"))];
    let files = files.each_ref().map(|(path, text)| (*path, text.as_str()));
    let bundle = read(&pack, &files, Options::default());
    let found = facts(&pack, &bundle, "std.node.Process");
    let times: Vec<&str> = found.iter().filter_map(|row| row.split(' ').next()).collect();
    assert_eq!(times, ["2021-03-09T03:20:00Z", "2021-03-09T03:38:00Z"], "{found:?}");
    assert_eq!(time(bundle.collected_at), "2021-03-09T03:38:00Z");
}

#[test]
fn timedatectl_says_when_the_files_beside_it_were_made() {
    let pack = pack();
    let clock = "               Local time: Wed 2024-05-01 12:20:00 CEST\n           \
                 Universal time: Wed 2024-05-01 10:20:00 UTC\n";
    let bundle = read(&pack, &[("k.log", KUBELET), ("timedatectl", clock)], Options::default());
    assert_eq!(time(bundle.collected_at), "2024-05-01T10:20:00Z");
}

#[test]
fn a_leap_day_says_which_year_the_days_around_it_are_of() {
    let pack = pack();
    let log = "E0229 23:59:00.000000    1 a.go:1] said start\nE0301 00:01:00.000000    1 a.go:1] said stop\n";
    let today = Some(instant("2026-11-27T00:00:00Z"));
    let bundle = read(&pack, &[("kubelet.log", log)], Options { today, ..Options::default() });
    assert_eq!(time(bundle.start), "2024-02-29T23:59:00Z");
    assert_eq!(time(bundle.collected_at), "2024-03-01T00:01:00Z");
}
