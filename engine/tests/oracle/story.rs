//! What happens: the differences between one instant and the next (M1.4, M4.1, M4.2).

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use etio_plan::{Expr, Head, Input, Pack, Rule, SourceId, Value};

use super::{
    Doubt, FactId, NODE, Past, Row, World,
    coverage::{Asked, Seen},
    facts::{self, Sources, Told},
    facts_of,
    solve::{Binding, Missed, Solver},
    texts::{Texts, read, texts},
    verdict::{self, Conclusion, concludes},
};

/// One entry of the log.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Event {
    pub(crate) time: i64,
    pub(crate) rule: usize,
    pub(crate) key: String,
    pub(crate) change: &'static str,
    pub(crate) confirmed: bool,
    pub(crate) needs: Vec<String>,
    pub(crate) causes: BTreeSet<Instance>,
}

/// An episode: a finding's name, its key, when it opened.
pub(crate) type Instance = (String, String, i64);

/// A row of a derived relation that stands.
#[derive(Clone)]
struct Standing {
    values: Vec<Value>,
    /// Its time (M7.10).
    since: i64,
    doubt: Doubt,
    first: Option<Rc<Row>>,
    facts: BTreeSet<FactId>,
    past: Past,
    /// Since when it is only tolerated, and whether its end was seen.
    gap: Option<(i64, bool)>,
}

#[derive(Clone)]
struct Open {
    conclusion: Conclusion,
    texts: Texts,
    opened: i64,
    /// Since when it holds is not known (M5.2).
    unproven: bool,
    /// The earliest fact behind it when it opened.
    first: Option<Rc<Row>>,
    causes: BTreeSet<Instance>,
}

/// What stood at the last instant: of each relation, and of each rule.
struct State {
    derived: Vec<Vec<Standing>>,
    open: Vec<Vec<Open>>,
    /// What is over: of which rule, and when it ended.
    over: Vec<(usize, Open, i64)>,
    /// Whether each episode was confirmed when it was last open.
    confirmed: BTreeMap<Instance, bool>,
}

/// An episode as people see it in the end.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Shown {
    pub(crate) of: Instance,
    pub(crate) closed: Option<i64>,
    /// Title, because and remedy.
    pub(crate) texts: [String; 3],
    /// Whether no cause stands above it (M4.3).
    pub(crate) root: bool,
    pub(crate) facts: BTreeSet<FactId>,
}

/// All that is told of a history.
pub(crate) struct Story {
    pub(crate) log: Vec<Event>,
    /// How many events of each source came too late.
    pub(crate) late: BTreeMap<SourceId, u64>,
    pub(crate) shown: Vec<Shown>,
    /// Of each finding the keys for which its conditions hold then ([`verdict::reached`]).
    pub(crate) reached: Vec<BTreeSet<String>>,
}

/// What is so at an instant.
struct Thought<'a> {
    world: World<'a>,
    derived: Vec<Vec<Standing>>,
    found: Vec<Vec<Conclusion>>,
}

/// The whole story up to an instant.
pub(crate) fn tell(
    pack: &Pack,
    params: &[Value],
    inputs: &[Told],
    unnamed: bool,
    until: i64,
) -> Story {
    let teller = Teller { pack, inputs, sources: Sources::of(inputs), params, unnamed };
    let mut state = State {
        derived: pack.relations.iter().map(|_| vec![]).collect(),
        open: pack.rules.iter().map(|_| vec![]).collect(),
        over: Vec::new(),
        confirmed: BTreeMap::new(),
    };
    let mut log = Vec::new();
    for instant in instants(pack, params, inputs, until) {
        teller.pass(&mut state, instant, &mut log);
    }
    let mut late: BTreeMap<SourceId, u64> = BTreeMap::new();
    for told in inputs.iter().filter(|told| told.is_late(pack)) {
        if let Input::Fact(fact) = &told.input {
            *late.entry(fact.origin.source).or_default() += 1;
        }
    }
    let mut shown = Vec::new();
    for (rule, open) in pack.rules.iter().zip(&state.open) {
        shown.extend(open.iter().map(|of| of.shown(rule, &state.confirmed, (None, until))));
    }
    shown.extend(state.over.iter().map(|(rule, of, closed)| {
        of.shown(&pack.rules[*rule], &state.confirmed, (Some(*closed), *closed))
    }));
    shown.sort();
    let world = teller.think(until, until, &state, None).world;
    let reached = |rule: &Rule| match rule.head {
        Head::Finding(_) => verdict::reached(&world, rule, params),
        Head::Derived { .. } => BTreeSet::new(),
    };
    let reached = pack.rules.iter().map(reached).collect();
    Story { log, late, shown, reached }
}

/// Every instant at which something could change, and more.
fn instants(pack: &Pack, params: &[Value], inputs: &[Told], until: i64) -> Vec<i64> {
    let mut lengths: BTreeSet<i64> = [0].into();
    for rule in &pack.rules {
        lengths.insert(rule.keep);
    }
    // All durations a program says anywhere, read off its printed form.
    let text = format!("{:?}", pack.rules);
    for part in text.split("Duration(").skip(1) {
        lengths.extend(part.split(')').next().and_then(|n| n.parse::<i64>().ok()));
    }
    lengths.extend(params.iter().filter_map(|value| match value {
        Value::Duration(d) => Some(*d),
        _ => None,
    }));
    let mut times: BTreeSet<i64> = BTreeSet::new();
    for told in inputs {
        let input = &told.input;
        let mut fact = |fact: &etio_plan::Fact| {
            times.insert(fact.time);
            times.extend(fact.assumed_from);
            times.extend(fact.values.iter().filter_map(|value| match value {
                Value::Time(time) => Some(*time),
                _ => None,
            }));
        };
        match input {
            Input::Fact(of) | Input::Remove(of) => fact(of),
            Input::Snapshot { time, rows, .. } => {
                rows.iter().for_each(&mut fact);
                times.insert(*time);
            }
            Input::Covered { from, .. } | Input::Silent { from, .. } => {
                times.extend([*from, from.saturating_add(1)]);
            }
            Input::Gap { from, to, .. } => times.extend([*from, *to]),
            Input::Source { .. } => continue,
        }
        times.extend([told.begins(), told.effect()]);
    }
    let effects = inputs.iter().filter(|told| !matches!(told.input, Input::Source { .. }));
    let first = effects.map(Told::begins).min().unwrap_or(until);
    for _ in 0..3 {
        let sums = times.iter().flat_map(|time| lengths.iter().map(|d| time.saturating_add(*d)));
        times = sums.filter(|time| *time <= until).collect();
    }
    let around =
        times.iter().flat_map(|time| [time.saturating_sub(1), *time, time.saturating_add(1)]);
    around
        .filter(|time| (first..=until).contains(time))
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
}

struct Teller<'a> {
    pack: &'a Pack,
    inputs: &'a [Told],
    sources: Sources,
    params: &'a [Value],
    unnamed: bool,
}

impl<'a> Teller<'a> {
    /// What is so, where windows read `now` and inputs have been told up to `told`. With what is
    /// `truly` so: what would be so had no window run out. A conclusion that has come true since is
    /// a fact like any other; one that is gone is gone unless it would itself still be so.
    fn think(
        &self,
        now: i64,
        told: i64,
        state: &State,
        truly: Option<&Thought<'_>>,
    ) -> Thought<'a> {
        let mut rows = facts::events(self.pack, &self.sources, self.inputs, told);
        let versions = facts::versions(self.pack, &self.sources, self.inputs, told);
        for (at, versions) in versions.iter().enumerate() {
            let stand = versions.iter().filter(|version| version.to == i64::MAX);
            rows[at].extend(stand.map(|version| version.row.clone()));
            rows[at].sort_by(|a, b| a.order().cmp(&b.order()));
        }
        let (pack, inputs, sources) = (self.pack, self.inputs, self.sources.clone());
        let (params, unnamed) = (self.params, self.unnamed);
        let world = World { pack, params, inputs, unnamed, now, told, sources, rows, versions };
        let derived = pack.relations.iter().map(|_| vec![]).collect();
        let mut thought = Thought { world, derived, found: vec![] };
        for (at, rule) in pack.rules.iter().enumerate() {
            let relation = concludes(rule).index();
            let mut found = vec![];
            match &rule.head {
                Head::Derived { linger, .. } => {
                    self.derive(&mut thought, rule, linger.as_ref(), state);
                    // What is concluded has no place in a source: its values order it.
                    thought.derived[relation].sort_by_key(|of| (of.since, by_value(&of.values)));
                    thought.world.rows[relation] = thought.derived[relation]
                        .iter()
                        .enumerate()
                        .map(|(nth, of)| of.row(rule, nth))
                        .collect();
                }
                Head::Finding(_) => {
                    found = verdict::findings(&thought.world, rule, self.params);
                    let row = |of: &Conclusion| {
                        let open = state.open[at].iter().find(|open| open.conclusion.key == of.key);
                        let opened = open.map_or(told, |open| open.opened);
                        let mut past = verdict::past(&of.shown.rows, told);
                        past.unproven = open.map_or(past.unproven, |open| open.unproven);
                        let doubt = Doubt {
                            suspect: !of.confirmed,
                            needs: of.needs.clone(),
                            ..Doubt::default()
                        };
                        Row {
                            relation: concludes(rule),
                            values: of.key.clone(),
                            time: opened,
                            since: opened,
                            place: (String::new(), 0, 0),
                            resolution: 1,
                            facts: facts_of(&of.shown.rows),
                            doubt,
                            first: open.map_or_else(|| of.shown.first(), |open| open.first.clone()),
                            past,
                        }
                    };
                    let mut rows: Vec<Row> = found.iter().map(row).collect();
                    rows.sort_by_key(|of| (of.time, by_value(&of.values)));
                    (0..).zip(&mut rows).for_each(|(nth, row)| row.place.1 = nth);
                    thought.world.rows[relation] = rows.into_iter().map(Rc::new).collect();
                }
            }
            if let Some(truly) = truly {
                let real = &truly.world.rows[relation];
                let rows = &mut thought.world.rows[relation];
                rows.retain(|row| {
                    let stood = state.derived[relation].iter().any(|of| of.values == row.values)
                        || state.open[at].iter().any(|of| of.conclusion.key == row.values);
                    stood && real.iter().all(|of| of.values != row.values)
                });
                rows.extend(real.iter().cloned());
            }
            thought.found.push(found);
        }
        thought
    }

    fn derive(&self, thought: &mut Thought<'_>, rule: &Rule, linger: Option<&Expr>, state: &State) {
        let relation = concludes(rule).index();
        let (now, told) = (thought.world.now, thought.world.told);
        let before = &state.derived[relation];
        for new in verdict::derived(&thought.world, rule, self.params) {
            let stood = before.iter().find(|of| of.values == new.values);
            let mut standing = Standing {
                values: new.values,
                since: new.since.unwrap_or(told),
                doubt: new.doubt,
                first: new.first,
                facts: new.facts,
                past: new.past,
                gap: None,
            };
            if let Some(stood) = stood {
                standing.first = stood.first.clone();
                // What was only assumed until now is observed now.
                if !stood.past.assumed || standing.past.assumed {
                    standing.since = stood.since;
                    standing.past.unproven = stood.past.unproven;
                }
            }
            match thought.derived[relation].iter_mut().find(|of| of.values == standing.values) {
                Some(other) => {
                    let since = other.since.min(standing.since);
                    let blemish = |of: &Standing| verdict::Derived::blemish(of.past, &of.doubt);
                    if blemish(&standing) < blemish(other) {
                        *other = standing;
                    }
                    other.since = since;
                }
                None => thought.derived[relation].push(standing),
            }
        }
        let Some(linger) = linger else { return };
        let solver = Solver { world: &thought.world, rule, params: self.params };
        let Value::Duration(gap) = solver.value(&Binding::new(rule), linger) else { return };
        for stood in before {
            if thought.derived[relation].iter().any(|of| of.values == stood.values) {
                continue;
            }
            let (start, seen) = stood.gap.unwrap_or((told, false));
            // When the clock stands still, what only tolerance holds up has ended where it was seen to.
            let stands = if now < told { !seen || told < start + gap } else { now < start + gap };
            if stands {
                thought.derived[relation]
                    .push(Standing { gap: Some((start, seen)), ..stood.clone() });
            }
        }
    }

    fn pass(&self, state: &mut State, instant: i64, log: &mut Vec<Event>) {
        let mut thought = self.think(instant, instant, state, None);
        // What would be so had no window run out; mostly nobody asks.
        let found = &thought.found;
        let ended = |(at, open): (usize, &Vec<Open>)| {
            let holds = |of: &Open| found[at].iter().any(|now| now.key == of.conclusion.key);
            !open.iter().all(holds)
        };
        let begins = |of: &Standing| matches!(of.gap, Some((start, _)) if start == instant);
        let asked = state.open.iter().enumerate().any(ended)
            || thought.derived.iter().flatten().any(begins);
        let still = asked.then(|| self.think(instant - 1, instant, state, Some(&thought)));
        if let Some(still) = &still {
            for (rows, still) in thought.derived.iter_mut().zip(&still.derived) {
                for row in rows.iter_mut().filter(|of| begins(of)) {
                    let stands = still.iter().any(|of| of.values == row.values && of.gap.is_none());
                    row.gap = Some((instant, !stands));
                }
            }
        }
        let mut changes: Vec<Event> = Vec::new();
        let mut open: Vec<Vec<Open>> = Vec::new();
        for (at, found) in thought.found.iter().enumerate() {
            let mut now_open = Vec::new();
            let rule = &self.pack.rules[at];
            let solver = Solver { world: &thought.world, rule, params: self.params };
            for conclusion in found {
                // What texts ask comes after all that is concluded, like edges.
                let texts = texts(&solver, conclusion);
                let before = state.open[at].iter().find(|of| of.conclusion.key == conclusion.key);
                now_open.push(match before {
                    Some(before) => {
                        Open { conclusion: conclusion.clone(), texts, ..before.clone() }
                    }
                    None => Open {
                        conclusion: conclusion.clone(),
                        texts,
                        opened: instant,
                        unproven: verdict::past(&conclusion.shown.rows, instant).unproven,
                        first: conclusion.shown.first(),
                        causes: BTreeSet::new(),
                    },
                });
            }
            for before in &state.open[at] {
                let key = &before.conclusion.key;
                if now_open.iter().any(|of| of.conclusion.key == *key) {
                    continue;
                }
                state.over.push((at, before.clone(), instant));
                let stands = still
                    .as_ref()
                    .is_some_and(|still| still.found[at].iter().any(|of| of.key == *key));
                changes.push(self.event(
                    instant,
                    at,
                    before,
                    if stands { "lapsed" } else { "resolved" },
                ));
            }
            open.push(now_open);
        }
        self.link(&thought.world, &mut open);
        for (at, now_open) in open.iter().enumerate() {
            for of in now_open {
                let before =
                    state.open[at].iter().find(|old| old.conclusion.key == of.conclusion.key);
                let change = match before {
                    None => "opened",
                    Some(old)
                        if old.conclusion.confirmed != of.conclusion.confirmed
                            || old.conclusion.needs != of.conclusion.needs
                            || old.causes != of.causes =>
                    {
                        "updated"
                    }
                    Some(_) => continue,
                };
                changes.push(self.event(instant, at, of, change));
            }
        }
        changes.sort();
        log.extend(changes);
        for (rule, open) in self.pack.rules.iter().zip(&open) {
            let verdict = |of: &Open| (of.instance(rule), of.conclusion.confirmed);
            state.confirmed.extend(open.iter().map(verdict));
        }
        (state.derived, state.open) = (thought.derived, open);
    }

    fn event(&self, time: i64, rule: usize, of: &Open, change: &'static str) -> Event {
        let name = |relation: &etio_plan::RelId| match *relation {
            NODE => "node".to_string(),
            relation => self.pack.relations[relation.index()].path.clone(),
        };
        Event {
            time,
            rule,
            key: spelled(&of.conclusion.key),
            change,
            confirmed: of.conclusion.confirmed,
            needs: of
                .conclusion
                .needs
                .iter()
                .map(name)
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
            causes: of.causes.clone(),
        }
    }

    /// Edges from causes to symptoms that are open together (M4.2).
    fn link(&self, world: &World<'_>, open: &mut [Vec<Open>]) {
        for at in 0..open.len() {
            let rule = &self.pack.rules[at];
            let Head::Finding(finding) = &rule.head else { continue };
            for cause in open[at].clone() {
                let instance = cause.instance(rule);
                let Some(first) = &cause.first else { continue };
                // That it holds is not asked again; what the edge asks must be sure.
                let shown = &cause.conclusion.shown;
                let shown = Binding { doubt: Doubt::default(), ..shown.clone() };
                for explains in &finding.explains {
                    let solver = Solver { world, rule, params: self.params };
                    let ways = solver.solve(&explains.when, &shown, &mut Missed::default());
                    for (target, symptoms) in open.iter_mut().enumerate() {
                        if concludes(&self.pack.rules[target]) != explains.target {
                            continue;
                        }
                        for symptom in symptoms {
                            let fits = |way: &Binding| {
                                !way.doubt.is_open()
                                    && explains.key.iter().all(|(field, expr)| {
                                        symptom.conclusion.key[field.index()]
                                            == solver.value(way, expr)
                                    })
                            };
                            let early = first.time <= symptom.opened
                                || !reaches(world, first, symptom.opened);
                            if early && ways.iter().any(fits) {
                                symptom.causes.insert(instance.clone());
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Whether what tells of a row was told at an instant already.
fn reaches(world: &World<'_>, row: &Row, when: i64) -> bool {
    let known = row.values.iter().enumerate().filter(|(_, value)| !value.is_null());
    let known = known.map(|(at, value)| (etio_plan::FieldId(at as u16), value.clone())).collect();
    let asked = Asked { relation: row.relation, known, from: when, to: when };
    world.parts(&asked).iter().all(|(_, seen)| matches!(seen, Seen::Fully | Seen::Weakly))
}

impl Open {
    fn instance(&self, rule: &Rule) -> Instance {
        (rule.path.clone(), spelled(&self.conclusion.key), self.opened)
    }

    /// What people see of it at an instant.
    fn shown(
        &self,
        rule: &Rule,
        confirmed: &BTreeMap<Instance, bool>,
        (closed, now): (Option<i64>, i64),
    ) -> Shown {
        let Conclusion { beside, confirmed: sure, .. } = &self.conclusion;
        // What is only suspected makes no symptom of what is sure.
        let above = |cause: &Instance| confirmed[cause] || !sure;
        Shown {
            of: self.instance(rule),
            closed,
            texts: read(&self.texts, now),
            root: !self.causes.iter().any(above),
            facts: facts_of(&beside.rows),
        }
    }
}

impl Standing {
    fn row(&self, rule: &Rule, nth: usize) -> Rc<Row> {
        Rc::new(Row {
            relation: concludes(rule),
            values: self.values.clone(),
            time: self.since,
            since: self.since,
            place: (String::new(), nth as u64, 0),
            resolution: 1,
            doubt: self.doubt.clone(),
            first: self.first.clone(),
            facts: self.facts.clone(),
            past: self.past,
        })
    }
}

/// What orders rows by their values, absent ones first.
fn by_value(values: &[Value]) -> Vec<(bool, String)> {
    values.iter().map(|value| (!value.is_null(), format!("{value:?}"))).collect()
}

/// A key as text, to compare and to read.
pub(crate) fn spelled(key: &[Value]) -> String {
    let word = |value: &Value| match value {
        Value::Text(text) => text.clone(),
        Value::Int(n) => n.to_string(),
        other => format!("{other:?}"),
    };
    key.iter().map(word).collect::<Vec<_>>().join(" ")
}
