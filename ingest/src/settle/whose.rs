//! The pod of what a log tells by its uid, or by its name without the namespace.

use std::collections::BTreeMap;

use etio_plan::Value;

use super::namespaces::Namespaces;
use crate::gather::{Found, Gathered};
use crate::schema::Schema;

/// Names the pods that records leave open: as another line or an object names the one of that uid, or as the one pod of
/// that name is called.
pub(super) fn name(bundle: &mut [Gathered], schema: &Schema<'_>) {
    if bundle.iter().flat_map(|doc| &doc.found).all(|found| found.whose.is_none()) {
        return;
    }
    let known = Known::of(bundle, schema);
    for found in bundle.iter_mut().flat_map(|doc| &mut doc.found) {
        let Some(whose) = found.whose.take() else { continue };
        let by_uid = || whose.uids.iter().find_map(|uid| known.uids.get(uid).cloned());
        let by_name = || {
            let name = whose.name.as_deref()?;
            Some(format!("{}/{name}", known.names.one(name)?))
        };
        if let Some(pod) = by_uid().or_else(by_name)
            && let Some(open) = schema.open_pod(found.relation, &mut found.values)
        {
            *open = Value::from(pod);
        }
    }
}

/// The pods that the bundle names with their namespaces.
#[derive(Default)]
struct Known {
    uids: BTreeMap<String, String>,
    names: Namespaces,
}

impl Known {
    fn of(bundle: &[Gathered], schema: &Schema<'_>) -> Self {
        let mut known = Self::default();
        for doc in bundle {
            doc.uids.iter().for_each(|(uid, pod)| known.add(Some(uid), pod));
            for found in &doc.found {
                let uid = uid(found, schema);
                found.pods(schema).for_each(|pod| known.add(uid, pod));
            }
        }
        known
    }

    fn add(&mut self, uid: Option<&str>, pod: &str) {
        if self.names.see(pod)
            && let Some(uid) = uid
        {
            self.uids.entry(uid.to_owned()).or_insert_with(|| pod.to_owned());
        }
    }
}

/// The uid of a row's pod.
fn uid<'a>(found: &'a Found, schema: &Schema<'_>) -> Option<&'a str> {
    let relation = schema.get(found.relation).filter(|_| found.part == 0)?;
    let field = relation.field("pod_uid").or_else(|| relation.field("uid"))?;
    found.values.get(field.index())?.as_text()
}
