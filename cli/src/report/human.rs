//! The report for people: roots first, symptoms folded under their cause.
//!
//! Styles are always written; the stream strips them where it is no terminal.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use etio_plan::Severity;

use crate::text::clean;

use super::{Evidence, Finding, Ignored, Report, Status, Verdict, seconds, severity_word};

mod news;
mod proof;
mod why_not;
mod words;

pub(crate) use news::render as news;
pub(crate) use why_not::render as why_not;
use words::{cut, fold, telling};

const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();
const GOOD: Style = AnsiColor::Green.on_default().bold();
/// Lines of a text shown, lines of evidence for a root, and symptoms shown under one, before the rest is counted.
const LINES: usize = 6;
const EVIDENCE: usize = 4;
const SYMPTOMS: usize = 6;
/// Where more roots than that are of one kind the first is shown, and so many of the others have a line each.
const ALIKE: usize = 3;
const OTHERS: usize = 20;

/// How to lay the report out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    /// Columns to wrap at.
    pub(crate) width: usize,
    /// Columns of a line that cannot be wrapped. The rest of it is left out.
    pub(crate) line: usize,
    /// Show all evidence, all symptoms, and each root by itself.
    pub(crate) all: bool,
}

/// The report as text with styles.
pub(crate) fn render(report: &Report, layout: Layout) -> String {
    let tree = Tree::of(report.findings.iter().collect());
    let mut page = Page::of(report, tree, layout);
    page.head(report);
    page.roots(&page.tree.roots.clone());
    page.foot(report);
    page.out
}

/// Who is shown under whom. Each finding is shown once.
struct Tree<'a> {
    roots: Vec<&'a Finding>,
    children: HashMap<&'a str, Vec<&'a Finding>>,
}

impl<'a> Tree<'a> {
    fn of(findings: Vec<&'a Finding>) -> Self {
        let known: HashSet<&str> = findings.iter().map(|finding| finding.id.as_str()).collect();
        let mut tree = Self { roots: Vec::new(), children: HashMap::new() };
        for finding in findings {
            let cause =
                finding.explained_by.iter().map(String::as_str).find(|id| known.contains(id));
            match cause {
                Some(cause) if !finding.root => {
                    tree.children.entry(cause).or_default().push(finding)
                }
                _ => tree.roots.push(finding),
            }
        }
        tree
    }

    fn below(&self, finding: &Finding) -> Vec<&'a Finding> {
        self.children.get(finding.id.as_str()).cloned().unwrap_or_default()
    }
}

struct Page<'a> {
    out: String,
    layout: Layout,
    tree: Tree<'a>,
    /// The directory all files lie in, said once.
    base: &'a str,
    /// Whether a file said when it was: no moment is told of what nobody dated.
    is_dated: bool,
}

impl<'a> Page<'a> {
    fn of(report: &'a Report, tree: Tree<'a>, layout: Layout) -> Self {
        let is_dated = report.as_of.is_some();
        Self { out: String::new(), layout, tree, base: base(report), is_dated }
    }
}

impl Page<'_> {
    fn head(&mut self, report: &Report) {
        let lines: u64 = report.inputs.iter().map(|input| input.lines).sum();
        let base = self.base.trim_end_matches('/');
        let place = if base.is_empty() { String::new() } else { format!("{}: ", clean(base)) };
        self.line(&format!(
            "{DIM}{place}{}, {}, {}{}{DIM:#}",
            count(report.inputs.len() as u64, "file"),
            count(lines, "line"),
            count(report.facts(), "fact"),
            report.as_of.map_or(String::new(), |at| format!("; as of {}", seconds(at)))
        ));
    }

    /// Each root by itself, or many of one kind as one.
    fn roots(&mut self, roots: &[&Finding]) {
        let mut kinds: HashMap<Kind<'_>, Vec<&Finding>> = HashMap::new();
        roots.iter().for_each(|root| kinds.entry(kind(root)).or_default().push(root));
        for root in roots {
            match kinds.get(&kind(root)).map(Vec::as_slice) {
                Some([first, others @ ..]) if others.len() >= ALIKE && !self.layout.all => {
                    if first.id == root.id {
                        self.many(first, others);
                    }
                }
                _ => self.root(root),
            }
        }
    }

    /// Roots of one kind: one of them, and a line for each of the others.
    fn many(&mut self, first: &Finding, others: &[&Finding]) {
        self.root(first);
        self.line(&format!("  {DIM}and likewise{DIM:#}"));
        self.branches(others, OTHERS, "  ", 2);
    }

    fn root(&mut self, finding: &Finding) {
        self.line("");
        self.line(&self.headline(finding));
        self.wrapped("  ", "  ", &finding.title, BOLD);
        self.field("because", &finding.because);
        self.field("remedy", &finding.remedy);
        self.field("ignored", finding.ignored.as_deref().unwrap_or_default());
        self.evidence(&finding.evidence);
        for need in &finding.needs {
            let what = if need.collect.is_empty() {
                short(&need.relation).to_owned()
            } else {
                format!("{}  ({})", need.collect, short(&need.relation))
            };
            self.field("collect", &what);
        }
        self.proof(finding);
        let below = self.tree.below(finding);
        if !below.is_empty() {
            self.line(&format!("  {DIM}explains{DIM:#}"));
            self.branches(&below, SYMPTOMS, "  ", 2);
        }
    }

    /// A line each, with what it explains below it. `deep` is how many columns the indent prints as.
    fn branches(&mut self, findings: &[&Finding], most: usize, indent: &str, deep: usize) {
        let shown = if self.layout.all { findings.len() } else { most.min(findings.len()) };
        for (at, finding) in findings.iter().take(shown).enumerate() {
            let last = at + 1 == findings.len();
            let (branch, below) = if last { ("└─", "   ") } else { ("├─", "│  ") };
            let style = style(finding.severity);
            let room = self.layout.line.saturating_sub(deep + 5 + finding.mode.len());
            let mark = match (&finding.ignored, finding.verdict) {
                (Some(_), _) => "(ignored) ",
                (None, Verdict::Suspected) => "(suspected) ",
                (None, Verdict::Confirmed) => "",
            };
            let title = cut(&format!("{mark}{}", clean(&finding.title)), room.max(20));
            let place = self
                .place(finding)
                .filter(|place| title.chars().count() + 2 + place.chars().count() <= room);
            self.line(&format!(
                "{indent}{DIM}{branch}{DIM:#} {style}{}{style:#}  {title}{}",
                finding.mode,
                place.map_or(String::new(), |place| format!("  {DIM}{place}{DIM:#}")),
            ));
            let inner = format!("{indent}{DIM}{below}{DIM:#}");
            if let Some(proof) = &finding.proof {
                let nodes = proof::tree(proof, self.base);
                // What it explains stands in the same tree, behind its proof.
                let more = !self.tree.below(finding).is_empty();
                let place = proof::Place { deep: deep + 3, layout: self.layout, more };
                for line in proof::draw(&nodes, &inner, place) {
                    self.line(&line);
                }
            }
            let children = self.tree.below(finding);
            self.branches(&children, SYMPTOMS, &inner, deep + 3);
        }
        if shown < findings.len() {
            let more = findings.len() - shown;
            self.line(&format!("{indent}{DIM}└─ and {more} more (--all){DIM:#}"));
        }
    }

    fn place(&self, finding: &Finding) -> Option<String> {
        finding.evidence.first().map(|item| self.place_of(item))
    }

    fn place_of(&self, item: &Evidence) -> String {
        let path = item.path.strip_prefix(self.base).unwrap_or(&item.path);
        format!("{}:{}", clean(path), item.line)
    }

    fn evidence(&mut self, evidence: &[Evidence]) {
        let shown = if self.layout.all { evidence.len() } else { EVIDENCE.min(evidence.len()) };
        for (at, item) in evidence.iter().take(shown).enumerate() {
            let name = if at == 0 { "evidence" } else { "" };
            let place = self.place_of(item);
            self.line(&format!("  {DIM}{name:<9}{place}{DIM:#}"));
            let room = self.layout.line.saturating_sub(13).max(20);
            self.line(&format!("             {}", telling(&clean(&item.text), room)));
        }
        if shown < evidence.len() {
            self.line(&format!(
                "  {DIM}         and {} more (--all){DIM:#}",
                evidence.len() - shown
            ));
        }
    }

    fn proof(&mut self, finding: &Finding) {
        let Some(proof) = &finding.proof else { return };
        self.line(&format!("  {DIM}proof{DIM:#}"));
        let place = proof::Place { deep: 2, layout: self.layout, more: false };
        for line in proof::draw(&proof::tree(proof, self.base), "  ", place) {
            self.line(&line);
        }
    }

    fn foot(&mut self, report: &Report) {
        self.line("");
        if let Some(nothing) = report.nothing() {
            let style = if report.is_unread || report.tells_nothing() { BOLD } else { GOOD };
            self.line(&format!("{style}{nothing}{style:#}"));
        } else {
            let roots = self.tree.roots.len() as u64;
            let total = report.findings.len() as u64;
            let symptoms = total - roots;
            let tail = if symptoms == 0 {
                String::new()
            } else {
                let them = if roots == 1 { "it" } else { "them" };
                format!(", {} explained by {them}", count(symptoms, "finding"))
            };
            self.line(&format!("{BOLD}{}{BOLD:#}{tail}", count(roots, "root cause")));
        }
        for Ignored { because, findings } in &report.ignored {
            let found = count(*findings as u64, "finding");
            self.line(&format!("{DIM}{found} ignored (--all): {}{DIM:#}", clean(because)));
        }
        let unparsed: u64 = report.inputs.iter().map(|input| input.unparsed).sum();
        if unparsed > 0 {
            let verb = if unparsed == 1 { "was" } else { "were" };
            self.line(&format!("{DIM}{} {verb} not understood{DIM:#}", count(unparsed, "line")));
        }
        for note in &report.notes {
            self.line(&format!("{DIM}note: {}{DIM:#}", clean(note)));
        }
    }

    fn field(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            let first = format!("  {DIM}{name:<9}{DIM:#}");
            self.wrapped(&first, "           ", text, Style::new());
        }
    }

    /// Words of `text` in lines of at most the page's width, and in a few lines of those. `first` and
    /// `rest` print as 11 columns or fewer.
    fn wrapped(&mut self, first: &str, rest: &str, text: &str, style: Style) {
        let room = self.layout.width.saturating_sub(11).max(20);
        let mut lines = fold(text, room);
        if lines.len() > LINES && !self.layout.all {
            // What failed is said at the begin, why it did at the end.
            let end = lines.split_off(lines.len() - LINES / 2);
            lines.truncate(LINES - LINES / 2);
            if let Some(last) = lines.last_mut() {
                last.push_str(" … (--all)");
            }
            lines.extend(end);
        }
        for (at, line) in lines.iter().enumerate() {
            let lead = if at == 0 { first } else { rest };
            self.line(&format!("{lead}{style}{line}{style:#}"));
        }
    }

    /// How bad, what, of what, and how sure.
    fn headline(&self, finding: &Finding) -> String {
        let style = style(finding.severity);
        let mark = match finding.severity {
            Severity::Info => "·",
            Severity::Warning => "▲",
            Severity::Critical => "●",
        };
        format!(
            "{style}{mark} {}{style:#}  {BOLD}{}{BOLD:#}  {DIM}{}{DIM:#}  {}",
            severity_word(finding.severity),
            finding.mode,
            finding.subject_text(),
            standing(finding, self.is_dated),
        )
    }

    fn line(&mut self, text: &str) {
        // Writing into a string cannot fail.
        let _ = writeln!(self.out, "{}", text.trim_end());
    }
}

const fn style(severity: Severity) -> Style {
    match severity {
        Severity::Info => AnsiColor::Cyan.on_default(),
        Severity::Warning => AnsiColor::Yellow.on_default().bold(),
        Severity::Critical => AnsiColor::Red.on_default().bold(),
    }
}

/// Many roots that have it in common are told as one.
type Kind<'a> = (&'a str, Verdict, Status);

fn kind(finding: &Finding) -> Kind<'_> {
    (&finding.mode, finding.verdict, finding.status)
}

/// How sure, and since when or until when.
fn standing(finding: &Finding, is_dated: bool) -> String {
    let verdict = match finding.verdict {
        Verdict::Confirmed => format!("{GOOD}confirmed{GOOD:#}"),
        Verdict::Suspected => "suspected".to_owned(),
    };
    match finding.over(is_dated) {
        Some(over) => format!("{verdict} {DIM}({over}){DIM:#}"),
        None => verdict,
    }
}

/// The directory that all files lie in, with its slash; empty where they share none.
fn base(report: &Report) -> &str {
    common_dir(report.inputs.iter().map(|input| input.path.as_str()))
}

fn common_dir<'a>(mut paths: impl Iterator<Item = &'a str>) -> &'a str {
    let first = paths.next().unwrap_or_default();
    let mut base = first.rfind('/').map_or(0, |slash| slash + 1);
    for path in paths {
        while !path.starts_with(first.get(..base).unwrap_or_default()) {
            let shorter = first.get(..base.saturating_sub(1)).unwrap_or_default();
            base = shorter.rfind('/').map_or(0, |slash| slash + 1);
        }
    }
    first.get(..base).unwrap_or_default()
}

fn short(relation: &str) -> &str {
    relation.rsplit('.').next().unwrap_or(relation)
}

fn count(n: u64, what: &str) -> String {
    let digits = n.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let plural = if n == 1 { "" } else { "s" };
    format!("{grouped} {what}{plural}")
}

#[cfg(test)]
mod tests;
