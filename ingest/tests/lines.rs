//! Whole lines and files, for rules that read them as they were written.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use etio_ingest::Options;
use support::{facts, pack, pack_of_lines, read};

/// What files give of one relation.
fn found(files: &[(&str, &str)], relation: &str) -> Vec<String> {
    let pack = pack_of_lines();
    facts(&pack, &read(&pack, files, Options::default()), relation)
}

#[test]
fn a_line_is_read_with_its_header() {
    let text = "2026-03-01T10:00:00Z E out of memory\n2026-03-01T10:00:01Z I out of office\n";
    assert_eq!(
        found(&[("app.log", text)], "test.OutOf"),
        ["2026-03-01T10:00:00Z app.log:1 node=(unnamed) what=memory"]
    );
}

#[test]
fn what_the_container_runtime_puts_around_a_line_is_no_part_of_it() {
    let cri = "2026-03-01T10:00:00Z stdout P E out of me\n2026-03-01T10:00:00Z stdout F mory\n";
    let docker = r#"{"log":"E out of \"disk\"\n","stream":"stdout","time":"2026-03-01T10:00:01Z"}"#;
    assert_eq!(
        found(&[("pods/a_b_c/app/0.log", cri), ("pods/a_b_c/app/1.log", docker)], "test.OutOf"),
        [
            "2026-03-01T10:00:00Z pods/a_b_c/app/0.log:1 node=(unnamed) what=memory",
            "2026-03-01T10:00:01Z pods/a_b_c/app/1.log:1 node=(unnamed) what=\"disk\"",
        ]
    );
}

#[test]
fn the_lines_of_a_record_are_read_one_by_one_and_then_as_one() {
    let alone = "2026-03-01T10:00:00Z failed\nE out of memory\n";
    assert_eq!(
        found(&[("app.log", alone)], "test.OutOf"),
        ["2026-03-01T10:00:00Z app.log:2 node=(unnamed) what=memory"]
    );
    let cut = "2026-03-01T10:00:00Z E\n  out of memory\n";
    assert_eq!(
        found(&[("app.log", cut)], "test.OutOf"),
        ["2026-03-01T10:00:00Z app.log:1 node=(unnamed) what=memory"]
    );
}

#[test]
fn a_blank_line_ends_a_record_but_not_a_go_programs_crash() {
    let ends = "2026/03/01 10:00:00 E\n\nout of memory\n";
    assert!(found(&[("app.log", ends)], "test.OutOf").is_empty());
    let crash = "2026/03/01 10:00:00 panic: E\n\ngoroutine 7 [running]:\nE out of memory\n";
    assert_eq!(
        found(&[("app.log", crash)], "test.OutOf"),
        ["2026-03-01T10:00:00Z app.log:4 node=(unnamed) what=memory"]
    );
}

#[test]
fn a_config_maps_files_are_given_where_they_are_read() {
    let text = r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"namespace":"web","name":"nginx"},"data":{"a.conf":"ssl_ciphers RC4;","b.conf":"user x;"}}"#;
    let files = [("maps.json", text)];
    let named: Vec<String> = found(&files, "std.kube.ConfigFile")
        .into_iter()
        .map(|row| row.split_once("maps.json:1 ").unwrap().1.to_owned())
        .collect();
    assert_eq!(
        named,
        [
            "object=web/nginx file=a.conf text=ssl_ciphers RC4;",
            "object=web/nginx file=b.conf text=user x;",
        ]
    );
    let unread = pack();
    assert!(
        facts(&unread, &read(&unread, &files, Options::default()), "std.kube.ConfigFile")
            .is_empty()
    );
}

#[test]
fn what_a_page_says_that_one_may_see_was_not_seen() {
    let page =
        "If you see this, the node is too small:\n\n```\nE out of memory\n```\n\nE out of disk\n";
    assert_eq!(
        found(&[("page.txt", page)], "test.OutOf"),
        ["2000-01-01T00:00:00Z page.txt:7 node=(unnamed) what=disk"]
    );
}
