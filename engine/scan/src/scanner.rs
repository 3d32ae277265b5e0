//! All patterns of a pack at once.

use alloc::{sync::Arc, vec, vec::Vec};

use etio_plan::{Extractor, FieldId, Kind, Pack, RelId, Relation, Type, Value, canonical};

use crate::{prefilter::Prefilter, spelling::Spelling};

/// A pack with its patterns ready: finds what its extractors and `~` patterns say about texts.
///
/// To make them ready is most of what it costs to begin, so a clone shares them, between threads too: scanning
/// changes nothing but the cache of regular expressions.
#[derive(Clone, Debug)]
pub struct Scanner(Arc<Ready>);

#[derive(Debug)]
struct Ready {
    pack: Arc<Pack>,
    /// One an extractor of the pack.
    extracts: Vec<Extract>,
    columns: Vec<Column>,
    prefilter: Prefilter,
    /// The fields that extractors read, by relation.
    reads: Vec<Vec<FieldId>>,
    /// Whether a relation is of events that no rule reads.
    unread: Vec<bool>,
}

/// An event that a text told of.
#[derive(Clone, PartialEq, Debug)]
pub struct Event {
    /// Its relation.
    pub relation: RelId,
    /// One value a field.
    pub values: Vec<Value>,
}

/// A text as it is offered to extractors.
#[derive(Clone, Copy)]
pub struct Text<'a> {
    /// What it says.
    pub text: &'a str,
    /// The fields it may be the value of: several for a line of unknown origin.
    pub places: &'a [(RelId, FieldId)],
    /// The other fields of its row, absent where nothing is known.
    pub row: &'a dyn Fn(RelId, FieldId) -> Value,
    /// Whether filters on absent fields pass, because nothing but the text is known.
    pub partial: bool,
}

#[derive(Debug)]
struct Extract {
    /// The types of the event's fields, whether they may be absent, and their defaults.
    fields: Vec<EventField>,
    spellings: Vec<Spelling>,
}

#[derive(Debug)]
struct EventField {
    ty: Type,
    may_be_absent: bool,
    default: Option<Value>,
}

#[derive(Debug)]
struct Column {
    relation: RelId,
    field: FieldId,
    matched: FieldId,
    spelling: Spelling,
}

impl Scanner {
    /// Makes the patterns of a pack ready.
    #[must_use]
    pub fn new(pack: impl Into<Arc<Pack>>) -> Self {
        let pack = pack.into();
        let spelling = |relation: RelId, spelling: &etio_plan::Spelling| {
            let fields = pack.get(relation).map(|r| r.fields.as_slice()).unwrap_or_default();
            Spelling::new(spelling, &pack.enums, |field| Some(&fields.get(field.index())?.ty))
        };
        let extracts = pack.extractors.iter().map(|plan| Extract {
            fields: pack.get(plan.event).map(event_fields).unwrap_or_default(),
            spellings: plan.spellings.iter().map(|s| spelling(plan.event, s)).collect(),
        });
        let columns = pack.columns.iter().map(|column| Column {
            relation: column.relation,
            field: column.field,
            matched: column.matched,
            spelling: spelling(column.relation, &column.spelling),
        });
        let mut reads = vec![Vec::new(); pack.relations.len()];
        for extractor in &pack.extractors {
            if let Some(fields) = reads.get_mut(extractor.from.index())
                && !fields.contains(&extractor.field)
            {
                fields.push(extractor.field);
            }
        }
        Self(Arc::new(Ready {
            extracts: extracts.collect(),
            columns: columns.collect(),
            prefilter: Prefilter::new(&pack.extractors),
            reads,
            unread: pack
                .relations
                .iter()
                .map(|relation| relation.kind == Kind::Event && relation.retention.is_none())
                .collect(),
            pack,
        }))
    }

    /// The pack whose patterns they are.
    #[must_use]
    pub fn pack(&self) -> &Arc<Pack> {
        &self.0.pack
    }

    pub(crate) fn is_unread(&self, relation: RelId) -> bool {
        self.0.unread.get(relation.index()).copied().unwrap_or(false)
    }

    /// The fields of a relation that extractors read.
    #[must_use]
    pub fn reads(&self, relation: RelId) -> &[FieldId] {
        self.0.reads.get(relation.index()).map(Vec::as_slice).unwrap_or_default()
    }

    /// The events that a text tells of: at most one a relation, by the first extractor of the pack
    /// with a spelling that matches.
    #[must_use]
    pub fn extract(&self, text: &Text<'_>) -> Vec<Event> {
        let mut events = Vec::new();
        self.extract_into(text, &mut events);
        events
    }

    /// The events that the text fields of a row tell of: at most one a relation.
    #[must_use]
    pub fn extract_row(&self, relation: RelId, values: &[Value]) -> Vec<Event> {
        let row = |_, field: FieldId| values.get(field.index()).cloned().unwrap_or(Value::Null);
        let mut events = Vec::new();
        for &field in self.reads(relation) {
            if let Some(text) = values.get(field.index()).and_then(Value::as_text) {
                let places = &[(relation, field)];
                self.extract_into(&Text { text, places, row: &row, partial: false }, &mut events);
            }
        }
        events
    }

    /// Fills the hidden columns of a row of an input relation.
    pub fn columns(&self, relation: RelId, values: &mut Vec<Value>) {
        for column in self.0.columns.iter().filter(|column| column.relation == relation) {
            let text = values.get(column.field.index()).and_then(Value::as_text);
            let found = text.and_then(|text| column.spelling.find(text));
            set(values, column.matched, Value::Bool(found.is_some()));
            for (field, value) in found.into_iter().flatten() {
                set(values, field, value);
            }
        }
    }

    /// The lines of a buffer in which an extractor may find something, as ranges without their line
    /// ends. It sees bytes, not records: a caller that joins or rewrites lines offers the records.
    pub fn candidates<'a>(
        &'a self,
        buffer: &'a [u8],
    ) -> impl Iterator<Item = core::ops::Range<usize>> + 'a {
        self.0.prefilter.lines(buffer)
    }

    fn extract_into(&self, text: &Text<'_>, events: &mut Vec<Event>) {
        for (extractor, spelling) in self.0.prefilter.hits(text.text) {
            let plan = self.0.pack.extractors.get(extractor);
            let Some((plan, extract)) = plan.zip(self.0.extracts.get(extractor)) else { continue };
            if events.iter().any(|event| event.relation == plan.event)
                || !text.places.contains(&(plan.from, plan.field))
                || !wants(plan, text)
            {
                continue;
            }
            let captures = extract.spellings.get(spelling).and_then(|s| s.find(text.text));
            if let Some(values) = captures.and_then(|captures| extract.event(plan, captures, text))
            {
                events.push(Event { relation: plan.event, values });
            }
        }
    }
}

impl From<Pack> for Scanner {
    fn from(pack: Pack) -> Self {
        Self::new(pack)
    }
}

impl From<Arc<Pack>> for Scanner {
    fn from(pack: Arc<Pack>) -> Self {
        Self::new(pack)
    }
}

/// Whether the row passes the filters.
fn wants(plan: &Extractor, text: &Text<'_>) -> bool {
    plan.filters.iter().all(|(field, values)| {
        let value = (text.row)(plan.from, *field);
        if value.is_null() { text.partial } else { values.contains(&value) }
    })
}

impl Extract {
    /// The event, where nothing that it needs is absent.
    fn event(
        &self,
        plan: &Extractor,
        captures: Vec<(FieldId, Value)>,
        text: &Text<'_>,
    ) -> Option<Vec<Value>> {
        let mut values = vec![Value::Null; self.fields.len()];
        for (from, to) in &plan.copies {
            set(&mut values, *to, (text.row)(plan.from, *from));
        }
        for (field, value) in plan.consts.iter().cloned().chain(captures) {
            set(&mut values, field, value);
        }
        for (value, field) in values.iter_mut().zip(&self.fields) {
            if value.is_null() {
                *value = field.default.clone().unwrap_or(Value::Null);
            }
            if let Value::Text(text) = value
                && field.ty.is_id()
            {
                *text = canonical(&field.ty, text);
            }
        }
        let whole =
            values.iter().zip(&self.fields).all(|(v, field)| field.may_be_absent || !v.is_null());
        whole.then_some(values)
    }
}

fn event_fields(relation: &Relation) -> Vec<EventField> {
    let fields = relation.fields.iter().map(|field| EventField {
        ty: field.ty.clone(),
        may_be_absent: field.optional || field.hidden,
        default: field.default.clone(),
    });
    fields.collect()
}

/// Sets a field, growing a row that is shorter than its relation.
fn set(values: &mut Vec<Value>, field: FieldId, value: Value) {
    if values.len() <= field.index() {
        values.resize(field.index() + 1, Value::Null);
    }
    if let Some(slot) = values.get_mut(field.index()) {
        *slot = value;
    }
}

#[cfg(test)]
mod tests;
