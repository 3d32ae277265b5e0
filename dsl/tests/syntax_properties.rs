//! What holds for every text, however broken.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use etio_dsl::{SourceFile, diag, fmt, syntax};
use proptest::prelude::*;

/// All rule files of the repository and of these tests.
static RULE_FILES: LazyLock<Vec<(PathBuf, String)>> =
    LazyLock::new(|| rule_files().unwrap_or_default());

fn rule_files() -> std::io::Result<Vec<(PathBuf, String)>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("tests"), root.join("../stdlib-rules")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "etio") {
                let text = fs::read_to_string(&path)?;
                files.push((path, text));
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Reads the text in every way there is; each must get along with it.
fn check(text: &str) {
    let arena = syntax::cst::Arena::new();
    let leaves: String =
        syntax::tree(text, &arena).leaves().into_iter().map(|leaf| leaf.text(text)).collect();
    assert_eq!(leaves, text, "the tree lost or doubled something");
    let (_, errors) = syntax::parse(text, 0);
    let files = [SourceFile::new("x.etio", text)];
    for error in errors {
        for label in &error.labels {
            let (start, end) = (label.span.start as usize, label.span.end as usize);
            assert!(start <= end && text.get(start..end).is_some(), "{error:?}");
        }
        assert!(!diag::render(&error, &files, false).is_empty());
    }
    // That the meaning stays is checked by the formatter itself: it would be an error.
    if let Ok(formatted) = fmt(text) {
        assert_eq!(fmt(&formatted).as_ref(), Ok(&formatted), "formatted twice is another text");
    } else {
        assert!(!syntax::parse(text, 0).1.is_empty(), "a file without errors is not formatted");
    }
}

#[test]
fn rule_files_parse_without_loss() {
    assert!(RULE_FILES.len() > 10);
    for (_, text) in RULE_FILES.iter() {
        check(text);
    }
}

#[test]
fn nesting_is_bounded() {
    let deep = |open: &str, close: &str| {
        let (open, close) = (open.repeat(10_000), close.repeat(10_000));
        format!("derive A {{ a: int }} when {{ x = {open}1{close} }}")
    };
    let types = format!("event A {{ a: {}int{} }}", "list<".repeat(10_000), ">".repeat(10_000));
    let texts = format!("finding a(b) {{ title {} }}", "\"{".repeat(10_000));
    for text in [
        deep("(", ")"),
        deep("[", "]"),
        deep("f(", ")"),
        deep("count(A { a: ", " })"),
        deep("not ", ""),
        deep("-", ""),
        deep("1 + ", ""),
        deep("x.", "x"),
        deep("x[", "]"),
        deep("x and ", ""),
        deep("max(", ")"),
        deep("{", "}"),
        types,
        texts,
        "{".repeat(100_000),
    ] {
        check(&text);
        let (_, errors) = syntax::parse(&text, 0);
        assert_eq!(errors.len(), 1, "{}", text.get(..60).unwrap());
    }
}

#[test]
fn sixty_levels_are_read() {
    for (open, close) in [("(", ")"), ("[", "]"), ("f(", ")"), ("max(a of A { b: ", " })")] {
        let (open, close) = (open.repeat(30), close.repeat(30));
        let text = format!("derive A {{ a: int }} when {{ x = {open}1{close} }}");
        let (tree, errors) = syntax::parse(&text, 0);
        assert_eq!((tree.items.len(), errors), (1, vec![]));
    }
}

#[test]
fn a_reference_is_taken_as_it_stands() {
    let text = r#"finding a(b) { refs ["https://example.org/{id", "a"] when { x.refs["{b}"] } }"#;
    let (tree, errors) = syntax::parse(text, 0);
    assert_eq!(errors, []);
    let [syntax::ast::Item::Finding(finding)] = tree.items.as_slice() else { panic!("{tree:?}") };
    let refs: Vec<&str> = finding.refs.iter().map(|(text, _)| text.as_str()).collect();
    assert_eq!(refs, ["https://example.org/{id", "a"]);
}

#[test]
fn one_broken_item_spoils_no_other() {
    let items = |broken: usize| {
        let item = |at| if at == broken { "event A { a }\n" } else { "event A { a: int }\n" };
        (0..40).map(item).collect::<String>()
    };
    for broken in [0, 15, 16, 39] {
        let (tree, errors) = syntax::parse(&items(broken), 0);
        assert_eq!((tree.items.len(), errors.len()), (39, 1));
    }
}

#[test]
fn a_large_file_is_refused_and_a_merely_long_one_read_fast() {
    let (_, errors) = syntax::parse(&" ".repeat((1 << 20) + 1), 0);
    assert_eq!(errors.len(), 1);
    for separator in [" ", "\n"] {
        let items = format!("event A {{ a: int }}{separator}").repeat(20_000);
        let (tree, errors) = syntax::parse(&items, 0);
        assert_eq!((tree.items.len(), errors.len()), (20_000, 0));
    }
}

/// A piece of text such as rule files are made of.
fn piece() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "event ",
        "entity ",
        "extract ",
        "derive ",
        "finding ",
        "test ",
        "use ",
        "site ",
        "set ",
        "disable ",
        "ignore ",
        "replace ",
        "version ",
        "until ",
        "enum ",
        "from ",
        "when ",
        "confirm ",
        "title ",
        "param ",
        "keep ",
        "no ",
        "oldest ",
        "count",
        "given ",
        "expect ",
        "none ",
        "sample ",
        "collect ",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "<",
        ">",
        "\"",
        "`",
        "/",
        "\\",
        "//",
        "///",
        "//!",
        "=",
        "==",
        ":",
        ",",
        ".",
        "..",
        "~",
        "?",
        "*",
        "-",
        "+",
        "_",
        "10m",
        "1.5",
        "85%",
        "v1.2",
        "2027-01-01",
        "A",
        "b",
        "x",
        "é",
        "\u{feff}",
        "\n",
        "\r\n",
        "\t",
        " ",
        " in ",
        " has ",
        " within ",
        " then ",
        " without ",
        " for ",
        " per ",
    ];
    prop_oneof![
        8 => prop::sample::select(PIECES).prop_map(str::to_owned),
        1 => "\\PC{0,5}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(text in "(?s).{0,200}") {
        check(&text);
    }

    #[test]
    fn any_mix_of_words_is_read(pieces in prop::collection::vec(piece(), 0..80)) {
        check(&pieces.concat());
    }
}

// Each case reads a whole file several times.
proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Puts breaks, blanks and comments where there are none or others.
    #[test]
    fn any_layout_is_formatted(
        which in any::<prop::sample::Index>(),
        places in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..5), 1..30),
    ) {
        let (_, text) = which.get(&RULE_FILES);
        let mut text = text.clone();
        for (place, what) in places {
            let blanks: Vec<usize> = text.match_indices([' ', '\n']).map(|(at, _)| at).collect();
            if blanks.is_empty() {
                break;
            }
            let at = *place.get(&blanks);
            text.replace_range(at..=at, [" ", "\n", "\n\n\n", " // x\n", "\n// y\n"][what]);
        }
        check(&text);
    }

    /// Cuts a piece out of a rule file and puts something else there.
    #[test]
    fn any_damaged_file_is_read(
        which in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        len in 0_usize..40,
        insert in prop::collection::vec(piece(), 0..4),
    ) {
        let (_, text) = which.get(&RULE_FILES);
        let boundary = |mut at: usize| {
            at = at.min(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let start = boundary(at.index(text.len() + 1));
        let end = boundary(start + len).max(start);
        check(&format!("{}{}{}", &text[..start], insert.concat(), &text[end..]));
    }
}
