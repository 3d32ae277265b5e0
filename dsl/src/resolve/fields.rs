//! Fields by name.

use etio_plan::{FieldId, Kind, RelId, Type};

use super::{Cx, Meant};
use crate::{
    diag::{Diagnostic, codes, did_you_mean},
    syntax::ast::Name,
};

impl Cx<'_> {
    /// The field a name means, or an error.
    pub(crate) fn field(&mut self, file: usize, relation: RelId, name: &Name) -> Option<FieldId> {
        if let Some(id) = self.pack.get(relation)?.field(&name.text) {
            self.means(file, name.span, Meant::Field(relation, id));
            return Some(id);
        }
        let diagnostic = self.unknown_field(file, relation, name)?;
        self.report(diagnostic);
        None
    }

    /// The type of a field.
    pub(crate) fn type_of(&self, relation: RelId, field: FieldId) -> Option<Type> {
        self.pack.get(relation)?.fields.get(field.index()).map(|field| field.ty.clone())
    }

    /// Whether a field may be absent and nothing among these files ever fills it.
    pub(crate) fn is_never_filled(&self, relation: RelId, field: FieldId) -> bool {
        let Some(found) = self.pack.get(relation) else { return false };
        let may_be_absent = found
            .fields
            .get(field.index())
            .is_some_and(|field| field.optional && field.default.is_none() && !field.hidden);
        let ours = match found.kind {
            Kind::Derived => true,
            Kind::Event => self.extracted.contains(&relation),
            Kind::Entity | Kind::Finding => false,
        };
        may_be_absent && ours && !self.filled.contains(&(relation, field))
    }

    fn unknown_field(&self, file: usize, relation: RelId, name: &Name) -> Option<Diagnostic> {
        let found = self.pack.get(relation)?;
        // The hidden relation behind `P for d` has the fields that its braces bind.
        let (shown, hidden) = match found.name().split_once('#') {
            Some((shown, _)) => (shown, true),
            None => (found.name(), false),
        };
        let known = found.fields.iter().filter(|field| !field.hidden);
        let known: Vec<&str> = known.map(|field| field.name.as_str()).collect();
        let near = did_you_mean(&name.text, known.iter().copied()).filter(|_| !hidden);
        let help = || match hidden {
            true => format!("bind `{}` in the braces before `for`", name.text),
            false => format!("its fields are {}", known.join(", ")),
        };
        let here = if hidden { " here" } else { "" };
        let message = format!("`{shown}` has no field `{}`{here}", name.text);
        let diagnostic = Diagnostic::new(codes::UNKNOWN_FIELD, message).at(file, name.span, "");
        let mut diagnostic = diagnostic.meant(&name.text, near, help);
        if let Some(place) = self.names.place(relation) {
            diagnostic = diagnostic.also(place.file, place.span, "declared here");
        }
        Some(diagnostic)
    }
}
