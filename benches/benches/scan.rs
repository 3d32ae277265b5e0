//! What a log line costs that means nothing, with every spelling of the standard library looked for.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use etio_benches::kubelet_log;
use etio_scan::Scanner;

fn scan(c: &mut Criterion) {
    let scanner = Scanner::new(etio_stdlib::pack());
    let text = kubelet_log(10_000).join("\n");
    let mut group = c.benchmark_group("scan");
    group.throughput(Throughput::Bytes(text.len() as u64)).sample_size(20);
    group.bench_function("candidates", |b| b.iter(|| scanner.candidates(text.as_bytes()).count()));
    group.finish();
}

criterion_group!(benches, scan);
criterion_main!(benches);
