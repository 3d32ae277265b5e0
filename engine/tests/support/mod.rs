//! Rules as text, facts as a few words, transitions as lines.
#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that is written wrong may fail in any way"
)]

use std::sync::Arc;

use etio_dsl::SourceFile;
use etio_engine::{Change, Engine, Options, Transition, Verdict};
use etio_plan::{Fact, FieldId, Input, Origin, Pack, Scope, SourceId, Type, Value};

pub(crate) const S: i64 = 1_000_000_000;
/// Everything happens in the first hours after this instant, zero of the tests.
pub(crate) const ZERO: i64 = 1_767_225_600 * S;

/// Compiles rules, which must be right.
pub(crate) fn pack(rules: &str) -> Arc<Pack> {
    let file = SourceFile { path: "t.etio".into(), module: "t".into(), text: rules.into() };
    let compiled = etio_dsl::compile(&[file]);
    let errors = compiled.diagnostics.iter().filter(|of| of.is_error()).map(|of| &of.message);
    let errors: Vec<_> = errors.collect();
    Arc::new(compiled.pack.unwrap_or_else(|| panic!("{errors:?} in {rules}")))
}

/// An engine under test and what it is fed. Rows are written `R a b c`: the values of the fields in
/// the order declared, `-` for absent.
pub(crate) struct World {
    pub(crate) pack: Arc<Pack>,
    pub(crate) engine: Engine,
    pub(crate) inputs: Vec<Input>,
    next: u64,
}

impl World {
    /// An engine in which nothing is collected.
    pub(crate) fn blind(rules: &str) -> Self {
        Self::with(rules, Options::default())
    }

    pub(crate) fn with(rules: &str, options: Options) -> Self {
        let pack = pack(rules);
        let engine = Engine::new(pack.clone(), options).unwrap();
        Self { pack, engine, inputs: Vec::new(), next: 0 }
    }

    /// An engine in which source 0 has always carried every relation.
    pub(crate) fn new(rules: &str) -> Self {
        let mut world = Self::blind(rules);
        let all: Vec<String> = world.pack.relations.iter().map(|of| of.name().into()).collect();
        all.iter().for_each(|name| world.covered(name, 0, i64::MIN / S));
        world
    }

    pub(crate) fn feed(&mut self, input: Input) {
        self.inputs.push(input.clone());
        self.engine.insert(input).unwrap();
    }

    pub(crate) fn relation(&self, name: &str) -> etio_plan::RelId {
        self.pack.relation(&format!("t.{name}")).unwrap_or_else(|| panic!("no relation {name}"))
    }

    /// A fact at a second, from a source.
    pub(crate) fn fact(&mut self, row: &str, source: u32, at: i64) -> Fact {
        let mut words = row.split_whitespace();
        let relation = self.relation(words.next().unwrap());
        let declared = self.pack.get(relation).unwrap();
        let values: Vec<Value> =
            words.zip(&declared.fields).map(|(word, field)| value(word, &field.ty)).collect();
        self.next += 1;
        let origin = Origin { source: SourceId(source), at: self.next, part: 0 };
        Fact { relation, values, time: time(at), origin, assumed_from: None }
    }

    /// A row from source 0.
    pub(crate) fn row(&mut self, at: i64, row: &str) {
        self.row_of(0, at, row);
    }

    pub(crate) fn row_of(&mut self, source: u32, at: i64, row: &str) {
        let fact = self.fact(row, source, at);
        self.feed(Input::Fact(fact));
    }

    /// A row of a first snapshot.
    pub(crate) fn assumed(&mut self, from: i64, at: i64, row: &str) {
        let mut fact = self.fact(row, 0, at);
        fact.assumed_from = Some(time(from));
        self.feed(Input::Fact(fact));
    }

    pub(crate) fn remove(&mut self, at: i64, row: &str) {
        self.remove_of(0, at, row);
    }

    pub(crate) fn remove_of(&mut self, source: u32, at: i64, row: &str) {
        let fact = self.fact(row, source, at);
        self.feed(Input::Remove(fact));
    }

    pub(crate) fn source(&mut self, source: u32, name: &str, resolution: i64) {
        let source = SourceId(source);
        self.feed(Input::Source { source, name: name.into(), resolution });
    }

    /// The source carries the relation, or `R field=value` a part of it, from a second on.
    pub(crate) fn covered(&mut self, what: &str, source: u32, from: i64) {
        let (relation, scope) = self.scope(what);
        let (source, from) = (SourceId(source), time(from));
        self.feed(Input::Covered { source, relation, scope, from });
    }

    pub(crate) fn gap(&mut self, what: &str, source: u32, from: i64, to: i64) {
        let (relation, scope) = self.scope(what);
        let (source, from, to) = (SourceId(source), time(from), time(to));
        self.feed(Input::Gap { source, relation, scope, from, to });
    }

    pub(crate) fn silent(&mut self, what: &str, source: u32, from: i64) {
        let (relation, scope) = self.scope(what);
        let (source, from) = (SourceId(source), time(from));
        self.feed(Input::Silent { source, relation, scope, from });
    }

    pub(crate) fn scope(&self, what: &str) -> (etio_plan::RelId, Scope) {
        let mut words = what.split_whitespace();
        let relation = self.relation(words.next().unwrap());
        let declared = self.pack.get(relation).unwrap();
        let field = |word: &str| -> (FieldId, Value) {
            let (name, text) = word.split_once('=').unwrap();
            let field = declared.field(name).unwrap();
            (field, value(text, &declared.fields[field.index()].ty))
        };
        (relation, words.map(field).collect())
    }

    pub(crate) fn advance(&mut self, to: i64) {
        self.engine.advance(time(to));
    }

    /// Moves the clock and tells what changed, one line each.
    pub(crate) fn log(&mut self, to: i64) -> Vec<String> {
        self.advance(to);
        lines(&self.engine.drain())
    }
}

/// A second of a test as an instant.
pub(crate) fn time(second: i64) -> i64 {
    ZERO.saturating_add(second.saturating_mul(S))
}

fn value(word: &str, ty: &Type) -> Value {
    match (word, ty) {
        ("-", _) => Value::Null,
        (word, Type::Int) => Value::Int(word.parse().unwrap()),
        (word, Type::Bool) => Value::Bool(word == "true"),
        (word, Type::Float) => Value::Float(word.parse().unwrap()),
        (word, Type::Duration) => Value::Duration(word.parse::<i64>().unwrap() * S),
        (word, Type::Time) => Value::Time(time(word.parse().unwrap())),
        (word, Type::List(of)) => {
            Value::List(word.split(',').map(|word| value(word, of)).collect())
        }
        (word, _) => Value::Text(word.into()),
    }
}

/// `10s opened f(a) confirmed`, with the needs of what is suspected.
pub(crate) fn lines(transitions: &[Transition]) -> Vec<String> {
    transitions.iter().map(line).collect()
}

fn line(of: &Transition) -> String {
    let key: Vec<String> = of.key.iter().map(|(_, value)| show(value)).collect();
    let change = match of.change {
        Change::Opened => "opened",
        Change::Updated => "updated",
        Change::Resolved => "resolved",
        Change::Lapsed => "lapsed",
    };
    let verdict = match of.verdict {
        Verdict::Confirmed => "confirmed",
        Verdict::Suspected => "suspected",
    };
    let rule = of.rule.rsplit('.').next().unwrap();
    let needs: Vec<&str> =
        of.needs.iter().map(|need| need.relation.rsplit('.').next().unwrap()).collect();
    let needs =
        if needs.is_empty() { String::new() } else { format!(" needs {}", needs.join(" ")) };
    let at = (of.time - ZERO) as f64 / S as f64;
    format!("{at}s {change} {rule}({}) {verdict}{needs}", key.join(" "))
}

pub(crate) fn show(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Int(n) => n.to_string(),
        other => format!("{other:?}"),
    }
}
