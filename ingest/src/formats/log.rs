//! Log lines. A line is peeled like an onion: the journal's header, then the runtime's, then the
//! program's own; what is left is the message.

mod audit;
mod container;
mod event;
mod export;
mod flags;
mod journal_json;
mod kernel;
mod klog;
mod klog_json;
mod logrus;
mod lost;
mod pairs;
mod shipped;
mod syslog;
mod talos;
mod verbose;
mod zap;

use std::borrow::Cow;

use crate::row::{Program, When};

pub(crate) use audit::is_api_server;
pub(crate) use event::event;
pub(crate) use export::EXPORT;
pub(crate) use flags::Flags;
pub(crate) use klog::{FileHeader, embedded as embedded_klog, file_header, is_kubelet_source};
pub(crate) use lost::{Lost, lost};
pub(crate) use shipped::ENTRIES;
pub(crate) use syslog::{Banner, banner};
pub(crate) use verbose::VERBOSE;

/// One layer of a log line, taken apart.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Head<'a> {
    /// When.
    pub(crate) when: When,
    /// The host.
    pub(crate) host: Option<Cow<'a, str>>,
    /// The program, as the line names it.
    pub(crate) name: Option<Cow<'a, str>>,
    /// The source file that logged it (`kubelet.go`).
    pub(crate) file: Option<Cow<'a, str>>,
    /// info, warning, error or fatal.
    pub(crate) level: Option<&'static str>,
    /// What is left.
    pub(crate) message: Cow<'a, str>,
    /// What the program wrote, of a line that a container runtime has wrapped.
    pub(crate) written: Option<Cow<'a, str>>,
    /// The line is the first part of a message that the next line goes on with.
    pub(crate) partial: bool,
    /// Seconds east of Greenwich, where two layers show one moment in two ways.
    pub(crate) zone: Option<i32>,
}

impl Head<'_> {
    /// Whether the line has little more than a stamp, as many other things have.
    pub(crate) fn is_weak(&self) -> bool {
        self.name.is_none() && self.level.is_none() && self.file.is_none() && !self.partial
    }
}

/// The headers that may be on a line, the most telling first.
const HEADS: [for<'a> fn(&'a str) -> Option<Head<'a>>; 13] = [
    klog::head,
    logrus::head,
    container::head,
    syslog::head,
    kernel::head,
    journal_json::head,
    shipped::head,
    zap::head,
    syslog::head_5424,
    talos::head,
    audit::head,
    container::stamped,
    syslog::unstamped,
];

/// Layers a line may have: journal, container runtime, program, and one to spare.
const LAYERS: usize = 4;

/// Peels a line, or says that it has no header at all.
pub(crate) fn peel(line: &str) -> Option<Head<'_>> {
    first(line).map(Head::peeled)
}

fn first(line: &str) -> Option<Head<'_>> {
    HEADS.iter().find_map(|head| head(line))
}

impl<'a> Head<'a> {
    /// This layer with all further ones taken off its message.
    fn peeled(mut self) -> Self {
        for _ in 1..LAYERS {
            // Some put more than one space after their stamp.
            let inner = match &self.message {
                Cow::Borrowed(text) => first(text.trim_start()),
                Cow::Owned(text) => first(text.trim_start()).map(Head::into_owned),
            };
            // The kernel's stamp inside another is only in the kernel's own lines; elsewhere it is text.
            let Some(inner) = inner else { break };
            if matches!(inner.when, When::Boot(_))
                && self.name.as_deref().is_some_and(|n| n != "kernel")
            {
                break;
            }
            self = self.around(inner);
        }
        self
    }

    /// This layer with the next one taken off its message.
    fn around(self, inner: Self) -> Self {
        Self {
            when: self.when.refined(inner.when, inner.file.is_some()),
            host: self.host.or(inner.host),
            name: self.name.or(inner.name),
            file: inner.file.or(self.file),
            level: inner.level.or(self.level),
            message: inner.message,
            written: inner.written.or(self.written),
            partial: self.partial,
            zone: self.zone.or_else(|| offset(self.when, inner.when)),
        }
    }

    fn into_owned<'b>(self) -> Head<'b> {
        let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        Head {
            when: self.when,
            host: self.host.map(own),
            name: self.name.map(own),
            file: self.file.map(own),
            level: self.level,
            message: own(self.message),
            written: self.written.map(own),
            partial: self.partial,
            zone: self.zone,
        }
    }
}

/// How far a wall clock is ahead of Greenwich, given an instant that it showed.
fn offset(wall: When, at: When) -> Option<i32> {
    let (When::Wall(wall), When::At(at)) = (wall, at) else { return None };
    let year = jiff::Timestamp::from_nanosecond(at.into()).ok()?;
    let year = jiff::tz::Offset::UTC.to_datetime(year).year();
    let shown = jiff::tz::Offset::UTC.to_timestamp(wall.civil(year)?).ok()?;
    let ahead = i64::try_from(shown.as_nanosecond()).ok()?.saturating_sub(at);
    let quarters = ahead.saturating_add(450 * SECOND).div_euclid(900 * SECOND);
    let close = (ahead - quarters * 900 * SECOND).abs() <= 2 * SECOND;
    (close && quarters.abs() <= 14 * 4).then_some(i32::try_from(quarters * 900).ok()?)
}

const SECOND: i64 = 1_000_000_000;
const DAY: i64 = 86_400 * SECOND;

impl When {
    /// The outer stamp of a line, made more precise by the inner one where they mean the same moment. What took the line
    /// down writes its own stamp later, and in each of its outputs as finely as that has it; the inner is the same in all.
    /// `fine`: the inner has its fraction even where that is nothing.
    fn refined(self, inner: Self, fine: bool) -> Self {
        let exact = |outer: i64, nanos: i64| fine || outer % SECOND == 0 || nanos % SECOND != 0;
        match (self, inner) {
            (Self::Unknown, inner) => inner,
            // A full stamp beats a wall clock of unknown zone or year, if it is of the same moment: a
            // program may print another's old lines.
            (Self::Wall(_), Self::At(_)) if offset(self, inner).is_some() => inner,
            // An inner wall clock has the finer fraction, in whatever zone: whole quarters of an
            // hour apart.
            (Self::At(outer), Self::Wall(wall)) => {
                let quarter = 900 * SECOND;
                let apart = (wall.nanos - outer.rem_euclid(DAY) + quarter / 2).rem_euclid(quarter)
                    - quarter / 2;
                let same = apart.abs() < 2 * SECOND;
                let finer = same && exact(outer, wall.nanos);
                Self::At(if finer { outer.saturating_add(apart) } else { outer })
            }
            (Self::At(outer), Self::At(at)) => {
                let same = outer.abs_diff(at) < 2 * SECOND.unsigned_abs();
                if same && exact(outer, at) { inner } else { self }
            }
            (Self::Wall(outer), Self::Wall(wall)) => {
                let apart = wall.nanos - outer.nanos;
                let same_day = (wall.month, wall.day) == (outer.month, outer.day);
                if same_day && (-2 * SECOND..2 * SECOND).contains(&apart) {
                    Self::Wall(crate::row::Wall { year: outer.year.or(wall.year), ..wall })
                } else {
                    self
                }
            }
            _ => self,
        }
    }
}

/// Which log a program's records belong to.
pub(crate) fn program_of(name: &str) -> Program {
    let name = name.split(['[', '(', '@', '.']).next().unwrap_or(name);
    let is = |(known, _): &&(&str, Program)| name.eq_ignore_ascii_case(known);
    PROGRAMS.iter().find(is).map_or(Program::System, |(_, program)| *program)
}

const PROGRAMS: [(&str, Program); 17] = [
    ("kubelet", Program::Kubelet),
    ("hyperkube", Program::Kubelet),
    ("kubelet-wrapper", Program::Kubelet),
    ("origin-node", Program::Kubelet),
    ("atomic-openshift-node", Program::Kubelet),
    ("containerd", Program::Runtime),
    ("cri-containerd", Program::Runtime),
    ("dockerd", Program::Runtime),
    ("docker", Program::Runtime),
    ("crio", Program::Runtime),
    ("cri-o", Program::Runtime),
    ("dockerd-current", Program::Runtime),
    ("cri-dockerd", Program::Runtime),
    ("docker-containerd", Program::Runtime),
    ("containerd-shim", Program::Runtime),
    ("conmon", Program::Runtime),
    ("kernel", Program::Kernel),
];

/// The four levels that Etio knows, out of the many ways to write them.
pub(crate) fn level_of(text: &str) -> Option<&'static str> {
    let is = |known: &&str| text.eq_ignore_ascii_case(known);
    LEVELS.iter().find(|(_, names)| names.iter().any(is)).map(|(level, _)| *level)
}

const LEVELS: [(&str, &[&str]); 4] = [
    ("info", &["info", "i", "debug", "d", "trace", "notice", "n", "information"]),
    ("warning", &["warning", "w", "warn"]),
    ("error", &["error", "e", "err"]),
    ("fatal", &["fatal", "f", "panic", "dpanic", "crit", "critical", "c", "alert", "emerg"]),
];

#[cfg(test)]
mod tests;
