//! What docker lists: `docker ps -a` as a table or in JSON, `docker inspect`, `docker images`. nerdctl prints
//! the same table of what containerd runs.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{
    ages,
    columns::{Columns, split},
    format::{Document, Section},
    kube::Place,
    rows,
};
use crate::row::{Out, Row, When};

/// The section: the table of `docker ps`.
pub(super) const DOCKER_PS: Section = Section { kind: "docker ps", begins, read };
/// Rows of `docker ps` without their header, as `grep` leaves them; their columns may be lost too.
pub(super) const DOCKER_ROWS: Section =
    Section { kind: "docker ps", begins: begins_rows, read: read_rows };
/// The section: the table of `docker images`.
pub(super) const DOCKER_IMAGES: Section =
    Section { kind: "docker images", begins: begins_images, read: read_images };

/// A container as any of the listings shows it.
#[derive(Debug, Default)]
struct Listed<'a> {
    id: &'a str,
    name: &'a str,
    image: Option<&'a str>,
    state: &'a str,
    exit_code: Option<i64>,
}

/// What a name the kubelet gave says: `k8s_<container>_<pod>_<namespace>_<uid>_<attempt>`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Named<'a> {
    container: &'a str,
    pub(super) pod: String,
    uid: &'a str,
    attempt: Option<i64>,
}

/// Reads such a name.
pub(super) fn named(name: &str) -> Option<Named<'_>> {
    let parts: Vec<&str> = name.trim_start_matches('/').split('_').collect();
    let ["k8s", container, pod, namespace, uid, attempt, ..] = parts.as_slice() else {
        return None;
    };
    Some(Named {
        // Before Kubernetes 1.6 a hash follows a dot.
        container: container.split('.').next().unwrap_or(container),
        pod: format!("{namespace}/{pod}"),
        uid,
        attempt: attempt.parse().ok(),
    })
}

const TASK: &str = "std.runtime.ContainerdTask";

impl Listed<'_> {
    fn row(&self, line: u64, text: &str) -> Row {
        // nerdctl asks containerd for the task, and calls what the CRI made by its pod; its first versions have no
        // name for it, and docker always has one.
        if self.name.starts_with("k8s://") || self.name.is_empty() {
            let status = match self.state {
                "running" => "RUNNING",
                "paused" => "PAUSED",
                "created" => "CREATED",
                _ => "STOPPED",
            };
            return Row::of(TASK, line, text).with("id", self.id).with("status", status);
        }
        let named = named(self.name);
        let row = Row::of("std.runtime.DockerContainer", line, text)
            .with("id", self.id)
            .with("name", self.name.trim_start_matches('/'))
            .with("image", self.image.filter(|it| !is_id(it)))
            .with("state", self.state)
            .with("exit_code", self.exit_code);
        match named {
            Some(it) => row
                .with("pod", it.pod)
                .with("container", it.container)
                .with("pod_uid", it.uid)
                .with("attempt", it.attempt),
            None => row,
        }
    }
}

/// Whether an image is shown by its id, because no tag points to it.
fn is_id(image: &str) -> bool {
    image.starts_with("sha256:")
        || image.len() == 12 && image.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The state and exit code of a STATUS: `Up 2 hours (Paused)`, `Exited (137) 3 days ago`.
fn state(status: &str) -> Option<(&'static str, Option<i64>)> {
    let code = || status.split_once('(')?.1.split_once(')')?.0.parse().ok();
    Some(match status.split(' ').next()? {
        "Up" if status.ends_with("(Paused)") => ("paused", None),
        "Up" => ("running", None),
        "Exited" => ("exited", code()),
        "Restarting" => ("restarting", code()),
        "Created" => ("created", None),
        "Dead" => ("dead", None),
        "Removal" => ("removing", None),
        _ => return None,
    })
}

fn begins(doc: &Document<'_>) -> bool {
    let line = doc.text.lines().next().unwrap_or_default();
    line.trim_start().starts_with("CONTAINER ID")
        && Columns::of(line).have(&["IMAGE", "COMMAND", "STATUS", "NAMES"])
}

fn read(doc: &Document<'_>, out: &mut dyn Out) -> usize {
    let mut lines = doc.lines();
    let Some((_, header)) = lines.next() else { return 0 };
    let columns = Columns::of(header);
    let mut taken = 1;
    let mut ended = false;
    let mut relation = "";
    for (number, line) in lines {
        let Some(listed) = listed_in(&columns, &columns.cells(line)) else { break };
        taken += 1;
        ended |= !matches!(listed.state, "running" | "paused");
        let row = listed.row(number, line.trim());
        relation = row.relation;
        out.row(row);
    }
    if taken > 1 {
        complete(relation, ended || rows::says_all(doc.path), out);
    }
    taken
}

/// What a row of the table says.
fn listed_in<'a>(columns: &Columns<'_>, cells: &[&'a str]) -> Option<Listed<'a>> {
    let get = |name: &str| columns.get(cells, name);
    let (state, exit_code) = state(get("STATUS")?)?;
    let id = get("CONTAINER ID").filter(|id| id.len() >= 12)?;
    // Where PORTS is empty and the columns are not kept, the name is the last cell all the same.
    let last = cells.last().copied().filter(|it| Some(*it) != get("STATUS"));
    let name = get("NAMES").or(last).unwrap_or_default();
    Some(Listed { id, name, image: get("IMAGE"), state, exit_code })
}

fn begins_rows(doc: &Document<'_>) -> bool {
    doc.text.lines().next().and_then(bare).is_some()
}

fn read_rows(doc: &Document<'_>, out: &mut dyn Out) -> usize {
    let rows = doc.lines().map_while(|(number, line)| Some((number, line, bare(line)?)));
    rows.map(|(number, line, listed)| out.row(listed.row(number, line.trim()))).count()
}

/// A row of a table whose header is not there, by what stands in it.
fn bare(line: &str) -> Option<Listed<'_>> {
    let (id, rest) = line.trim().split_once(char::is_whitespace)?;
    rows::is_id(id).then_some(())?;
    let (image, rest) = rest.trim_start().split_once(char::is_whitespace)?;
    let (command, rest) = rest.trim_start().strip_prefix('"')?.rsplit_once('"')?;
    let (created, rest) = rest.split_once(" ago ")?;
    ages::words(created)?;
    let (status, name) = rest.trim().rsplit_once(char::is_whitespace)?;
    let columns = Columns::of("CONTAINER ID  IMAGE  COMMAND  CREATED  STATUS  NAMES");
    listed_in(&columns, &[id, image, command, created, split(status).first()?, name])
}

/// Without `-a` the listing holds the running containers only.
fn complete(relation: &'static str, all: bool, out: &mut dyn Out) {
    let running = match relation {
        TASK => ("status", "RUNNING".into()),
        _ => ("state", "running".into()),
    };
    let scope = if all { Vec::new() } else { vec![running] };
    out.complete(relation, scope, When::Unknown);
}

/// One line of `docker ps --format '{{json .}}'`.
pub(super) fn listed(text: &str, place: Place<'_>, out: &mut dyn Out) {
    #[derive(Default, Deserialize)]
    #[serde(default, rename_all = "PascalCase")]
    struct Line {
        #[serde(rename = "ID")]
        id: String,
        image: String,
        names: String,
        status: String,
        repository: Option<String>,
        tag: Option<String>,
    }
    let Ok(line) = serde_json::from_str::<Line>(text) else {
        return out.unparsed(place.line, "a line of docker with fields of other types than known");
    };
    if let (Some(repository), Some(tag)) = (&line.repository, &line.tag) {
        if repository != "<none>" && tag != "<none>" {
            out.row(Images::default().row(&format!("{repository}:{tag}"), place.line, text));
        }
        return;
    }
    let Some((state, exit_code)) = state(&line.status) else {
        return out.unparsed(place.line, "a line of docker without a status");
    };
    let listed =
        Listed { id: &line.id, name: &line.names, image: Some(&line.image), state, exit_code };
    out.row(listed.row(place.line, text));
}

/// One element of `docker inspect`.
pub(super) fn inspected(text: &str, place: Place<'_>, out: &mut dyn Out) {
    #[derive(Default, Deserialize)]
    #[serde(default, rename_all = "PascalCase")]
    struct Container {
        id: String,
        name: String,
        config: Config,
        state: State,
    }
    #[derive(Default, Deserialize)]
    #[serde(default, rename_all = "PascalCase")]
    struct Config {
        image: Option<String>,
    }
    #[derive(Default, Deserialize)]
    #[serde(default, rename_all = "PascalCase")]
    struct State {
        status: String,
        exit_code: Option<i64>,
    }
    let Ok(it) = serde_json::from_str::<Container>(text) else {
        return out.unparsed(place.line, "something inspected that is no container");
    };
    if it.state.status.is_empty() {
        return;
    }
    let exit_code = it.state.exit_code.filter(|_| it.state.status == "exited");
    let shown = format!("docker inspect {}: {}", it.name.trim_start_matches('/'), it.state.status);
    let listed = Listed {
        id: &it.id,
        name: &it.name,
        image: it.config.image.as_deref(),
        state: &it.state.status,
        exit_code,
    };
    out.row(listed.row(place.line, &shown));
}

/// A listing of the images on a node, as it is read.
#[derive(Debug, Default)]
pub(super) struct Images {
    repositories: BTreeSet<String>,
}

impl Images {
    /// The row of an image.
    pub(super) fn row(&mut self, reference: &str, line: u64, text: &str) -> Row {
        let name = reference.rsplit_once(':').map_or(reference, |(name, _)| name);
        self.repositories.insert(name.to_owned());
        Row::of("std.runtime.NodeImage", line, text).with("image", reference)
    }

    /// A listing of one repository may be of what was asked for by name, as `docker images nginx` is.
    pub(super) fn end(&self, out: &mut dyn Out) {
        if self.repositories.len() > 1 {
            out.complete("std.runtime.NodeImage", Vec::new(), When::Unknown);
        }
    }
}

fn begins_images(doc: &Document<'_>) -> bool {
    let line = doc.text.lines().next().unwrap_or_default();
    line.starts_with("REPOSITORY") && Columns::of(line).have(&["TAG", "IMAGE ID"])
}

fn read_images(doc: &Document<'_>, out: &mut dyn Out) -> usize {
    let mut lines = doc.lines();
    let Some((_, header)) = lines.next() else { return 0 };
    let columns = Columns::of(header);
    let mut taken = 1;
    let mut images = Images::default();
    for (number, line) in lines {
        let cells = columns.cells(line);
        if cells.len() < 4 || cells.iter().take(3).any(|it| it.is_empty()) {
            break;
        }
        taken += 1;
        let name = columns.get(&cells, "REPOSITORY").zip(columns.get(&cells, "TAG"));
        if let Some((repository, tag)) = name {
            out.row(images.row(&format!("{repository}:{tag}"), number, line.trim()));
        }
    }
    images.end(out);
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_kubelet_gives() {
        let found = named("/k8s_POD_web-0_default_8d73e524-cc3d_2").unwrap();
        assert_eq!(
            (found.container, found.pod.as_str(), found.attempt),
            ("POD", "default/web-0", Some(2))
        );
        assert_eq!(named("my_app_1"), None);
    }

    #[test]
    fn rows_are_known_without_a_header() {
        let wide =
            "35eef8a31559   r/web   \"/bin/sh -c ...\"   6 days ago   Up 6 days   80/tcp   web-1";
        let lost = "7d1dbb28dac3 d43be510ec44 \"/run.…\" 7 hours ago Exited (137) 2 hours ago k8s_a_b_c_d_1";
        let found = |line| bare(line).map(|it| (it.name, it.state, it.exit_code));
        assert_eq!(found(wide), Some(("web-1", "running", None)));
        assert_eq!(found(lost), Some(("k8s_a_b_c_d_1", "exited", Some(137))));
        assert_eq!(found("35eef8a31559 said \"no\" 6 days ago and left"), None);
    }

    #[test]
    fn nerdctl_lists_tasks() {
        let line = "0e225776b234    docker.io/library/mysql:8   \"docker-entry…\"   7 weeks ago   Exited (137) 2 days ago   k8s://shop/db-0/db";
        let row = bare(line).unwrap().row(1, line);
        assert_eq!(row.relation, TASK);
        assert!(row.fields.contains(&("status", "STOPPED".into())));
    }

    #[test]
    fn states() {
        for (status, expected) in [
            ("Up 2 hours", Some(("running", None))),
            ("Up 2 hours (unhealthy)", Some(("running", None))),
            ("Up 3 days (Paused)", Some(("paused", None))),
            ("Exited (137) 3 days ago", Some(("exited", Some(137)))),
            ("Removal In Progress", Some(("removing", None))),
            ("sideways", None),
        ] {
            assert_eq!(state(status), expected, "{status}");
        }
    }
}
