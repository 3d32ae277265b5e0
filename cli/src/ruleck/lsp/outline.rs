//! What is in a file, for an editor's outline.

use etio_dsl::syntax::ast::{Item, Span, Test};
use lsp_types::{DocumentSymbol, SymbolKind};

use super::program::Program;

/// The items of a file, with what is in them.
pub(super) fn outline(program: &Program, file: usize) -> Vec<DocumentSymbol> {
    let tree = program.tree(file);
    let outline = Outline { program, file };
    tree.iter().flat_map(|tree| &tree.items).map(|item| outline.item(item)).collect()
}

struct Outline<'a> {
    program: &'a Program,
    file: usize,
}

impl Outline<'_> {
    fn item(&self, item: &Item) -> DocumentSymbol {
        match item {
            Item::Relation(it) => {
                let (what, kind) = match it.entity {
                    true => ("entity", SymbolKind::STRUCT),
                    false => ("event", SymbolKind::EVENT),
                };
                self.symbol(&it.name.text, what, kind, it.span, it.name.span)
            }
            Item::Enum(it) => {
                self.symbol(&it.name.text, "enum", SymbolKind::ENUM, it.span, it.name.span)
            }
            Item::Extract(it) => {
                let name = it.event.parts.last().map_or("", |last| last.text.as_str());
                self.symbol(name, "extract", SymbolKind::CONSTRUCTOR, it.span, it.event.span)
            }
            Item::Derive(it) => {
                self.symbol(&it.name.text, "derive", SymbolKind::INTERFACE, it.span, it.name.span)
            }
            Item::Finding(it) => {
                let params = it.params.iter().map(|param| {
                    let name = &param.name;
                    self.symbol(&name.text, "param", SymbolKind::CONSTANT, param.span, name.span)
                });
                let parts = params.chain(it.tests.iter().map(|test| self.test(test))).collect();
                DocumentSymbol {
                    children: Some(parts),
                    ..self.symbol(
                        &it.name.text,
                        "finding",
                        SymbolKind::CLASS,
                        it.span,
                        it.name.span,
                    )
                }
            }
            Item::Test(it) => self.test(it),
            Item::Site(it) => {
                self.symbol(&it.name, "site", SymbolKind::NAMESPACE, it.span, it.span)
            }
        }
    }

    fn test(&self, test: &Test) -> DocumentSymbol {
        self.symbol(&test.name, "test", SymbolKind::METHOD, test.span, test.span)
    }

    #[expect(deprecated, reason = "a field of the type that must be given")]
    fn symbol(
        &self,
        name: &str,
        what: &str,
        kind: SymbolKind,
        whole: Span,
        at: Span,
    ) -> DocumentSymbol {
        DocumentSymbol {
            // An editor refuses what has no name.
            name: if name.is_empty() { what.to_owned() } else { name.to_owned() },
            detail: Some(what.to_owned()),
            kind,
            tags: None,
            deprecated: None,
            range: self.program.range(self.file, whole),
            selection_range: self.program.range(self.file, at),
            children: None,
        }
    }
}
