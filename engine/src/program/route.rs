//! From a changed row to the keys it concerns.

use alloc::vec::Vec;

use etio_plan::{Atom, Cond, Expr, Rule, SlotId, SlotType};
use smallvec::SmallVec;

use crate::{
    program::{
        ALL_ROWS, Hop, Route, Scan,
        bound::Bound,
        compile::{Compiler, equal},
    },
    store::{
        cover::atoms_of,
        relation::{Relation, RowId},
    },
    value::{
        expr::{Calc, Ex, field_is},
        word::{ABSENT, Key, Symbols, Word, at, int, put},
    },
};

/// Beyond this many probes the shortest way is not searched for; any way will do.
const SEARCH_DEPTH: usize = 3;

/// A condition of `when` that can bind variables.
enum Binder<'a> {
    Atom(&'a Atom),
    Let(SlotId, &'a Expr),
    Member(SlotId, &'a Expr),
}

/// Compiles the route from a row of an atom's relation, of which the fields in `known` are known. A
/// row that is not `whole` has no time either.
pub(crate) fn route(
    compiler: &mut Compiler<'_>,
    at_rule: usize,
    rule: &Rule,
    atom: &Atom,
    known: &dyn Fn(u16) -> bool,
    whole: bool,
) -> Route {
    let cells =
        compiler.relations.get(atom.relation.index()).map_or_else(Vec::new, |of| of.types.clone());
    let mut bound = Bound::none(rule);
    let (mut binds, mut optional, mut tests) = (Vec::new(), Vec::new(), Vec::new());
    let mut joins = Vec::new();
    let scalar = |slot: &SlotId| {
        matches!(rule.slots.get(slot.index()).map(|slot| &slot.ty), Some(SlotType::Scalar(_)))
    };
    let mut bind =
        |bound: &mut Bound, field: u16, slot: u16, may_lack: bool, tests: &mut Vec<Ex>| {
            if bound.has(slot) {
                tests.push(equal(field, Ex::Slot(slot)));
            } else if may_lack {
                optional.push((field, slot));
            } else {
                binds.push((field, slot));
            }
            bound.write(slot);
        };
    for (field, expr) in atom.joins.iter().filter(|(field, _)| known(field.0)) {
        match expr {
            Expr::Slot(slot) if scalar(slot) => {
                bind(&mut bound, field.0, slot.0, false, &mut tests)
            }
            expr => joins.push((field.0, compiler.expr(rule, expr, &cells))),
        }
    }
    for (pairs, may_lack) in [(&atom.binds, false), (&atom.optional_binds, true)] {
        for (field, slot) in pairs.iter().filter(|(field, _)| known(field.0)) {
            bind(&mut bound, field.0, slot.0, may_lack, &mut tests);
        }
    }
    let is_known = |ex: &Ex, bound: &Bound| {
        let mut cells_known = true;
        ex.visit(&mut |ex| cells_known &= !matches!(ex, Ex::Cell(field) if !known(*field)));
        cells_known && ex.reads_only(|slot| bound.has(slot))
    };
    for (field, ex) in joins {
        if is_known(&ex, &bound) {
            tests.push(equal(field, ex));
        }
    }
    for expr in &atom.tests {
        let ex = compiler.expr(rule, expr, &cells);
        if is_known(&ex, &bound) {
            tests.push(ex);
        }
    }
    if whole {
        bound.write(atom.row.0);
    }
    let hops = hops(compiler, rule, &mut bound);
    Route {
        from: atom.relation.index(),
        rule: at_rule,
        lanes: None,
        row: whole.then_some(atom.row.0),
        partner: None,
        binds,
        optional,
        tests,
        hops,
    }
}

/// The conditions that can bind variables.
fn binders(rule: &Rule, aggregates: bool) -> Vec<Binder<'_>> {
    let mut binders = Vec::new();
    for cond in &rule.body.when {
        match cond {
            Cond::Let(slot, expr) => binders.push(Binder::Let(*slot, expr)),
            Cond::Member(slot, expr) => binders.push(Binder::Member(*slot, expr)),
            Cond::No(_) | Cond::Test(_) => {}
            Cond::Agg { .. } if !aggregates => {}
            cond => {
                let source = cond.source();
                binders.extend(source.into_iter().flat_map(|of| atoms_of(of).0).map(Binder::Atom));
            }
        }
    }
    binders
}

/// The shortest sequence of probes that binds every key variable.
fn hops(compiler: &mut Compiler<'_>, rule: &Rule, bound: &mut Bound) -> Vec<Hop> {
    // A key may be concerned though an aggregate has no row for it, so others go first.
    let mut binders = self::binders(rule, false);
    let mut reached = bound.clone();
    binders.iter().for_each(|binder| match binder {
        Binder::Atom(atom) => bind_all(atom, &mut reached),
        Binder::Let(slot, _) | Binder::Member(slot, _) => reached.write(slot.0),
    });
    if !rule.key.iter().all(|slot| reached.has(slot.0)) {
        binders = self::binders(rule, true);
    }
    let depths = (0..=SEARCH_DEPTH).find_map(|depth| search(rule, &binders, bound, depth));
    let order = depths.unwrap_or_else(|| greedy(rule, &binders, bound));
    let mut hops = Vec::new();
    for place in order {
        match binders.get(place) {
            Some(Binder::Atom(atom)) => {
                let mut scan = compiler.pattern(rule, &joinable(atom, bound), bound, false);
                scan.tests.retain(|ex| ex.reads_only(|slot| bound.has(slot)));
                hops.push(Hop::Probe(scan));
            }
            Some(Binder::Let(slot, expr)) => {
                let ex = compiler.expr(rule, expr, &[]);
                hops.push(Hop::Let { slot: slot.0, ex, bound: bound.has(slot.0) });
                bound.write(slot.0);
            }
            Some(Binder::Member(slot, expr)) => {
                let ex = compiler.expr(rule, expr, &[]);
                hops.push(Hop::Member { slot: slot.0, ex, bound: bound.has(slot.0) });
                bound.write(slot.0);
            }
            None => {}
        }
    }
    hops
}

/// The atom with what it joins on, where that is not known yet, turned into what it binds.
fn joinable(atom: &Atom, bound: &Bound) -> Atom {
    let mut atom = atom.clone();
    let (joins, rest): (Vec<_>, Vec<_>) =
        atom.joins.into_iter().partition(|(_, expr)| all_bound(expr, bound));
    for (field, expr) in rest {
        if let Expr::Slot(slot) = expr {
            atom.binds.push((field, slot));
        }
    }
    atom.joins = joins;
    atom
}

fn search(rule: &Rule, binders: &[Binder<'_>], bound: &Bound, depth: usize) -> Option<Vec<usize>> {
    let (bound, mut order) = free(binders, bound);
    if rule.key.iter().all(|slot| bound.has(slot.0)) {
        return Some(order);
    }
    if depth == 0 {
        return None;
    }
    for (place, binder) in binders.iter().enumerate() {
        let Binder::Atom(atom) = binder else { continue };
        if keyed(atom, &bound) == 0 || !binds_new(atom, &bound) {
            continue;
        }
        let mut inside = bound.clone();
        bind_all(atom, &mut inside);
        if let Some(rest) = search(rule, binders, &inside, depth - 1) {
            order.push(place);
            order.extend(rest);
            return Some(order);
        }
    }
    None
}

/// Any way: the atom with the most known fields first.
fn greedy(rule: &Rule, binders: &[Binder<'_>], bound: &Bound) -> Vec<usize> {
    let (mut bound, mut order) = free(binders, bound);
    while !rule.key.iter().all(|slot| bound.has(slot.0)) {
        let useful = |(place, binder): (usize, &Binder<'_>)| match binder {
            Binder::Atom(atom) if binds_new(atom, &bound) => Some((keyed(atom, &bound), place)),
            _ => None,
        };
        let best = binders.iter().enumerate().filter_map(useful);
        // Of equals the one written first.
        let Some((_, place)) = best.reduce(|a, b| if b.0 > a.0 { b } else { a }) else { break };
        if let Some(Binder::Atom(atom)) = binders.get(place) {
            bind_all(atom, &mut bound);
        }
        order.push(place);
        let (more, free) = free(binders, &bound);
        bound = more;
        order.extend(free);
    }
    order
}

/// Binds all that follows from what is bound without a probe.
fn free(binders: &[Binder<'_>], bound: &Bound) -> (Bound, Vec<usize>) {
    let (mut bound, mut order) = (bound.clone(), Vec::new());
    loop {
        let ready = binders.iter().position(|binder| match binder {
            Binder::Let(slot, expr) | Binder::Member(slot, expr) => {
                !bound.has(slot.0) && all_bound(expr, &bound)
            }
            Binder::Atom(_) => false,
        });
        let Some(place) = ready else { return (bound, order) };
        if let Some(Binder::Let(slot, _) | Binder::Member(slot, _)) = binders.get(place) {
            bound.write(slot.0);
        }
        order.push(place);
    }
}

fn all_bound(expr: &Expr, bound: &Bound) -> bool {
    match expr {
        Expr::Const(_) | Expr::Param(_) | Expr::Cell(_) => true,
        Expr::Slot(slot) | Expr::TimeOf(slot) => bound.has(slot.0),
        Expr::Age(_) => false,
        Expr::Not(of) => all_bound(of, bound),
        Expr::All(of) | Expr::Any(of) | Expr::Call(_, of) => {
            of.iter().all(|expr| all_bound(expr, bound))
        }
        Expr::Cmp(_, a, b) | Expr::Arith(_, a, b) => all_bound(a, bound) && all_bound(b, bound),
    }
}

/// The variables an atom's row gives a value.
fn slots_of(atom: &Atom) -> impl Iterator<Item = u16> {
    let joined = atom.joins.iter().filter_map(|(_, expr)| match expr {
        Expr::Slot(slot) => Some(slot.0),
        _ => None,
    });
    joined.chain(atom.binds.iter().chain(&atom.optional_binds).map(|(_, slot)| slot.0))
}

fn binds_new(atom: &Atom, bound: &Bound) -> bool {
    slots_of(atom).any(|slot| !bound.has(slot))
}

fn bind_all(atom: &Atom, bound: &mut Bound) {
    slots_of(atom).for_each(|slot| bound.write(slot));
    bound.write(atom.row.0);
}

/// How many variables of the atom are known; constants do not make a probe selective enough.
fn keyed(atom: &Atom, bound: &Bound) -> usize {
    slots_of(atom).filter(|slot| bound.has(*slot)).count()
}

/// Walks routes.
pub(crate) struct Walk<'a> {
    pub(crate) relations: &'a [Relation],
    pub(crate) symbols: &'a mut Symbols,
    pub(crate) slots: &'a mut Vec<Word>,
    /// Gets the variables at each end of a route.
    pub(crate) found: &'a mut dyn FnMut(&[Word]),
}

impl Walk<'_> {
    /// Follows a route from a row.
    pub(crate) fn run(&mut self, route: &Route, words: &[Word], time: Word) {
        for (field, slot) in &route.binds {
            match at(words, *field) {
                ABSENT => return,
                word => put(self.slots, *slot, word),
            }
        }
        for (field, slot) in &route.optional {
            put(self.slots, *slot, at(words, *field));
        }
        if let Some(slot) = route.row {
            put(self.slots, slot, time);
        }
        if route.tests.iter().all(|ex| self.passes(ex, words)) {
            self.hop(&route.hops);
        }
    }

    fn eval(&mut self, ex: &Ex, cells: &[Word]) -> Word {
        if let Some(word) = ex.plain(self.slots) {
            return word;
        }
        let mut deadline = i64::MAX;
        Calc { slots: self.slots, cells, now: 0, deadline: &mut deadline, symbols: self.symbols }
            .eval(ex)
    }

    fn passes(&mut self, test: &Ex, words: &[Word]) -> bool {
        field_is(test, self.slots, words).unwrap_or_else(|| self.eval(test, words) == 1)
    }

    fn hop(&mut self, hops: &[Hop]) {
        let Some((hop, rest)) = hops.split_first() else {
            return (self.found)(self.slots);
        };
        match hop {
            Hop::Probe(scan) => self.probe(scan, rest),
            Hop::Let { slot, ex, bound } => {
                let word = self.eval(ex, &[]);
                if word != ABSENT && (!bound || at(self.slots, *slot) == word) {
                    put(self.slots, *slot, word);
                    self.hop(rest);
                }
            }
            Hop::Member { slot, ex, bound } => {
                let list = self.eval(ex, &[]);
                let known = at(self.slots, *slot);
                for word in elements(self.symbols, list) {
                    if !bound || known == word {
                        put(self.slots, *slot, word);
                        self.hop(rest);
                    }
                }
            }
        }
    }

    fn probe(&mut self, scan: &Scan, rest: &[Hop]) {
        let mut key: Key = SmallVec::from_elem(ABSENT, scan.indexed);
        for (place, (ex, may_lack)) in key.iter_mut().zip(scan.keyed()) {
            *place = self.eval(ex, &[]);
            if *place == ABSENT && !may_lack {
                return;
            }
        }
        let relations = self.relations;
        let tables = [Some((scan.relation, scan.index)), scan.past];
        for (relation, index) in tables.into_iter().flatten() {
            let Some(relation) = relations.get(relation) else { continue };
            if index == ALL_ROWS {
                relation.all().for_each(|row| self.meet(scan, rest, relation, row));
                continue;
            }
            let rows = relation.find(index, &key);
            let rows = (0..rows.len()).filter_map(|place| rows.get(place));
            rows.for_each(|row| self.meet(scan, rest, relation, row));
        }
    }

    /// Goes on from a row, if it is as the scan asks.
    fn meet(&mut self, scan: &Scan, rest: &[Hop], relation: &Relation, row: RowId) {
        let words = relation.words(row);
        for (field, slot) in &scan.binds {
            match at(words, *field) {
                ABSENT => return,
                word => put(self.slots, *slot, word),
            }
        }
        for (field, slot) in &scan.optional {
            put(self.slots, *slot, at(words, *field));
        }
        put(self.slots, scan.row, int(relation.time(row)));
        if scan.tests.iter().all(|ex| self.passes(ex, words)) {
            self.hop(rest);
        }
    }
}

/// The elements of a list or the keys of a map.
pub(crate) fn elements(symbols: &Symbols, container: Word) -> Vec<Word> {
    let list = symbols.as_list(container).iter().copied();
    list.chain(symbols.as_map(container).iter().map(|(key, _)| *key)).collect()
}
