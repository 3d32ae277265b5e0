//! Etio's side of the workloads.

use etio_dsl::SourceFile;
use etio_engine::{Cell, Change, Engine, Options, Symbol};
use etio_peers::cep::{self, Event, Kind, Sequences};
use etio_peers::rules::{self, Cluster, Shape};
use etio_plan::{Input, Origin, Pack, RelId, SourceId};

const SOURCE: SourceId = SourceId(0);

/// One rule a reason, and as many bystanders: rules about reasons that never come.
fn program(reasons: u32, bystanders: u32) -> String {
    let mut text = String::from(
        "entity Alarm { key id: int, pod: pod, reason: text }\n\
         entity Instance { key pod: pod, node: node, running: bool }\n\
         entity Machine { key node: node, ready: bool }\n\
         entity Silence { key node: node, key reason: text }\n",
    );
    for reason in 0..reasons + bystanders {
        text += &format!(
            "finding alarm_{reason}(id) {{\n  severity info\n  when {{\n\
             Alarm {{ id, pod, reason: \"r{reason}\" }}\n\
             Instance {{ pod, node, running: true }}\n\
             Machine {{ node, ready: true }}\n\
             no Silence {{ node, reason: \"r{reason}\" }}\n  }}\n  title \"alarm {{id}}\"\n}}\n"
        );
    }
    text
}

#[expect(clippy::expect_used, reason = "a bench stops where it is wrong")]
fn compile(module: &str, text: String) -> Pack {
    let files = [SourceFile::in_module("peer.etio", module, text)];
    etio_dsl::compile(&files).pack.expect("the rules compile")
}

#[expect(clippy::expect_used, reason = "a bench stops where it is wrong")]
fn relation(pack: &Pack, path: &str) -> RelId {
    pack.relation(path).expect("it is declared")
}

/// Everything is collected, and always was.
#[expect(clippy::expect_used, reason = "a bench stops where it is wrong")]
fn cover(engine: &mut Engine, relations: &[RelId]) {
    for relation in relations.iter().copied() {
        let (source, scope, from) = (SOURCE, Vec::new(), i64::MIN);
        let input = Input::Covered { source, relation, scope, from };
        engine.insert(input).expect("there is room");
    }
}

struct Etio {
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
    fn new(shape: Shape, bystanders: u32) -> Self {
        let pack = compile("rules", program(shape.reasons, bystanders));
        let relations @ [event, pod, node, silence] = ["Alarm", "Instance", "Machine", "Silence"]
            .map(|name| relation(&pack, &format!("rules.{name}")));
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
        let changes = self.engine.drain();
        self.fired += changes.iter().filter(|of| of.change == Change::Opened).count() as u64;
    }

    fn fired(&self) -> u64 {
        self.fired
    }
}

const SEQUENCE: &str = "event A { key: int }\nevent B { key: int }\nevent C { key: int }\n\
    finding sequence(key) {\n  severity info\n  keep 1s\n\
    when { A { key } then B { key } within 5m without C { key } }\n  title \"{key}\"\n}\n";

/// The rule about sequences, and the relations of the three kinds that it reads.
struct Watch {
    engine: Engine,
    kinds: [RelId; 3],
    told: u64,
    found: u64,
}

#[expect(clippy::expect_used, reason = "a bench stops where it is wrong")]
impl Watch {
    fn new() -> Self {
        let pack = compile("cep", SEQUENCE.into());
        let kinds = ["A", "B", "C"].map(|name| relation(&pack, &format!("cep.{name}")));
        let mut engine = Engine::new(pack.into(), Options::default()).expect("the pack is right");
        cover(&mut engine, &kinds);
        Self { engine, kinds, told: 0, found: 0 }
    }
}

#[expect(clippy::expect_used, reason = "a bench stops where it is wrong")]
impl Sequences for Watch {
    fn take(&mut self, events: &[Event]) {
        let [a, b, c] = self.kinds;
        for (time, key, kind) in events {
            let relation = match kind {
                Kind::A => a,
                Kind::B => b,
                Kind::C => c,
                Kind::Other => continue,
            };
            self.told += 1;
            let origin = Origin { source: SOURCE, at: self.told, part: 0 };
            let key = [Cell::Int(i64::from(*key))];
            self.engine.insert_cells(relation, &key, time * 1_000_000, origin).expect("it fits");
        }
        if let Some((time, ..)) = events.last() {
            // Another event may bear the last stamp.
            self.engine.advance(time * 1_000_000 - 1);
        }
        let changes = self.engine.drain();
        self.found += changes.iter().filter(|of| of.change == Change::Opened).count() as u64;
    }

    fn found(&self) -> u64 {
        self.found
    }
}

fn main() {
    let (workload, size) = etio_peers::asked();
    match workload.as_str() {
        "cep" => cep::run(&mut Watch::new(), size),
        "bystanders" => {
            let shape = Shape::of(1000);
            rules::run(&mut Etio::new(shape, size), shape);
        }
        _ => {
            let shape = Shape::of(size);
            rules::run(&mut Etio::new(shape, 0), shape);
        }
    }
}
