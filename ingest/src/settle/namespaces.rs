//! The namespace of what a table names without one: `kubectl get pods -n shop` does not print `shop`.

use std::collections::{BTreeMap, BTreeSet};

use crate::gather::{Found, Gathered};
use crate::object::is_name;
use crate::schema::Schema;
use crate::unnamed;

/// Fills in namespaces: the one that the command above asked for, else the one that something else
/// gives for the same name, else the one all other names of the document are in, else that of the
/// document's path, else `default`. A node's pods are in many, so there only what else gives it counts.
pub(super) fn name(bundle: &mut [Gathered], schema: &Schema<'_>) {
    let mut open = false;
    for gathered in bundle.iter_mut() {
        gathered.all(&mut |_, text| open |= bare(text).is_some());
        gathered.each(&mut |_, text| open |= of_node(text).is_some());
    }
    if !open {
        return;
    }
    let known = known(bundle, schema);
    let one = |name: &str| known.one(name).map(str::to_owned);
    for gathered in bundle {
        gathered.each(&mut |_, text| {
            if let Some(name) = of_node(text)
                && let Some(namespace) = one(name)
            {
                *text = format!("{namespace}/{name}");
            }
        });
        let mut names = BTreeMap::new();
        let asked = std::mem::take(&mut gathered.namespaces);
        gathered.all(&mut |line, text| {
            if let Some(name) = bare(text) {
                let namespace = line.and_then(|line| of_command(&asked, line));
                let place: &mut Option<String> = names.entry(name.to_owned()).or_default();
                *place = place.take().or(namespace.map(str::to_owned));
            }
        });
        if names.is_empty() {
            continue;
        }
        let found: BTreeSet<String> = names.keys().filter_map(|name| one(name)).collect();
        let common = found.first().filter(|_| found.len() == 1).cloned();
        let common = common.or_else(|| of_path(&gathered.path).map(str::to_owned));
        let common = common.unwrap_or_else(|| "default".to_owned());
        for (name, namespace) in &mut names {
            *namespace = namespace.take().or_else(|| one(name));
        }
        gathered.all(&mut |_, text| {
            if let Some(name) = bare(text) {
                let namespace = names.get(name).and_then(|it| it.as_ref()).unwrap_or(&common);
                *text = format!("{namespace}/{name}");
            }
        });
    }
}

/// The namespace that the last command above a line asked for.
fn of_command(asked: &[(u64, Option<String>)], line: u64) -> Option<&str> {
    asked.iter().rfind(|(at, _)| *at < line)?.1.as_deref()
}

/// The name in a text whose namespace is open.
fn bare(text: &str) -> Option<&str> {
    text.strip_prefix(unnamed::NAMESPACE)?.strip_prefix('/')
}

/// The name of a pod in what a node lists, or of anything else that has no namespace.
fn of_node(text: &str) -> Option<&str> {
    text.strip_prefix(unnamed::NAME)?.strip_prefix('/')
}

/// The namespaces of each name that a row gives with one, or a message that names its pod.
fn known(bundle: &mut [Gathered], schema: &Schema<'_>) -> Namespaces {
    let mut known = Namespaces::default();
    for gathered in bundle {
        gathered.each(&mut |_, text| _ = known.see(text));
        for found in gathered.found.iter().filter(|found| found.part > 0) {
            found.pods(schema).for_each(|pod| _ = known.see(pod));
        }
    }
    known
}

/// The namespaces in which a name stands for something.
#[derive(Default)]
pub(super) struct Namespaces(BTreeMap<String, BTreeSet<String>>);

impl Namespaces {
    /// Takes `namespace/name`, and says whether it is that: what is not named yet names nothing.
    pub(super) fn see(&mut self, text: &str) -> bool {
        let names = text.split_once('/').filter(|(space, name)| is_name(space) && is_name(name));
        if let Some((namespace, name)) = names {
            self.0.entry(name.to_owned()).or_default().insert(namespace.to_owned());
        }
        names.is_some()
    }

    /// The namespace of a name that stands in one only.
    pub(super) fn one(&self, name: &str) -> Option<&str> {
        let namespaces = self.0.get(name).filter(|of| of.len() == 1)?;
        namespaces.first().map(String::as_str)
    }
}

/// `…/namespaces/<namespace>/…`
fn of_path(path: &str) -> Option<&str> {
    path.split("namespaces/").nth(1)?.split_once('/').map(|(namespace, _)| namespace)
}

impl Gathered {
    /// Every text of a row that may be the name of an object, with its line where it has one.
    fn each(&mut self, see: &mut dyn FnMut(Option<u64>, &mut String)) {
        self.those(&|found| found.part == 0, see);
    }

    /// The same, and the texts of what messages tell.
    fn all(&mut self, see: &mut dyn FnMut(Option<u64>, &mut String)) {
        self.those(&|_| true, see);
    }

    fn those(
        &mut self,
        of: &dyn Fn(&Found) -> bool,
        see: &mut dyn FnMut(Option<u64>, &mut String),
    ) {
        for found in self.found.iter_mut().filter(|found| of(found)) {
            let line = Some(found.line);
            found.texts(&mut |text| see(line, text));
        }
        self.scopes(&mut |text| see(None, text));
    }
}
