//! The documents of a YAML file.

use serde::de::DeserializeOwned;

/// All of them, or what is wrong and where, to stand within a sentence.
pub(crate) fn documents<T: DeserializeOwned>(yaml: &str) -> Result<Vec<T>, String> {
    serde_saphyr::from_multiple(yaml).map_err(|error| {
        let said = error.to_string();
        said.strip_prefix("error: ").map_or(said.as_str(), str::trim_start).trim_end().to_owned()
    })
}
