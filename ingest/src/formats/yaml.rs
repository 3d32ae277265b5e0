//! YAML objects in text: documents, lists and pasted fragments.
//!
//! A list is cut into its items by indentation before anything is parsed, so that one odd item costs
//! only itself. What is no valid YAML, or does not say what it is, is read line by line.

use super::{
    format::{Document, Section},
    kube::{self, List, Place, Text},
};
use crate::row::Out;

mod fragment;

pub(super) use fragment::conditions;

/// The section.
pub(super) const YAML: Section = Section { kind: "objects", begins, read };

/// Keys that begin a document.
const WHOLE: &[&str] = &[
    "apiVersion:",
    "kind:",
    "items:",
    "metadata:",
    "spec:",
    "status:",
    "kubeletconfig:",
    "- apiVersion:",
];
/// Keys that begin a pasted piece of one.
const PIECE: &[&str] = &[
    "conditions:",
    "finalizers:",
    "deletionTimestamp:",
    "deletionGracePeriodSeconds:",
    "containerStatuses:",
    "- lastTransitionTime:",
    "- lastProbeTime:",
];
/// Keys that begin a container's status, where one of [`STATES`] follows.
const OF_CONTAINER: &[&str] = &["state:", "lastState:"];
const STATES: &[&str] = &["waiting:", "running:", "terminated:"];

fn begins(doc: &Document<'_>) -> bool {
    let mut lines = doc.text.lines();
    let Some(first) = lines.next() else { return false };
    if first.trim_end() == "---" {
        return lines.find(|line| !line.trim().is_empty()).is_some_and(|line| starts(line, WHOLE));
    }
    starts(first, WHOLE) || starts(first.trim_start(), PIECE) || is_state(doc.text)
}

/// Whether a text begins with the state of a container.
fn is_state(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim_start);
    lines.next().is_some_and(|it| starts(it, OF_CONTAINER))
        && lines.next().is_some_and(|it| starts(it, STATES))
}

/// Whether a line starts with one of these keys and has nothing or a plain value behind it.
fn starts(line: &str, keys: &[&str]) -> bool {
    keys.iter().any(|key| {
        line.strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\r']))
    })
}

fn read(doc: &Document<'_>, out: &mut dyn Out) -> usize {
    let taken = extent(doc.text);
    // Dots stand for what was left out.
    let mut lines: Vec<&str> = doc.text.lines().take(taken).collect();
    lines.iter_mut().filter(|line| line.trim() == "...").for_each(|line| *line = "");
    let mut list = List::default();
    let mut understood = false;
    let mut from = 0;
    while from < taken {
        let rest = lines.get(from..taken).unwrap_or_default();
        let length = rest
            .iter()
            .skip(1)
            .position(|line| line.trim_end() == "---")
            .map_or(rest.len(), |at| at + 1);
        let part = rest.get(..length).unwrap_or_default();
        let line = doc.first_line + from as u64;
        let skip = usize::from(part.first().is_some_and(|line| line.trim_end() == "---"));
        let part = part.get(skip..).unwrap_or_default();
        understood |= document(
            part,
            Place { path: doc.path, line: line + skip as u64, whole: true },
            out,
            &mut list,
        );
        from += length;
    }
    list.finish(out);
    // What is no object may still hold lines that say something.
    if understood { taken } else { 0 }
}

/// How many lines from the start can be YAML: keys, list items, and what is indented below them.
fn extent(text: &str) -> usize {
    let base = text.lines().next().map_or(0, indent);
    let mut end = 0;
    for (index, line) in text.lines().enumerate() {
        let content = line.trim();
        if content.is_empty() {
            continue;
        }
        let own = indent(line) <= base;
        if own
            && !(is_key(content)
                || content == "-"
                || content.starts_with("- ")
                || content.starts_with('#')
                || ["---", "..."].contains(&content))
        {
            break;
        }
        end = index + 1;
    }
    end
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// `key:` or `key: value`, the key without spaces.
fn is_key(content: &str) -> bool {
    let Some((key, rest)) = content.split_once(':') else { return false };
    let word = |c: char| c.is_ascii_alphanumeric() || "_./-\"'".contains(c);
    !key.is_empty() && key.chars().all(word) && (rest.is_empty() || rest.starts_with(' '))
}

/// Reads one document, a list or an object, and says whether it was one.
fn document(lines: &[&str], place: Place<'_>, out: &mut dyn Out, list: &mut List) -> bool {
    let Some(first) = lines.iter().find(|line| !line.trim().is_empty()) else { return false };
    let base = indent(first);
    let top = |key: &str| {
        lines.iter().position(|line| indent(line) == base && starts(line.trim_start(), &[key]))
    };
    let value = |key: &str| {
        let line = lines.get(top(key)?)?.trim_start();
        Some(line.get(key.len()..)?.trim().trim_matches(['"', '\'']).to_owned())
    };
    let kind = value("kind:");
    // A list, by its key or bare.
    let items = top("items:")
        .map(|at| at + 1)
        .or(first.trim_start().starts_with("- apiVersion:").then_some(0));
    list.listing = items.is_some();
    if let Some(items) = items {
        // The API's printers end a list with its kind.
        let torn = kind.is_none();
        list.partial |= torn;
        if torn && top("items:").is_some() {
            let end = place.line + lines.len().saturating_sub(1) as u64;
            out.lacks(end, "a list that breaks off here; collect it again");
        }
        if let Some(metadata) = top("metadata:") {
            let below = lines.iter().skip(metadata + 1).take_while(|line| indent(line) > base);
            let text = below.copied().collect::<Vec<_>>().join("\n");
            list.page(Text::Yaml(&text), place.line + metadata as u64, out);
        }
        let kind = kind
            .as_deref()
            .and_then(|kind| kind.strip_suffix("List"))
            .filter(|kind| !kind.is_empty());
        let items = split_items(lines, items, base);
        let last = items.len().saturating_sub(1);
        for (nth, (at, item)) in items.into_iter().enumerate() {
            let whole = !(torn && nth == last);
            let place = Place { line: place.line + at as u64, whole, ..place };
            if !object(&item, kind, place, out, list) {
                list.partial = true;
                out.unparsed(place.line, "an item that is no valid YAML");
            }
        }
        return true;
    }
    let text = lines.join("\n");
    if top("kubeletconfig:").is_some() {
        kube::kubelet::yaml(&text, place, out);
        return true;
    }
    object(&text, None, place, out, list)
}

/// The items of a list that begins at line `from`, each as a document of its own.
fn split_items(lines: &[&str], from: usize, base: usize) -> Vec<(usize, String)> {
    let mut items: Vec<(usize, String)> = Vec::new();
    let mut dash = None;
    for (index, line) in lines.iter().enumerate().skip(from) {
        let content = line.trim_start();
        if content.is_empty() {
            continue;
        }
        let at = indent(line);
        let is_item = content.starts_with("- ") || content == "-";
        if is_item && *dash.get_or_insert(at) == at {
            items.push((
                index,
                format!("{}  {}", " ".repeat(at), content.get(2..).unwrap_or_default()),
            ));
        } else if at <= base && !is_item {
            break;
        } else if let Some((_, item)) = items.last_mut() {
            item.push('\n');
            item.push_str(line);
        }
    }
    items
}

/// The item of a list whose dash was left behind, so that its first key stands further to the left than the others.
fn dedented(text: &str) -> Option<String> {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let (first, second) = (lines.next()?, lines.next()?);
    let by = indent(second).checked_sub(indent(first)).filter(|by| *by > 0)?;
    // Below a plain value there is nothing.
    let plain = first.trim_start().strip_prefix("apiVersion: ").is_some_and(|it| !it.is_empty());
    (plain && is_key(second.trim())).then(|| format!("{}{text}", " ".repeat(by)))
}

/// Reads an object and says whether it was one.
fn object(
    text: &str,
    kind: Option<&str>,
    place: Place<'_>,
    out: &mut dyn Out,
    list: &mut List,
) -> bool {
    // A status pasted from its inside.
    let first = text.lines().next().unwrap_or_default().trim_start();
    let inside = starts(first, &["containerStatuses:", "initContainerStatuses:"]);
    let indented = |by: &str| text.lines().map(|line| format!("{by}{line}\n")).collect::<String>();
    let wrapped = if inside {
        Some(format!("status:\n{}", indented("  ")))
    } else {
        is_state(text).then(|| format!("status:\n containerStatuses:\n -\n{}", indented("  ")))
    };
    let text = wrapped.as_deref().unwrap_or(text);
    let dashed = dedented(text);
    let text = dashed.as_deref().unwrap_or(text);
    let yaml = Text::Yaml(text);
    let says = text.lines().any(|line| starts(line.trim_start(), &["kind:"]));
    let kind = kind.or_else(|| if says { None } else { kube::kind_by_keys(yaml) });
    let head = yaml.read::<kube::Head>();
    if head.is_some_and(|it| it.metadata.is_some() || it.api_version.is_some() || kind.is_some()) {
        kube::object(yaml, kind, place, out, list);
        return true;
    }
    fragment::read(text, kind, place, out)
}
