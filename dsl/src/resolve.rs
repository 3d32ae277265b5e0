//! What names mean: which relation, enum or finding each name of each file stands for.

mod declare;
mod fields;
mod replaced;

use etio_plan::{EnumId, FieldId, Kind, Pack, RelId, Relation};

use crate::{
    SourceFile,
    diag::{Code, Diagnostic, codes, did_you_mean},
    syntax::ast::{self, Path, Span},
    table::{HashMap, HashSet, IndexMap, IndexSet},
};

pub(crate) use declare::declare;
pub(crate) use replaced::Replaced;

/// A place in one of the files.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Place {
    pub(crate) file: usize,
    pub(crate) span: Span,
}

/// What a name has been found to be.
#[derive(Clone, Copy)]
pub(crate) enum Meant {
    Relation(RelId),
    Field(RelId, FieldId),
    /// A variable or a parameter, bound here.
    Bound(Place),
}

/// What a top-level name stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Def {
    Relation(RelId),
    Enum(EnumId),
}

/// A `derive` block or a finding, in the order of the files.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block<'a> {
    pub(crate) file: usize,
    pub(crate) relation: RelId,
    pub(crate) item: BlockItem<'a>,
}

/// What concludes a relation.
#[derive(Clone, Copy, Debug)]
pub(crate) enum BlockItem<'a> {
    Derive(&'a ast::Derive),
    Finding(&'a ast::Finding),
}

/// What every stage shares: the files, what their names mean, and the pack as far as it is known.
pub(crate) struct Cx<'a> {
    pub(crate) files: &'a [SourceFile],
    pub(crate) trees: &'a [ast::File],
    /// The files by module and path, so that their order in the input means nothing.
    pub(crate) order: Vec<usize>,
    pub(crate) names: Names<'a>,
    pub(crate) blocks: Vec<Block<'a>>,
    pub(crate) pack: Pack,
    /// Findings whose key could not be typed: what reads them has no error of its own.
    pub(crate) broken: IndexSet<RelId>,
    /// The optional fields of extracted and derived relations that something fills.
    pub(crate) filled: HashSet<(RelId, FieldId)>,
    /// Events that have an extractor.
    pub(crate) extracted: HashSet<RelId>,
    /// Findings in whose place sites put their own.
    pub(crate) replaced: Replaced<'a>,
    /// What each name was found to mean, where it stands.
    pub(crate) meant: Vec<(Place, Meant)>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// How many of them are errors.
    errors: usize,
}

/// The tables behind name lookup.
#[derive(Default)]
pub(crate) struct Names<'a> {
    modules: IndexMap<&'a str, IndexMap<&'a str, (Def, Place)>>,
    /// Finding names are unique in a pack.
    findings: IndexMap<&'a str, (RelId, Place)>,
    /// What each file's `use` lines bring in.
    imports: Vec<Imports<'a>>,
    places: Vec<Place>,
}

#[derive(Default)]
struct Imports<'a> {
    names: HashMap<&'a str, (Def, Place)>,
    modules: Vec<&'a str>,
}

impl<'a> Names<'a> {
    /// What a path stands for in a file, if anything; two things where two `use …*` clash.
    fn find(&self, module: &str, file: usize, path: &Path) -> (Option<Def>, Option<Def>) {
        let Some((last, front)) = path.parts.split_last() else { return (None, None) };
        if !front.is_empty() {
            let parts: Vec<&str> = front.iter().map(|part| part.text.as_str()).collect();
            return (self.in_module(&parts.join("."), &last.text), None);
        }
        if let Some(def) = self.in_module(module, &last.text) {
            return (Some(def), None);
        }
        if let Some(imports) = self.imports.get(file) {
            if let Some((def, _)) = imports.names.get(last.text.as_str()) {
                return (Some(*def), None);
            }
            let mut found: Vec<Def> = imports
                .modules
                .iter()
                .filter_map(|module| self.in_module(module, &last.text))
                .collect();
            found.dedup();
            let mut found = found.into_iter();
            if let Some(def) = found.next() {
                return (Some(def), found.next());
            }
        }
        (self.finding(&last.text).map(Def::Relation), None)
    }

    fn in_module(&self, module: &str, name: &str) -> Option<Def> {
        self.modules.get(module)?.get(name).map(|(def, _)| *def)
    }

    fn finding(&self, name: &str) -> Option<RelId> {
        self.findings.get(name).map(|(relation, _)| *relation)
    }

    /// Where a relation is declared.
    pub(crate) fn place(&self, relation: RelId) -> Option<Place> {
        self.places.get(relation.index()).copied()
    }

    /// Where each relation is declared, in the order of the pack.
    pub(crate) fn places(&self) -> impl Iterator<Item = (usize, Span)> {
        self.places.iter().map(|place| (place.file, place.span))
    }

    /// The names a file may write.
    fn visible(&self, module: &str, file: usize) -> Vec<&'a str> {
        let mut names: Vec<&str> = Vec::new();
        let mut add = |module: &str| {
            if let Some(module) = self.modules.get(module) {
                names.extend(module.keys().copied());
            }
        };
        add(module);
        if let Some(imports) = self.imports.get(file) {
            imports.modules.iter().for_each(|module| add(module));
            let mut more: Vec<&str> = imports.names.keys().copied().collect();
            more.sort_unstable();
            names.extend(more);
        }
        names.extend(self.findings.keys().copied());
        names
    }

    /// Modules that have a name.
    fn modules_with(&self, name: &str) -> Vec<&'a str> {
        let has = |(module, names): (&&'a str, &IndexMap<&'a str, (Def, Place)>)| {
            names.contains_key(name).then_some(*module)
        };
        self.modules.iter().filter_map(has).collect()
    }
}

impl<'a> Cx<'a> {
    /// Adds an error or warning.
    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.errors += usize::from(diagnostic.is_error());
        self.diagnostics.push(diagnostic);
    }

    /// Counts an error that was said where it was made: what depends on it has one too, and says nothing of its own.
    pub(crate) const fn count_known_error(&mut self) {
        self.errors += 1;
    }

    /// How many errors there are so far.
    pub(crate) fn errors(&self) -> usize {
        self.errors
    }

    /// Reports in one call what needs no second label.
    pub(crate) fn error(
        &mut self,
        code: Code,
        file: usize,
        span: Span,
        message: impl Into<String>,
        help: &str,
    ) {
        let mut diagnostic = Diagnostic::new(code, message).at(file, span, "");
        if !help.is_empty() {
            diagnostic = diagnostic.help(help);
        }
        self.report(diagnostic);
    }

    /// Keeps what a name means, for [`crate::mention`].
    pub(crate) fn means(&mut self, file: usize, span: Span, meant: Meant) {
        self.meant.push((Place { file, span }, meant));
    }

    pub(crate) fn module(&self, file: usize) -> &'a str {
        self.files.get(file).map_or("", |source| source.module.as_str())
    }

    /// What a path stands for, without a word where it is unknown.
    pub(crate) fn lookup(&self, file: usize, path: &Path) -> Option<Def> {
        self.names.find(self.module(file), file, path).0
    }

    /// The relation a path names, or an error.
    pub(crate) fn relation(&mut self, file: usize, path: &Path) -> Option<RelId> {
        match self.def(file, path, "relation or finding")? {
            Def::Relation(relation) => {
                self.means(file, path.span, Meant::Relation(relation));
                Some(relation)
            }
            Def::Enum(_) => {
                let name = path_text(path);
                self.error(
                    codes::UNKNOWN_NAME,
                    file,
                    path.span,
                    format!("`{name}` is an enum, not a relation"),
                    "",
                );
                None
            }
        }
    }

    /// The finding a path names, or an error.
    pub(crate) fn finding(&mut self, file: usize, path: &Path) -> Option<RelId> {
        let relation = self.relation(file, path)?;
        if self.kind(relation) == Some(Kind::Finding) {
            return Some(relation);
        }
        let name = path_text(path);
        let mut diagnostic = Diagnostic::new(
            codes::UNKNOWN_NAME,
            format!("`{name}` is not a finding"),
        )
        .at(file, path.span, "a finding's name must stand here");
        if let Some(place) = self.names.place(relation) {
            diagnostic = diagnostic.also(place.file, place.span, "it is declared here");
        }
        self.report(diagnostic);
        None
    }

    fn def(&mut self, file: usize, path: &Path, what: &str) -> Option<Def> {
        let module = self.module(file);
        let (found, other) = self.names.find(module, file, path);
        if other.is_some() {
            let name = path_text(path);
            self.error(
                codes::AMBIGUOUS_NAME,
                file,
                path.span,
                format!("`{name}` comes from two modules"),
                "name the one that is meant in a `use` line of its own",
            );
            return None;
        }
        let last = path.parts.last().map_or("", |part| part.text.as_str());
        let is_missing = |tree: &ast::File| tree.missing.iter().any(|name| name == last);
        if found.is_none() && self.trees.get(file).is_some_and(is_missing) {
            self.count_known_error();
        } else if found.is_none() {
            let name = path_text(path);
            let mut diagnostic = Diagnostic::new(
                codes::UNKNOWN_NAME,
                format!("there is no {what} `{name}`"),
            )
            .at(file, path.span, "not known here");
            let elsewhere = self.names.modules_with(last);
            if let (1, Some(module)) = (path.parts.len(), elsewhere.first()) {
                diagnostic = diagnostic.help(format!("add `use {module}.{last}` to the file"));
            } else if let Some(near) = did_you_mean(last, self.names.visible(module, file)) {
                diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
                if let Some(part) = path.parts.last() {
                    diagnostic = diagnostic.fix(file, part.span, near);
                }
            } else {
                let all = self.names.modules.values().flat_map(|names| names.keys().copied());
                if let Some(near) = did_you_mean(last, all) {
                    let module = self.names.modules_with(&near);
                    let module = module.first().copied().unwrap_or_default();
                    diagnostic = diagnostic
                        .help(format!("did you mean `{near}`? it needs `use {module}.{near}`"));
                }
            }
            self.report(diagnostic);
        }
        found
    }

    pub(crate) fn kind(&self, relation: RelId) -> Option<Kind> {
        self.pack.get(relation).map(|relation| relation.kind)
    }

    /// Whether a relation is one that the compiler has made.
    pub(crate) fn is_hidden(&self, relation: RelId) -> bool {
        self.name_of(relation).contains('#')
    }

    /// A piece of a file on one line, with single blanks.
    pub(crate) fn words(&self, file: usize, span: Span) -> String {
        let text = self.files.get(file).map_or("", |file| file.text.as_str());
        let piece = text.get(span.start as usize..span.end as usize).unwrap_or_default();
        piece.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The shown name of a relation.
    pub(crate) fn name_of(&self, relation: RelId) -> &str {
        self.pack.get(relation).map_or("?", Relation::name)
    }
}

/// A path as written.
pub(crate) fn path_text(path: &Path) -> String {
    let parts: Vec<&str> = path.parts.iter().map(|part| part.text.as_str()).collect();
    parts.join(".")
}

/// The `n`th of what a pack holds, as an id's number.
pub(crate) fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// The `n`th of what a rule or relation holds, as an id's number. More than fit are refused before
/// any id is used, see [`Cx::error`] with `too-large`.
pub(crate) fn short(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}
