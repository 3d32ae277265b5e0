//! Commands that were pasted with what they printed: they say what that is of.

use crate::object::{is_name, kind_name};

/// What a command to kubectl asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Asked<'a> {
    /// The namespace, where it names one.
    pub(crate) namespace: Option<&'a str>,
    /// The kind and the name of the one object that it describes.
    pub(crate) object: Option<(&'a str, &'a str)>,
}

/// What a command to kubectl asks for, where a line is one: `$ kubectl -n shop describe pod web-0`.
pub(crate) fn asked(line: &str) -> Option<Asked<'_>> {
    let (prompt, command) = line.split_once("kubectl ").or_else(|| line.split_once("oc "))?;
    let prompt = prompt.trim_end().trim_end_matches("sudo").trim_end();
    (prompt.is_empty() || prompt.ends_with(['$', '#', '>', '%'])).then_some(())?;
    let mut asked = Asked::default();
    // What to do, with what kind of object, which one, and another.
    let mut said = [None; 4];
    let mut free = said.iter_mut();
    // Behind it stands another program that reads what it prints.
    let mut words = command.split_whitespace().take_while(|word| !word.starts_with(['|', '>']));
    while let Some(word) = words.next() {
        if let Some(name) = word.strip_prefix("--namespace=").or(word.strip_prefix("-n=")) {
            asked.namespace = asked.namespace.or(Some(name));
        } else if ["-n", "--namespace"].contains(&word) {
            asked.namespace = asked.namespace.or(words.next());
        } else if ["-l", "--selector", "--context", "--kubeconfig"].contains(&word) {
            words.next();
        } else if !word.starts_with('-')
            && let Some(place) = free.next()
        {
            *place = Some(word);
        }
    }
    asked.object = match said {
        [Some("describe"), Some(kind), Some(name), None] => Some((kind, name)),
        [Some("describe"), Some(object), None, _] => object.split_once('/'),
        _ => None,
    };
    asked.object = asked.object.filter(|(_, name)| is_name(name));
    Some(asked)
}

/// The name of what a command described, where it is of this kind: of pods and a pod, in full or in short.
pub(crate) fn described<'a>(object: Option<(&'a str, &'a str)>, kind: &str) -> Option<&'a str> {
    let (said, name) = object?;
    let is =
        kind_name(said) == kind || said.strip_suffix('s').is_some_and(|one| kind_name(one) == kind);
    is.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::{asked, described};

    #[test]
    fn commands() {
        for (line, namespace, object) in [
            ("$ kubectl -n shop get pods", Some("shop"), None),
            ("kubectl describe pod web-0", None, Some(("pod", "web-0"))),
            ("#kubectl describe -n shop pods web-0 | tail", Some("shop"), Some(("pods", "web-0"))),
            (
                "root@m1:~# kubectl describe po/web-0 --namespace=shop",
                Some("shop"),
                Some(("po", "web-0")),
            ),
            ("$ kubectl describe pod web-0 web-1", None, None),
            ("$ kubectl describe pod <name>", None, None),
            ("$ kubectl describe pods -l app=web", None, None),
            ("$ kubectl get pods | grep -n web", None, None),
        ] {
            let told = asked(line).unwrap();
            assert_eq!((told.namespace, told.object), (namespace, object), "{line}");
        }
        assert_eq!(described(Some(("pods", "web-0")), "Pod"), Some("web-0"));
        assert_eq!(described(Some(("pvc", "data")), "PersistentVolumeClaim"), Some("data"));
        assert_eq!(described(Some(("rs", "web")), "Pod"), None);
        assert_eq!(asked("use kubectl describe pod web-0 then"), None);
    }
}
