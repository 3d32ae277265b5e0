//! The kernel's log: `dmesg` in its forms, `/dev/kmsg`, and the console.

use std::borrow::Cow;

use super::{
    Head, klog, level_of, logrus,
    syslog::{self, severity},
};
use crate::{row::When, stamp};

pub(super) fn head(line: &str) -> Option<Head<'_>> {
    console(line).or_else(|| kmsg(line)).or_else(|| dmesg(line))
}

/// `kernel:nf_conntrack: table full`, as wall messages show it.
fn console(line: &str) -> Option<Head<'_>> {
    let message = line.strip_prefix("kernel:")?;
    Some(kernel(When::Unknown, None, message.trim_start()))
}

/// `[    3.734352] message`, `[Wed Oct  2 02:19:25 2019] message`, with `dmesg -x`'s
/// `kern  :warn  : ` or `dmesg -r`'s `<4>` before it; of `dmesg -H` `[Oct 2 02:19] message`, and
/// `[  +0.136004] message` for those of the same minute; and of `dmesg -x --time-format iso` a date without brackets.
fn dmesg(line: &str) -> Option<Head<'_>> {
    let (level, rest) = prefix(line);
    if rest.len() < line.len()
        && let Some((when, message)) = stamp::iso(rest)
    {
        return Some(kernel(when, level, message.trim_start()));
    }
    let inside = rest.strip_prefix('[')?;
    let (when, rest) = stamp::boot(inside)
        .or_else(|| stamp::ctime(inside))
        .or_else(|| stamp::minute(inside))
        .or_else(|| later(inside))?;
    let rest = match rest.strip_prefix(" <") {
        Some(delta) => delta.split_once('>')?.1,
        None => rest,
    };
    let rest = rest.strip_prefix(']')?;
    let message = caller(rest).trim_start_matches(' ');
    Some(printed(message).unwrap_or_else(|| kernel(when, level, message)))
}

/// What the journal shows on the console as well, `kubelet[812]: I0109 11:21:43.065075 …`: it has its own
/// stamp, and the kernel says nothing that begins like this.
fn printed(message: &str) -> Option<Head<'_>> {
    let (name, rest) = syslog::numbered(message)?;
    klog::head(rest).or_else(|| logrus::head(rest)).is_some().then(|| Head {
        name: Some(Cow::Borrowed(name)),
        message: Cow::Borrowed(rest),
        ..Head::default()
    })
}

/// How long after the line before it was: it has that line's time, to the minute.
fn later(text: &str) -> Option<(When, &str)> {
    let (_, rest) = stamp::boot(text.trim_start_matches(' ').strip_prefix('+')?)?;
    Some((When::Unknown, rest))
}

/// The facilities that dmesg names.
pub(super) const FACILITIES: [&str; 6] = ["kern", "user", "daemon", "syslog", "auth", "mail"];

fn prefix(line: &str) -> (Option<&'static str>, &str) {
    let raw = || {
        let (number, rest) = line.strip_prefix('<')?.split_once('>')?;
        Some((severity(number.parse::<u8>().ok()? % 8), rest))
    };
    let named = || {
        let (facility, rest) = line.split_once(':')?;
        let (level, rest) = rest.split_once(": ")?;
        let word = facility.trim_end();
        FACILITIES.contains(&word).then(|| (level_of(level.trim()), rest))
    };
    raw().or_else(named).unwrap_or((None, line))
}

/// `[    T1]` or `[   C0]`, which some kernels put behind the stamp.
fn caller(text: &str) -> &str {
    let skip = || {
        let (caller, rest) = text.strip_prefix('[')?.split_once(']')?;
        let id = caller.trim_start().strip_prefix(['T', 'C'])?;
        id.bytes().all(|b| b.is_ascii_digit()).then_some(rest)
    };
    skip().unwrap_or(text)
}

/// `6,1234,5678901,-;message`: priority, number, microseconds.
fn kmsg(line: &str) -> Option<Head<'_>> {
    let (head, message) = line.split_once(';')?;
    let mut parts = head.split(',');
    let priority: u32 = parts.next()?.parse().ok()?;
    parts.next()?.parse::<u64>().ok()?;
    let micros: i64 = parts.next()?.parse().ok()?;
    parts.next()?;
    let level = severity(u8::try_from(priority % 8).ok()?);
    Some(kernel(When::Boot(micros.checked_mul(1000)?), level, message))
}

fn kernel<'a>(when: When, level: Option<&'static str>, message: &'a str) -> Head<'a> {
    Head {
        when,
        name: Some(Cow::Borrowed("kernel")),
        level,
        message: Cow::Borrowed(message),
        ..Head::default()
    }
}
