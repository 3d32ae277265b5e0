//! `etio rules`: the failure modes Etio knows, and the page of one.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use etio_plan::Severity;

use crate::args::Rules;
use crate::page::{Page, is_meant, pages, unknown};
use crate::report::severity_word;
use crate::{Exit, effective, out, program};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

pub(crate) fn run(args: &Rules) -> Result<Exit, String> {
    if args.effective {
        return effective::run(args);
    }
    let pack = program::pack(&args.program, args.at)?;
    let pages = pages(&pack);
    match &args.id {
        None => out::print(&list(&pages))?,
        Some(id) => out::print(&render(find(&pages, id)?))?,
    }
    Ok(Exit::Clean)
}

/// One line a mode: mode, severity, what is wrong.
fn list(pages: &[Page<'_>]) -> String {
    let width = pages.iter().map(|page| page.mode().len()).max().unwrap_or(0);
    let mut out = String::new();
    for page in pages {
        let severity = page.finding.severity;
        let word = severity_word(severity);
        let style = match severity {
            Severity::Critical => AnsiColor::Red.on_default(),
            Severity::Warning => AnsiColor::Yellow.on_default(),
            Severity::Info => AnsiColor::Cyan.on_default(),
        };
        // Writing into a string cannot fail.
        let _ = writeln!(
            out,
            "{BOLD}{:<width$}{BOLD:#}  {style}{word:<8}{style:#}  {}",
            page.mode(),
            page.summary()
        );
    }
    out
}

/// The page of one rule, by path or mode.
fn find<'a, 'p>(pages: &'a [Page<'p>], id: &str) -> Result<&'a Page<'p>, String> {
    let found = pages.iter().find(|page| is_meant(id, &page.rule.path, page.mode()));
    found.ok_or_else(|| unknown(id, pages.iter().map(Page::mode)))
}

fn render(page: &Page<'_>) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{BOLD}{}{BOLD:#}  {}  {DIM}{} version {:08x}{DIM:#}\n\n{}\n",
        page.mode(),
        severity_word(page.finding.severity),
        page.rule.path,
        page.finding.version,
        page.finding.doc.trim()
    );
    let mut row = |name: &str, text: &str, note: &str| {
        let _ = writeln!(out, "{DIM}{name:<12}{DIM:#}{text}{DIM}{note}{DIM:#}");
    };
    for (which, saying) in &page.says {
        row(which, &saying.words, if saying.guarded { "  (in some cases)" } else { "" });
    }
    for param in &page.params {
        let text = format!("{} = {} in {}..{}", param.name, param.default, param.low, param.high);
        row("param", &text, &format!("  {}", param.doc));
    }
    for (collect, relations) in &page.needs {
        let names: Vec<&str> = relations.iter().copied().collect();
        row("found from", &names.join(", "), &format!("  {collect}"));
    }
    for (name, modes) in [("explains", &page.explains), ("caused by", &page.explained_by)] {
        if !modes.is_empty() {
            row(name, &modes.iter().copied().collect::<Vec<_>>().join(", "), "");
        }
    }
    page.finding.refs.iter().for_each(|url| row("see", url, ""));
    out
}
