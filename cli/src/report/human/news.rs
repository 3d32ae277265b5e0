//! What `etio watch` tells between two looks.

use crate::report::{Change, Finding, News, Report, seconds};
use crate::text::{clean, duration};

use super::{BOLD, DIM, GOOD, Layout, Page, Tree};

/// New roots as in a report; a line for what else begins, changes and ends.
pub(crate) fn render(news: &News, report: &Report, layout: Layout) -> String {
    let tree = Tree::of(news.of(Change::Opened));
    let mut page = Page::of(report, tree, layout);
    page.line("");
    page.line(&format!("{DIM}── {}{DIM:#}", seconds(news.at)));
    let (roots, symptoms): (Vec<&Finding>, Vec<&Finding>) =
        page.tree.roots.iter().partition(|finding| finding.root);
    page.roots(&roots);
    let gap = |page: &mut Page<'_>, of: &[&Finding]| {
        if !of.is_empty() {
            page.line("");
        }
    };
    gap(&mut page, &symptoms);
    for symptom in symptoms {
        let causes = report.findings.iter().filter(|it| symptom.explained_by.contains(&it.id));
        let causes: Vec<&str> = causes.map(|cause| cause.mode.as_str()).collect();
        page.line(&format!(
            "{}  {DIM}explained by {}{DIM:#}",
            page.headline(symptom),
            causes.join(", ")
        ));
        page.line(&format!("  {}", clean(&symptom.title)));
    }
    let changed = news.of(Change::Changed);
    gap(&mut page, &changed);
    for finding in changed {
        page.line(&format!("{} {DIM}now{DIM:#}", page.headline(finding)));
        page.line(&format!("  {}", clean(&finding.title)));
    }
    let over = news.of(Change::Closed);
    gap(&mut page, &over);
    for finding in over {
        let lasted = finding.closed.map_or(0, |closed| closed.saturating_sub(finding.opened));
        let lasted = duration(lasted - lasted.rem_euclid(1_000_000_000));
        page.line(&format!(
            "{GOOD}✓ over{GOOD:#}  {BOLD}{}{BOLD:#}  {DIM}{}  after {lasted}{DIM:#}",
            finding.mode,
            finding.subject_text(),
        ));
    }
    page.out
}
