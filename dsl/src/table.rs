//! The compiler's tables: their hash takes no random seed, so that compiling is the same every time, and is
//! cheap for the numbers and short names they are asked for.

use rustc_hash::FxBuildHasher;

pub(crate) type HashMap<K, V> = std::collections::HashMap<K, V, FxBuildHasher>;
pub(crate) type HashSet<T> = std::collections::HashSet<T, FxBuildHasher>;
pub(crate) type IndexMap<K, V> = indexmap::IndexMap<K, V, FxBuildHasher>;
pub(crate) type IndexSet<T> = indexmap::IndexSet<T, FxBuildHasher>;
