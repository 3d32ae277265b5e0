//! Any bytes: as a pack and as the content of one. What is taken for a pack must survive its own bytes,
//! and an engine must run it over whatever its schema lets in.
#![no_main]

use std::sync::Arc;

use etio_engine::{Engine, Limits, Options};
use etio_plan::{
    Fact, FieldId, Input, Kind, Origin, Pack, RelId, Relation, Scope, SourceId, Type, Value,
};
use libfuzzer_sys::fuzz_target;

/// Low, so that a hostile pack is soon done.
const LIMITS: Limits = Limits { held: 256, work: 1 << 10, closed: 4 };
const SECOND: i64 = 1_000_000_000;

fuzz_target!(|bytes: &[u8]| {
    let _ = Pack::from_bytes(bytes);
    // Few mutations keep the hash; this goes on behind it.
    if let Ok(pack) = Pack::from_bytes(&Pack::seal(bytes)) {
        let again = pack.to_bytes();
        assert_eq!(Pack::from_bytes(&again).map(|pack| pack.to_bytes()), Ok(again));
        run(pack);
    }
});

fn run(pack: Pack) {
    let pack = Arc::new(pack);
    let options = Options { limits: LIMITS, ..Options::default() };
    let Ok(mut engine) = Engine::new(pack.clone(), options) else { return };
    for round in 0..3 {
        for (relation, declared) in (0..).map(RelId).zip(&pack.relations).take(8) {
            for input in inputs(relation, declared, round) {
                let _ = engine.insert(input);
            }
        }
        engine.advance(round * 60 * SECOND);
        engine.drain();
        let _ = engine.episodes();
    }
    engine.advance(24 * 3600 * SECOND);
    engine.drain();
    let _ = engine.episodes();
}

/// What a relation may be told: rows, and in later rounds that some go, are all, or are lost.
fn inputs(relation: RelId, declared: &Relation, round: i64) -> Vec<Input> {
    let source = SourceId(u32::from(round == 2));
    let fact = |n: i64| Fact {
        relation,
        values: declared.fields.iter().map(|field| value(&field.ty, n)).collect(),
        time: (round * 60 + n * 20) * SECOND,
        origin: Origin { source, at: n as u64 + round as u64 * 3, part: 0 },
        assumed_from: (n == 2).then_some(0),
    };
    let key = declared.fields.iter().position(|field| field.key).unwrap_or(0);
    let scope: Scope = match (declared.fields.get(key), u16::try_from(key)) {
        (Some(field), Ok(key)) if round > 0 => vec![(FieldId(key), value(&field.ty, 0))],
        _ => vec![],
    };
    let time = round * 60 * SECOND;
    let mut inputs: Vec<Input> = (0..3).map(fact).map(Input::Fact).collect();
    match round {
        0 => inputs.push(Input::Covered { source, relation, scope, from: -SECOND }),
        1 => {
            inputs.push(Input::Gap { source, relation, scope, from: time, to: time + SECOND });
            inputs.push(Input::Remove(fact(0)));
        }
        _ if declared.kind == Kind::Entity => {
            let rows = vec![fact(1)];
            inputs.push(Input::Snapshot { source, relation, scope, time, rows });
        }
        _ => inputs.push(Input::Silent { source, relation, scope, from: time }),
    }
    inputs
}

/// A value of a type: few, so that rows meet.
fn value(ty: &Type, n: i64) -> Value {
    match ty {
        Type::Bool => Value::Bool(n == 1),
        Type::Int => Value::Int(n),
        Type::Float => Value::Float(n as f64),
        Type::Duration => Value::Duration(n * SECOND),
        Type::Time => Value::Time(n * SECOND),
        Type::Bytes => Value::Bytes(n),
        Type::Percent => Value::Percent(n as f64),
        Type::List(of) => Value::List(vec![value(of, n)]),
        Type::Map(of) => Value::Map(vec![("a".into(), value(of, n))]),
        _ => Value::Text(if n == 1 { "a".into() } else { "b".into() }),
    }
}
