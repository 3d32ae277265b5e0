//! The one way each textual type is written, so that equality joins what is the same.

use alloc::{
    format,
    string::{String, ToString as _},
};
use core::{cmp::Ordering, net::IpAddr};

use crate::Type;

/// The canonical spelling of a text of type `ty`. Text that has no canonical form is kept as it is.
///
/// - a `cid` loses its runtime prefix and is cut to 12 hex digits;
/// - an `image` gets registry, `library/` and tag filled in as the container runtimes do;
/// - a `digest` loses an image name before `@`;
/// - a `uid` is lower case;
/// - an `ip` of version 6 is short and in lower case.
#[must_use]
pub fn canonical(ty: &Type, text: &str) -> String {
    if *ty == Type::Text {
        return text.into();
    }
    let text = text.trim();
    match ty {
        Type::Cid => cid(text),
        Type::Image => image(text),
        Type::Digest => text.rsplit('@').next().unwrap_or(text).into(),
        Type::Uid => text.to_ascii_lowercase(),
        Type::Pod => pod(text),
        Type::Ip => ip(text),
        _ => text.into(),
    }
}

fn cid(text: &str) -> String {
    let id = text.rsplit("://").next().unwrap_or(text);
    match id.get(..12) {
        Some(short) if id.bytes().all(|b| b.is_ascii_hexdigit()) => short.to_ascii_lowercase(),
        _ => id.into(),
    }
}

fn ip(text: &str) -> String {
    text.parse::<IpAddr>().map_or_else(|_| text.into(), |ip| ip.to_string())
}

/// `name_namespace(uid)`, `name_namespace`, the CRI's `Name:name,Uid:uid,Namespace:namespace` and a bare name become
/// `namespace/name`.
fn pod(text: &str) -> String {
    if text.contains('/') {
        return text.into();
    }
    if let Some((name, namespace)) = sandbox_of(text) {
        return format!("{namespace}/{name}");
    }
    let bare = text.split('(').next().unwrap_or(text);
    match bare.rsplit_once('_') {
        Some((name, namespace)) => format!("{namespace}/{name}"),
        None => format!("default/{bare}"),
    }
}

/// The name and the namespace in a pod sandbox's metadata, as containerd prints them.
#[must_use]
pub fn sandbox_of(text: &str) -> Option<(&str, &str)> {
    let (name, rest) = text.strip_prefix("Name:")?.split_once(",Uid:")?;
    let (_, namespace) = rest.split_once(",Namespace:")?;
    Some((name, namespace))
}

/// Fills in what a reference leaves out, as in the distribution project's `reference` package: the
/// first part is a registry when it has a dot or a colon or is `localhost`.
fn image(text: &str) -> String {
    let text = text.rsplit("://").next().unwrap_or(text);
    if text.is_empty() || text.starts_with("sha256:") {
        return text.into();
    }
    let (registry, rest) = match text.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => (first, rest),
        _ => ("docker.io", text),
    };
    let registry = if registry == "index.docker.io" { "docker.io" } else { registry };
    let library = if registry == "docker.io" && !rest.contains('/') { "library/" } else { "" };
    let last = rest.rsplit('/').next().unwrap_or(rest);
    let tag = if last.contains([':', '@']) { "" } else { ":latest" };
    format!("{registry}/{library}{rest}{tag}")
}

/// Compares two versions by their numbers, then what follows them: `v1.9` < `v1.13.5-aliyun.1`,
/// `1.14.0-rc.1` < `1.14.0`. A missing number is zero.
#[must_use]
pub fn compare_versions(a: &str, b: &str) -> Ordering {
    let (a, a_rest) = split_version(a);
    let (b, b_rest) = split_version(b);
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        match (a.next(), b.next()) {
            (None, None) => break,
            (x, y) => {
                let number =
                    |part: Option<&str>| part.and_then(|p| p.parse::<u64>().ok()).unwrap_or(0);
                match number(x).cmp(&number(y)) {
                    Ordering::Equal => {}
                    other => return other,
                }
            }
        }
    }
    // Only a pre-release orders; vendor suffixes (`-ce`, `-aliyun.1`, `+k3s1`) do not.
    match (is_prerelease(a_rest), is_prerelease(b_rest)) {
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (true, true) => compare_prereleases(a_rest, b_rest),
        (false, false) => Ordering::Equal,
    }
}

fn split_version(text: &str) -> (&str, &str) {
    let text = text.trim().trim_start_matches(['v', 'V']);
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    text.split_at(end)
}

/// `-beta.2` < `-beta.10` < `-rc1`: by words and numbers in turn. What stands behind a `+` says how it was built.
fn compare_prereleases(a: &str, b: &str) -> Ordering {
    let [mut a, mut b] = [a, b].map(|rest| rest.split('+').next().unwrap_or_default());
    while !(a.is_empty() && b.is_empty()) {
        let ((word_a, number_a), (word_b, number_b)) = (part(&mut a), part(&mut b));
        let order = word_a.cmp(word_b).then(number_a.cmp(&number_b));
        if order.is_ne() {
            return order;
        }
    }
    Ordering::Equal
}

/// Takes a word and the number behind it.
fn part<'t>(rest: &mut &'t str) -> (&'t str, Option<u64>) {
    let (word, behind) =
        rest.split_at(rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len()));
    let end = behind.find(|c: char| !c.is_ascii_digit()).unwrap_or(behind.len());
    let (number, behind) = behind.split_at(end);
    *rest = behind;
    (word, number.parse().ok())
}

fn is_prerelease(rest: &str) -> bool {
    ["-alpha", "-beta", "-rc"].iter().any(|mark| rest.starts_with(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_spellings() {
        for (ty, text, expected) in [
            (Type::Cid, "containerd://0916e388251d5b5d0e4f751545268d8f", "0916e388251d"),
            (Type::Cid, "0916E388251D", "0916e388251d"),
            (Type::Image, "nginx", "docker.io/library/nginx:latest"),
            (Type::Image, "user/app:1", "docker.io/user/app:1"),
            (Type::Image, "10.8.2.1:9083/x:1", "10.8.2.1:9083/x:1"),
            (Type::Image, "localhost/a", "localhost/a:latest"),
            (Type::Image, "r.io/a@sha256:ab", "r.io/a@sha256:ab"),
            (Type::Image, "docker-pullable://r.io/a@sha256:ab", "r.io/a@sha256:ab"),
            (Type::Digest, "r.io/a@sha256:ab", "sha256:ab"),
            (Type::Pod, "web-0_default(8d73e524)", "default/web-0"),
            (Type::Pod, "Name:web-0,Uid:8d73e524,Namespace:shop", "shop/web-0"),
            (Type::Pod, "kube-system/dns", "kube-system/dns"),
            (Type::Node, " n1 ", "n1"),
            (Type::Text, "has unbound ", "has unbound "),
            (Type::Ip, "10.0.0.1", "10.0.0.1"),
            (Type::Ip, "0:0:0:0:0:0:0:1", "::1"),
            (Type::Ip, "FD00::A", "fd00::a"),
            (Type::Ip, "<none>", "<none>"),
        ] {
            assert_eq!(canonical(&ty, text), expected, "{ty:?} {text}");
        }
    }

    #[test]
    fn versions_compare_by_number() {
        for (a, b, expected) in [
            ("v1.9", "v1.13.5-aliyun.1", Ordering::Less),
            ("18.06.1-ce", "18.06.1", Ordering::Equal),
            ("1.14", "1.14.0", Ordering::Equal),
            ("1.14.0-rc.1", "1.14.0", Ordering::Less),
            ("v1.22.0-rc.0+abc", "1.21.1", Ordering::Greater),
            ("1.7.0-beta.2", "1.7.0-beta.10", Ordering::Less),
            ("1.7.0-rc10", "1.7.0-rc2", Ordering::Greater),
            ("1.7.0-beta.10", "1.7.0-rc.1", Ordering::Less),
            ("1.7.0-rc", "1.7.0-rc.1", Ordering::Less),
            ("1.7.0-rc.1+abc", "1.7.0-rc.1", Ordering::Equal),
        ] {
            assert_eq!(compare_versions(a, b), expected, "{a} {b}");
        }
    }
}
