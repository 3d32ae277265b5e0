//! `ruleck test --growth`: whether what a rule looks at grows faster than what there is to look at. Each test is
//! told many times over at once, under other names, as if so many nodes had what it is about.

use std::collections::BTreeMap;

use etio::{Engine, Error};
use etio_dsl::{Compiled, SourceFile, TestCase};
use etio_plan::{Input, Pack, Type, Value};

use super::timeline::Timeline;
use super::{BAD, DIM, GOOD, engine, place};
use crate::text::count;

/// So many copies of a test are told,
const FEW: u64 = 20;
/// and then so many.
const MANY: u64 = 80;
/// A rule grows where it looks at so much more in many than in few,
const FASTER: u64 = 6;
/// and at no fewer rows and lookups.
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
    /// Rows and lookups for few copies of it.
    pub few: u64,
    /// The same for many.
    pub many: u64,
}

/// The rules that grow in the tests that are `wanted`, by their paths.
///
/// # Errors
/// When the files do not compile or the engine refuses the rules.
pub fn growing(
    compiled: &Compiled,
    files: &[SourceFile],
    wanted: impl Fn(&TestCase) -> bool,
) -> Result<Vec<Growth>, String> {
    let (_, engine) = engine(compiled)?;
    let mut all: BTreeMap<String, Growth> = BTreeMap::new();
    for case in compiled.tests.iter().filter(|case| wanted(case)) {
        let timeline = Timeline::of(case, engine.pack());
        let work =
            |copies| work(engine.fork(), &timeline, copies).map_err(|error| error.to_string());
        for ((rule, few), (_, many)) in work(FEW)?.into_iter().zip(work(MANY)?) {
            let known = all.get(&rule).map_or(LEAST, |known| known.many);
            if many > known && many > FASTER * few {
                let (name, place) = (case.name.clone(), place(files, case.file, case.span));
                all.insert(rule.clone(), Growth { rule, name, place, few, many });
            }
        }
    }
    Ok(all.into_values().collect())
}

/// Says which rules grow.
pub(super) fn render(growing: &[Growth]) -> String {
    let mut text = String::new();
    for Growth { rule, name, place, few, many } in growing {
        text.push_str(&format!("{BAD}{rule}{BAD:#}  {name}  {DIM}{place}{DIM:#}\n"));
        text.push_str(&format!("        looks at {few} rows in {FEW} copies of the test\n"));
        text.push_str(&format!("        and at {many} in {MANY}\n"));
    }
    let (all, verb) =
        (count(growing.len(), "rule"), if growing.len() == 1 { "looks" } else { "look" });
    let style = if growing.is_empty() { GOOD } else { BAD };
    text + &format!("{style}{all} {verb} at more than in proportion{style:#}\n")
}

/// The rows and lookups of each rule, always in the same order, where a timeline is told so many times over.
fn work(mut engine: Engine, timeline: &Timeline, copies: u64) -> Result<Vec<(String, u64)>, Error> {
    let inputs = timeline.inputs.len() as u64;
    for copy in 0..copies {
        let is_told =
            |input: &&Input| copy == 0 || matches!(input, Input::Fact(_) | Input::Remove(_));
        for input in timeline.inputs.iter().filter(is_told) {
            engine.feed(renamed(input.clone(), copy, inputs, engine.pack()))?;
        }
    }
    for &at in &timeline.instants {
        engine.advance(at);
    }
    Ok(engine.work().map(|(rule, work)| (rule.to_owned(), work)).collect())
}

/// The same of something else; the first copy of a timeline, which has so many inputs, is as it was written.
fn renamed(mut input: Input, copy: u64, inputs: u64, pack: &Pack) -> Input {
    if let Input::Fact(fact) | Input::Remove(fact) = &mut input
        && copy > 0
    {
        fact.origin.at += copy * inputs;
        let fields = pack.get(fact.relation).map_or(&[][..], |relation| &relation.fields);
        for (value, field) in fact.values.iter_mut().zip(fields) {
            rename(value, &field.ty, copy);
        }
    }
    input
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
