//! What is run, by whom, and what is to come of it.

use serde::Serialize;

/// A workload at one size, and who runs it.
pub(super) struct Work {
    pub(super) name: &'static str,
    pub(super) size: u32,
    pub(super) drivers: &'static [&'static str],
}

/// What Etio's figure is held against.
#[derive(Clone, Copy)]
pub(super) enum Beside {
    /// The best of these drivers.
    Best(&'static [&'static str]),
    /// All of these drivers after one another.
    Sum(&'static [&'static str]),
    /// Its own figure of this name.
    Figure(&'static str),
    /// Its own figure at this size.
    Size(u32),
}

/// How the two are to be.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Goal {
    /// Etio's is at most so many times the other's.
    AtMost(f64),
    /// The other's is at least so many times Etio's.
    AtLeast(f64),
}

/// What a figure is to show, as the project has promised it.
pub(super) struct Target {
    pub(super) workload: &'static str,
    /// At any size where none is said.
    pub(super) size: Option<u32>,
    pub(super) figure: &'static str,
    /// `None`: the goal is a limit of the figure itself.
    pub(super) beside: Option<Beside>,
    pub(super) goal: Goal,
}

const CLUSTER: &[&str] = &["etio", "floor", "clips", "drools"];
const CHAINED: &[&str] = &["etio", "floor", "differential"];
const ETIO: &[&str] = &["etio"];
const FLOOR: &[&str] = &["etio", "floor"];

/// Everything that is run, in this order.
pub(super) const WORK: &[Work] = &[
    work("rules", 1_000, CLUSTER),
    work("rules", 10_000, CLUSTER),
    work("rules", 100_000, CLUSTER),
    work("rules", 1_000_000, FLOOR),
    work("bystanders", 10, ETIO),
    work("bystanders", 100, ETIO),
    work("bystanders", 1_000, ETIO),
    work("bystanders", 10_000, ETIO),
    work("empty", 10, ETIO),
    work("empty", 100, ETIO),
    work("empty", 1_000, ETIO),
    work("empty", 10_000, ETIO),
    work("datalog", 1_000, CHAINED),
    work("datalog", 10_000, CHAINED),
    work("datalog", 100_000, CHAINED),
    work("cep", 1_000_000, &["etio", "floor", "bytewax", "flink-function", "flink-sql"]),
    work("keys", 1_000_000, FLOOR),
    work("names", 100_000, FLOOR),
    work("compile", 1_000, &["etio", "clips", "regex-set"]),
    work("wasm", 10_000, &["etio-wasm", "native"]),
];

const fn work(name: &'static str, size: u32, drivers: &'static [&'static str]) -> Work {
    Work { name, size, drivers }
}

/// Everything that was promised.
pub(super) const TARGETS: &[Target] = &[
    target("rules", Some(1_000), "insert", Some(PEERS), Goal::AtMost(1.0 / 10.0)),
    target("rules", Some(10_000), "insert", Some(PEERS), Goal::AtMost(1.0 / 20.0)),
    target("rules", Some(100_000), "insert", Some(PEERS), Goal::AtMost(1.0 / 40.0)),
    target("rules", None, "insert", Some(HAND), Goal::AtMost(4.0)),
    target("rules", Some(1_000_000), "insert", Some(Beside::Size(1_000)), Goal::AtMost(3.0)),
    target("rules", None, "update-node", Some(HAND), Goal::AtMost(3.0)),
    target("rules", None, "retract", Some(Beside::Figure("insert")), Goal::AtMost(1.0)),
    target("rules", Some(100_000), "memory", Some(HAND), Goal::AtMost(3.0)),
    target("rules", Some(100_000), "memory", Some(Beside::Best(&["clips"])), Goal::AtMost(0.25)),
    // Nothing that could be measured: less than what two runs differ by.
    target("bystanders", Some(10_000), "insert", Some(Beside::Size(10)), Goal::AtMost(1.1)),
    target("bystanders", Some(10_000), "update-node", Some(Beside::Size(10)), Goal::AtMost(1.1)),
    target("empty", Some(10_000), "insert", Some(Beside::Size(10)), Goal::AtMost(1.1)),
    target("empty", Some(10_000), "update-node", Some(Beside::Size(10)), Goal::AtMost(1.1)),
    target("datalog", None, "insert", Some(DIFFERENTIAL), Goal::AtMost(1.0 / 50.0)),
    target("datalog", None, "update-pod", Some(DIFFERENTIAL), Goal::AtMost(1.0 / 50.0)),
    target("datalog", None, "update-node", Some(DIFFERENTIAL), Goal::AtMost(1.0 / 50.0)),
    target("datalog", None, "retract", Some(DIFFERENTIAL), Goal::AtMost(1.0 / 50.0)),
    target("cep", None, "event", Some(Beside::Best(&["flink-sql"])), Goal::AtLeast(100.0)),
    target("cep", None, "event", Some(Beside::Best(&["bytewax"])), Goal::AtLeast(15.0)),
    target("cep", None, "event", Some(Beside::Best(&["flink-function"])), Goal::AtLeast(2.0)),
    target("keys", None, "key", None, Goal::AtMost(200.0)),
    target("compile", None, "compile", Some(LOADERS), Goal::AtMost(1.0)),
    target("compile", None, "compile", None, Goal::AtMost(40.0)),
    target("compile", None, "load", None, Goal::AtMost(5.0)),
    target("wasm", None, "insert", Some(NATIVE), Goal::AtMost(2.5)),
    target("wasm", None, "update-pod", Some(NATIVE), Goal::AtMost(2.5)),
    target("wasm", None, "update-node", Some(NATIVE), Goal::AtMost(2.5)),
    target("wasm", None, "retract", Some(NATIVE), Goal::AtMost(2.5)),
];

const PEERS: Beside = Beside::Best(&["clips", "drools"]);
const LOADERS: Beside = Beside::Sum(&["clips", "regex-set"]);
const HAND: Beside = Beside::Best(&["floor"]);
const NATIVE: Beside = Beside::Best(&["native"]);
const DIFFERENTIAL: Beside = Beside::Best(&["differential"]);

const fn target(
    workload: &'static str,
    size: Option<u32>,
    figure: &'static str,
    beside: Option<Beside>,
    goal: Goal,
) -> Target {
    Target { workload, size, figure, beside, goal }
}
