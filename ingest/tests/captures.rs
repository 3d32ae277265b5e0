//! Real collections, where they are at hand: `ETIO_CAPTURES`, or `shared/captures` beside the
//! repository. They are not part of it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use std::path::{Path, PathBuf};

use etio_ingest::{Bundle, Options, Reader, read_paths};
use etio_scan::Scanner;

fn captures() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/captures");
    let path = std::env::var_os("ETIO_CAPTURES").map_or(beside, PathBuf::from);
    path.is_dir().then_some(path)
}

fn read(name: &str) -> Option<Bundle> {
    let path = captures()?.join(name);
    let pack = support::pack();
    let scanner = Scanner::new(pack.clone());
    let mut reader = Reader::new(&scanner, Options::default());
    read_paths(&mut reader, &[path], &|_| None, &mut |_| ()).unwrap();
    Some(reader.finish())
}

/// Lines and unparsed lines of the files whose path contains a part.
fn lines(bundle: &Bundle, part: &str) -> (u64, u64) {
    let files = bundle.inputs.iter().filter(|input| input.path.contains(part));
    files.fold((0, 0), |(lines, unparsed), file| (lines + file.lines, unparsed + file.unparsed))
}

#[test]
fn a_must_gather_is_understood() {
    for name in ["must-gather-aws-slim.tar.xz", "must-gather-vsphere-slim.tar.xz"] {
        let Some(bundle) = read(&format!("must-gather-clean/{name}")) else { return };
        let (all, unparsed) = lines(&bundle, "");
        assert!(all > 100_000 && unparsed * 1000 < all, "{name}: {unparsed} of {all}");
        let kubelet =
            bundle.inputs.iter().find(|i| i.path.ends_with("kubelet_service.log")).unwrap();
        assert_eq!((kubelet.kind.as_str(), kubelet.unparsed), ("kubelet log", 0), "{name}");
        // Journals of three masters stand behind each other in one file.
        let pack = support::pack();
        let covered = support::coverage(&pack, &bundle);
        let kubelets = covered.iter().filter(|line| line.starts_with("KubeletLog")).count();
        assert_eq!(kubelets, 3, "{covered:?}");
        assert!(support::time(bundle.collected_at).starts_with("2021-0"), "{name}");
    }
}

#[test]
fn kubelet_logs_are_understood() {
    let Some(bundle) = read("k8s-failure-reproduction") else { return };
    let (all, unparsed) = lines(&bundle, "kubelet");
    assert!(all > 20_000 && unparsed * 1000 < all, "{unparsed} of {all}");
}

#[test]
fn support_bundles_are_understood() {
    let Some(bundle) = read("troubleshoot") else { return };
    for part in ["/pods/", "/events/", "nodes.json"] {
        let (all, unparsed) = lines(&bundle, part);
        assert!(all > 0 && unparsed * 100 <= all, "{part}: {unparsed} of {all}");
    }
}

#[test]
fn everything_is_read() {
    let Some(root) = captures() else { return };
    for entry in std::fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("must-gather-clean") {
            let name = path.file_name().unwrap().to_str().unwrap();
            let bundle = read(name).unwrap();
            assert!(!bundle.inputs.is_empty(), "{name}");
        }
    }
}
