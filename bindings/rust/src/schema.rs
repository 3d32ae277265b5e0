//! Names and loose values into rows of a pack's relations.

use etio_plan::{
    Field, FieldId, Head, Pack, Param, ParamId, RelId, Relation, Rule, Scope, SlotId, SlotType,
    Type, Value, canonical,
};
use etio_scan::convert;

use crate::{Error, error::Given};

/// A relation by its full path, or by its last name where only one input relation has it.
pub(crate) fn relation<'p>(pack: &'p Pack, name: &str) -> Result<(RelId, &'p Relation), Error> {
    let named = |relation: &Relation| {
        relation.path == name || (!name.contains('.') && relation.name() == name)
    };
    let mut found = (0..).map(RelId).zip(&pack.relations).filter(|(_, relation)| named(relation));
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => Err(Error::UnknownRelation { name: name.into(), candidates: Vec::new() }),
        (Some(first), Some(second)) => Err(Error::UnknownRelation {
            name: name.into(),
            candidates: [first, second]
                .into_iter()
                .chain(found)
                .map(|(_, r)| r.path.clone())
                .collect(),
        }),
    }
}

/// A rule by its path or by the mode of its finding, and its place in the pack.
pub(crate) fn rule<'p>(pack: &'p Pack, name: &str) -> Result<(usize, &'p Rule), Error> {
    let mode = name.replace('_', "-");
    let is_named = |rule: &Rule| match &rule.head {
        Head::Finding(finding) => rule.path == name || finding.mode == mode,
        Head::Derived { .. } => rule.path == name,
    };
    let found = pack.rules.iter().enumerate().find(|(_, rule)| is_named(rule));
    found.ok_or_else(|| Error::UnknownRule(name.into()))
}

/// A parameter by its path, or by the name of its finding and its own: `RULE.PARAM`, as sites say it.
pub(crate) fn param<'p>(pack: &'p Pack, name: &str) -> Result<(ParamId, &'p Param), Error> {
    let is_named = |param: &Param| {
        let rest = param.path.strip_suffix(name);
        rest.is_some_and(|rest| rest.is_empty() || (rest.ends_with('.') && name.contains('.')))
    };
    let mut found = (0..).map(ParamId).zip(&pack.params).filter(|(_, param)| is_named(param));
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        _ => Err(Error::UnknownParam(name.into())),
    }
}

/// The parts of a rule's key by name, with their types.
pub(crate) fn key_parts<'p>(pack: &'p Pack, rule: &'p Rule) -> Vec<(&'p str, &'p Type)> {
    let declared = match &rule.head {
        Head::Finding(finding) => pack.get(finding.relation).map(|of| &of.fields),
        Head::Derived { .. } => None,
    };
    let part = |(at, slot): (usize, &SlotId)| {
        let slot = rule.slots.get(slot.index())?;
        let SlotType::Scalar(ty) = &slot.ty else { return None };
        let field = declared.and_then(|fields| fields.get(at));
        Some((field.map_or(slot.name.as_str(), |field| field.name.as_str()), ty))
    };
    rule.key.iter().enumerate().filter_map(part).collect()
}

/// A rule's key in order, absent where a part is not given.
pub(crate) fn key(pack: &Pack, rule: &Rule, given: &[(&str, Value)]) -> Result<Vec<Value>, Error> {
    let parts = key_parts(pack, rule);
    let mut key = vec![Value::Null; parts.len()];
    for (name, value) in given {
        let at = parts.iter().position(|(known, _)| known == name);
        let (place, (_, ty)) = at
            .and_then(|at| Some((key.get_mut(at)?, parts.get(at)?)))
            .ok_or_else(|| Error::UnknownKey {
                rule: rule.path.clone(),
                name: (*name).into(),
                parts: parts.iter().map(|(name, _)| (*name).into()).collect(),
            })?;
        *place = fit(&format!("{}.{name}", rule.path), ty, value.clone())?;
    }
    Ok(key)
}

/// What a row is for, which decides what it must have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// All fields but optional ones and those with a default.
    Whole,
    /// The key alone.
    Key,
}

/// One value a field, hidden ones left out.
pub(crate) fn row<'v>(
    relation: &Relation,
    fields: impl IntoIterator<Item = (&'v str, Value)>,
    need: Need,
) -> Result<Vec<Value>, Error> {
    let shown = relation.fields.iter().filter(|field| !field.hidden).count();
    let mut values = vec![Value::Null; shown];
    for (name, value) in fields {
        let (at, field) = field(relation, name)?;
        if let Some(slot) = values.get_mut(at.index()) {
            *slot = fit_field(relation, field, value)?;
        }
    }
    for (value, field) in values.iter_mut().zip(&relation.fields) {
        if !value.is_null() || field.optional || field.default.is_some() {
            continue;
        }
        match field.ty {
            // A producer that lists nothing says that there is nothing.
            Type::List(_) => *value = Value::List(Vec::new()),
            Type::Map(_) => *value = Value::Map(Vec::new()),
            _ if need == Need::Key && !field.key => {}
            _ => {
                let (relation, field) = (relation.path.clone(), field.name.clone());
                return Err(Error::MissingField { relation, field });
            }
        }
    }
    Ok(values)
}

/// Fields that a source covers.
pub(crate) fn scope(relation: &Relation, fields: &[(&str, Value)]) -> Result<Scope, Error> {
    let one = |(name, value): &(&str, Value)| {
        let (at, field) = field(relation, name)?;
        Ok((at, fit_field(relation, field, value.clone())?))
    };
    fields.iter().map(one).collect()
}

fn field<'r>(relation: &'r Relation, name: &str) -> Result<(FieldId, &'r Field), Error> {
    let at = relation.field(name);
    let field = at.and_then(|at| relation.fields.get(at.index())).filter(|field| !field.hidden);
    at.zip(field).ok_or_else(|| Error::UnknownField {
        relation: relation.path.clone(),
        field: name.into(),
        fields: relation.fields.iter().filter(|f| !f.hidden).map(|f| f.name.clone()).collect(),
    })
}

/// A value as `place`, which is of type `ty`, holds it.
pub(crate) fn fit(place: &str, ty: &Type, value: Value) -> Result<Value, Error> {
    let found = describe(&value);
    coerce(ty, value).ok_or_else(|| Error::WrongType {
        place: place.into(),
        expected: type_name(ty).into(),
        found,
    })
}

fn fit_field(relation: &Relation, field: &Field, value: Value) -> Result<Value, Error> {
    fit(&format!("{}.{}", relation.path, field.name), &field.ty, value)
}

/// A value as its field holds it: ids in canonical spelling, texts read as what they spell, whole
/// numbers widened, no float that is not finite.
fn coerce(ty: &Type, value: Value) -> Option<Value> {
    #[expect(clippy::cast_precision_loss, reason = "a float field holds what a float can")]
    let widen = |n: i64| n as f64;
    Some(match (ty, value) {
        (_, Value::Null) => Value::Null,
        (Type::Text, Value::Text(text)) => Value::Text(text),
        (ty, Value::Text(text)) if ty.is_textual() => Value::Text(canonical(ty, &text)),
        (ty, Value::Text(text)) => convert::value(ty, &text)?,
        (Type::Float, Value::Int(n)) => Value::Float(widen(n)),
        (Type::Percent, Value::Int(n)) => Value::Percent(widen(n)),
        (Type::Percent, Value::Float(n) | Value::Percent(n)) => Value::Percent(finite(n)?),
        (Type::Float, Value::Float(n)) => Value::Float(finite(n)?),
        (Type::Bytes, Value::Int(n)) => Value::Bytes(n),
        (Type::List(ty), Value::List(items)) => {
            Value::List(items.into_iter().map(|item| coerce(ty, item)).collect::<Option<_>>()?)
        }
        (Type::Map(ty), Value::Map(entries)) => {
            let coerced = entries.into_iter().map(|(key, item)| Some((key, coerce(ty, item)?)));
            let mut entries = coerced.collect::<Option<Vec<_>>>()?;
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Map(entries)
        }
        (Type::Bool, value @ Value::Bool(_))
        | (Type::Int, value @ Value::Int(_))
        | (Type::Duration, value @ Value::Duration(_))
        | (Type::Time, value @ Value::Time(_))
        | (Type::Bytes, value @ Value::Bytes(_)) => value,
        _ => return None,
    })
}

fn finite(number: f64) -> Option<f64> {
    number.is_finite().then_some(if number == 0.0 { 0.0 } else { number })
}

fn describe(value: &Value) -> String {
    match value {
        Value::Null => "nothing".into(),
        Value::Text(text) => Given(text).to_string(),
        Value::Bool(value) => format!("`{value}`"),
        Value::Int(number) => format!("the number {number}"),
        Value::Float(number) => format!("the number {number:?}"),
        Value::Duration(_) => "a duration".into(),
        Value::Time(_) => "a time".into(),
        Value::Bytes(_) => "a size".into(),
        Value::Percent(_) => "a percentage".into(),
        Value::List(_) => "a list".into(),
        Value::Map(_) => "a map".into(),
    }
}

const fn type_name(ty: &Type) -> &'static str {
    match ty {
        Type::Bool => "bool",
        Type::Int => "int",
        Type::Float => "float",
        Type::Text => "text",
        Type::Duration => "duration",
        Type::Time => "time",
        Type::Bytes => "bytes",
        Type::Percent => "percent",
        Type::Ip => "ip",
        Type::Version => "version",
        Type::Node => "node",
        Type::Pod => "pod",
        Type::Uid => "uid",
        Type::Cid => "cid",
        Type::Image => "image",
        Type::Digest => "digest",
        Type::Enum(_) => "enum",
        Type::List(_) => "list",
        Type::Map(_) => "map",
    }
}
