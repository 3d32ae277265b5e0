//! What it costs to compile a program, and to load it compiled: the standard library, and a thousand rules
//! with a thousand patterns.

use criterion::{Criterion, criterion_group, criterion_main};
use etio::{Engine, Params};
use etio_dsl::{SourceFile, compile};
use etio_peers::patterns::program;
use etio_plan::Pack;

fn library(c: &mut Criterion) {
    let files: Vec<SourceFile> = etio_stdlib::FACTS
        .iter()
        .chain(etio_stdlib::RULES)
        .map(|file| SourceFile::in_module(file.path, file.module, file.text))
        .collect();
    both(c, "library", &files);
}

fn thousand(c: &mut Criterion) {
    let text = program(1000);
    both(c, "thousand", &[SourceFile::new("program.etio", text)]);
}

/// From text to a pack, and from a pack's bytes to an engine.
#[expect(clippy::panic, reason = "a bench cannot go on without its rules")]
fn both(c: &mut Criterion, name: &str, files: &[SourceFile]) {
    let Some(pack) = compile(files).pack else { panic!("{name} does not compile") };
    let bytes = pack.to_bytes();
    let mut group = c.benchmark_group(name);
    group.sample_size(20);
    group.bench_function("compile", |b| b.iter(|| compile(files)));
    group.bench_function("load", |b| {
        b.iter(|| Engine::new(Pack::from_bytes(&bytes).unwrap_or_default(), Params::default()));
    });
    group.finish();
}

criterion_group!(benches, library, thousand);
criterion_main!(benches);
