//! The texts of what was gathered that may name an object.

use etio_plan::{Type, Value};

use crate::gather::{Found, Gathered};
use crate::schema::Schema;

impl Found {
    /// Those of its fields, and the pod that it is of.
    pub(super) fn texts(&mut self, see: &mut dyn FnMut(&mut String)) {
        self.values.iter_mut().for_each(|value| walk(value, see));
        self.pod.iter_mut().for_each(see);
    }

    /// The pods that its fields name.
    pub(super) fn pods<'a>(&'a self, schema: &'a Schema<'_>) -> impl Iterator<Item = &'a str> {
        let fields = schema.get(self.relation).map_or(&[][..], |it| &it.fields);
        let pods = fields.iter().zip(&self.values).filter(|(field, _)| field.ty == Type::Pod);
        pods.filter_map(|(_, pod)| pod.as_text())
    }
}

impl Gathered {
    /// Those of the scopes of which it holds everything.
    pub(super) fn scopes(&mut self, see: &mut dyn FnMut(&mut String)) {
        let scopes = self.complete.iter_mut().flat_map(|complete| &mut complete.scope);
        scopes.for_each(|(_, value)| walk(value, see));
    }
}

fn walk(value: &mut Value, see: &mut dyn FnMut(&mut String)) {
    match value {
        Value::Text(text) => see(text),
        Value::List(items) => items.iter_mut().for_each(|item| walk(item, see)),
        _ => {}
    }
}
