//! Whose what a log tells is.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use etio_ingest::Options;
use support::{facts, pack_of_pods, read};

const UID: &str = "0c98df45-982b-4a22-a977-7dac36a014c7";

/// The pods of what the last of the files tells, `-` where it tells of none.
fn pods(files: &[(&str, String)]) -> Vec<String> {
    let pack = pack_of_pods();
    let files: Vec<(&str, &str)> =
        files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let (last, _) = files.last().unwrap();
    let told = facts(&pack, &read(&pack, &files, Options::default()), "test.Failed");
    let of_last = told.iter().filter(|fact| fact.contains(&format!(" {last}:")));
    let pod = |fact: &String| {
        let (_, pod) = fact.split_once(" pod=")?;
        pod.split(' ').next().map(str::to_owned)
    };
    of_last.map(|fact| pod(fact).unwrap_or_else(|| "-".into())).collect()
}

fn kubelet(message: &str) -> String {
    format!(
        "2026-03-12T09:00:00.000000+0000 n1 kubelet[1203]: E0312 09:00:00.000000    1203 pod_workers.go:191] {message}\n"
    )
}

/// A line of a volume, which says the pod's name and uid.
fn volume(name: &str, uid: &str) -> String {
    kubelet(&format!(
        r#"Error: MountVolume.SetUp failed for volume "cert" (UniqueName: "kubernetes.io/secret/{uid}-cert") pod "{name}" (UID: "{uid}") failed: secret "web-cert" not found"#
    ))
}

#[test]
fn a_line_is_of_the_pod_that_it_names() {
    for (message, pod) in [
        (
            format!(
                r#"container &Container{{Name:web,Image:nginx,}} start failed in pod web-0_shop({UID}): failed: x"#
            ),
            "shop/web-0",
        ),
        (
            format!(r#"Error syncing pod {UID} ("web-0_shop({UID})"), skipping: failed: x"#),
            "shop/web-0",
        ),
        (
            format!(
                r#""Error syncing pod, skipping" err="failed: x" pod="shop/web-0" podUID="{UID}""#
            ),
            "shop/web-0",
        ),
        (r#"Couldn't get secret shop/web-cert: failed: x"#.to_owned(), "-"),
    ] {
        assert_eq!(pods(&[("kubelet.log", kubelet(&message))]), [pod], "{message}");
    }
    let asked = "time=\"2026-03-12T09:00:00Z\" level=error msg=\"RunPodSandbox for \
                 &PodSandboxMetadata{Name:web-0,Uid:1,Namespace:shop,Attempt:0,} failed: x\"\n";
    assert_eq!(pods(&[("containerd.log", asked.to_owned())]), ["shop/web-0"]);
}

#[test]
fn a_uid_is_of_the_pod_that_something_else_names() {
    let object = format!(
        r#"{{"kind":"Pod","apiVersion":"v1","metadata":{{"name":"web-0","namespace":"shop","uid":"{UID}"}},"status":{{"phase":"Pending"}}}}"#
    );
    let event = format!(
        r#"{{"kind":"Event","apiVersion":"v1","metadata":{{"name":"web-0.1","namespace":"shop"}},"involvedObject":{{"kind":"Pod","namespace":"shop","name":"web-0","uid":"{UID}"}},"reason":"FailedMount","message":"x","firstTimestamp":"2026-03-12T09:00:00Z","lastTimestamp":"2026-03-12T09:00:00Z","count":1}}"#
    );
    let line = kubelet(&format!(
        r#""SyncLoop (PLEG): event for pod" pod="shop/web-0" event={{"ID":"{UID}","Type":"ContainerDied","Data":"1"}}"#
    ));
    let old = kubelet(&format!(r#"SyncLoop (ADD, "api"): "web-0_shop({UID})""#));
    for other in [object, event, line, old] {
        let files = |text| [("a", other.clone()), ("kubelet.log", text)];
        assert_eq!(pods(&files(volume("web-0", UID))), ["shop/web-0"], "{other}");
        let path = format!("mounting \"/var/lib/kubelet/pods/{UID}/volume-subpaths/a\" failed: x");
        assert_eq!(pods(&files(kubelet(&path))), ["shop/web-0"], "{other}");
        assert_eq!(pods(&files(volume("web-1", "1"))), ["-"], "{other}");
    }
}

#[test]
fn a_name_is_of_the_one_pod_that_is_called_so() {
    let table = "NAMESPACE   NAME    READY   STATUS              RESTARTS   AGE\n\
                 shop        web-0   0/1     ContainerCreating   0          2m\n\
                 shop        db-0    0/1     ContainerCreating   0          2m\n\
                 test        db-0    1/1     Running             0          2m\n";
    for (name, pod) in [("web-0", "shop/web-0"), ("db-0", "-"), ("web-1", "-")] {
        let files = [("a", table.to_owned()), ("kubelet.log", volume(name, UID))];
        assert_eq!(pods(&files), [pod], "{name}");
    }
}

#[test]
fn kubectl_says_before_each_line_whose_it_is() {
    let log = "[pod/web-0/nginx] 2026-03-12T09:31:02.1Z failed: x\n\
               [pod/web-1/nginx] 2026-03-12T09:31:03.1Z E0312 09:31:03.099000       1 a.go:1] failed: y\n\
               [pod/web-1/nginx] failed: z\n"
        .to_owned();
    let pack = pack_of_pods();
    for (asked, namespace) in
        [("", "default"), ("$ kubectl logs -n shop -l app=web --prefix\n", "shop")]
    {
        let text = format!("{asked}{log}");
        let told =
            facts(&pack, &read(&pack, &[("web.log", &text)], Options::default()), "test.Failed");
        let expected = [
            format!("2026-03-12T09:31:02.1Z pod={namespace}/web-0 why=x"),
            format!("2026-03-12T09:31:03.099Z pod={namespace}/web-1 why=y"),
        ];
        let short: Vec<String> = told
            .iter()
            .map(|fact| {
                let (at, rest) = fact.split_once(' ').unwrap();
                format!("{at} {}", rest.split_once(' ').unwrap().1)
            })
            .collect();
        assert_eq!(short.get(..2).unwrap(), expected, "{told:?}");
    }
}

#[test]
fn one_log_in_two_precisions_has_one_time() {
    let pack = pack_of_pods();
    let klog = |nanos| format!("E0312 09:00:00.{nanos}    1203 a.go:1] failed: x\n");
    for nanos in ["900000", "000000"] {
        let millis = nanos.get(..5).unwrap();
        let short_iso = format!("2026-03-12T09:00:00+0000 n1 kubelet[1203]: {}", klog(nanos));
        let precise =
            format!("2026-03-12T09:00:00.{millis}4+0000 n1 kubelet[1203]: {}", klog(nanos));
        let micros = format!("1773306000{millis}4");
        let message = klog(nanos);
        let json = format!(
            r#"{{"__REALTIME_TIMESTAMP":"{micros}","_HOSTNAME":"n1","SYSLOG_IDENTIFIER":"kubelet","MESSAGE":"{}"}}"#,
            message.trim_end()
        );
        let files = [("a.log", &*short_iso), ("b.log", &precise), ("c.json", &json)];
        let told = facts(&pack, &read(&pack, &files, Options::default()), "test.Failed");
        let times: Vec<&str> = told.iter().map(|fact| fact.split(' ').next().unwrap()).collect();
        assert_eq!(times.len(), 3, "{told:?}");
        assert!(times.iter().all(|at| *at == times[0]), "{told:?}");
    }
}
