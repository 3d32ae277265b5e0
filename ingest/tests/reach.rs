//! What logs vouch for: from the first line to the last, but for what is missing in between.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use etio_ingest::{Options, Since};
use support::{coverage, pack, read};

/// A log of the kubelet with a record at each of these times of one day.
fn log(times: &[&str]) -> String {
    let record = |time: &&str| format!("2024-05-01T{time}:00+00:00 n1 kubelet[1]: it goes on\n");
    times.iter().map(record).collect()
}

/// What these files cover together, without the date.
fn reach(files: &[(&str, &str)], options: Options) -> Vec<String> {
    let pack = pack();
    let covered = coverage(&pack, &read(&pack, files, options));
    let short = |text: &String| text.replace("2024-05-01T", "").replace(":00Z", "");
    covered.iter().map(short).filter(|text| text.starts_with("KubeletLog")).collect()
}

#[test]
fn files_that_follow_each_other_are_one_log() {
    let (older, newer) = (log(&["10:00", "10:09", "10:10"]), log(&["10:19", "10:20"]));
    for names in [
        ["k.log.1", "k.log"],
        ["k.log.2.gz", "k.log.1"],
        ["messages-20240501", "messages"],
        ["k.log.20240501-101000", "k.log"],
    ] {
        let files = [(names[0], older.as_str()), (names[1], newer.as_str())];
        assert_eq!(reach(&files, Options::default()), ["KubeletLog node=n1 10:00..10:20"]);
    }
}

#[test]
fn between_files_that_do_not_follow_each_other_is_a_gap() {
    let (older, newer) = (log(&["10:00", "10:09", "10:10"]), log(&["10:19", "10:20"]));
    let late = log(&["10:20", "10:21"]);
    for (names, newer) in [
        (["monday.log", "later.log"], &newer),
        // `k.log.2` is missing.
        (["k.log.3", "k.log.1"], &newer),
        // Later than the kubelet was ever silent.
        (["k.log.1", "k.log"], &late),
    ] {
        let files = [(names[0], older.as_str()), (names[1], newer.as_str())];
        let (first, last) = if newer == &late { ("10:20", "10:21") } else { ("10:19", "10:20") };
        let expected = format!("KubeletLog node=n1 10:00..10:10 {first}..{last}");
        assert_eq!(reach(&files, Options::default()), [expected], "{names:?}");
    }
}

#[test]
fn what_one_file_lacks_another_may_have() {
    let (first, second) = (log(&["10:00", "10:10"]), log(&["10:30", "10:40"]));
    let between = log(&["10:05", "10:35"]);
    let files = [("a", first.as_str()), ("b", second.as_str()), ("c", between.as_str())];
    assert_eq!(reach(&files, Options::default()), ["KubeletLog node=n1 10:00..10:40"]);
}

#[test]
fn what_a_log_says_it_lost_is_a_gap() {
    let line = |said: &str| format!("2024-05-01T10:15:00+00:00 n1 {said}\n");
    let suppressed = line("systemd-journald[300]: Suppressed 532 messages from kubelet.service");
    let lost = line("rsyslogd: imjournal: 53200 messages lost due to rate-limiting");
    let nuls = "\0".repeat(64) + &log(&["10:15"]);
    for lost in [suppressed, lost, nuls] {
        let text = log(&["10:00", "10:10"]) + &lost + &log(&["10:20"]);
        let expected = "KubeletLog node=n1 10:00..10:10 10:15..10:20";
        assert_eq!(reach(&[("journal", &text)], Options::default()), [expected], "{lost:?}");
    }
    let other = line("systemd-journald[300]: Suppressed 532 messages from docker.service");
    let text = log(&["10:00", "10:10"]) + &other + &log(&["10:20"]);
    let whole = ["KubeletLog node=n1 10:00..10:20"];
    assert_eq!(reach(&[("journal", &text)], Options::default()), whole);
}

#[test]
fn what_was_left_out_as_too_old_is_not_covered() {
    let text = log(&["10:00", "10:10", "10:20"]);
    let at = |time: &str| time.parse::<jiff::Timestamp>().unwrap().as_nanosecond();
    for (since, expected) in [
        (Since::Ago(300_000_000_000), vec!["KubeletLog node=n1 10:15..10:20"]),
        (Since::At(i64::try_from(at("2024-05-01T11:00:00Z")).unwrap()), vec![]),
    ] {
        let options = Options { since: Some(since), ..Options::default() };
        assert_eq!(reach(&[("k.log", &text)], options), expected);
    }
}

#[test]
fn logs_of_nodes_that_nobody_names_are_not_one() {
    let klog =
        |minute: u32| format!("I0501 10:{minute:02}:00.000000    1 kubelet.go:1] it goes on\n");
    let (a, b) = (klog(0) + &klog(9), klog(5) + &klog(20));
    let named = log(&["10:00"]);
    let other = named.replace("n1", "n2");
    let two = [("a/kubelet.log", a.as_str()), ("b/kubelet.log", &b), ("n1", &named)];
    let unnamed = |files: &[(&str, &str)]| {
        let covered = reach(files, Options { year: Some(2024), ..Options::default() });
        covered.into_iter().filter(|it| it.contains("unnamed")).collect::<Vec<_>>()
    };
    assert_eq!(unnamed(&two), [""; 0]);
    let several = [two.as_slice(), &[("n2", &other)]].concat();
    let expected =
        ["KubeletLog node=(unnamed) 10:00..10:09", "KubeletLog node=(unnamed) 10:05..10:20"];
    assert_eq!(unnamed(&several), expected);
}
