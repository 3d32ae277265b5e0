//! A rule between two languages: what it says, before it is written down.

use crate::pattern::Pattern;
use crate::samples::{self, Sample};
use crate::span::Span;
use crate::tree::{Test, Texts, Tree};
use crate::{names, page};

/// A rule.
#[derive(Debug)]
pub(crate) struct Draft {
    /// The finding's name, in snake case.
    pub(crate) name: String,
    pub(crate) title: String,
    /// Whether the title goes on with the node.
    pub(crate) on_node: bool,
    /// Where it comes from, for the head of the file.
    pub(crate) about: Vec<String>,
    /// The rule's page: a heading, or none, and Markdown.
    pub(crate) sections: Vec<(Option<String>, String)>,
    /// info, warning or critical.
    pub(crate) severity: &'static str,
    pub(crate) because: Option<String>,
    pub(crate) remedy: Option<String>,
    pub(crate) refs: Vec<String>,
    /// What it leaves out of the original.
    pub(crate) notes: Vec<String>,
    /// The lines it knows.
    pub(crate) lines: Vec<Line>,
    /// Where they are read.
    pub(crate) source: Source,
    /// What is apart for each value, beside the source's key: names that every line binds.
    pub(crate) groups: Vec<String>,
    /// Each suffices.
    pub(crate) ways: Vec<Way>,
}

/// A log line with a meaning: an event and how to tell it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    /// The event's name; lines of one event differ in what is asked of them.
    pub(crate) event: String,
    /// What the original says of it.
    pub(crate) doc: String,
    pub(crate) patterns: Vec<Pattern>,
    pub(crate) samples: Vec<Sample>,
    /// Where it is read, where that is another place than the draft's.
    pub(crate) source: Option<Source>,
    /// What must be true of it beside a pattern.
    pub(crate) tests: Vec<Tree>,
    /// Names that are bound by what a pattern captures.
    pub(crate) captures: Vec<(String, Test)>,
    /// A whole number that its pattern reads.
    pub(crate) number: Option<String>,
    /// A line like this, and lines that only seem so.
    pub(crate) example: Option<Texts>,
    pub(crate) near: Vec<Texts>,
}

impl Line {
    /// A line that something like the first pattern is said in.
    pub(crate) fn like(patterns: Vec<Pattern>, log: &str, finding: &str, taken: &[String]) -> Self {
        let words = patterns.first().map(Pattern::plain).unwrap_or_default();
        Self {
            event: names::event(words, finding, taken),
            doc: format!("The log says something like `{}`.", page::one_line(words)),
            samples: samples::choose(&patterns, log),
            patterns,
            ..Self::default()
        }
    }

    /// The fields of the log that are copied, as something is asked of them.
    pub(crate) fn columns(&self) -> Vec<&'static str> {
        let mut columns = Vec::new();
        self.tests.iter().for_each(|test| test.columns(&mut columns));
        for (_, test) in &self.captures {
            if !columns.contains(&test.column) {
                columns.push(test.column);
            }
        }
        columns
    }
}

/// How a finding comes about.
#[derive(Debug)]
pub(crate) enum Way {
    /// Lines came, in order or in any.
    Lines(Lines),
    /// Within the window one line came so many times more often than another.
    Surplus { more: usize, fewer: Option<usize>, times: u32, window: Span },
    /// What is counted or added up within the window compares with each of these numbers.
    Measured { line: usize, measure: Measure, bounds: Vec<(&'static str, u64)>, window: Span },
    /// A condition of the node is true.
    Condition { ty: String, reason: String },
    /// An event of a component with this reason.
    Event { component: String, reason: String },
}

/// What is counted or added up, of lines or of what a name is bound to.
#[derive(Debug)]
pub(crate) enum Measure {
    Count,
    Distinct(String),
    Sum(String),
    Average(String),
}

impl Measure {
    /// What is measured, where it is not the lines themselves.
    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Self::Count => None,
            Self::Distinct(name) | Self::Sum(name) | Self::Average(name) => Some(name),
        }
    }
}

#[derive(Debug)]
pub(crate) struct Lines {
    pub(crate) terms: Vec<Term>,
    pub(crate) in_order: bool,
    /// All of them within this.
    pub(crate) window: Option<Span>,
    pub(crate) unless: Vec<Unless>,
}

/// A line that came so many times.
#[derive(Debug)]
pub(crate) struct Term {
    /// Index of [`Draft::lines`].
    pub(crate) line: usize,
    pub(crate) times: u32,
}

/// A line that must not come after a term.
#[derive(Debug)]
pub(crate) struct Unless {
    pub(crate) line: usize,
    /// Index of [`Lines::terms`].
    pub(crate) after: usize,
    /// How long to wait for it.
    pub(crate) wait: Option<Span>,
}

/// Where lines are read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Source {
    /// Logs of `std.node`, whole lines, perhaps of some programs only.
    Logs { of: Vec<&'static str>, field: &'static str, programs: Vec<String> },
    /// Events of the API server, in whatever layout.
    Events,
    /// Files of config maps.
    Configs,
}

impl Draft {
    /// Where a line is read.
    pub(crate) fn source_of<'a>(&'a self, line: &'a Line) -> &'a Source {
        line.source.as_ref().unwrap_or(&self.source)
    }

    /// The names that are the finding's key.
    pub(crate) fn key(&self) -> String {
        let groups = self.groups.iter().map(String::as_str);
        self.source.key().iter().copied().chain(groups).collect::<Vec<_>>().join(", ")
    }
}

impl Source {
    /// What to import: module and names.
    pub(crate) fn uses(&self) -> Vec<(&'static str, &'static str)> {
        match self {
            Self::Logs { of, .. } => of.iter().map(|log| (module(log), *log)).collect(),
            Self::Events => vec![("std.kube", "KubeEvent"), ("std.node", "SystemLog")],
            Self::Configs => vec![("std.kube", "ConfigFile")],
        }
    }

    /// `KernelLog.line, SystemLog.line`.
    pub(crate) fn fields(&self) -> String {
        match self {
            Self::Logs { of, field, .. } => {
                of.iter().map(|log| format!("{log}.{field}")).collect::<Vec<_>>().join(", ")
            }
            Self::Events => "KubeEvent.message, KubeEvent.reason, SystemLog.line".to_owned(),
            Self::Configs => "ConfigFile.text".to_owned(),
        }
    }

    /// The fields that are the finding's key.
    pub(crate) fn key(&self) -> &'static [&'static str] {
        match self {
            Self::Configs => &["object", "file"],
            _ => &["node"],
        }
    }

    /// Whether all its relations say which program wrote a line, and in which pod.
    pub(crate) fn tells(&self) -> (bool, bool) {
        match self {
            Self::Logs { of, .. } => match of.as_slice() {
                ["SystemLog"] => (true, true),
                ["KubeEvent"] => (false, true),
                ["RuntimeLog"] => (true, false),
                _ => (false, false),
            },
            Self::Events => (false, true),
            Self::Configs => (false, false),
        }
    }
}

/// The module of a relation with log lines.
fn module(log: &str) -> &'static str {
    if log == "KubeEvent" { "std.kube" } else { "std.node" }
}
