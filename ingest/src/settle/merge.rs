//! One thing described by several tables: `df` and `df -i`, the files of one process below `/proc`, a
//! row of `kubectl get` and the object itself. Each says a part; together they are one row.

use std::collections::BTreeMap;

use etio_plan::{Kind, Value};

use super::clock::Clock;
use crate::gather::{Found, Gathered};
use crate::schema::Schema;

/// Fills what rows of one key and one moment leave out from each other. Rows that contradict each other
/// are two states: in one document the later stands, of two documents the one that says more.
pub(super) fn merge(bundle: &mut [Gathered], schema: &Schema<'_>, clock: &Clock) {
    let mut groups: BTreeMap<String, Vec<(usize, usize)>> = BTreeMap::new();
    for (doc, gathered) in bundle.iter().enumerate() {
        for (at, found) in gathered.found.iter().enumerate() {
            if let Some(key) = key(schema, found) {
                let moment = clock.at(doc, found.when);
                groups.entry(format!("{moment} {key}")).or_default().push((doc, at));
            }
        }
    }
    for places in groups.into_values().filter(|places| places.len() > 1) {
        // There, what the first say reaches the last; and back.
        let pairs = || places.iter().zip(places.iter().skip(1));
        for (first, second) in pairs().chain(pairs().rev()) {
            unite(bundle, *first, *second);
        }
    }
}

/// The relation and key of an entity's row.
fn key(schema: &Schema<'_>, found: &Found) -> Option<String> {
    let relation = schema.get(found.relation)?;
    if relation.kind != Kind::Entity {
        return None;
    }
    let fields = relation.fields.iter().zip(&found.values).filter(|(field, _)| field.key);
    let values: Vec<&Value> = fields.map(|(_, value)| value).collect();
    let known = !values.iter().any(|value| value.is_null());
    known.then(|| format!("{:?} {values:?}", found.relation))
}

fn unite(bundle: &mut [Gathered], first: (usize, usize), second: (usize, usize)) {
    let values = |bundle: &[Gathered], (doc, at): (usize, usize)| {
        bundle.get(doc).and_then(|it| it.found.get(at)).map(|it| it.values.clone())
    };
    let (Some(a), Some(b)) = (values(bundle, first), values(bundle, second)) else { return };
    let united = if a.iter().zip(&b).all(|(a, b)| agree(a, b)) {
        a.iter().zip(&b).map(|(a, b)| fuller(a, b).clone()).collect()
    } else if first.0 != second.0 {
        let said = |values: &[Value]| values.iter().filter(|value| !value.is_null()).count();
        if said(&b) > said(&a) { b } else { a }
    } else {
        return;
    };
    for (doc, at) in [first, second] {
        if let Some(found) = bundle.get_mut(doc).and_then(|it| it.found.get_mut(at)) {
            found.values.clone_from(&united);
        }
    }
}

/// Whether two values do not contradict each other; an age is never exact.
fn agree(a: &Value, b: &Value) -> bool {
    let aged = matches!(
        (a, b),
        (Value::Duration(_), Value::Time(_)) | (Value::Time(_), Value::Duration(_))
    );
    a == b || a.is_null() || b.is_null() || aged
}

fn fuller<'v>(a: &'v Value, b: &'v Value) -> &'v Value {
    match (a, b) {
        (Value::Null, b) | (Value::Duration(_), b @ Value::Time(_)) => b,
        (a, _) => a,
    }
}
