//! klog, the log of the Kubernetes components: `E0214 17:00:33.187665    1547 kubelet.go:154] …`.

use std::borrow::Cow;

use super::{Head, klog_json};
use crate::{row::When, stamp};

/// `Lmmdd hh:mm:ss.uuuuuu threadid file:line] message`, or only `file:line] message` where the
/// rest was not pasted.
pub(super) fn head(line: &str) -> Option<Head<'_>> {
    match line.as_bytes().first()? {
        b'I' | b'W' | b'E' | b'F' | b'D' => text(line),
        b'{' => klog_json::head(line),
        _ => bare(line),
    }
    .or_else(|| bare(line))
}

/// The klog record inside a line of something else, as kubeadm quotes them.
pub(crate) fn embedded(line: &str) -> Option<&str> {
    memchr::memmem::find_iter(line.as_bytes(), b".go:").find_map(|at| {
        let before = line.get(..at)?;
        let start = before.rfind([' ', '\t']).and_then(|blank| {
            let words = before.get(..blank)?.trim_end();
            let thread = words.rfind(' ')?;
            let clock = words.get(..thread)?.trim_end().rfind(' ')?;
            Some(words.get(..clock)?.trim_end().rfind(' ')? + 1)
        })?;
        line.get(start..).filter(|rest| text(rest).is_some())
    })
}

fn text(line: &str) -> Option<Head<'_>> {
    let (level, rest) = line.split_at_checked(1)?;
    let (when, rest) = stamp::klog(rest)?;
    let rest = rest.trim_start_matches(' ');
    let (thread, rest) = rest.split_once(' ')?;
    thread.bytes().all(|b| b.is_ascii_digit()).then_some(())?;
    Some(Head { when, level: super::level_of(level), ..bare(rest)? })
}

/// `kubelet.go:1414] message`.
fn bare(line: &str) -> Option<Head<'_>> {
    let (place, message) = line.split_once(']')?;
    let (file, number) = place.rsplit_once(':')?;
    let is_file = file.len() <= 80
        && (file.ends_with(".go") || file == "???")
        && file.bytes().all(|b| b.is_ascii_graphic());
    (is_file && number.bytes().all(|b| b.is_ascii_digit())).then_some(())?;
    let file = file.rsplit('/').next().unwrap_or(file);
    Some(Head {
        file: Some(Cow::Borrowed(file)),
        message: Cow::Borrowed(message.strip_prefix(' ').unwrap_or(message)),
        ..Head::default()
    })
}

/// The first lines of a file that klog writes itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum FileHeader<'a> {
    /// When the file was begun: a full date, which the records below lack.
    Created(When),
    /// The host.
    Machine(&'a str),
    /// How to read the lines below.
    Other,
}

/// `Log file created at: 2019/09/02 10:11:12`, `Running on machine: n1`.
pub(crate) fn file_header(line: &str) -> Option<FileHeader<'_>> {
    if let Some(date) = line.strip_prefix("Log file created at: ") {
        let (when, _) = stamp::iso(&date.replacen('/', "-", 2))?;
        return Some(FileHeader::Created(when));
    }
    if let Some(name) = line.strip_prefix("Running on machine: ") {
        return Some(FileHeader::Machine(name.trim()));
    }
    let other = ["Log line format: [IWEF]", "Binary: Built with "];
    other.iter().any(|start| line.starts_with(start)).then_some(FileHeader::Other)
}

/// Whether only the kubelet logs from this source file.
pub(crate) fn is_kubelet_source(file: &str) -> bool {
    KUBELET_SOURCES.contains(&file)
        || [
            "kubelet_",
            "kuberuntime_",
            "eviction_",
            "operation_generator",
            "nestedpendingoperations",
        ]
        .iter()
        .any(|start| file.starts_with(start))
}

const KUBELET_SOURCES: [&str; 47] = [
    "kubelet.go",
    "pod_workers.go",
    "pod_container_deletor.go",
    "pod_container_manager_linux.go",
    "generic.go",
    "evented.go",
    "reconciler.go",
    "reconciler_common.go",
    "reconstruct.go",
    "desired_state_of_world_populator.go",
    "volume_manager.go",
    "remote_runtime.go",
    "remote_image.go",
    "image_gc_manager.go",
    "container_gc.go",
    "container_manager_linux.go",
    "cni.go",
    "dns.go",
    "file_linux.go",
    "docker_sandbox.go",
    "docker_service.go",
    "docker_container.go",
    "docker_image_gc_manager.go",
    "helpers_linux.go",
    "fs_resource_analyzer.go",
    "csi_plugin.go",
    "csi_mounter.go",
    "csi_attacher.go",
    "prober.go",
    "prober_manager.go",
    "status_manager.go",
    "subpath_linux.go",
    "volume_linux.go",
    "subpath_mount_linux.go",
    "kube_docker_client.go",
    "oom_watcher_linux.go",
    "cadvisor_linux.go",
    "container_log_manager.go",
    "cri_stats_provider.go",
    "cadvisor_stats_provider.go",
    "cpu_manager.go",
    "memory_manager.go",
    "topology_manager.go",
    "plugin_watcher.go",
    "qos_container_manager_linux.go",
    "node_container_manager_linux.go",
    "nodeshutdown_manager_linux.go",
];
