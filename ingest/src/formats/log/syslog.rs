//! The lines of syslog files and of journalctl's text outputs: `stamp host program[pid]: message`.

use std::borrow::Cow;

use super::{Head, level_of, program_of};
use crate::{
    row::{Program, When},
    stamp,
};

/// `Oct  2 02:33:37 host kubelet[123]: message`, with any stamp that syslog or journalctl write.
pub(super) fn head(line: &str) -> Option<Head<'_>> {
    let bare = priority(line).map_or(line, |(_, rest)| rest);
    let (when, rest) = match bare.as_bytes().first()? {
        b'0'..=b'9' => {
            stamp::iso(bare).or_else(|| stamp::syslog(bare)).or_else(|| since_epoch(bare))?
        }
        b'[' => monotonic(bare)?,
        _ => stamp::syslog(bare).or_else(|| stamp::weekday_iso(bare))?,
    };
    let rest = rest.strip_prefix(' ')?;
    let level = priority(line).and_then(|(level, _)| level);
    if let Some((name, message)) =
        tag(rest).and_then(|(tag, message)| Some((unhosted(tag)?, message)))
    {
        let (name, message) = (Some(Cow::Borrowed(name)), Cow::Borrowed(message));
        return Some(Head { when, name, level, message, ..Head::default() });
    }
    let (host, rest) = word(rest)?;
    if rest.starts_with("last message repeated ") {
        let (host, message) = (Some(Cow::Borrowed(host)), Cow::Borrowed(rest));
        return Some(Head { when, host, message, ..Head::default() });
    }
    // Without a program it is no syslog line: a container log has stream and tag here.
    let (tag, message) = tag(rest)?;
    let name = tag.split('[').next().unwrap_or(tag);
    // What looks like a host and a program in a sentence is neither, nor is it in a line of a difference that a
    // program prints: `stamp + key: value`.
    let is_host = !host.contains([':', '=', '"', '|', '/', '(', '['])
        && !["+", "-"].contains(&host)
        && level_of(host).is_none();
    let is_figure = name.bytes().all(|b| b.is_ascii_digit() || b == b' ');
    (is_host && !is_figure && level_of(name).is_none()).then_some(())?;
    Some(Head {
        when,
        host: Some(Cow::Borrowed(host)),
        name: Some(Cow::Borrowed(name)),
        level,
        message: Cow::Borrowed(message),
        ..Head::default()
    })
}

/// `1590040726.442311`, as `journalctl -o short-unix` writes it.
fn since_epoch(text: &str) -> Option<(When, &str)> {
    let (seconds, rest) = text.split_at_checked(10)?;
    let micros = rest.strip_prefix('.')?.get(..6)?;
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    (digits(seconds) && digits(micros)).then_some(())?;
    let (number, rest) = text.split_at_checked(17)?;
    Some((stamp::epoch(number.parse().ok()?), rest))
}

/// The program of a tag right after the stamp, where `journalctl --no-hostname` wrote no host.
fn unhosted(tag: &str) -> Option<&str> {
    let name =
        tag.strip_suffix(']').and_then(|tag| tag.split_once('[')).map_or(tag, |(name, _)| name);
    let is_name = !name.is_empty() && !name.contains(' ');
    (is_name && (tag.ends_with(']') || tag == "kernel")).then_some(name)
}

/// The program and the message of `containerd[123]: message`.
pub(super) fn numbered(line: &str) -> Option<(&str, &str)> {
    let (tag, message) = tag(line)?;
    let (name, pid) = tag.strip_suffix(']')?.split_once('[')?;
    let word = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let is_name = !name.is_empty() && name.chars().all(word);
    let is_pid = !pid.is_empty() && pid.bytes().all(|b| b.is_ascii_digit());
    (is_name && is_pid).then_some((name, message))
}

/// `containerd[123]: message`, whose stamp and host were cut away. Of programs that are known: in a sentence, or a path, many
/// things look like this.
pub(super) fn unstamped(line: &str) -> Option<Head<'_>> {
    let (name, message) = numbered(line)?;
    (program_of(name) != Program::System).then(|| Head {
        name: Some(Cow::Borrowed(name)),
        message: Cow::Borrowed(message),
        ..Head::default()
    })
}

/// `<34>1 2003-10-11T22:14:15.003Z host app procid msgid [sd] message`.
pub(super) fn head_5424(line: &str) -> Option<Head<'_>> {
    let (level, rest) = priority(line)?;
    let (when, rest) = match rest.strip_prefix("1 ")? {
        rest if rest.starts_with("- ") => (When::Unknown, rest.get(1..)?),
        rest => stamp::iso(rest)?,
    };
    let (host, rest) = word(rest.strip_prefix(' ')?)?;
    let (name, rest) = word(rest)?;
    let (_, rest) = word(rest)?;
    let (_, rest) = word(rest)?;
    let message = after_structured_data(rest)?.trim_start().trim_start_matches('\u{feff}');
    let said = |text: &'_ str| text != "-";
    Some(Head {
        when,
        host: Some(host).filter(|h| said(h)).map(Cow::Borrowed),
        name: Some(name).filter(|n| said(n)).map(Cow::Borrowed),
        level,
        message: Cow::Borrowed(message),
        ..Head::default()
    })
}

/// `<30>`: facility and severity.
fn priority(line: &str) -> Option<(Option<&'static str>, &str)> {
    let (number, rest) = line.strip_prefix('<')?.split_once('>')?;
    let number: u8 = number.parse().ok()?;
    Some((severity(number % 8), rest))
}

/// A severity of syslog, 0 to 7.
pub(super) fn severity(number: u8) -> Option<&'static str> {
    ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"]
        .get(usize::from(number))
        .and_then(|name| level_of(name))
}

/// `journalctl -o short-monotonic`: `[ 1234.567890] host program[1]: …`. The kernel's own lines have
/// no host, so the program must be there.
fn monotonic(line: &str) -> Option<(When, &str)> {
    let (when, rest) = stamp::boot(line.strip_prefix('[')?)?;
    let rest = rest.strip_prefix(']')?;
    let (_, message) = word(rest.strip_prefix(' ')?)?;
    let (tag, _) = tag(message)?;
    (tag == "kernel" || tag.ends_with(']')).then_some((when, rest))
}

fn word(text: &str) -> Option<(&str, &str)> {
    let (word, rest) = text.split_once(' ')?;
    (!word.is_empty()).then_some((word, rest))
}

/// `kubelet[123]: ` or `kernel: `, also `sshd(pam_unix)[19939]: ` and `run-docker[1234]: `.
fn tag(text: &str) -> Option<(&str, &str)> {
    let end = text.find(':')?;
    let (tag, rest) = text.split_at_checked(end)?;
    let is_tag = tag.len() <= 128
        && !tag.is_empty()
        && (!tag.contains(' ') || tag.ends_with(']'))
        && !tag.starts_with('"');
    is_tag.then_some(())?;
    let message = rest.strip_prefix(':')?;
    // `10:20` or `kubernetes.io/x:` inside a message is no tag: a blank or the end follows one, but
    // for the kernel, which console output writes as `kernel:text`.
    let ends = message.is_empty() || message.starts_with(' ') || tag == "kernel";
    ends.then(|| (tag, message.strip_prefix(' ').unwrap_or(message)))
}

/// What follows `-` or `[id key="value"]…`.
fn after_structured_data(text: &str) -> Option<&str> {
    if let Some(rest) = text.strip_prefix('-') {
        return Some(rest);
    }
    let (mut quoted, mut escaped, mut open) = (false, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '[' if !quoted => open = true,
            ']' if !quoted => open = false,
            _ if !open => return text.get(at..),
            _ => {}
        }
    }
    Some("")
}

/// A line that journalctl writes about the journal, not from it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Banner {
    /// The journal reaches from here to there: a full date and zone.
    Span(When, When),
    /// Something else: boots, cursors, explanations.
    Other,
}

/// `-- Logs begin at …, end at …. --`, `-- Boot … --`, and the catalogue's `-- Subject: …`.
pub(crate) fn banner(line: &str) -> Option<Banner> {
    let text = line.strip_prefix("-- ")?;
    let span = ["Logs begin at ", "Journal begins at "].iter().find_map(|start| {
        let (from, rest) = stamp::weekday_iso(text.strip_prefix(start)?)?;
        let (_, rest) = rest.split_once(" at ")?;
        let (to, _) = stamp::weekday_iso(rest)?;
        Some(Banner::Span(from, to))
    });
    Some(span.unwrap_or(Banner::Other))
}
