//! What hosts see: rows by name, errors that say what to do, texts read on the way in.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use etio::{
    Engine, EngineError, Error, Fact, Limits, Pack, PackError, Params, Stamp, Value, Verdict,
};
use serde_json::json;

const HOUR: i64 = 3_600_000_000_000;

fn engine() -> Engine {
    Engine::new(etio::stdlib::pack(), Params::default()).unwrap()
}

fn message(error: Result<(), Error>) -> String {
    error.unwrap_err().to_string()
}

#[test]
fn rows_are_told_by_name() {
    let mut engine = engine();
    let row = [("pod", Value::from("web/a")), ("node", "n1".into()), ("phase", "Running".into())];
    engine.insert_row("Pod", row.clone(), Stamp::at(HOUR)).unwrap();
    engine.insert_row("std.kube.Pod", row, Stamp::at(HOUR)).unwrap();
    engine.remove("Pod", [("pod", Value::from("web/a"))], Stamp::at(2 * HOUR)).unwrap();
    engine.advance(3 * HOUR);
}

#[test]
fn json_rows_read_texts_by_type() {
    let mut engine = engine();
    let row = json!({
        "pod": "web/a", "node": "n1", "created": "2026-01-01T00:00:00Z", "grace": "30s",
        "finalizers": ["a.io/b"], "labels": {"app": "web"}, "images": ["nginx"], "ready": true,
    });
    engine.insert_json("Pod", &row, Stamp::at(HOUR)).unwrap();
    let row = json!({"node": "n1", "path": "/var/log", "size": "1.5Gi"});
    engine.insert_json("DiskUsage", &row, Stamp::at(HOUR)).unwrap();
    assert_eq!(engine.insert_json("Pod", &json!([1]), Stamp::at(HOUR)), Err(Error::NotAnObject));
}

#[test]
fn errors_name_what_is_wrong() {
    let mut engine = engine();
    let mut told = |relation: &str, row: serde_json::Value| {
        message(engine.insert_json(relation, &row, Stamp::at(HOUR)))
    };
    assert_eq!(told("Nothing", json!({})), "the pack has no relation `Nothing`");
    let unknown = told("DiskUsage", json!({"nodes": "n1"}));
    assert_eq!(unknown, "`std.node.DiskUsage` has no field `nodes`; it has node, path, size");
    let missing = told("DiskUsage", json!({"node": "n1", "path": "/"}));
    assert_eq!(missing, "a row of `std.node.DiskUsage` needs its field `size`");
    let wrong = told("DiskUsage", json!({"node": "n1", "path": "/", "size": "large"}));
    assert_eq!(wrong, "`std.node.DiskUsage.size` is of type bytes, which `large` is not");
}

#[test]
fn errors_have_no_room_for_all_that_was_given() {
    let mut engine = engine();
    let long = "x".repeat(1 << 20);
    let row = json!({"node": "n1", "path": "/", "size": long});
    for error in [
        message(engine.insert_json("DiskUsage", &row, Stamp::at(HOUR))),
        message(engine.insert_json(&long, &json!({}), Stamp::at(HOUR))),
        message(engine.insert_json("DiskUsage", &json!({&long: 1}), Stamp::at(HOUR))),
        engine.why_not(&long, &[]).unwrap_err().to_string(),
    ] {
        assert!(error.len() < 200, "{error}");
    }
}

#[test]
fn only_what_stands_is_removed() {
    let mut engine = engine();
    let refused = engine.remove("KubeletLog", [("node", "n1".into())], Stamp::at(HOUR));
    assert_eq!(refused, Err(Error::Engine(EngineError::NotAnEntity("std.node.KubeletLog".into()))));
}

#[test]
fn what_a_host_must_tell_apart_can_be_named() {
    let params = Params::default().limits(Limits { held: 0, ..Limits::default() });
    let mut engine = Engine::new(etio::stdlib::pack(), params).unwrap();
    let full = engine.insert_row("KubeletLog", record(ORPHAN), Stamp::at(HOUR));
    assert_eq!(full, Err(Error::Engine(EngineError::Full(0))));
    assert_eq!(Pack::from_bytes(b"x"), Err(PackError::NotAPack));
}

#[test]
fn what_a_cut_watch_lost_is_unknown() {
    const MINUTE: i64 = HOUR / 60;
    let verdict = |gap: bool| {
        let mut engine = engine();
        let watch = engine.source("events", 1).unwrap();
        engine.cover("KubeEvent", &[], watch, 0).unwrap();
        let config = [("node", Value::from("n1")), ("serialize_image_pulls", true.into())];
        engine.insert_row("KubeletConfig", config, Stamp::at(0)).unwrap();
        for pod in ["shop/a", "shop/b"] {
            let row = json!({
                "node": "n1", "kind": "Pod", "object": pod, "pod": pod, "reason": "Pulling",
                "message": format!("Pulling image \"r.example/{pod}:1\""),
            });
            engine.insert_json("KubeEvent", &row, Stamp::at(MINUTE)).unwrap();
        }
        if gap {
            engine.gap("KubeEvent", &[], watch, MINUTE / 2, 2 * MINUTE).unwrap();
        }
        engine.advance(15 * MINUTE);
        let mut found = engine.episodes().into_iter();
        found.find(|episode| episode.mode == "image-pull-queue-blocked").map(|found| found.verdict)
    };
    assert_eq!([verdict(false), verdict(true)], [Some(Verdict::Confirmed), None]);
}

#[test]
fn facts_of_a_type_are_told_as_they_are() {
    struct Stuck {
        pid: i64,
    }
    impl Fact for Stuck {
        const RELATION: &'static str = "std.node.Process";
        fn fields(&self) -> Vec<(&'static str, Value)> {
            vec![
                ("node", "n1".into()),
                ("pid", self.pid.into()),
                ("state", "D".into()),
                ("comm", "dockerd".into()),
            ]
        }
        fn time(&self) -> i64 {
            HOUR
        }
    }
    let mut engine = engine();
    engine.insert(&Stuck { pid: 7 }).unwrap();
    engine.advance(HOUR);
}

#[test]
fn a_float_that_is_no_number_is_refused() {
    let mut engine = engine();
    let row =
        [("node", Value::from("n1")), ("path", "/".into()), ("used", Value::Percent(f64::NAN))];
    let refused = engine.insert_row("Filesystem", row, Stamp::at(HOUR));
    assert!(matches!(refused, Err(Error::WrongType { .. })), "{refused:?}");
}

const ORPHAN: &str = "Orphaned pod \"8d73e524-fb7c-4b25-a907-3c18b78f587d\" found, but volume paths \
    are still present on disk";

fn record(message: &str) -> [(&'static str, Value); 2] {
    [("node", "n1".into()), ("message", message.into())]
}

#[test]
fn what_a_log_record_says_is_evidence_at_its_place() {
    let mut engine = engine();
    let source = engine.source("kubelet.log", 1).unwrap();
    let stamp = Stamp { time: HOUR, source, sequence: Some(42) };
    engine.insert_row("KubeletLog", record(ORPHAN), stamp).unwrap();
    engine.insert_row("KubeletLog", record("all is well"), stamp).unwrap();
    engine.advance(HOUR);
    let found = engine.episodes();
    let orphan = found.iter().find(|episode| episode.mode == "orphaned-pod-volumes").unwrap();
    let origin = orphan.evidence[0].origins[0];
    assert_eq!((origin.source, origin.at), (source, 42));
    assert_eq!(engine.drain().len(), found.len());
    assert!(engine.drain().is_empty());
}

#[test]
fn the_same_fact_told_twice_is_one() {
    let told = |times: usize| {
        let mut engine = engine();
        for _ in 0..times {
            let stamp = Stamp { sequence: Some(1), ..Stamp::at(HOUR) };
            engine.insert_row("KubeletLog", record(ORPHAN), stamp).unwrap();
        }
        engine.advance(HOUR);
        engine.drain()
    };
    assert_eq!(told(2), told(1));
    assert!(!told(1).is_empty());
}

#[test]
fn parameters_are_checked() {
    let refused = |path: &str, value: Value| {
        Engine::new(etio::stdlib::pack(), Params::default().set(path, value)).err().unwrap()
    };
    let error = refused("std.nothing", Value::Int(1));
    assert_eq!(error.to_string(), "the pack has no parameter `std.nothing`");
    let stall = "std.image.image_pull_queue_blocked.stall";
    assert!(matches!(refused(stall, Value::Bool(true)), Error::WrongType { .. }));
    let short = refused(stall, Value::Duration(1));
    assert_eq!(short.to_string(), format!("the parameter `{stall}` is out of its range, 1m to 2h"));
    assert_eq!(refused("image_pull_queue_blocked.stall", Value::Duration(1)), short);
    for vague in ["stall", "blocked.stall", ".stall"] {
        assert_eq!(refused(vague, Value::Int(1)), Error::UnknownParam(vague.into()));
    }
    let params = Params::default().set(stall, "20m");
    assert!(Engine::new(etio::stdlib::pack(), params).is_ok());
}

#[test]
fn a_snapshot_goes_on_where_it_was_taken() {
    let pack = std::sync::Arc::new(etio::stdlib::pack());
    let mut engine = Engine::new(pack.clone(), Params::default()).unwrap();
    let log = engine.source("kubelet.log", 1).unwrap();
    let line = "Orphaned pod \"8d73e524-fb7c-4b25-a907-3c18b78f587d\" found, but volume paths are \
        still present on disk";
    let record = [("node", Value::from("n1")), ("message", line.into())];
    engine.insert_row("KubeletLog", record.clone(), Stamp::at(HOUR)).unwrap();
    engine.advance(HOUR);
    let bytes = engine.snapshot();
    let restored = Engine::restore(pack.clone(), Params::default(), &bytes).unwrap();
    for mut other in [restored, engine.fork()] {
        assert_eq!(other.snapshot(), bytes);
        // Neither a source nor a place in one is given twice.
        assert_ne!(other.source("other.log", 1).unwrap(), log);
        other.insert_row("KubeletLog", record.clone(), Stamp::at(HOUR + 1)).unwrap();
        other.advance(2 * HOUR);
        assert_eq!(other.drain().len(), 1);
        assert_eq!(other.late(), []);
    }
    for wrong in [&bytes[..bytes.len() - 1], b"no snapshot", b""] {
        assert!(Engine::restore(pack.clone(), Params::default(), wrong).is_err());
    }
}
