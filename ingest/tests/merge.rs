//! Several tables about one thing come to one row.

#![expect(clippy::unwrap_used, reason = "the helpers of tests are tests")]

mod support;

use etio_ingest::{Options, Reader};
use etio_scan::Scanner;

fn facts(files: &[(&str, &str)]) -> String {
    let pack = support::pack();
    let scanner = Scanner::new(pack.clone());
    let mut reader = Reader::new(&scanner, Options::default());
    for (path, text) in files {
        reader.add(path, text.as_bytes());
    }
    let mut out = Vec::new();
    reader.finish().write_facts(&pack, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

const SPACE: &str =
    "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/vda1 100 97 3 97% /\n";
const INODES: &str =
    "Filesystem Inodes IUsed IFree IUse% Mounted on\n/dev/vda1 524288 524288 0 100% /\n";

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
    let table =
        "NAME   STATUS     ROLES    AGE   VERSION\nn1     NotReady   <none>   3d    v1.13.5\n";
    let object = r#"{"kind": "Node", "apiVersion": "v1", "metadata": {"name": "n1", "labels": {"a": "b"}},
        "status": {"conditions": [{"type": "Ready", "status": "Unknown", "reason": "NodeStatusUnknown"}]}}"#;
    let facts = facts(&[("nodes.txt", table), ("node.json", object)]);
    let ready: Vec<_> =
        facts.lines().filter(|line| line.contains("std.kube.NodeCondition")).collect();
    assert_eq!(ready.len(), 2);
    assert!(ready.iter().all(|line| line.contains("NodeStatusUnknown")), "{ready:?}");
}

const LIST: &str = r#"{"kind": "EventList", "apiVersion": "v1", "items": [{
    "metadata": {"uid": "e1"}, "reason": "Pulling", "message": "Pulling image \"nginx\"", "type": "Normal",
    "involvedObject": {"kind": "Pod", "namespace": "shop", "name": "web-0"},
    "source": {"component": "kubelet", "host": "n1"},
    "firstTimestamp": "2026-03-03T09:00:00Z", "lastTimestamp": "2026-03-03T09:00:00Z", "count": 1}]}"#;

fn described(age: &str) -> String {
    format!(
        "Name:       web-0\nNamespace:  shop\nNode:       n1/10.0.0.1\nEvents:\n  \
         Normal  Pulling  {age}  kubelet  Pulling image \"nginx\"\n"
    )
}

/// How many events there are of a list and a description, collected twenty minutes after the event.
fn told(files: &[(&str, &str)]) -> usize {
    let pack = support::pack();
    let at: jiff::Timestamp = "2026-03-03T09:20:30Z".parse().unwrap();
    let at = i64::try_from(at.as_nanosecond()).unwrap();
    let scanner = Scanner::new(pack.clone());
    let mut reader = Reader::new(&scanner, Options { at: Some(at), ..Options::default() });
    for (path, text) in files {
        reader.add(path, text.as_bytes());
    }
    support::facts(&pack, &reader.finish(), "std.kube.KubeEvent").len()
}

#[test]
fn an_event_told_by_two_documents_happened_once() {
    assert_eq!(told(&[("events.json", LIST), ("describe.txt", &described("20m"))]), 1);
    assert_eq!(told(&[("events.json", LIST), ("all.json", LIST)]), 1);
    let logged = "I0303 09:00:00.714000 7 event.go:294] \"Event occurred\" object=\"shop/web-0\" kind=\"Pod\" \
                  type=\"Normal\" reason=\"Pulling\" message=\"Pulling image \\\"nginx\\\"\"\n";
    assert_eq!(told(&[("events.json", LIST), ("n1/kubelet.log", logged)]), 1);
}

#[test]
fn the_same_message_at_another_time_is_another_event() {
    assert_eq!(told(&[("events.json", LIST), ("describe.txt", &described("9m58s"))]), 2);
}

#[test]
fn a_table_without_namespaces_takes_the_one_another_document_gives() {
    let table = "NAME    READY   STATUS    RESTARTS   AGE\nweb-0   1/1     Running   0          3d\n\
                 gone    0/1     Pending   0          1m\n";
    let with = facts(&[("events.json", LIST), ("pods.txt", table)]);
    assert!(
        with.contains("\"pod\":\"shop/web-0\"") && with.contains("\"pod\":\"shop/gone\""),
        "{with}"
    );
    let alone = facts(&[("pods.txt", table)]);
    assert!(alone.contains("\"pod\":\"default/web-0\""), "{alone}");
    let asked =
        format!("[root@m1 ~]# kubectl get pods -n kube-system\n{table}$ kubectl get pods\n{table}");
    let by_command = facts(&[("pods.txt", &asked.replacen("web-0", "proxy", 1))]);
    assert!(by_command.contains("\"pod\":\"kube-system/proxy\""), "{by_command}");
    assert!(by_command.contains("\"pod\":\"default/web-0\""), "{by_command}");
    let by_path = facts(&[("b/namespaces/kube-system/pods.txt", table)]);
    assert!(by_path.contains("\"pod\":\"kube-system/web-0\""), "{by_path}");
}

#[test]
fn a_piece_about_a_node_is_of_the_one_that_its_events_name() {
    let piece = "Taints:  node.kubernetes.io/unreachable:NoSchedule\nEvents:\n  Type  Reason  Age  From  Message\n  \
                 Warning  SystemOOM  94s  kubelet  System OOM encountered, victim process: python\n  \
                 Normal  NodeNotReady  52s  node-controller  Node n7 status is now: NodeNotReady\n";
    let told = facts(&[("describe.txt", piece)]);
    assert_eq!(told.matches("\"node\":\"n7\"").count(), 4, "{told}");
}

#[test]
fn a_pod_that_a_node_lists_without_its_namespace_has_the_one_that_a_message_gives() {
    let table = "CONTAINER      IMAGE          CREATED        STATE   NAME  ATTEMPT  POD ID         POD\n\
                 7ee0ca606c052  18d8661209155  2 minutes ago  Exited  app   7        4d502fbdf4935  web-0\n";
    for (log, pod) in [
        ("shop/web-0 waits for busybox: pull QPS exceeded", "shop/web-0"),
        ("nothing", "(unnamed)/web-0"),
    ] {
        let log = format!("2026-03-01T10:00:00Z {log}\n");
        let facts = facts(&[("crictl.txt", table), ("kubelet.log", &log)]);
        let listed = facts.lines().find(|line| line.contains("crictl.txt")).unwrap();
        assert!(listed.contains(&format!("\"pod\":\"{pod}\"")), "{listed}");
    }
}

#[test]
fn a_container_is_of_the_pod_of_its_sandbox() {
    let containers = "CONTAINER ID        IMAGE               CREATED             STATE               NAME                ATTEMPT             POD ID\n\
        9a1cd7c1c0f0c       605c77e624ddb       3 days ago          Exited              web                 7                   775fa97beafb2\n";
    let sandboxes = "POD ID              CREATED             STATE               NAME                NAMESPACE           ATTEMPT\n\
        775fa97beafb2       3 days ago          Ready               web-0               shop                0\n";
    let facts = facts(&[("crictl-pods", sandboxes), ("crictl-ps", containers)]);
    let of_container = facts.lines().find(|line| line.contains("CriContainer")).unwrap();
    assert!(of_container.contains("\"pod\":\"shop/web-0\""), "{of_container}");
}
