//! How services of the host are, as systemd says it: `systemctl status` of one or several, and `systemctl list-units`.

use etio_plan::Value;

use super::format::{Document, Section};
use crate::row::{Out, Row};
use crate::stamp;

/// The section: the first line of a status. What follows it is read as the lines they are: of the log, or of what
/// rules read in words.
pub(super) const UNIT_STATUS: Section = Section { kind: "systemctl status", begins, read };
/// The section: rows of `systemctl list-units`, with their header or without.
pub(super) const UNITS: Section =
    Section { kind: "systemctl list-units", begins: begins_list, read: read_list };

/// What stands before a unit, by its state and by what the terminal can show.
const BULLETS: [&str; 5] = ["●", "○", "×", "↻", "*"];
/// `Active:` stands so many lines below the name at most: `Loaded:` and `Drop-In:` with its files come first.
const NEAR: usize = 8;

/// The service in `● kubelet.service - kubelet: The Kubernetes Node Agent`.
fn headed(line: &str) -> Option<&str> {
    let line = line.trim();
    let bare = BULLETS.iter().find_map(|bullet| line.strip_prefix(bullet));
    let (unit, rest) = match bare.unwrap_or(line).trim_start().split_once(' ') {
        Some((unit, rest)) => (unit, rest),
        None => (bare?.trim(), ""),
    };
    (is_service(unit) && (bare.is_some() || rest.starts_with("- "))).then_some(unit)
}

fn is_service(word: &str) -> bool {
    word.strip_suffix(".service").is_some_and(|name| {
        !name.is_empty()
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.@:\\".contains(&b))
    })
}

/// What stands behind `Active:` in the status that begins here.
fn active<'a>(doc: &Document<'a>) -> Option<&'a str> {
    let below = doc.text.lines().skip(1).take(NEAR).take_while(|line| headed(line).is_none());
    below.map(str::trim).find_map(|line| line.strip_prefix("Active: "))
}

fn begins(doc: &Document<'_>) -> bool {
    doc.text.lines().next().is_some_and(|line| headed(line).is_some()) && active(doc).is_some()
}

fn read(doc: &Document<'_>, out: &mut dyn Out) -> usize {
    let line = doc.text.lines().next().unwrap_or_default();
    let (Some(unit), Some(active)) = (headed(line), active(doc)) else { return 0 };
    let parts = || active.split('(').skip(1).filter_map(|part| part.split(')').next());
    let since = active.split_once("since ").and_then(|(_, since)| stamp::weekday_iso(since));
    let since = since.and_then(|(when, _)| when.at()).map_or(Value::Null, Value::Time);
    out.row(
        Row::of("std.node.Unit", doc.first_line, format!("{}: {active}", line.trim()))
            .with("unit", unit)
            .with("state", active.split(' ').next())
            .with("sub", parts().find(|part| !part.starts_with("Result: ")))
            .with("result", parts().find_map(|part| part.strip_prefix("Result: ")))
            .with("changed", since),
    );
    1
}

/// `● containerd.service  loaded  failed  failed  containerd container runtime`.
fn listed(line: &str) -> Option<[&str; 3]> {
    let mut words = line.split_whitespace().filter(|word| !BULLETS.contains(word));
    let (unit, load, active, sub) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let loads = ["loaded", "not-found", "bad-setting", "error", "masked"].contains(&load);
    let is = ["active", "inactive", "failed", "activating", "deactivating", "reloading"];
    (is_service(unit) && loads && is.contains(&active)).then_some([unit, active, sub])
}

fn is_header(line: &str) -> bool {
    line.split_whitespace().eq(["UNIT", "LOAD", "ACTIVE", "SUB", "DESCRIPTION"])
}

fn begins_list(doc: &Document<'_>) -> bool {
    doc.text.lines().next().is_some_and(|line| listed(line).is_some() || is_header(line))
}

fn read_list(doc: &Document<'_>, out: &mut dyn Out) -> usize {
    let mut taken = 0;
    for (number, line) in doc.lines() {
        match listed(line) {
            Some([unit, state, sub]) => out.row(
                Row::of("std.node.Unit", number, line.trim())
                    .with("unit", unit)
                    .with("state", state)
                    .with("sub", sub),
            ),
            None if taken == 0 && is_header(line) => {}
            None => break,
        }
        taken += 1;
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::{headed, listed};

    #[test]
    fn units() {
        for (line, unit) in [
            ("● kubelet.service - kubelet: The Kubernetes Node Agent", Some("kubelet.service")),
            ("* docker.service", Some("docker.service")),
            ("containerd.service - containerd container runtime", Some("containerd.service")),
            ("kubelet.service: Main process exited", None),
            ("● kubelet is down", None),
        ] {
            assert_eq!(headed(line), unit, "{line}");
        }
        let row = "● crio.service  loaded failed failed  CRI-O";
        assert_eq!(listed(row), Some(["crio.service", "failed", "failed"]));
        assert_eq!(listed("crio.service loaded and failed again"), None);
    }
}
