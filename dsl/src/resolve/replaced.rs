//! Findings that sites replace: they are not declared, and their names mean what takes their place.

use super::{Cx, Def, Place};
use crate::syntax::ast::{self, ChangeKind, Finding, Item};
use crate::table::{HashMap, IndexMap};

/// Findings in whose place sites put their own, by name.
#[derive(Default)]
pub(crate) struct Replaced<'a> {
    /// The files that have a replacement; the first counts, others are refused.
    by: HashMap<&'a str, Vec<usize>>,
    /// The replaced finding and its file.
    aside: IndexMap<&'a str, (usize, &'a Finding)>,
}

impl<'a> Replaced<'a> {
    /// A `replace` counts where its file has a finding of that name; where not, the site has an error.
    pub(super) fn of(order: &[usize], trees: &'a [ast::File]) -> Self {
        let mut by: HashMap<&str, Vec<usize>> = HashMap::default();
        for (file, tree) in order.iter().filter_map(|file| Some((*file, trees.get(*file)?))) {
            for item in &tree.items {
                let Item::Site(site) = item else { continue };
                for change in &site.changes {
                    let ChangeKind::Replace { rule, .. } = &change.kind else { continue };
                    let name = rule.parts.last().map_or("", |last| last.text.as_str());
                    let is_it =
                        |item: &Item| matches!(item, Item::Finding(own) if own.name.text == name);
                    let files = by.entry(name).or_default();
                    if tree.items.iter().any(is_it) && !files.contains(&file) {
                        files.push(file);
                    }
                }
            }
        }
        Self { by, aside: IndexMap::default() }
    }

    /// Takes a finding that is replaced.
    pub(super) fn put_aside(&mut self, file: usize, finding: &'a Finding) -> bool {
        let name = finding.name.text.as_str();
        let by = self.by.get(name).map_or(&[][..], Vec::as_slice);
        match by.split_first() {
            None => false,
            Some((first, _)) if *first == file => false,
            Some((_, seconds)) if seconds.contains(&file) => true,
            Some(_) => {
                // A second one is declared, and so has the error of any second definition.
                let first = *self.aside.entry(name).or_insert((file, finding));
                std::ptr::eq(first.1, finding)
            }
        }
    }

    /// Whether a file would put its own finding in the place of one that another file replaces.
    pub(crate) fn is_second(&self, name: &str, file: usize) -> bool {
        let seconds = self.by.get(name).and_then(|by| by.get(1..));
        seconds.is_some_and(|seconds| seconds.contains(&file))
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
