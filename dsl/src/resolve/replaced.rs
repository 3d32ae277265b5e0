//! Findings that sites replace: they are not declared, and their names mean what takes their place.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::{Cx, Def, Place};
use crate::syntax::ast::{self, ChangeKind, Finding, Item};

/// Findings in whose place sites put their own, by name.
#[derive(Default)]
pub(crate) struct Replaced<'a> {
    /// The file that has the replacement.
    by: HashMap<&'a str, usize>,
    /// The replaced finding and its file.
    aside: IndexMap<&'a str, (usize, &'a Finding)>,
}

impl<'a> Replaced<'a> {
    /// A `replace` counts where its file has a finding of that name; where not, the site has an error.
    pub(super) fn of(order: &[usize], trees: &'a [ast::File]) -> Self {
        let mut by = HashMap::new();
        for (file, tree) in order.iter().filter_map(|file| Some((*file, trees.get(*file)?))) {
            for item in &tree.items {
                let Item::Site(site) = item else { continue };
                for change in &site.changes {
                    let ChangeKind::Replace { rule, .. } = &change.kind else { continue };
                    let name = rule.parts.last().map_or("", |last| last.text.as_str());
                    let is_it =
                        |item: &Item| matches!(item, Item::Finding(own) if own.name.text == name);
                    if tree.items.iter().any(is_it) {
                        by.entry(name).or_insert(file);
                    }
                }
            }
        }
        Self { by, aside: IndexMap::new() }
    }

    /// Takes a finding that is replaced.
    pub(super) fn put_aside(&mut self, file: usize, finding: &'a Finding) -> bool {
        let name = finding.name.text.as_str();
        let replaced = self.by.get(name).is_some_and(|by| *by != file);
        replaced && {
            // A second one is declared, and so has the error of any second definition.
            let first = *self.aside.entry(name).or_insert((file, finding));
            std::ptr::eq(first.1, finding)
        }
    }

    /// The finding that a name had before it was replaced.
    pub(crate) fn get(&self, name: &str) -> Option<(usize, &'a Finding)> {
        self.aside.get(name).copied()
    }
}

impl Cx<'_> {
    /// Whoever names the replaced finding means what takes its place.
    pub(super) fn give_names_to_replacements(&mut self) {
        let aside: Vec<(usize, &Finding)> = self.replaced.aside.values().copied().collect();
        for (file, finding) in aside {
            let name = finding.name.text.as_str();
            let Some((relation, _)) = self.names.findings.get(name).copied() else { continue };
            let module = self.module(file);
            let place = Place { file, span: finding.name.span };
            self.names
                .modules
                .entry(module)
                .or_default()
                .insert(name, (Def::Relation(relation), place));
        }
    }
}
