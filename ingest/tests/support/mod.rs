//! A pack of the standard library's facts with a few extractors, and readers over it.
#![allow(dead_code, reason = "each test file uses a part")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::path::Path;

use etio_ingest::{Bundle, Options, Reader};
use etio_plan::{
    Extractor, Fact, Field, Hole, HoleType, Input, Kind, Pack, Pattern, Piece, Relation, Spelling,
    Type, Value,
};
use etio_scan::Scanner;

/// The declarations of `stdlib-rules/facts`, and an event for each of the four extractors below.
pub(crate) fn pack() -> Pack {
    let mut pack = Pack::default();
    for module in ["kube", "node", "runtime"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join(format!("../stdlib-rules/facts/{module}.etio"));
        declare(&std::fs::read_to_string(path).unwrap(), module, &mut pack);
    }
    event(&mut pack, "test.NotReady", &[("node", Type::Node), ("why", Type::Text)]);
    event(&mut pack, "test.Full", &[("node", Type::Node)]);
    event(&mut pack, "test.Said", &[("node", Type::Node), ("what", Type::Text)]);
    event(&mut pack, "test.QpsExceeded", &[("pod", Type::Pod), ("image", Type::Image)]);
    let kubelet = "std.node.KubeletLog";
    template(&mut pack, "test.NotReady", kubelet, "network not ready: {why}");
    template(
        &mut pack,
        "test.Full",
        "std.node.KernelLog",
        "nf_conntrack: table full, dropping packet{_}",
    );
    template(&mut pack, "test.Said", kubelet, "said {what}");
    template(&mut pack, "test.Said", "std.node.RuntimeLog", "runtime said {what}");
    template(&mut pack, "test.Said", "std.node.SystemLog", "system said {what}");
    template(&mut pack, "test.QpsExceeded", kubelet, "{pod} waits for {image}: pull QPS exceeded");
    template(
        &mut pack,
        "test.QpsExceeded",
        "std.kube.KubeEvent",
        "Failed to pull image \"{image}\": pull QPS exceeded",
    );
    pack
}

/// Reads the simple declarations that facts are.
fn declare(text: &str, module: &str, pack: &mut Pack) {
    for line in text.lines() {
        let line = line.split("//").next().unwrap_or_default().trim();
        let words: Vec<&str> = line.split([' ', ':']).filter(|word| !word.is_empty()).collect();
        match words.as_slice() {
            [kind @ ("event" | "entity"), name, "{"] => pack.relations.push(Relation {
                path: format!("std.{module}.{name}"),
                kind: if *kind == "event" { Kind::Event } else { Kind::Entity },
                fields: Vec::new(),
                since: None,
                lossy: false,
                collect: String::new(),
                retention: None,
                history: 0,
                rate: None,
                doc: String::new(),
            }),
            [] | ["}" | "collect" | "lossy", ..] => {}
            [word @ ("key" | "since"), name, ty, rest @ ..] => {
                field(pack, *word == "key", name, ty, rest)
            }
            [name, ty, rest @ ..] => field(pack, false, name, ty, rest),
            [_] => {}
        }
    }
}

fn field(pack: &mut Pack, key: bool, name: &str, ty: &str, rest: &[&str]) {
    let optional = ty.ends_with('?');
    let ty = type_of(ty.trim_end_matches('?'));
    let default = match rest {
        ["=", value] => match *value {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            _ => etio_scan::convert::value(&ty, value),
        },
        _ => None,
    };
    let field = Field { name: name.to_owned(), ty, optional, key, default, hidden: false };
    pack.relations.last_mut().unwrap().fields.push(field);
}

fn type_of(name: &str) -> Type {
    if let Some(inner) = name.strip_prefix("list<") {
        return Type::List(Box::new(type_of(inner.trim_end_matches('>'))));
    }
    if let Some(inner) = name.strip_prefix("map<") {
        return Type::Map(Box::new(type_of(inner.trim_end_matches('>'))));
    }
    match name {
        "bool" => Type::Bool,
        "int" => Type::Int,
        "text" => Type::Text,
        "duration" => Type::Duration,
        "time" => Type::Time,
        "bytes" => Type::Bytes,
        "percent" => Type::Percent,
        "version" => Type::Version,
        "node" => Type::Node,
        "pod" => Type::Pod,
        "uid" => Type::Uid,
        "cid" => Type::Cid,
        "image" => Type::Image,
        "digest" => Type::Digest,
        other => panic!("a type the tests do not know: {other}"),
    }
}

fn event(pack: &mut Pack, path: &str, fields: &[(&str, Type)]) {
    let fields = fields.iter().map(|(name, ty)| Field {
        name: (*name).to_owned(),
        ty: ty.clone(),
        optional: false,
        key: false,
        default: None,
        hidden: false,
    });
    pack.relations.push(Relation {
        path: path.to_owned(),
        kind: Kind::Event,
        fields: fields.collect(),
        since: None,
        lossy: false,
        collect: String::new(),
        retention: None,
        history: 0,
        rate: None,
        doc: String::new(),
    });
}

/// The same, with extractors of whole lines and of config maps' files.
pub(crate) fn pack_of_lines() -> Pack {
    let mut pack = pack();
    event(&mut pack, "test.OutOf", &[("node", Type::Node), ("what", Type::Text)]);
    event(&mut pack, "test.Weak", &[("object", Type::Text), ("file", Type::Text)]);
    template_of(&mut pack, "test.OutOf", ("std.node.SystemLog", "line"), "{_}E out of {what}");
    template_of(&mut pack, "test.Weak", ("std.kube.ConfigFile", "text"), "{_}RC4{_}");
    pack
}

/// The same, with an event of a pod that its extractors leave open.
pub(crate) fn pack_of_pods() -> Pack {
    let mut pack = pack();
    event(&mut pack, "test.Failed", &[("pod", Type::Pod), ("why", Type::Text)]);
    pack.relations.last_mut().unwrap().fields[0].optional = true;
    for log in ["std.node.KubeletLog", "std.node.RuntimeLog", "std.node.SystemLog"] {
        template(&mut pack, "test.Failed", log, "{_}failed: {why}");
    }
    pack
}

/// One extractor of one template of messages; fields of the same name are copied.
fn template(pack: &mut Pack, event: &str, from: &str, template: &str) {
    template_of(pack, event, (from, "message"), template);
}

fn template_of(pack: &mut Pack, event: &str, (from, text): (&str, &str), template: &str) {
    let (event, from) = (pack.relation(event).unwrap(), pack.relation(from).unwrap());
    let (to, source) = (pack.get(event).unwrap(), pack.get(from).unwrap());
    let mut pieces = Vec::new();
    let mut captures = Vec::new();
    let mut rest = template;
    while let Some((lit, after)) = rest.split_once('{') {
        let (hole, after) = after.split_once('}').unwrap();
        if !lit.is_empty() {
            pieces.push(Piece::Lit(lit.to_owned()));
        }
        let name = (hole != "_").then(|| hole.to_owned());
        let ty = if hole == "image" { HoleType::Image } else { HoleType::Text };
        pieces.push(Piece::Hole(Hole { name, ty }));
        if hole != "_" {
            captures.push((hole.to_owned(), to.field(hole).unwrap()));
        }
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Lit(rest.to_owned()));
    }
    let copies = to
        .fields
        .iter()
        .filter_map(|field| Some((source.field(&field.name)?, to.field(&field.name)?)));
    let extractor = Extractor {
        event,
        from,
        field: source.field(text).unwrap(),
        filters: Vec::new(),
        copies: copies.collect(),
        consts: Vec::new(),
        spellings: vec![Spelling { pattern: Pattern::Template(pieces), captures }],
    };
    pack.extractors.push(extractor);
}

/// Reads files given by path and content.
pub(crate) fn read(pack: &Pack, files: &[(&str, &str)], options: Options) -> Bundle {
    let scanner = Scanner::new(pack.clone());
    let mut reader = Reader::new(&scanner, options);
    for (path, text) in files {
        reader.add(path, text.as_bytes());
    }
    reader.finish()
}

/// The facts of a relation, as `time path:line field=value …` without absent fields.
pub(crate) fn facts(pack: &Pack, bundle: &Bundle, relation: &str) -> Vec<String> {
    let id = pack.relation(relation).unwrap();
    let mut facts: Vec<&Fact> = bundle.facts().filter(|fact| fact.relation == id).collect();
    facts.sort_by_key(|fact| (fact.time, fact.origin));
    facts.iter().map(|fact| show(pack, bundle, fact)).collect()
}

fn show(pack: &Pack, bundle: &Bundle, fact: &Fact) -> String {
    let place = bundle.locate(fact.origin).unwrap();
    let mut shown = format!("{} {}:{}", time(fact.time), place.path, place.line);
    for (field, value) in pack.get(fact.relation).unwrap().fields.iter().zip(&fact.values) {
        match value {
            Value::Null => {}
            Value::Text(text) => shown += &format!(" {}={text}", field.name),
            Value::Time(at) => shown += &format!(" {}={}", field.name, time(*at)),
            other => shown += &format!(" {}={other:?}", field.name),
        }
    }
    shown
}

pub(crate) fn time(at: i64) -> String {
    jiff::Timestamp::from_nanosecond(at.into()).unwrap().to_string()
}

/// What is covered, as `relation scope from..to`, with gaps `relation scope from..to from..to`.
pub(crate) fn coverage(pack: &Pack, bundle: &Bundle) -> Vec<String> {
    let mut covered = Vec::new();
    for input in &bundle.feed {
        let Input::Covered { source, relation, scope, from } = input else { continue };
        let to = bundle.feed.iter().find_map(|input| match input {
            Input::Silent { source: s, relation: r, scope: sc, from }
                if (s, r, sc) == (source, relation, scope) =>
            {
                Some(time(*from))
            }
            _ => None,
        });
        let gaps = bundle.feed.iter().filter_map(|input| match input {
            Input::Gap { source: s, relation: r, scope: sc, from, to }
                if (s, r, sc) == (source, relation, scope) =>
            {
                Some(format!("{} {}..", time(*from - 1), time(*to)))
            }
            _ => None,
        });
        let gaps: String = gaps.collect();
        let relation = pack.get(*relation).unwrap();
        let scope: Vec<String> = scope
            .iter()
            .map(|(field, value)| {
                let name = &relation.fields[field.index()].name;
                format!("{name}={}", value.as_text().unwrap_or("?"))
            })
            .collect();
        let to = to.unwrap_or_default();
        let scope = scope.join(",");
        covered.push(format!("{} {scope} {}..{gaps}{to}", relation.name(), time(*from)));
    }
    covered
}
