//! Log sources: which log lines a rule is about, and how they say their fields.

use super::model::LogSource;
use crate::draft::Source;

/// A log as rules ask of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Log {
    of: &'static [&'static str],
    programs: &'static [&'static str],
    pub(super) layout: Layout,
}

/// How a line says what a field is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Layout {
    /// `field=value`, or `"field":"value"`.
    Either,
    /// `field=value`, as auditd writes.
    Pairs,
    /// `"field":"value"`, with objects in objects.
    Json,
    /// Events of the API server: their fields are fields here.
    Events,
}

const ALL: &[&str] = &["SystemLog", "KubeletLog", "RuntimeLog", "KernelLog"];
const SYSTEM: &[&str] = &["SystemLog"];

/// The programs of a service of Linux, as their lines name them.
const PROGRAMS: [(&str, &[&str]); 7] = [
    ("clamav", &["clamd", "clamscan", "freshclam", "clamav"]),
    ("cron", &["cron", "crond", "CRON", "CROND", "crontab"]),
    ("guacamole", &["guacd"]),
    ("sshd", &["sshd", "sshd-session", "sshd-auth"]),
    ("su", &["su"]),
    ("sudo", &["sudo"]),
    ("vsftpd", &["vsftpd"]),
];

/// The log that a rule is about.
pub(super) fn log(source: &LogSource, notes: &mut Vec<String>) -> Result<Log, String> {
    let said = |part: &Option<String>| part.as_deref().unwrap_or_default().to_lowercase();
    let (product, category) = (said(&source.product), said(&source.category));
    let service = said(&source.service);
    let of = |of, programs| Ok(Log { of, programs, layout: Layout::Either });
    if !matches!(category.as_str(), "" | "application") {
        return Err(format!("no log that is read here tells of `{category}`"));
    }
    let is_known = matches!(product.as_str(), "" | "linux" | "kubernetes");
    if product == "rpc_firewall" || (!is_known && category.is_empty()) {
        return Err(format!(
            "the log of `{}` is not read here",
            format!("{product} {service}").trim()
        ));
    }
    match (product.as_str(), service.as_str()) {
        ("kubernetes", "audit") => {
            return Ok(Log { of: SYSTEM, programs: &[], layout: Layout::Json });
        }
        ("kubernetes", "event" | "events") => {
            return Ok(Log { of: &["KubeEvent"], programs: &[], layout: Layout::Events });
        }
        (_, "auditd") => return Ok(Log { of: SYSTEM, programs: &[], layout: Layout::Pairs }),
        (_, "kubelet") => return of(&["KubeletLog"], &[]),
        (_, "containerd") => return of(&["RuntimeLog"], &["containerd"]),
        (_, "docker" | "dockerd") => return of(&["RuntimeLog"], &["docker", "dockerd"]),
        (_, "crio" | "cri-o") => return of(&["RuntimeLog"], &["crio"]),
        (_, "kernel" | "kern" | "dmesg") => return of(&["KernelLog"], &[]),
        (_, "syslog" | "journal" | "journald" | "messages") => return of(ALL, &[]),
        ("linux" | "kubernetes", "") => return of(ALL, &[]),
        _ => {}
    }
    if let Some((_, programs)) = PROGRAMS.iter().find(|(known, _)| *known == service) {
        return of(SYSTEM, programs);
    }
    let named: Vec<&str> = [category.as_str(), product.as_str(), service.as_str()]
        .into_iter()
        .filter(|it| !it.is_empty())
        .collect();
    if named.is_empty() {
        return Err("it names no log source".to_owned());
    }
    notes.push(format!(
        "its log source is `{}`; here the log of every program is read: to read one alone, write `program: \"…\"` beside `node` in the extract",
        named.join(" ")
    ));
    of(SYSTEM, &[])
}

impl Log {
    /// Where its lines are read by one of their fields.
    pub(super) fn source(&self, column: &'static str) -> Source {
        Source::Logs {
            of: self.of.to_vec(),
            field: column,
            programs: self.programs.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    /// The field that is all of a line.
    pub(super) fn whole(&self) -> &'static str {
        if self.layout == Layout::Events { "message" } else { "line" }
    }

    /// The field here that one there is, where there is one.
    pub(super) fn column(&self, field: &str) -> Option<&'static str> {
        let field = field.to_lowercase();
        if self.layout == Layout::Events {
            return Some(match field.as_str() {
                "message" | "note" => "message",
                "reason" => "reason",
                "type" => "type",
                "kind" | "involvedobject.kind" | "regarding.kind" => "kind",
                "component" | "source.component" | "reportingcomponent" => "component",
                _ => return None,
            });
        }
        let tells_program = matches!(self.of, ["SystemLog" | "RuntimeLog"]);
        match field.as_str() {
            "" | "line" | "raw" | "_raw" | "log" | "event.original" => Some("line"),
            "message" => Some("message"),
            // Of auditd it is the stamp of a record.
            "msg" if self.layout == Layout::Either => Some("message"),
            "program" | "syslog_identifier" | "process.name" if tells_program => Some("program"),
            _ => None,
        }
    }
}
