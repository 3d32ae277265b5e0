//! What the CRI lists: `crictl ps -a`, `crictl pods`, `crictl images`, as tables or in JSON, `crictl inspect` and `crictl info`.

use std::collections::BTreeMap;

use etio_plan::Value;
use serde::Deserialize;

use super::{
    ages,
    columns::Columns,
    docker,
    format::{Document, Section},
    kube::Place,
    rows::{self, bytes},
};
use crate::row::{Out, Program, Record, Row, When};
use crate::unnamed;

/// The section: any of its tables.
pub(super) const CRICTL: Section = Section { kind: "crictl", begins, read };
/// Rows of `crictl ps` and `crictl pods` without their header, as `grep` leaves them.
pub(super) const CRICTL_ROWS: Section =
    Section { kind: "crictl", begins: begins_rows, read: read_rows };

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Container {
    id: String,
    pod_sandbox_id: Option<String>,
    metadata: Metadata,
    image: Option<Image>,
    state: String,
    created_at: Option<String>,
    labels: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Metadata {
    name: Option<String>,
    namespace: Option<String>,
    uid: Option<String>,
    attempt: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Image {
    image: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Stored {
    repo_tags: Vec<String>,
    repo_digests: Vec<String>,
    size: Option<String>,
}

/// `createdAt`: nanoseconds, as text.
fn created(text: Option<&str>) -> Value {
    text.and_then(|it| it.parse().ok()).filter(|ns| *ns > 0).map_or(Value::Null, Value::Time)
}

/// The state without its enum's prefix.
fn state(text: &str) -> String {
    text.trim_start_matches("CONTAINER_").trim_start_matches("SANDBOX_").to_ascii_lowercase()
}

/// The `containers` of `crictl ps -o json`.
pub(super) fn containers(text: &str, place: Place<'_>, out: &mut dyn Out) {
    let Ok(containers) = serde_json::from_str::<Option<Vec<Container>>>(text) else {
        return out.unparsed(place.line, "containers with fields of other types than the CRI's");
    };
    let containers = containers.unwrap_or_default();
    let all = containers.iter().any(|it| state(&it.state) == "exited");
    for it in &containers {
        out.row(container(it, place.line));
    }
    complete("std.runtime.CriContainer", all, out);
}

fn container(it: &Container, line: u64) -> Row {
    let label = |name: &str| it.labels.get(&format!("io.kubernetes.{name}")).map(String::as_str);
    let pod =
        label("pod.namespace").zip(label("pod.name")).map(|(ns, name)| format!("{ns}/{name}"));
    let state = state(&it.state);
    let name = it.metadata.name.clone().or(label("container.name").map(Into::into));
    let text = format!(
        "container {} ({}) of {}: {state}",
        name.as_deref().unwrap_or_default(),
        it.id.get(..12).unwrap_or(&it.id),
        pod.as_deref().unwrap_or("no pod"),
    );
    Row::of("std.runtime.CriContainer", line, text)
        .with("id", it.id.as_str())
        .with("sandbox", it.pod_sandbox_id.clone())
        .with("pod", pod)
        .with("pod_uid", label("pod.uid"))
        .with("container", name)
        .with("attempt", it.metadata.attempt)
        .with("image", it.image.as_ref().and_then(|it| it.image.clone()))
        .with("state", state)
        .with("created", created(it.created_at.as_deref()))
}

/// The `status` of `crictl inspect` or `crictl inspectp`.
pub(super) fn inspected(text: &str, place: Place<'_>, out: &mut dyn Out) {
    match serde_json::from_str::<Container>(text) {
        Ok(it) if it.state.starts_with("SANDBOX_") => out.row(sandbox(&it, place.line)),
        Ok(it) if !it.id.is_empty() => out.row(container(&it, place.line)),
        _ => out.unparsed(place.line, "a status that is neither a container's nor a sandbox's"),
    }
}

/// The `status` of `crictl info`: what is not ready, in the words of the kubelet's log.
pub(super) fn info(text: &str, place: Place<'_>, out: &mut dyn Out) -> bool {
    #[derive(Deserialize)]
    struct Status {
        conditions: Vec<Condition>,
    }
    #[derive(Deserialize)]
    struct Condition {
        #[serde(rename = "type")]
        kind: String,
        status: bool,
        #[serde(default)]
        reason: String,
        #[serde(default)]
        message: String,
    }
    let Ok(Status { conditions }) = serde_json::from_str(text) else { return false };
    for it in conditions.iter().filter(|it| !it.status) {
        let said = format!("{}=false reason:{} message:{}", it.kind, it.reason, it.message);
        out.record(Record { program: Program::Runtime, ..Record::unknown(place.line, &said) });
    }
    true
}

/// The `items` of `crictl pods -o json`, with their lines.
pub(super) fn sandboxes(items: &[(u64, &str)], out: &mut dyn Out) {
    for (line, text) in items {
        let Ok(it) = serde_json::from_str::<Container>(text) else {
            out.unparsed(*line, "a sandbox with fields of other types than the CRI's");
            continue;
        };
        out.row(sandbox(&it, *line));
    }
    out.complete("std.runtime.CriSandbox", Vec::new(), When::Unknown);
}

fn sandbox(it: &Container, line: u64) -> Row {
    let meta = &it.metadata;
    let pod = meta.namespace.as_deref().zip(meta.name.as_deref());
    let pod = pod.map(|(namespace, name)| format!("{namespace}/{name}"));
    let state = state(&it.state);
    let text = format!("sandbox of {}: {state}", pod.as_deref().unwrap_or("no pod"));
    Row::of("std.runtime.CriSandbox", line, text)
        .with("id", it.id.as_str())
        .with("pod", pod)
        .with("pod_uid", meta.uid.clone())
        .with("attempt", meta.attempt)
        .with("state", state)
        .with("created", created(it.created_at.as_deref()))
}

/// The `images` of `crictl images -o json`.
pub(super) fn images(text: &str, place: Place<'_>, out: &mut dyn Out) {
    let Ok(images) = serde_json::from_str::<Option<Vec<Stored>>>(text) else {
        return out.unparsed(place.line, "images with fields of other types than the CRI's");
    };
    let mut listed = docker::Images::default();
    for it in images.unwrap_or_default() {
        let size = bytes(it.size.as_deref().and_then(|it| it.parse().ok()));
        for tag in &it.repo_tags {
            let row = listed.row(tag, place.line, &format!("image {tag}"));
            out.row(
                row.with("digest", it.repo_digests.first().cloned()).with("size", size.clone()),
            );
        }
    }
    listed.end(out);
}

/// Without `-a` the listing holds the running containers only.
fn complete(relation: &'static str, all: bool, out: &mut dyn Out) {
    let scope = if all { Vec::new() } else { vec![("state", "running".into())] };
    out.complete(relation, scope, When::Unknown);
}

fn begins(doc: &Document<'_>) -> bool {
    let line = doc.text.lines().next().unwrap_or_default();
    (line.starts_with("CONTAINER") || line.starts_with("POD ID") || line.starts_with("IMAGE "))
        && table(&Columns::of(line)).is_some()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Table {
    Containers,
    Sandboxes,
    Images,
}

fn table(columns: &Columns<'_>) -> Option<Table> {
    if columns.have(&["POD ID", "STATE", "NAME", "NAMESPACE", "ATTEMPT"])
        && !columns.have(&["IMAGE"])
    {
        Some(Table::Sandboxes)
    } else if columns.have(&["IMAGE", "CREATED", "STATE", "NAME", "ATTEMPT"]) {
        // The first versions did not say of which pod.
        Some(Table::Containers)
    } else {
        columns.have(&["IMAGE", "TAG", "IMAGE ID"]).then_some(Table::Images)
    }
}

fn read(doc: &Document<'_>, out: &mut dyn Out) -> usize {
    let mut lines = doc.lines();
    let Some((_, header)) = lines.next() else { return 0 };
    let columns = Columns::of(header);
    let Some(table) = table(&columns) else { return 0 };
    let mut taken = 1;
    let mut all = false;
    let mut images = docker::Images::default();
    for (number, line) in lines {
        let cells = columns.cells(line);
        let named = table == Table::Images || cells.first().is_some_and(|id| rows::is_id(id));
        let short = cells.len() + 2 < columns.len() || cells.iter().take(2).any(|it| it.is_empty());
        // Another table may begin right here.
        if short || !named {
            break;
        }
        taken += 1;
        all |= columns.get(&cells, "STATE").map(state).as_deref() == Some("exited");
        if let Some(row) = row(table, &columns, &cells, (number, line), &mut images) {
            out.row(row);
        }
    }
    if taken > 1 {
        match table {
            Table::Containers => {
                complete("std.runtime.CriContainer", all || rows::says_all(doc.path), out)
            }
            Table::Sandboxes => out.complete("std.runtime.CriSandbox", Vec::new(), When::Unknown),
            Table::Images => images.end(out),
        }
    }
    taken
}

/// A row of a table.
fn row(
    table: Table,
    columns: &Columns<'_>,
    cells: &[&str],
    (number, line): (u64, &str),
    images: &mut docker::Images,
) -> Option<Row> {
    let get = |name: &str| columns.get(cells, name);
    let age = || get("CREATED").and_then(ages::words).map_or(Value::Null, Value::Duration);
    let attempt = || get("ATTEMPT").and_then(|it| it.parse::<i64>().ok());
    // Its column came two years after that of the pod.
    let namespace = || get("NAMESPACE").unwrap_or(unnamed::NAME);
    let pod = |name: &str| get(name).map(|pod| format!("{}/{pod}", namespace()));
    let of = |relation| Row::of(relation, number, line.trim());
    Some(match table {
        Table::Containers => of("std.runtime.CriContainer")
            .with("id", get("CONTAINER").or(get("CONTAINER ID")))
            .with("sandbox", get("POD ID"))
            .with("pod", pod("POD"))
            .with("container", get("NAME"))
            .with("attempt", attempt())
            .with("image", get("IMAGE"))
            .with("state", get("STATE").map(state))
            .with("created", age()),
        Table::Sandboxes => of("std.runtime.CriSandbox")
            .with("id", get("POD ID"))
            .with("pod", pod("NAME"))
            .with("attempt", attempt())
            .with("state", get("STATE").map(state))
            .with("created", age()),
        Table::Images => {
            let (image, tag) = get("IMAGE").zip(get("TAG"))?;
            images.row(&format!("{image}:{tag}"), number, line.trim())
        }
    })
}

fn begins_rows(doc: &Document<'_>) -> bool {
    doc.text.lines().next().is_some_and(|line| bare(line).is_some())
}

fn read_rows(doc: &Document<'_>, out: &mut dyn Out) -> usize {
    doc.lines().map_while(|(number, line)| bare_row(number, line)).map(|row| out.row(row)).count()
}

/// The row of a table whose header is not there.
fn bare_row(number: u64, line: &str) -> Option<Row> {
    let (header, cells) = bare(line)?;
    let columns = Columns::of(header);
    row(table(&columns)?, &columns, &cells, (number, line), &mut docker::Images::default())
}

/// The header a row would have, and its cells, by what stands in it.
fn bare(line: &str) -> Option<(&'static str, Vec<&str>)> {
    let (before, after) = line.trim().split_once(" ago")?;
    after.starts_with(char::is_whitespace).then_some(())?;
    let (id, rest) = before.split_once(char::is_whitespace)?;
    rows::is_id(id).then_some(())?;
    let after: Vec<&str> = after.split_whitespace().collect();
    let (header, attempt, mut cells) = match *after.as_slice() {
        ["Ready" | "NotReady", _, _, attempt, ..] => {
            ("POD ID  CREATED  STATE  NAME  NAMESPACE  ATTEMPT", attempt, vec![id, rest.trim()])
        }
        ["Running" | "Exited" | "Created" | "Unknown", _, attempt, sandbox, ..]
            if rows::is_id(sandbox) =>
        {
            let (image, age) = rest.trim().split_once(char::is_whitespace)?;
            let header = "CONTAINER  IMAGE  CREATED  STATE  NAME  ATTEMPT  POD ID  POD  NAMESPACE";
            (header, attempt, vec![id, image, age.trim()])
        }
        _ => return None,
    };
    ages::words(cells.last()?)?;
    attempt.parse::<i64>().ok()?;
    cells.extend(after);
    Some((header, cells))
}
