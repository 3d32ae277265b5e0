//! Values as JSON.

use etio_plan::Value;
use serde_json::Value as Json;

use crate::Error;

/// The fields of a JSON object. Durations, times and sizes are texts (`"10m"`,
/// `"2026-01-01T00:00:00Z"`, `"1Gi"`); the schema says which text is what.
pub(crate) fn fields(row: &Json) -> Result<impl Iterator<Item = (&str, Value)>, Error> {
    let object = row.as_object().ok_or(Error::NotAnObject)?;
    Ok(object.iter().map(|(name, value)| (name.as_str(), from_json(value))))
}

fn from_json(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Value::Int(whole),
            None => number.as_f64().map_or(Value::Null, Value::Float),
        },
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(items) => Value::List(items.iter().map(from_json).collect()),
        Json::Object(entries) => {
            Value::Map(entries.iter().map(|(key, item)| (key.clone(), from_json(item))).collect())
        }
    }
}
