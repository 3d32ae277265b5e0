//! Lines of logs become extracted events with the right time, node and place.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use etio_ingest::{Options, Zone};
use etio_scan::Scanner;
use support::{facts, pack, read};

/// Reads one file and gives one relation.
fn one(path: &str, text: &str, relation: &str) -> Vec<String> {
    let pack = pack();
    facts(&pack, &read(&pack, &[(path, text)], Options::default()), relation)
}

#[test]
fn a_wrapped_line_is_joined() {
    let text = "Sep 15 09:44:56 k8s01 kubelet: E0915 09:44:56.414852   39587 kubelet.go:2136] \
                Container runtime network not ready:\nNetworkReady=false reason:X\n";
    // The template covers the whole message, so only the wrapped form's second half could fail it.
    let text = text.replace("Container runtime network", "network");
    let found = one("messages.txt", &text, "test.NotReady");
    assert_eq!(
        found,
        ["2000-09-15T09:44:56.414852Z messages.txt:1 node=k8s01 why=NetworkReady=false reason:X"]
    );
}

#[test]
fn what_the_journal_shows_on_the_console_is_its_program_s() {
    let text = "[ 4826.609574] kubelet[812]: E0206 16:05:07.414852     812 kubelet.go:2136] network not ready: X\n";
    let found = one("console.txt", text, "test.NotReady");
    assert_eq!(found, ["2000-02-06T16:05:07.414852Z console.txt:1 node=(unnamed) why=X"]);
}

#[test]
fn lines_pasted_behind_a_record_are_read_by_themselves() {
    let text =
        "Feb  6 16:05:07 n1 kubelet[1]: nothing\nnf_conntrack: table full, dropping packet\n";
    let found = one("console.txt", text, "test.Full");
    assert_eq!(found, ["2000-02-06T16:05:07Z console.txt:2 node=n1"]);
}

#[test]
fn what_names_one_pod_only_is_about_that_one() {
    let pull = "Failed to pull image \"busybox\": pull QPS exceeded\n";
    let named = "LAST SEEN  TYPE  REASON  OBJECT  MESSAGE\n5s  Normal  Pulling  pod/web-0  Pulling image \"busybox\"\n";
    let pods = |text: &str| {
        let found = one("notes.txt", text, "test.QpsExceeded");
        found.iter().map(|it| it.contains("pod=default/web-0")).collect::<Vec<_>>()
    };
    assert_eq!(pods(&format!("{pull}\n{named}")), [true]);
    let other = named.replace("web-0", "web-1");
    assert_eq!(pods(&format!("{pull}\n{named}\n{other}")), [false]);
}

#[test]
fn a_line_of_unknown_origin_is_offered_to_all() {
    let text = "Failed to pull image \"busybox\": pull QPS exceeded\n  said hello\n";
    assert_eq!(
        one("notes.txt", text, "test.QpsExceeded"),
        [
            "2000-01-01T00:00:00Z notes.txt:1 pod=(unnamed)/a pod of notes.txt image=docker.io/library/busybox:latest"
        ]
    );
    assert_eq!(
        one("notes.txt", text, "test.Said"),
        ["2000-01-01T00:00:00Z notes.txt:2 node=(unnamed) what=hello"]
    );
}

#[test]
fn a_line_of_unknown_origin_may_be_broken_or_quoted() {
    for text in [
        "Failed to pull image\n\"busybox\": pull QPS exceeded\n",
        "Failed to pull image \"busy\nbox\": pull QPS exceeded\n",
        "nothing\n\nFailed to pull image \"busybox\":\n  pull QPS exceeded\nand so on\n",
        "> Failed to pull image \\\"busybox\\\": pull QPS exceeded\n",
        "Failed to pull image \u{201c}busybox\u{201d}: pull QPS exceeded\n",
        "ERRO[0000] Failed to pull image \"busybox\": pull QPS exceeded\n",
    ] {
        let found = one("notes.txt", text, "test.QpsExceeded");
        assert_eq!(found.len(), 1, "{text}");
    }
}

#[test]
fn a_record_that_a_terminal_folded_at_its_edge_is_whole() {
    let first = "2020-02-06T16:05:07+00:00 n1 kubelet[1]: network n";
    let rest = format!("ot ready: {}", "b".repeat(first.chars().count() - 10));
    for (text, read) in
        [(format!("{first}\n{rest}\nb\n"), 1), (format!("{first}\n{rest}b\nb\n"), 0)]
    {
        assert_eq!(one("kubelet.log", &text, "test.NotReady").len(), read, "{text}");
    }
}

#[test]
fn the_program_decides_which_extractors_see_a_record() {
    let text = "Feb  6 16:05:07 n1 kubelet[1]: said a\n\
                Feb  6 16:05:08 n1 systemd[1]: said b\n\
                Feb  6 16:05:09 n1 dockerd[1]: time=\"2020-02-06T16:05:09Z\" level=info msg=\"runtime said c\"\n\
                Feb  6 16:05:10 n1 systemd[1]: system said d\n";
    assert_eq!(
        one("messages", text, "test.Said"),
        [
            "2020-02-06T16:05:07Z messages:1 node=n1 what=a",
            "2020-02-06T16:05:09Z messages:3 node=n1 what=c",
            "2020-02-06T16:05:10Z messages:4 node=n1 what=d",
        ]
    );
}

#[test]
fn repeats_are_events() {
    let text = "Feb  6 16:05:07 n1 kernel: nf_conntrack: table full, dropping packet\n\
                Feb  6 16:05:37 n1 last message repeated 5 times\n\
                Feb  6 16:06:07 n1 kernel: message repeated 3 times: [ nf_conntrack: table full, dropping packet]\n";
    let found = one("messages", text, "test.Full");
    let times: Vec<&str> = found.iter().map(|fact| &fact[..20]).collect();
    assert_eq!(times, ["2000-02-06T16:05:07Z", "2000-02-06T16:05:37Z", "2000-02-06T16:06:07Z"]);
}

#[test]
fn parts_of_a_long_line_are_joined() {
    let text =
        "2021-09-14T14:25:56.1Z stdout P system sa\n2021-09-14T14:25:56.2Z stdout F id hello\n";
    assert_eq!(
        one("pods/ns_web-0_0b64/app/0.log", text, "test.Said"),
        ["2021-09-14T14:25:56.1Z pods/ns_web-0_0b64/app/0.log:1 node=(unnamed) what=hello"]
    );
}

#[test]
fn a_quoted_klog_record_is_read() {
    let text = "failed: output: E0224 00:03:19.869658    8977 remote_image.go:180] said hello\n";
    assert_eq!(
        one("kubeadm.txt", text, "test.Said"),
        ["2000-01-01T00:00:00Z kubeadm.txt:1 node=(unnamed) what=hello"]
    );
}

#[test]
fn years_come_from_wherever_they_are_said() {
    let klog = "I1231 23:59:59.000000    1 kubelet.go:1] said old\nI0101 00:00:01.000000    1 kubelet.go:1] said new\n";
    let pack = pack();
    let at = |text: &str| support::time(0).replace("1970-01-01T00:00:00Z", text);
    let instant = |text: &str| {
        i64::try_from(text.parse::<jiff::Timestamp>().unwrap().as_nanosecond()).unwrap()
    };
    let cases = [
        // Nothing says the year: the silence of the summer is where it turned.
        (
            vec![("k.log", klog)],
            Options::default(),
            ["1999-12-31T23:59:59Z", "2000-01-01T00:00:01Z"],
        ),
        (
            vec![("k.log", klog)],
            Options { year: Some(2022), ..Options::default() },
            ["2021-12-31T23:59:59Z", "2022-01-01T00:00:01Z"],
        ),
        (
            vec![("k.log", klog)],
            Options { at: Some(instant("2024-03-01T00:00:00Z")), ..Options::default() },
            ["2023-12-31T23:59:59Z", "2024-01-01T00:00:01Z"],
        ),
        // A file beside it has full stamps.
        (
            vec![("k.log", klog), ("c.log", "2020-01-01T00:05:00Z stdout F x\n")],
            Options::default(),
            ["2019-12-31T23:59:59Z", "2020-01-01T00:00:01Z"],
        ),
        // The file's name has its date.
        (
            vec![("kubelet.n1.root.log.INFO.20181231-235900.77", klog)],
            Options::default(),
            ["2018-12-31T23:59:59Z", "2019-01-01T00:00:01Z"],
        ),
        (
            vec![("k.log", klog)],
            Options { today: Some(instant("2026-01-02T00:00:00Z")), ..Options::default() },
            ["2025-12-31T23:59:59Z", "2026-01-01T00:00:01Z"],
        ),
    ];
    for (files, options, expected) in cases {
        let bundle = read(&pack, &files, options);
        let found = facts(&pack, &bundle, "test.Said");
        let times: Vec<String> = found.iter().map(|fact| at(&fact[..20])).collect();
        assert_eq!(times, expected, "{files:?}");
    }
}

#[test]
fn zones_come_from_wherever_they_are_shown() {
    let pack = pack();
    let line = "Aug 28 17:46:32 h kubelet[1]: said hello\n";
    let shown =
        r#"Aug 28 17:46:31 h containerd[1]: time="2024-08-28T09:46:31.5Z" level=info msg=x"#;
    let tokyo = "Asia/Tokyo".parse::<Zone>().ok();
    for (text, tz, expected) in [
        (format!("{line}{shown}\n"), None, "2024-08-28T09:46:32Z"),
        (line.to_owned(), tokyo, "2000-08-28T08:46:32Z"),
        (line.to_owned(), None, "2000-08-28T17:46:32Z"),
    ] {
        let options = Options { tz, ..Options::default() };
        let found = facts(&pack, &read(&pack, &[("j", &text)], options), "test.Said");
        assert_eq!(&found[0][..20], expected, "{text}");
    }
}

#[test]
fn every_encoding_keeps_the_line_numbers() {
    let pack = pack();
    let text = "\r\nFeb  6 16:05:07 n1 kubelet[1]: said é\r\n";
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let coloured = text.replace("said", "\x1b[31msaid\x1b[0m");

    for bytes in [text.as_bytes().to_vec(), utf16, coloured.into_bytes()] {
        let scanner = Scanner::new(pack.clone());
        let mut reader = etio_ingest::Reader::new(&scanner, Options::default());
        reader.add("f", bytes.as_slice());
        let found = facts(&pack, &reader.finish(), "test.Said");
        assert_eq!(found, ["2000-02-06T16:05:07Z f:2 node=n1 what=é"]);
    }
}

#[test]
fn a_klog_file_says_its_date_and_machine() {
    let text = "Log file created at: 2019/09/02 10:11:12\nRunning on machine: n5\n\
                Binary: Built with gc go1.12 for linux/amd64\n\
                Log line format: [IWEF]mmdd hh:mm:ss.uuuuuu threadid file:line] msg\n\
                I0902 10:11:13.000000    1 kubelet.go:1] said hello\n";
    assert_eq!(
        one("kubelet.INFO", text, "test.Said"),
        ["2019-09-02T10:11:13Z kubelet.INFO:5 node=n5 what=hello"]
    );
}

#[test]
fn flags_are_the_configuration_where_there_is_no_file() {
    let flags = |config: &str| {
        let flags = [
            ("config", config),
            ("serialize-image-pulls", "false"),
            ("registry-qps", "7"),
            ("cluster-dns", "[10.0.0.10]"),
            ("runtime-request-timeout", "2m0s"),
        ];
        let lines = flags.iter().map(|(name, value)| {
            format!("May  1 10:00:00 n1 kubelet[1]: I0501 10:00:00.0 1 flags.go:59] FLAG: --{name}=\"{value}\"\n")
        });
        one("j", &lines.collect::<String>(), "std.kube.KubeletConfig")
    };
    let found = flags("").join("");
    for part in [
        "node=n1",
        "serialize_image_pulls=Bool(false)",
        "registry_pull_qps=Int(7)",
        "Text(\"10.0.0.10\")",
        "runtime_request_timeout=Duration(120000000000)",
    ] {
        assert!(found.contains(part), "{found}");
    }
    assert_eq!(flags("/etc/kubelet.conf"), [""; 0]);
}

#[test]
fn an_export_of_the_journal_is_read() {
    let mut text = b"__CURSOR=x\n__REALTIME_TIMESTAMP=1600000000000000\n_HOSTNAME=n1\nSYSLOG_IDENTIFIER=kubelet\nMESSAGE=said a\n\n__REALTIME_TIMESTAMP=1600000001000000\n_HOSTNAME=n1\nSYSLOG_IDENTIFIER=kubelet\nMESSAGE\n".to_vec();
    text.extend(6_u64.to_le_bytes());
    text.extend(b"said b\n\n");
    let pack = pack();
    let scanner = Scanner::new(pack.clone());
    let mut reader = etio_ingest::Reader::new(&scanner, Options::default());
    reader.add("export", text.as_slice());
    let found = facts(&pack, &reader.finish(), "test.Said");
    assert_eq!(
        found,
        [
            "2020-09-13T12:26:40Z export:1 node=n1 what=a",
            "2020-09-13T12:26:41Z export:7 node=n1 what=b"
        ]
    );
}

#[test]
fn an_event_that_a_component_logs_is_that_event() {
    let said = "std.kube.KubeEvent";
    let formatted = r#"I0214 09:00:00.250000 7 event.go:278] Event(v1.ObjectReference{Kind:"Pod", Namespace:"shop", Name:"web-0", UID:"u1", APIVersion:"v1", ResourceVersion:"9", FieldPath:"spec.containers{web}"}): type: 'Warning' reason: 'Failed' Error: it's not there"#;
    let structured = r#"I0214 09:00:00.250000 7 event.go:294] "Event occurred" object="shop/web-0" fieldPath="spec.containers{web}" kind="Pod" apiVersion="v1" type="Warning" reason="Failed" message="Error: it's not there""#;
    let json = r#"{"ts":950518800250.0,"caller":"record/event.go:389","msg":"Event occurred","v":0,"object":{"name":"web-0","namespace":"shop"},"fieldPath":"spec.containers{web}","kind":"Pod","apiVersion":"v1","type":"Warning","reason":"Failed","message":"Error: it's not there"}"#;
    let noted = r#"I0214 09:00:00.250000 7 event_broadcaster.go:1] "Event occurred" object="shop/web-0" kind="Pod" type="Warning" reason="Failed" action="Binding" note="Error: it's not there""#;
    let lines = "I0214 09:00:00.250000 7 event.go:307] \"Event occurred\" object=\"shop/web-0\" kind=\"Pod\" \
                 type=\"Warning\" reason=\"Failed\" message=<\n\tError: it's not there\n >\nlast\n";
    for (text, uid, container) in [
        (formatted, "u1", "web"),
        (structured, "-", "web"),
        (json, "-", "web"),
        (noted, "-", "-"),
        (lines, "-", "-"),
    ] {
        let found = one("manager.log", text, said);
        let [event] = found.as_slice() else { panic!("{found:?} of {text}") };
        for (field, value) in [
            ("kind", "Pod"),
            ("object", "shop/web-0"),
            ("pod", "shop/web-0"),
            ("uid", uid),
            ("container", container),
            ("reason", "Failed"),
            ("type", "Warning"),
            ("message", "Error: it's not there"),
        ] {
            let shown = event.contains(&format!(" {field}={value}"));
            assert_eq!(shown, value != "-", "{field} in {event} of {text}");
        }
        assert!(event.starts_with("2000-02-14T09:00:00.25Z manager.log:1 "), "{event}");
    }
}

#[test]
fn an_event_of_a_node_in_its_kubelets_log_is_of_that_node() {
    let text = r#"Feb 14 09:00:00 n1 kubelet[7]: I0214 09:00:00.250000 7 event.go:294] "Event occurred" object="n1.example" kind="Node" apiVersion="" type="Normal" reason="NodeNotReady" message="Node n1.example status is now: NodeNotReady""#;
    let found = one("messages", text, "std.kube.KubeEvent");
    assert!(found.concat().contains("node=n1 kind=Node object=n1.example "), "{found:?}");
}

#[test]
fn a_verbose_journal_is_read() {
    let text = "\
-- Journal begins at Sun 2020-09-13 12:00:00 UTC, ends at Sun 2020-09-13 12:26:41 UTC. --
Sun 2020-09-13 12:26:40.000000 UTC [s=7c;i=1;b=5e;m=1;t=5af3107a40000;x=9]
    PRIORITY=6
    SYSLOG_IDENTIFIER=kubelet
    _HOSTNAME=n1
    MESSAGE=said a
    _SOURCE_REALTIME_TIMESTAMP=1600000000000000
Sun 2020-09-13 12:26:41.000000 UTC [s=7c;i=2;b=5e;m=2;t=5af3107b34240;x=8]
    _HOSTNAME=n1
    SYSLOG_IDENTIFIER=kubelet
    MESSAGE=said b
            and more
    _CMDLINE=[42B blob data]
";
    let pack = pack();
    let scanner = Scanner::new(pack.clone());
    let mut reader = etio_ingest::Reader::new(&scanner, Options::default());
    reader.add("journal.txt", text.as_bytes());
    let found = facts(&pack, &reader.finish(), "test.Said");
    assert_eq!(
        found,
        [
            "2020-09-13T12:26:40Z journal.txt:2 node=n1 what=a",
            "2020-09-13T12:26:41Z journal.txt:8 node=n1 what=b\nand more"
        ]
    );
}

#[test]
fn a_list_of_exported_entries_is_a_log() {
    let pack = pack();
    let entry = |at: &str, node: &str| {
        format!(
            r#" {{
  "jsonPayload": {{ "MESSAGE": "E1120 03:15:40.000000    2210 kubelet.go:2412] said stop" }},
  "logName": "projects/p/logs/kubelet",
  "resource": {{ "labels": {{ "node_name": "{node}" }} }},
  "timestamp": "{at}"
 }}"#
        )
    };
    let text =
        ["[", &entry("2025-11-20T03:15:42Z", "n2"), ",", &entry("2025-11-20T03:15:40Z", "n1"), "]"];
    let text = text.join("\n");
    let bundle = read(&pack, &[("entries.json", &text)], Options::default());
    let found = facts(&pack, &bundle, "test.Said");
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("2025-11-20T03:15:40Z") && found[0].contains("n1"), "{found:?}");
    assert_eq!(bundle.inputs[0].unparsed, 0);
}

#[test]
fn so_is_what_cloudwatch_answers() {
    let text = "{\n \"events\": [\n  {\n   \"timestamp\": 1763608540000,\n   \"message\": \
                \"Nov 20 03:15:40 n1 kubelet[1]: E1120 03:15:40.5 1 a.go:1] said stop\",\n   \"ingestionTime\": 1763608541000\n  }\n ]\n}\n";
    let found = one("events.json", text, "test.Said");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("2025-11-20T03:15:40.5Z events.json:3 node=n1"), "{found:?}");
}

#[test]
fn a_clock_that_is_set_back_is_noted() {
    let log = |second: &str| {
        format!("Oct 25 02:58:10 n1 kubelet[1]: said a\nOct 25 {second} n1 kubelet[1]: said b\n")
    };
    let pack = pack();
    let notes = |text: &str| {
        read(&pack, &[("messages", text)], Options::default())
            .notes
            .into_iter()
            .filter(|note| note.text.contains("set back"))
            .count()
    };
    for (second, noted) in [("02:01:00", 1), ("02:59:00", 0), ("01:58:10", 0), ("02:30:00", 0)] {
        assert_eq!(notes(&log(second)), noted, "{second}");
    }
    assert_eq!(notes(&log("02:01:00").replace("Oct 25 ", "2026-10-25T").replace(" n1", "Z n1")), 0);
}

#[test]
fn an_hour_that_a_zone_has_twice_or_not_at_all() {
    let pack = pack();
    for (stamp, at) in [
        ("2026-10-25T02:30:00", "2026-10-25T00:30:00Z"),
        ("2026-03-29T02:30:00", "2026-03-29T01:30:00Z"),
    ] {
        let tz = Some("Europe/Berlin".parse::<Zone>().unwrap());
        let text = format!("{stamp} n1 kubelet[1]: said a\n");
        let bundle = read(&pack, &[("messages", &text)], Options { tz, ..Options::default() });
        let found = facts(&pack, &bundle, "test.Said");
        assert!(found[0].starts_with(at), "{found:?}");
    }
}
