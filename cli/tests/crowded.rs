//! What takes hundreds of rows to show, and so has no test in its rule file.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::fmt::Write as _;
use std::fs;

use common::{diagnose, of_mode};

const PLEG: &str = "I0312 09:14:02.000000    1547 kubelet.go:1823] skipping pod synchronization - \
    [PLEG is not healthy: pleg was last seen active 3m5.1s ago; threshold is 3m0s]\n";

/// The findings of a node that lists so many containers while its PLEG is not healthy.
fn on_a_node_with(containers: usize) -> usize {
    let dir = tempfile::tempdir().unwrap();
    let mut table =
        String::from("CONTAINER ID   IMAGE   COMMAND   CREATED   STATUS   PORTS   NAMES\n");
    for at in 0..containers {
        writeln!(table, "{at:012x}   app:1   \"/app\"    2 days ago   Exited (1) 2 days ago             job_{at}").unwrap();
    }
    fs::write(dir.path().join("docker-ps.txt"), table).unwrap();
    fs::write(dir.path().join("kubelet.log"), PLEG).unwrap();
    of_mode(&diagnose(&[dir.path()]), "pleg-too-many-containers").len()
}

#[test]
fn six_hundred_containers_are_too_many_for_the_pleg() {
    assert_eq!(on_a_node_with(600), 1);
}

#[test]
fn fifty_are_not() {
    assert_eq!(on_a_node_with(50), 0);
}
