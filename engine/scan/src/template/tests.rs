use alloc::{format, string::ToString};
use etio_plan::{EnumId, Hole, HoleType};
use proptest::prelude::*;

use super::*;

/// `a {x} {n:int}{_}` as pieces.
fn pieces(template: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (at, part) in template.split(['{', '}']).enumerate() {
        if at % 2 == 0 {
            pieces.push(Piece::Lit(part.into()));
            continue;
        }
        let (name, ty) = part.split_once(':').unwrap_or((part, "text"));
        let ty = match ty {
            "word" => HoleType::Word,
            "int" => HoleType::Int,
            "duration" => HoleType::Duration,
            "time" => HoleType::Time,
            "image" => HoleType::Image,
            "pod" => HoleType::Pod,
            "uid" => HoleType::Uid,
            "cid" => HoleType::Cid,
            "enum" => HoleType::Enum(EnumId(0)),
            "text" => HoleType::Text,
            other => panic!("{other}"),
        };
        pieces.push(Piece::Hole(Hole { name: (name != "_").then(|| name.into()), ty }));
    }
    pieces
}

fn ready(pieces: &[Piece]) -> Template {
    let names = ["Run", "Running"].map(String::from).to_vec();
    Template::new(pieces, &[Enum { path: "test.State".into(), names }]).unwrap()
}

fn captures<'t>(template: &str, text: &'t str) -> Option<Vec<&'t str>> {
    let spans = ready(&pieces(template)).find(text)?;
    Some(spans.into_iter().map(|span| &text[span]).collect())
}

#[test]
fn templates_match() {
    for (template, text, expected) in [
        (r#"Pulling image "{image}""#, r#"Pulling image "nginx""#, &["nginx"][..]),
        ("no holes", "no holes \n", &[]),
        (
            "in {took:duration}{_}",
            "in 1m2.5s (2m including waiting)",
            &["1m2.5s", " (2m including waiting)"],
        ),
        ("in {took:duration}{_}", "in 1m2.5s", &["1m2.5s", ""]),
        ("{a} of {b}", "one of two of three", &["one", "two of three"]),
        ("{_}pid {pid:int} died", "the pid file of pid 12 died", &["the pid file of ", "12"]),
        ("{_}{pid:int} killed{_}", "x 12 killed", &["x ", "12", ""]),
        ("exit {code:int}", "exit -1", &["-1"]),
        ("{w:word} {_}", "über alles", &["über", "alles"]),
        (
            "at {t:time}: {_}",
            "at 2021-11-05 10:00:00.5 +0800: x",
            &["2021-11-05 10:00:00.5 +0800", "x"],
        ),
        (
            "pod {p:pod}, uid {u:uid}",
            "pod a_b(c), uid 0916e388251d5b5d0e4f751545268d8f",
            &["a_b(c)", "0916e388251d5b5d0e4f751545268d8f"],
        ),
        ("{s:enum}{_}", "Running", &["Running", ""]),
        (
            "container {c:cid} gone",
            "container docker://0916e388251d gone",
            &["docker://0916e388251d"],
        ),
        ("trailing blank {x} ", "trailing blank y", &["y"]),
        ("{i:image}: {_}", "r.io:80/a:1: oops: no", &["r.io:80/a:1", "oops: no"]),
        ("{_}", "", &[""]),
    ] {
        assert_eq!(captures(template, text).as_deref(), Some(expected), "{template} on {text}");
    }
}

#[test]
fn templates_that_do_not_match() {
    for (template, text) in [
        ("Pulling {image}", "pulling x"),
        ("a {x}", "a "),
        ("a {x} b", "a  b"),
        ("{_:word}", ""),
        ("{w:word}", "two words"),
        ("pid {pid:int}", "pid 12x"),
        ("pod {p:pod}", "pod bare"),
        ("uid {u:uid}", "uid 0916e388251d"),
        ("{s:enum}", "Runs"),
        ("whole text", "whole text and more"),
        ("{a}b", "ab c"),
    ] {
        assert_eq!(captures(template, text), None, "{template} on {text}");
    }
}

#[test]
fn hostile_texts_take_linear_time() {
    let text = "a1".repeat(200_000);
    for template in [
        "{_}a{a:word}a{b:word}a{c:word}x{_}",
        "{_}1{a:int}a{b:int}1x{_}",
        "{_}a{x}1{y}a{z}1{_:word}x y",
        "{_}a{x:word} y",
        "{a:int}{b:int}{c:int}{d:int}x{_}",
    ] {
        assert_eq!(captures(template, &text), None, "{template}");
    }
}

#[test]
fn a_template_with_too_many_holes_is_refused() {
    assert!(Template::new(&pieces(&"{_}a".repeat(MAX_HOLES + 1)), &[]).is_none());
}

/// The meaning, word for word: each hole tries its texts in order, with no memory.
fn oracle(pieces: &[Piece], text: &str, enums: &[Enum]) -> Option<Vec<String>> {
    let Some((piece, later)) = pieces.split_first() else { return text.is_empty().then(Vec::new) };
    let hole = match piece {
        Piece::Lit(literal) => return oracle(later, text.strip_prefix(literal.as_str())?, enums),
        Piece::Hole(hole) => hole,
    };
    let admits = Admits::new(hole.ty, enums);
    let least = usize::from(hole.name.is_some() || hole.ty != HoleType::Text);
    let mut ends: Vec<usize> =
        (least..=text.len()).filter(|&end| text.is_char_boundary(end)).collect();
    let next_is_hole =
        later.iter().find(|piece| !matches!(piece, Piece::Lit(text) if text.is_empty()));
    if hole.ty != HoleType::Text && matches!(next_is_hole, Some(Piece::Hole(_))) {
        ends.reverse();
    }
    ends.into_iter().filter(|&end| admits.admits(&text[..end])).find_map(|end| {
        let mut rest = oracle(later, &text[end..], enums)?;
        rest.insert(0, text[..end].to_string());
        Some(rest)
    })
}

fn a_piece() -> impl Strategy<Value = Piece> {
    let types = [
        HoleType::Text,
        HoleType::Word,
        HoleType::Int,
        HoleType::Duration,
        HoleType::Enum(EnumId(0)),
    ];
    prop_oneof![
        "[a1 é]{0,2}".prop_map(Piece::Lit),
        (prop::sample::select(types.to_vec()), any::<bool>())
            .prop_map(|(ty, named)| { Piece::Hole(Hole { name: named.then(|| "x".into()), ty }) }),
    ]
}

fn enums() -> Vec<Enum> {
    vec![Enum { path: "test.E".into(), names: ["a", "aa", "1s"].map(String::from).to_vec() }]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn agrees_with_the_oracle(pieces in prop::collection::vec(a_piece(), 1..6), text in "[a1ms é]{0,12}") {
        let text = text.trim_end();
        let mut trimmed = pieces.clone();
        while let Some(Piece::Lit(last)) = trimmed.last_mut() {
            last.truncate(last.trim_end().len());
            if !last.is_empty() { break }
            trimmed.pop();
        }
        let template = Template::new(&pieces, &enums()).unwrap();
        let found = template.find(text).map(|spans| spans.into_iter().map(|span| text[span].to_string()).collect::<Vec<_>>());
        prop_assert_eq!(found, oracle(&trimmed, text, &enums()));
    }

    #[test]
    fn what_was_filled_in_is_found_again(a in "[a-z]{1,8}", n in any::<i64>(), b in "[a-z ]{0,8}[a-z]") {
        let text = format!("image {a} took {n} for {b}");
        let n = n.to_string();
        prop_assert_eq!(captures("image {a:word} took {n:int} for {b}", &text), Some(vec![a.as_str(), n.as_str(), b.as_str()]));
    }

    #[test]
    fn no_text_panics(text in any::<String>()) {
        for template in ["{_}{t:time}{_}", "{_}{p:pod}{_}", "{a:duration}{b:word}{_}", "{_}{i:image}{_:word}"] {
            captures(template, &text);
        }
    }
}
