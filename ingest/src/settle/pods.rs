//! The pod that a document leaves out: where it names one pod and no other, it is about that one.

use std::collections::BTreeSet;

use etio_plan::{Type, Value};

use crate::gather::Gathered;
use crate::schema::Schema;
use crate::unnamed;

/// Names the pods of what people paste without them, so that what is said of a pod in one place joins what is said in
/// another.
pub(super) fn name(bundle: &mut [Gathered], schema: &Schema<'_>) {
    for gathered in bundle {
        let own = unnamed::pod(&gathered.path);
        let mut named = BTreeSet::new();
        let mut open = false;
        gathered.pods(schema, &mut |pod| {
            open |= *pod == own;
            named.insert(pod.clone());
        });
        named.remove(&own);
        let mut named = named.into_iter();
        if let (true, Some(pod), None) = (open, named.next(), named.next()) {
            gathered.texts(&mut |text| {
                if *text == own {
                    text.clone_from(&pod);
                }
            });
        }
    }
}

impl Gathered {
    /// Every pod that a row or an event names.
    fn pods(&mut self, schema: &Schema<'_>, see: &mut dyn FnMut(&mut String)) {
        for found in &mut self.found {
            let fields = schema.get(found.relation).map_or(&[][..], |it| &it.fields);
            let values = found.values.iter_mut().zip(fields);
            for (value, _) in values.filter(|(_, field)| field.ty == Type::Pod) {
                if let Value::Text(pod) = value {
                    see(pod);
                }
            }
        }
    }

    /// Every text that stands for itself, as the name of an object does.
    fn texts(&mut self, see: &mut dyn FnMut(&mut String)) {
        let scopes = self.complete.iter_mut().flat_map(|complete| &mut complete.scope);
        let scopes = scopes.map(|(_, value)| value);
        let pods = self.found.iter_mut().filter_map(|found| found.pod.as_mut());
        pods.for_each(&mut *see);
        let values = self.found.iter_mut().flat_map(|found| &mut found.values);
        for value in values.chain(scopes) {
            if let Value::Text(text) = value {
                see(text);
            }
        }
    }
}
