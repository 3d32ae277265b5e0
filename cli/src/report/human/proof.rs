//! A proof as a tree for people: each condition with its mark, under it the lines it rests on.

use anstyle::{AnsiColor, Style};

use super::words::message;
use super::{DIM, Layout, cut, fold, short};
use crate::report::proof::{Absence, Block, Conclusion, Fact, Miss, Outcome, Proof, Step, Support};
use crate::report::{rfc3339, seconds};
use crate::text::clean;

const HOLDS: Style = AnsiColor::Green.on_default();
const OPEN: Style = AnsiColor::Yellow.on_default();
const FAILS: Style = AnsiColor::Red.on_default();
/// Facts shown of one condition before the rest is counted.
const FACTS: usize = 3;

/// A line of the tree, and what stands under it.
#[derive(Default)]
pub(crate) struct Node {
    mark: Option<(char, Style)>,
    text: String,
    /// Evidence, against what a rule says.
    dim: bool,
    below: Vec<Node>,
}

impl Node {
    fn dim(text: String) -> Self {
        Self { text, dim: true, ..Self::default() }
    }

    fn plain(text: String) -> Self {
        Self { text, ..Self::default() }
    }
}

/// The tree of a proof. Paths are shown without `base`.
pub(crate) fn tree(proof: &Proof, base: &str) -> Vec<Node> {
    let mut grower = Grower { proof, base, shown: vec![false; proof.conclusions.len()] };
    let mut nodes = grower.conclusion(0);
    if proof.conclusions.first().is_some_and(|of| of.when.is_empty()) {
        let facts = proof.facts.iter();
        nodes.extend(facts.map(|fact| Node::dim(grower.fact_line(fact, ""))));
    }
    if proof.cut {
        nodes.push(Node::dim("there is more than a proof has room for".into()));
    }
    nodes
}

struct Grower<'a> {
    proof: &'a Proof,
    base: &'a str,
    /// Conclusions that have been shown: each is shown once.
    shown: Vec<bool>,
}

impl Grower<'_> {
    fn conclusion(&mut self, number: usize) -> Vec<Node> {
        let Some(of) = self.proof.conclusions.get(number) else { return Vec::new() };
        if let Some(shown) = self.shown.get_mut(number) {
            *shown = true;
        }
        let mut nodes: Vec<Node> = of.when.iter().map(|step| self.step(step)).collect();
        nodes.extend(lingers(of));
        let blocks = of.blocks.iter();
        nodes.extend(blocks.map(|block| self.block(block)));
        nodes
    }

    fn block(&mut self, block: &Block) -> Node {
        let (mark, says) = match (block.kind, block.outcome) {
            ("unless", Outcome::Holds | Outcome::Weak) => (('✓', FAILS), "it rules this out"),
            ("unless", Outcome::Unknown) => (('?', OPEN), "was not all collected"),
            ("unless", _) => (('✗', DIM), "does not hold"),
            (_, Outcome::Holds) => (('✓', HOLDS), ""),
            (_, Outcome::Weak) => (('?', OPEN), "only a lossy source says so"),
            (_, Outcome::Unknown) => (('?', OPEN), "was not all collected"),
            (_, Outcome::Unseen) => (('?', OPEN), "was not seen"),
            (_, Outcome::Fails) => (('✗', FAILS), "does not hold"),
        };
        let text =
            if says.is_empty() { block.kind.to_owned() } else { format!("{}: {says}", block.kind) };
        let below = block.conditions.iter().map(|step| self.step(step)).collect();
        Node { mark: Some(mark), text, dim: false, below }
    }

    fn step(&mut self, step: &Step) -> Node {
        let mark = match step.outcome {
            Outcome::Holds => ('✓', HOLDS),
            Outcome::Weak | Outcome::Unknown | Outcome::Unseen => ('?', OPEN),
            Outcome::Fails => ('✗', FAILS),
        };
        let mut text = step.condition.clone();
        if !step.shown.is_empty() && !text.ends_with(&step.shown) {
            text.push_str(&format!("  is {}", step.shown));
        }
        let mut below: Vec<Node> = Vec::new();
        if let Some(miss) = &step.miss {
            self.miss(miss, &mut below);
        }
        let several = step.facts.len() > FACTS + 1;
        let shown = if several { FACTS } else { step.facts.len() };
        below.extend(step.facts.iter().take(shown).filter_map(|of| self.support(of)));
        if several {
            below.push(Node::dim(format!("and {} more", step.facts.len() - shown)));
        }
        match step.inside {
            // What is missing there says more than what was collected of it.
            Some(number) => {
                let text = format!("the rule that comes closest to it, {}:", self.rule(number));
                below.push(Node { text, below: self.conclusion(number), ..Node::default() });
            }
            None => {
                let none = if step.value.is_some() { "no more" } else { "none" };
                below.extend(step.absent.iter().map(|of| Node::dim(self.absence(none, of))));
            }
        }
        Node { mark: Some(mark), text, dim: false, below }
    }

    fn rule(&self, number: usize) -> &str {
        let rule = self.proof.conclusions.get(number).map_or("?", |of| of.rule.as_str());
        let name = rule.rsplit('.').next().unwrap_or(rule);
        name.split("#for").next().unwrap_or(name)
    }

    fn support(&mut self, of: &Support) -> Option<Node> {
        let fact = self.proof.facts.get(of.fact)?;
        let from = if of.from > fact.time {
            format!(" from {}", self.time(of.from))
        } else {
            String::new()
        };
        let until = of.until.map_or(String::new(), |until| format!(" until {}", self.time(until)));
        let counts = if from.is_empty() && until.is_empty() {
            String::new()
        } else {
            format!(", counts{from}{until}")
        };
        let mut node = Node::dim(self.fact_line(fact, &counts));
        if let Some(number) = fact.conclusion {
            match self.shown.get(number) {
                Some(false) => node.below = self.conclusion(number),
                _ => node.text.push_str("  (see above)"),
            }
        }
        Some(node)
    }

    /// What is wrong with a condition, and what came closest.
    fn miss(&mut self, miss: &Miss, below: &mut Vec<Node>) {
        let mut says = Node::plain(clean(&miss.says));
        for fact in &miss.facts {
            let fact = self.proof.facts.get(*fact);
            says.below.extend(fact.map(|fact| Node::dim(self.fact_line(fact, ""))));
        }
        says.below.extend(miss.differs.iter().map(|text| Node::plain(clean(text))));
        below.push(says);
        if !miss.hint.is_empty() {
            below.push(Node::plain(clean(&miss.hint)));
        }
    }

    /// `events.json:12  09:02:11, counts until 10:02:11  Normal Pulling …`, or what a rule concluded.
    fn fact_line(&self, fact: &Fact, counts: &str) -> String {
        match fact.places.first() {
            Some(place) => {
                let path = place.path.strip_prefix(self.base).unwrap_or(&place.path);
                let time = self.time(fact.time);
                let text = clean(&place.text);
                let says = message(&text).unwrap_or(&text);
                format!("{path}:{}  {time}{counts}  {says}", place.line)
            }
            None => {
                let fields = braces(&fact.fields);
                let time = self.time(fact.time);
                format!("since {time}{counts}  {} {fields}", short(&fact.relation))
            }
        }
    }

    fn absence(&self, none: &str, of: &Absence) -> String {
        let mut paths: Vec<&str> = Vec::new();
        for cover in &of.by {
            let path = cover.source.strip_prefix(self.base).unwrap_or(&cover.source);
            if !path.is_empty() && !paths.contains(&path) {
                paths.push(path);
            }
        }
        let listed = match paths.as_slice() {
            [] => String::new(),
            [one] => format!(" in {one}"),
            [one, two] => format!(" in {one}, {two}"),
            [one, rest @ ..] => format!(" in {one} and {} more", rest.len()),
        };
        let says = match (of.collected, of.by.is_empty()) {
            (Outcome::Holds, _) => "all collected",
            (Outcome::Weak, _) => "collected, but records may be lost",
            (_, true) => "not collected",
            (_, false) => "only partly collected",
        };
        let when = if of.from == of.to {
            format!("at {}", self.time(of.to))
        } else {
            format!("from {} to {}", self.time(of.from), self.time(of.to))
        };
        format!("{none} {when}, {says}{listed}: {} {}", short(&of.relation), braces(&of.scope))
    }

    /// An instant to the second; on the day of the proof only the time of day.
    fn time(&self, at: i64) -> String {
        let (text, now) = (seconds(at), rfc3339(self.proof.at));
        match (text.split_once('T'), now.split_once('T')) {
            (Some((day, time)), Some((today, _))) if day == today => {
                time.trim_end_matches('Z').to_owned()
            }
            _ => text,
        }
    }
}

fn lingers(of: &Conclusion) -> Option<Node> {
    let until = of.lingers?;
    let text = format!("it does not hold just now; that is let pass until {}", seconds(until));
    Some(Node { mark: Some(('?', OPEN)), text, dim: false, below: Vec::new() })
}

/// `{ node: worker-3, pod: shop/cart }`
fn braces(fields: &serde_json::Map<String, serde_json::Value>) -> String {
    let field = |(name, value): (&String, &serde_json::Value)| match value {
        serde_json::Value::String(text) => format!("{name}: {}", clean(text)),
        other => format!("{name}: {other}"),
    };
    let fields: Vec<String> = fields.iter().map(field).collect();
    if fields.is_empty() { "{}".into() } else { format!("{{ {} }}", fields.join(", ")) }
}

/// Where a tree is drawn.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    /// As many columns its indent prints as.
    pub(crate) deep: usize,
    pub(crate) layout: Layout,
    /// Something else follows on its level.
    pub(crate) more: bool,
}

/// The lines of a tree.
pub(crate) fn draw(nodes: &[Node], indent: &str, place: Place) -> Vec<String> {
    let mut lines = Vec::new();
    for (at, node) in nodes.iter().enumerate() {
        let last = at + 1 == nodes.len() && !place.more;
        let (branch, inner) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        let mark = node.mark.map(|(mark, style)| format!("{style}{mark}{style:#} "));
        let under = if node.below.is_empty() { "  " } else { "│ " };
        let room = |width: usize| width.saturating_sub(place.deep + 5).max(30);
        let Layout { width, line, .. } = place.layout;
        for (nth, text) in wrap(node, room(width), room(line)).iter().enumerate() {
            let text = if node.dim { format!("{DIM}{text}{DIM:#}") } else { text.clone() };
            let lead = match (nth, &mark) {
                (0, Some(mark)) => format!("{DIM}{branch}{DIM:#}{mark}"),
                (0, None) => format!("{DIM}{branch}{DIM:#}"),
                _ => format!("{DIM}{inner}{under}{DIM:#}"),
            };
            lines.push(format!("{indent}{lead}{text}"));
        }
        let inner = format!("{indent}{DIM}{inner}{DIM:#}");
        let below = Place { deep: place.deep + 3, more: false, ..place };
        lines.extend(draw(&node.below, &inner, below));
    }
    lines
}

/// A condition in as many lines as it needs; evidence in one, of other width.
fn wrap(node: &Node, room: usize, line: usize) -> Vec<String> {
    if node.dim {
        return vec![cut(&node.text, line)];
    }
    let mut lines = fold(&node.text, room);
    lines.iter_mut().skip(1).for_each(|line| line.insert_str(0, "  "));
    lines
}
