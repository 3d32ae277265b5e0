//! Bad input gets a clear message and the right exit code, and loses nothing else.

mod common;

use std::fs;

use common::{etio, etio_reading, ruleck};

const ORPHAN: &str = "E0214 17:00:33.187665    1547 kubelet_volumes.go:154] Orphaned pod \
    \"8d73e524-fb7c-4b25-a907-3c18b78f587d\" found, but volume paths are still present on disk : \
    There were a total of 1 errors similar to this. Turn up verbosity to see them.\n";

#[test]
fn a_path_that_is_not_there_is_an_input_error() {
    let ran = etio(&["diagnose", "/nowhere/at/all"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.ends_with("cannot read `/nowhere/at/all`: no such file or directory\n"),
        "{}",
        ran.err
    );
}

#[cfg(unix)]
#[test]
fn a_directory_that_may_not_be_read_is_an_input_error() {
    use std::os::unix::fs::PermissionsExt as _;

    let dir = tempfile::tempdir().unwrap();
    let locked = dir.path().join("locked");
    fs::create_dir(&locked).unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read_dir(&locked).is_ok() {
        return; // Nothing is locked for root.
    }
    let ran = etio(&["diagnose", locked.to_str().unwrap()]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("locked"), "{}", ran.err);
    // Where nothing else lies in a directory the note says why.
    let ran = etio(&["diagnose", dir.path().to_str().unwrap()]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.ends_with("nothing could be read\n"), "{}", ran.err);
    assert!(ran.out.contains("locked: not read"), "{}", ran.out);
    // Beside what can be read it is a note.
    fs::write(dir.path().join("kubelet.log"), ORPHAN).unwrap();
    let ran = etio(&["diagnose", dir.path().to_str().unwrap()]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("locked: not read"), "{}", ran.out);
}

#[test]
fn an_unknown_flag_is_a_usage_error() {
    assert_eq!(etio(&["diagnose", "--frobnicate", "x"]).code, 2);
}

#[test]
fn what_options_cannot_mean_is_refused() {
    for (option, value, says) in [
        ("--at", "1600-01-01T00:00:00Z", "years go from 1678 to 2261"),
        ("--at", "yesterday", "write a day like"),
        ("--since", "-6h", "write an age like"),
        ("--since", "soon", "write an age like"),
        ("--year", "0", "years go from 1678 to 2261"),
        ("--year", "2300", "years go from 1678 to 2261"),
        ("--year", "next", "write a year like"),
        ("--node", "", "a name is not empty"),
        ("--node", " ", "a name is not empty"),
    ] {
        let ran =
            etio(&["diagnose", &format!("{option}={value}"), "examples/incidents/pleg-zombie"]);
        assert_eq!((ran.code, &*ran.out), (2, ""), "{option}={value}");
        assert!(ran.err.contains(says), "{option}={value}: {}", ran.err);
    }
}

#[test]
fn since_the_beginning_leaves_nothing_out() {
    let facts =
        |more: &[&str]| etio(&[&["facts", "examples/incidents/pleg-zombie"], more].concat()).out;
    let all = facts(&[]);
    assert!(!all.is_empty());
    for since in ["0001-01-01T00:00:00Z", "1600-01-01", "5000d"] {
        assert_eq!(facts(&["--since", since]), all, "{since}");
    }
}

#[test]
fn where_nothing_can_be_read_nothing_is_found_healthy() {
    let dir = tempfile::tempdir().unwrap();
    let empty = dir.path().join("empty");
    fs::create_dir(&empty).unwrap();
    for (name, bytes, kind) in [
        ("a.log", b"".as_slice(), "empty"),
        ("b.zst", &[0x28, 0xb5, 0x2f, 0xfd, 0, 0], "unread"),
        ("c.zip", b"PK\x03\x04 and no more", "unread"),
        ("empty", b"", "unread"),
    ] {
        let path = dir.path().join(name);
        if name != "empty" {
            fs::write(&path, bytes).unwrap();
        }
        let path = path.to_str().unwrap();
        for command in ["diagnose", "facts"] {
            let ran = etio(&[command, path]);
            assert_eq!(ran.code, 2, "{command} {name}: {}", ran.err);
            assert!(
                ran.err.contains("nothing could be read") && ran.err.contains(path),
                "{}",
                ran.err
            );
        }
        let ran = etio(&["diagnose", path]);
        assert!(!ran.out.contains("nothing found"), "{}", ran.out);
        let report = etio(&["diagnose", "--format", "json", path]).out;
        let report: serde_json::Value = serde_json::from_str(&report).unwrap();
        let input = &report["inputs"][0];
        assert_eq!((input["path"].as_str(), input["kind"].as_str()), (Some(path), Some(kind)));
    }
    // An empty file beside others is none to speak of.
    fs::write(dir.path().join("kubelet.log"), "all is well\n").unwrap();
    let ran = etio(&["diagnose", dir.path().to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let known = "nothing found: these files tell nothing that Etio knows";
    assert!(ran.out.contains(known) && ran.out.contains("b.zst"), "{}", ran.out);
    assert!(!ran.out.contains("a.log"), "{}", ran.out);
}

#[test]
fn where_only_the_newest_time_dates_what_is_healthy_it_is_said() {
    let log = "2026-01-01T00:00:00Z n1 kubelet[1]: I0101 00:00:00.000000 1 a.go:1] ok\n";
    for (args, said) in
        [(&["diagnose", "-"][..], true), (&["diagnose", "--at", "2026-01-02", "-"], false)]
    {
        let ran = etio_reading(args, log);
        assert!(ran.out.contains("nothing found\n"), "{}", ran.out);
        assert_eq!(ran.out.contains("`--at`"), said, "{}", ran.out);
    }
}

#[test]
fn a_binary_file_is_named_and_the_rest_is_read() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("core.bin"), (0..=255u8).cycle().take(4096).collect::<Vec<_>>())
        .unwrap();
    fs::write(dir.path().join("kubelet.log"), ORPHAN).unwrap();
    let ran = etio(&["diagnose", dir.path().to_str().unwrap()]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("core.bin"), "{}", ran.out);
    assert!(ran.out.contains("orphaned-pod-volumes"), "{}", ran.out);
    let page = etio(&["diagnose", "--format", "html", dir.path().to_str().unwrap()]).out;
    assert!(page.contains("core.bin: it is not text</small>"), "{page}");
}

#[test]
fn truncated_json_is_read_as_far_as_it_is_whole() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("pods.json");
    fs::write(
        &path,
        "{\"kind\": \"List\", \"items\": [{\"kind\": \"Pod\", \"metadata\": {\"name\": \"a\"",
    )
    .unwrap();
    fs::write(dir.path().join("kubelet.log"), ORPHAN).unwrap();
    let ran = etio(&["diagnose", dir.path().to_str().unwrap()]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.out.contains("pods.json"), "{}", ran.out);
    assert!(ran.out.contains("orphaned-pod-volumes"), "{}", ran.out);
}

#[test]
fn standard_input_is_a_file_called_dash() {
    let ran = etio_reading(&["diagnose", "--format", "json", "-"], ORPHAN);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.out.contains("orphaned-pod-volumes"), "{}", ran.out);
}

#[test]
fn a_rule_file_with_ten_errors_gives_ten_messages() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("broken.etio");
    let items: String = (0..10)
        .map(|n| format!("finding broken_{n}(node) {{\n  severity loud\n  when {{ Node {{ node }} }}\n  title \"x\"\n}}\n"))
        .collect();
    fs::write(&path, format!("use std.kube.{{Node}}\n{items}")).unwrap();
    let path = path.to_str().unwrap();
    let ran = ruleck(&["check", path]);
    assert_eq!(ran.code, 1);
    let errors = (ran.out + &ran.err).matches("error[E").count();
    assert_eq!(errors, 10);
    let ran = etio(&["diagnose", "--rules", path, path]);
    assert_eq!(ran.code, 2);
    assert_eq!(ran.err.matches("error[E").count(), 10, "{}", ran.err);
}

#[cfg(unix)]
#[test]
fn no_pipe_in_a_directory_is_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("a.etio"), "use std.node.Process\n").unwrap();
    let pipe = dir.path().join("b.etio");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    if !made.is_ok_and(|status| status.success()) {
        return; // There is no such command here.
    }
    let ran = ruleck(&["check", dir.path().to_str().unwrap()]);
    assert!(ran.out.starts_with("1 file,"), "{}{}", ran.out, ran.err);
}

#[test]
fn rule_files_that_are_no_text_in_utf_8() {
    let dir = tempfile::tempdir().unwrap();
    for (bytes, says) in [
        (b"\xff\xfeu\0s\0e\0".as_slice(), "it is UTF-16; save it as UTF-8"),
        (b"use \xfa", "it is no text in UTF-8; save it as UTF-8"),
    ] {
        let path = dir.path().join("a.etio");
        fs::write(&path, bytes).unwrap();
        let ran = ruleck(&["check", path.to_str().unwrap()]);
        assert_eq!(ran.code, 2);
        assert!(ran.err.contains(says), "{}", ran.err);
    }
}
