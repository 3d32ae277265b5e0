//! Events and entities as they stand by an instant (M1).

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use etio_plan::{Fact, Input, Kind, Origin, Pack, Relation, Scope, SourceId, Value};

use super::{Doubt, Past, Row};

/// For how long a removal is remembered.
const REMEMBERED: i64 = 3600 * 1_000_000_000;

/// An input, and where the clock stood when it was told.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) clock: i64,
    pub(crate) input: Input,
}

impl Told {
    /// When it takes effect: what comes too late at the next instant (M1.3, M3.1).
    pub(crate) fn effect(&self) -> i64 {
        let own = match &self.input {
            Input::Fact(fact) | Input::Remove(fact) => fact.time,
            Input::Snapshot { time, .. } => *time,
            Input::Covered { from, .. } | Input::Gap { from, .. } => *from,
            // It still says what happens at that instant.
            Input::Silent { from, .. } => from.saturating_add(1),
            Input::Source { .. } => i64::MIN,
        };
        self.not_before(own)
    }

    /// The first instant it may change anything at: a first snapshot's rows stand before it (M5.2).
    pub(crate) fn begins(&self) -> i64 {
        let facts = match &self.input {
            Input::Fact(fact) => std::slice::from_ref(fact),
            Input::Snapshot { rows, .. } => rows,
            _ => &[],
        };
        let assumed = facts.iter().filter_map(|fact| fact.assumed_from);
        assumed.map(|from| self.not_before(from)).fold(self.effect(), i64::min)
    }

    /// An instant that is still to come when it is told.
    fn not_before(&self, instant: i64) -> i64 {
        if self.clock == i64::MIN { instant } else { instant.max(self.clock.saturating_add(1)) }
    }

    /// Whether it is an event that came too late (M1.2); of what no rule reads nobody keeps count.
    pub(crate) fn is_late(&self, pack: &Pack) -> bool {
        matches!(&self.input, Input::Fact(fact) if is_event(pack, fact)
            && fact.time <= self.clock
            && pack.relations[fact.relation.index()].retention.is_some())
    }
}

fn is_event(pack: &Pack, fact: &Fact) -> bool {
    pack.relations[fact.relation.index()].kind == Kind::Event
}

/// The name and the resolution of each source.
#[derive(Clone, Default)]
pub(crate) struct Sources(BTreeMap<SourceId, (String, i64)>);

impl Sources {
    pub(crate) fn of(inputs: &[Told]) -> Self {
        let named = inputs.iter().filter_map(|told| match &told.input {
            Input::Source { source, name, resolution } => {
                Some((*source, (name.clone(), *resolution)))
            }
            _ => None,
        });
        Self(named.collect())
    }

    pub(crate) fn name(&self, source: SourceId) -> String {
        self.0.get(&source).map(|(name, _)| name.clone()).unwrap_or_default()
    }

    fn resolution(&self, source: SourceId) -> i64 {
        self.0.get(&source).map_or(1, |(_, resolution)| *resolution)
    }

    fn stamp(&self, fact: &Fact) -> Stamp {
        (fact.time, self.place(fact.origin))
    }

    fn place(&self, origin: Origin) -> (String, u64, u32) {
        (self.name(origin.source), origin.at, origin.part)
    }
}

/// A row of an entity, from when it was told until another took its place.
#[derive(Clone)]
pub(crate) struct Version {
    pub(crate) row: Rc<Row>,
    /// What sources said, without what is meant by silence.
    said: Vec<Value>,
    pub(crate) key: Vec<Value>,
    pub(crate) from: i64,
    pub(crate) to: i64,
}

fn row(sources: &Sources, relation: &Relation, fact: &Fact) -> Row {
    let mut values = fact.values.clone();
    values.resize(relation.fields.len(), Value::Null);
    Row {
        relation: fact.relation,
        values,
        time: fact.time,
        since: fact.time,
        place: sources.place(fact.origin),
        facts: [(fact.relation, sources.place(fact.origin))].into(),
        resolution: sources.resolution(fact.origin.source),
        doubt: Doubt::default(),
        first: None,
        past: Past { eventful: relation.kind == Kind::Event, ..Past::default() },
    }
}

/// All events up to an instant, in canonical order; what several sources told is one (M1.7).
pub(crate) fn events(
    pack: &Pack,
    sources: &Sources,
    inputs: &[Told],
    told: i64,
) -> Vec<Vec<Rc<Row>>> {
    let mut found: Vec<Vec<Row>> = pack.relations.iter().map(|_| Vec::new()).collect();
    for input in inputs {
        if let Input::Fact(fact) = &input.input
            && (input.clock < fact.time && fact.time <= told)
            && is_event(pack, fact)
        {
            let row = row(sources, &pack.relations[fact.relation.index()], fact);
            found[fact.relation.index()].push(row);
        }
    }
    found
        .into_iter()
        .map(|mut rows| {
            rows.sort_by(|a, b| a.order().cmp(&b.order()));
            rows.dedup_by(|a, b| a.place == b.place);
            paired(rows)
        })
        .collect()
}

/// Each row joins the first before it that is near enough and that its source has not told of yet.
fn paired(rows: Vec<Row>) -> Vec<Rc<Row>> {
    let mut kept: Vec<(Row, Vec<String>)> = Vec::new();
    for row in rows {
        let source = row.place.0.clone();
        let twin = kept.iter_mut().find(|(other, tellers)| {
            !tellers.contains(&source)
                && other.values == row.values
                && row.time - other.time <= row.resolution.max(other.resolution)
        });
        match twin {
            Some((_, tellers)) => tellers.push(source),
            None => kept.push((row, vec![source])),
        }
    }
    kept.into_iter().map(|(row, _)| Rc::new(row)).collect()
}

/// What is said of an entity, by whom and when.
enum Said<'a> {
    /// Of a snapshot yet to come: assumed to stand already (M5.2).
    Assumed(&'a Fact),
    /// Since when it says itself that it is so.
    Since(&'a Fact),
    Row(&'a Fact),
    Gone(&'a Fact),
    /// The rows a source has of a scope.
    All(SourceId, &'a Scope, i64, &'a [Fact]),
}

impl Said<'_> {
    const fn rank(&self) -> u8 {
        match self {
            Self::Gone(_) => 0,
            Self::Assumed(_) | Self::Since(_) => 1,
            Self::Row(_) => 2,
            Self::All(..) => 3,
        }
    }

    /// What orders snapshots of one instant and source: their scopes, then their rows.
    fn listed(&self) -> Option<Listed> {
        let Self::All(_, scope, _, rows) = self else { return None };
        let scope = scope.iter().map(|(field, value)| (field.0, format!("{value:?}")));
        let mut rows: Vec<_> =
            rows.iter().map(|fact| (fact.origin, format!("{:?}", fact.values))).collect();
        rows.sort();
        Some((scope.collect(), rows))
    }
}

/// A snapshot's scope and its rows by their places.
type Listed = (Vec<(u16, String)>, Vec<(Origin, String)>);

/// Since when a row says itself that it is so.
fn own_since(relation: &Relation, fact: &Fact) -> Option<i64> {
    match fact.values.get(relation.since?.index()) {
        Some(Value::Time(since)) => Some(*since),
        _ => None,
    }
}

/// The time and the place in a source by which one is newer than another.
type Stamp = (i64, (String, u64, u32));

/// Every row an entity relation had up to an instant (M1.3).
pub(crate) fn versions(
    pack: &Pack,
    sources: &Sources,
    inputs: &[Told],
    told: i64,
) -> Vec<Vec<Version>> {
    let of = |(at, relation): (usize, &Relation)| {
        if relation.kind != Kind::Entity {
            return vec![];
        }
        let mut said: Vec<(i64, Stamp, Said<'_>)> = Vec::new();
        for input in inputs {
            let mut facts: Vec<&Fact> = Vec::new();
            match &input.input {
                Input::Fact(fact) if fact.relation.index() == at => {
                    facts.push(fact);
                    said.push((input.effect(), sources.stamp(fact), Said::Row(fact)));
                }
                Input::Remove(fact) if fact.relation.index() == at => {
                    said.push((input.effect(), sources.stamp(fact), Said::Gone(fact)));
                }
                Input::Snapshot { source, relation, scope, time, rows }
                    if relation.index() == at =>
                {
                    facts.extend(rows);
                    let stamp = (*time, (sources.name(*source), 0, 0));
                    said.push((input.effect(), stamp, Said::All(*source, scope, *time, rows)));
                }
                _ => {}
            }
            for fact in facts {
                let Some(from) = fact.assumed_from else { continue };
                let own = own_since(relation, fact);
                let since = own.unwrap_or(from);
                let stamp = (own.unwrap_or(fact.time), sources.place(fact.origin));
                let what = if own.is_some() { Said::Since(fact) } else { Said::Assumed(fact) };
                if since < fact.time {
                    said.push((input.not_before(since.max(from)), stamp, what));
                }
            }
        }
        said.retain(|(effect, ..)| *effect <= told);
        said.sort_by(|a, b| {
            let order = (a.0, &a.1, a.2.rank()).cmp(&(b.0, &b.1, b.2.rank()));
            order.then_with(|| a.2.listed().cmp(&b.2.listed()))
        });
        let mut keys: BTreeMap<String, Life> = BTreeMap::new();
        for (now, stamp, what) in said {
            let mut life = Lives { sources, relation, keys: &mut keys, now };
            match what {
                Said::Assumed(fact) => life.assume(fact, stamp),
                Said::Since(fact) => {
                    let time = stamp.0;
                    life.row(fact, stamp, time);
                }
                Said::Row(fact) => life.row(fact, stamp, now),
                Said::Gone(fact) => life.gone(&fact.values, fact.origin.source, stamp),
                Said::All(source, scope, time, rows) => {
                    life.all(source, scope, time, rows, stamp);
                }
            }
        }
        let mut versions: Vec<Version> =
            keys.into_values().flat_map(|life| life.held).map(|held| held.version).collect();
        versions.retain(|version| version.from < version.to);
        versions
    };
    pack.relations.iter().enumerate().map(of).collect()
}

/// A version, and which source gave each of its fields.
struct Held {
    version: Version,
    givers: Vec<SourceId>,
    /// Who told of it first.
    teller: SourceId,
}

/// All that is known of a key.
#[derive(Default)]
struct Life {
    held: Vec<Held>,
    /// The newest row and its source.
    newest: Option<(Stamp, SourceId)>,
    /// The removal, and until when it is remembered.
    removed: Option<(Stamp, i64)>,
}

impl Life {
    /// Whether something newer is known.
    fn knows_newer(&self, stamp: &Stamp, now: i64) -> bool {
        let removed = self.removed.as_ref().filter(|(_, until)| *until > now);
        let newest = self.newest.as_ref().map(|(newest, _)| newest);
        newest.or(removed.map(|(removed, _)| removed)).is_some_and(|known| known > stamp)
    }

    /// The source of the newest row, or of one that is only assumed.
    fn owner(&self) -> Option<SourceId> {
        let assumed = self.held.last().filter(|last| last.version.to == i64::MAX);
        let newest = self.newest.as_ref().map(|(_, owner)| *owner);
        newest.or(assumed.map(|assumed| assumed.teller))
    }

    fn standing(&mut self) -> Option<&mut Held> {
        self.held.last_mut().filter(|last| last.version.to == i64::MAX)
    }
}

/// The keys of one relation at one instant.
struct Lives<'a> {
    sources: &'a Sources,
    relation: &'a Relation,
    keys: &'a mut BTreeMap<String, Life>,
    now: i64,
}

impl Lives<'_> {
    fn life(&mut self, values: &[Value]) -> &mut Life {
        let key = format!("{:?}", key_of(self.relation, values));
        self.keys.entry(key).or_default()
    }

    /// A row of a first snapshot stands before it is observed, where nothing else does.
    fn assume(&mut self, fact: &Fact, stamp: Stamp) {
        let (now, sources, relation) = (self.now, self.sources, self.relation);
        let life = self.life(&fact.values);
        if life.standing().is_some() || life.knows_newer(&stamp, now) {
            return;
        }
        let past = Past { assumed: true, unproven: true, eventful: false };
        let mut row = Row { time: now, since: now, past, ..row(sources, relation, fact) };
        let said = row.values.clone();
        fill(relation, &mut row.values);
        let key = key_of(relation, &row.values);
        let version = Version { row: Rc::new(row), said, key, from: now, to: i64::MAX };
        life.held.push(Held { version, givers: vec![], teller: fact.origin.source });
    }

    fn row(&mut self, fact: &Fact, stamp: Stamp, time: i64) {
        let (now, sources, relation) = (self.now, self.sources, self.relation);
        let life = self.life(&fact.values);
        if life.knows_newer(&stamp, now) {
            return;
        }
        let first = life.newest.is_none()
            && fact.assumed_from.is_some()
            && own_since(relation, fact).is_none();
        life.newest = Some((stamp, fact.origin.source));
        life.removed = None;
        let mut next = Row { time, since: time, ..row(sources, relation, fact) };
        next.past.unproven = first;
        let mut givers = vec![fact.origin.source; next.values.len()];
        let told = |last: &&mut Held| !last.version.row.past.assumed;
        if let Some(last) = life.standing().filter(told) {
            for (at, value) in next.values.iter_mut().enumerate() {
                let lacks = value.is_null() && last.givers[at] != fact.origin.source;
                if lacks && !last.version.said[at].is_null() {
                    *value = last.version.said[at].clone();
                    givers[at] = last.givers[at];
                }
            }
        }
        let said = next.values.clone();
        fill(relation, &mut next.values);
        if let Some(last) = life.standing() {
            if next.values == last.version.row.values && !last.version.row.past.assumed {
                // Told again, it is the row that it was.
                (last.version.said, last.givers) = (said, givers);
                return;
            }
            last.version.to = now;
        }
        if let Some(since) = relation.since
            && let Value::Time(since) = next.values[since.index()]
        {
            // What has been observed is so by then at the latest.
            next.since = since.min(next.time);
        }
        let key = key_of(relation, &next.values);
        let version = Version { row: Rc::new(next), said, key, from: time, to: i64::MAX };
        life.held.push(Held { version, givers, teller: fact.origin.source });
    }

    fn gone(&mut self, values: &[Value], source: SourceId, stamp: Stamp) {
        let now = self.now;
        let life = self.life(values);
        let other = life.owner().is_some_and(|owner| owner != source);
        if other || life.knows_newer(&stamp, now) {
            return;
        }
        if let Some(last) = life.standing() {
            last.version.to = now;
        }
        life.newest = None;
        life.removed = Some((stamp, now.saturating_add(REMEMBERED)));
    }

    fn all(&mut self, source: SourceId, scope: &Scope, time: i64, rows: &[Fact], stamp: Stamp) {
        let mut listed = BTreeSet::new();
        let mut rows: Vec<&Fact> = rows.iter().collect();
        rows.sort_by_key(|fact| fact.origin);
        for fact in rows {
            let stamp = (time, self.sources.place(fact.origin));
            listed.insert(format!("{:?}", key_of(self.relation, &fact.values)));
            self.row(fact, stamp, self.now);
        }
        let mut left_out = Vec::new();
        for (key, life) in &mut *self.keys {
            let owner = life.owner();
            let Some(last) = life.standing().filter(|_| owner == Some(source)) else { continue };
            let values = &last.version.row.values;
            let inside = scope.iter().all(|(field, value)| values[field.index()] == *value);
            if inside && !listed.contains(key) {
                left_out.push(values.clone());
            }
        }
        for values in left_out {
            self.gone(&values, source, stamp.clone());
        }
    }
}

/// What a collected row lacks is what its producer means by silence.
fn fill(relation: &Relation, values: &mut [Value]) {
    for (value, field) in values.iter_mut().zip(&relation.fields) {
        if value.is_null() {
            *value = field.default.clone().unwrap_or(Value::Null);
        }
    }
}

fn key_of(relation: &Relation, values: &[Value]) -> Vec<Value> {
    let named = relation.fields.iter().zip(values).filter(|(field, _)| field.key);
    named.map(|(_, value)| value.clone()).collect()
}
