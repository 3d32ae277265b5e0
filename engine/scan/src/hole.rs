//! What a typed hole admits.

use alloc::{string::String, vec::Vec};
use core::net::IpAddr;

use etio_plan::{Enum, HoleType, sandbox_of};

use crate::convert;

/// How far a hole may reach, and which texts it takes.
#[derive(Clone, Debug)]
pub(crate) enum Admits {
    /// Anything.
    Text,
    /// No white space.
    Word,
    /// A token of a type's alphabet that its check accepts.
    Token(HoleType),
    /// One of these names.
    Name(Vec<String>),
}

impl Admits {
    pub(crate) fn new(ty: HoleType, enums: &[Enum]) -> Self {
        match ty {
            HoleType::Text => Self::Text,
            HoleType::Word => Self::Word,
            HoleType::Enum(id) => {
                Self::Name(enums.get(id.index()).map(|e| e.names.clone()).unwrap_or_default())
            }
            other => Self::Token(other),
        }
    }

    /// Whether every text within the reach is admitted.
    pub(crate) const fn is_open(&self) -> bool {
        matches!(self, Self::Text | Self::Word)
    }

    /// How many bytes from the start of `rest` a hole could take at most. Bounded for all but the
    /// open ones, so that trying each end costs a constant.
    pub(crate) fn reach(&self, rest: &str) -> usize {
        match self {
            Self::Text => rest.len(),
            Self::Word => rest.find(char::is_whitespace).unwrap_or(rest.len()),
            Self::Token(ty) => {
                let (longest, in_alphabet) = alphabet(*ty);
                rest.char_indices()
                    .find(|&(at, c)| at + c.len_utf8() > longest || !in_alphabet(c))
                    .map_or(rest.len(), |(at, _)| at)
            }
            Self::Name(names) => {
                let longest = names.iter().filter(|name| rest.starts_with(name.as_str()));
                longest.map(String::len).max().unwrap_or(0)
            }
        }
    }

    /// Whether a hole takes exactly this text, which is within its reach.
    pub(crate) fn admits(&self, text: &str) -> bool {
        match self {
            Self::Text => true,
            Self::Word => !text.contains(char::is_whitespace),
            Self::Token(ty) => token(*ty, text),
            Self::Name(names) => names.iter().any(|name| name == text),
        }
    }
}

/// The most bytes a token of this type has, and the characters that may stand in it.
fn alphabet(ty: HoleType) -> (usize, fn(char) -> bool) {
    match ty {
        HoleType::Int => (24, |c| c.is_ascii_digit() || matches!(c, '-' | '+')),
        HoleType::Float | HoleType::Percent => {
            (40, |c| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E' | '%'))
        }
        HoleType::Duration => (40, |c| c.is_ascii_alphanumeric() || ".-+µμ".contains(c)),
        HoleType::Time => (48, |c| c.is_ascii_digit() || "TtZz:-+., ".contains(c)),
        HoleType::Bytes => (40, |c| c.is_ascii_alphanumeric() || c == '.'),
        HoleType::Ip => (64, |c| c.is_ascii_hexdigit() || matches!(c, '.' | ':')),
        HoleType::Version => (128, |c| c.is_ascii_alphanumeric() || ".-+_~".contains(c)),
        HoleType::Uid => (36, |c| c.is_ascii_hexdigit() || c == '-'),
        HoleType::Cid => (96, |c| c.is_ascii_alphanumeric() || ":/-.".contains(c)),
        HoleType::Node => (253, |c| c.is_ascii_alphanumeric() || ".-_".contains(c)),
        HoleType::Pod => (448, |c| c.is_ascii_alphanumeric() || ".-_/()".contains(c)),
        _ => (512, |c| c.is_ascii_alphanumeric() || "._:/@-+[]".contains(c)),
    }
}

fn token(ty: HoleType, text: &str) -> bool {
    match ty {
        HoleType::Int => convert::int(text).is_some(),
        HoleType::Float => convert::float(text).is_some(),
        HoleType::Percent => convert::percent(text).is_some(),
        HoleType::Duration => convert::duration(text).is_some(),
        HoleType::Time => convert::time(text).is_some(),
        HoleType::Bytes => convert::bytes(text).is_some(),
        HoleType::Ip => text.parse::<IpAddr>().is_ok(),
        HoleType::Version => {
            text.strip_prefix(['v', 'V']).unwrap_or(text).starts_with(|c: char| c.is_ascii_digit())
        }
        HoleType::Uid => uid(text),
        HoleType::Cid => cid(text),
        HoleType::Pod => pod(text),
        HoleType::Digest => digest(text.rsplit('@').next().unwrap_or(text)),
        HoleType::Node => text.starts_with(|c: char| c.is_ascii_alphanumeric()),
        _ => text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '['),
    }
}

/// A UUID, or the 32 hex digits of a static pod.
fn uid(text: &str) -> bool {
    let hex = |part: &str| part.bytes().all(|b| b.is_ascii_hexdigit());
    match text.len() {
        32 => hex(text),
        36 => text.split('-').map(str::len).eq([8, 4, 4, 4, 12]) && text.split('-').all(hex),
        _ => false,
    }
}

/// 12 to 64 hex digits, perhaps behind `runtime://`.
fn cid(text: &str) -> bool {
    let id = match text.split_once("://") {
        Some((runtime, id)) if !runtime.is_empty() => id,
        _ => text,
    };
    (12..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_hexdigit())
}

/// `namespace/name`, `name_namespace`, `name_namespace(uid)` or `Name:name,Uid:uid,Namespace:namespace`.
fn pod(text: &str) -> bool {
    let part = |part: &str| !part.is_empty() && !part.contains(['/', '_', '(', ')']);
    if let Some((name, namespace)) = sandbox_of(text) {
        return [name, namespace].into_iter().all(|it| part(it) && !it.contains([',', '}']));
    }
    if let Some((namespace, name)) = text.split_once('/') {
        return part(namespace) && part(name);
    }
    let bare = match text.split_once('(') {
        Some((bare, rest)) if rest.strip_suffix(')').is_some_and(part) => bare,
        Some(_) => return false,
        None => text,
    };
    bare.split_once('_').is_some_and(|(name, namespace)| part(name) && part(namespace))
}

/// `algorithm:hex`.
fn digest(text: &str) -> bool {
    text.split_once(':').is_some_and(|(algorithm, hex)| {
        !algorithm.is_empty()
            && algorithm.bytes().all(|b| b.is_ascii_alphanumeric())
            && !hex.is_empty()
            && hex.bytes().all(|b| b.is_ascii_hexdigit())
    })
}
