//! Lines by which a log says that it has not all that was written to it.

use super::program_of;
use crate::row::Program;

/// Whose records are missing, from those before the line that says so.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Lost {
    All,
    Of(Program),
}

/// What a record of a logger says that it dropped.
pub(crate) fn lost(name: &str, message: &str) -> Option<Lost> {
    if name.starts_with("systemd-journal") {
        let message = message.trim_end();
        if let Some(missed) = message.strip_prefix("Missed ") {
            return missed.strip_suffix(" kernel messages").map(|_| Lost::Of(Program::Kernel));
        }
        // The unit, before systemd 230 its control group: `/system.slice/kubelet.service`.
        let (_, unit) = message.strip_prefix("Suppressed ")?.split_once(" messages from ")?;
        return Some(Lost::Of(program_of(unit.rsplit('/').next()?)));
    }
    if name.starts_with("rsyslogd") {
        let (module, said) = message.split_once(": ")?;
        let lost = said.contains(" messages lost due to rate-limiting");
        // `imuxsock[pid: 57, name: /usr/bin/x]` is of one program alone.
        return (lost && !module.contains('[')).then_some(Lost::All);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_loggers_say_they_dropped() {
        let rsyslog = "imjournal: 53200 messages lost due to rate-limiting";
        let limited =
            "imjournal: 7 messages lost due to rate-limiting (20000 allowed within 600 seconds)";
        for (name, message, expected) in [
            (
                "systemd-journald",
                "Suppressed 532 messages from kubelet.service",
                Some(Program::Kubelet),
            ),
            (
                "systemd-journal",
                "Suppressed 9 messages from /system.slice/docker.service",
                Some(Program::Runtime),
            ),
            ("systemd-journald", "Missed 1427 kernel messages", Some(Program::Kernel)),
            ("systemd-journald", "Journal started", None),
            ("kubelet", "Suppressed 532 messages from kubelet.service", None),
            (
                "rsyslogd",
                "imuxsock[pid: 57, name: /usr/bin/x]: 4 messages lost due to rate-limiting",
                None,
            ),
            ("rsyslogd", "imjournal: begin to drop messages due to rate-limiting", None),
        ] {
            assert_eq!(lost(name, message), expected.map(Lost::Of), "{message}");
        }
        for (name, message) in [("rsyslogd", rsyslog), ("rsyslogd-2177", limited)] {
            assert_eq!(lost(name, message), Some(Lost::All), "{message}");
        }
    }
}
