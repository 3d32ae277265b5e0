//! A pasted piece of a pod's status: some members of an object whose braces were left behind, or a container's status by
//! itself.

use serde::de::IgnoredAny;

use crate::formats::{
    Document, Section,
    kube::{
        Place,
        pod::{self, ContainerStatus, Pod, Status},
    },
};
use crate::row::Out;

/// The section: members without the braces around them.
pub(in crate::formats) const JSON_PIECE: Section = Section { kind: "objects", begins, read };

/// The keys of a container's status, one of which begins a piece.
const KEYS: &[&str] = &[
    "allocatedResources",
    "containerID",
    "image",
    "imageID",
    "lastState",
    "name",
    "ready",
    "restartCount",
    "state",
];
/// The keys of a pod's status that hold such.
const LISTS: &[&str] = &["containerStatuses", "initContainerStatuses"];

fn begins(doc: &Document<'_>) -> bool {
    let first = doc.text.lines().next().unwrap_or_default().trim_start();
    let key = first.strip_prefix('"').and_then(|rest| rest.split_once("\":"));
    key.is_some_and(|(key, _)| KEYS.contains(&key) || LISTS.contains(&key))
}

fn read(doc: &Document<'_>, out: &mut dyn Out) -> usize {
    let members = members(doc.text);
    let place = Place { path: doc.path, line: doc.first_line, whole: false };
    let text = format!("{{{}}}", members.trim_end().trim_end_matches(','));
    if status(&text, place, out) { members.trim_end().lines().count() } else { 0 }
}

/// The members at the begin of a text, as far as they are whole.
fn members(text: &str) -> &str {
    let mut end = 0;
    loop {
        let rest = text.get(end..).unwrap_or_default();
        let mut at = rest.len() - rest.trim_start_matches([',', ' ', '\t', '\r', '\n']).len();
        for _ in 0..2 {
            let Some(rest) = rest.get(at..) else { return text.get(..end).unwrap_or_default() };
            let ahead = rest.len() - rest.trim_start_matches([':', ' ']).len();
            let mut value = serde_json::Deserializer::from_str(rest.get(ahead..).unwrap_or(rest))
                .into_iter::<IgnoredAny>();
            let Some(Ok(_)) = value.next().filter(|_| end + at == 0 || at > 0) else {
                return text.get(..end).unwrap_or_default();
            };
            at += ahead + value.byte_offset();
        }
        end += at;
    }
}

/// Reads an object that is a container's status, or holds several, and says whether it did.
pub(super) fn status(text: &str, place: Place<'_>, out: &mut dyn Out) -> bool {
    let mut status = serde_json::from_str::<Status>(text).unwrap_or_default();
    if status.container_statuses.is_none() && status.init_container_statuses.is_none() {
        let Ok(it) = serde_json::from_str::<ContainerStatus>(text) else { return false };
        if it.state.is_none() && it.last_state.is_none() {
            return false;
        }
        status = Status { container_statuses: Some(vec![it]), ..Status::default() };
    }
    pod::rows(&Pod { status: Some(status), ..Pod::default() }, place, out);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_as_far_as_they_are_whole() {
        for (text, whole) in [
            ("\"a\": 1,\n\"b\": {\"c\": []}\n},\n\"d\": 2", "\"a\": 1,\n\"b\": {\"c\": []}"),
            ("  \"a\": \"x\",\n  \"b\": {\n", "  \"a\": \"x\""),
            ("\"a\" said", ""),
        ] {
            assert_eq!(members(text), whole, "{text}");
        }
    }
}
