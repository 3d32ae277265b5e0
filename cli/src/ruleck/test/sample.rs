//! Sample lines of extractors.

use etio_dsl::SampleCase;
use etio_plan::{Extractor, FieldId, Pack, RelId, Type, Value};
use etio_scan::{Event, Scanner, Text};

use crate::show;

/// What is wrong with what a sample becomes, if anything is.
pub(super) fn failure(sample: &SampleCase, pack: &Pack) -> Option<String> {
    let extractor = pack.extractors.get(sample.extractor)?;
    let row = |_: RelId, field: FieldId| filler(pack, extractor, field);
    let places = &[(extractor.from, extractor.field)];
    let text = Text { text: &sample.text, places, row: &row, partial: true };
    // What one extractor leaves alone may be another's, and what another finds is none of its own.
    let event = Scanner::new(only(pack, extractor)).extract(&text).pop();
    let name = |id: FieldId| {
        let fields =
            pack.get(extractor.event).map(|event| event.fields.as_slice()).unwrap_or_default();
        fields.get(id.index()).map_or("?", |field| field.name.as_str())
    };
    match (&sample.expect, event) {
        (None, None) => None,
        (None, Some(_)) => Some("expected no event, but it became one".into()),
        (Some(_), None) => Some("expected an event, but no spelling matches".into()),
        (Some(expect), Some(Event { values, .. })) => {
            let wrong = expect.iter().filter_map(|(field, expected)| {
                let found = values.get(field.index()).unwrap_or(&Value::Null);
                (found != expected).then(|| {
                    let (name, expected, found) =
                        (name(*field), show::value(expected), show::value(found));
                    format!("expected {name}: {expected}, but it is {found}")
                })
            });
            let wrong: Vec<String> = wrong.collect();
            (!wrong.is_empty()).then(|| wrong.join("; "))
        }
    }
}

/// The pack with no other extractor.
fn only(pack: &Pack, extractor: &Extractor) -> Pack {
    Pack {
        relations: pack.relations.clone(),
        enums: pack.enums.clone(),
        extractors: vec![extractor.clone()],
        ..Pack::default()
    }
}

/// What the rest of the sample's row could say: what the filters want, something for each field copied.
fn filler(pack: &Pack, extractor: &Extractor, field: FieldId) -> Value {
    if let Some((_, values)) = extractor.filters.iter().find(|(known, _)| *known == field) {
        return values.first().cloned().unwrap_or(Value::Null);
    }
    let fields =
        pack.get(extractor.from).map(|relation| relation.fields.as_slice()).unwrap_or_default();
    match fields.get(field.index()).map(|field| &field.ty) {
        Some(Type::Pod) => "sample/sample".into(),
        Some(ty) if ty.is_textual() => "sample".into(),
        Some(Type::Int) => Value::Int(1),
        Some(Type::Bool) => Value::Bool(true),
        Some(Type::Duration) => Value::Duration(0),
        Some(Type::Time) => Value::Time(0),
        Some(Type::Bytes) => Value::Bytes(0),
        _ => Value::Null,
    }
}
