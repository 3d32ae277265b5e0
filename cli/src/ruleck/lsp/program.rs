//! Rule files compiled together, and where what their names mean is declared.

use std::collections::BTreeMap;

use etio_dsl::syntax::ast::{File, Item, Name, Span};
use etio_dsl::{Compiled, SourceFile};

use lsp_types::{Position, Range};

use crate::program::Sources;
use crate::ruleck::position::Encoding;

/// Rule files and what they mean.
pub(super) struct Program {
    pub(super) sources: Sources,
    pub(super) compiled: Compiled,
    /// Those of the files behind the standard library's.
    uris: Vec<String>,
    encoding: Encoding,
}

/// A declared relation or finding.
#[derive(Clone, Copy)]
pub(super) struct Declared<'a> {
    pub(super) file: usize,
    pub(super) item: &'a Item,
    pub(super) name: &'a Name,
}

impl Program {
    /// Compiles files, by their URIs, as `ruleck check` does.
    pub(super) fn compile(
        files: BTreeMap<String, SourceFile>,
        no_stdlib: bool,
        at: Option<i64>,
        encoding: Encoding,
    ) -> Self {
        let (uris, files) = files.into_iter().unzip();
        let sources = Sources::of(files, no_stdlib);
        let compiled = sources.compile(at);
        Self { sources, compiled, uris, encoding }
    }

    /// The index of a file.
    pub(super) fn file(&self, uri: &str) -> Option<usize> {
        Some(self.sources.library + self.uris.iter().position(|known| known == uri)?)
    }

    /// The name of a file; the standard library's have none.
    pub(super) fn uri(&self, file: usize) -> Option<&str> {
        self.uris.get(file.checked_sub(self.sources.library)?).map(String::as_str)
    }

    pub(super) fn uris(&self) -> impl Iterator<Item = &str> {
        self.uris.iter().map(String::as_str)
    }

    pub(super) fn text(&self, file: usize) -> &str {
        self.sources.files.get(file).map_or("", |file| file.text.as_str())
    }

    pub(super) fn module(&self, file: usize) -> &str {
        self.sources.files.get(file).map_or("", |file| file.module.as_str())
    }

    pub(super) fn tree(&self, file: usize) -> Option<&File> {
        self.compiled.trees.get(file)
    }

    pub(super) fn slice(&self, file: usize, span: Span) -> &str {
        self.text(file).get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// The byte of a file at a place that an editor names.
    pub(super) fn offset(&self, file: usize, place: Position) -> usize {
        self.encoding.offset(self.text(file), place)
    }

    /// A place in a file as editors count it.
    pub(super) fn position(&self, file: usize, offset: usize) -> Position {
        self.encoding.position(self.text(file), offset)
    }

    pub(super) fn range(&self, file: usize, span: Span) -> Range {
        self.encoding.range(self.text(file), span)
    }

    /// Every relation and finding; of a `derive` in several blocks each.
    pub(super) fn declared(&self) -> impl Iterator<Item = Declared<'_>> {
        self.compiled.trees.iter().enumerate().flat_map(|(file, tree)| {
            let declared = move |item| Some(Declared { file, item, name: Item::declares(item)? });
            tree.items.iter().filter_map(declared)
        })
    }

    /// The module whose name a file must `use` to write this one; `None` where it may without.
    pub(super) fn missing_use(&self, file: usize, declared: &Declared<'_>) -> Option<&str> {
        let module = self.module(declared.file);
        let is_used = self.tree(file).is_some_and(|tree| {
            tree.uses.iter().any(|line| {
                self.slice(file, line.module.span) == module
                    && (line.names.is_empty()
                        || line.names.iter().any(|name| name.text == declared.name.text))
            })
        });
        let is_known = matches!(declared.item, Item::Finding(_)) || module == self.module(file);
        (!is_known && !is_used).then_some(module)
    }

    /// What a path stands for in a file, by its text alone: for places that do not compile.
    pub(super) fn named(&self, file: usize, path: &str) -> Option<Declared<'_>> {
        let (module, name) = path.rsplit_once('.').unwrap_or(("", path));
        let all = || self.declared().filter(|declared| declared.name.text == name);
        if !module.is_empty() {
            return all().find(|declared| self.module(declared.file) == module);
        }
        let own = |declared: &Declared<'_>| self.module(declared.file) == self.module(file);
        all()
            .find(own)
            .or_else(|| all().find(|declared| self.missing_use(file, declared).is_none()))
    }

    /// Where the name at a place is declared.
    pub(super) fn declaration(&self, file: usize, at: usize) -> Option<(usize, Span)> {
        let stands = |span: Span| span.start as usize <= at && at <= span.end as usize;
        let mentions = self.compiled.mentions.iter();
        let mut here = mentions.filter(|mention| mention.file == file && stands(mention.span));
        if let Some(mention) = here.next() {
            return Some(mention.declared);
        }
        let path = path_at(self.text(file), at);
        let declared = self.named(file, path).filter(|_| !path.is_empty())?;
        Some((declared.file, declared.name.span))
    }
}

impl Declared<'_> {
    /// What begins its declaration.
    pub(super) fn keyword(&self) -> &'static str {
        match self.item {
            Item::Relation(it) if it.entity => "entity",
            Item::Relation(_) => "event",
            Item::Derive(_) => "derive",
            _ => "finding",
        }
    }
}

/// The dotted path around a place.
pub(super) fn path_at(text: &str, at: usize) -> &str {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    let is_letter = |c: char| is_part(c) && c != '.';
    let (before, after) = text.split_at_checked(at).unwrap_or_default();
    let start = before.trim_end_matches(is_part).len();
    let end = at + after.find(|c| !is_letter(c)).unwrap_or(after.len());
    text.get(start..end).unwrap_or_default()
}
