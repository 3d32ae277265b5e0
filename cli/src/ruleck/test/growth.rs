//! `ruleck test --growth`: whether what a rule looks at grows faster than what there is to look at. Each test is
//! told many times over at once, under other names, as if so many nodes had what it is about.

use std::collections::BTreeMap;

use etio::{Engine, Error, Params};
use etio_dsl::{Compiled, SourceFile, TestCase};
use etio_plan::{Fact, Input, Pack, Type, Value};

use super::timeline::Timeline;
use super::{BAD, DIM, GOOD, place};
use crate::Exit;
use crate::text::count;

/// So many copies of a test are told, and so many more.
const COPIES: [u64; 2] = [20, 80];
/// A rule grows where it looks at so much more for four times as many copies, in rows and lookups,
const FASTER: u64 = 6;
/// and at no fewer of them.
const LEAST: u64 = 2000;

/// A rule that looks at more than in proportion, and the test that shows it best.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Growth {
    /// The rule's path.
    pub rule: String,
    /// The test's name.
    pub name: String,
    /// File and line of the test.
    pub place: String,
    /// Rows and lookups for few copies of it and for many.
    pub looked: [u64; 2],
}

/// The rules that grow in the tests of files that `wanted` admits, by their paths.
///
/// # Errors
/// When the files do not compile or the engine refuses the rules.
pub fn growing(
    compiled: &Compiled,
    files: &[SourceFile],
    wanted: impl Fn(usize) -> bool,
) -> Result<Vec<Growth>, String> {
    let Some(pack) = &compiled.pack else {
        return Err("the rules do not compile; see `ruleck check`".into());
    };
    let text = |error: Error| error.to_string();
    let engine = Engine::new(pack.clone(), Params::default()).map_err(text)?;
    let mut all: BTreeMap<String, Growth> = BTreeMap::new();
    for case in compiled.tests.iter().filter(|case| wanted(case.file)) {
        for (rule, looked) in grown(&engine, case).map_err(text)? {
            let known = all.get(&rule).map_or(LEAST, |known| known.looked[1]);
            if looked[1] > known {
                let (name, place) = (case.name.clone(), place(files, case.file, case.span));
                all.insert(rule.clone(), Growth { rule, name, place, looked });
            }
        }
    }
    Ok(all.into_values().collect())
}

/// Says which rules grow.
pub(super) fn run(
    compiled: &Compiled,
    files: &[SourceFile],
    wanted: impl Fn(usize) -> bool,
) -> Result<Exit, String> {
    let growing = growing(compiled, files, wanted)?;
    let [few, many] = COPIES;
    for Growth { rule, name, place, looked } in &growing {
        anstream::println!("{BAD}{rule}{BAD:#}  {name}  {DIM}{place}{DIM:#}");
        anstream::println!("        looks at {} rows in {few} copies of the test", looked[0]);
        anstream::println!("        and at {} in {many}", looked[1]);
    }
    let all = count(growing.len(), "rule");
    let (style, verb) = (
        if growing.is_empty() { GOOD } else { BAD },
        if growing.len() == 1 { "looks" } else { "look" },
    );
    anstream::println!("{style}{all} {verb} at more than in proportion{style:#}");
    Ok(if growing.is_empty() { Exit::Clean } else { Exit::Found })
}

/// The rows and lookups of rules that grow in a test.
fn grown(engine: &Engine, case: &TestCase) -> Result<Vec<(String, [u64; 2])>, Error> {
    let timeline = Timeline::of(case, engine.pack());
    let [few, many] = COPIES;
    let few = work(engine.fork(), &timeline, few)?;
    let many = work(engine.fork(), &timeline, many)?;
    let both = many.into_iter().map(|(rule, many)| {
        let few = few.get(&rule).copied().unwrap_or(0);
        (rule, [few, many])
    });
    Ok(both.filter(|(_, [few, many])| *many > FASTER * few).collect())
}

/// The rows and lookups of each rule where a timeline is told so many times over.
fn work(
    mut engine: Engine,
    timeline: &Timeline,
    copies: u64,
) -> Result<BTreeMap<String, u64>, Error> {
    let number = timeline.inputs.len() as u64;
    for input in &timeline.inputs {
        engine.feed(input.clone())?;
        for copy in 1..copies {
            match input {
                Input::Fact(fact) => {
                    engine.feed(Input::Fact(renamed(fact, (copy, number), engine.pack())))?;
                }
                Input::Remove(fact) => {
                    engine.feed(Input::Remove(renamed(fact, (copy, number), engine.pack())))?;
                }
                _ => {}
            }
        }
    }
    for &at in &timeline.instants {
        engine.advance(at);
    }
    Ok(engine.work().map(|(rule, work)| (rule.to_owned(), work)).collect())
}

/// The same of something else. A timeline has so many inputs.
fn renamed(fact: &Fact, (copy, number): (u64, u64), pack: &Pack) -> Fact {
    let mut fact = fact.clone();
    fact.origin.at += copy * number;
    let fields = pack.get(fact.relation).map_or(&[][..], |relation| &relation.fields);
    for (value, field) in fact.values.iter_mut().zip(fields) {
        rename(value, &field.ty, copy);
    }
    fact
}

/// Renames what names something: an id, or a text that reads like the name of an object.
fn rename(value: &mut Value, ty: &Type, copy: u64) {
    match (value, ty) {
        (Value::Text(text), ty) if ty.is_id() || *ty == Type::Text && is_object(text) => {
            text.push_str(&format!("-{copy}"));
        }
        (Value::List(items), Type::List(ty)) => {
            items.iter_mut().for_each(|item| rename(item, ty, copy));
        }
        _ => {}
    }
}

/// Whether a text is `namespace/name`.
fn is_object(text: &str) -> bool {
    let is_name = |part: &str| !part.is_empty() && !part.contains(['/', '.', ' ']);
    text.split_once('/').is_some_and(|(namespace, name)| is_name(namespace) && is_name(name))
}
