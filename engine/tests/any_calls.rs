//! Nothing a host can say makes the engine panic or never come back (M6.2).
#![allow(clippy::unwrap_used, reason = "a test that is written wrong may fail in any way")]

mod support;

use etio_engine::{Engine, Error, Limits, Options};
use etio_plan::{Fact, FieldId, Input, Origin, ParamId, RelId, Scope, SourceId, Value};
use proptest::prelude::*;
use support::{S, World, pack};

/// Every operator, with windows that a host may set to nothing or to for ever.
const RULES: &str = r#"
    event A { node: node, n: int, w: float?, tags: list<text> }
    event B { node: node, n: int, lossy }
    entity E { key node: node, state: text, n: int?, since changed: time? }
    entity P { key node: node, key n: int, at: time?, left: duration?, labels: map<text, int> }
    derive D { node: node, n: int } keep 10s when { A { node, n }  no B { node, n } within 5s }
    derive F { node: node, t: text } when { A { node, n: _, tags }  t in tags }
    finding windows(node) { severity info param d = 1ns in 1ns..100000d keep 10s
      when { A { node, n: _ } within d  count(B { node, n: _ } within d) >= 1 } title "{node}" }
    finding sequences(node) { severity info param d = 100000d in 1ns..100000d keep 100000d
      when { A { node, n } then B { node, n } within d without B { node, n: 1 } } title "{node}" }
    finding absences(node) { severity info param d = 5s in 1ns..100000d
      when { A { node, n } without B { node, n } for d } unless { E { node, state: "on" } for d } title "{node}" }
    finding silences(node) { severity info param d = 5s in 1ns..100000d
      when { no A { node, n: _ } for d per E { node, state: "on" } } title "{node} {age(now_n)}"
      maybe { now_n = newest B { node, n: _ } } }
    finding states(node) { severity info
      when { E { node, state: "on", n } for 4s tolerating 2s  changes(state of E { node, state } within 1h) >= 0 }
      confirm { p = P { node, n: _, at: _ }  age(p.at) >= 2s } title "{node} {n}" }
    finding sums(node) { severity info
      when { A { node, n: _ }  s = sum(n of A { node, n } within 1h)  s * s > 3
        max(w of A { node, n: _, w } within 1h) > 0.5 } title "{node} {s}" explains chains { node } }
    finding chains(node) { severity info when { D { node, n: _ } for 3s  F { node, t: _ } }
      unless { windows { node } } title "{node}" }
    finding past(node) { severity info when { x = oldest A { node, n: _ }  E { node, state: _ } as of x
      no B { node, n: _ } since x } title "{node} {age(x)}" }
"#;

#[derive(Clone, Debug)]
enum Call {
    Insert(Input),
    Advance(i64),
    Drain,
    Look,
    Restore,
    Fork,
}

fn time() -> impl Strategy<Value = i64> {
    prop_oneof![
        4 => (0..40i64).prop_map(|second| second * S),
        1 => prop::sample::select(vec![i64::MIN, i64::MIN + 1, -1, 0, 1, i64::MAX - 1, i64::MAX]),
        1 => any::<i64>(),
    ]
}

fn number() -> impl Strategy<Value = i64> {
    prop_oneof![4 => 0..3i64, 1 => prop::sample::select(vec![i64::MIN, -1, i64::MAX])]
}

fn text() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["x", "on", "off", "", "v1.2", "\u{0}", "(unnamed)"])
        .prop_map(String::from)
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        number().prop_map(Value::Int),
        any::<f64>().prop_map(Value::Float),
        text().prop_map(Value::Text),
        number().prop_map(Value::Duration),
        time().prop_map(Value::Time),
        prop::collection::vec(text().prop_map(Value::Text), 0..3).prop_map(Value::List),
        prop::collection::vec((text(), number().prop_map(Value::Int)), 0..3).prop_map(Value::Map),
    ]
}

/// Values that fit a relation, most of the time.
fn values() -> impl Strategy<Value = (u32, Vec<Value>)> {
    let n = || number().prop_map(Value::Int);
    let word = || text().prop_map(Value::Text);
    let tags = || prop::collection::vec(text().prop_map(Value::Text), 0..3).prop_map(Value::List);
    let labels = prop::collection::vec((text(), n()), 0..3).prop_map(Value::Map);
    let maybe = |of: BoxedStrategy<Value>| prop_oneof![Just(Value::Null), of].boxed();
    prop_oneof![
        3 => (word(), n(), maybe((-1.0..1.0f64).prop_map(Value::Float).boxed()), tags())
            .prop_map(|(a, b, c, d)| (0, vec![a, b, c, d])),
        3 => (word(), n()).prop_map(|(a, b)| (1, vec![a, b])),
        3 => (word(), word(), maybe(n().boxed()), maybe(time().prop_map(Value::Time).boxed()))
            .prop_map(|(a, b, c, d)| (2, vec![a, b, c, d])),
        2 => (word(), n(), maybe(time().prop_map(Value::Time).boxed()),
              maybe(number().prop_map(Value::Duration).boxed()), labels)
            .prop_map(|(a, b, c, d, e)| (3, vec![a, b, c, d, e])),
        2 => (0..20u32, prop::collection::vec(value(), 0..7)),
    ]
}

fn source() -> impl Strategy<Value = SourceId> {
    prop_oneof![4 => 0..3u32, 1 => prop::sample::select(vec![u32::MAX, u32::MAX - 1])]
        .prop_map(SourceId)
}

fn fact() -> impl Strategy<Value = Fact> {
    let origin =
        (source(), prop_oneof![0..20u64, Just(u64::MAX)], prop_oneof![Just(0), Just(u32::MAX)]);
    (values(), time(), origin, prop::option::weighted(0.2, time())).prop_map(
        |((relation, values), time, (source, at, part), assumed_from)| Fact {
            relation: RelId(relation),
            values,
            time,
            origin: Origin { source, at, part },
            assumed_from,
        },
    )
}

fn scope() -> impl Strategy<Value = Scope> {
    let field = prop_oneof![8 => 0..4u16, 1 => Just(u16::MAX)].prop_map(FieldId);
    let value = prop_oneof![2 => text().prop_map(Value::Text), 1 => value()];
    prop_oneof![
        Just(vec![]),
        text().prop_map(|node| vec![(FieldId(0), Value::Text(node))]),
        prop::collection::vec((field, value), 0..3),
    ]
}

fn input() -> impl Strategy<Value = Input> {
    let relation = || (0..16u32).prop_map(|n| RelId(if n < 12 { n % 4 } else { n }));
    let span = || (source(), relation(), scope(), time());
    prop_oneof![
        10 => fact().prop_map(Input::Fact),
        2 => fact().prop_map(Input::Remove),
        2 => (span(), prop::collection::vec(fact(), 0..4), any::<bool>()).prop_map(
            |((source, relation, scope, time), mut rows, fits)| {
                if fits {
                    rows.retain(|row| row.relation == relation);
                }
                Input::Snapshot { source, relation, scope, time, rows }
            }
        ),
        4 => span().prop_map(|(source, relation, scope, from)| Input::Covered { source, relation, scope, from }),
        2 => (span(), time()).prop_map(|((source, relation, scope, from), to)| {
            Input::Gap { source, relation, scope, from, to }
        }),
        1 => span().prop_map(|(source, relation, scope, from)| Input::Silent { source, relation, scope, from }),
        1 => (source(), text(), number())
            .prop_map(|(source, name, resolution)| Input::Source { source, name, resolution }),
    ]
}

fn call() -> impl Strategy<Value = Call> {
    prop_oneof![
        12 => input().prop_map(Call::Insert),
        4 => time().prop_map(Call::Advance),
        1 => Just(Call::Drain),
        1 => Just(Call::Look),
        1 => Just(Call::Restore),
        1 => Just(Call::Fork),
    ]
}

fn options() -> impl Strategy<Value = Options> {
    let limits =
        (0..60usize, 0..200u64, 0..4usize, any::<bool>()).prop_map(|(held, work, closed, low)| {
            if low { Limits { held, work, closed } } else { Limits::default() }
        });
    let long = prop_oneof![Just(0), Just(100_000 * 86_400 * S), 0..60 * S];
    let params = prop::collection::vec((0..5u32, long), 0..3);
    (limits, params, any::<u64>(), any::<bool>()).prop_map(
        |(limits, params, seed, unnamed_ambiguous)| {
            let params =
                params.into_iter().map(|(at, d)| (ParamId(at), Value::Duration(d))).collect();
            Options { params, seed, limits, unnamed_ambiguous }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn m6_2_no_calls_make_it_panic(options in options(), calls in prop::collection::vec(call(), 0..60)) {
        let pack = pack(RULES);
        let Ok(mut engine) = Engine::new(pack.clone(), options.clone()) else { return Ok(()) };
        for call in calls {
            match call {
                Call::Insert(input) => drop(engine.insert(input)),
                Call::Advance(to) => engine.advance(to),
                Call::Drain => drop(engine.drain()),
                Call::Look => drop((engine.episodes(), engine.late(), engine.next_deadline(), engine.now())),
                Call::Fork => drop(engine.fork().drain()),
                Call::Restore => {
                    let bytes = engine.snapshot();
                    engine = Engine::restore(pack.clone(), options.clone(), &bytes).unwrap();
                    prop_assert_eq!(engine.snapshot(), bytes);
                }
            }
        }
        engine.advance(i64::MAX);
    }
}

#[test]
fn m6_2_a_full_buffer_is_an_error_and_loses_nothing() {
    let limits = Limits { held: 2, ..Limits::default() };
    let mut world = World::with(
        "event A { node: node } finding f(node) { severity info when { A { node } } title \"{node}\" }",
        Options { limits, ..Options::default() },
    );
    world.row(1, "A x");
    world.row(2, "A y");
    let third = world.fact("A z", 0, 3);
    assert_eq!(world.engine.insert(Input::Fact(third.clone())), Err(Error::Full(2)));
    assert_eq!(world.log(2), ["1s opened f(x) confirmed", "2s opened f(y) confirmed"]);
    world.feed(Input::Fact(third));
    assert_eq!(world.log(3), ["3s opened f(z) confirmed"]);
}

/// An episode notes in a byte which choice of a text it shows.
#[test]
fn a_text_has_no_more_choices_than_can_be_noted() {
    let rules = "event A { node: node }\nfinding f(node) { severity info when { A { node } } title \"{node}\" }";
    let with = |choices: usize| {
        let mut pack = (*pack(rules)).clone();
        for rule in &mut pack.rules {
            if let etio_plan::Head::Finding(finding) = &mut rule.head {
                finding.title = vec![finding.title[0].clone(); choices];
            }
        }
        Engine::new(pack.into(), Options::default()).map(drop)
    };
    assert_eq!(with(255), Ok(()));
    assert!(matches!(with(256), Err(Error::Rule(_))));
}
