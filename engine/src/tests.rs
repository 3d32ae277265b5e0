//! What only the inside can show: that nothing is forgotten to be thought about again, and that
//! nothing is left over.

mod forget;
#[path = "../tests/support/history.rs"]
mod history;
#[path = "../tests/support/mod.rs"]
mod support;

use std::collections::BTreeSet;

use etio_plan::{Type, Value};
use proptest::prelude::*;

use crate::{engine::Engine, program::Head, think::judge::Verdict, value::word::Word};
use history::{END, PROGRAM, inputs};
use support::{World, time};

impl Engine {
    /// Thinks about a key as of now and from scratch, and says what should stand.
    fn should_stand(&mut self, rule: usize, key: &[Word]) -> BTreeSet<String> {
        let programs = self.programs.clone();
        let Some(program) = programs.rules.get(rule) else { return BTreeSet::new() };
        let now = self.timeline.clock();
        let mut eval = self.eval(&programs, 0);
        eval.now = now;
        eval.begin(program, key);
        match &program.head {
            Head::Row { .. } => {
                eval.derive(program).iter().map(|row| format!("{:?}", row.words)).collect()
            }
            Head::Finding { .. } => {
                let holds = eval.diagnose(program);
                let says = holds.map(|of| format!("{:?} {:?}", of.verdict, eval.shown.wants));
                says.into_iter().collect()
            }
        }
    }

    /// What does stand for a key.
    fn stands(&self, rule: usize, key: &[Word]) -> BTreeSet<String> {
        let relation = self.programs.rules[rule].relation;
        let keys = &self.keys[rule];
        let Some(number) = keys.find(key) else { return BTreeSet::new() };
        let finding = keys
            .open(number)
            .map(|open| &open.life)
            .map(|of| format!("{:?} {:?}", of.verdict, of.rare().wants));
        let rows = keys.rows(number).iter();
        let rows = rows.map(|of| format!("{:?}", self.relations[relation].words(of.row)));
        rows.chain(finding).collect()
    }

    /// All keys of a rule over the few values of the histories.
    fn all_keys(&mut self, rule: usize) -> Vec<Box<[Word]>> {
        let types = self.programs.rules[rule].key_types.clone();
        let mut keys: Vec<Vec<Word>> = vec![vec![]];
        for ty in &types {
            let values: Vec<Value> = match ty {
                Type::Node => ["x", "y"].map(Value::from).into(),
                _ => (0..4).map(Value::Int).collect(),
            };
            let words: Vec<Word> =
                values.iter().map(|value| self.symbols.word(value, ty).unwrap()).collect();
            keys = keys
                .iter()
                .flat_map(|key| words.iter().map(|word| [key.as_slice(), &[*word]].concat()))
                .collect();
        }
        keys.into_iter().map(Vec::into_boxed_slice).collect()
    }

    fn lingers(&self, rule: usize) -> bool {
        matches!(self.programs.rules[rule].head, Head::Row { linger, .. } if linger > 0)
    }

    /// Everything the engine holds on to.
    fn leftovers(&self) -> Vec<String> {
        let mut left = Vec::new();
        for (relation, rows) in self.relations.iter().enumerate() {
            if rows.len() > 0 {
                left.push(format!("{} rows of {relation}", rows.len()));
            }
        }
        for (rule, keys) in self.keys.iter().enumerate() {
            if keys.iter().count() > 0 {
                left.push(format!("keys of {}", self.programs.rules[rule].path));
            }
        }
        if !self.cursors.is_empty() {
            left.push("cursors".into());
        }
        if !self.timers.is_empty() || !self.sweeps.is_empty() || !self.claims.is_empty() {
            left.push("timers, sweeps or claims".into());
        }
        if self.entities.iter().any(|of| !of.is_empty(self.timeline.clock())) {
            left.push("removals".into());
        }
        left
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// The routes and timers find every key whose truth changes: at any instant, what stands is what
    /// thinking about every key from scratch concludes.
    #[test]
    fn what_stands_is_what_thinking_from_scratch_concludes(steps in history::history()) {
        let mut world = World::blind(PROGRAM);
        let inputs = inputs(&mut world, &steps);
        inputs.into_iter().for_each(|input| world.feed(input));
        for half in 0..END * 3 {
            let engine = &mut world.engine;
            engine.advance(time(0) + half * support::S / 2);
            for rule in 0..engine.programs.rules.len() {
                if engine.lingers(rule) {
                    continue;
                }
                for key in engine.all_keys(rule) {
                    let (should, does) = (engine.should_stand(rule, &key), engine.stands(rule, &key));
                    prop_assert_eq!(should, does, "{} {:?} at {}s", engine.programs.rules[rule].path, key, half as f64 / 2.0);
                }
            }
        }
    }

    /// When every row is gone and every window over, nothing is left.
    #[test]
    fn retraction_to_empty_leaves_nothing(steps in history::history()) {
        let mut world = World::blind(PROGRAM);
        let inputs = inputs(&mut world, &steps);
        inputs.into_iter().for_each(|input| world.feed(input));
        world.advance(END);
        for source in 0..3 {
            for node in ["x", "y"] {
                world.remove_of(source, END + 1, &format!("E {node}"));
                for n in 0..3 {
                    world.remove_of(source, END + 1, &format!("P {node} {n}"));
                }
            }
        }
        world.advance(END + 2);
        world.advance(100_000);
        prop_assert_eq!(world.engine.leftovers(), Vec::<String>::new());
    }
}

/// What can complete or spoil nothing is kept, and nobody thinks about it.
#[test]
fn an_event_without_a_partner_is_not_thought_about() {
    let rules = "event A { node: node }\nevent B { node: node }\nevent C { node: node }\n\
        finding f(node) { severity info keep 9s \
        when { A { node } then B { node } within 9s without C { node } } title \"{node}\" }";
    let mut world = World::new(rules);
    for (at, row) in [(0, "B x"), (1, "A x"), (2, "C x"), (3, "B y"), (4, "A y"), (5, "C y")] {
        world.row(at, row);
        world.advance(at);
        // To think about a key with events would move its cursor.
        assert!(world.engine.cursors.is_empty(), "{row}");
    }
    world.row(6, "B x");
    world.advance(6);
    assert!(!world.engine.cursors.is_empty());
}

/// Nobody reads the relation, and still what two rules conclude is one row.
#[test]
fn what_is_concluded_twice_stands_once() {
    let mut world = World::blind(
        "event E { v: int }\nevent F { v: int }\n\
         derive D { v: int } when { E { v } }\nderive D { v: int } when { F { v } }\n",
    );
    world.row(0, "E 1");
    world.row(0, "F 1");
    world.advance(1);
    let relation = world.pack.relation("t.D").unwrap().index();
    assert_eq!(world.engine.relations[relation].len(), 1);
}

/// The histories reach what the properties speak of.
#[test]
fn histories_open_every_finding_in_both_verdicts() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeSet<(String, Verdict)> = BTreeSet::new();
    for _ in 0..300 {
        let steps = history::history().new_tree(&mut runner).unwrap().current();
        let mut world = World::blind(PROGRAM);
        let inputs = inputs(&mut world, &steps);
        inputs.into_iter().for_each(|input| world.feed(input));
        world.advance(2 * END);
        seen.extend(world.engine.drain().into_iter().map(|of| (of.rule.to_string(), of.verdict)));
    }
    let rules = world_findings();
    // Two rest on an absence that only a lossy relation vouches for.
    let weak = ["t.follows", "t.many"];
    let sure: BTreeSet<&str> =
        rules.iter().map(String::as_str).filter(|rule| !weak.contains(rule)).collect();
    let confirmed: BTreeSet<&str> = seen
        .iter()
        .filter(|(_, verdict)| *verdict == Verdict::Confirmed)
        .map(|(rule, _)| rule.as_str())
        .collect();
    assert_eq!(confirmed, sure);
    let suspected = seen.iter().filter(|(_, verdict)| *verdict == Verdict::Suspected);
    assert!(suspected.count() >= 8, "{seen:?}");
}

fn world_findings() -> Vec<String> {
    let world = World::blind(PROGRAM);
    let rules = world.pack.rules.iter();
    rules
        .filter(|rule| matches!(rule.head, etio_plan::Head::Finding(_)))
        .map(|rule| rule.path.clone())
        .collect()
}
