//! What `talosctl` prints: `dmesg` as `10.1.1.2: kern: warning: [2022-01-25T10:35:59.1Z]: message`,
//! and `logs` as the log of a service with the node's address before each line.

use std::borrow::Cow;

use super::{Head, kernel, klog, level_of, logrus};
use crate::stamp;

pub(super) fn head(line: &str) -> Option<Head<'_>> {
    dmesg(line, None).or_else(|| {
        let (node, rest) = line.split_once(": ")?;
        let is_node = !node.is_empty()
            && node.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':'));
        is_node.then_some(())?;
        dmesg(rest, Some(node)).or_else(|| service(node, rest))
    })
}

/// `kern:    info: [2022-08-09T17:00:56.37Z]: message`; Talos itself writes there too, as `user`.
fn dmesg<'a>(text: &'a str, node: Option<&'a str>) -> Option<Head<'a>> {
    let (facility, rest) = text.split_once(':')?;
    kernel::FACILITIES.contains(&facility).then_some(())?;
    let (level, rest) = rest.trim_start_matches(' ').split_once(": [")?;
    let (when, rest) = stamp::iso(rest)?;
    let message = rest.strip_prefix("]: ")?;
    let name = if message.starts_with("[talos] ") { "talos" } else { "kernel" };
    Some(Head {
        when,
        host: node.map(Cow::Borrowed),
        name: Some(Cow::Borrowed(name)),
        level: level_of(level),
        message: unescaped(message),
        ..Head::default()
    })
}

/// The kernel hands a backslash out as `\x5c`.
fn unescaped(message: &str) -> Cow<'_, str> {
    match message.contains("\\x5c") {
        true => Cow::Owned(message.replace("\\x5c", "\\")),
        false => Cow::Borrowed(message),
    }
}

/// A name before a log line may as well be a program: only an address is a node.
fn service<'a>(node: &'a str, rest: &'a str) -> Option<Head<'a>> {
    node.parse::<std::net::IpAddr>().ok()?;
    let inner = klog::head(rest).or_else(|| logrus::head(rest))?;
    Some(Head { host: Some(Cow::Borrowed(node)), ..inner })
}
