//! Scalar expressions and built-ins, seen through the key of a finding.

mod support;

use support::World;

/// What an expression over the field `x` of one event is; none where it is absent or false.
#[track_caller]
fn value(ty: &str, word: &str, condition: &str, result: &str) -> Option<String> {
    let rules = format!(
        "event A {{ x: {ty}? }}
        finding f(out) {{
          severity info
          when {{
            A {{ x }}
            {condition}
            out = {result}
          }}
          title \"{{out}}\"
        }}"
    );
    let mut world = World::new(&rules);
    world.row(0, &format!("A {word}"));
    world.advance(1);
    world.engine.episodes().first().map(|episode| episode.title.clone())
}

#[test]
fn built_ins() {
    for (ty, word, result, expected) in [
        ("image", "10.8.2.1:9083/a/x:1", "registry(x)", Some("10.8.2.1:9083")),
        ("image", "10.8.2.1:9083/a/x:1", "repository(x)", Some("a/x")),
        ("image", "10.8.2.1:9083/a/x:1", "tag(x)", Some("1")),
        ("image", "r.io/a@sha256:ab", "repository(x)", Some("a")),
        ("image", "r.io/a@sha256:ab", "tag(x)", None),
        ("pod", "kube-system/dns", "namespace(x)", Some("kube-system")),
        ("pod", "kube-system/dns", "name(x)", Some("dns")),
        ("text", "LOUD", "lower(x)", Some("loud")),
        ("text", "dns", "text(pod(\"kube-system\", x))", Some("kube-system/dns")),
        ("text", "abc", "len(x)", Some("3")),
        ("list<text>", "a,b", "len(x)", Some("2")),
        ("text", "/var/lib/x", "under(x, \"/var/lib\")", Some("true")),
        ("text", "/var/library", "under(x, \"/var/lib\")", Some("false")),
        ("text", "abc", "contains(x, \"bc\")", Some("true")),
        ("text", "abc", "starts_with(x, \"bc\")", Some("false")),
        ("text", "abc", "ends_with(x, \"bc\")", Some("true")),
        ("list<text>", "a,b", "x has \"b\"", Some("true")),
        ("text", "b", "x in [\"a\", \"b\"]", Some("true")),
        ("int", "7", "x + 3 * 2", Some("13")),
        ("int", "7", "x / 0", None),
        ("duration", "90", "x", Some("1m30s")),
        ("int", "9223372036854775807", "x + 1", Some("9223372036854775807")),
    ] {
        assert_eq!(value(ty, word, "", result).as_deref(), expected, "{result} of {word}");
    }
}

#[test]
fn comparisons() {
    for (ty, word, test, holds) in [
        ("version", "v1.13.5-aliyun.1", "x > v1.9", true),
        ("version", "1.14.0-rc.1", "x < v1.14", true),
        ("version", "18.06.1-ce", "x == v18.06.1", true),
        ("float", "1.5", "x >= 1.5", true),
        ("int", "3", "not (x == 3)", false),
        ("int", "3", "x == 2 or x == 3", true),
        ("int", "3", "x >= 3 and x < 3", false),
        ("text", "b", "x != \"a\"", true),
        ("duration", "600", "x == 10m", true),
    ] {
        assert_eq!(value(ty, word, test, "1").is_some(), holds, "{test} of {word}");
    }
}

#[test]
fn an_absent_value_binds_nothing() {
    assert_eq!(value("int", "-", "", "x"), None);
}
