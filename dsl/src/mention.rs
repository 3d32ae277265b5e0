//! What names stand for and where that is declared: for editors.

use crate::{
    resolve::{Cx, Meant, Place},
    syntax::ast::Span,
    table::HashMap,
};

/// A name in a rule file, and where what it stands for is declared. A name where it is declared
/// or bound is a mention of itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Mention {
    /// Index of the file.
    pub file: usize,
    /// Where the name stands.
    pub span: Span,
    /// The declared name: index of its file, and where.
    pub declared: (usize, Span),
}

/// All mentions, in the order of the text; of two at one place the field comes before the variable.
pub(crate) fn mentions(cx: &Cx<'_>) -> Vec<Mention> {
    let (mut mentions, fields) = declared(cx);
    for (at, meant) in &cx.meant {
        let declared = match meant {
            Meant::Bound(place) => Some(*place),
            Meant::Relation(relation) => cx.names.place(*relation),
            Meant::Field(relation, field) => cx.names.place(*relation).and_then(|place| {
                let fields = fields.get(&(place.file, place.span.start))?;
                Some(Place { span: *fields.get(field.index())?, ..place })
            }),
        };
        if let Some(place) = declared {
            let declared = (place.file, place.span);
            mentions.push(Mention { file: at.file, span: at.span, declared });
        }
    }
    mentions.sort_by_key(|mention| (mention.file, mention.span));
    mentions.dedup();
    mentions
}

/// The names of a relation's fields, by file and place of its own.
type Fields = HashMap<(usize, u32), Vec<Span>>;

/// The declared names, and for each relation the names of its fields.
fn declared(cx: &Cx<'_>) -> (Vec<Mention>, Fields) {
    let mut mentions = Vec::new();
    let mut fields_of = Fields::default();
    for (file, tree) in cx.trees.iter().enumerate() {
        for item in &tree.items {
            let Some(name) = item.declares() else { continue };
            let fields = item.fields();
            let params = item.params().iter().map(|param| &param.name);
            let names = [name].into_iter().chain(fields.iter().copied()).chain(params);
            mentions.extend(names.map(|name| Mention {
                file,
                span: name.span,
                declared: (file, name.span),
            }));
            let fields: Vec<Span> = fields.iter().map(|name| name.span).collect();
            fields_of.insert((file, name.span.start), fields);
        }
    }
    (mentions, fields_of)
}
