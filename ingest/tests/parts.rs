//! Several files or commands in one text, each below a headline: `tail` of several files, `minikube logs`.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use etio_ingest::Options;
use support::{facts, pack, read};

/// Reads one file and gives one relation.
fn one(text: &str, relation: &str) -> Vec<String> {
    let pack = pack();
    facts(&pack, &read(&pack, &[("logs.txt", text)], Options::default()), relation)
}

#[test]
fn a_line_has_the_time_of_a_line_of_its_own_part() {
    let text = "==> Docker <==\n\
                Feb  6 2020 16:05:07 n1 dockerd[1]: hello\n\n\
                ==> coredns [4a28eb17d5df] <==\n\
                system said before\n\
                2020-02-06T16:01:00Z hello\n\n\
                ==> kube-proxy [5b39fc28e6e0] <==\n\
                system said nothing of the time\n\n\
                ==> kubelet <==\n\
                Feb  6 2020 16:09:00 n1 kubelet[1]: hello\n";
    assert_eq!(
        one(text, "test.Said"),
        [
            "2020-02-06T16:01:00Z logs.txt:5 node=n1 what=before",
            "2020-02-06T16:09:00Z logs.txt:9 node=n1 what=nothing of the time",
        ]
    );
}

#[test]
fn a_part_is_of_whom_its_headline_names() {
    let text = "==> /var/log/containerd.log <==\n\
                2020-02-06T16:01:00Z runtime said a\n\
                ==> /var/log/pods/shop_web-0_0b64/app/0.log <==\n\
                2020-02-06T16:02:00Z stdout F system said b\n\
                ==> dmesg <==\n\
                [Feb 6 16:03] nothing\n\
                [  +0.136004] nf_conntrack: table full, dropping packet\n";
    let said = one(text, "test.Said");
    assert_eq!(
        said,
        [
            "2020-02-06T16:01:00Z logs.txt:2 node=(unnamed) what=a",
            "2020-02-06T16:02:00Z logs.txt:4 node=(unnamed) what=b",
        ]
    );
    assert_eq!(one(text, "test.Full"), ["2020-02-06T16:03:00Z logs.txt:7 node=(unnamed)"]);
}

#[test]
fn the_machine_that_minikube_runs_on_is_no_node_and_has_its_own_zone() {
    let last = "Log file created at: 2024/01/15 12:30:00\nRunning on machine: laptop\n\
                I0115 12:30:00.000000    1 start.go:1] said hello\n";
    for (part, said) in [
        ("Last Start", "2024-01-15T10:30:00Z logs.txt:4 node=n1 what=hello"),
        ("kubelet.INFO", "2024-01-15T12:30:00Z logs.txt:4 node=laptop what=hello"),
    ] {
        let text = format!(
            "==> {part} <==\n{last}\n==> kubelet <==\nJan 15 2024 10:30:00 n1 kubelet[1]: hi\n"
        );
        assert_eq!(one(&text, "test.Said"), [said], "{part}");
    }
}

#[test]
fn tables_of_a_part_are_read_where_minikube_makes_items_of_their_lines() {
    let table = "CONTAINER      IMAGE          CREATED        STATE   NAME  ATTEMPT  POD ID\n\
                 7ee0ca606c052  18d8661209155  2 minutes ago  Exited  app   162      4d502fbdf4935\n";
    let every = table.replace("CONTAINER ", "* CONTAINER ").replace("7ee", "* 7ee");
    for rows in [table.to_owned(), format!("* {table}"), every] {
        let text = format!(
            "* ==> container status <==\n{rows}\n* \n* ==> describe nodes <==\n* Name:    n1\n\
             Roles:   <none>\nTaints:  node.kubernetes.io/unreachable:NoExecute\n\n\
             * \n* ==> dmesg <==\n[Feb 6 16:03] nothing\n"
        );
        assert_eq!(one(&text, "std.runtime.CriContainer").len(), 1, "{text}");
        assert_eq!(one(&text, "std.kube.NodeTaint").len(), 1, "{text}");
    }
}
