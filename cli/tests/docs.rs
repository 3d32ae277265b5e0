//! The documentation says what is so: its examples compile and pass, the output it shows is the output.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use common::{etio, root, ruleck};

#[test]
fn every_example_compiles_and_passes_its_tests() {
    let text = fs::read_to_string(root().join("docs/language.md")).unwrap();
    for (at, block) in text.split("```etio\n").skip(1).enumerate() {
        let example = block.split("```").next().unwrap();
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("example.etio");
        fs::write(&path, example).unwrap();
        let ran = ruleck(&["test", path.to_str().unwrap()]);
        assert_eq!(ran.code, 0, "example {}:\n{}{}", at + 1, ran.out, ran.err);
    }
}

/// The compiler's own lists, which it shows where a name is none, are on the page.
#[test]
fn the_page_names_every_function_and_type() {
    let page = fs::read_to_string(root().join("docs/language.md")).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("wrong.etio");
    fs::write(
        &path,
        "event A { node: node, n: zzzzzzzz }\nfinding f(node) { severity info when { A { node } zzzzzzzz(1) } title \"f\" }\n",
    )
    .unwrap();
    let ran = ruleck(&["check", path.to_str().unwrap()]);
    let list = |before: &str| {
        let said = ran.err.lines().find_map(|line| line.split_once(before)).unwrap().1;
        said.replace(" and ", ", ").split(", ").map(str::to_owned).collect::<Vec<_>>()
    };
    for function in list("help: there are ") {
        assert!(page.contains(&format!("`{function}(")), "{function}");
    }
    for of in list("help: types are ").iter().filter(|of| *of != "enums") {
        assert!(page.contains(&format!("`{of}`")), "{of}");
    }
}

/// Each block that shows a command shows what it prints.
#[test]
fn pages_show_the_real_output() {
    for page in ["README.md", "docs/explain.md", "docs/import.md", "docs/site-rules.md"] {
        let path = root().join(page);
        let text = fs::read_to_string(&path).unwrap();
        let mut pieces = text.split("```text\n$ ");
        let mut fresh = pieces.next().unwrap().to_owned();
        for piece in pieces {
            let (shown, after) = piece.split_once("```").unwrap();
            let command = shown.lines().next().unwrap();
            fresh += &format!("```text\n$ {command}\n{}```{after}", output(command));
        }
        assert!(text.contains("```text\n$ etio "), "{page} shows no command");
        if std::env::var_os("BLESS").is_some() {
            fs::write(&path, fresh).unwrap();
        } else {
            assert_eq!(text, fresh, "`cargo xtask bless` shows the real output");
        }
    }
}

/// What a command prints, its messages first.
fn output(command: &str) -> String {
    let words: Vec<&str> = command.split_whitespace().collect();
    let ran = match words.split_first() {
        Some((&"ruleck", args)) => ruleck(args),
        Some((_, args)) => etio(args),
        None => etio(&[]),
    };
    assert!(ran.code < 2, "{command}: {}", ran.err);
    ran.err + &ran.out
}

/// A link to another page leads to one, and to a heading that it has.
#[test]
fn links_between_pages_lead_somewhere() {
    let pages = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/explain.md"];
    let more = ["docs/site-rules.md", "docs/import.md", "docs/design-notes.md", "docs/language.md"];
    for page in pages.into_iter().chain(more) {
        let path = root().join(page);
        let text = fs::read_to_string(&path).unwrap();
        let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for link in links.filter(|link| !link.starts_with("http")) {
            let (to, heading) = link.split_once('#').unwrap_or((link, ""));
            let to = if to.is_empty() { path.clone() } else { path.with_file_name("").join(to) };
            assert!(to.exists(), "{page}: {link}");
            let has = |line: &str| line.starts_with('#') && anchor(line) == heading;
            let found = heading.is_empty() || fs::read_to_string(&to).unwrap().lines().any(has);
            assert!(found, "{page}: {link}");
        }
    }
}

/// A heading as links name it.
fn anchor(heading: &str) -> String {
    let words = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = words.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// The rules on the page about sites are those of `examples/site`, word by word.
#[test]
fn the_page_about_sites_shows_the_files() {
    let page = fs::read_to_string(root().join("docs/site-rules.md")).unwrap();
    let read = |name: &str| fs::read_to_string(root().join("examples/site").join(name)).unwrap();
    let files = read("mirrord.etio") + &read("acme.etio");
    let blocks: Vec<&str> =
        page.split("```etio\n").skip(1).map(|block| block.split("```").next().unwrap()).collect();
    assert_eq!(blocks.len(), 3);
    for block in blocks {
        assert!(files.contains(block), "not in the files:\n{block}");
    }
}

#[test]
fn the_pages_of_the_failure_modes_are_those_of_the_rules() {
    let kept = root().join("docs/modes");
    if std::env::var_os("BLESS").is_some() {
        fs::remove_dir_all(&kept).unwrap();
        assert_eq!(ruleck(&["doc", "--out", kept.to_str().unwrap()]).code, 0);
    }
    let dir = tempfile::tempdir().unwrap();
    let ran = ruleck(&["doc", "--out", dir.path().to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let (fresh, kept) = (texts(dir.path()), texts(&kept));
    let names = |of: &BTreeMap<String, String>| of.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&kept), names(&fresh), "`cargo xtask bless` writes docs/modes anew");
    for (name, text) in fresh {
        assert_eq!(kept[&name], text, "{name}: `cargo xtask bless` writes docs/modes anew");
    }
}

/// The files of a directory by name.
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
fn texts(dir: &Path) -> BTreeMap<String, String> {
    let files = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    files
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect()
}

/// Whatever a finding may ask to be collected is on the page about it.
#[test]
fn the_page_about_collecting_names_every_command() {
    let page = fs::read_to_string(root().join("docs/collecting.md")).unwrap();
    let facts = fs::read_dir(root().join("stdlib-rules/facts")).unwrap();
    let mut known = 0;
    for file in facts {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let asked = text.lines().filter_map(|line| line.trim().strip_prefix("collect \""));
        for asked in asked.map(|asked| asked.trim_end_matches('"').replace("<node>", "$node")) {
            for command in asked.split("; ") {
                let is_there = command.split(" --show-").all(|part| page.contains(part));
                assert!(is_there, "`{command}` is not on the page");
                known += 1;
            }
        }
    }
    assert!(known > 20, "{known}");
}
