//! `ruleck doc`: the pages of failure modes as Markdown.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::args::Doc;
use super::checked;
use crate::disk::cannot_write;
use crate::page::{Page, pages};
use crate::report::severity_word;
use crate::text::count;
use crate::{Exit, out, program::Sources};

pub(super) fn run(args: &Doc) -> Result<Exit, String> {
    let sources = Sources::load(&args.files.paths, args.files.no_stdlib)?;
    let compiled = sources.compile(args.files.at);
    let Some(pack) = compiled.pack else {
        return Err(format!("the rules do not compile\n{}", sources.render(&compiled.diagnostics)));
    };
    let files = sources.files.get(checked(&sources)).unwrap_or_default();
    let mut pages = pages(&pack);
    pages.retain(|page| {
        let module = page.rule.path.rsplit_once('.').map_or("", |(module, _)| module);
        files.iter().any(|file| file.module == module)
    });
    match &args.out {
        None => out::print(&pages.iter().map(markdown).collect::<String>())?,
        Some(dir) => {
            write(dir, &pages)?;
            out::print(&format!("{} in `{}`\n", count(pages.len(), "page"), dir.display()))?;
        }
    }
    Ok(Exit::Clean)
}

fn write(dir: &Path, pages: &[Page<'_>]) -> Result<(), String> {
    let to = |name: &str, text: String| {
        let path = dir.join(name);
        fs::write(&path, text).map_err(|error| cannot_write(&path, &error))
    };
    fs::create_dir_all(dir).map_err(|error| cannot_write(dir, &error))?;
    to("README.md", index(pages))?;
    pages.iter().try_for_each(|page| to(&format!("{}.md", page.mode()), markdown(page)))
}

/// A table of all modes, area by area.
fn index(pages: &[Page<'_>]) -> String {
    let mut out = String::from(
        "# Failure modes\n\nWritten from the rule files by `ruleck doc`; `etio rules MODE` prints the same pages.\n",
    );
    let mut area = None;
    for page in pages {
        if area.replace(page.area()) != Some(page.area()) {
            // Writing into a string cannot fail.
            let _ = write!(out, "\n## {}\n\n| mode | severity | |\n|---|---|---|\n", page.area());
        }
        let (mode, severity) = (page.mode(), severity_word(page.finding.severity));
        let summary = page.summary().replace('|', "\\|");
        let _ = writeln!(out, "| [{mode}]({mode}.md) | {severity} | {summary} |");
    }
    out
}

fn markdown(page: &Page<'_>) -> String {
    let mut out = String::new();
    let (mode, severity) = (page.mode(), severity_word(page.finding.severity));
    let _ = write!(
        out,
        "# {mode}\n\n{severity} · `{}`\n\n{}\n",
        page.rule.path,
        page.finding.doc.trim()
    );
    out.push_str("\n## What Etio says\n");
    for (heading, which) in [("Title", "title"), ("Because", "because"), ("What to do", "remedy")] {
        let said: Vec<_> = page.says.iter().filter(|(text, _)| *text == which).collect();
        if !said.is_empty() {
            let _ = writeln!(out, "\n{heading}:\n");
        }
        for (_, saying) in said {
            let guard = if saying.guarded { "*in some cases:* " } else { "" };
            let _ = writeln!(out, "- {guard}{}", escaped(&saying.words));
        }
    }
    if !page.params.is_empty() {
        out.push_str(
            "\n## What a site may tune\n\n| parameter | default | range | |\n|---|---|---|---|\n",
        );
        for param in &page.params {
            let doc = param.doc.replace('\n', " ");
            let _ = writeln!(
                out,
                "| `{}` | {} | {} to {} | {doc} |",
                param.name, param.default, param.low, param.high
            );
        }
    }
    out.push_str("\n## What it is found from\n\n");
    for (collect, relations) in &page.needs {
        let names: Vec<&str> = relations.iter().copied().collect();
        let _ = writeln!(out, "- {}: `{collect}`", names.join(", "));
    }
    for (heading, modes) in [("Causes", &page.explains), ("Caused by", &page.explained_by)] {
        if !modes.is_empty() {
            let links: Vec<String> =
                modes.iter().map(|mode| format!("[{mode}]({mode}.md)")).collect();
            let _ = write!(out, "\n## {heading}\n\n{}\n", links.join(", "));
        }
    }
    if !page.finding.refs.is_empty() {
        out.push_str("\n## Read more\n\n");
        page.finding.refs.iter().for_each(|url| {
            let _ = writeln!(out, "- <{url}>");
        });
    }
    out
}

/// A text in which nothing is taken for Markdown.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '<' | '>' | '*' | '_' | '[' | ']' | '\\') {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}
