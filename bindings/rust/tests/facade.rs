//! What hosts see: rows by name, errors that say what to do, texts read on the way in.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use etio::{Engine, Error, Fact, Params, Stamp, Value};
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
