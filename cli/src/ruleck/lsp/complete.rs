//! What could be written at a place.

use etio_dsl::syntax::ast::{Item, Name, Span};
use etio_dsl::syntax::{Wanted, wanted};
use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionItemLabelDetails, Documentation, MarkupContent,
    MarkupKind,
};

use super::program::{Declared, Program};
use super::{edits, hover, reference};

/// All that could go on at a place; which of it begins like the word there, the editor sees.
pub(super) fn complete(program: &Program, file: usize, at: usize) -> Vec<CompletionItem> {
    let complete = Complete { program, file, at };
    let mut items: Vec<CompletionItem> =
        wanted(program.text(file), at).into_iter().flat_map(|wanted| complete.of(wanted)).collect();
    // What several things wanted have in common is offered once.
    let mut seen = Vec::with_capacity(items.len());
    items.retain(|item| {
        let key = (item.label.clone(), item.detail.clone());
        !seen.contains(&key) && {
            seen.push(key);
            true
        }
    });
    items
}

struct Complete<'a> {
    program: &'a Program,
    file: usize,
    at: usize,
}

impl Complete<'_> {
    fn of(&self, wanted: Wanted<'_>) -> Vec<CompletionItem> {
        let all = || self.program.declared();
        let is_finding = |declared: &Declared<'_>| matches!(declared.item, Item::Finding(_));
        match wanted {
            Wanted::Keyword(word) => vec![word_item(word, CompletionItemKind::KEYWORD)],
            Wanted::Type => etio_dsl::types()
                .map(|name| word_item(name, CompletionItemKind::TYPE_PARAMETER))
                .collect(),
            Wanted::Value => etio_dsl::functions()
                .map(|name| word_item(name, CompletionItemKind::FUNCTION))
                .chain(self.bound())
                .collect(),
            Wanted::Relation => all().map(|declared| self.relation(&declared)).collect(),
            Wanted::Finding => {
                all().filter(is_finding).map(|declared| self.relation(&declared)).collect()
            }
            Wanted::Field(path) => self.parts(path, Item::fields, CompletionItemKind::FIELD),
            Wanted::Param(path) => self.parts(path, params, CompletionItemKind::CONSTANT),
            Wanted::Module(begun) => self.modules(begun),
            Wanted::NameOf(module) => all()
                .filter(|declared| self.program.module(declared.file) == module)
                .map(|declared| CompletionItem {
                    additional_text_edits: None,
                    ..self.relation(&declared)
                })
                .collect(),
        }
    }

    /// A relation or finding; where the file does not know its name yet, with the `use` line for it.
    fn relation(&self, declared: &Declared<'_>) -> CompletionItem {
        let module = self.program.module(declared.file);
        let name = declared.name.text.as_str();
        let missing = self.program.missing_use(self.file, declared);
        CompletionItem {
            label: name.to_owned(),
            label_details: Some(CompletionItemLabelDetails {
                detail: None,
                description: Some(module.to_owned()),
            }),
            kind: Some(match declared.item {
                Item::Finding(_) => CompletionItemKind::CLASS,
                Item::Relation(it) if !it.entity => CompletionItemKind::EVENT,
                _ => CompletionItemKind::STRUCT,
            }),
            detail: Some(format!("{} {module}.{name}", declared.keyword())),
            documentation: Some(markdown(hover::relation(self.program, declared))),
            // What is known already comes first.
            sort_text: Some(format!("{}{name}", u8::from(missing.is_some()))),
            additional_text_edits: missing
                .map(|module| vec![edits::use_line(self.program, self.file, module, name)]),
            ..CompletionItem::default()
        }
    }

    /// The variables and parameters of the rule around the place, where it can be read.
    fn bound(&self) -> Vec<CompletionItem> {
        let tree = self.program.tree(self.file);
        let mut items = tree.iter().flat_map(|tree| &tree.items);
        let around = |span: Span| span.start as usize <= self.at && self.at <= span.end as usize;
        let Some(item) = items.find(|item| around(item.span())) else { return Vec::new() };
        let within = |span: Span| item.span().start <= span.start && span.end <= item.span().end;
        let mentions = self.program.compiled.mentions.iter();
        let bound = mentions.filter(|mention| {
            mention.declared == (self.file, mention.span)
                && mention.file == self.file
                && within(mention.span)
        });
        let mut names: Vec<&str> =
            bound.map(|mention| self.program.slice(self.file, mention.span)).collect();
        names.sort_unstable();
        names.dedup();
        let item = |name: &str| CompletionItem {
            label: name.to_owned(),
            kind: Some(CompletionItemKind::VARIABLE),
            ..CompletionItem::default()
        };
        names.into_iter().map(item).collect()
    }

    fn parts(
        &self,
        path: &str,
        of: fn(&Item) -> Vec<&Name>,
        kind: CompletionItemKind,
    ) -> Vec<CompletionItem> {
        let Some(declared) = self.program.named(self.file, path) else { return Vec::new() };
        let item = |name: &Name| CompletionItem {
            label: name.text.to_string(),
            kind: Some(kind),
            documentation: hover::show(self.program, declared.file, name.span).map(markdown),
            ..CompletionItem::default()
        };
        of(declared.item).into_iter().map(item).collect()
    }

    fn modules(&self, begun: &str) -> Vec<CompletionItem> {
        let modules = self.program.sources.files.iter().map(|file| file.module.as_str());
        let rest = modules.filter_map(|module| match begun {
            "" => Some(module),
            _ => module.strip_prefix(begun)?.strip_prefix('.'),
        });
        rest.map(|module| word_item(module, CompletionItemKind::MODULE)).collect()
    }
}

fn params(item: &Item) -> Vec<&Name> {
    item.params().iter().map(|param| &param.name).collect()
}

fn word_item(word: &str, kind: CompletionItemKind) -> CompletionItem {
    CompletionItem {
        label: word.to_owned(),
        kind: Some(kind),
        documentation: (kind != CompletionItemKind::MODULE)
            .then(|| reference::of(word).map(markdown))
            .flatten(),
        ..CompletionItem::default()
    }
}

fn markdown(value: String) -> Documentation {
    Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value })
}
