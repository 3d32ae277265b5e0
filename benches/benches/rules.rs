//! What one change costs: an event through fifty three-way joins with a negation, and a node that goes
//! and comes back, at three sizes of cluster.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use etio_benches::{Cluster, domain};

const REASONS: u32 = 50;

fn rules(c: &mut Criterion) {
    let pack = domain(REASONS);
    let mut group = c.benchmark_group("rules");
    group.throughput(Throughput::Elements(1)).sample_size(20);
    for pods in [1_000, 10_000, 100_000] {
        let mut cluster = Cluster::new(&pack, pods, REASONS);
        group.bench_function(BenchmarkId::new("event", pods), |b| b.iter(|| cluster.alarm()));
        let mut ready = false;
        group.bench_function(BenchmarkId::new("node", pods), |b| {
            b.iter(|| {
                cluster.switch_node(ready);
                ready = !ready;
            });
        });
    }
    group.finish();
}

criterion_group!(benches, rules);
criterion_main!(benches);
