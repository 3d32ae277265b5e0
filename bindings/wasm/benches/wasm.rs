//! The workload `wasm` of `cargo xtask peers`: that of `rules` from bytes to bytes, under wasmtime or
//! natively. Both take and give the same bytes, so the ratio is that of the targets and not of the encoding.
//!
//! `cargo bench -p etio-wasm -- wasmtime wasm 10000`, and the same with `native`.

#![expect(clippy::expect_used, reason = "a bench cannot go on without its engine")]

#[path = "../tests/host/mod.rs"]
mod host;

use etio_engine::{Change, Engine, Options, Transition};
use etio_peers::programs::{RELATIONS, by_reason, compile, relations};
use etio_peers::rules::{Cluster, Shape, run};
use etio_plan::{Fact, Input, Origin, Pack, RelId, SourceId, Value, stream};
use etio_testdata::Host;
use host::Wasm;

const REASONS: u32 = 50;

/// A host that is told the cluster in bytes.
struct Told<H> {
    host: H,
    tell: fn(&mut H, &[u8]),
    /// The relations, in the order that [`RELATIONS`] declares them in.
    relations: [RelId; 4],
    bytes: Vec<u8>,
    log: Vec<u8>,
    now: i64,
    told: u64,
}

impl<H> Told<H> {
    fn new(pack: &Pack, host: H, tell: fn(&mut H, &[u8])) -> Self {
        let relations = relations(pack);
        Self { host, tell, relations, bytes: Vec::new(), log: Vec::new(), now: 0, told: 0 }
    }

    fn fact(&mut self, relation: RelId, values: Vec<Value>) -> Fact {
        self.told += 1;
        let origin = Origin { source: SourceId(0), at: self.told, part: 0 };
        Fact { relation, values, time: self.now + 1, origin, assumed_from: None }
    }

    fn row(&mut self, relation: RelId, values: Vec<Value>) {
        let fact = self.fact(relation, values);
        self.bytes.extend(stream::encode([&Input::Fact(fact)]));
    }
}

fn pod_name(pod: u32) -> Value {
    format!("ns/p{pod}").into()
}

fn node_name(node: u32) -> Value {
    format!("n{node}").into()
}

fn reason_name(reason: u32) -> Value {
    format!("r{reason}").into()
}

impl<H: Host> Cluster for Told<H> {
    fn node(&mut self, node: u32, ready: bool) {
        let [_, _, machine, _] = self.relations;
        self.row(machine, vec![node_name(node), ready.into()]);
    }

    fn pod(&mut self, pod: u32, node: u32, running: bool) {
        let [_, instance, _, _] = self.relations;
        self.row(instance, vec![pod_name(pod), node_name(node), running.into()]);
    }

    fn silence(&mut self, node: u32, reason: u32) {
        let [_, _, _, silence] = self.relations;
        self.row(silence, vec![node_name(node), reason_name(reason)]);
    }

    fn event(&mut self, id: u32, pod: u32, reason: u32) {
        let [alarm, ..] = self.relations;
        self.row(alarm, vec![i64::from(id).into(), pod_name(pod), reason_name(reason)]);
    }

    fn retract(&mut self, id: u32) {
        let [alarm, ..] = self.relations;
        let fact = self.fact(alarm, vec![i64::from(id).into()]);
        self.bytes.extend(stream::encode([&Input::Remove(fact)]));
    }

    fn settle(&mut self) {
        self.now += 1;
        (self.tell)(&mut self.host, &self.bytes);
        self.bytes.clear();
        self.host.advance(self.now);
        self.log.extend(self.host.drain());
    }

    fn fired(&self) -> u64 {
        let log = stream::decode::<Transition>(&self.log).expect("the log is whole");
        log.iter().filter(|of| of.change == Change::Opened).count() as u64
    }
}

fn main() {
    // Cargo adds flags of its own.
    let mut words = std::env::args().skip(1).filter(|word| !word.starts_with("--"));
    let (target, size) = (words.next(), words.nth(1).and_then(|size| size.parse().ok()));
    let shape = Shape::single(size.unwrap_or(10_000));
    let pack = compile("rules", &(RELATIONS.to_owned() + &by_reason(REASONS)));
    let options = Options::default();
    if target.as_deref() == Some("native") {
        let engine = Engine::new(pack.clone().into(), options).expect("the pack is valid");
        let tell = |engine: &mut Engine, bytes: &[u8]| {
            for input in stream::decode(bytes).expect("the bytes are whole") {
                engine.insert(input).expect("there is room");
            }
        };
        run(&mut Told::new(&pack, engine, tell), shape);
    } else {
        let module = host::module().expect("`cargo xtask wasm` has built the module");
        let wasm = Wasm::open(&module, &options, &pack).expect("the module takes the pack");
        run(&mut Told::new(&pack, wasm, Wasm::insert_bytes), shape);
    }
}
