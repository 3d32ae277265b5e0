//! One self-contained page: no scripts, no requests, prints well.

use std::fmt::Write as _;

use etio_dsl::diag::is_masked;

use crate::text::count;

use super::{Finding, Ignored, Report, Verdict, rfc3339, severity_word};

const STYLE: &str = "\
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c1e21}
article{border:1px solid #d8dce1;border-left-width:5px;border-radius:6px;padding:.8rem 1.2rem;margin:1rem 0}
.critical{border-left-color:#c62828}.warning{border-left-color:#e69500}.info{border-left-color:#2a7fa8}
h2{font-size:1.05rem;margin:0 0 .3rem}small,dt,.at{color:#667}dl{display:grid;grid-template-columns:6rem 1fr;gap:.2rem 1rem}
dd{margin:0}pre{margin:.1rem 0 .5rem;white-space:pre-wrap;font-size:.85rem}
@media(prefers-color-scheme:dark){body{background:#16181b;color:#e4e6e9}article{border-color:#3a3f45}}";

/// The report as a page.
pub(crate) fn render(report: &Report) -> String {
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Etio report</title>\n\
         <style>{STYLE}</style>\n<h1>What is wrong</h1>\n<p><small>{}{}</small></p>\n",
        count(report.inputs.len(), "file"),
        report.as_of.map_or(String::new(), |at| format!(", as of {}", rfc3339(at)))
    );
    if let Some(nothing) = report.nothing() {
        let _ = writeln!(page, "<p>{nothing}</p>");
    }
    for Ignored { because, findings } in &report.ignored {
        let found = count(*findings, "finding");
        let _ = writeln!(page, "<p><small>{found} ignored: {}</small></p>", escape(because));
    }
    for note in &report.notes {
        let _ = writeln!(page, "<p><small>note: {}</small></p>", escape(note));
    }
    for finding in &report.findings {
        article(&mut page, report, finding);
    }
    page.push_str("</html>\n");
    page
}

fn article(page: &mut String, report: &Report, finding: &Finding) {
    let verdict = match finding.verdict {
        Verdict::Confirmed => "confirmed",
        Verdict::Suspected => "suspected",
    };
    let role = if finding.root { "root cause" } else { "symptom" };
    let over = finding.over(report.as_of.is_some());
    let over = over.map_or(String::new(), |over| format!(" ({over})"));
    // Writing into a string cannot fail.
    let _ = writeln!(
        page,
        "<article id=\"{}\" class=\"{}\"><h2>{}</h2><small>{} · {} · {verdict}{over} · {role}</small>",
        escape(&finding.id),
        severity_word(finding.severity),
        escape(&finding.title),
        escape(&finding.mode),
        escape(&finding.subject_text()),
    );
    definitions(page, report, finding);
    for item in &finding.evidence {
        let _ = writeln!(
            page,
            "<div class=\"at\">{}:{}</div><pre>{}</pre>",
            escape(&item.path),
            item.line,
            escape(&item.text)
        );
    }
    for url in finding.refs.iter().filter(|url| url.starts_with("https://")) {
        let _ = writeln!(page, "<div><a href=\"{0}\">{0}</a></div>", escape(url));
    }
    page.push_str("</article>\n");
}

/// Why, what to do, what to collect, and what it comes of.
fn definitions(page: &mut String, report: &Report, finding: &Finding) {
    page.push_str("<dl>");
    let ignored = finding.ignored.clone().unwrap_or_default();
    for (name, text) in
        [("because", &finding.because), ("remedy", &finding.remedy), ("ignored", &ignored)]
    {
        if !text.is_empty() {
            let _ = writeln!(page, "<dt>{name}</dt><dd>{}</dd>", escape(text));
        }
    }
    for need in &finding.needs {
        let _ = writeln!(
            page,
            "<dt>collect</dt><dd>{} <code>{}</code></dd>",
            escape(&need.relation),
            escape(&need.collect)
        );
    }
    for id in &finding.explained_by {
        let cause = report.findings.iter().find(|cause| cause.id == *id);
        let title = cause.map_or(id, |cause| &cause.title);
        let (id, title) = (escape(id), escape(title));
        let _ = writeln!(page, "<dt>caused by</dt><dd><a href=\"#{id}\">{title}</a></dd>");
    }
    page.push_str("</dl>\n");
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            _ if is_masked(c) => out.push(' '),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn text_cannot_become_markup_nor_turn_round() {
        assert_eq!(
            super::escape("<a href=\"x\">&\n\u{202e}"),
            "&lt;a href=&quot;x&quot;&gt;&amp;\n "
        );
    }
}
