//! From what changed to the keys it concerns.

use alloc::{sync::Arc, vec, vec::Vec};

use etio_plan::{Atom, Rule};

use crate::{
    engine::Engine,
    program::{
        Programs, Route,
        compile::Compiler,
        partner::Partner,
        reader::is_key,
        route::{Walk, route},
    },
    store::{
        cover::Term,
        cursors::Cursors,
        relation::Relation,
        row::RowId,
        sources::{Sources, Stamp},
    },
    value::{
        symbols::Symbols,
        word::{ABSENT, Key, Word, int, put},
    },
};

/// A row that came or is about to go, and what it takes to find the keys it concerns.
struct Touched<'a> {
    programs: &'a Programs,
    relations: &'a [Relation],
    sources: &'a Sources,
    cursors: &'a Cursors,
    symbols: &'a mut Symbols,
    slots: &'a mut Vec<Word>,
    wanted: &'a mut Vec<(usize, usize)>,
    words: &'a [Word],
    stamp: Stamp,
}

impl Touched<'_> {
    /// Calls `mark` with the rules and keys that a route leads to.
    #[inline]
    fn take(&mut self, route: usize, mark: impl FnMut(usize, Key)) {
        let Some(route) = self.programs.routes.get(route) else { return };
        let partner = route.partner.as_deref().map(|of| (of, of.since(&self.stamp, self.sources)));
        // Most events that need another beside them come alone.
        if partner.is_none_or(|(of, since)| of.may_stand(self.relations, since)) {
            self.follow(route, partner, mark);
        }
    }

    fn follow(
        &mut self,
        route: &Route,
        partner: Option<(&Partner, i64)>,
        mut mark: impl FnMut(usize, Key),
    ) {
        let (relations, cursors) = (self.relations, self.cursors);
        let Some(program) = self.programs.rules.get(route.rule) else { return };
        self.slots.clear();
        self.slots.resize(program.slots + route.more_slots(), ABSENT);
        let found = &mut |slots: &[Word]| {
            if let Some((partner, since)) = partner
                && !partner.stands(relations, cursors, (&program.key_in(slots), slots), since)
            {
                return;
            }
            for rule in route.rules(slots) {
                mark(*rule, program.key_in(slots));
            }
        };
        let (symbols, slots, wanted) = (&mut *self.symbols, &mut *self.slots, &mut *self.wanted);
        let mut walk = Walk { relations, symbols, slots, found, wanted };
        walk.run(route, self.words, int(self.stamp.time));
    }
}

impl Engine {
    /// Marks every key that a row concerns, before it goes or after it came.
    pub(crate) fn touch(&mut self, programs: &Programs, relation: usize, row: RowId) {
        self.calm = false;
        let (Some(dispatch), Some(rows)) =
            (self.awake.routes(programs, &self.relations, relation), self.relations.get(relation))
        else {
            return;
        };
        let Some((header, words)) = rows.row(row) else { return };
        let mut touched = Touched {
            programs,
            relations: &self.relations,
            sources: &self.sources,
            cursors: &self.cursors,
            symbols: &mut self.symbols,
            slots: &mut self.scratch,
            wanted: &mut self.wanted,
            words,
            stamp: header.stamp(),
        };
        let dirty = &mut self.dirty;
        let mut mark = |rule, key| dirty.add(rule, key);
        dispatch.each(touched.words, |route| touched.take(route, &mut mark));
        if !self.wanted.is_empty() {
            self.project();
        }
    }

    /// Keeps the projections that would have helped.
    #[cold]
    fn project(&mut self) {
        for (relation, projection) in self.wanted.drain(..) {
            if let Some(rows) = self.relations.get_mut(relation) {
                rows.project(projection);
            }
        }
    }

    /// Marks every key that a change of coverage may concern. Routes from a scope are made when the
    /// first such change comes.
    pub(crate) fn touch_coverage(
        &mut self,
        programs: &Programs,
        relation: usize,
        scope: &[(u16, Word)],
        lost: bool,
    ) {
        self.calm = false;
        let pack = self.pack.clone();
        let mut last = None;
        for (number, reader) in programs.readers.get(relation).into_iter().flatten().enumerate() {
            if !self.awake.is_awake(reader.rule) {
                continue;
            }
            let Some((rule, atom)) = reader.of(&pack) else { continue };
            let term = |field: u16| match &reader.map {
                None => Some(Term::Field(field)),
                Some(map) => map.iter().find(|(known, _)| *known == field).map(|(_, term)| *term),
            };
            let mut known: Vec<(u16, Word)> = Vec::new();
            // Where the condition leaves a field of the scope open, it is not covered, and may be lost.
            let concerned = scope.iter().all(|(field, word)| match term(*field) {
                Some(Term::Const(constant)) => constant == *word,
                // Of what is lost only the key says more: other variables may be open.
                Some(Term::Field(of)) if lost && !is_key(rule, atom, of) => true,
                Some(Term::Field(of)) => {
                    known.push((of, *word));
                    true
                }
                None => lost,
            });
            let Some(program) = programs.rules.get(reader.rule).filter(|_| concerned) else {
                continue;
            };
            // A relation of many extractors is read through each; most say the same.
            let way = Some((reader.condition(), known.clone()));
            if way == last {
                continue;
            }
            last = way;
            let fields: Vec<u16> = known.iter().map(|(field, _)| *field).collect();
            let name = (relation, number, fields);
            if !self.cover_routes.contains_key(&name) {
                let route = self.cover_route(programs, (reader.rule, rule), atom, &name.2);
                self.cover_routes.insert(name.clone(), Arc::new(route));
            }
            let Some(route) = self.cover_routes.get(&name) else { continue };
            let width = self.relations.get(atom.relation.index()).map_or(0, |of| of.types.len());
            let mut words = vec![ABSENT; width];
            known.iter().for_each(|(field, word)| put(&mut words, *field, *word));
            let dirty = &mut self.dirty;
            let mut walk = Walk {
                relations: &self.relations,
                symbols: &mut self.symbols,
                slots: &mut vec![ABSENT; program.slots],
                found: &mut |slots| dirty.add(reader.rule, program.key_in(slots)),
                wanted: &mut self.wanted,
            };
            walk.run(route, &words, ABSENT);
        }
    }

    fn cover_route(
        &mut self,
        programs: &Programs,
        (at, rule): (usize, &Rule),
        atom: &Atom,
        fields: &[u16],
    ) -> Route {
        self.symbols.lasting(|symbols| {
            let mut compiler = Compiler {
                pack: &self.pack,
                params: &programs.params,
                schema: &programs.schema,
                relations: &mut self.relations,
                symbols,
                sources: &self.sources,
                // Routes wait on nothing.
                cursors: &mut Vec::new(),
                tallies: &mut Vec::new(),
            };
            let known = |field| fields.contains(&field);
            let mut route = route(&mut compiler, at, rule, atom, &known, false);
            compiler.settle_seldom(&mut route);
            route
        })
    }
}
