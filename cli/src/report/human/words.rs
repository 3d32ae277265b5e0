//! Texts of others in lines of ours.

use crate::text::clean;

/// How far into a line what is written before its message may reach.
const HEADER: usize = 200;

/// The words of a text in lines of at most so many columns; at least one line.
pub(super) fn fold(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in clean(text).split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.chars().count() + 1 + word.chars().count() <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

pub(super) fn cut(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    let head: String = text.chars().take(room.saturating_sub(1)).collect();
    format!("{head}…")
}

/// A line of a log in so many columns: where it is longer, from its message on.
pub(super) fn telling(line: &str, room: usize) -> String {
    match message(line) {
        Some(message) if line.chars().count() > room => cut(&format!("…{message}"), room),
        _ => cut(line, room),
    }
}

/// What a line of a log says behind its stamps, process and place in the source, where it has such:
/// `… kubelet[1207]: E0312 08:57:02.123456    1207 pod_workers.go:965] message`.
pub(super) fn message(line: &str) -> Option<&str> {
    let end = |mark: &str| Some(line.find(mark)? + mark.len());
    // The klog header, the field of a logger of the runtime, the tag of syslog.
    let klog = || {
        let place = end(".go:")?;
        let digits = line.get(place..)?.find(|c: char| !c.is_ascii_digit())?;
        line.get(place + digits..)?.starts_with("] ").then_some(place + digits + 2)
    };
    let at = [klog(), end(" msg="), end("]: ")].into_iter().flatten().find(|at| *at <= HEADER)?;
    line.get(at..).filter(|message| !message.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{message, telling};

    #[test]
    fn a_message_begins_behind_its_header() {
        for (line, is) in [
            (
                "Mar 12 08:57:02 n1 kubelet[1207]: E0312 08:57:02.123456    1207 pod_workers.go:965] \"Error\" err=\"x]: y\"",
                Some("\"Error\" err=\"x]: y\""),
            ),
            ("E0312 08:57:02.123456    1207 a.go:96] x", Some("x")),
            ("time=\"2026-03-12\" level=error msg=\"failed\" error=e", Some("\"failed\" error=e")),
            (
                "Mar 12 08:57:02 n1 containerd[7]: time=\"t\" level=error msg=\"failed\"",
                Some("\"failed\""),
            ),
            ("Mar 12 08:57:02 n1 sshd[7]: closed", Some("closed")),
            ("at main.go:12 it said no", None),
            ("", None),
        ] {
            assert_eq!(message(line), is, "{line}");
        }
    }

    #[test]
    fn a_line_is_cut_at_the_front_first() {
        let line = "E0312 08:57:02.123456    1207 a.go:96] it went wrong";
        assert_eq!(telling(line, 60), line);
        assert_eq!(telling(line, 20), "…it went wrong");
        assert_eq!(telling(line, 9), "…it went…");
    }
}
