//! How a format writes a row: field by field, leaving out what its text does not say.

use etio_plan::Value;

use crate::row::{Row, When};

impl Row {
    /// A row of a relation, standing on a line, without fields.
    pub(super) fn of(relation: &'static str, line: u64, text: impl Into<String>) -> Self {
        Self { relation, fields: Vec::new(), when: When::Unknown, line, text: text.into() }
    }

    /// With a field, unless the value is absent or an empty text.
    pub(super) fn with(mut self, field: &'static str, value: impl Into<Value>) -> Self {
        let value = value.into();
        let empty = value.is_null() || value.as_text().is_some_and(str::is_empty);
        if !empty {
            self.fields.push((field, value));
        }
        self
    }

    /// With a text, empty or not.
    pub(super) fn with_text(mut self, field: &'static str, text: String) -> Self {
        self.fields.push((field, Value::Text(text)));
        self
    }

    /// With a list of texts, empty or not.
    pub(super) fn with_list(
        self,
        field: &'static str,
        items: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.with(
            field,
            Value::List(items.into_iter().map(|item| Value::Text(item.into())).collect()),
        )
    }

    /// With the time of the row.
    pub(super) fn at(mut self, when: When) -> Self {
        self.when = when;
        self
    }
}

/// A value that is absent where the format cannot read it.
pub(super) fn bytes(count: Option<i64>) -> Value {
    count.map_or(Value::Null, Value::Bytes)
}

/// Whether a word is the id of a container, an image or a sandbox, whole or cut short as the listings
/// print it.
pub(super) fn is_id(word: &str) -> bool {
    (12..=64).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_hexdigit())
}

/// What follows the last slash, or all.
pub(crate) fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Whether a file's name says that everything was listed: `docker_ps_-a`, `docker-ps-a.txt`.
pub(super) fn says_all(path: &str) -> bool {
    base_name(path).split(['-', '_', '.', ' ']).any(|part| part == "a" || part == "all")
}
