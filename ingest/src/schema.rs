//! The relations of a pack that ingest fills, by name.

use std::collections::BTreeMap;

use etio_plan::{FieldId, Kind, Pack, RelId, Relation, Type, Value, canonical};
use etio_scan::Scanner;

use crate::row::Program;

/// What ingest needs to know of a pack.
#[derive(Debug)]
pub(crate) struct Schema<'p> {
    pack: &'p Pack,
    pub(crate) scanner: &'p Scanner,
    by_path: BTreeMap<&'p str, RelId>,
    /// The relations whose `message` a program's records may be: for an unknown one all of them, and
    /// that of API events.
    places: BTreeMap<Program, Vec<(RelId, FieldId)>>,
    /// The relations whose `line` they may be, as far as an extractor reads it.
    lines: BTreeMap<Program, Vec<(RelId, FieldId)>>,
}

/// The relation of each program's log.
const LOGS: [(Program, &str); 4] = [
    (Program::Kubelet, "std.node.KubeletLog"),
    (Program::Runtime, "std.node.RuntimeLog"),
    (Program::Kernel, "std.node.KernelLog"),
    (Program::System, "std.node.SystemLog"),
];

/// The relation of API events.
pub(crate) const EVENT: &str = "std.kube.KubeEvent";

impl<'p> Schema<'p> {
    pub(crate) fn new(scanner: &'p Scanner) -> Self {
        let pack = scanner.pack().as_ref();
        let by_path: BTreeMap<&str, RelId> = (0..)
            .zip(&pack.relations)
            .map(|(id, relation)| (relation.path.as_str(), RelId(id)))
            .collect();
        let field = |path: &str, name: &str| {
            let relation = *by_path.get(path)?;
            Some((relation, pack.get(relation)?.field(name)?))
        };
        let of_logs = |name| -> BTreeMap<Program, Vec<_>> {
            LOGS.iter().map(|(of, path)| (*of, field(path, name).into_iter().collect())).collect()
        };
        let all = |places: &BTreeMap<_, Vec<_>>| places.values().flatten().copied().collect();
        let mut places = of_logs("message");
        let mut messages: Vec<_> = all(&places);
        messages.extend(field(EVENT, "message"));
        places.insert(Program::Unknown, messages);
        let mut lines = of_logs("line");
        for read in lines.values_mut() {
            read.retain(|(relation, field)| scanner.reads(*relation).contains(field));
        }
        lines.insert(Program::Unknown, all(&lines));
        Self { pack, scanner, places, lines, by_path }
    }

    /// A relation that rows are given of.
    pub(crate) fn input(&self, path: &str) -> Option<RelId> {
        let id = *self.by_path.get(path)?;
        matches!(self.get(id)?.kind, Kind::Event | Kind::Entity).then_some(id)
    }

    pub(crate) fn get(&self, id: RelId) -> Option<&'p Relation> {
        self.pack.get(id)
    }

    /// The log relation of a program.
    pub(crate) fn log(&self, program: Program) -> Option<RelId> {
        self.places(program).first().map(|(relation, _)| *relation)
    }

    /// The text fields that a program's message may be the value of.
    pub(crate) fn places(&self, program: Program) -> &[(RelId, FieldId)] {
        self.places.get(&program).map(Vec::as_slice).unwrap_or_default()
    }

    /// The text fields that a program's whole lines are wanted for; most often none.
    pub(crate) fn lines(&self, program: Program) -> &[(RelId, FieldId)] {
        self.lines.get(&program).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether this is the relation of API events.
    pub(crate) fn is_event(&self, relation: RelId) -> bool {
        self.get(relation).is_some_and(|relation| relation.path == EVENT)
    }

    /// The name of a field.
    pub(crate) fn field_name(&self, relation: RelId, field: FieldId) -> &'p str {
        let found = self.get(relation).and_then(|r| r.fields.get(field.index()));
        found.map_or("", |field| field.name.as_str())
    }

    /// The fields of a relation that hold nodes, and whether they must be there.
    pub(crate) fn nodes(&self, relation: RelId) -> impl Iterator<Item = (FieldId, bool)> + use<'p> {
        let fields = self.get(relation).map(|r| r.fields.as_slice()).unwrap_or_default();
        (0..)
            .zip(fields)
            .filter(|(_, f)| f.ty == Type::Node)
            .map(|(id, f)| (FieldId(id), !f.optional))
    }

    /// The pod of a row, where it has a place for one and leaves it open.
    pub(crate) fn open_pod<'v>(
        &self,
        relation: RelId,
        values: &'v mut [Value],
    ) -> Option<&'v mut Value> {
        let relation = self.get(relation)?;
        let field = relation.field("pod")?;
        (relation.fields.get(field.index())?.ty == Type::Pod).then_some(())?;
        values.get_mut(field.index()).filter(|value| value.is_null())
    }

    /// Named values as the fields of a relation, each the one way its type is written. Fields that the
    /// relation does not have are dropped: a pack may be older.
    pub(crate) fn values(&self, relation: RelId, named: Vec<(&'static str, Value)>) -> Vec<Value> {
        let Some(schema) = self.get(relation) else { return Vec::new() };
        let mut values = vec![Value::Null; schema.fields.len()];
        for (name, value) in named {
            let Some(field) = schema.field(name) else { continue };
            let Some(declared) = schema.fields.get(field.index()) else { continue };
            if let (Some(slot), Some(value)) =
                (values.get_mut(field.index()), fitting(&declared.ty, value))
            {
                *slot = value;
            }
        }
        values
    }
}

/// A value as a value of this type, or nothing where it is not one.
pub(crate) fn fitting(ty: &Type, value: Value) -> Option<Value> {
    let value = match (ty, value) {
        (_, Value::Null) => return None,
        (ty, Value::Text(text)) if ty.is_textual() => {
            Value::Text(if ty.is_id() { canonical(ty, &text) } else { text })
        }
        // A number as text: a table has nothing else.
        (ty, Value::Text(text)) => return etio_scan::convert::value(ty, &text),
        // An age, which is measured back from the collection when that is known.
        (Type::Time, Value::Duration(age)) => Value::Duration(age),
        (Type::Bytes, Value::Int(count)) => Value::Bytes(count),
        (Type::Percent, Value::Int(points)) => {
            Value::Percent(f64::from(i32::try_from(points).ok()?))
        }
        (Type::Percent, Value::Float(points)) if points.is_finite() => Value::Percent(points),
        (Type::List(of), Value::List(items)) => {
            Value::List(items.into_iter().filter_map(|item| fitting(of, item)).collect())
        }
        (Type::Map(of), Value::Map(entries)) => {
            let mut entries: Vec<_> =
                entries.into_iter().filter_map(|(k, v)| Some((k, fitting(of, v)?))).collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            entries.dedup_by(|a, b| a.0 == b.0);
            Value::Map(entries)
        }
        (Type::Bool, value @ Value::Bool(_))
        | (Type::Int, value @ Value::Int(_))
        | (Type::Duration, value @ Value::Duration(_))
        | (Type::Time, value @ Value::Time(_))
        | (Type::Bytes, value @ Value::Bytes(_)) => value,
        (Type::Float, Value::Float(number)) if number.is_finite() => Value::Float(number + 0.0),
        (Type::Percent, Value::Percent(points)) if points.is_finite() => {
            Value::Percent(points + 0.0)
        }
        _ => return None,
    };
    Some(value)
}
