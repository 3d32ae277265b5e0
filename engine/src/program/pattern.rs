//! Patterns over one relation, and the indexes that find their rows.

use etio_plan::{Atom, Expr, Rule};

use crate::{
    program::{
        ALL_ROWS, Few, Hop, Pairs, Probe, Route, Scan, Tests,
        bound::{Binding, Bound},
        compile::Compiler,
    },
    store::table::Names,
    value::expr::{Ex, equal},
};

impl Compiler<'_> {
    /// Compiles an atom. With `chosen`, variables known only by the key are compared after the row
    /// is chosen: in `A then B` the first b after a is the first that matches what is written.
    pub(crate) fn scan(
        &mut self,
        rule: &Rule,
        atom: &Atom,
        bound: &mut Bound,
        chosen: bool,
    ) -> Scan {
        let mut scan = self.pattern(rule, atom, bound, chosen);
        self.find_by(&mut scan);
        scan
    }

    /// Gives a pattern its index.
    fn find_by(&mut self, scan: &mut Scan) {
        let by = scan.columns.get(..scan.indexed).unwrap_or_default();
        scan.index = self.index(scan.relation, by);
        let past = self.schema.get(scan.relation).and_then(|schema| schema.past);
        scan.past = past.map(|past| (past, self.index(past, by)).into());
    }

    /// Gives the probes of routes their indexes. One over all but constants that is kept anyway will
    /// do; every index costs each row that comes or goes.
    pub(crate) fn settle(&mut self, routes: &mut [Route]) {
        for with_constants in [false, true] {
            for hop in routes.iter_mut().flat_map(|route| &mut route.hops) {
                let Hop::Probe(scan, _) = hop else { continue };
                if scan.has_constants() != with_constants {
                    continue;
                }
                if with_constants {
                    self.widen(scan);
                }
                self.find_by(scan);
            }
        }
    }

    /// Lets a probe look at constants row by row, where there is an index over the rest of what it asks.
    fn widen(&self, scan: &mut Scan) {
        let mut wide = scan.clone();
        let constants = wide.take_constants();
        let rows = self.relations.get(scan.relation);
        if rows.is_some_and(|of| of.index_of(&wide.columns).is_some()) {
            let test = |(field, word)| equal(field, Ex::Const(word));
            wide.tests.extend(constants.into_iter().map(test));
            *scan = wide;
        }
    }

    /// Gives the probes of a route that is seldom gone indexes too. Where nothing joins, all rows are
    /// looked at, lest an index for it costs each row that comes or goes.
    pub(crate) fn settle_seldom(&mut self, route: &mut Route) {
        for hop in &mut route.hops {
            let Hop::Probe(scan, _) = hop else { continue };
            let constant = |(ex, _): &(Ex, bool)| matches!(ex, Ex::Const(_));
            let rows = self.relations.get(scan.relation);
            let has_index = rows.is_some_and(|of| of.index_of(&scan.columns).is_some());
            if scan.probe.iter().all(constant) && !has_index {
                let demands = scan.columns.drain(..).zip(scan.probe.drain(..));
                scan.tests.extend(demands.map(|(field, (ex, _))| equal(field, ex)));
                (scan.indexed, scan.index) = (0, ALL_ROWS);
                let past = self.schema.get(scan.relation).and_then(|schema| schema.past);
                scan.past = past.map(|past| (past, ALL_ROWS).into());
            } else {
                self.find_by(scan);
            }
        }
    }

    /// Compiles an atom without giving it an index. `chosen` as for a scan.
    pub(crate) fn pattern(
        &mut self,
        rule: &Rule,
        atom: &Atom,
        bound: &mut Bound,
        chosen: bool,
    ) -> Scan {
        let relation = atom.relation.index();
        let cells = self.cells(relation);
        let mut typing = self.typing(rule);
        let mut expr = |expr: &Expr| typing.compile(expr, cells).0;
        let before = bound.clone();
        let (mut columns, mut probe, mut tests) = (Few::new(), Probe::new(), Tests::new());
        // An index has each column once, in their order; a second demand on one is a test.
        let mut demand = |tests: &mut Tests, field: u16, ex: Ex, may_lack: bool| match columns
            .binary_search(&field)
        {
            Ok(_) => tests.push(equal(field, ex)),
            Err(place) => {
                columns.insert(place, field);
                probe.insert(place, (ex, may_lack));
            }
        };
        for (field, joined) in atom.joins.iter().filter(|(_, joined)| before.gives(joined)) {
            demand(&mut tests, field.0, expr(joined), false);
        }
        let (mut binds, mut optional, mut after) = (Pairs::new(), Pairs::new(), Pairs::new());
        let mut bind = |field: u16, slot: u16, may_lack: bool| {
            match before.get(slot) {
                Binding::ByKey if chosen => after.push((field, slot)),
                Binding::ByKey | Binding::Written => {
                    demand(&mut tests, field, Ex::Slot(slot), may_lack);
                }
                Binding::Fresh if bound.has(slot) => tests.push(equal(field, Ex::Slot(slot))),
                Binding::Fresh if may_lack => optional.push((field, slot)),
                Binding::Fresh => binds.push((field, slot)),
            }
            bound.write(slot);
        };
        atom.binds.iter().for_each(|(field, slot)| bind(field.0, slot.0, false));
        // On the way back from a row, what is joined may be what is looked for.
        for (field, joined) in &atom.joins {
            if let Expr::Slot(slot) = joined
                && !before.has(slot.0)
            {
                bind(field.0, slot.0, false);
            }
        }
        atom.optional_binds.iter().for_each(|(field, slot)| bind(field.0, slot.0, true));
        bound.write(atom.row.0);
        atom.tests.iter().for_each(|test| tests.push(expr(test)));
        let by_key = self.key_first(relation, &mut columns, &mut probe);
        let indexed = by_key.unwrap_or(columns.len());
        // What is not found by the key is tested.
        for (field, (ex, _)) in columns.iter().zip(&probe).skip(indexed) {
            tests.push(equal(*field, ex.clone()));
        }
        Scan {
            relation,
            row: atom.row.0,
            index: ALL_ROWS,
            past: None,
            indexed,
            unique: by_key.is_some(),
            columns,
            probe,
            binds,
            optional,
            tests,
            after,
        }
    }

    /// Where the key of an entity is known, its index finds the one row: it is put first. Says how many
    /// columns it has then.
    fn key_first(&self, relation: usize, columns: &mut Few, probe: &mut Probe) -> Option<usize> {
        let schema = self.schema.get(relation).filter(|schema| schema.entity)?;
        let key = schema.key.as_slice();
        let may_lack = probe.iter().any(|(_, may_lack)| *may_lack);
        if key.is_empty() || may_lack || !key.iter().all(|field| columns.contains(field)) {
            return None;
        }
        for (place, field) in key.iter().enumerate() {
            let at = columns.iter().position(|column| column == field)?;
            columns.get_mut(place..=at)?.rotate_right(1);
            probe.get_mut(place..=at)?.rotate_right(1);
        }
        Some(key.len())
    }

    pub(crate) fn index(&mut self, relation: usize, columns: &[u16]) -> usize {
        let names = Names { sources: self.sources, symbols: self.symbols };
        self.relations.get_mut(relation).map_or(0, |of| of.index_on(columns, names))
    }
}
