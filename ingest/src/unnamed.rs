//! What files do not name, and what it is called until the bundle is settled.

use crate::formats::rows::base_name;

/// The name of a node or of anything else that has none, and the namespace of what its file tells apart.
pub(crate) const NAME: &str = "(unnamed)";

/// The namespace of an object that a table names without one.
pub(crate) const NAMESPACE: &str = "(namespace)";

/// What people call the pod that a document does not name: told apart by the file.
pub(crate) fn some_pod(path: &str) -> String {
    match base_name(path) {
        "" | "-" => "a pod".into(),
        file => format!("a pod of {file}"),
    }
}

/// The name of that pod; as a text it is what people call it.
pub(crate) fn pod(path: &str) -> String {
    format!("{NAME}/{}", some_pod(path))
}

/// The name of anything else that a document does not name, likewise.
pub(crate) fn object(path: &str) -> String {
    let name = base_name(path);
    let stem = name.split('.').next().unwrap_or(name);
    format!("{NAME}/{}", if stem.is_empty() { "-" } else { stem })
}
