//! What `etio watch` tells of inputs that go on. Each test waits for what is told, never for a time.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod common;

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};

use common::{etio, etio_reading, root};
use serde_json::Value;

const RULES: &str = "
use std.node.KubeletLog

/// The kubelet is loud.
event Loud { node: node, how: text }
extract Loud from KubeletLog.message { node } {
  `it is loud: {how}`
  sample \"it is loud: very\" { how: \"very\" }
}
/// The kubelet is loud.
finding loud(node) {
  severity warning
  keep 1m
  when { Loud { node, how } }
  title \"loud on {node}\"
  because \"it was {how}\"
}
";

/// A line of a kubelet's log that is loud at this minute.
fn line(minute: u8, how: &str) -> String {
    format!("2026-03-03T09:{minute:02}:00Z n1 kubelet[7]: it is loud: {how}\n")
}

/// A directory of this test's own, with the rules in it and a directory to watch.
fn room(name: &str) -> (PathBuf, PathBuf) {
    let room = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("watch").join(name);
    let _ = fs::remove_dir_all(&room);
    fs::create_dir_all(room.join("logs")).unwrap();
    fs::write(room.join("loud.etio"), RULES).unwrap();
    (room.join("loud.etio"), room.join("logs"))
}

/// A watch that runs.
struct Watch {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    stderr: BufReader<ChildStderr>,
}

impl Watch {
    fn of(rules: &std::path::Path, path: &str, more: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_etio"))
            .args(["watch", path, "--no-stdlib", "--every", "50ms", "--rules"])
            .arg(rules)
            .args(more)
            .current_dir(root())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let stderr = BufReader::new(child.stderr.take().unwrap());
        Self { child, stdin, stdout, stderr }
    }

    fn write(&mut self, text: &str) {
        self.stdin.as_mut().unwrap().write_all(text.as_bytes()).unwrap();
    }

    /// The next change that is told: which, and why the finding is.
    fn change(&mut self) -> (String, String) {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        let told: Value = serde_json::from_str(&line).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&told["change"]), text(&told["finding"]["because"]))
    }

    /// What is told up to a line that begins so.
    fn until(&mut self, start: &str) -> String {
        let mut all = String::new();
        loop {
            let mut line = String::new();
            assert!(self.stdout.read_line(&mut line).unwrap() > 0, "no `{start}` in {all}");
            all.push_str(&line);
            if line.trim_start().starts_with(start) {
                return all;
            }
        }
    }

    /// Ends the standard input, and so the watch, and gives the exit code.
    fn end(mut self) -> i32 {
        drop(self.stdin.take());
        self.child.wait().unwrap().code().unwrap()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

fn pair(change: &str, because: &str) -> (String, String) {
    (change.to_owned(), because.to_owned())
}

#[test]
fn a_standard_input_that_goes_on() {
    let (rules, _) = room("stdin");
    let mut watch = Watch::of(&rules, "-", &["--format", "ndjson"]);
    watch.write(&line(1, "first"));
    assert_eq!(watch.change(), pair("opened", "it was first"));
    // Another line later, when the first has had its time.
    watch.write("2026-03-03T09:30:00Z n1 kubelet[7]: nothing\n");
    assert_eq!(watch.change(), pair("closed", "it was first"));
    // The last line has no end.
    watch.write(line(31, "again").trim_end());
    drop(watch.stdin.take());
    assert_eq!(watch.change(), pair("opened", "it was again"));
    assert_eq!(watch.end(), 1);
}

#[test]
fn the_end_of_a_standard_input_is_not_waited_for() {
    let (rules, _) = room("ended");
    let rules = rules.to_str().unwrap();
    let args = ["watch", "-", "--no-stdlib", "--every", "1h", "--rules", rules];
    let ran = etio_reading(&args, &line(1, "first"));
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.out.contains("it was first"), "{}", ran.out);
}

#[test]
fn files_that_come_grow_and_go() {
    let (rules, logs) = room("files");
    let mut watch = Watch::of(&rules, logs.to_str().unwrap(), &["--format", "ndjson"]);
    fs::write(logs.join("kubelet.log"), line(1, "here")).unwrap();
    assert_eq!(watch.change(), pair("opened", "it was here"));
    let later = line(1, "here") + "2026-03-03T09:30:00Z n1 kubelet[7]: nothing\n";
    fs::write(logs.join("kubelet.log"), later).unwrap();
    assert_eq!(watch.change(), pair("closed", "it was here"));
    fs::write(logs.join("more.log"), line(30, "there")).unwrap();
    assert_eq!(watch.change(), pair("opened", "it was there"));
    fs::remove_file(logs.join("more.log")).unwrap();
    assert_eq!(watch.change(), pair("closed", "it was there"));
}

#[test]
fn a_line_without_an_end_is_one_once_nothing_more_comes() {
    let (rules, logs) = room("half");
    let log = logs.join("kubelet.log");
    fs::write(&log, "2026-03-03T09:00:00Z n1 kubelet[7]: nothing\n").unwrap();
    let mut watch = Watch::of(&rules, log.to_str().unwrap(), &["--format", "ndjson"]);
    let append = |text: &str| {
        let mut file = fs::OpenOptions::new().append(true).open(&log).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    };
    append(line(1, "ha").trim_end());
    assert_eq!(watch.change(), pair("opened", "it was ha"));
    append("lf\n2026-03-03T09:30:00Z n1 kubelet[7]: nothing\n");
    assert_eq!(watch.change(), pair("closed", "it was half"));
}

#[test]
fn what_a_file_said_stands_while_it_is_away() {
    let (rules, logs) = room("away");
    let log = logs.join("kubelet.log");
    fs::write(&log, line(1, "here")).unwrap();
    let mut watch = Watch::of(&rules, log.to_str().unwrap(), &["--format", "ndjson"]);
    assert_eq!(watch.change(), pair("opened", "it was here"));
    fs::remove_file(&log).unwrap();
    let mut note = String::new();
    watch.stderr.read_line(&mut note).unwrap();
    assert!(note.starts_with("note: cannot read `") && note.contains("kubelet.log"), "{note}");
    fs::write(&log, "2026-03-03T09:30:00Z n1 kubelet[7]: nothing\n").unwrap();
    assert_eq!(watch.change(), pair("closed", "it was here"));
}

#[test]
fn people_see_a_report_and_then_what_is_new() {
    let (rules, _) = room("people");
    let mut watch = Watch::of(&rules, "-", &[]);
    watch.write(&line(1, "first"));
    let report = watch.until("1 root cause");
    assert!(report.starts_with("1 file, 1 line, 1 fact; as of 2026-03-03T09:01:00Z\n"), "{report}");
    watch.write("2026-03-03T09:30:00Z n1 kubelet[7]: nothing\n");
    let over = watch.until("✓ over");
    assert_eq!(over, "\n── 2026-03-03T09:30:00Z\n\n✓ over  loud  node n1  after 1m\n");
    watch.write(&line(31, "again"));
    let new = watch.until("because");
    let expected = "\n── 2026-03-03T09:31:00Z\n\n▲ warning  loud  node n1  confirmed\n  loud on n1\n  because  it was again\n";
    assert_eq!(new, expected);
    assert_eq!(watch.end(), 1);
}

#[test]
fn it_ends_when_it_was_told_to() {
    let (rules, logs) = room("for");
    fs::write(logs.join("kubelet.log"), "2026-03-03T09:30:00Z n1 kubelet[7]: nothing\n").unwrap();
    let (rules, logs) = (rules.to_str().unwrap(), logs.to_str().unwrap());
    let ran = etio(&["watch", logs, "--no-stdlib", "--rules", rules, "--for", "10ms"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("nothing found"), "{}", ran.out);
}

#[test]
fn it_goes_with_the_clock() {
    let ran = etio(&["watch", "examples", "--at", "2026-01-01"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("unexpected argument '--at'"), "{}", ran.err);
}

#[cfg(unix)]
#[test]
fn what_a_link_leads_to_is_watched_as_it_is_read() {
    let (rules, logs) = room("linked");
    let elsewhere = logs.parent().unwrap().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    fs::write(elsewhere.join("kubelet.log"), "2026-03-03T09:00:00Z n1 kubelet[7]: nothing\n")
        .unwrap();
    std::os::unix::fs::symlink(&elsewhere, logs.join("link")).unwrap();
    let mut watch = Watch::of(&rules, logs.to_str().unwrap(), &[]);
    watch.until("nothing found");
    fs::write(elsewhere.join("kubelet.log"), line(1, "there")).unwrap();
    watch.until("because  it was there");
}
