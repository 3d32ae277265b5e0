//! The only door into the engine: a decoded pack is checked before anything trusts it.
//!
//! What passes here has every id in range, every kind and type as its place asks, every variable
//! bound before it is used, and its rules in dependency order. How deep anything nests is bounded
//! by decoding, see [`crate::bounded`].

mod expr;
mod rule;
mod scope;
mod source;
#[cfg(test)]
mod tests;

use alloc::{format, string::String, vec::Vec};

use crate::{
    EnumId, Extractor, FieldId, HoleType, Kind, Pack, Param, Pattern, PatternColumn, Piece, RelId,
    Relation, Spelling, Type, Value, pack::checksum,
};

/// What is wrong, with the path of what it is wrong with.
type Check<T = ()> = Result<T, String>;

/// More of anything than an id can number is refused before it is numbered.
const MANY: usize = u16::MAX as usize;

impl Pack {
    /// Checks what the types cannot say.
    pub(crate) fn validate(&self) -> Check {
        if self.relations.len() > u32::MAX as usize || self.enums.len() > MANY {
            return Err("too many relations or enums".into());
        }
        // Numbers compare faster than paths.
        let paths = self.relations.iter().map(|of| of.path.as_str());
        let mut paths: Vec<(u64, &str)> =
            paths.map(|path| (checksum(path.as_bytes()), path)).collect();
        paths.sort_unstable();
        if let Some(((_, path), _)) = paths.iter().zip(paths.iter().skip(1)).find(|(a, b)| a == b) {
            return Err(format!("{path}: declared twice"));
        }
        for relation in &self.relations {
            self.relation_is_sound(relation)
                .map_err(|what| format!("{}: {what}", relation.path))?;
        }
        for param in &self.params {
            self.param_is_sound(param).map_err(|what| format!("{}: {what}", param.path))?;
        }
        for (at, extractor) in self.extractors.iter().enumerate() {
            self.extractor_is_sound(extractor).map_err(|what| format!("extractor {at}: {what}"))?;
        }
        for (at, column) in self.columns.iter().enumerate() {
            self.column_is_sound(column).map_err(|what| format!("column {at}: {what}"))?;
        }
        rule::rules_are_sound(self)
    }

    fn relation_is_sound(&self, relation: &Relation) -> Check {
        if relation.fields.len() > MANY {
            return Err("too many fields".into());
        }
        if relation.history < 0 || relation.retention.is_some_and(|kept| kept < 0) {
            return Err("kept for less than no time".into());
        }
        if relation.rate.is_some_and(|rate| rate.events == 0 || rate.per <= 0) {
            return Err("a rate of nothing, or in no time".into());
        }
        if (relation.retention.is_some() || relation.rate.is_some()) && relation.kind != Kind::Event
        {
            return Err("only events are kept for a time".into());
        }
        let mut hidden = false;
        for field in &relation.fields {
            self.type_is_known(&field.ty)?;
            if hidden && !field.hidden {
                return Err(format!("{} stands behind hidden fields", field.name));
            }
            hidden |= field.hidden;
            if field.default.as_ref().is_some_and(|value| !self.fits(value, &field.ty)) {
                return Err(format!("the default of {} is of another type", field.name));
            }
            if field.optional && (field.key || relation.kind == Kind::Finding) {
                return Err(format!("{} is part of a key and may be absent", field.name));
            }
        }
        match relation.since.map(|since| self.cell(relation, since)) {
            None | Some(Ok(Type::Time)) => Ok(()),
            Some(Ok(_)) => Err("`since` is no time".into()),
            Some(Err(what)) => Err(what),
        }
    }

    fn param_is_sound(&self, param: &Param) -> Check {
        self.type_is_known(&param.ty)?;
        let bounds = [&param.low, &param.high];
        if !self.fits(&param.default, &param.ty) {
            return Err("the value is of another type".into());
        }
        if bounds.iter().all(|bound| bound.is_null()) {
            return Ok(());
        }
        if bounds.iter().any(|bound| !self.fits(bound, &param.ty)) {
            return Err("the range is of another type".into());
        }
        if param.allows(&param.default) {
            return Ok(());
        }
        Err("the value is out of its range".into())
    }

    fn extractor_is_sound(&self, extractor: &Extractor) -> Check {
        let event = self.of_kind(extractor.event, &[Kind::Event])?;
        let from = self.of_kind(extractor.from, &[Kind::Event, Kind::Entity])?;
        if *self.cell(from, extractor.field)? != Type::Text {
            return Err("its source is no text".into());
        }
        for (field, values) in &extractor.filters {
            let ty = self.cell(from, *field)?;
            if values.iter().any(|value| !self.fits(value, ty)) {
                return Err("a filter is of another type".into());
            }
        }
        for (here, there) in &extractor.copies {
            if self.cell(from, *here)? != self.cell(event, *there)? {
                return Err("a copy changes the type".into());
            }
        }
        for (field, value) in &extractor.consts {
            if !self.fits(value, self.cell(event, *field)?) {
                return Err("a constant is of another type".into());
            }
        }
        extractor.spellings.iter().try_for_each(|spelling| self.spelling_is_sound(spelling, event))
    }

    fn column_is_sound(&self, column: &PatternColumn) -> Check {
        let relation = self.of_kind(column.relation, &[Kind::Event, Kind::Entity])?;
        if *self.cell(relation, column.field)? != Type::Text {
            return Err("it matches no text".into());
        }
        if *self.cell(relation, column.matched)? != Type::Bool {
            return Err("whether it matched is no bool".into());
        }
        let mut made = column.spelling.captures.iter().map(|(_, field)| *field);
        if ![column.matched].into_iter().chain(&mut made).all(|id| {
            relation.fields.get(id.index()).is_some_and(|field| field.hidden && field.optional)
        }) {
            return Err("it fills a field that is not hidden".into());
        }
        self.spelling_is_sound(&column.spelling, relation)
    }

    fn spelling_is_sound(&self, spelling: &Spelling, fills: &Relation) -> Check {
        for (_, field) in &spelling.captures {
            if matches!(self.cell(fills, *field)?, Type::Bool | Type::List(_) | Type::Map(_)) {
                return Err("a capture fills what no text spells".into());
            }
        }
        let Pattern::Template(pieces) = &spelling.pattern else { return Ok(()) };
        pieces.iter().try_for_each(|piece| match piece {
            Piece::Hole(hole) => match hole.ty {
                HoleType::Enum(id) => self.enum_is_known(id),
                _ => Ok(()),
            },
            Piece::Lit(_) => Ok(()),
        })
    }

    fn enum_is_known(&self, id: EnumId) -> Check {
        self.enums.get(id.index()).map(|_| ()).ok_or_else(|| format!("no enum {}", id.0))
    }

    fn type_is_known(&self, ty: &Type) -> Check {
        match ty {
            Type::Enum(id) => self.enum_is_known(*id),
            Type::List(item) | Type::Map(item) => self.type_is_known(item),
            _ => Ok(()),
        }
    }

    fn relation_of(&self, id: RelId) -> Check<&Relation> {
        self.get(id).ok_or_else(|| format!("no relation {}", id.0))
    }

    fn of_kind(&self, id: RelId, kinds: &[Kind]) -> Check<&Relation> {
        let relation = self.relation_of(id)?;
        if kinds.contains(&relation.kind) {
            return Ok(relation);
        }
        Err(format!("{} is of another kind", relation.path))
    }

    /// The type of a field.
    fn cell<'r>(&self, relation: &'r Relation, field: FieldId) -> Check<&'r Type> {
        let found = relation.fields.get(field.index());
        found
            .map(|field| &field.ty)
            .ok_or_else(|| format!("{} has no field {}", relation.path, field.0))
    }

    /// Whether a value is one of a type.
    fn fits(&self, value: &Value, ty: &Type) -> bool {
        match (value, ty) {
            (Value::Bool(_), Type::Bool)
            | (Value::Int(_), Type::Int)
            | (Value::Duration(_), Type::Duration)
            | (Value::Time(_), Type::Time)
            | (Value::Bytes(_), Type::Bytes) => true,
            (Value::Float(n), Type::Float) | (Value::Percent(n), Type::Percent) => n.is_finite(),
            (Value::Text(text), Type::Enum(id)) => {
                self.enums.get(id.index()).is_some_and(|found| found.names.contains(text))
            }
            (Value::Text(_), ty) => ty.is_textual(),
            (Value::List(items), Type::List(ty)) => items.iter().all(|item| self.fits(item, ty)),
            (Value::Map(entries), Type::Map(ty)) => {
                entries.iter().all(|(_, value)| self.fits(value, ty))
                    && entries.is_sorted_by(|a, b| a.0 < b.0)
            }
            _ => false,
        }
    }
}
