//! From a pack and its parameters to [`Programs`] and empty relations.

use alloc::{format, vec, vec::Vec};

use etio_plan::{Atom, Cond, Head, Kind, Pack, ParamId, Rule, Source, Type, Value};
use foldhash::fast::FixedState;

use crate::{
    error::Error,
    program::{
        Numbers, Programs, Reader, Schema, compile::Compiler, partner::Partner, route, share::share,
    },
    store::{
        cover::{Cover, atoms_of, covers, relation_of, vias},
        relation::{Names, Relation},
        sources::Sources,
    },
    value::word::{Symbols, Word},
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
    let sources = Sources::default();
    let mut relations: Vec<Relation> = Vec::with_capacity(pack.relations.len());
    for relation in &pack.relations {
        let types = relation.fields.iter().map(|field| field.ty.clone()).collect();
        relations.push(Relation::new(types, state.clone()));
    }
    let atoms: Vec<Vec<(&Atom, bool)>> = pack.rules.iter().map(atoms).collect();
    pack.rules.iter().zip(&atoms).try_for_each(|(rule, atoms)| check(pack, rule, atoms))?;
    let mut schema = schema(pack, &atoms, symbols);
    for (relation, declared) in schema.iter_mut().zip(&pack.relations) {
        if relation.entity && declared.history > 0 {
            // A superseded row also says until when it stood.
            let mut types: Vec<Type> =
                declared.fields.iter().map(|field| field.ty.clone()).collect();
            types.push(Type::Time);
            relation.past = Some(relations.len());
            relations.push(Relation::new(types, state.clone()));
        }
    }
    let names = Names { sources: &sources, symbols };
    for (relation, rows) in schema.iter_mut().zip(&mut relations) {
        let all: Vec<u16> = (0..rows.types.len() as u16).collect();
        if relation.entity {
            relation.by_key = rows.index_on(&relation.key, names);
        }
        relation.whole = match (relation.event, relation.entity) {
            (true, _) if relation.read => rows.index_on(&[], names),
            (true, _) | (_, true) => 0,
            _ => rows.index_on(&all, names),
        };
    }
    let (vias, covers) = (vias(pack, symbols), covers(pack, &params, symbols));
    let mut programs = Programs {
        rules: Vec::with_capacity(pack.rules.len()),
        routes: Vec::new(),
        readers: pack.relations.iter().map(|_| Vec::new()).collect(),
        explained: pack.relations.iter().map(|_| Vec::new()).collect(),
        covers,
        vias,
        schema: Vec::new(),
        params: Vec::new(),
        cursors: Vec::new(),
        waiters: Vec::new(),
        reach: 0,
        relations: pack.relations.len(),
    };
    let ranks = ranks(&pack.rules);
    let mut cursors = Vec::new();
    let mut routes = Vec::with_capacity(atoms.iter().map(Vec::len).sum());
    let mut explainers = vec![false; pack.relations.len()];
    let mut compiler = Compiler {
        pack,
        params: &params,
        schema: &schema,
        relations: &mut relations,
        symbols,
        sources: &sources,
        cursors: &mut cursors,
    };
    for (((at, rule), atoms), rank) in pack.rules.iter().enumerate().zip(&atoms).zip(ranks) {
        let program = compiler.program(rule, rank);
        programs.waiters.resize(compiler.cursors.len(), at);
        if let crate::program::Head::Finding { explains, .. } = &program.head {
            if let Some(explainer) = explainers.get_mut(program.relation) {
                *explainer |= !explains.is_empty();
            }
            for (clause, explains) in explains.iter().enumerate() {
                if let Some(clauses) = programs.explained.get_mut(explains.target) {
                    clauses.push((at, clause));
                }
            }
        }
        programs.rules.push(program);
        for (atom, decides) in atoms {
            let mut route = route::route(&mut compiler, at, rule, atom, &|_| true, true);
            let program = programs.rules.last();
            route.partner = program.and_then(|of| Partner::of(of, &schema, &route));
            routes.push(route);
            if *decides {
                add_readers(&mut programs, at, atom);
            }
        }
    }
    let routes = share(routes, &programs.rules, state);
    programs.routes.reserve_exact(routes.len());
    for mut route in routes {
        compiler.settle(&mut route);
        for rule in route.all_rules() {
            if let Some(program) = programs.rules.get_mut(rule) {
                program.routes.push(programs.routes.len());
            }
        }
        programs.routes.push(route);
    }
    let feeds = feeds(pack, &atoms);
    for (program, feeds) in programs.rules.iter_mut().zip(feeds) {
        program.feeds = feeds;
        program.is_traced =
            program.feeds.iter().any(|of| explainers.get(*of).is_some_and(|explains| *explains));
        let explained = programs.explained.get(program.relation);
        program.is_read = schema.get(program.relation).is_some_and(|schema| schema.read)
            || explained.is_some_and(|clauses| !clauses.is_empty());
    }
    programs.cursors = cursors;
    programs.reach = reach(pack, &schema, &programs.covers);
    programs.schema = schema;
    programs.params = params;
    Ok(Loaded { programs, relations })
}

/// Of each rule its relation and all that rest on it. Rules are in dependency order.
fn feeds(pack: &Pack, atoms: &[Vec<(&Atom, bool)>]) -> Vec<Numbers> {
    let mut feeds: Vec<Vec<usize>> = pack.relations.iter().map(|_| Vec::new()).collect();
    for (rule, atoms) in pack.rules.iter().zip(atoms).rev() {
        let own = relation_of(rule);
        // All that rest on it come later, so it is complete.
        let mut rests: Vec<usize> = feeds.get_mut(own).map(core::mem::take).unwrap_or_default();
        rests.sort_unstable();
        rests.dedup();
        for (atom, _) in atoms {
            if let Some(feeds) = feeds.get_mut(atom.relation.index()) {
                feeds.push(own);
                feeds.extend(&rests);
            }
        }
        if let Some(feeds) = feeds.get_mut(own) {
            *feeds = rests;
        }
    }
    let with_own = |rule: &Rule| {
        let own = relation_of(rule);
        let rests = feeds.get(own).into_iter().flatten().copied();
        core::iter::once(own).chain(rests).collect()
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

/// As far back does any condition look, or what it asks of coverage.
fn reach(pack: &Pack, schema: &[Schema], covers: &[Cover]) -> i64 {
    let kept = schema.iter().filter(|of| of.read || !of.event).map(|of| of.retention).max();
    let read = covers.iter().flat_map(|cover| &cover.reads).map(|read| read.back).max();
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
            return Err(Error::Param(format!(
                "the parameter `{}` is out of its range",
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
fn check(pack: &Pack, rule: &Rule, atoms: &[(&Atom, bool)]) -> Result<(), Error> {
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
    Ok(())
}

fn schema(pack: &Pack, atoms: &[Vec<(&Atom, bool)>], symbols: &mut Symbols) -> Vec<Schema> {
    let mut schema: Vec<Schema> = Vec::with_capacity(pack.relations.len());
    for relation in &pack.relations {
        let keys = || relation.fields.iter().enumerate().filter(|(_, field)| field.key);
        let mut defaults = Vec::new();
        for (at, field) in relation.fields.iter().enumerate() {
            let word = field.default.as_ref().and_then(|value| symbols.word(value, &field.ty));
            defaults.extend(word.map(|word| (at as u16, word)));
        }
        schema.push(Schema {
            read: false,
            event: relation.kind == Kind::Event,
            entity: relation.kind == Kind::Entity,
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
        let mut eventful = false;
        for (atom, _) in atoms {
            if let Some(read) = schema.get_mut(atom.relation.index()) {
                read.read = true;
                eventful |= read.eventful;
            }
        }
        if let Some(concluded) = schema.get_mut(relation_of(rule)) {
            concluded.eventful |= eventful;
            if matches!(rule.head, Head::Finding(_)) {
                concluded.rule = Some(at);
            }
        }
    }
    schema
}

/// Every atom of a rule, and whether coverage of its relation may turn the condition it is in.
fn atoms(rule: &Rule) -> Vec<(&Atom, bool)> {
    let mut found = Vec::new();
    let body = &rule.body;
    for cond in &body.when {
        let Some(source) = cond.source() else { continue };
        let binds = matches!(cond, Cond::Each(_) | Cond::Pick(..));
        let (rows, looked_for) = atoms_of(source);
        found.extend(rows.into_iter().map(|atom| (atom, !binds)));
        found.extend(looked_for.into_iter().map(|atom| (atom, true)));
    }
    let blocks = body.confirm.iter().chain(&body.unless).chain(&body.maybe).flatten();
    found.extend(blocks.filter_map(Cond::source).flat_map(all));
    if let Head::Finding(finding) = &rule.head {
        let guards = finding.texts().into_iter().flatten().flat_map(|text| &text.guard);
        let clauses = finding.explains.iter().flat_map(|clause| &clause.when);
        found.extend(guards.chain(clauses).filter_map(Cond::source).flat_map(all));
    }
    found
}

/// All atoms of a source, each as one that coverage may turn.
fn all(source: &Source) -> impl Iterator<Item = (&Atom, bool)> {
    let (rows, looked_for) = atoms_of(source);
    rows.into_iter().chain(looked_for).map(|atom| (atom, true))
}

/// Files an atom under each relation whose coverage it rests on, and under its own.
fn add_readers(programs: &mut Programs, at: usize, atom: &Atom) {
    let own = atom.relation.index();
    let Some(cover) = programs.covers.get(own) else { return };
    let mut readers = vec![];
    if !cover.reads.iter().any(|read| read.relation == own) {
        readers.push((own, None));
    }
    for read in &cover.reads {
        readers.push((read.relation, read.map.clone()));
        for via in programs.vias.get(read.relation).into_iter().flatten() {
            let map = match &read.map {
                None => via.map.clone(),
                Some(outer) => crate::store::cover::compose(&via.map, outer),
            };
            readers.push((via.from, Some(map)));
        }
    }
    for (relation, map) in readers {
        if let Some(of) = programs.readers.get_mut(relation) {
            of.push(Reader { rule: at, atom: atom.clone(), map });
        }
    }
}
