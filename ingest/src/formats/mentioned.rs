//! The pod that a text is about, as the kubelet and the container runtimes name it.

use super::docker;
use crate::object::{is_name, is_uid};

/// What a text says of a pod whose namespace it leaves out.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Whose {
    /// What may be its uid: the text may have others in it.
    pub(crate) uids: Vec<String>,
    /// Its name.
    pub(crate) name: Option<String>,
}

impl Whose {
    /// Of `pod "web-0" (UID: "1")` and of paths below `pods/1`.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let words = text.split(|c: char| !c.is_ascii_hexdigit() && c != '-');
        let uids: Vec<_> = words.filter(|it| is_uid(it)).map(str::to_owned).collect();
        let name = bare(text).map(str::to_owned);
        (!uids.is_empty() || name.is_some()).then_some(Self { uids, name })
    }
}

/// The pod that a text names in full: by a field of klog's (`pod="namespace/name"`), by the runtime's name for a
/// container of it, as `name_namespace(uid)`, as the network plugin's `pod "name_namespace"`, or as containerd prints
/// what the kubelet asked it for.
pub(crate) fn mentioned(text: &str) -> Option<String> {
    field(text).or_else(|| worded(text)).or_else(|| asked_for(text))
}

/// The uid of a pod and its name, of a line that has both.
pub(crate) fn identified(text: &str) -> Option<(&str, String)> {
    // Most lines have neither, and each is looked at.
    if let Some(at) = memchr::memmem::find(text.as_bytes(), b" pod=\"") {
        let rest = text.get(at..)?;
        let marks = ["podUID=\"", "podUID=", "\"ID\":\"", "event=&{ID:"];
        let (_, uid) = marks.iter().find_map(|mark| rest.split_once(mark))?;
        let uid = uid.split(|c: char| !c.is_ascii_hexdigit() && c != '-').next()?;
        return Some((uid, field(text)?)).filter(|_| is_uid(uid));
    }
    let open = memchr::memchr_iter(b'(', text.as_bytes());
    open.filter_map(|at| text.split_at_checked(at)).find_map(|(before, rest)| {
        let (uid, _) = rest.strip_prefix('(')?.split_once(')').filter(|(uid, _)| is_uid(uid))?;
        let (_, name) =
            before.rsplit_once(|c: char| !c.is_ascii_alphanumeric() && !"-._".contains(c))?;
        let (name, namespace) = name.split_once('_')?;
        (is_name(name) && is_name(namespace)).then(|| (uid, format!("{namespace}/{name}")))
    })
}

/// The last `pod="namespace/name"`: what is quoted in an error stands before the fields of the line.
fn field(text: &str) -> Option<String> {
    let mut fields = memchr::memmem::rfind_iter(text.as_bytes(), b" pod=");
    fields.find_map(|at| {
        let value = text.get(at + " pod=".len()..)?.trim_start_matches('\\').strip_prefix('"')?;
        let (namespace, name) = value.split(['"', '\\']).next()?.split_once('/')?;
        (is_name(namespace) && is_name(name)).then(|| format!("{namespace}/{name}"))
    })
}

fn worded(text: &str) -> Option<String> {
    let words = text.split(|c: char| c.is_whitespace() || "\"'/\\,:".contains(c));
    let mut words = words.filter(|word| !word.is_empty());
    let mut before = "";
    words.find_map(|word| {
        let pod = std::mem::replace(&mut before, word) == "pod";
        if word.starts_with("k8s_") {
            return docker::named(word).map(|it| it.pod);
        }
        let (name, uid) = word.split_once('(').unwrap_or((word, ""));
        let (name, namespace) = name.split_once('_')?;
        let uid = uid.split(')').next()?;
        let named = uid.len() >= 32 || pod && uid.is_empty() && is_name(namespace);
        (named && !name.is_empty()).then(|| format!("{namespace}/{name}"))
    })
}

/// `PodSandboxMetadata{Name:web-0,Uid:1,Namespace:shop,Attempt:0,}`
fn asked_for(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("PodSandboxMetadata{Name:")?;
    let (name, rest) = rest.split_once(',')?;
    let namespace = rest.split_once("Namespace:")?.1.split(',').next()?;
    (is_name(name) && is_name(namespace)).then(|| format!("{namespace}/{name}"))
}

/// The name in `pod "web-0" (UID: "1")`.
fn bare(text: &str) -> Option<&str> {
    let (before, _) = text.split_once(" (UID: ")?;
    let (before, name) = before.strip_suffix('"')?.trim_end_matches('\\').rsplit_once('"')?;
    (before.trim_end_matches('\\').ends_with("pod ") && is_name(name)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const UID: &str = "0c98df45-982b-4a22-a977-7dac36a014c7";

    #[test]
    fn a_pod_in_a_message() {
        for (message, pod) in [
            (r#"cni failed to set up pod "web-0_shop" network: x"#, Some("shop/web-0")),
            (r#"cni failed to set up pod \"web-0_shop\" network: x"#, Some("shop/web-0")),
            (
                "volumes for pod \"web-0_shop(0c98df45-982b-4a22-a977-7dac36a014c7)\"",
                Some("shop/web-0"),
            ),
            (
                "start failed in pod web-0_shop(0c98df45-982b-4a22-a977-7dac36a014c7): x",
                Some("shop/web-0"),
            ),
            (r#""Error" err="pod=\"a/b\" x" pod="shop/web-0" podUID="1""#, Some("shop/web-0")),
            (r#"level=error msg="x pod=\"shop/web-0\" y""#, Some("shop/web-0")),
            (
                "RunPodSandbox for &PodSandboxMetadata{Name:web-0,Uid:1,Namespace:shop,Attempt:0,}",
                Some("shop/web-0"),
            ),
            (r#"network for pod "web-0": x"#, None),
            (r#"the pod "web_0.9_x" and the file a_b"#, None),
            (r#""x" pod="web-0" pods=["a/b"]"#, None),
        ] {
            assert_eq!(mentioned(message).as_deref(), pod, "{message}");
        }
    }

    #[test]
    fn a_pod_and_its_uid() {
        for (message, pod) in [
            (
                format!(r#""Error syncing pod, skipping" err="x" pod="shop/web-0" podUID="{UID}""#),
                true,
            ),
            (format!(r#""x" pod="shop/web-0" podUID={UID} containerName="a""#), true),
            (
                format!(
                    r#""SyncLoop (PLEG): event for pod" pod="shop/web-0" event={{"ID":"{UID}","Type":"x"}}"#
                ),
                true,
            ),
            (format!(r#"Error syncing pod {UID} ("web-0_shop({UID})"), skipping: x"#), true),
            (format!(r#"pod "web-0" (UID: "{UID}") : x"#), false),
            (r#""x" pod="shop/web-0""#.to_owned(), false),
            ("a_b(c) and (d)".to_owned(), false),
        ] {
            let expected = pod.then(|| (UID, "shop/web-0".to_owned()));
            assert_eq!(identified(&message), expected, "{message}");
        }
    }

    #[test]
    fn a_pod_without_its_namespace() {
        for (message, uids, name) in [
            (format!(r#"for volume "pvc-{UID}" pod "web-0" (UID: "{UID}") : x"#), 1, Some("web-0")),
            (format!(r#"Error: "x \"v\" pod \"web-0\" (UID: \"{UID}\") : y""#), 1, Some("web-0")),
            (format!("mounting /var/lib/kubelet/pods/{UID}/volumes/x"), 1, None),
        ] {
            let whose = Whose::of(&message).unwrap();
            assert_eq!((whose.uids.len(), whose.name.as_deref()), (uids, name), "{message}");
        }
        assert_eq!(Whose::of("Couldn't get secret shop/web-cert: x"), None);
    }
}
