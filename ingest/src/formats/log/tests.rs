use super::*;

/// Host, program, source file, level and message of a line.
type Parts = (&'static str, &'static str, &'static str, &'static str, &'static str);

fn parts(line: &str) -> Option<(String, String, String, &'static str, String)> {
    let head = peel(line)?;
    let text = |text: Option<Cow<'_, str>>| text.map_or_else(|| "-".to_owned(), Cow::into_owned);
    let message = head.message.into_owned();
    Some((text(head.host), text(head.name), text(head.file), head.level.unwrap_or("-"), message))
}

fn expect(line: &str, expected: Parts) {
    let (host, name, file, level, message) = expected;
    let expected = (host.to_owned(), name.to_owned(), file.to_owned(), level, message.to_owned());
    assert_eq!(parts(line), Some(expected), "{line}");
}

#[test]
fn klog() {
    for (line, expected) in [
        (
            r#"E0214 17:00:33.187665    1547 kubelet_volumes.go:154] Orphaned pod "8d73" found"#,
            ("-", "-", "kubelet_volumes.go", "error", r#"Orphaned pod "8d73" found"#),
        ),
        (
            "2021-03-09T09:47:12.318848913Z  F0309 09:47:12.318733       7 kubelet.go:1368] Failed to start",
            ("-", "-", "kubelet.go", "fatal", "Failed to start"),
        ),
        (
            r#"I0914 00:59:22.040084 1234567 pkg/file_linux.go:61] "Unable to read" err="no" path="/x""#,
            ("-", "-", "file_linux.go", "info", r#""Unable to read" err="no" path="/x""#),
        ),
        (
            r#"kubelet.go:1414] "Failed to start cAdvisor" err="no space left on device""#,
            (
                "-",
                "-",
                "kubelet.go",
                "-",
                r#""Failed to start cAdvisor" err="no space left on device""#,
            ),
        ),
        (
            r#"{"ts":1580306777123.5,"caller":"kubelet/kubelet.go:12","msg":"Sync \"x\"","v":2,"err":"no","pod":"a/b"}"#,
            ("-", "-", "kubelet.go", "error", r#""Sync \"x\"" err="no" pod="a/b""#),
        ),
    ] {
        expect(line, expected);
    }
}

#[test]
fn klog_json() {
    for (line, message) in [
        (
            r#"{"ts":1655581336244.2942,"caller":"kubelet/kubelet.go:2102","msg":"SyncLoop REMOVE","v":2,"source":"api","pods":[{"name":"nettools","namespace":"dev"}]}"#,
            r#""SyncLoop REMOVE" source="api" pods=["dev/nettools"]"#,
        ),
        (
            r#"{"ts":1655581336244.2942,"caller":"kuberuntime/kuberuntime_container.go:813","msg":"Kill container failed","pod":{"name":"db-0","namespace":"shop"},"containerName":"db","containerID":{"Type":"containerd","ID":"0e22"},"err":"rpc error: \"a\""}"#,
            r#""Kill container failed" err="rpc error: \"a\"" pod="shop/db-0" containerName="db" containerID={"Type":"containerd","ID":"0e22"}"#,
        ),
        (
            r#"{"ts":1655581336244.2942,"caller":"kubelet/setters.go:602","msg":"Node became not ready","v":0,"node":{"name":"n1"},"condition":{"type":"Ready","status":"False"}}"#,
            r#""Node became not ready" node="n1" condition={"type":"Ready","status":"False"}"#,
        ),
        (
            r#"{"ts":1655581336244.2942,"caller":"eviction/eviction_manager.go:163","msg":"Failed to admit pod to node","v":2,"pod":{"name":"web-0","namespace":"shop"},"nodeCondition":["DiskPressure"]}"#,
            r#""Failed to admit pod to node" pod="shop/web-0" nodeCondition=["DiskPressure"]"#,
        ),
    ] {
        assert_eq!(peel(line).unwrap().message, message);
    }
}

#[test]
fn shipped() {
    let at = When::At(1_763_608_540_000_000_000);
    for line in [
        r#"{"labels":{"node":"n1","unit":"kubelet.service"},"line":"E1120 03:15:40.000000    2210 kubelet.go:2412] Skipping","timestamp":"2025-11-20T03:15:40Z"}"#,
        r#"{"date":1763608540.0,"log":"E1120 03:15:40.000000    2210 kubelet.go:2412] Skipping\n","kubernetes":{"host":"n1"}}"#,
        r#"{"@timestamp":"2025-11-20T03:15:40.000Z","message":"E1120 03:15:40.000000    2210 kubelet.go:2412] Skipping","host":{"name":"n1"}}"#,
        r#"{"jsonPayload":{"MESSAGE":"E1120 03:15:40.000000    2210 kubelet.go:2412] Skipping","_HOSTNAME":"n1"},"logName":"projects/p/logs/kubelet","timestamp":"2025-11-20T03:15:40Z"}"#,
    ] {
        let head = peel(line).unwrap();
        assert_eq!(
            (head.when, head.host.as_deref(), head.level, head.message.as_ref()),
            (at, Some("n1"), Some("error"), "Skipping"),
            "{line}"
        );
    }
    // What a program wrote as JSON is its own.
    assert_eq!(peel(r#"{"time":"2025-11-20T03:15:40Z","message":"cannot connect"}"#), None);
}

#[test]
fn audit() {
    let api_server = r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","verb":"get","requestReceivedTimestamp":"2026-03-01T10:00:00.500000Z","stageTimestamp":"2026-03-01T10:00:01.000000Z"}"#;
    for (line, at) in [
        (r#"type=EXECVE msg=audit(1772359201.000:24287): argc=1 a0="ls""#, 1_772_359_201),
        (api_server, 1_772_359_201),
    ] {
        let head = peel(line).unwrap();
        assert_eq!((head.when, head.message.as_ref()), (When::At(at * 1_000_000_000), line));
    }
    assert_eq!(peel("type=EXECVE argc=1"), None);
}

#[test]
fn talosctl() {
    for (line, expected) in [
        (
            "10.1.1.2: kern:    info: [2022-01-25T10:35:59.111934566Z]: Free swap  = 0kB",
            ("10.1.1.2", "kernel", "-", "info", "Free swap  = 0kB"),
        ),
        (
            r#"cp-1: user: warning: [2024-05-02T06:38:37.183292616Z]: [talos] service[etcd](Waiting): "cri""#,
            ("cp-1", "talos", "-", "warning", r#"[talos] service[etcd](Waiting): "cri""#),
        ),
        (
            r#"10.1.1.2: user: warning: [2022-01-25T10:22:27.4Z]: [talos] watch error {"error": "Get \x5c"https://10.1.1.2:6443/api\x5c""}"#,
            (
                "10.1.1.2",
                "talos",
                "-",
                "warning",
                r#"[talos] watch error {"error": "Get \"https://10.1.1.2:6443/api\""}"#,
            ),
        ),
        (
            r#"10.1.1.2: {"ts":1753141980841.7,"caller":"kubelet/kubelet.go:2406","msg":"Skipping","err":"no"}"#,
            ("10.1.1.2", "-", "kubelet.go", "error", r#""Skipping" err="no""#),
        ),
        (
            "10.1.1.2: E0214 17:00:33.187665    1547 kubelet.go:154] Orphaned",
            ("10.1.1.2", "-", "kubelet.go", "error", "Orphaned"),
        ),
    ] {
        expect(line, expected);
    }
}

#[test]
fn logrus() {
    for (line, expected) in [
        (
            r#"time="2024-08-28T09:46:32.480291720Z" level=info msg="RunPodSandbox \"a\" returns" id=3 error="x y""#,
            ("-", "-", "-", "info", r#"RunPodSandbox "a" returns id=3 error="x y""#),
        ),
        (
            r#"time="2021-09-14 14:12:48.757691846Z" level=warning msg=short"#,
            ("-", "-", "-", "warning", "short"),
        ),
        (
            r#"time="2021-09-14T14:12:48Z" level=error msg="cut off in the mid"#,
            ("-", "-", "-", "error", "cut off in the mid"),
        ),
        (
            r#"{"level":"error","msg":"no such container","time":"2021-09-14T14:12:48Z","id":"a"}"#,
            ("-", "-", "-", "error", r#"no such container id="a""#),
        ),
        // The escapes were lost on the way.
        (
            r#"time="2018-11-13T18:24:26Z" level=error msg="StopContainer for "89fec9" failed" error="container "89fec9" hangs""#,
            (
                "-",
                "-",
                "-",
                "error",
                r#"StopContainer for "89fec9" failed error="container "89fec9" hangs""#,
            ),
        ),
        ("WARN[0003] running with swap on", ("-", "-", "-", "warning", "running with swap on")),
    ] {
        expect(line, expected);
    }
}

#[test]
fn syslog_and_journal() {
    for (line, expected) in [
        (
            "Sep 15 09:44:56 k8s01 kubelet: E0915 09:44:56.414852   39587 kubelet.go:2136] not ready:",
            ("k8s01", "kubelet", "kubelet.go", "error", "not ready:"),
        ),
        (
            "1590040726.442311 k8s01 kubelet[1207]: E0521 05:58:46.442152    1207 pod.go:19] no",
            ("k8s01", "kubelet", "pod.go", "error", "no"),
        ),
        // A difference that a container prints is of no host.
        (
            "2021-08-03T09:20:56.596291697Z + 	config-file: x",
            ("-", "-", "-", "-", "+ 	config-file: x"),
        ),
        // Without a host.
        (
            r#"May 16 15:05:02 containerd[29581]: time="2019-05-16T15:05:02Z" level=error msg="no task""#,
            ("-", "containerd", "-", "error", "no task"),
        ),
        // Nor with a stamp.
        (
            r#"containerd[29581]: time="2019-05-16T15:05:02Z" level=error msg="no task""#,
            ("-", "containerd", "-", "error", "no task"),
        ),
        (
            "Feb  6 16:05:07 kernel: nf_conntrack: table full, dropping packet.",
            ("-", "kernel", "-", "-", "nf_conntrack: table full, dropping packet."),
        ),
        (
            "9月 22 20:04:07 ee-test kubelet[3583]: E0922 20:04:07.711666    3583 a.go:264] failed",
            ("ee-test", "kubelet", "a.go", "error", "failed"),
        ),
        (
            "Feb  6 16:05:07 i-*** kernel: nf_conntrack: table full, dropping packet.",
            ("i-***", "kernel", "-", "-", "nf_conntrack: table full, dropping packet."),
        ),
        (
            "Jun  4 10:00:00 h kernel: [12345.678901] EXT4-fs (dm-17): Remounting",
            ("h", "kernel", "-", "-", "EXT4-fs (dm-17): Remounting"),
        ),
        (
            "2019-10-02T02:33:37+0000 master-0 crio[1]: time=\"2019-10-02 02:33:37.5Z\" level=error msg=\"x\"",
            ("master-0", "crio", "-", "error", "x"),
        ),
        (
            "Wed 2019-10-02 02:18:24 UTC h systemd[1]: Started x.",
            ("h", "systemd", "-", "-", "Started x."),
        ),
        (
            "<34>Oct 11 22:14:15 h su: 'su root' failed",
            ("h", "su", "-", "fatal", "'su root' failed"),
        ),
        (
            r#"<165>1 2003-10-11T22:14:15.003Z h app 1 ID47 [a@1 k="x]\" y"] the message"#,
            ("h", "app", "-", "info", "the message"),
        ),
        (
            "Jun  4 10:00:00 h sshd(pam_unix)[19939]: check",
            ("h", "sshd(pam_unix)", "-", "-", "check"),
        ),
        ("[ 1234.567890] h systemd[1]: Started x.", ("h", "systemd", "-", "-", "Started x.")),
        (
            r#"{"__REALTIME_TIMESTAMP":"1600000000000000","MESSAGE":[104,105],"SYSLOG_IDENTIFIER":"kubelet","_HOSTNAME":"n1","PRIORITY":"3"}"#,
            ("n1", "kubelet", "-", "error", "hi"),
        ),
    ] {
        expect(line, expected);
    }
}

#[test]
fn kernel() {
    for (line, message) in [
        (
            "[    3.734352] Freeing unused kernel memory: 10112K",
            "Freeing unused kernel memory: 10112K",
        ),
        ("[Wed Oct  2 02:19:25 2019] nfs: server x not responding", "nfs: server x not responding"),
        ("[Oct 2 02:19] nfs: server x not responding", "nfs: server x not responding"),
        ("[ +10.105821] nfs: server x not responding", "nfs: server x not responding"),
        ("kern  :warn  : [    1.5] bad gso", "bad gso"),
        ("kern  :warn  : 2024-10-02T02:19:25,123456+00:00 bad gso", "bad gso"),
        ("<4>[    1.000000][    T1] bad gso", "bad gso"),
        (
            "6,339,5140900,-;NET: Registered protocol family 10",
            "NET: Registered protocol family 10",
        ),
        ("kernel:unregister_netdevice: waiting for lo", "unregister_netdevice: waiting for lo"),
    ] {
        let (_, name, _, _, said) = parts(line).unwrap();
        assert_eq!((name.as_str(), said.as_str()), ("kernel", message), "{line}");
    }
}

#[test]
fn containers_and_etcd() {
    for (line, expected) in [
        (
            "2021-09-14T14:25:56.1Z stderr F I0914 14:25:56.122220       1 cmd.go:83] go",
            ("-", "-", "cmd.go", "info", "go"),
        ),
        (
            r#"{"log":"a \"b\"\n","stream":"stdout","time":"2021-09-14T14:25:56.1Z"}"#,
            ("-", "-", "-", "-", r#"a "b""#),
        ),
        ("2021-09-14T14:25:56.122351071Z hello", ("-", "-", "-", "-", "hello")),
        (
            "2019-07-22 03:33:16.621867 W | etcdserver: request took too long",
            ("-", "etcd", "-", "warning", "etcdserver: request took too long"),
        ),
        (
            "2024-01-14 02:55:40.123 [WARNING][56] felix/x.go 3: no",
            ("-", "-", "-", "-", "[WARNING][56] felix/x.go 3: no"),
        ),
    ] {
        expect(line, expected);
    }
}

#[test]
fn no_header() {
    for line in [
        "NetworkReady=false reason:NetworkPluginNotReady message:docker: network plugin is not ready",
        "Warning  FailedMount  24s (x7 over 56s)  kubelet  no such file: x",
        "  Ready  False  Fri, 28 Jun 2019 10:19:21 +0800  KubeletNotReady  PLEG is not healthy: x",
        "NAME   READY   STATUS: x",
        "-bash: fork: retry: Resource temporarily unavailable",
        "error: failed to run Kubelet: misconfiguration: x",
        "{\"kind\":\"List\"}",
        "+ kubelet: 1",
        "31m  Warning  Failed  Pod/x  Failed to pull image \"busybox:1.36.1\": pull QPS exceeded",
    ] {
        assert_eq!(peel(line), None, "{line}");
    }
}

#[test]
fn an_inner_stamp_refines_the_outer() {
    let nanos = |text: &str| {
        i64::try_from(text.parse::<jiff::Timestamp>().unwrap().as_nanosecond()).unwrap()
    };
    for (line, expected) in [
        // The inner wall clock is an hour ahead and finer.
        (
            "2019-10-02T02:33:37+0000 h kubelet[1]: I1002 03:33:37.250000 1 a.go:1] x",
            When::At(nanos("2019-10-02T02:33:37.25Z")),
        ),
        // The runtime's own stamp is full where the journal's is not.
        (
            r#"Aug 28 17:46:32 h containerd[1]: time="2024-08-28T09:46:32.5Z" level=info msg=x"#,
            When::At(nanos("2024-08-28T09:46:32.5Z")),
        ),
        // The journal's is as fine, and later.
        (
            "2019-10-02T02:33:37.250040+0000 h kubelet[1]: I1002 03:33:37.250000 1 a.go:1] x",
            When::At(nanos("2019-10-02T02:33:37.25Z")),
        ),
        (
            r#"2019-10-02T02:33:37.250040Z h containerd[1]: time="2019-10-02T02:33:37.250001Z" level=info msg=x"#,
            When::At(nanos("2019-10-02T02:33:37.250001Z")),
        ),
        // The inner has no fraction.
        (
            r#"2019-10-02T02:33:37.250040Z h dockerd[1]: time="2019-10-02T02:33:37Z" level=info msg=x"#,
            When::At(nanos("2019-10-02T02:33:37.25004Z")),
        ),
        // Another moment altogether.
        (
            "2019-10-02T02:33:37Z h kubelet[1]: I1002 03:41:37.250000 1 a.go:1] x",
            When::At(nanos("2019-10-02T02:33:37Z")),
        ),
    ] {
        assert_eq!(peel(line).unwrap().when, expected, "{line}");
    }
    let line = r#"Aug 28 17:46:32 h containerd[1]: time="2024-08-28T09:46:32.5Z" level=info msg=x"#;
    assert_eq!(peel(line).unwrap().zone, Some(8 * 3600));
    // An old line printed again.
    let line = r#"Aug 28 17:46:32 h app[1]: time="2023-01-01T00:00:01Z" level=info msg=x"#;
    let head = peel(line).unwrap();
    assert!(matches!(head.when, When::Wall(_)) && head.zone.is_none(), "{head:?}");
}

#[test]
fn a_journal_says_how_far_it_reaches() {
    let line =
        "-- Logs begin at Wed 2019-10-02 02:18:24 UTC, end at Wed 2019-10-02 02:54:34 UTC. --";
    let Some(Banner::Span(When::At(from), When::At(to))) = banner(line) else { panic!("{line}") };
    assert_eq!((to - from) / 1_000_000_000, 36 * 60 + 10);
    assert_eq!(banner("-- Boot 0123 --"), Some(Banner::Other));
    assert_eq!(banner("--- a"), None);
}
