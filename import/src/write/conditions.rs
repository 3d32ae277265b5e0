//! The conditions of a rule.

use std::fmt::Write as _;

use super::{quoted, spelling};
use crate::draft::{Draft, Line, Lines, Measure, Source, Way};
use crate::names;
use crate::span::Span;
use crate::tree::Tree;

/// What stands in a finding besides its texts.
#[derive(Default)]
pub(super) struct Rule {
    pub(super) params: Vec<String>,
    /// One condition a line.
    pub(super) when: String,
    pub(super) because: Vec<String>,
    /// Relations derived for it.
    pub(super) derived: Option<String>,
}

pub(super) fn of(draft: &Draft) -> Rule {
    if let [way] = draft.ways.as_slice() {
        return one(draft, way);
    }
    // Several ways are several rules of one derived relation.
    let name = names::camel(&draft.name) + "Seen";
    let mut derived = String::new();
    for way in &draft.ways {
        let rule = one(draft, way);
        let doc = match way {
            Way::Lines(_) | Way::Surplus { .. } | Way::Measured { .. } => "The log says it.",
            Way::Condition { .. } | Way::Event { .. } => "node-problem-detector has reported it.",
        };
        let _ = writeln!(derived, "\n/// {doc}\nderive {name} {{ node: node }}");
        for param in &rule.params {
            let _ = writeln!(derived, "  param {param}");
        }
        let _ = writeln!(derived, "when {{\n{}}}", rule.when);
    }
    Rule { when: format!("    {name} {{ node }}\n"), derived: Some(derived), ..Rule::default() }
}

fn one(draft: &Draft, way: &Way) -> Rule {
    match way {
        Way::Lines(lines) => {
            let mut writer = Writer { draft, rule: Rule::default(), shows: false };
            writer.lines(lines, draft.ways.len() == 1);
            writer.rule
        }
        Way::Surplus { more, fewer, times, window } => {
            let mut writer = Writer { draft, rule: Rule::default(), shows: false };
            writer.window(*window);
            writer.rule.params.push(format!("times = {times} in 1..1000"));
            writer.condition(&format!("newest {} within window", writer.atom(*more)));
            writer.condition(&format!("more = count({} within window)", writer.atom(*more)));
            match fewer {
                Some(fewer) => {
                    writer.condition(&format!(
                        "fewer = count({} within window)",
                        writer.atom(*fewer)
                    ));
                    writer.condition("more - fewer >= times");
                }
                None => writer.condition("more >= times"),
            }
            writer.rule
        }
        Way::Measured { line, measure, bounds, window } => {
            let mut writer = Writer { draft, rule: Rule::default(), shows: false };
            writer.measured(*line, measure, bounds, *window);
            writer.rule
        }
        Way::Condition { ty, reason } => Rule {
            when: format!(
                "    NodeCondition {{ node, type: {}, status: \"True\", reason: {} }}\n",
                quoted(ty),
                quoted(reason)
            ),
            ..Rule::default()
        },
        Way::Event { component, reason } => Rule {
            when: format!(
                "    KubeEvent {{ node, reason: {}, component: {} }}\n",
                quoted(reason),
                quoted(component)
            ),
            ..Rule::default()
        },
    }
}

struct Writer<'a> {
    draft: &'a Draft,
    rule: Rule,
    /// Whether texts speak of a row.
    shows: bool,
}

impl Writer<'_> {
    /// `alone`: the finding's texts may speak of the lines.
    fn lines(&mut self, lines: &Lines, alone: bool) {
        self.shows = alone && self.draft.source != Source::Configs;
        let several = lines.terms.len() > 1 || lines.terms.iter().any(|term| term.times > 1);
        if several {
            self.window(lines.window.unwrap_or(Span::HOUR));
        }
        let shown = if lines.in_order { self.in_order(lines) } else { self.in_any_order(lines) };
        for unless in &lines.unless {
            let after = var(lines, unless.after);
            if let Some(wait) = unless.wait {
                self.rule.params.push(format!("wait = {wait} in {}", range(wait)));
                self.condition(&format!("age({after}) >= wait"));
            }
            self.condition(&format!("no {} since {after}", self.atom(unless.line)));
        }
        let line = lines.terms.get(shown).and_then(|term| self.draft.lines.get(term.line));
        let source = line.map_or(&self.draft.source, |line| self.draft.source_of(line));
        let (program, pod) = source.tells();
        let shown = var(lines, shown);
        let ago = format!("{{age({shown})}} ago");
        if self.draft.source == Source::Configs {
            self.rule.because.push("{file} of the config map {object} says so".to_owned());
        } else {
            if program && pod {
                self.rule
                    .because
                    .push(format!("{{{shown}.program}} of {{{shown}.pod}} logged it {ago}"));
            } else if pod {
                self.rule.because.push(format!("{{{shown}.pod}} had it {ago}"));
            }
            if program {
                self.rule.because.push(format!("{{{shown}.program}} logged it {ago}"));
            }
            self.rule.because.push(format!("it was logged {ago}"));
        }
    }

    /// All within the window; gives the term to show.
    fn in_any_order(&mut self, lines: &Lines) -> usize {
        let within = if self.rule.params.is_empty() { "" } else { " within window" };
        for (at, term) in lines.terms.iter().enumerate() {
            let atom = self.atom(term.line);
            if term.times > 1 {
                let times = self.times(term.times);
                self.condition(&format!("count({atom}{within}) >= {times}"));
            }
            let is_shown = at == 0 && self.shows;
            if self.asks_more(term.line) {
                self.row(lines, at, within);
            } else if is_shown || needed(lines, at) {
                self.condition(&format!("{} = newest {atom}{within}", var(lines, at)));
            } else if term.times == 1 {
                self.condition(&format!("newest {atom}{within}"));
            }
        }
        0
    }

    /// One after the other, all within the window; gives the term to show.
    fn in_order(&mut self, lines: &Lines) -> usize {
        if lines.terms.iter().any(|term| self.asks_more(term.line)) {
            // Which rows are meant is only known when all has been asked, so none is chosen before.
            let mut place = " within window".to_owned();
            for (at, term) in lines.terms.iter().enumerate() {
                if at + 1 < lines.terms.len() || self.asks_more(term.line) {
                    self.row(lines, at, &place);
                } else {
                    self.condition(&format!("{}{place}", self.atom(term.line)));
                }
                place = format!(" since {}", var(lines, at));
            }
            return 0;
        }
        let bound = |at: usize, text: &str| match needed(lines, at) {
            true => format!("{} = {text}", var(lines, at)),
            false => text.to_owned(),
        };
        if let [first, second] = lines.terms.as_slice()
            && first.times == 1
            && second.times == 1
        {
            let (one, two) = (self.atom(first.line), self.atom(second.line));
            let two = format!("{} = {two}", var(lines, 1));
            self.condition(&format!("{} then {two} within window", bound(0, &one)));
            return 1;
        }
        let mut since: Option<usize> = None;
        for (at, term) in lines.terms.iter().enumerate() {
            let (atom, last) = (self.atom(term.line), at + 1 == lines.terms.len());
            let place =
                since.map_or("within window".to_owned(), |at| format!("since {}", var(lines, at)));
            if term.times > 1 {
                let times = self.times(term.times);
                self.condition(&format!("count({atom} {place}) >= {times}"));
            }
            if !last || needed(lines, at) || at == 0 {
                self.condition(&format!("{} = oldest {atom} {place}", var(lines, at)));
                since = Some(at);
            } else if term.times == 1 {
                self.condition(&format!("oldest {atom} {place}"));
            }
        }
        0
    }

    /// A line as a pattern over rows, with all that braces can ask of it.
    fn atom(&self, line: usize) -> String {
        self.atom_but(line, None)
    }

    /// The same without binding one of its names, unless it is one of the key's.
    fn atom_but(&self, line: usize, but: Option<&str>) -> String {
        let but = but.filter(|name| !self.draft.groups.iter().any(|group| group == name));
        let Some(line) = self.draft.lines.get(line) else { return String::new() };
        let mut fields: Vec<String> =
            self.draft.source.key().iter().map(|field| (*field).to_owned()).collect();
        fields.extend(line.number.clone().filter(|name| but != Some(name)));
        let clauses = line.tests.iter().filter_map(Tree::clause);
        let captures = line.captures.iter().filter(|(name, _)| but != Some(name));
        for test in clauses.chain(captures.map(|(_, test)| test.clone())) {
            fields.push(format!("{} ~ {}", test.column, spelling(&test.pattern)));
        }
        format!("{} {{ {} }}", line.event, fields.join(", "))
    }

    /// Whether braces cannot ask all that must be true of a line.
    fn asks_more(&self, line: usize) -> bool {
        self.draft.lines.get(line).is_some_and(|line| more(line).next().is_some())
    }

    /// A row of a line, and then what braces cannot ask of it.
    fn row(&mut self, lines: &Lines, at: usize, place: &str) {
        let Some(term) = lines.terms.get(at) else { return };
        let row = var(lines, at);
        self.condition(&format!("{row} = {}{place}", self.atom(term.line)));
        let asked: Vec<String> = self.draft.lines.get(term.line).map_or_else(Vec::new, |line| {
            more(line).map(|tree| expression(tree, &row, true)).collect()
        });
        asked.iter().for_each(|text| self.condition(text));
    }

    /// What is counted or added up, and how it compares.
    fn measured(
        &mut self,
        line: usize,
        measure: &Measure,
        bounds: &[(&'static str, u64)],
        window: Span,
    ) {
        self.window(window);
        // Of a key that no line names nothing is said, not even that there is little. The value of this
        // line is not bound: all of them are measured.
        let any = self.atom_but(line, measure.name());
        self.condition(&format!("newest {any} within window"));
        let atom = self.atom(line);
        let (value, unit) = match measure {
            Measure::Count => (format!("count({atom} within window)"), String::new()),
            Measure::Distinct(of) => {
                (format!("distinct({of} of {atom} within window)"), String::new())
            }
            Measure::Sum(of) => (format!("sum({of} of {atom} within window)"), String::new()),
            Measure::Average(of) => (
                format!("sum({of} of {atom} within window)"),
                format!(" * count({any} within window)"),
            ),
        };
        let least = |op: &str, number: u64| u64::from(op == ">=" && number > 0 && unit.is_empty());
        for (nth, (op, number)) in bounds.iter().enumerate() {
            let name = if nth == 0 { "limit".to_owned() } else { format!("limit{}", nth + 1) };
            let (low, high) = (least(op, *number), (*number).max(1).saturating_mul(1000));
            self.rule.params.push(format!("{name} = {number} in {low}..{high}"));
            self.condition(&format!("{value} {op} {name}{unit}"));
        }
    }

    fn condition(&mut self, text: &str) {
        let _ = writeln!(self.rule.when, "    {text}");
    }

    fn window(&mut self, window: Span) {
        self.rule.params.push(format!("window = {window} in {}", range(window)));
    }

    /// A parameter for a count; gives its name.
    fn times(&mut self, times: u32) -> String {
        let before = self.rule.params.iter().filter(|param| param.starts_with("times")).count();
        let name = if before == 0 { "times".to_owned() } else { format!("times{}", before + 1) };
        self.rule.params.push(format!("{name} = {times} in 1..1000"));
        name
    }
}

/// What braces cannot ask of a line.
fn more(line: &Line) -> impl Iterator<Item = &Tree> {
    line.tests.iter().filter(|tree| tree.clause().is_none())
}

/// A tree as a test on a row; `alone` on its line it needs no brackets.
fn expression(tree: &Tree, row: &str, alone: bool) -> String {
    if let Some(test) = tree.clause() {
        return format!("{row}.{} ~ {}", test.column, spelling(&test.pattern));
    }
    let joined = |items: &[Tree], word: &str| {
        let items: Vec<String> = items.iter().map(|item| expression(item, row, false)).collect();
        let text = items.join(word);
        if alone { text } else { format!("({text})") }
    };
    match tree {
        Tree::All(items) => joined(items, " and "),
        Tree::Any(items) => joined(items, " or "),
        Tree::Not(inner) => match inner.clause() {
            Some(_) => format!("not ({})", expression(inner, row, true)),
            None => format!("not {}", expression(inner, row, false)),
        },
        Tree::Is(_) => String::new(),
    }
}

/// Whether a line must not follow a term, which then needs a name.
fn needed(lines: &Lines, at: usize) -> bool {
    lines.unless.iter().any(|unless| unless.after == at)
}

/// The name of a term's row.
fn var(lines: &Lines, at: usize) -> String {
    const NAMES: [&str; 10] = [
        "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
        "tenth",
    ];
    if lines.terms.len() == 1 {
        return "line".to_owned();
    }
    NAMES.get(at).map_or_else(|| format!("line{}", at + 1), |name| (*name).to_owned())
}

/// What a site may set in place of a length of time.
fn range(span: Span) -> String {
    let low = if span < Span::SECOND { Span(1) } else { Span::SECOND };
    let high = if span > Span::HOUR { Span::DAY.max(span) } else { Span::HOUR };
    format!("{low}..{high}")
}
