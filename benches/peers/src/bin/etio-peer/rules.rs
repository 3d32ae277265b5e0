//! Etio's side of the workloads about a cluster.

use etio_engine::{Cell, Change, Engine, Options, Symbol};
use etio_peers::programs::{compile, relations};
use etio_peers::rules::{Cluster, Shape};
use etio_plan::{Origin, RelId};

use crate::{SOURCE, cover};

/// An engine with rules about the cluster.
pub(crate) struct Etio {
    engine: Engine,
    event: RelId,
    pod: RelId,
    node: RelId,
    silence: RelId,
    pods: Vec<Symbol>,
    nodes: Vec<Symbol>,
    reasons: Vec<Symbol>,
    now: i64,
    told: u64,
    fired: u64,
}

#[expect(clippy::expect_used, reason = "a bench stops where it is wrong")]
impl Etio {
    pub(crate) fn new(shape: Shape, program: &str) -> Self {
        let pack = compile("rules", program);
        let relations @ [event, pod, node, silence] = relations(&pack);
        let mut engine = Engine::new(pack.into(), Options::default()).expect("the pack is right");
        cover(&mut engine, &relations);
        let mut symbols = |prefix: &str, count: u32| -> Vec<Symbol> {
            (0..count).map(|at| engine.symbol(&format!("{prefix}{at}"))).collect()
        };
        let pods = symbols("ns/p", shape.pods);
        let nodes = symbols("n", (shape.pods / 10).max(1));
        let reasons = symbols("r", shape.reasons);
        Self { engine, event, pod, node, silence, pods, nodes, reasons, now: 0, told: 0, fired: 0 }
    }

    fn tell(&mut self, relation: RelId, cells: &[Cell]) {
        self.told += 1;
        let origin = Origin { source: SOURCE, at: self.told, part: 0 };
        self.engine.insert_cells(relation, cells, self.now + 1, origin).expect("the row fits");
    }
}

#[expect(clippy::expect_used, clippy::indexing_slicing, reason = "a bench stops where it is wrong")]
impl Cluster for Etio {
    fn node(&mut self, node: u32, ready: bool) {
        let cells = [Cell::Text(self.nodes[node as usize]), Cell::Bool(ready)];
        self.tell(self.node, &cells);
    }

    fn pod(&mut self, pod: u32, node: u32, running: bool) {
        let (pod, node) = (self.pods[pod as usize], self.nodes[node as usize]);
        self.tell(self.pod, &[Cell::Text(pod), Cell::Text(node), Cell::Bool(running)]);
    }

    fn silence(&mut self, node: u32, reason: u32) {
        let (node, reason) = (self.nodes[node as usize], self.reasons[reason as usize]);
        self.tell(self.silence, &[Cell::Text(node), Cell::Text(reason)]);
    }

    fn event(&mut self, id: u32, pod: u32, reason: u32) {
        let (pod, reason) = (self.pods[pod as usize], self.reasons[reason as usize]);
        self.tell(self.event, &[Cell::Int(i64::from(id)), Cell::Text(pod), Cell::Text(reason)]);
    }

    fn retract(&mut self, id: u32) {
        self.told += 1;
        let origin = Origin { source: SOURCE, at: self.told, part: 0 };
        let key = [Cell::Int(i64::from(id))];
        self.engine.remove_cells(self.event, &key, self.now + 1, origin).expect("there is room");
    }

    fn settle(&mut self) {
        self.now += 1;
        self.engine.advance(self.now);
        self.engine.each_change(|told| self.fired += u64::from(told.change() == Change::Opened));
    }

    fn fired(&self) -> u64 {
        self.fired
    }
}
