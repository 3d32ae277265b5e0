//! JSON documents in text, one or many behind each other: objects of the Kubernetes API, alone or in
//! lists, and what the container tools print. Documents are told apart by their keys.
//!
//! A document that breaks off is read as far as its items are whole; the break is reported.

mod piece;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    crictl, docker, findmnt,
    format::{Document, Section, near},
    kube::{self, List, Place, Text, pod::Pod},
    log, yaml,
};
use crate::row::Out;

pub(super) use piece::JSON_PIECE;

/// The section.
pub(super) const JSON: Section = Section { kind: "objects", begins, read };

/// The first keys of the documents known here.
const KEYS: &[&str] = &[
    "apiVersion",
    "kind",
    "items",
    "metadata",
    "spec",
    "status",
    "containers",
    "images",
    "filesystems",
    "kubeletconfig",
    "Id",
    "ID",
    "Command",
    "Containers",
    "type",
    "lastHeartbeatTime",
    "lastProbeTime",
    "lastTransitionTime",
];
/// The first keys of an object that was wrapped up by who watched it: the event router, and `kubectl get -w
/// --output-watch-events`.
const WRAPPED: &[(&str, &str)] = &[("verb", "\"event\":"), ("type", "\"object\":")];
/// The first keys of a pod's status by itself, as `jq .status` prints it.
const STATUS: &[&str] = &["conditions", "containerStatuses", "hostIP", "message", "phase"];

/// The first keys of a container's status by itself, as `jsonpath` prints it.
const OF_CONTAINER: &[&str] =
    &["allocatedResources", "containerID", "image", "imageID", "lastState", "name", "state"];

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Envelope<'a> {
    kind: Option<String>,
    api_version: Option<String>,
    #[serde(borrow)]
    items: Option<&'a RawValue>,
    #[serde(borrow)]
    metadata: Option<&'a RawValue>,
    #[serde(borrow)]
    containers: Option<&'a RawValue>,
    #[serde(borrow)]
    images: Option<&'a RawValue>,
    #[serde(borrow)]
    filesystems: Option<&'a RawValue>,
    #[serde(borrow)]
    kubeletconfig: Option<&'a RawValue>,
    #[serde(borrow)]
    status: Option<&'a RawValue>,
    #[serde(borrow)]
    info: Option<&'a RawValue>,
    #[serde(borrow, rename = "ID")]
    docker_id: Option<&'a RawValue>,
    #[serde(borrow, rename = "Id")]
    docker_inspect: Option<&'a RawValue>,
    #[serde(borrow)]
    phase: Option<&'a RawValue>,
    #[serde(borrow, alias = "object")]
    event: Option<&'a RawValue>,
}

fn begins(doc: &Document<'_>) -> bool {
    known(doc.text)
}

/// The text without the name of a list of conditions that was cut out of its object.
fn nameless(text: &str) -> &str {
    let text = text.trim_start_matches([' ', '\t']);
    text.strip_prefix("\"conditions\":").map_or(text, str::trim_start)
}

/// Whether a document known here begins the text.
fn known(text: &str) -> bool {
    let text = nameless(text);
    let object = match text.strip_prefix('[') {
        Some(list) => list.trim_start(),
        None => text,
    };
    let Some(inside) = object.strip_prefix('{') else { return false };
    // What the API server audits calls itself an event too, and is a log with a line each.
    if log::is_api_server(inside) {
        return false;
    }
    let key = inside.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next());
    key.is_some_and(|key| {
        KEYS.contains(&key)
            || STATUS.contains(&key) && is_status(inside)
            || OF_CONTAINER.contains(&key) && is_container_status(inside)
            || WRAPPED.iter().any(|(first, has)| *first == key && near(inside).contains(has))
    })
}

/// Whether an object is the status of a pod: no other has these keys. A log has its objects on one line.
fn is_status(inside: &str) -> bool {
    let keys = || {
        let lines = inside.lines().take_while(|line| !line.starts_with('}'));
        lines.filter_map(|line| line.trim_start().strip_prefix('"')?.split('"').next())
    };
    inside.starts_with(['\n', '\r'])
        && keys().any(|key| key == "phase")
        && keys().any(|key| ["qosClass", "startTime"].contains(&key))
}

/// Whether an object is the status of a container.
fn is_container_status(inside: &str) -> bool {
    let near = near(inside);
    near.contains("\"restartCount\":") && near.contains("\"imageID\":")
}

/// Reads all documents that follow each other without other text in between.
fn read(doc: &Document<'_>, out: &mut dyn Out) -> usize {
    let mut reader = Reader { doc, list: List::default(), at: 0, line: doc.first_line };
    let mut end = 0;
    while let Some(rest) = doc.text.get(end..).filter(|rest| known(rest.trim_start())) {
        end += rest.len() - nameless(rest.trim_start()).len();
        let Some(rest) = doc.text.get(end..) else { break };
        let mut stream = serde_json::Deserializer::from_str(rest).into_iter::<&RawValue>();
        match stream.next() {
            Some(Ok(raw)) => {
                reader.document(raw, out);
                end += stream.byte_offset();
            }
            Some(Err(error)) => end += reader.broken(rest, &error, out),
            None => break,
        }
    }
    reader.list.finish(out);
    lines_to(doc.text, end)
}

/// How many lines the first `end` bytes touch.
fn lines_to(text: &str, end: usize) -> usize {
    let head = text.get(..end).unwrap_or(text);
    head.trim_end_matches('\n').bytes().filter(|b| *b == b'\n').count() + 1
}

struct Reader<'a, 'd> {
    doc: &'a Document<'d>,
    list: List,
    /// The place up to which lines were counted, and the line there.
    at: usize,
    line: u64,
}

impl Reader<'_, '_> {
    /// The line a part of the document's text begins on. Parts are asked for in order.
    fn line_of(&mut self, part: &str) -> u64 {
        let offset = (part.as_ptr() as usize).wrapping_sub(self.doc.text.as_ptr() as usize);
        if offset >= self.at
            && let Some(between) = self.doc.text.get(self.at..offset)
        {
            self.line += between.bytes().filter(|b| *b == b'\n').count() as u64;
            self.at = offset;
        }
        self.line
    }

    fn document(&mut self, raw: &RawValue, out: &mut dyn Out) {
        if raw.get().starts_with('[') {
            let place = Place { path: self.doc.path, line: self.line_of(raw.get()), whole: false };
            let conditions = serde_json::from_str(raw.get()).unwrap_or_default();
            if yaml::conditions(conditions, place, out) {
                return;
            }
            let items: Vec<&RawValue> = serde_json::from_str(raw.get()).unwrap_or_default();
            for item in items {
                self.list.listing = true;
                self.item(item.get(), None, out);
            }
            return;
        }
        self.list.listing = false;
        self.item(raw.get(), None, out);
    }

    /// An object: a list, something of the container tools, or one of the API.
    fn item(&mut self, text: &str, kind: Option<&str>, out: &mut dyn Out) {
        let Ok(it) = serde_json::from_str::<Envelope<'_>>(text) else {
            let line = self.line_of(text);
            return out.unparsed(line, "not an object of a known kind");
        };
        let place = Place { path: self.doc.path, line: self.line_of(text), whole: true };
        if let Some(wrapped) = it.event.filter(|_| it.kind.is_none() && it.metadata.is_none()) {
            self.item(wrapped.get(), None, out);
        } else if let Some(config) = it.kubeletconfig {
            kube::kubelet::json(config.get(), place, out);
        } else if let Some(containers) = it.containers.filter(|_| it.kind.is_none()) {
            let place = Place { line: self.line_of(containers.get()), ..place };
            crictl::containers(containers.get(), place, out);
        } else if let Some(images) = it.images.filter(|_| it.kind.is_none()) {
            crictl::images(images.get(), place, out);
        } else if let Some(status) = it.status.filter(|_| it.kind.is_none() && it.info.is_some()) {
            crictl::inspected(status.get(), place, out);
        } else if let Some(status) =
            it.status.filter(|_| it.kind.is_none() && it.metadata.is_none())
            && crictl::info(status.get(), place, out)
        {
            // Said.
        } else if let Some(mounts) = it.filesystems {
            findmnt::filesystems(mounts.get(), place, out);
        } else if it.docker_inspect.is_some() {
            docker::inspected(text, place, out);
        } else if it.docker_id.is_some() {
            docker::listed(text, place, out);
        } else if let Some(items) = it.items {
            self.items(items, it.kind.as_deref(), place, out);
            if let Some(metadata) = it.metadata {
                self.list.page(Text::Json(metadata.get()), place.line, out);
            }
        } else if it.kind.as_deref().is_some_and(|kind| kind.ends_with("List")) {
            // `items: null`: nothing there, and nothing said of where that is.
        } else if it.metadata.is_some()
            || it.kind.is_some() && it.api_version.is_some()
            || kind.is_some()
        {
            kube::object(Text::Json(text), kind, place, out, &mut self.list);
        } else if let Some(status) = serde_json::from_str(text).ok().filter(|_| it.phase.is_some())
        {
            let pod = Pod { status: Some(status), ..Pod::default() };
            kube::pod::rows(&pod, Place { whole: false, ..place }, out);
        } else if piece::status(text, Place { whole: false, ..place }, out) {
            // A container's, of a pod that nobody names.
        } else {
            out.unparsed(place.line, "not an object of a known kind");
        }
    }

    fn items(&mut self, items: &RawValue, kind: Option<&str>, place: Place<'_>, out: &mut dyn Out) {
        let items: Vec<&RawValue> = match serde_json::from_str::<Option<_>>(items.get()) {
            Ok(items) => items.unwrap_or_default(),
            Err(_) => return out.unparsed(place.line, "`items` is not a list"),
        };
        let sandboxes = kind.is_none() && items.first().is_some_and(|it| is_sandbox(it.get()));
        if sandboxes {
            let items: Vec<_> = items.iter().map(|it| (self.line_of(it.get()), it.get())).collect();
            return crictl::sandboxes(&items, out);
        }
        self.list.listing = true;
        let kind = kind.and_then(|kind| kind.strip_suffix("List")).filter(|kind| !kind.is_empty());
        for item in items {
            let place = Place { line: self.line_of(item.get()), ..place };
            kube::object(Text::Json(item.get()), kind, place, out, &mut self.list);
        }
    }

    /// Reads the whole items of a document that breaks off or is broken, and says how many bytes of
    /// `text` belong to it.
    fn broken(&mut self, text: &str, error: &serde_json::Error, out: &mut dyn Out) -> usize {
        self.list.partial = true;
        // The end is behind the last line.
        let nth = error.line().min(lines_to(text, text.len()));
        let line = self.line_of(text) + (nth as u64).saturating_sub(1);
        let kind = kube::json_kind(text);
        let kind = kind.as_deref().and_then(|kind| kind.strip_suffix("List"));
        let items = text.find("\"items\"").and_then(|at| Some(at + text.get(at..)?.find('[')?));
        if let Some(mut rest) = items.and_then(|at| text.get(at + 1..)) {
            loop {
                rest = rest.trim_start_matches(|c: char| c == ',' || c.is_whitespace());
                let mut stream = serde_json::Deserializer::from_str(rest).into_iter::<&RawValue>();
                let Some(Ok(item)) = stream.next().filter(|_| rest.starts_with('{')) else { break };
                self.item(item.get(), kind, out);
                rest = rest.get(stream.byte_offset()..).unwrap_or_default();
            }
        }
        out.unparsed(line, "JSON breaks off or is damaged here; collect it again");
        // What follows the break belongs to it while it is indented or closes something.
        let mut end = 0;
        for (index, line) in text.split_inclusive('\n').enumerate() {
            if index >= error.line().max(1)
                && !line.starts_with([' ', '\t', '}', ']', '"', '\r', '\n'])
            {
                break;
            }
            end += line.len();
        }
        end
    }
}

/// Whether an item is a pod sandbox of `crictl pods`, which also prints `items`.
fn is_sandbox(item: &str) -> bool {
    #[derive(Deserialize)]
    struct Probe {
        #[serde(default)]
        id: Option<String>,
    }
    serde_json::from_str::<Probe>(item).is_ok_and(|it| it.id.is_some())
}
