//! Random programs, from a grammar of sentences that all compile.

use proptest::prelude::*;

use super::sentences::{
    ASIDES, BASES, CLAUSES, CONCLUDED, CONDITIONS, EXTRACTORS, FOUND, RARE_CONDITIONS, WIDE_BASES,
    WIDE_CONDITIONS, WORDED,
};

/// Which of the events a producer may drop, what silence means, in which order fields come, which events are
/// read out of text.
#[derive(Clone, Debug)]
struct Schema {
    lossy: [bool; 5],
    defaults: bool,
    turned: bool,
    extracted: Vec<&'static str>,
}

fn schema() -> impl Strategy<Value = Schema> {
    let rare = || prop::bool::weighted(0.2);
    let extracted = prop::collection::vec(prop::sample::select(EXTRACTORS), 0..=3);
    (any::<bool>(), any::<bool>(), rare(), rare(), any::<[bool; 2]>(), extracted).prop_map(
        |(defaults, turned, a, b, [t, u], extracted)| {
            let lossy = [a, b, !(a || b), t, u];
            Schema { lossy, defaults, turned, extracted }
        },
    )
}

impl Schema {
    fn say(&self) -> String {
        let relation = |head: &str, fields: &[&str], rest: &str| {
            let mut fields = fields.to_vec();
            if self.turned {
                fields.reverse();
            }
            format!("{head} {{ {}, {rest} }}\n", fields.join(", "))
        };
        let event = |name: &str, lossy: bool| {
            let rest = format!("{}collect \"{name}\"", if lossy { "lossy, " } else { "" });
            relation(&format!("event {name}"), &["node: node", "n: int", "w: text?"], &rest)
        };
        let text = |name: &str, lossy: bool| {
            let rest = format!("{}collect \"{name}\"", if lossy { "lossy, " } else { "" });
            relation(&format!("event {name}"), &["node: node", "n: int?", "m: text"], &rest)
        };
        let [a, b, l, t, u] = self.lossy;
        let n = if self.defaults { "n: int = 1" } else { "n: int?" };
        let e = ["key node: node", "state: text", n];
        let p = ["key node: node", "key n: int", "mark: text", "since changed: time?"];
        let q = ["key node: node", "all: list<int>", "tag: text?"];
        [
            event("A", a),
            event("B", b),
            event("L", l),
            relation("entity E", &e, "collect \"e\""),
            relation("entity P", &p, "collect \"p\""),
            relation("entity Q", &q, "collect \"q\""),
            text("T", t),
            text("U", u),
            self.extracted.concat(),
        ]
        .concat()
    }
}

/// Which kinds of sentences a program may use.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Width {
    Events,
    All,
}

/// A rule that is not yet said: which base, which conditions, in which block.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    base: usize,
    joined: bool,
    /// Its key is a node and a number, where its base has one.
    paired: bool,
    when: Vec<usize>,
    confirm: Vec<Vec<usize>>,
    unless: Vec<Vec<usize>>,
    keep: i64,
    derived: bool,
    /// It adds to the relation that was derived last.
    again: bool,
    /// Whether it explains another finding, and by which clause.
    explains: Option<usize>,
    /// What else it says.
    aside: Option<usize>,
    /// There is one of it at most.
    keyless: bool,
    /// What it derives has a text that may lack.
    worded: bool,
}

/// Places in a list of sentences, at most so many.
fn some(most: usize) -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(0..1000usize, 0..=most)
}

fn unless() -> impl Strategy<Value = Vec<Vec<usize>>> {
    prop_oneof![
        4 => some(1).prop_map(|block| vec![block]),
        1 => prop::collection::vec(some(2), 0..=2),
    ]
}

prop_compose! {
    fn draft()(
        base in 0..1000usize,
        when in some(2),
        confirm in prop::collection::vec(some(1), 0..=2),
        unless in unless(),
        keep in 3..9i64,
        explains in prop::option::of(0..1000usize),
        aside in prop::option::weighted(0.4, 0..1000usize),
        (joined, paired) in (any::<bool>(), prop::bool::weighted(0.3)),
        (derived, again) in (prop::bool::weighted(0.5), prop::bool::weighted(0.6)),
        (keyless, worded) in (prop::bool::weighted(0.1), prop::bool::weighted(0.3)),
    ) -> Draft {
        Draft { base, joined, paired, when, confirm, unless, keep, derived, again, explains, aside, keyless, worded }
    }
}

/// The text of a program.
pub(crate) fn program(width: Width) -> impl Strategy<Value = String> {
    (schema(), prop::collection::vec(draft(), 1..=5)).prop_map(move |(schema, drafts)| {
        let mut text = schema.say();
        let (mut derived, mut found): (Vec<String>, Vec<Found>) = (vec![], vec![]);
        let last = drafts.len() - 1;
        for (at, mut draft) in drafts.into_iter().enumerate() {
            draft.derived &= at < last;
            let name = match derived.pop() {
                // What has been read already is complete.
                Some(name)
                    if draft.derived
                        && draft.again
                        && !text.contains(&format!("{name} {{ node, n: ")) =>
                {
                    name
                }
                other => {
                    derived.extend(other);
                    let letter = if draft.worded { "W" } else { "D" };
                    format!("{}{at}", if draft.derived { letter } else { "f" })
                }
            };
            let said = tuned(say(&draft, &name, width, &derived, &found), at);
            if draft.derived {
                derived.push(name);
            } else if !said.contains("() {") {
                let paired = said.contains("(node, n) {");
                found.push(Found { name, paired });
            }
            text.push_str(&said);
        }
        text
    })
}

/// A finding that may be spoken of.
struct Found {
    name: String,
    paired: bool,
}

impl Found {
    fn named(&self, text: &str) -> String {
        let text = text.replace('F', &self.name);
        if self.paired {
            text.replace("{ node }", "{ node, n: N }").replace("{ node: _ }", "{ node: _, n: _ }")
        } else {
            text
        }
    }
}

fn say(draft: &Draft, name: &str, width: Width, derived: &[String], found: &[Found]) -> String {
    let mut bases: Vec<String> = BASES.iter().map(ToString::to_string).collect();
    let mut conditions: Vec<String> = CONDITIONS.iter().map(ToString::to_string).collect();
    if matches!(width, Width::All) {
        bases.extend(WIDE_BASES.iter().map(ToString::to_string));
        conditions
            .extend([WIDE_CONDITIONS, RARE_CONDITIONS].concat().iter().map(ToString::to_string));
    }
    for of in derived {
        bases.push(format!("{of} {{ node, n: N }}"));
        conditions.push(format!("{of} {{ node, n: N }}"));
        conditions.push(format!("no {of} {{ node, n: N }}"));
        conditions.push(format!("count({of} {{ node, n: _ }}) >= 2"));
        if matches!(width, Width::All) {
            conditions.extend(CONCLUDED.iter().map(|text| text.replace('D', of)));
            if of.starts_with('W') {
                conditions.extend(WORDED.iter().map(|text| text.replace('W', of)));
            }
        }
    }
    if !draft.derived {
        for of in found {
            bases.push(of.named(if of.paired { "F { node }" } else { "F { node }  _N" }));
            conditions.push(of.named("F { node }"));
            if matches!(width, Width::All) {
                conditions.extend(FOUND.iter().map(|text| of.named(text)));
            }
        }
    }
    let base = bases[draft.base % bases.len()].clone();
    let has_n = !base.contains("_N") && (!base.contains("_K") || draft.paired || draft.derived);
    let base = base.replace("_N", "").replace("_K", "");
    let pick = |at: &usize| conditions[at % conditions.len()].clone();
    let mut fresh = 0;
    let mut filled = |text: String, n: &str| {
        fresh += 1;
        rename(&text, fresh)
            .replace("N }", &format!("{n} }}"))
            .replace("n: N,", &format!("n: {n},"))
    };
    if draft.derived {
        // Its head always has `n`.
        let n = if has_n { "n" } else { "_" };
        let head = if has_n { "n: int".to_string() } else { "n: int = 1".to_string() };
        let told = base.starts_with("A {") || base.starts_with("B {");
        let simple = told && !base.contains(" then ") && !base.contains(" without ");
        let (base, head) = match (name.starts_with('W'), simple) {
            (true, true) => (format!("of = {base}"), format!("{head}, w: text? = of.w")),
            (true, false) => (base, format!("{head}, w: text? = \"u\"")),
            (false, _) => (base, head),
        };
        let mut when = vec![filled(base, n)];
        when.extend(
            draft
                .when
                .iter()
                .map(pick)
                .map(|text| filled(text, if draft.joined { n } else { "_" })),
        );
        return format!(
            "derive {name} {{ node: node, {head} }} keep {}s when {{ {} }}\n",
            draft.keep,
            when.join("\n  ")
        );
    }
    let mut blocks: Vec<Vec<String>> = vec![draft.when.iter().map(pick).collect()];
    blocks.extend(
        draft
            .confirm
            .iter()
            .filter(|block| !block.is_empty())
            .map(|block| block.iter().map(pick).collect()),
    );
    let ruled_out = draft.unless.iter().filter(|block| !block.is_empty());
    blocks.extend(ruled_out.map(|block| block.iter().map(pick).collect::<Vec<_>>()));
    let joins = blocks.iter().flatten().any(|text| text.contains("n: N"));
    // An aggregate would be over all nodes, and name none.
    let keyless = draft.keyless && !base.contains(" of ") && !base.contains("count(");
    let paired = draft.paired && has_n && !keyless;
    let n = if paired || draft.joined && joins && has_n { "n" } else { "_" };
    let mut said = vec![filled(base, n)];
    let blocks: Vec<Vec<String>> = blocks
        .into_iter()
        .map(|block| block.into_iter().map(|text| filled(text, n)).collect())
        .collect();
    said.extend(blocks[0].clone());
    let mut text = format!(
        "finding {name}({}) {{ severity info keep {}s when {{ {} }}",
        match (keyless, paired) {
            (true, _) => "",
            (_, true) => "node, n",
            (_, false) => "node",
        },
        draft.keep,
        said.join("\n  ")
    );
    let confirms = draft.confirm.iter().filter(|block| !block.is_empty()).count();
    for (at, block) in blocks[1..].iter().enumerate() {
        let kind = if at < confirms { "confirm" } else { "unless" };
        text.push_str(&format!(" {kind} {{ {} }}", block.join("\n  ")));
    }
    if let Some(aside) = draft.aside {
        text.push_str(&format!(" {}", ASIDES[aside % ASIDES.len()]));
    }
    text.push_str(" title \"{node}\"");
    if let Some(clause) = draft.explains
        && let Some(of) = found.last()
        && !text.contains(&of.name)
    {
        text.push_str(&format!(" explains {} {}", of.name, CLAUSES[clause % CLAUSES.len()]));
    }
    text + " }\n"
}

/// Declares the parameters that a rule speaks of.
fn tuned(text: String, nth: usize) -> String {
    let params = [("WIDE", "wide", "5s in 1s..9s"), ("LEAST", "least", "2 in 1..5")];
    let used = params.iter().filter(|(word, ..)| text.contains(word));
    let declared: String =
        used.map(|(_, name, range)| format!("param {name}{nth} = {range} ")).collect();
    let text = text.replacen(" when {", &format!(" {declared}when {{"), 1);
    let named = |text: String, (word, name, _): &(&str, &str, &str)| {
        text.replace(word, &format!("{name}{nth}"))
    };
    params.iter().fold(text, named)
}

/// Gives the names that a sentence binds for itself, which are one letter of these each, a number of
/// their own.
fn rename(text: &str, nth: usize) -> String {
    let mut out = String::new();
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(letter) = rest.next() {
        out.push(letter);
        let is_word = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '"';
        let stands_alone = !is_word(before) && !rest.peek().copied().is_some_and(is_word);
        if stands_alone && "kmpqxy".contains(letter) {
            out.push_str(&nth.to_string());
        }
        before = letter;
    }
    out
}
