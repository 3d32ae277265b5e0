//! Container and pod ids in paths: of cgroups, and below the kubelet's directory.

use crate::object::is_uid;

/// The container id in a cgroup path: its last part that is one, however the driver writes it
/// (`docker-<id>.scope`, `cri-containerd-<id>.scope`, `crio-<id>.scope`, or the id alone).
pub(super) fn container(path: &str) -> Option<&str> {
    path.rsplit(['/', ':']).find_map(|part| {
        let part = part.trim_end_matches(".scope");
        let id = part.rsplit('-').next()?;
        (id.len() == 64 && id.bytes().all(|b| b.is_ascii_hexdigit())).then_some(id)
    })
}

/// The pod uid in a cgroup path: `…/burstable/pod<uid>/…`, or with `_` for `-` under systemd.
pub(super) fn pod(path: &str) -> Option<String> {
    path.split('/').find_map(|part| {
        let part = part.trim_end_matches(".slice");
        let at = if part.starts_with("pod") { 0 } else { part.find("-pod")? + 1 };
        let uid = part.get(at + 3..)?.replace('_', "-");
        is_uid(&uid).then_some(uid)
    })
}

/// The pod uid in a path below the kubelet's directory: `/var/lib/kubelet/pods/<uid>/volumes/…`.
pub(super) fn volume_owner(path: &str) -> Option<&str> {
    let rest = path.split_once("/pods/")?.1;
    let uid = rest.split('/').next()?;
    is_uid(uid).then_some(uid)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0916e388251d5b5d0e4f751545268d8fdbec167c950b6d4da55cc96e6ad36e21";

    #[test]
    fn ids_in_cgroup_paths() {
        let uid = "899ba4ed-10e5-48c7-a5c0-dbe9b0f8b041";
        for path in [
            format!("/kubepods/burstable/pod{uid}/{ID}"),
            format!(
                "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{}.slice/docker-{ID}.scope",
                uid.replace('-', "_")
            ),
            format!(
                "/kubepods.slice/kubepods-pod{}.slice/cri-containerd-{ID}.scope",
                uid.replace('-', "_")
            ),
            format!(
                "/system.slice/containerd.service/kubepods-besteffort-pod{}.slice:cri-containerd:{ID}",
                uid.replace('-', "_")
            ),
        ] {
            assert_eq!(container(&path), Some(ID), "{path}");
            if !path.contains(":cri") {
                assert_eq!(pod(&path).as_deref(), Some(uid), "{path}");
            }
        }
        assert_eq!(container("/system.slice/sshd.service"), None);
        assert_eq!(pod("/system.slice/podman.service"), None);
    }

    #[test]
    fn owners_of_volumes() {
        let path = "/var/lib/kubelet/pods/d1b03e68f1957bd0567379ca57c2517a/volumes/x";
        assert_eq!(volume_owner(path), Some("d1b03e68f1957bd0567379ca57c2517a"));
        assert_eq!(volume_owner("/var/lib/kubelet/pods/x"), None);
    }
}
