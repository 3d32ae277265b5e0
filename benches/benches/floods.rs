//! What an event costs where the same was said a thousand times within the hour, and ten thousand times: by what
//! the rule asks.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use etio::{Engine, Params, Stamp, Value};
use etio_benches::SECOND;
use etio_peers::programs::compile;

const RELATIONS: &str =
    "event Said { node: node, what: text, code: int }\nevent Over { node: node }\n";

/// Rules that read the last hour of a node, by what of them it is about.
const RULES: [(&str, &str); 8] = [
    ("event", "Said { node, what: _ }"),
    ("refused", "Said { node, code }\n code < 0"),
    ("ruled-out", "Said { node, what: _ }\n } unless { Said { node, code: 7 }"),
    ("joined", "Said { node: _, what, code: 7 }\n Said { node, what, code: _ }"),
    ("without", "Said { node, what } without Over { node } for 5m\n what != \"\""),
    ("count", "count(Said { node, what: _ }) >= 3"),
    ("count-tested", "count(Said { node, code > 5 }) >= 3"),
    ("distinct", "distinct(code of Said { node, code }) >= 3"),
];

const HOUR: i64 = 3600 * SECOND;

/// One node that says the same so many times an hour.
struct Flood {
    engine: Engine,
    step: i64,
    now: i64,
}

#[expect(clippy::expect_used, reason = "the rows are of the schema above")]
impl Flood {
    fn new(when: &str, an_hour: i64) -> Self {
        let rule = format!(
            "finding flood(node) {{\n severity info\n when {{ {when} }}\n title \"{{node}}\"\n}}\n"
        );
        let pack = compile("flood", &(RELATIONS.to_owned() + &rule));
        let engine = Engine::new(pack, Params::default()).expect("the pack is valid");
        let mut flood = Self { engine, step: HOUR / an_hour, now: 0 };
        let source = flood.engine.source("node", 1).expect("it is new");
        for relation in ["Said", "Over"] {
            flood.engine.cover(relation, &[], source, 0).expect("it is declared");
        }
        (0..an_hour).for_each(|_| flood.say());
        flood
    }

    fn say(&mut self) {
        self.now += self.step;
        let fields: [(&str, Value); 3] =
            [("node", "n1".into()), ("what", "it does not answer".into()), ("code", 7.into())];
        self.engine.insert_row("Said", fields, Stamp::at(self.now)).expect("the row fits");
        self.engine.advance(self.now);
        self.engine.drain();
    }
}

fn floods(c: &mut Criterion) {
    let mut group = c.benchmark_group("floods");
    group.throughput(Throughput::Elements(1)).sample_size(20);
    for (name, when) in RULES {
        for an_hour in [1_000, 10_000] {
            let mut flood = Flood::new(when, an_hour);
            group.bench_function(BenchmarkId::new(name, an_hour), |b| b.iter(|| flood.say()));
        }
    }
    group.finish();
}

criterion_group!(benches, floods);
criterion_main!(benches);
