//! Tables of events: `kubectl get events`, `kubectl events`, the events of `kubectl describe`, each of
//! old and new versions, with or without header, at any indentation.
//!
//! Rows are read by what stands in them, not by place: pasted tables rarely keep their columns. Every
//! row has the word Normal or Warning, and what stands before and after tells the layout.

use super::{
    format::{Document, Section},
    kube::event::Event,
};
use crate::row::{Out, When};

mod chosen;
mod naming;
mod recurring;
mod row;
mod wrapped;

use chosen::Chosen;
use row::{Header, header, names_reason, row};
use wrapped::{Above, is_rule};

/// The section: a table, its header, or one row.
pub(super) const EVENTS: Section = Section { kind: "events", begins, read };

/// Which object a table of `kubectl describe` is about.
#[derive(Clone, Debug, Default)]
pub(super) struct About {
    pub(super) kind: String,
    pub(super) object: String,
    pub(super) node: Option<String>,
}

fn begins(doc: &Document<'_>) -> bool {
    let line = doc.text.lines().next().unwrap_or_default();
    Layout::of(line).is_some() || row(line, Header::default()).is_some() || heads(doc)
}

/// What a header says of the rows below it: kubectl's own columns, or those that somebody chose.
#[derive(Default)]
struct Layout<'a> {
    header: Header,
    chosen: Option<Chosen<'a>>,
}

impl<'a> Layout<'a> {
    fn of(line: &'a str) -> Option<Self> {
        names_reason(line).then_some(())?;
        let (own, chosen) = (header(line), Chosen::of(line));
        let is_header = own.is_some() || chosen.is_some();
        is_header.then(|| Self { header: own.unwrap_or_default(), chosen })
    }

    /// A row, by what stands in it or by its columns: first by what can tell it.
    fn row(&self, line: &str) -> Option<Event> {
        let own = || row(line, self.header);
        match &self.chosen {
            Some(chosen) if chosen.tells_more() => chosen.row(line).or_else(own),
            Some(chosen) => own().or_else(|| chosen.row(line)),
            None => own(),
        }
    }
}

/// Whether `Events:` stands here with a table below.
fn heads(doc: &Document<'_>) -> bool {
    let mut lines = doc.text.lines();
    let is = lines.next().is_some_and(|line| line.trim() == "Events:");
    is && lines
        .next()
        .is_some_and(|line| header(line).is_some() || row(line, Header::default()).is_some())
}

fn read(doc: &Document<'_>, out: &mut dyn Out) -> usize {
    let skip = usize::from(doc.text.lines().next().is_some_and(|line| line.trim() == "Events:"));
    skip + table(doc.lines().skip(skip), doc, None, out)
}

/// Whether a line can stand in a table.
pub(super) fn is_part(line: &str) -> bool {
    Layout::of(line).is_some()
        || is_rule(line.trim())
        || row(line, Header::default()).is_some()
        || wrapped::is_part(line.trim())
}

/// How long ago, at least, the pod of a table was placed on its node: as long as the scheduler's word or the
/// oldest of its kubelet's.
pub(super) fn placed_ago<'a>(lines: impl Iterator<Item = &'a str>) -> Option<i64> {
    let rows = lines.filter_map(|line| row(line, Header::default()));
    let told = rows.filter(|it| {
        it.reason == "Scheduled" || it.component.as_deref().is_some_and(|by| by == "kubelet")
    });
    told.filter_map(|it| if let When::Ago(age) = it.first { Some(age) } else { None }).max()
}

/// Reads a table of a document and says how many lines it has. `about` is what it is of, where a describe says.
pub(super) fn table<'a>(
    lines: impl Iterator<Item = (u64, &'a str)>,
    doc: &Document<'_>,
    about: Option<&About>,
    out: &mut dyn Out,
) -> usize {
    let mut layout = Layout::default();
    let mut events: Vec<Event> = Vec::new();
    let mut above = Above::default();
    let mut taken = 0;
    for (index, (number, line)) in lines.enumerate() {
        let content = line.trim();
        if let Some(header) = Layout::of(line) {
            if !events.is_empty() {
                break;
            }
            layout = header;
        } else if let Some(mut event) = layout.row(line) {
            event.line = number;
            event.text = content.into();
            above = above.next(line);
            if event.message.is_empty() && event.level.as_deref() == Some("Warning") {
                above = above.awaiting();
            }
            events.push(event);
        } else if is_rule(content) && events.is_empty() {
            // The dashes below a header.
        } else if let Some(last) = events.last_mut()
            && let Some(whole) = above.join(&last.message, line)
        {
            last.message = whole;
        } else {
            break;
        }
        taken = index + 1;
    }
    let whole = about.is_some() || taken > events.len();
    naming::name(&mut events, doc, about);
    recurring::fill(&mut events);
    // Without a header it may be a part; of a pod's events it is none where the first of them all is there.
    let first = |event: &&Event| whole || event.reason == "Scheduled";
    let mut objects: Vec<_> = events.iter().filter(first).filter_map(Event::pod).collect();
    objects.sort();
    objects.dedup();
    for event in events {
        event.rows(out);
    }
    for pod in objects {
        out.complete("std.kube.KubeEvent", vec![("pod", pod.into())], When::Unknown);
    }
    taken
}
