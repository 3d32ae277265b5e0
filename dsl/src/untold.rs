//! Relations that rules read, of the name of another, which nobody tells.

use etio_plan::{Kind, RelId};

use crate::{
    diag::{Diagnostic, codes},
    lower::Draft,
    resolve::Cx,
    table::HashSet,
};

/// Warns of an entity or event that a rule file declares beside one of the same name that is collected.
pub(crate) fn warn(cx: &mut Cx<'_>, drafts: &[Draft]) {
    let atoms = drafts.iter().flat_map(|draft| draft.rule.atoms());
    let read: HashSet<RelId> = atoms.map(|atom| atom.relation).collect();
    let mut found = Vec::new();
    for (id, (file, span)) in (0..).map(RelId).zip(cx.names.places()) {
        let Some(own) = cx.pack.get(id).filter(|_| read.contains(&id)) else { continue };
        let is_input = matches!(own.kind, Kind::Event | Kind::Entity);
        if !is_input || !own.collect.is_empty() || cx.extracted.contains(&id) {
            continue;
        }
        let is_meant = |other: &&etio_plan::Relation| {
            other.name() == own.name() && !other.collect.is_empty() && other.path != own.path
        };
        if let Some(other) = cx.pack.relations.iter().find(is_meant) {
            let message =
                format!("this `{}` is not `{}`, and nothing tells it", own.name(), other.path);
            let help = format!("write `use {}` in its place, or give it another name", other.path);
            found.push(Diagnostic::new(codes::NEVER_TOLD, message).at(file, span, "").help(help));
        }
    }
    found.into_iter().for_each(|warning| cx.report(warning));
}
