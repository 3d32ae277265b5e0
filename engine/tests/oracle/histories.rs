//! Random histories: what is told, by whom, and where the clock stands then.

use etio_plan::{Fact, Field, FieldId, Input, Origin, Pack, RelId, Scope, SourceId, Type, Value};
use proptest::prelude::*;

use super::Told;

pub(crate) const S: i64 = 1_000_000_000;
/// Zero of all histories.
pub(crate) const ZERO: i64 = 1_767_225_600 * S;
/// Nothing happens after this second.
pub(crate) const END: i64 = 20;

fn time(second: i64) -> i64 {
    ZERO.saturating_add(second.saturating_mul(S))
}

impl History {
    /// A second of it as an instant.
    pub(crate) fn time(&self, second: i64) -> i64 {
        time(if self.long && second >= LATER { second + LONG } else { second })
    }
}

/// From this second on a long history goes on when what was removed before is about to be forgotten.
const LATER: i64 = 10;
const LONG: i64 = 3590;

/// Something that is told.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) at: i64,
    pub(crate) source: u32,
    /// How often the clock has been moved before.
    pub(crate) turn: usize,
    pub(crate) what: What,
}

/// What is told. Rows are `E node=x state=on`; a scope is a row with some of its fields.
#[derive(Clone, Debug)]
pub(crate) enum What {
    Row(String),
    /// Of a first snapshot: assumed to have stood so many seconds before.
    First(String, i64),
    Gone(String),
    All(String, Vec<String>, Option<i64>),
    Covered(String),
    Gap(String, i64),
    Silent(String),
}

/// How a history is told: where the clock stops, and what is told before each stop.
#[derive(Clone, Debug)]
pub(crate) struct History {
    /// Nothing happens for most of an hour in the midst of it.
    pub(crate) long: bool,
    pub(crate) stops: Vec<i64>,
    pub(crate) steps: Vec<Step>,
}

fn node() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["x", "x", "y", "y", "(unnamed)"])
}

fn word(field: &str, value: Option<impl ToString>) -> String {
    value.map_or_else(String::new, |value| format!(" {field}={}", value.to_string()))
}

fn event() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec!["A", "A", "B", "B", "L"]);
    let w = prop::option::weighted(0.4, prop::sample::select(vec!["u", "v"]));
    (name, node(), 0..3i64, w)
        .prop_map(|(name, node, n, w)| format!("{name} node={node} n={n}{}", word("w", w)))
}

/// An event of a key that many are about, so that they come between and after one another.
fn busy_event() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec!["A", "A", "B", "B", "L"]);
    (name, prop::sample::select(vec![1, 1, 1, 2]))
        .prop_map(|(name, n)| format!("{name} node=x n={n}"))
}

fn entity() -> impl Strategy<Value = String> {
    let state = || prop::sample::select(vec!["on", "on", "off"]);
    let e = (node(), state(), prop::option::of(0..3i64))
        .prop_map(|(node, state, n)| format!("E node={node} state={state}{}", word("n", n)));
    let p = (node(), 0..3i64, state(), prop::option::of(0..END)).prop_map(
        |(node, n, mark, changed)| {
            format!("P node={node} n={n} mark={mark}{}", word("changed", changed))
        },
    );
    let list = prop::collection::vec(0..3i64, 0..3);
    let tag = prop::option::weighted(0.6, prop::sample::select(vec!["u", "v"]));
    let q = (node(), list, tag).prop_map(|(node, all, tag)| {
        let all: Vec<String> = all.iter().map(ToString::to_string).collect();
        format!("Q node={node} all={}{}", all.join(","), word("tag", tag))
    });
    prop_oneof![3 => e, 3 => p, 1 => q]
}

fn gone() -> impl Strategy<Value = String> {
    prop_oneof![
        node().prop_map(|node| format!("E node={node}")),
        (node(), 0..3i64).prop_map(|(node, n)| format!("P node={node} n={n}")),
        node().prop_map(|node| format!("Q node={node}")),
    ]
}

fn snapshot() -> impl Strategy<Value = What> {
    let scope = prop::sample::select(vec!["", " node=x", " node=y", " state=on", " n=1"]);
    let first = prop::option::weighted(0.3, 0..12i64);
    (scope, prop::collection::vec(entity(), 0..4), first).prop_map(|(scope, rows, first)| {
        let relation = rows.first().map_or("E", |row| &row[..1]).to_string();
        let unknown =
            (relation != "E" && scope == " state=on") || (relation == "Q" && scope == " n=1");
        let scope = if unknown { "" } else { scope };
        let inside = |row: &String| row.starts_with(&relation) && row.contains(scope);
        let rows = rows.iter().filter(|row| inside(row)).cloned().collect();
        What::All(format!("{relation}{scope}"), rows, first)
    })
}

fn scope() -> impl Strategy<Value = String> {
    let scopes = [
        "A",
        "B",
        "L",
        "E",
        "P",
        "A node=x",
        "A n=1",
        "B n=1",
        "B node=y n=1",
        "L node=x",
        "E node=x",
        "P node=x",
        "P node=y n=2",
        "B node=(unnamed)",
        "E node=(unnamed)",
        "Q",
        "Q node=x",
        "T",
        "T node=x",
        "T n=1",
        "U",
        "U node=y",
        "U node=x n=1",
    ];
    prop::sample::select(scopes.map(String::from).to_vec())
}

/// What a history is about.
#[derive(Clone, Copy, PartialEq, Debug)]
enum About {
    Anything,
    /// Events of few keys.
    Events,
    /// Rows that come and go, and nothing for most of an hour in the midst of it.
    Removals,
}

fn fact(about: About) -> impl Strategy<Value = What> {
    let (events, rows, gone) = match about {
        About::Anything => (1, 4, 1),
        About::Events => (20, 4, 1),
        About::Removals => (1, 8, 8),
    };
    prop_oneof![
        events => busy_event().prop_map(What::Row),
        4 => event().prop_map(What::Row),
        rows => entity().prop_map(What::Row),
        1 => (entity(), 0..12i64).prop_map(|(row, back)| What::First(row, back)),
        gone => self::gone().prop_map(What::Gone),
        1 => snapshot(),
    ]
}

fn coverage() -> impl Strategy<Value = What> {
    prop_oneof![
        4 => scope().prop_map(What::Covered),
        2 => (scope(), 1..6i64).prop_map(|(scope, length)| What::Gap(scope, length)),
        1 => scope().prop_map(What::Silent),
    ]
}

/// A history in which all is collected from the beginning, or only what it says itself; in one of
/// some, the clock moves while it is told.
pub(crate) fn history(collected: bool) -> impl Strategy<Value = History> {
    let some = |least| prop::collection::vec((0..END, any::<bool>()), least..4);
    let stops = prop_oneof![2 => Just(vec![]), 1 => some(1)];
    let about = prop::sample::select(vec![About::Anything, About::Events]);
    prop_oneof![9 => (stops, about), 1 => (some(2), Just(About::Removals))]
        .prop_flat_map(move |(stops, about)| {
            let mut stops = stops;
            stops.sort_unstable();
            stops.dedup();
            let turns = stops.len();
            let turn = move || prop_oneof![1 => Just(0), 2 => 0..=turns];
            let facts = (0..END, 0..3u32, turn(), fact(about));
            let told = (0..END, 0..2u32, turn(), coverage());
            let most = if collected { 1 } else { 10 };
            (
                Just((stops, about == About::Removals)),
                prop::collection::vec(facts, 0..20),
                prop::collection::vec(told, 0..most),
            )
        })
        .prop_map(move |((stops, long), facts, told)| {
            let step = |(at, source, turn, what)| Step { at, source, turn, what };
            let always = ["A", "B", "L", "E", "P", "Q"]
                .map(|name| (-1000, 0, 0, What::Covered(name.into())));
            let always = always.into_iter().filter(|_| collected);
            let steps = always.chain(told).chain(facts).map(step).collect();
            let mut history = History { long, stops: vec![], steps };
            let instant = |(at, odd): &(i64, bool)| history.time(*at) + i64::from(*odd) * S / 2;
            history.stops = stops.iter().map(instant).collect();
            history
        })
}

/// The name of a source.
pub(crate) const fn name(source: u32) -> &'static str {
    ["kubelet", "api", "audit"][source as usize]
}

/// The inputs of a history, with where the clock stands when each is told.
pub(crate) fn inputs(pack: &Pack, history: &History) -> Vec<(usize, Told)> {
    let name = |source: u32| Input::Source {
        source: SourceId(source),
        name: self::name(source).into(),
        resolution: [1, 2 * S, 3 * S][source as usize],
    };
    let mut inputs: Vec<(usize, Told)> =
        (0..3).map(|source| (0, Told { clock: i64::MIN, input: name(source) })).collect();
    for (nth, step) in history.steps.iter().enumerate() {
        let turn = step.turn.min(history.stops.len());
        let clock = turn.checked_sub(1).map_or(i64::MIN, |before| history.stops[before]);
        inputs.push((turn, Told { clock, input: input(pack, history, step, nth) }));
    }
    inputs
}

fn input(pack: &Pack, history: &History, step: &Step, nth: usize) -> Input {
    let time = |second| history.time(second);
    let read = |pack: &Pack, row: &str| read(pack, history, row);
    let (source, from) = (SourceId(step.source), time(step.at));
    let fact = |row: &str, part: usize| {
        let (relation, fields) = read(pack, row);
        let declared = &pack.relations[relation.index()].fields;
        let value = |(at, _): (usize, &Field)| {
            let told = fields.iter().find(|(field, _)| field.index() == at);
            told.map_or(Value::Null, |(_, value)| value.clone())
        };
        let values = declared.iter().enumerate().map(value).collect();
        let origin = Origin { source, at: nth as u64 + 1, part: part as u32 };
        Fact { relation, values, time: from, origin, assumed_from: None }
    };
    match &step.what {
        What::Row(row) => Input::Fact(fact(row, 0)),
        What::First(row, back) => {
            Input::Fact(Fact { assumed_from: Some(time(step.at - back)), ..fact(row, 0) })
        }
        What::Gone(row) => Input::Remove(fact(row, 0)),
        What::All(what, rows, first) => {
            let assumed_from = first.map(|back| time(step.at - back));
            let fact = |row: &str, part| Fact { assumed_from, ..fact(row, part) };
            let (relation, scope) = read(pack, what);
            let rows = rows.iter().enumerate().map(|(part, row)| fact(row, part)).collect();
            Input::Snapshot { source, relation, scope, time: from, rows }
        }
        What::Covered(what) => {
            let (relation, scope) = read(pack, what);
            Input::Covered { source, relation, scope, from }
        }
        What::Gap(what, length) => {
            let (relation, scope) = read(pack, what);
            Input::Gap { source, relation, scope, from, to: time(step.at + length) }
        }
        What::Silent(what) => {
            let (relation, scope) = read(pack, what);
            Input::Silent { source, relation, scope, from }
        }
    }
}

fn read(pack: &Pack, history: &History, row: &str) -> (RelId, Scope) {
    let mut words = row.split_whitespace();
    let relation = pack.relation(&format!("t.{}", words.next().unwrap())).unwrap();
    let declared = pack.get(relation).unwrap();
    let field = |word: &str| -> (FieldId, Value) {
        let (name, text) = word.split_once('=').unwrap();
        let field = declared.field(name).unwrap();
        let value = match declared.fields[field.index()].ty {
            Type::Int => Value::Int(text.parse().unwrap()),
            Type::Time => Value::Time(history.time(text.parse().unwrap())),
            Type::List(_) => {
                let each = text.split(',').filter(|text| !text.is_empty());
                Value::List(each.map(|text| Value::Int(text.parse().unwrap())).collect())
            }
            _ => Value::Text(text.into()),
        };
        (field, value)
    };
    (relation, words.map(field).collect())
}
