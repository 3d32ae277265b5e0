//! The pod that a document leaves out: where it names one pod and no other, it is about that one.

use std::collections::BTreeSet;

use crate::gather::Gathered;
use crate::schema::Schema;
use crate::unnamed;

/// Names the pods of what people paste without them, so that what is said of a pod in one place joins what is said in
/// another.
pub(super) fn name(bundle: &mut [Gathered], schema: &Schema<'_>) {
    for gathered in bundle {
        let own = unnamed::pod(&gathered.path);
        let found = gathered.found.iter().flat_map(|found| found.pods(schema));
        let mut named: BTreeSet<String> = found.map(str::to_owned).collect();
        let is_open = named.remove(&own);
        let mut named = named.into_iter();
        let (Some(pod), None, true) = (named.next(), named.next(), is_open) else { continue };
        let mut rename = |text: &mut String| {
            if *text == own {
                text.clone_from(&pod);
            }
        };
        gathered.found.iter_mut().for_each(|found| found.texts(&mut rename));
        gathered.scopes(&mut rename);
    }
}
