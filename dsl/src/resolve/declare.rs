//! Makes the tables: first every name of every file, then `use` lines, then the types of fields.

use etio_plan::{Enum, EnumId, Field, FieldId, Kind, RelId, Relation, Type, Value};

use super::{
    Block, BlockItem, Cx, Def, Imports, Meant, Names, Place, Replaced, number, path_text, short,
};
use crate::{
    SourceFile,
    diag::{Diagnostic, codes, did_you_mean},
    syntax::ast::{self, Derive, FieldDecl, Item, Name, RelationDecl},
    table::{HashSet, IndexSet},
    types,
};

/// All names of all files, and the relations and enums they stand for. The fields of findings are
/// not known yet: their types follow from the rules.
pub(crate) fn declare<'a>(files: &'a [SourceFile], trees: &'a [ast::File]) -> Cx<'a> {
    let mut order: Vec<usize> = (0..files.len()).collect();
    order.sort_by_key(|file| files.get(*file).map(|file| (&file.module, &file.path)));
    let mut cx = Cx {
        files,
        trees,
        order: order.clone(),
        names: Names::default(),
        blocks: Vec::new(),
        pack: etio_plan::Pack::default(),
        broken: IndexSet::default(),
        filled: HashSet::default(),
        extracted: HashSet::default(),
        replaced: Replaced::of(&order, trees),
        meant: Vec::new(),
        diagnostics: Vec::new(),
        errors: 0,
    };
    for file in &order {
        for item in trees.get(*file).map_or(&[][..], |tree| &tree.items) {
            cx.declare_item(*file, item);
        }
    }
    cx.give_names_to_replacements();
    cx.names.imports.resize_with(files.len(), Imports::default);
    for file in 0..files.len() {
        cx.read_uses(file);
    }
    for file in &order {
        for item in trees.get(*file).map_or(&[][..], |tree| &tree.items) {
            if let Item::Relation(decl) = item {
                cx.declare_fields(*file, decl);
            }
        }
    }
    cx.declare_derived();
    cx
}

impl<'a> Cx<'a> {
    fn declare_item(&mut self, file: usize, item: &'a Item) {
        match item {
            Item::Enum(decl) => {
                let id = EnumId(short(self.pack.enums.len()));
                if self.define(file, &decl.name, Def::Enum(id)) {
                    let names = decl.names.iter().map(|name| name.text.as_str().into()).collect();
                    self.pack.enums.push(Enum { path: self.full(file, &decl.name), names });
                }
            }
            Item::Relation(decl) => {
                let kind = if decl.entity { Kind::Entity } else { Kind::Event };
                let id = self.next_relation();
                if self.define(file, &decl.name, Def::Relation(id)) {
                    self.add_relation(file, &decl.name, kind, &decl.doc);
                }
            }
            Item::Derive(decl) => self.declare_block(file, decl),
            Item::Finding(decl) => {
                let relation = self.next_relation();
                let place = Place { file, span: decl.name.span };
                if self.replaced.put_aside(file, decl) {
                    return;
                }
                if let Some((_, first)) = self.names.findings.get(decl.name.text.as_str()) {
                    let first = *first;
                    self.duplicate("finding", &decl.name.text, place, first);
                } else if self.define(file, &decl.name, Def::Relation(relation)) {
                    self.names.findings.insert(&decl.name.text, (relation, place));
                    self.add_relation(file, &decl.name, Kind::Finding, &decl.doc);
                    self.blocks.push(Block { file, relation, item: BlockItem::Finding(decl) });
                }
            }
            Item::Site(_) | Item::Extract(_) | Item::Test(_) => {}
        }
    }

    /// Blocks of one relation add up.
    fn declare_block(&mut self, file: usize, decl: &'a Derive) {
        let module = self.module(file);
        let relation = match self.names.in_module(module, &decl.name.text) {
            Some(Def::Relation(relation)) if self.kind(relation) == Some(Kind::Derived) => relation,
            _ => {
                let relation = self.next_relation();
                if !self.define(file, &decl.name, Def::Relation(relation)) {
                    return;
                }
                self.add_relation(file, &decl.name, Kind::Derived, &decl.doc);
                relation
            }
        };
        self.blocks.push(Block { file, relation, item: BlockItem::Derive(decl) });
    }

    fn next_relation(&self) -> RelId {
        RelId(number(self.pack.relations.len()))
    }

    fn full(&self, file: usize, name: &Name) -> String {
        format!("{}.{}", self.module(file), name.text)
    }

    fn add_relation(&mut self, file: usize, name: &Name, kind: Kind, doc: &str) {
        self.pack.relations.push(Relation {
            path: self.full(file, name),
            kind,
            fields: Vec::new(),
            since: None,
            lossy: false,
            collect: String::new(),
            retention: None,
            history: 0,
            rate: None,
            doc: doc.into(),
        });
        self.names.places.push(Place { file, span: name.span });
    }

    /// Gives a name its meaning, or says that it has one.
    fn define(&mut self, file: usize, name: &'a Name, def: Def) -> bool {
        let place = Place { file, span: name.span };
        let module = self.names.modules.entry(self.module(file)).or_default();
        if let Some((_, first)) = module.get(name.text.as_str()) {
            let first = *first;
            self.duplicate("name", &name.text, place, first);
            return false;
        }
        module.insert(&name.text, (def, place));
        true
    }

    fn duplicate(&mut self, what: &str, name: &str, a: Place, b: Place) {
        // The library's files come before those of its users.
        let is_after = (a.file, a.span.start) > (b.file, b.span.start);
        let (place, first) = if is_after { (a, b) } else { (b, a) };
        let help = if what == "finding" && place.file != first.file {
            format!(
                "give it another name, or say `replace {name} version \"…\"` in a `site` of its file"
            )
        } else {
            "give one of them another name".into()
        };
        self.report(
            Diagnostic::new(codes::DUPLICATE, format!("the {what} `{name}` is defined twice"))
                .at(place.file, place.span, "here again")
                .also(first.file, first.span, "first defined here")
                .help(help),
        );
    }

    fn read_uses(&mut self, file: usize) {
        let Some(tree) = self.trees.get(file) else { return };
        for line in &tree.uses {
            let path = path_text(&line.module);
            let Some((module, _)) = self.names.modules.get_key_value(path.as_str()) else {
                let near = did_you_mean(&path, self.names.modules.keys().copied());
                let help = "a module is named after its file; the library's begin with `std.`";
                let message = format!("there is no module `{path}`");
                let error = Diagnostic::new(codes::UNKNOWN_MODULE, message);
                let error = error.at(file, line.module.span, "");
                self.report(error.meant(&path, near, || help.into()));
                continue;
            };
            let module = *module;
            if line.names.is_empty()
                && let Some(imports) = self.names.imports.get_mut(file)
            {
                imports.modules.push(module);
            }
            for name in &line.names {
                self.use_name(file, module, name);
            }
        }
    }

    fn use_name(&mut self, file: usize, module: &str, name: &'a Name) {
        let Some(def) = self.names.in_module(module, &name.text) else {
            let known = self.names.modules.get(module);
            let near =
                did_you_mean(&name.text, known.into_iter().flat_map(|names| names.keys().copied()));
            let message = format!("module `{module}` has no `{}`", name.text);
            let error = Diagnostic::new(codes::UNKNOWN_NAME, message).at(file, name.span, "");
            self.report(error.meant(&name.text, near, String::new));
            return;
        };
        if let Def::Relation(relation) = def {
            self.means(file, name.span, Meant::Relation(relation));
        }
        let place = Place { file, span: name.span };
        let Some(imports) = self.names.imports.get_mut(file) else { return };
        match imports.names.insert(&name.text, (def, place)) {
            Some((first, at)) if first != def => self.duplicate("name", &name.text, place, at),
            _ => {}
        }
    }

    fn declare_fields(&mut self, file: usize, decl: &'a RelationDecl) {
        let Some(Def::Relation(id)) = self.names.in_module(self.module(file), &decl.name.text)
        else {
            return;
        };
        // A second definition of the name has its error already.
        if self.names.place(id) != Some(Place { file, span: decl.name.span }) {
            return;
        }
        let fields = self.fields(file, &decl.fields, true);
        let since = decl.fields.iter().position(|field| field.since).map(|at| FieldId(short(at)));
        self.check_shape(file, decl);
        if let Some(relation) = self.pack.relations.get_mut(id.index()) {
            relation.fields = fields;
            relation.since = since;
            relation.lossy = decl.lossy;
            relation.rate = decl.rate.map(|(rate, _)| rate);
            relation.collect = decl.collect.clone().unwrap_or_default();
        }
    }

    fn check_shape(&mut self, file: usize, decl: &RelationDecl) {
        let name = &decl.name;
        if decl.entity && !decl.fields.iter().any(|field| field.key) {
            let message = format!("the entity `{}` has no key", name.text);
            let help = "write `key` before the fields that say which one it is";
            self.error(codes::BAD_SHAPE, file, name.span, message, help);
        }
        if let Some((_, span)) = decl.rate.filter(|_| decl.entity) {
            let message = format!("the entity `{}` has no rate", name.text);
            let help =
                "leave it out: what stands is kept as long as it stands, however often it changes";
            self.error(codes::BAD_SHAPE, file, span, message, help);
        }
        let mut sinces = 0;
        for field in &decl.fields {
            let wrong = if !decl.entity && (field.key || field.since) {
                "an event has no `key` and no `since`: it happened once, at its time"
            } else if field.key && field.optional {
                "a part of a key is always there: leave out the `?`"
            } else if field.since && field.ty.name.parts.iter().all(|part| part.text != "time") {
                "`since` is said of a field of type `time?`"
            } else if field.since && sinces > 0 {
                "only one field can say since when the row is as it is"
            } else {
                sinces += usize::from(field.since);
                continue;
            };
            let message = format!("`{}` cannot be declared so", field.name.text);
            self.error(codes::BAD_SHAPE, file, field.name.span, message, wrong);
        }
    }

    /// Fields as declared. `defaults`: what stands behind `=` is a default, not a head's value.
    pub(crate) fn fields(
        &mut self,
        file: usize,
        decls: &'a [FieldDecl],
        defaults: bool,
    ) -> Vec<Field> {
        let mut fields: Vec<Field> = Vec::with_capacity(decls.len());
        for (at, decl) in decls.iter().enumerate() {
            if let Some(first) = decls
                .get(..at)
                .and_then(|before| before.iter().find(|before| before.name.text == decl.name.text))
            {
                let place = |name: &Name| Place { file, span: name.span };
                self.duplicate("field", &decl.name.text, place(&decl.name), place(&first.name));
            }
            // A field of unknown type has its error; text keeps the rest going.
            let ty = types::of_ref(self, file, &decl.ty).unwrap_or(Type::Text);
            let default = match (&decl.default, &ty) {
                (Some(value), _) if defaults => types::constant(self, file, value, &ty),
                // A producer that says nothing of a list or a map means an empty one.
                (_, Type::List(_)) if defaults && !decl.optional => Some(Value::List(Vec::new())),
                (_, Type::Map(_)) if defaults && !decl.optional => Some(Value::Map(Vec::new())),
                _ => None,
            };
            fields.push(Field {
                name: decl.name.text.as_str().into(),
                ty,
                optional: decl.optional,
                key: decl.key,
                default,
                hidden: false,
            });
        }
        fields
    }

    /// The first block of a derived relation declares its fields, the others must agree.
    fn declare_derived(&mut self) {
        for block in self.blocks.clone() {
            let BlockItem::Derive(decl) = block.item else { continue };
            let fields = self.fields(block.file, &decl.fields, false);
            let first = self.names.place(block.relation);
            let Some(relation) = self.pack.relations.get_mut(block.relation.index()) else {
                continue;
            };
            let place = Place { file: block.file, span: decl.name.span };
            if first == Some(place) {
                relation.fields = fields;
            } else if relation.fields != fields {
                let message = format!("`{}` has other fields than before", decl.name.text);
                let mut diagnostic = Diagnostic::new(codes::BAD_SHAPE, message)
                    .at(place.file, place.span, "declared differently here")
                    .help("every `derive` block of one relation has the same fields in the same order");
                if let Some(first) = first {
                    diagnostic = diagnostic.also(first.file, first.span, "first declared here");
                }
                self.report(diagnostic);
            }
        }
    }
}
