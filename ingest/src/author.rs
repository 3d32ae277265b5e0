//! Who wrote a log whose lines do not say: the file's name, its place, or what it is full of.

use std::borrow::Cow;

use crate::formats::format::Document;
use crate::formats::log::{self, Head};
use crate::object::is_name;
use crate::row::{Program, When};
use crate::unnamed;

/// How much of a text is looked at.
const LOOK: usize = 256 * 1024;

/// What a document says about its lines as a whole.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Author<'a> {
    /// Who writes lines without a program.
    program: Program,
    /// Of a container's log: the whole document, or a part of it.
    pub(crate) container: Option<ContainerLog<'a>>,
    /// It was written on a machine that is no node and has a clock in another zone.
    pub(crate) elsewhere: bool,
}

/// A container's log file, by its path.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct ContainerLog<'a> {
    /// `namespace/name`, where that is said.
    pub(crate) pod: Option<Cow<'a, str>>,
    /// Its name in the pod.
    pub(crate) container: &'a str,
}

impl<'a> Author<'a> {
    pub(crate) fn of(document: &Document<'a>) -> Self {
        let container = container_log(document.path);
        let program = by_name(document.path).unwrap_or_else(|| by_content(document.text));
        Self { program, container, elsewhere: false }
    }

    /// Who wrote the part of a text that begins with a headline.
    pub(crate) fn of_part(name: &'a str, text: &'a str) -> Self {
        let below = text.split_once('\n').map_or("", |(_, below)| below);
        let text = below.split_once("\n==> ").map_or(below, |(part, _)| part);
        let author = Self::of(&Document { path: name, text, first_line: 1, asked: None });
        Self {
            container: author.container.or_else(|| container_part(name)),
            // What minikube did to start the node.
            elsewhere: name == "Last Start",
            ..author
        }
    }

    /// Who wrote a line.
    pub(crate) fn program(&self, head: &Head<'_>) -> Program {
        if self.elsewhere {
            return Program::Unknown;
        }
        let container = || self.container.as_ref().map(|log| log.container);
        match (head.name.as_deref(), head.file.as_deref()) {
            // A program that starts the kubelet, or is it among other things, keeps its own name.
            (name, Some(file))
                if log::is_kubelet_source(file)
                    && !name.or_else(container).is_some_and(is_controller) =>
            {
                Program::Kubelet
            }
            (Some(name), _) => log::program_of(name),
            _ if self.container.is_some() => Program::System,
            _ if matches!(head.when, When::Boot(_)) => Program::Kernel,
            _ => self.program,
        }
    }
}

/// Whether a program is one that shares the names of sources with the kubelet.
fn is_controller(name: &str) -> bool {
    ["controller-manager", "apiserver", "scheduler", "kube-proxy"]
        .iter()
        .any(|part| name.contains(part))
}

/// By a path: a file's name tells by what it contains, its directory's only as a whole. The directory of
/// an incident is often named after what was suspected.
fn by_name(path: &str) -> Option<Program> {
    let path = path.to_ascii_lowercase();
    let mut parts = path.rsplit('/');
    let file = parts.next()?;
    of_name(|name| file.contains(name)).or_else(|| {
        let dir = parts.next()?;
        of_name(|name| dir == name || dir.strip_prefix("kube-") == Some(name))
    })
}

/// The program that a name of which this is so stands for.
fn of_name(is: impl Fn(&str) -> bool) -> Option<Program> {
    let any = |names: &[&str]| names.iter().any(|name| is(name));
    if any(&["kubelet", "hyperkube"]) {
        Some(Program::Kubelet)
    } else if any(&["containerd", "docker", "crio", "cri-o"]) {
        Some(Program::Runtime)
    } else if any(&["kern", "dmesg", "kmsg"]) {
        Some(Program::Kernel)
    } else if any(&["etcd", "apiserver", "scheduler", "controller-manager", "kube-proxy"]) {
        Some(Program::System)
    } else {
        None
    }
}

/// A log without a telling name is the kubelet's where sources are named that only it has.
fn by_content(text: &str) -> Program {
    let look = text.as_bytes().get(..LOOK).unwrap_or(text.as_bytes());
    let kubelet =
        [" kubelet.go:", " pod_workers.go:", " kubelet_node_status.go:", " reconciler.go:"];
    let is = kubelet.iter().any(|mark| memchr::memmem::find(look, mark.as_bytes()).is_some());
    if is { Program::Kubelet } else { Program::Unknown }
}

/// `==== START logs for container C of pod NS/P ====` of `kubectl cluster-info dump`: the container, or
/// nothing at the end of its log.
pub(crate) fn fence(line: &str) -> Option<Option<ContainerLog<'_>>> {
    let text = line.strip_prefix("==== ")?;
    if text.starts_with("END logs for ") {
        return Some(None);
    }
    let (container, pod) =
        text.strip_prefix("START logs for container ")?.split_once(" of pod ")?;
    let pod = pod.trim_end_matches(['=', ' ']);
    Some(Some(ContainerLog { pod: Some(pod.into()), container }))
}

/// The container that a line of `kubectl logs --prefix` is of, and the line as it wrote it:
/// `[pod/web-0/nginx] hello`.
pub(crate) fn prefixed(line: &str) -> Option<(ContainerLog<'_>, &str)> {
    let (prefix, rest) = line.strip_prefix("[pod/")?.split_once(']')?;
    let (pod, container) = prefix.split_once('/')?;
    (is_name(pod) && is_name(container)).then_some(())?;
    let pod = Some(format!("{}/{pod}", unnamed::NAMESPACE).into());
    Some((ContainerLog { pod, container }, rest.strip_prefix(' ').unwrap_or(rest)))
}

/// What `==> /var/log/kubelet.log <==` of `tail` and `==> etcd [a2ad4a56696d] <==` of `minikube logs` name: the file or
/// the command that the lines below are of.
pub(crate) fn headline(line: &str) -> Option<&str> {
    line.strip_prefix("==> ")?.trim_end().strip_suffix(" <==")
}

/// The container whose log a part is: `etcd [a2ad4a56696d]`.
fn container_part(name: &str) -> Option<ContainerLog<'_>> {
    let (container, id) = name.strip_suffix(']')?.split_once(" [")?;
    let is_id = id.len() >= 12 && id.bytes().all(|b| b.is_ascii_hexdigit());
    is_id.then_some(ContainerLog { pod: None, container })
}

/// The container whose log a file is:
/// - `…/pods/<ns>_<pod>_<uid>/<container>/<n>.log` on a node,
/// - `…/containers/<pod>_<ns>_<container>-<id>.log` beside it,
/// - `…/namespaces/<ns>/pods/<pod>/<container>/<container>/logs/current.log` of a must-gather,
/// - `…/pods/logs/<ns>/<pod>/<container>.log` of a support bundle.
fn container_log(path: &str) -> Option<ContainerLog<'_>> {
    let parts: Vec<&str> = path.split('/').collect();
    let named = |namespace: &str, pod: &str, container| {
        Some(ContainerLog { pod: Some(format!("{namespace}/{pod}").into()), container })
    };
    (0..parts.len()).rev().find_map(|at| match parts.get(at..)? {
        ["pods", "logs", namespace, pod, file] => named(namespace, pod, file.strip_suffix(".log")?),
        ["pods", pod, container, _, ..] if pod.split('_').count() == 3 => {
            let (namespace, rest) = pod.split_once('_')?;
            named(namespace, rest.split('_').next()?, container)
        }
        ["namespaces", namespace, "pods", pod, container, .., "logs", _] => {
            named(namespace, pod, container)
        }
        ["containers", file] => {
            let (pod, rest) = file.strip_suffix(".log")?.split_once('_')?;
            let (namespace, rest) = rest.split_once('_')?;
            let (container, id) = rest.rsplit_once('-')?;
            let is_id = id.len() == 64 && id.bytes().all(|b| b.is_ascii_hexdigit());
            if is_id { named(namespace, pod, container) } else { None }
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_tells_the_kubelet_inside_another_program() {
        let program = |name: &'static str, file: &'static str| {
            let head = Head { name: Some(name.into()), file: Some(file.into()), ..Head::default() };
            Author { program: Program::Unknown, container: None, elsewhere: false }.program(&head)
        };
        assert_eq!(program("k3s", "remote_runtime.go"), Program::Kubelet);
        assert_eq!(program("k3s", "leaderelection.go"), Program::System);
        assert_eq!(program("kube-controller-manager", "reconciler.go"), Program::System);
    }

    #[test]
    fn container_logs() {
        let id = "a".repeat(64);
        for (path, pod, container) in [
            (
                "n1/pods/kube-system_dns-1_0b64/coredns/0.log".to_owned(),
                "kube-system/dns-1",
                "coredns",
            ),
            (
                format!("n1/containers/dns-1_kube-system_core-dns-{id}.log"),
                "kube-system/dns-1",
                "core-dns",
            ),
            ("m/namespaces/a/pods/p/c/c/logs/current.log".to_owned(), "a/p", "c"),
            ("b/cluster-resources/pods/logs/a/p/c.log".to_owned(), "a/p", "c"),
        ] {
            let log = container_log(&path).unwrap();
            assert_eq!((log.pod.as_deref(), log.container), (Some(pod), container), "{path}");
        }
        for path in [
            "pods.json",
            "namespaces/a/core/pods.yaml",
            "cluster-resources/pods/default.json",
            "a/pods/b/c.log",
        ] {
            assert_eq!(container_log(path), None, "{path}");
        }
    }

    #[test]
    fn fences() {
        let log = fence("==== START logs for container etcd of pod kube-system/etcd-0 ====");
        let expected = ContainerLog { pod: Some("kube-system/etcd-0".into()), container: "etcd" };
        assert_eq!(log, Some(Some(expected)));
        assert_eq!(
            fence("==== END logs for container etcd of pod kube-system/etcd-0 ===="),
            Some(None)
        );
        assert_eq!(fence("==== something else ===="), None);
    }

    #[test]
    fn prefixes() {
        let log = |line| prefixed(line).map(|(log, rest)| (log.pod, log.container, rest));
        let pod = Some("(namespace)/web-0".into());
        assert_eq!(log("[pod/web-0/nginx] hello"), Some((pod.clone(), "nginx", "hello")));
        assert_eq!(log("[pod/web-0/nginx]"), Some((pod, "nginx", "")));
        assert_eq!(log("[pod/web-0] hello"), None);
        assert_eq!(log("[pod/a b/c] hello"), None);
    }

    #[test]
    fn parts() {
        assert_eq!(headline("==> coredns [4a28eb17d5df] <=="), Some("coredns [4a28eb17d5df]"));
        assert_eq!(headline("==> Fetching"), None);
        let kubelet = "==> x <==\nE0214 17:00:33.187665 1 kubelet.go:1] x\n";
        let below = format!("==> a <==\nhello\n\n{kubelet}");
        for (name, text, program, container) in [
            (
                "kube-controller-manager [4a28eb17d5df]",
                "",
                Program::System,
                Some("kube-controller-manager"),
            ),
            ("coredns [4a28eb17d5df]", "", Program::Unknown, Some("coredns")),
            ("a [b]", "", Program::Unknown, None),
            ("CRI-O", "", Program::Runtime, None),
            ("dmesg", "", Program::Kernel, None),
            ("x", kubelet, Program::Kubelet, None),
            ("a", &below, Program::Unknown, None),
        ] {
            let author = Author::of_part(name, text);
            let container_of = author.container.map(|log| log.container);
            assert_eq!((author.program, container_of), (program, container), "{name}");
        }
    }

    #[test]
    fn programs_by_name_then_content() {
        for (path, text, expected) in [
            ("kind-worker/kubelet.log", "", Program::Kubelet),
            ("n1/crio_service.log", "", Program::Runtime),
            ("kern.log.1", "", Program::Kernel),
            ("kube-apiserver/0.log", "", Program::System),
            ("docker-hangs-on-n1/journal.txt", "hello", Program::Unknown),
            ("journal.txt", "E0214 17:00:33.187665 1 kubelet.go:1] x", Program::Kubelet),
            ("journal.txt", "hello", Program::Unknown),
        ] {
            let document = Document { path, text, first_line: 1, asked: None };
            assert_eq!(Author::of(&document).program, expected, "{path}");
        }
    }
}
