//! From a pack and its parameters to [`Programs`] and empty relations.

use alloc::{boxed::Box, format, sync::Arc, vec::Vec};

use etio_plan::{Atom, Cond, Expr, Field, Head, Kind, Pack, ParamId, Rule, Type, Value};
use foldhash::fast::FixedState;
use hashbrown::HashSet;
use smallvec::SmallVec;

use crate::{
    error::Error,
    program::{
        Few, MOST_CHOICES, Numbers, Programs, Schema,
        compile::Compiler,
        partner::Partner,
        reader::{Atoms, atoms, readers},
        route,
        share::share,
    },
    store::{
        cover::{Cover, covers, deciding, relation_of, vias},
        relation::Relation,
        row::MOST_RELATIONS,
        sources::Sources,
        table::Names,
    },
    value::{render, symbols::Symbols, word::Word},
};

/// As many conditions in a row as the engine walks; each is one frame of its stack.
const MOST_CONDITIONS: usize = 128;

/// What loading makes.
pub(crate) struct Loaded {
    pub(crate) programs: Programs,
    pub(crate) relations: Vec<Relation>,
}

/// Loads a pack.
pub(crate) fn load(
    pack: &Pack,
    set: &[(ParamId, Value)],
    symbols: &mut Symbols,
    state: &FixedState,
) -> Result<Loaded, Error> {
    let params = params(pack, set, symbols)?;
    let atoms: Vec<Atoms<'_>> = pack.rules.iter().map(atoms).collect();
    pack.rules.iter().zip(&atoms).try_for_each(|(rule, atoms)| check(pack, rule, atoms))?;
    let explained = explained(pack);
    let mut schema = schema(pack, &atoms, &explained, symbols);
    let sources = Sources::default();
    let names = Names { sources: &sources, symbols };
    let mut relations = relations(pack, &mut schema, names, state);
    let is_read = |relation: usize| schema.get(relation).is_some_and(|schema| schema.read);
    let (vias, covers) = (vias(pack, symbols), covers(pack, is_read, &params, symbols));
    let readers = readers(&atoms, &covers, &vias);
    let mut feeds = feeds(pack, &atoms);
    let (mut cursors, mut waiters, mut tallies) = (Vec::new(), Vec::new(), Vec::new());
    let mut rules = Vec::with_capacity(pack.rules.len());
    let mut routes = Vec::with_capacity(atoms.iter().map(SmallVec::len).sum());
    let mut compiler = Compiler {
        pack,
        params: &params,
        schema: &schema,
        relations: &mut relations,
        symbols,
        sources: &sources,
        cursors: &mut cursors,
        tallies: &mut tallies,
    };
    let ranks = ranks(&pack.rules);
    let mut names = KeyNames(HashSet::with_hasher(state.clone()));
    for (((at, rule), atoms), rank) in pack.rules.iter().enumerate().zip(&atoms).zip(ranks) {
        let feeds = feeds.get_mut(at).map(core::mem::take).unwrap_or_default();
        let key_names = names.of(compiler.cells(relation_of(rule)));
        let program = compiler.program(rule, rank, feeds, key_names);
        waiters.resize(compiler.cursors.len(), at);
        for (atom, _) in atoms {
            let mut route = route::route(&mut compiler, at, rule, atom, &|_| true, true);
            route.partner = Partner::of(&program, &schema, &route).map(Box::new);
            routes.push(route);
        }
        rules.push(program);
    }
    share(&mut routes, &rules, state);
    compiler.settle(&mut routes);
    for route in routes.iter_mut().filter(|route| !route.hops.is_empty()) {
        if let Some(program) = rules.get(route.rule) {
            compiler.project(route, program);
        }
    }
    for (number, route) in routes.iter().enumerate() {
        for rule in route.all_rules() {
            if let Some(program) = rules.get_mut(rule) {
                program.routes.push(number);
            }
        }
    }
    let reach = reach(pack, &schema, &covers);
    let relations_of_pack = pack.relations.len();
    let programs = Programs {
        rules,
        routes,
        covers,
        vias,
        readers,
        schema,
        explained,
        params,
        cursors,
        tallies,
        waiters,
        reach,
        relations: relations_of_pack,
    };
    Ok(Loaded { programs, relations })
}

/// Empty relations with the indexes that do not depend on rules, those of superseded rows last.
fn relations(
    pack: &Pack,
    schema: &mut [Schema],
    names: Names<'_>,
    state: &FixedState,
) -> Vec<Relation> {
    let types = |declared: &etio_plan::Relation| -> Vec<Type> {
        declared.fields.iter().map(|field| field.ty.clone()).collect()
    };
    let mut past = Vec::new();
    let mut relations = Vec::with_capacity(pack.relations.len());
    for (relation, declared) in schema.iter_mut().zip(&pack.relations) {
        let mut rows = Relation::new(types(declared), state.clone());
        if relation.entity {
            relation.by_key = rows.index_on(&relation.key, names);
        }
        if relation.event && relation.read {
            relation.whole = rows.index_on(&[], names);
        }
        let is_concluded = !relation.event && !relation.entity;
        if is_concluded && relation.sought && !has_one_key(pack, &relation.rules) {
            let all: Few = (0..declared.fields.len() as u16).collect();
            relation.by_all = Some(rows.index_on(&all, names));
        }
        relations.push(rows);
        if relation.entity && declared.history > 0 {
            // A superseded row also says until when it stood.
            let mut types = types(declared);
            types.push(Type::Time);
            relation.past = Some(pack.relations.len() + past.len());
            past.push(Relation::new(types, state.clone()));
        }
    }
    relations.append(&mut past);
    relations
}

/// Whether each row that rules conclude is concluded for one key: by one rule, whose key is among the fields.
fn has_one_key(pack: &Pack, rules: &[usize]) -> bool {
    let [rule] = rules else { return false };
    pack.rules.get(*rule).is_some_and(|rule| match &rule.head {
        Head::Finding(_) => true,
        Head::Derived { fields, .. } => {
            rule.key.iter().all(|slot| fields.contains(&Some(Expr::Slot(*slot))))
        }
    })
}

/// The `explains` clauses that may point at each relation: rule and clause.
fn explained(pack: &Pack) -> Vec<Vec<(usize, usize)>> {
    let mut explained: Vec<Vec<(usize, usize)>> =
        pack.relations.iter().map(|_| Vec::new()).collect();
    for (at, rule) in pack.rules.iter().enumerate() {
        let Head::Finding(finding) = &rule.head else { continue };
        for (clause, explains) in finding.explains.iter().enumerate() {
            if let Some(clauses) = explained.get_mut(explains.target.index()) {
                clauses.push((at, clause));
            }
        }
    }
    explained
}

/// Of each rule its relation and all that rest on it. Rules are in dependency order.
fn feeds(pack: &Pack, atoms: &[Atoms<'_>]) -> Vec<Numbers> {
    let mut feeds: Vec<Numbers> = pack.relations.iter().map(|_| Numbers::new()).collect();
    for (rule, atoms) in pack.rules.iter().zip(atoms).rev() {
        let own = relation_of(rule);
        // All that rest on it come later, so it is complete.
        let mut rests = feeds.get_mut(own).map(core::mem::take).unwrap_or_default();
        rests.sort_unstable();
        rests.dedup();
        for (atom, _) in atoms {
            if let Some(feeds) = feeds.get_mut(atom.relation.index()) {
                feeds.push(own);
                feeds.extend_from_slice(&rests);
            }
        }
        if let Some(feeds) = feeds.get_mut(own) {
            *feeds = rests;
        }
    }
    let with_own = |rule: &Rule| {
        let own = relation_of(rule);
        let mut all = Numbers::from_slice(&[own]);
        all.extend_from_slice(feeds.get(own).map_or(&[], SmallVec::as_slice));
        all
    };
    pack.rules.iter().map(with_own).collect()
}

/// For each rule its place among all, by path.
fn ranks(rules: &[Rule]) -> Vec<usize> {
    let mut by_path: Vec<(usize, &Rule)> = rules.iter().enumerate().collect();
    by_path.sort_by_key(|(_, rule)| &rule.path);
    let mut ranks: Vec<(usize, usize)> =
        by_path.into_iter().enumerate().map(|(rank, (at, _))| (at, rank)).collect();
    ranks.sort_unstable();
    ranks.into_iter().map(|(_, rank)| rank).collect()
}

/// The names of fields, once each: the keys of many rules have the same.
struct KeyNames(HashSet<Arc<str>, FixedState>);

impl KeyNames {
    fn of(&mut self, fields: &[Field]) -> Vec<Arc<str>> {
        let names = fields.iter().map(|field| field.name.as_str());
        names.map(|name| self.0.get_or_insert_with(name, |name| name.into()).clone()).collect()
    }
}

/// As far back does any condition look, or what it asks of coverage.
fn reach(pack: &Pack, schema: &[Schema], covers: &[Cover]) -> i64 {
    let kept = schema.iter().filter(|of| of.read || !of.event).map(|of| of.retention).max();
    let read = covers.iter().map(|cover| cover.back).max();
    let keep = pack.rules.iter().map(|rule| rule.keep).max();
    // The longest of each after one another.
    [kept, read, keep].into_iter().flatten().fold(0, i64::saturating_add)
}

fn params(
    pack: &Pack,
    set: &[(ParamId, Value)],
    symbols: &mut Symbols,
) -> Result<Vec<Word>, Error> {
    let mut words = Vec::new();
    for (at, param) in pack.params.iter().enumerate() {
        let chosen = set.iter().rev().find(|(id, _)| id.index() == at).map(|(_, value)| value);
        let mut word = |value: &Value| {
            let wrong =
                || Error::Param(format!("the parameter `{}` is of another type", param.path));
            symbols.word(value, &param.ty).ok_or_else(wrong)
        };
        let (value, low, high) =
            (word(chosen.unwrap_or(&param.default))?, word(&param.low)?, word(&param.high)?);
        let inside = symbols.compare(&param.ty, low, value).is_le()
            && symbols.compare(&param.ty, value, high).is_le();
        if chosen.is_some() && !inside {
            let [low, high] = [low, high].map(|end| render::value(symbols, end, &param.ty));
            return Err(Error::Param(format!(
                "the parameter `{}` is out of its range, {low} to {high}",
                param.path
            )));
        }
        words.push(value);
    }
    match set.iter().find(|(id, _)| id.index() >= pack.params.len()) {
        Some((id, _)) => Err(Error::Param(format!("there is no parameter {}", id.0))),
        None => Ok(words),
    }
}

/// What a compiler never writes must not be run.
fn check(pack: &Pack, rule: &Rule, atoms: &Atoms<'_>) -> Result<(), Error> {
    let wrong = |what: &str| Err(Error::Rule(format!("the rule `{}` {what}", rule.path)));
    let body = &rule.body;
    let blocks = body.confirm.iter().chain(&body.unless).chain(&body.maybe);
    if blocks.chain([&body.when]).any(|conds| conds.len() > MOST_CONDITIONS) {
        return wrong("has too many conditions in a row");
    }
    if atoms.iter().any(|(atom, _)| pack.get(atom.relation).is_none()) {
        return wrong("reads a relation that does not exist");
    }
    let Some(relation) = pack.relations.get(relation_of(rule)) else {
        return wrong("concludes a relation that does not exist");
    };
    let (fields, kind) = match &rule.head {
        Head::Derived { fields, .. } => (fields.len(), Kind::Derived),
        Head::Finding(_) => (rule.key.len(), Kind::Finding),
    };
    if fields != relation.fields.len() || kind != relation.kind {
        return wrong("concludes rows of another shape than its relation has");
    }
    let numbers = atoms.iter().map(|(atom, _)| atom.relation.index());
    if numbers.chain([relation_of(rule)]).any(|number| number > MOST_RELATIONS) {
        return wrong("is about more relations than an engine has room for");
    }
    if let Head::Finding(finding) = &rule.head
        && finding.texts().iter().any(|texts| texts.len() > MOST_CHOICES)
    {
        return wrong("has too many choices of a text");
    }
    Ok(())
}

fn schema(
    pack: &Pack,
    atoms: &[Atoms<'_>],
    explained: &[Vec<(usize, usize)>],
    symbols: &mut Symbols,
) -> Vec<Schema> {
    let mut schema: Vec<Schema> = Vec::with_capacity(pack.relations.len());
    for (relation, explained) in pack.relations.iter().zip(explained) {
        let entity = relation.kind == Kind::Entity;
        let keys =
            || relation.fields.iter().enumerate().filter(move |(_, field)| entity && field.key);
        let mut defaults = Vec::new();
        for (at, field) in relation.fields.iter().enumerate() {
            let word = field.default.as_ref().and_then(|value| symbols.word(value, &field.ty));
            defaults.extend(word.map(|word| (at as u16, word)));
        }
        schema.push(Schema {
            sought: relation.kind == Kind::Derived || !explained.is_empty(),
            event: relation.kind == Kind::Event,
            entity,
            eventful: relation.kind == Kind::Event,
            retention: match relation.kind {
                Kind::Event => relation.retention.unwrap_or(i64::MAX),
                _ => relation.history,
            },
            key: keys().map(|(at, _)| at as u16).collect(),
            key_types: keys().map(|(_, field)| field.ty.clone()).collect(),
            since: relation.since.map(|field| field.0),
            defaults,
            ..Schema::default()
        });
    }
    for ((at, rule), atoms) in pack.rules.iter().enumerate().zip(atoms) {
        // A row that is tolerated may outlive what it rests on.
        let mut rests_on_past = matches!(&rule.head, Head::Derived { linger: Some(_), .. });
        for (atom, _) in atoms {
            if let Some(read) = schema.get_mut(atom.relation.index()) {
                (read.read, read.sought) = (true, true);
                rests_on_past |= read.rests_on_past || (read.entity && read.retention > 0);
            }
        }
        let is_event =
            |atom: &Atom| schema.get(atom.relation.index()).is_some_and(|read| read.eventful);
        let eventful = deciding(&rule.body).flat_map(Cond::atoms).any(is_event);
        if let Some(concluded) = schema.get_mut(relation_of(rule)) {
            concluded.eventful |= eventful;
            concluded.rests_on_past |= rests_on_past;
            concluded.rules.push(at);
            if let Head::Finding(finding) = &rule.head {
                concluded.explains = !finding.explains.is_empty();
            }
        }
    }
    for (rule, atoms) in pack.rules.iter().zip(atoms).rev() {
        let Some(concluded) = schema.get_mut(relation_of(rule)) else { continue };
        concluded.is_followed |= concluded.rests_on_past;
        if !concluded.is_followed {
            continue;
        }
        for (atom, _) in atoms {
            if let Some(read) = schema.get_mut(atom.relation.index()) {
                read.is_followed = true;
            }
        }
    }
    schema
}
