//! etcd's older log (`2019-07-22 03:33:16.621867 W | etcdserver: …`) and zap's text form, which
//! Calico, CoreDNS and many others write much alike.

use std::borrow::Cow;

use super::{Head, level_of};
use crate::stamp;

pub(super) fn head(line: &str) -> Option<Head<'_>> {
    line.starts_with(|c: char| c.is_ascii_digit()).then_some(())?;
    let (when, rest) = stamp::iso(line)?;
    let rest = rest.trim_start_matches([' ', '\t']);
    let (level, rest) = rest.split_once([' ', '\t', '|'])?;
    let level = level.trim_matches(['[', ']', ':']);
    let level = Some(level_of(level)?);
    let rest = rest.trim_start_matches([' ', '\t']);
    let etcd = rest.strip_prefix("| ");
    let name = etcd.map(|_| Cow::Borrowed("etcd"));
    Some(Head {
        when,
        name,
        level,
        message: Cow::Borrowed(etcd.unwrap_or(rest)),
        ..Head::default()
    })
}
