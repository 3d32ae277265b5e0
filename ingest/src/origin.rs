//! Who wrote a log whose lines do not say: the file's name, its place, or what it is full of.

use std::borrow::Cow;

use crate::formats::Document;
use crate::formats::log::{self, Head};
use crate::row::{Program, When};

/// How much of a text is looked at.
const LOOK: usize = 256 * 1024;

/// What a document says about its lines as a whole.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Origins<'a> {
    /// Who writes lines without a program.
    program: Program,
    /// Of a container's log.
    container: Option<ContainerLog<'a>>,
}

/// A container's log file, by its path.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct ContainerLog<'a> {
    /// `namespace/name`
    pub(crate) pod: Cow<'a, str>,
    /// Its name in the pod.
    pub(crate) container: &'a str,
}

impl<'a> Origins<'a> {
    pub(crate) fn of(document: &Document<'a>) -> Self {
        let container = container_log(document.path);
        let program = match container {
            Some(_) => Program::System,
            None => by_name(document.path).unwrap_or_else(|| by_content(document.text)),
        };
        Self { program, container }
    }

    /// Who wrote a line.
    pub(crate) fn program(&self, head: &Head<'_>) -> Program {
        match (head.name.as_deref(), head.file.as_deref()) {
            (Some(name), _) => log::program_of(name),
            (None, Some(file)) if log::is_kubelet_source(file) => Program::Kubelet,
            // A stamp alone says nothing of a kernel or runtime.
            _ if matches!(head.when, When::Boot(_)) => Program::Kernel,
            _ => self.program,
        }
    }

    /// The name of the container whose log this is.
    pub(crate) fn container(&self) -> Option<&'a str> {
        self.container.as_ref().map(|log| log.container)
    }
}

/// By the last parts of a path, the file's own name first.
fn by_name(path: &str) -> Option<Program> {
    path.rsplit('/').take(2).find_map(|part| {
        let part = part.to_ascii_lowercase();
        let has = |names: &[&str]| names.iter().any(|name| part.contains(name));
        if has(&["kubelet", "hyperkube"]) {
            Some(Program::Kubelet)
        } else if has(&["containerd", "docker", "crio", "cri-o"]) {
            Some(Program::Runtime)
        } else if has(&["kern", "dmesg", "kmsg"]) {
            Some(Program::Kernel)
        } else if has(&["etcd", "apiserver", "scheduler", "controller-manager", "kube-proxy"]) {
            Some(Program::System)
        } else {
            None
        }
    })
}

/// A log without a telling name is the kubelet's where sources are named that only it has.
fn by_content(text: &str) -> Program {
    let look = text.as_bytes().get(..LOOK).unwrap_or(text.as_bytes());
    let kubelet = [" kubelet.go:", " pod_workers.go:", " kubelet_node_status.go:", " reconciler.go:"];
    let is = kubelet.iter().any(|mark| memchr::memmem::find(look, mark.as_bytes()).is_some());
    if is { Program::Kubelet } else { Program::Unknown }
}

/// `…/pods/<ns>_<pod>_<uid>/<container>/<n>.log` on a node, `…/containers/<pod>_<ns>_<container>-<id>.log`
/// beside it, and `…/namespaces/<ns>/pods/<pod>/<container>/<container>/logs/current.log` of a
/// must-gather.
pub(crate) fn container_log(path: &str) -> Option<ContainerLog<'_>> {
    let parts: Vec<&str> = path.split('/').collect();
    let at = |name: &str| parts.iter().rposition(|part| *part == name);
    if let Some(pods) = at("pods") {
        let pod = *parts.get(pods + 1)?;
        let container = *parts.get(pods + 2)?;
        if container.contains('.') || parts.len() < pods + 4 {
            return None;
        }
        let mut names = pod.splitn(3, '_');
        if let (Some(namespace), Some(name), Some(_)) = (names.next(), names.next(), names.next()) {
            return Some(ContainerLog { pod: format!("{namespace}/{name}").into(), container });
        }
        let namespaces = pods.checked_sub(2)?;
        if parts.get(namespaces) == Some(&"namespaces") && parts.contains(&"logs") {
            let namespace = parts.get(namespaces + 1)?;
            return Some(ContainerLog { pod: format!("{namespace}/{pod}").into(), container });
        }
        return None;
    }
    let file = *parts.get(at("containers")? + 1)?;
    let mut names = file.strip_suffix(".log")?.splitn(3, '_');
    let (pod, namespace, rest) = (names.next()?, names.next()?, names.next()?);
    let (container, id) = rest.rsplit_once('-')?;
    let is_id = id.len() == 64 && id.bytes().all(|b| b.is_ascii_hexdigit());
    is_id.then(|| ContainerLog { pod: format!("{namespace}/{pod}").into(), container })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn container_logs() {
        let id = "a".repeat(64);
        for (path, pod, container) in [
            ("n1/pods/kube-system_dns-1_0b64/coredns/0.log".to_owned(), "kube-system/dns-1", "coredns"),
            (format!("n1/containers/dns-1_kube-system_core-dns-{id}.log"), "kube-system/dns-1", "core-dns"),
            ("m/namespaces/a/pods/p/c/c/logs/current.log".to_owned(), "a/p", "c"),
        ] {
            let log = container_log(&path).unwrap();
            assert_eq!((log.pod.as_ref(), log.container), (pod, container), "{path}");
        }
        for path in ["pods.json", "namespaces/a/core/pods.yaml", "cluster-resources/pods/default.json", "a/pods/b/c.log"] {
            assert_eq!(container_log(path), None, "{path}");
        }
    }

    #[test]
    fn programs_by_name_then_content() {
        for (path, text, expected) in [
            ("kind-worker/kubelet.log", "", Program::Kubelet),
            ("n1/crio_service.log", "", Program::Runtime),
            ("kern.log.1", "", Program::Kernel),
            ("journal.txt", "E0214 17:00:33.187665 1 kubelet.go:1] x", Program::Kubelet),
            ("journal.txt", "hello", Program::Unknown),
        ] {
            let document = Document { path, text, first_line: 1 };
            assert_eq!(Origins::of(&document).program, expected, "{path}");
        }
    }
}
