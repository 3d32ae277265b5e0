//! Etio's side of the workloads.

mod patterns;
mod rules;
mod sequences;

use etio_engine::{Engine, Options};
use etio_peers::programs::{CHAIN, RELATIONS, by_reason, compile, empty};
use etio_peers::rules::Shape;
use etio_peers::{cep, names};
use etio_plan::{Input, Pack, RelId, SourceId};
use rules::Etio;
use sequences::Watch;

const SOURCE: SourceId = SourceId(0);

fn main() {
    let (workload, size) = etio_peers::asked();
    let cluster = |shape: Shape, program: String| {
        let program = RELATIONS.to_owned() + &program;
        etio_peers::rules::run(&mut Etio::new(shape, &program), shape);
    };
    let small = Shape::of(1000);
    match workload.as_str() {
        "rules" => cluster(Shape::of(size), by_reason(50)),
        // Rules about reasons that never come.
        "bystanders" => cluster(small, by_reason(50 + size)),
        "empty" => cluster(small, by_reason(50) + &empty(size)),
        "datalog" => cluster(Shape::single(size), CHAIN.into()),
        "cep" => cep::run(&mut Watch::new(), size),
        "keys" => cep::open(&mut Watch::new(), size),
        "compile" => patterns::run(size),
        "names" => names::run(&mut Interning::new(), size),
        _ => etio_peers::unknown(&workload),
    }
}

/// An engine that is only asked for symbols.
struct Interning(Engine);

#[expect(clippy::expect_used, reason = "a bench stops where it is wrong")]
impl Interning {
    fn new() -> Self {
        let pack = compile("names", "event Name { name: text }\n");
        Self(Engine::new(pack.into(), Options::default()).expect("the pack is right"))
    }
}

impl names::Names for Interning {
    fn intern(&mut self, name: &str) {
        self.0.symbol(name);
    }
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
