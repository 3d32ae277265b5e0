//! One workload natively and under wasmtime: an alarm through fifty three-way joins with a negation, in a
//! cluster of ten thousand pods, from an input to its transitions as bytes.
//!
//! Both take and give the same bytes, so the ratio is that of the targets and not of the encoding.

#![expect(clippy::expect_used, reason = "a bench cannot go on without its engine")]

#[path = "../tests/host/mod.rs"]
mod host;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use etio_benches::{Numbers, SECOND, domain};
use etio_engine::Options;
use etio_plan::{Fact, Input, Origin, Pack, SourceId, Value, stream};
use etio_testdata::Host;
use host::Wasm;

const REASONS: u64 = 50;
const PODS: u64 = 10_000;

/// The cluster as inputs, and alarms without end.
struct Cluster<'a> {
    pack: &'a Pack,
    numbers: Numbers,
    now: i64,
    next: u64,
}

impl<'a> Cluster<'a> {
    fn new(pack: &'a Pack) -> Self {
        Self { pack, numbers: Numbers(11), now: 0, next: 0 }
    }

    fn row(&mut self, relation: &str, values: Vec<Value>) -> Input {
        self.next += 1;
        let mut relations = self.pack.relations.iter();
        let at = relations.position(|known| known.name() == relation).unwrap_or_default();
        let relation = etio_plan::RelId(u32::try_from(at).unwrap_or_default());
        let origin = Origin { source: SourceId(0), at: self.next, part: 0 };
        Input::Fact(Fact { relation, values, time: self.now + 1, origin, assumed_from: None })
    }

    fn standing(&mut self) -> Vec<Input> {
        let nodes = PODS / 10;
        let mut inputs = Vec::new();
        for pod in 0..PODS {
            let node = format!("n{}", self.numbers.below(nodes));
            let row = vec![format!("ns/p{pod}").into(), node.into(), true.into()];
            inputs.push(self.row("Instance", row));
        }
        for node in 0..nodes {
            inputs.push(self.row("Machine", vec![format!("n{node}").into(), true.into()]));
            for _ in 0..4 {
                let reason = format!("r{}", self.numbers.below(REASONS));
                inputs.push(self.row("Silence", vec![format!("n{node}").into(), reason.into()]));
            }
        }
        inputs
    }

    /// An alarm, as bytes, and when.
    fn alarm(&mut self) -> (Vec<u8>, i64) {
        self.now += SECOND;
        let pod = format!("ns/p{}", self.numbers.below(PODS));
        let reason = format!("r{}", self.numbers.below(REASONS));
        let id = i64::try_from(self.next).unwrap_or_default();
        let alarm = self.row("Alarm", vec![id.into(), pod.into(), reason.into()]);
        (stream::encode([&alarm]), self.now + SECOND)
    }
}

/// Sets the cluster up in a host and measures alarms, each with the instant it makes.
fn measure<H: Host>(
    c: &mut Criterion,
    name: &str,
    pack: &Pack,
    mut host: H,
    tell: fn(&mut H, &[u8]),
) {
    let mut cluster = Cluster::new(pack);
    for input in cluster.standing() {
        host.insert(&input);
    }
    host.advance(SECOND);
    let _ = host.drain();
    let mut group = c.benchmark_group("wasm");
    group.throughput(Throughput::Elements(1)).sample_size(20);
    group.bench_function(name, |b| {
        b.iter_batched(
            || cluster.alarm(),
            |(alarm, time)| {
                tell(&mut host, &alarm);
                host.advance(time);
                host.drain()
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

fn wasm(c: &mut Criterion) {
    let pack = domain(usize::try_from(REASONS).unwrap_or_default());
    let options = Options::default();
    let native = etio_engine::Engine::new(pack.clone().into(), options.clone());
    measure(c, "native", &pack, native.expect("the pack is valid"), |engine, bytes| {
        for input in stream::decode::<Input>(bytes).unwrap_or_default() {
            let _ = engine.insert(input);
        }
    });
    if let Some(module) = host::module() {
        let wasm = Wasm::open(&module, &options, &pack).expect("the module takes the pack");
        measure(c, "wasmtime", &pack, wasm, Wasm::insert_bytes);
    }
}

criterion_group!(benches, wasm);
criterion_main!(benches);
