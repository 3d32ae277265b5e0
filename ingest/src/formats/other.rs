//! JSON that is nothing Etio knows: passed over as a whole, so that its lines are not taken for
//! messages.

use serde::de::IgnoredAny;

use super::format::{Document, Section};
use crate::row::Out;

/// The section; the last one to be asked.
pub(super) const OTHER: Section = Section { kind: "other data", begins, read };

fn begins(document: &Document<'_>) -> bool {
    document.text.starts_with(['{', '['])
}

/// A value of one line may be a log record, so only a longer one is taken.
fn read(document: &Document<'_>, _: &mut dyn Out) -> usize {
    let mut values = serde_json::Deserializer::from_str(document.text).into_iter::<IgnoredAny>();
    let Some(Ok(_)) = values.next() else { return 0 };
    let taken = document.text.get(..values.byte_offset()).unwrap_or_default();
    match taken.lines().count() {
        0 | 1 => 0,
        lines => lines,
    }
}
