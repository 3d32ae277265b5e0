use super::*;
use crate::report::{Input, Need};

fn finding(id: &str, mode: &str, root: bool, explained_by: &[&str]) -> Finding {
    Finding {
        id: id.into(),
        mode: mode.into(),
        rule: format!("std.x.{}", mode.replace('-', "_")),
        severity: Severity::Critical,
        verdict: Verdict::Confirmed,
        status: Status::Open,
        subject: [("node".to_owned(), serde_json::Value::from("n1"))].into_iter().collect(),
        opened: 0,
        closed: None,
        title: format!("title of {id}"),
        because: "one two three".into(),
        remedy: String::new(),
        ignored: None,
        refs: vec![],
        needs: vec![],
        evidence: vec![Evidence {
            relation: "std.kube.KubeEvent".into(),
            path: "events.txt".into(),
            line: 3,
            text: "Pulling\u{1b}[31m image".into(),
        }],
        explains: vec![],
        explained_by: explained_by.iter().map(|id| (*id).to_owned()).collect(),
        root,
        proof: None,
    }
}

fn plain(findings: Vec<Finding>) -> String {
    plain_as_of(Some(0), findings)
}

fn plain_as_of(as_of: Option<i64>, findings: Vec<Finding>) -> String {
    let inputs = vec![Input {
        path: "events.txt".into(),
        kind: "events".into(),
        lines: 1234,
        facts: 1,
        unparsed: 1,
    }];
    let report = Report {
        etio: "0",
        inputs,
        findings,
        ignored: vec![],
        as_of,
        notes: vec![],
        is_unread: false,
    };
    let styled = render(&report, Layout { width: 60, line: 60, all: false });
    anstream::adapter::strip_str(&styled).to_string()
}

#[test]
fn symptoms_stand_under_their_cause_and_counts_are_grouped() {
    let text = plain(vec![
        finding("a", "cause", true, &[]),
        finding("b", "symptom", false, &["a"]),
        finding("c", "deeper", false, &["b"]),
    ]);
    let expected = "\
1 file, 1,234 lines, 1 fact; as of 1970-01-01T00:00:00Z

● critical  cause  node n1  confirmed
  title of a
  because  one two three
  evidence events.txt:3
             Pulling [31m image
  explains
  └─ symptom  title of b  events.txt:3
     └─ deeper  title of c  events.txt:3

1 root cause, 2 findings explained by it
1 line was not understood
";
    assert_eq!(text, expected);
}

#[test]
fn a_cause_that_is_not_shown_does_not_hide_its_symptom() {
    assert!(plain(vec![finding("b", "symptom", false, &["gone"])]).contains("symptom"));
}

#[test]
fn many_roots_of_one_kind_are_told_as_one() {
    let alike = ["a", "b", "c", "d"].map(|id| finding(id, "cause", true, &[]));
    let other = finding("e", "symptom", false, &["b"]);
    let text = plain(alike.into_iter().chain([other]).collect());
    let expected = "
● critical  cause  node n1  confirmed
  title of a
  because  one two three
  evidence events.txt:3
             Pulling [31m image
  and likewise
  ├─ cause  title of b  events.txt:3
  │  └─ symptom  title of e  events.txt:3
  ├─ cause  title of c  events.txt:3
  └─ cause  title of d  events.txt:3

4 root causes, 1 finding explained by them
";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn needs_say_what_to_collect() {
    let mut suspected = finding("a", "cause", true, &[]);
    suspected.verdict = Verdict::Suspected;
    suspected.needs.push(Need {
        relation: "std.kube.KubeletConfig".into(),
        collect: "kubectl get --raw x".into(),
    });
    let text = plain(vec![suspected]);
    assert!(text.contains("suspected"), "{text}");
    assert!(text.contains("  collect  kubectl get --raw x (KubeletConfig)"), "{text}");
}

#[test]
fn of_what_is_over_it_is_said_when_its_words_were_true() {
    let mut over = finding("a", "cause", true, &[]);
    over.status = Status::Lapsed;
    over.closed = Some(60_000_000_000);
    let text = plain(vec![over.clone()]);
    assert!(text.contains("confirmed (past, until 1970-01-01T00:01:00Z)\n"), "{text}");
    over.because = "it failed 20m ago".into();
    let text = plain(vec![over.clone()]);
    assert!(text.contains("(past, until 1970-01-01T00:01:00Z; ages as of then)\n"), "{text}");
    // Nobody has said which day it was.
    let text = plain_as_of(None, vec![over]);
    assert!(text.contains("confirmed (past; ages as of then)\n"), "{text}");
}

#[test]
fn what_is_suspected_is_marked_in_the_tree() {
    let mut symptom = finding("b", "symptom", false, &["a"]);
    symptom.verdict = Verdict::Suspected;
    let text = plain(vec![finding("a", "cause", true, &[]), symptom]);
    assert!(text.contains("└─ symptom  (suspected) title of b"), "{text}");
}

#[test]
fn a_text_is_a_few_lines_long() {
    let mut long = finding("a", "cause", true, &[]);
    long.because = format!("it failed: {}no such host", "seven letters ".repeat(100));
    let text = plain(vec![long]);
    let line = |part: &str| text.lines().position(|line| line.contains(part)).unwrap();
    assert_eq!(line("evidence") - line("it failed: seven"), 6, "{text}");
    assert_eq!(line(" … (--all)") - line("it failed: seven"), 2, "{text}");
    assert!(text.contains("host\n  evidence"), "{text}");
}
