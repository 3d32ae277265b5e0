//! The pod of a container that is listed by its sandbox: `crictl ps` named no pod before 2022.

use std::collections::BTreeMap;

use etio_plan::{FieldId, RelId, Value};

use crate::gather::{Found, Gathered};
use crate::schema::Schema;

/// Names the pods of containers by what the list of sandboxes says.
pub(super) fn name_pods(bundle: &mut [Gathered], schema: &Schema<'_>) {
    let sandboxes = fields(schema, "std.runtime.CriSandbox", "id");
    let containers = fields(schema, "std.runtime.CriContainer", "sandbox");
    let Some((sandboxes, containers)) = sandboxes.zip(containers) else { return };
    let mut pods = BTreeMap::new();
    for found in bundle.iter().flat_map(|doc| &doc.found).filter(|it| it.relation == sandboxes.0) {
        if let (Some(id), Some(pod)) = (text(found, sandboxes.1), text(found, sandboxes.2)) {
            pods.insert(id.to_owned(), pod.to_owned());
        }
    }
    for found in bundle.iter_mut().flat_map(|doc| &mut doc.found) {
        if found.relation != containers.0 || text(found, containers.2).is_some() {
            continue;
        }
        let pod = text(found, containers.1).and_then(|id| pods.get(id)).cloned();
        if let (Some(pod), Some(place)) = (pod, found.values.get_mut(containers.2.index())) {
            *place = Value::Text(pod);
        }
    }
}

/// A relation, its field of that name, and the one of its pod.
fn fields(schema: &Schema<'_>, path: &str, by: &str) -> Option<(RelId, FieldId, FieldId)> {
    let id = schema.input(path)?;
    let relation = schema.get(id)?;
    Some((id, relation.field(by)?, relation.field("pod")?))
}

fn text(found: &Found, field: FieldId) -> Option<&str> {
    found.values.get(field.index())?.as_text()
}
