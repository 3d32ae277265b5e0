//! What a case tells, as inputs.

use std::collections::BTreeMap;

use etio_plan::{
    Fact, FieldId, Input, Kind, Origin, Pack, RelId, Relation, Scope, SourceId, Type, Value,
};
use etio_scan::{Scanner, convert};
use serde_json::Value as Json;

use crate::{
    Step,
    file::{Collected, Fields, What},
};

/// 2026-01-01T00:00:00Z, zero of all cases.
pub(crate) const ZERO: i64 = 1_767_225_600_000_000_000;
const MAIN: &str = "main";

/// Turns a history into steps, numbering sources and rows as they come.
pub(crate) struct Teller<'a> {
    pack: &'a Pack,
    scanner: &'a Scanner,
    resolutions: &'a BTreeMap<String, String>,
    sources: Vec<String>,
    steps: Vec<Step>,
    next: u64,
}

/// Who tells something, and how.
#[derive(Clone, Copy)]
struct How<'a> {
    time: i64,
    source: &'a str,
    number: Option<u64>,
    assumed_from: Option<i64>,
}

impl<'a> Teller<'a> {
    pub(crate) fn new(
        pack: &'a Pack,
        scanner: &'a Scanner,
        resolutions: &'a BTreeMap<String, String>,
    ) -> Self {
        Self { pack, scanner, resolutions, sources: Vec::new(), steps: Vec::new(), next: 0 }
    }

    /// The steps, and the sources by number.
    pub(crate) fn tell(
        mut self,
        collected: &Collected,
        history: &[(String, What)],
    ) -> Result<(Vec<Step>, Vec<String>), String> {
        let source = self.source(MAIN)?;
        let pack = self.pack;
        let told = (0..).map(RelId).zip(&pack.relations);
        for (relation, of) in told.filter(|(_, of)| matches!(of.kind, Kind::Event | Kind::Entity)) {
            let carried = match collected {
                Collected::Everything => true,
                Collected::Only(names) => names.iter().any(|name| name == of.name()),
            };
            if carried {
                let (scope, from) = (Scope::new(), i64::MIN);
                self.push(Input::Covered { source, relation, scope, from });
            }
        }
        for (at, what) in history {
            let how = How { time: time(at)?, source: MAIN, number: None, assumed_from: None };
            self.step(how, what).map_err(|why| format!("at {at}: {why}"))?;
        }
        Ok((self.steps, self.sources))
    }

    fn step(&mut self, how: How<'_>, what: &What) -> Result<(), String> {
        let input = match what {
            What::Of(source, what) => return self.step(How { source, ..how }, what),
            What::Numbered(number, what) => {
                return self.step(How { number: Some(*number), ..how }, what);
            }
            What::Assumed(from, what) => {
                return self.step(How { assumed_from: Some(time(from)?), ..how }, what);
            }
            What::Advance => {
                self.steps.push(Step::Advance(how.time));
                return Ok(());
            }
            What::Row(relation, fields) => Input::Fact(self.fact(how, relation, fields)?),
            What::Remove(relation, key) => Input::Remove(self.fact(how, relation, key)?),
            What::Snapshot(relation, scope, rows) => {
                let rows = rows.iter().map(|row| self.fact(how, relation, row));
                let rows = rows.collect::<Result<_, _>>()?;
                let (source, relation, scope) = self.part(how, relation, scope)?;
                Input::Snapshot { source, relation, scope, time: how.time, rows }
            }
            What::Covered(relation, scope) => {
                let (source, relation, scope) = self.part(how, relation, scope)?;
                Input::Covered { source, relation, scope, from: how.time }
            }
            What::Gap(relation, scope, to) => {
                let (source, relation, scope) = self.part(how, relation, scope)?;
                Input::Gap { source, relation, scope, from: how.time, to: time(to)? }
            }
            What::Silent(relation, scope) => {
                let (source, relation, scope) = self.part(how, relation, scope)?;
                Input::Silent { source, relation, scope, from: how.time }
            }
        };
        self.push(input);
        Ok(())
    }

    fn push(&mut self, input: Input) {
        let steps = &mut self.steps;
        let Ok(()) = self.scanner.read::<std::convert::Infallible>(input, |input| {
            steps.push(Step::Insert(input));
            Ok(())
        });
    }

    /// The number of a source; it is named to the engine when it first tells something.
    fn source(&mut self, name: &str) -> Result<SourceId, String> {
        let known = self.sources.iter().position(|known| known == name);
        let at = known.unwrap_or(self.sources.len());
        let source = SourceId(u32::try_from(at).map_err(|error| error.to_string())?);
        if known.is_none() {
            self.sources.push(name.to_owned());
            let resolution = self.resolutions.get(name).map_or(Ok(1), |text| duration(text))?;
            self.push(Input::Source { source, name: name.to_owned(), resolution });
        }
        Ok(source)
    }

    fn fact(&mut self, how: How<'_>, relation: &str, fields: &Fields) -> Result<Fact, String> {
        let (id, declared) = self.relation(relation)?;
        let mut values = vec![Value::Null; declared.fields.len()];
        for (name, json) in fields {
            let (field, value) = field(declared, name, json)?;
            if let Some(slot) = values.get_mut(field.index()) {
                *slot = value;
            }
        }
        self.next += 1;
        let at = how.number.unwrap_or(self.next);
        let origin = Origin { source: self.source(how.source)?, at, part: 0 };
        let (time, assumed_from) = (how.time, how.assumed_from);
        Ok(Fact { relation: id, values, time, origin, assumed_from })
    }

    /// The part of a relation that a source speaks of.
    fn part(
        &mut self,
        how: How<'_>,
        relation: &str,
        scope: &Fields,
    ) -> Result<(SourceId, RelId, Scope), String> {
        let (id, declared) = self.relation(relation)?;
        let scope = scope.iter().map(|(name, json)| field(declared, name, json));
        let scope = scope.collect::<Result<_, _>>()?;
        Ok((self.source(how.source)?, id, scope))
    }

    fn relation(&self, name: &str) -> Result<(RelId, &'a Relation), String> {
        let pack = self.pack;
        let mut all = (0..).map(RelId).zip(&pack.relations);
        all.find(|(_, of)| of.name() == name).ok_or_else(|| format!("no relation `{name}`"))
    }
}

fn field(relation: &Relation, name: &str, json: &Json) -> Result<(FieldId, Value), String> {
    let id = relation.field(name).ok_or_else(|| format!("no field `{name}`"))?;
    let ty = relation.fields.get(id.index()).map(|field| &field.ty);
    let value = ty.and_then(|ty| value(ty, json));
    Ok((id, value.ok_or_else(|| format!("`{name}` cannot be {json}"))?))
}

/// A value as JSON has it: durations, times and sizes are texts.
pub(crate) fn value(ty: &Type, json: &Json) -> Option<Value> {
    Some(match (ty, json) {
        (_, Json::Null) => Value::Null,
        (_, Json::String(text)) => convert::value(ty, text)?,
        (Type::Bool, Json::Bool(value)) => Value::Bool(*value),
        (Type::Int, Json::Number(number)) => Value::Int(number.as_i64()?),
        (Type::Bytes, Json::Number(number)) => Value::Bytes(number.as_i64()?),
        (Type::Float, Json::Number(number)) => Value::Float(number.as_f64()?),
        (Type::Percent, Json::Number(number)) => Value::Percent(number.as_f64()?),
        (Type::List(of), Json::Array(items)) => {
            Value::List(items.iter().map(|item| value(of, item)).collect::<Option<_>>()?)
        }
        (Type::Map(of), Json::Object(entries)) => {
            let read = entries.iter().map(|(key, item)| Some((key.clone(), value(of, item)?)));
            Value::Map(read.collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

fn time(text: &str) -> Result<i64, String> {
    Ok(ZERO.saturating_add(duration(text)?))
}

fn duration(text: &str) -> Result<i64, String> {
    convert::duration(text).ok_or_else(|| format!("`{text}` is no time"))
}
