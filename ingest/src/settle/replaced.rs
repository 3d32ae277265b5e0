//! Two lists of one thing, taken one after the other in different files: what the later leaves out is
//! gone (M5.2).

use std::collections::BTreeMap;

use etio_plan::{Fact, Input, Origin, RelId, Scope};

use super::cover::key;
use crate::schema::Schema;

/// The rows of a list by key.
type Rows<'f> = BTreeMap<String, &'f Fact>;

/// Says of each row that a later list of the same relation and scope leaves out that it is gone.
pub(super) fn gone(schema: &Schema<'_>, feed: &[Input]) -> Vec<Input> {
    // By relation and scope, then time.
    let mut lists: BTreeMap<(RelId, String), BTreeMap<i64, Rows<'_>>> = BTreeMap::new();
    for input in feed {
        let Input::Snapshot { relation, scope, time, rows, .. } = input else { continue };
        let lists = lists.entry((*relation, of_scope(scope))).or_default();
        let list = lists.entry(*time).or_default();
        list.extend(rows.iter().map(|row| (of_row(schema, row), row)));
    }
    let mut gone = Vec::new();
    for lists in lists.into_values() {
        let mut times = lists.into_iter();
        let Some((_, mut before)) = times.next() else { continue };
        for (time, now) in times {
            let left_out = before.iter().filter(|(key, _)| !now.contains_key(*key));
            gone.extend(left_out.map(|(_, row)| {
                // Another input at the row's place.
                let origin = Origin { part: u32::MAX, ..row.origin };
                Input::Remove(Fact { time, origin, assumed_from: None, ..(*row).clone() })
            }));
            before = now;
        }
    }
    gone
}

fn of_scope(scope: &Scope) -> String {
    format!("{scope:?}")
}

fn of_row(schema: &Schema<'_>, row: &Fact) -> String {
    let fields = schema.get(row.relation).map(|r| r.fields.as_slice()).unwrap_or_default();
    key(fields.iter().zip(&row.values).filter(|(field, _)| field.key).map(|(_, v)| Some(v)))
}
