//! What it costs to compile the standard library, and to load it compiled.

use criterion::{Criterion, criterion_group, criterion_main};
use etio::{Engine, Params};
use etio_dsl::{SourceFile, compile};
use etio_plan::Pack;

fn library(c: &mut Criterion) {
    let files: Vec<SourceFile> = etio_stdlib::FACTS
        .iter()
        .chain(etio_stdlib::RULES)
        .map(|file| SourceFile::in_module(file.path, file.module, file.text))
        .collect();
    let bytes = etio_stdlib::pack_bytes();
    let mut group = c.benchmark_group("library");
    group.sample_size(20);
    group.bench_function("compile", |b| b.iter(|| compile(&files)));
    group.bench_function("load", |b| {
        b.iter(|| Engine::new(Pack::from_bytes(bytes).unwrap_or_default(), Params::default()));
    });
    group.finish();
}

criterion_group!(benches, library);
criterion_main!(benches);
