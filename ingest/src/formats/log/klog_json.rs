//! klog's JSON form (`--logging-format=json`, as Talos sets it), told in its text form, in which rules know it.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::Head;
use crate::stamp;

/// The members of a line, in their order.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Read;

        impl<'de> Visitor<'de> for Read {
            type Value = Members<'de>;

            fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        from.deserialize_map(Read)
    }
}

/// A reference to an object, which the text form writes as `namespace/name`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reference {
    name: String,
    #[serde(default)]
    namespace: String,
}

/// `{"ts":1655581336244.29,"caller":"kubelet/kubelet.go:2102","msg":"…","v":2,"pod":{…},"err":"…"}`
pub(super) fn head(line: &str) -> Option<Head<'_>> {
    // Looked for before the line is parsed, as most JSON lines are something else.
    (line.contains("\"ts\":") && line.contains("\"msg\":")).then_some(())?;
    let Members(members) = serde_json::from_str(line).ok()?;
    let of = |key: &str| members.iter().find(|(k, _)| k == key).map(|(_, value)| value.get());
    let text = |key: &str| serde_json::from_str::<String>(of(key)?).ok();
    let time: f64 = of("ts")?.parse().ok()?;
    let mut message = format!("{:?}", text("msg")?);
    // The error comes first in the text form and last in this one.
    let err = of("err").filter(|err| *err != "null");
    if let Some(err) = err {
        message.push_str(&format!(" err={}", value(err)));
    }
    let apart = ["ts", "caller", "msg", "err", "v", "level"];
    for (key, raw) in members.iter().filter(|(key, _)| !apart.contains(&key.as_str())) {
        message.push_str(&format!(" {key}={}", value(raw.get())));
    }
    let file = text("caller").map(|caller| {
        let file = caller.split(':').next().unwrap_or_default();
        Cow::Owned(file.rsplit('/').next().unwrap_or_default().to_owned())
    });
    let level = text("level").and_then(|level| super::level_of(&level));
    let level = level.or(Some(if err.is_some() { "error" } else { "info" }));
    Some(Head {
        // Milliseconds; zap's own default counts seconds.
        when: stamp::epoch(time),
        level,
        file,
        message: Cow::Owned(message),
        ..Head::default()
    })
}

/// A value as the text form writes it.
fn value(raw: &str) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    if let Ok(text) = serde_json::from_str::<String>(raw) {
        quoted(&text)
    // A list of one text would do for a name, too.
    } else if raw.starts_with('{')
        && let Ok(one) = serde_json::from_str::<Reference>(raw)
    {
        quoted(&one.written())
    } else if raw.starts_with("[{")
        && let Ok(all) = serde_json::from_str::<Vec<Reference>>(raw)
    {
        let all: Vec<String> = all.iter().map(|it| quoted(&it.written())).collect();
        format!("[{}]", all.join(","))
    } else {
        raw.to_owned()
    }
}

impl Reference {
    fn written(&self) -> String {
        match self.namespace.as_str() {
            "" => self.name.clone(),
            namespace => format!("{namespace}/{}", self.name),
        }
    }
}
