//! What the runtimes say of themselves: `docker version`, `docker info`, `crictl version`, and the one
//! line that each binary prints for `--version`.

use super::format::{Document, Section};
use crate::row::{Out, Row};

/// The section: one of the blocks, or such a line.
pub(super) const VERSIONS: Section = Section { kind: "runtime version", begins, read };

/// A version in one line: `Docker version 18.06.1-ce, build e68fc7a`.
fn one_line(line: &str) -> Option<(&'static str, &str)> {
    let line = line.trim();
    let after =
        |prefix: &str| line.strip_prefix(prefix).and_then(|rest| rest.split([' ', ',']).next());
    let found = [
        ("docker", after("Docker version ")),
        ("runc", after("runc version ")),
        ("cri-o", after("crio version ")),
        ("docker", after("Server Version: ")),
        ("containerd", after("containerd version: ")),
        // `containerd github.com/containerd/containerd v1.2.13 7ad184331f`
        (
            "containerd",
            line.strip_prefix("containerd ").and_then(|rest| {
                let mut words = rest.split(' ');
                words.next().filter(|it| it.contains('.') && !it.contains(':'))?;
                words.next()
            }),
        ),
    ];
    found.into_iter().find_map(|(name, version)| Some((name, version.filter(|it| is_version(it))?)))
}

fn is_version(text: &str) -> bool {
    let text = text.trim_start_matches('v');
    text.contains('.') && text.starts_with(|c: char| c.is_ascii_digit())
}

fn begins(doc: &Document<'_>) -> bool {
    let mut lines = doc.text.lines();
    let first = lines.next().unwrap_or_default();
    one_line(first).is_some() || is_block(first.trim_end(), &mut lines)
}

/// The heads of `docker version`, `docker info` and `crictl version`.
fn is_block<'a>(first: &str, rest: &mut impl Iterator<Item = &'a str>) -> bool {
    let mut says = |key: &str| rest.by_ref().take(3).any(|line| line.trim_start().starts_with(key));
    match first {
        "Server:" => says("Engine:") || says("Version:"),
        _ if first.starts_with("Client:") => says("Version:"),
        _ if first.starts_with("Containers: ") => says("Running:"),
        _ => first.starts_with("RuntimeName:") && says("RuntimeVersion:"),
    }
}

fn read(doc: &Document<'_>, out: &mut dyn Out) -> usize {
    let mut rest = doc.text.lines();
    let first = rest.next().unwrap_or_default();
    if !is_block(first.trim_end(), &mut rest) {
        if let Some((name, version)) = one_line(first) {
            out.row(row(name, version, doc.first_line, first));
        }
        return 1;
    }
    let mut taken = 0;
    // The server's part, below it the program's.
    let mut server = first.starts_with("Server");
    let mut program = "docker";
    let mut named = None;
    for (number, line) in doc.lines() {
        let Some((key, value)) = line.trim().split_once(':') else {
            if line.trim().is_empty() || !line.starts_with(' ') {
                // A blank line parts client and server.
                if doc.lines().any(|(next, text)| next == number + 1 && text.starts_with("Server:"))
                {
                    taken += 1;
                    continue;
                }
                break;
            }
            taken += 1;
            continue;
        };
        taken += 1;
        let value = value.trim();
        match key {
            "Client" => server = false,
            "Server" => server = true,
            "Engine" if value.is_empty() => program = "docker",
            "containerd" if value.is_empty() => program = "containerd",
            "runc" if value.is_empty() => program = "runc",
            "docker-init" => program = "",
            "Version" if server && !program.is_empty() && is_version(value) => {
                out.row(row(program, value, number, line.trim()));
            }
            "RuntimeName" => named = Some(value),
            "RuntimeVersion" => {
                out.row(row(named.unwrap_or_default(), value, number, line.trim()));
            }
            _ => {
                if let Some((name, version)) = one_line(line) {
                    out.row(row(name, version, number, line.trim()));
                }
            }
        }
    }
    taken
}

fn row(name: &str, version: &str, line: u64, text: &str) -> Row {
    Row::of("std.runtime.Runtime", line, text).with("name", name).with("version", version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_in_one_line() {
        for (line, expected) in [
            ("Docker version 18.06.1-ce, build e68fc7a", Some(("docker", "18.06.1-ce"))),
            (
                "containerd github.com/containerd/containerd v1.2.13 7ad1",
                Some(("containerd", "v1.2.13")),
            ),
            ("runc version 1.0.0-rc10", Some(("runc", "1.0.0-rc10"))),
            (" Server Version: 18.06.1-ce", Some(("docker", "18.06.1-ce"))),
            ("containerd is not running", None),
            ("Docker version unknown", None),
        ] {
            assert_eq!(one_line(line), expected, "{line}");
        }
    }
}
