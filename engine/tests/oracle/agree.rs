//! One case: a program, a history, and ways to tell it; and whether engine and oracle agree on it.

use std::{collections::BTreeMap, sync::Arc};

use etio_dsl::SourceFile;
use etio_engine::{Change, Engine, Episode, Limits, Options, Standing, Transition, Verdict};
use etio_plan::{Head, Input, Pack, ParamId, Rule, SlotType, SourceId, Type, Value};
use proptest::prelude::*;

use super::{
    Event, Told,
    histories::{self, History, S, What, ZERO},
    programs::{Width, program},
    spelled,
    story::{Shown, Story},
    tell,
};

/// Histories are told until no window is left.
const UNTIL: i64 = 50;

/// A program and a history.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    program: String,
    history: History,
    /// What parameters have instead of their defaults.
    params: Option<i64>,
    /// The unnamed node may be any of several.
    unnamed: bool,
    /// So much work may a rule do; the oracle knows no limits.
    work: Option<u64>,
    /// Further stops of the clock.
    stops: Vec<i64>,
    /// The second at which the story ends.
    until: i64,
}

pub(crate) fn case() -> impl Strategy<Value = Case> {
    let program = prop_oneof![1 => program(Width::Events), 3 => program(Width::All)];
    let history = any::<bool>().prop_flat_map(histories::history);
    let params = prop::option::weighted(0.3, 1..5i64);
    let work = prop::option::weighted(0.1, 0..60u64);
    let stops = prop::collection::vec(-5..UNTIL, 0..5);
    let unnamed = prop::bool::weighted(0.3);
    let until = prop_oneof![2 => Just(UNTIL), 1 => 6..20i64];
    (program, history, params, (unnamed, until), work, stops).prop_map(
        |(program, history, params, (unnamed, until), work, stops)| {
            let stops = stops.into_iter().map(|stop| history.time(stop)).collect();
            Case { program, history, params, unnamed, work, stops, until }
        },
    )
}

/// How a history is told.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    /// In order, each once.
    Plain,
    /// Each turn backwards and then again, the clock stopping more often.
    Otherwise,
    /// Written down and restored at each stop, and with forks that hear something else.
    Interrupted,
}

/// What an engine has told in the end.
#[derive(PartialEq)]
struct Account {
    transitions: Vec<Transition>,
    /// What changed before the engine had said that anything would.
    unforeseen: Vec<Transition>,
    late: BTreeMap<SourceId, u64>,
    episodes: Vec<Episode>,
    /// Of each finding, how it stands for the keys that there may be.
    standings: Vec<BTreeMap<String, Standing>>,
    snapshot: Vec<u8>,
}

/// Whether the engine tells what the oracle tells, in whichever way it hears it.
pub(crate) fn agree(case: &Case) -> Result<(), String> {
    let pack = compile(&case.program)?;
    let mut inputs = histories::inputs(&pack, &case.history);
    inputs.retain(|(turn, _)| *turn < case.ends().len());
    let plain = case.account(&pack, &inputs, Way::Plain);
    for (way, name) in [(Way::Otherwise, "otherwise told"), (Way::Interrupted, "interrupted")] {
        let other = case.account(&pack, &inputs, way);
        if other != plain {
            let difference = plain.difference(&pack, &other);
            return Err(format!("{name}: {difference}\n{case}"));
        }
    }
    if case.work.is_none() {
        let told: Vec<Told> = inputs.into_iter().map(|(_, told)| told).collect();
        let Story { log, late, shown, reached } =
            tell(&pack, &case.values(&pack), &told, case.unnamed, case.time(case.until));
        let (oracle, engine) = (lines(&pack, &log), lines(&pack, &plain.events(&pack)));
        if engine != oracle {
            return Err(format!("the engine tells {engine:#?}\nthe oracle {oracle:#?}\n{case}"));
        }
        let seen = plain.shown(&pack);
        if seen != shown {
            return Err(format!("the engine shows {seen:#?}\nthe oracle {shown:#?}\n{case}"));
        }
        for (rule, (reached, standings)) in reached.iter().zip(&plain.standings).enumerate() {
            for (key, standing) in standings {
                let path = &pack.rules[rule].path;
                let open = |of: &Shown| (&of.of.0, &of.of.1, of.closed) == (path, key, None);
                let right = match standing {
                    Standing::Holds => shown.iter().any(open),
                    Standing::Fails => !reached.contains(key),
                    Standing::RuledOut | Standing::NotPinned => {
                        reached.contains(key) && !shown.iter().any(open)
                    }
                };
                if !right {
                    return Err(format!("{path}({key}) {standing:?}, but {shown:#?}\n{case}"));
                }
            }
        }
        if plain.late != late {
            return Err(format!("late are {:?}, not {late:?}\n{case}", plain.late));
        }
    }
    Ok(())
}

fn compile(program: &str) -> Result<Arc<Pack>, String> {
    let file = SourceFile { path: "t.etio".into(), module: "t".into(), text: program.into() };
    let compiled = etio_dsl::compile(&[file]);
    let errors = compiled.diagnostics.iter().filter(|of| of.is_error()).map(|of| &of.message);
    let errors: Vec<_> = errors.collect();
    compiled.pack.map(Arc::new).ok_or_else(|| format!("{errors:?} in {program}"))
}

impl Case {
    /// A second of its history as an instant.
    pub(crate) fn time(&self, second: i64) -> i64 {
        self.history.time(second)
    }

    /// An engine that has been told what is neither late nor of a snapshot, and what that is.
    pub(crate) fn told_at_once(&self) -> (Arc<Pack>, Vec<Input>, Engine) {
        let pack = compile(&self.program).unwrap();
        let mut history = self.history.clone();
        history.steps.retain(|step| !matches!(step.what, What::First(..) | What::All(..)));
        let inputs = histories::inputs(&pack, &history);
        let inputs: Vec<Input> = inputs.into_iter().map(|(_, told)| told.input).collect();
        let options = Options { unnamed_ambiguous: self.unnamed, ..Options::default() };
        let mut engine = Engine::new(pack.clone(), options).unwrap();
        inputs.iter().for_each(|input| engine.insert(input.clone()).unwrap());
        (pack, inputs, engine)
    }

    /// Where the clock stops, at last at the end of the story.
    fn ends(&self) -> Vec<i64> {
        let until = self.time(self.until);
        let before = self.history.stops.iter().copied().take_while(|stop| *stop < until);
        before.chain([until]).collect()
    }

    /// The values of the parameters.
    fn values(&self, pack: &Pack) -> Vec<Value> {
        let value = |param: &etio_plan::Param| match (self.params, &param.ty) {
            (Some(n), Type::Duration) => Value::Duration(n * S),
            (Some(n), _) => Value::Int(n),
            (None, _) => param.default.clone(),
        };
        pack.params.iter().map(value).collect()
    }

    fn options(&self, pack: &Pack, seed: u64) -> Options {
        let set = (0..).map(ParamId).zip(self.values(pack));
        let limits = Limits { work: self.work.unwrap_or(1 << 20), ..Limits::default() };
        Options { params: set.collect(), seed, limits, unnamed_ambiguous: self.unnamed }
    }

    fn account(&self, pack: &Arc<Pack>, inputs: &[(usize, Told)], way: Way) -> Account {
        let mut engine = Engine::new(pack.clone(), self.options(pack, way as u64)).unwrap();
        let mut clock = i64::MIN;
        let (mut transitions, mut unforeseen) = (vec![], vec![]);
        for (turn, end) in self.ends().into_iter().enumerate() {
            let now: Vec<&Told> =
                inputs.iter().filter(|(of, _)| *of == turn).map(|(_, told)| told).collect();
            now.iter().for_each(|told| engine.insert(told.input.clone()).unwrap());
            if way == Way::Otherwise {
                // What is late once is late again.
                let again = now.iter().rev().filter(|told| !told.is_late(pack));
                again.for_each(|told| engine.insert(told.input.clone()).unwrap());
            }
            let between = |stop: &&i64| way != Way::Plain && clock < **stop && **stop < end;
            let mut stops: Vec<i64> = self.stops.iter().filter(between).copied().collect();
            stops.sort_unstable();
            for stop in stops.into_iter().chain([end]) {
                let due = engine.next_deadline().unwrap_or(i64::MAX);
                engine.advance(stop);
                if way == Way::Otherwise {
                    let told = engine.drain();
                    unforeseen.extend(told.iter().filter(|of| of.time < due).cloned());
                    transitions.extend(told);
                }
                if way == Way::Interrupted {
                    engine = self.interrupt(pack, engine, now.first().copied());
                }
            }
            clock = end;
        }
        transitions.extend(engine.drain());
        Account {
            transitions,
            unforeseen,
            late: engine.late().iter().map(|late| (late.source, late.events)).collect(),
            episodes: engine.episodes(),
            standings: pack.rules.iter().enumerate().map(|of| standings(&mut engine, of)).collect(),
            snapshot: engine.snapshot(),
        }
    }

    /// Goes on from a snapshot, after a fork has heard something and gone on.
    fn interrupt(&self, pack: &Arc<Pack>, engine: Engine, told: Option<&Told>) -> Engine {
        let mut fork = engine.fork();
        if let Some(told) = told {
            fork.insert(told.input.clone()).unwrap();
        }
        fork.advance(self.time(UNTIL) + S);
        fork.drain();
        let bytes = engine.snapshot();
        Engine::restore(pack.clone(), self.options(pack, bytes.len() as u64), &bytes).unwrap()
    }
}

impl std::fmt::Display for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "of {}", self.program)?;
        let stops: Vec<f64> = self.history.stops.iter().map(|stop| second(*stop)).collect();
        let Self { params, work, unnamed, until, history: History { long, .. }, .. } = self;
        write!(f, "params {params:?}, work {work:?}, unnamed {unnamed}, long {long}")?;
        writeln!(f, ", until {until}s, stops {stops:?}")?;
        for step in &self.history.steps {
            writeln!(f, "{}s source {} turn {} {:?}", step.at, step.source, step.turn, step.what)?;
        }
        Ok(())
    }
}

impl Account {
    fn events(&self, pack: &Pack) -> Vec<Event> {
        let mut names = BTreeMap::new();
        for of in &self.transitions {
            names.insert(of.id, (of.rule.to_string(), key(of)));
        }
        let event = |of: &Transition| Event {
            time: of.time,
            rule: pack.rules.iter().position(|rule| *rule.path == *of.rule).unwrap(),
            key: key(of),
            change: match of.change {
                Change::Opened => "opened",
                Change::Updated => "updated",
                Change::Resolved => "resolved",
                Change::Lapsed => "lapsed",
            },
            confirmed: of.verdict == Verdict::Confirmed,
            needs: of.needs.iter().map(|need| need.relation.clone()).collect(),
            causes: of
                .explained_by
                .iter()
                .map(|(id, opened)| {
                    let (rule, key) = names[id].clone();
                    (rule, key, *opened)
                })
                .collect(),
        };
        let mut events: Vec<Event> = self.transitions.iter().map(event).collect();
        events.sort();
        events
    }

    /// What people see.
    fn shown(&self, pack: &Pack) -> Vec<Shown> {
        let fact = |of: &etio_engine::Evidence| {
            let first = of.origins[0];
            let place = (histories::name(first.source.0).to_string(), first.at, first.part);
            (pack.relation(&of.relation).unwrap(), place)
        };
        let shown = |of: &Episode| {
            let key: Vec<Value> = of.key.iter().map(|(_, value)| value.clone()).collect();
            Shown {
                of: (of.path.clone(), spelled(&key), of.opened),
                closed: of.closed,
                texts: [&of.title, &of.because, &of.remedy].map(String::clone),
                root: of.root,
                facts: of.evidence.iter().map(fact).collect(),
            }
        };
        let mut all: Vec<Shown> = self.episodes.iter().map(shown).collect();
        all.sort();
        all
    }

    fn difference(&self, pack: &Pack, other: &Self) -> String {
        if self.transitions != other.transitions {
            let [one, two] = [self, other].map(|of| lines(pack, &of.events(pack)));
            return format!("told {two:#?}\ninstead of {one:#?}");
        }
        if !other.unforeseen.is_empty() {
            return format!("nobody was told to expect {:#?}", other.unforeseen);
        }
        if self.episodes != other.episodes {
            return format!("episodes {:#?}\ninstead of {:#?}", other.episodes, self.episodes);
        }
        if self.standings != other.standings {
            return format!("{:#?}\ninstead of {:#?}", other.standings, self.standings);
        }
        if self.late != other.late {
            return format!("late {:?} instead of {:?}", other.late, self.late);
        }
        "another snapshot".into()
    }
}

/// How a finding stands for each key that there may be.
fn standings(engine: &mut Engine, (at, rule): (usize, &Rule)) -> BTreeMap<String, Standing> {
    if matches!(rule.head, Head::Derived { .. }) {
        return BTreeMap::new();
    }
    let mut keys: Vec<Vec<Value>> = vec![vec![]];
    for slot in &rule.key {
        let values: Vec<Value> = match rule.slots[slot.index()].ty {
            SlotType::Scalar(Type::Int) => (0..3).map(Value::Int).collect(),
            _ => ["x", "y", "(unnamed)"].map(Value::from).into(),
        };
        let longer = |key: &Vec<Value>| {
            let one = |value: &Value| key.iter().chain([value]).cloned().collect();
            values.iter().map(one).collect::<Vec<_>>()
        };
        keys = keys.iter().flat_map(longer).collect();
    }
    let why = |key: Vec<Value>| (spelled(&key), engine.why_not(at, &key).unwrap().standing);
    keys.into_iter().map(why).collect()
}

fn key(of: &Transition) -> String {
    let values: Vec<Value> = of.key.iter().map(|(_, value)| value.clone()).collect();
    spelled(&values)
}

fn second(time: i64) -> f64 {
    (time - ZERO) as f64 / S as f64
}

fn lines(pack: &Pack, events: &[Event]) -> Vec<String> {
    let line = |of: &Event| {
        let causes: Vec<String> = of
            .causes
            .iter()
            .map(|(rule, key, opened)| format!("{rule}({key})@{}", second(*opened)))
            .collect();
        format!(
            "{}s {} {}({}) {} needs {:?} by {causes:?}",
            second(of.time),
            of.change,
            pack.rules[of.rule].path,
            of.key,
            if of.confirmed { "confirmed" } else { "suspected" },
            of.needs,
        )
    };
    events.iter().map(line).collect()
}
