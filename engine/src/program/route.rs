//! From a changed row to the keys it concerns.

use alloc::vec::Vec;

use etio_plan::{Atom, Cond, Expr, FieldId, Rule, SlotId};
use smallvec::SmallVec;

use crate::{
    program::{
        ALL_ROWS, Assign, Hop, Hops, Pairs, Route, Scan, Tests,
        bound::{Bound, each_slot},
        compile::Compiler,
        place::Place,
        steady,
    },
    store::{relation::Relation, row::RowId},
    value::{
        expr::{Calc, Ex, equal, field_is},
        symbols::Symbols,
        word::{ABSENT, Key, Word, at, int, put},
    },
};

/// Beyond this many probes the shortest way is not searched for; any way will do.
const SEARCH_DEPTH: usize = 3;

/// A condition that can bind variables.
enum Binder<'a> {
    Atom(&'a Atom),
    Let(SlotId, &'a Expr),
    Member(SlotId, &'a Expr),
}

/// The conditions that can bind variables: those beside the atom, then those of `when`, in the order written.
type Binders<'a> = SmallVec<[Binder<'a>; 8]>;

/// Places among them, in the order gone.
type Order = SmallVec<[usize; 8]>;

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
    let mut bound = Bound::none(rule);
    let (mut binds, mut optional, mut tests) = (Pairs::new(), Pairs::new(), Tests::new());
    let mut bind = |field: FieldId, slot: SlotId, may_lack: bool| {
        let (field, slot) = (field.0, slot.0);
        if !known(field) {
            return;
        }
        if bound.has(slot) {
            tests.push(equal(field, Ex::Slot(slot)));
        } else if may_lack {
            optional.push((field, slot));
        } else {
            binds.push((field, slot));
        }
        bound.write(slot);
    };
    for (field, expr) in &atom.joins {
        if let Expr::Slot(slot) = expr {
            bind(*field, *slot, false);
        }
    }
    atom.binds.iter().for_each(|(field, slot)| bind(*field, *slot, false));
    atom.optional_binds.iter().for_each(|(field, slot)| bind(*field, *slot, true));
    for (field, expr) in &atom.joins {
        let binds = matches!(expr, Expr::Slot(_));
        if !binds && known(field.0) && bound.gives(expr) {
            tests.push(equal(field.0, compiler.expr(rule, expr, &[])));
        }
    }
    let cells = compiler.cells(atom.relation.index());
    for expr in atom.tests.iter().filter(|expr| bound.gives(expr)) {
        let ex = compiler.expr(rule, expr, cells);
        let mut is_known = true;
        ex.visit(&mut |ex| is_known &= ex.as_cell().is_none_or(known));
        if is_known {
            tests.push(ex);
        }
    }
    if whole {
        bound.write(atom.row.0);
    }
    let place = Place::of(rule, atom);
    if let Some(place) = &place {
        let fresh = atom.binds.iter().chain(&atom.optional_binds).map(|(_, slot)| slot.0);
        let displaced =
            fresh.chain([atom.row.0]).filter(|slot| place.differs_within_group(rule, *slot));
        displaced.for_each(|slot| bound.forget(slot));
    }
    let beside = place.map_or(&[][..], |place| place.beside);
    let hops = hops(compiler, rule, beside, &mut bound);
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

fn binders<'a>(rule: &'a Rule, beside: &'a [Cond], aggregates: bool) -> Binders<'a> {
    let mut binders = Binders::new();
    for cond in beside.iter().chain(&rule.body.when) {
        match cond {
            Cond::Let(slot, expr) => binders.push(Binder::Let(*slot, expr)),
            Cond::Member(slot, expr) => binders.push(Binder::Member(*slot, expr)),
            Cond::No(_) | Cond::Test(_) => {}
            Cond::Agg { .. } if !aggregates => {}
            Cond::Each(of) | Cond::Pick { of, .. } | Cond::Agg { of, .. } => {
                of.binding().for_each(|atom| binders.push(Binder::Atom(atom)));
            }
        }
    }
    binders
}

/// The shortest sequence of probes that binds every key variable. What the rule tests is tested as soon
/// as it is known.
fn hops(compiler: &mut Compiler<'_>, rule: &Rule, beside: &[Cond], bound: &mut Bound) -> Hops {
    let (mut hops, mut tests) = (Hops::new(), steady::tests(rule, beside));
    let mut test = |compiler: &mut Compiler<'_>, bound: &Bound, hops: &mut Hops| {
        for expr in tests.extract_if(.., |expr| bound.gives(expr)) {
            hops.push(Hop::Test(compiler.expr(rule, expr, &[])));
        }
    };
    test(compiler, bound, &mut hops);
    if binds_key(rule, bound) {
        return hops;
    }
    // A key may be concerned though an aggregate has no row for it, so others go first.
    let mut binders = self::binders(rule, beside, false);
    if rule.body.when.iter().any(|cond| matches!(cond, Cond::Agg { .. })) {
        let mut reached = bound.clone();
        binders.iter().for_each(|binder| match binder {
            Binder::Atom(atom) => bind_all(atom, &mut reached),
            Binder::Let(slot, _) | Binder::Member(slot, _) => reached.write(slot.0),
        });
        if !binds_key(rule, &reached) {
            binders = self::binders(rule, beside, true);
        }
    }
    let mut order = Order::new();
    if !(0..=SEARCH_DEPTH).any(|depth| search(rule, &binders, bound, depth, &mut order)) {
        greedy(rule, &binders, bound, &mut order);
    }
    hops.reserve_exact(order.len());
    for place in order {
        match binders.get(place) {
            Some(Binder::Atom(atom)) => {
                let mut scan = compiler.pattern(rule, atom, bound, false);
                scan.tests.retain(|ex| ex.reads_only(|slot| bound.has(slot)));
                hops.push(Hop::Probe(scan.into(), None));
            }
            Some(Binder::Let(slot, expr)) => {
                let ex = compiler.expr(rule, expr, &[]);
                hops.push(Hop::Let(Assign { slot: slot.0, ex, bound: bound.has(slot.0) }));
                bound.write(slot.0);
            }
            Some(Binder::Member(slot, expr)) => {
                let ex = compiler.expr(rule, expr, &[]);
                hops.push(Hop::Member(Assign { slot: slot.0, ex, bound: bound.has(slot.0) }));
                bound.write(slot.0);
            }
            None => {}
        }
        test(compiler, bound, &mut hops);
    }
    hops
}

fn binds_key(rule: &Rule, bound: &Bound) -> bool {
    rule.key.iter().all(|slot| bound.has(slot.0))
}

/// Adds a way of at most so many probes to the order, if there is one.
fn search(
    rule: &Rule,
    binders: &[Binder<'_>],
    bound: &Bound,
    depth: usize,
    order: &mut Order,
) -> bool {
    let (mut bound, start) = (bound.clone(), order.len());
    follow(binders, &mut bound, order);
    if binds_key(rule, &bound) {
        return true;
    }
    if let Some(depth) = depth.checked_sub(1) {
        for (place, binder) in binders.iter().enumerate() {
            let Binder::Atom(atom) = binder else { continue };
            // Constants do not make a probe selective enough.
            if !matches!(variables(atom, &bound), (1.., 1..)) {
                continue;
            }
            let (mut inside, len) = (bound.clone(), order.len());
            bind_all(atom, &mut inside);
            order.push(place);
            if search(rule, binders, &inside, depth, order) {
                return true;
            }
            order.truncate(len);
        }
    }
    order.truncate(start);
    false
}

/// Any way: the atom with the most known fields first.
fn greedy(rule: &Rule, binders: &[Binder<'_>], bound: &Bound, order: &mut Order) {
    let mut bound = bound.clone();
    follow(binders, &mut bound, order);
    while !binds_key(rule, &bound) {
        let useful = |(place, binder): (usize, &Binder<'_>)| match binder {
            Binder::Atom(atom) => {
                let (known, new) = variables(atom, &bound);
                (new > 0).then_some((known, place))
            }
            _ => None,
        };
        let best = binders.iter().enumerate().filter_map(useful);
        // Of equals the one written first.
        let Some((_, place)) = best.reduce(|a, b| if b.0 > a.0 { b } else { a }) else { break };
        if let Some(Binder::Atom(atom)) = binders.get(place) {
            bind_all(atom, &mut bound);
        }
        order.push(place);
        follow(binders, &mut bound, order);
    }
}

/// Binds all that follows from what is bound without a probe.
fn follow(binders: &[Binder<'_>], bound: &mut Bound, order: &mut Order) {
    let ready = |bound: &Bound| {
        binders.iter().enumerate().find_map(|(place, binder)| match binder {
            Binder::Let(slot, expr) | Binder::Member(slot, expr) => {
                (!bound.has(slot.0) && bound.gives(expr)).then_some((place, slot.0))
            }
            Binder::Atom(_) => None,
        })
    };
    while let Some((place, slot)) = ready(bound) {
        bound.write(slot);
        order.push(place);
    }
}

fn bind_all(atom: &Atom, bound: &mut Bound) {
    each_slot(atom, |slot| bound.write(slot));
    bound.write(atom.row.0);
}

/// How many variables of an atom are known, and how many are not.
fn variables(atom: &Atom, bound: &Bound) -> (usize, usize) {
    let (mut known, mut new) = (0, 0);
    each_slot(atom, |slot| *if bound.has(slot) { &mut known } else { &mut new } += 1);
    (known, new)
}

/// Walks routes.
pub(crate) struct Walk<'a> {
    pub(crate) relations: &'a [Relation],
    pub(crate) symbols: &'a mut Symbols,
    pub(crate) slots: &'a mut Vec<Word>,
    /// Gets the variables at each end of a route.
    pub(crate) found: &'a mut dyn FnMut(&[Word]),
    /// Gets the projections that would have helped, with their relations.
    pub(crate) wanted: &'a mut Vec<(usize, usize)>,
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
            Hop::Probe(scan, projection) => self.probe(scan, *projection, rest),
            Hop::Let(Assign { slot, ex, bound }) => {
                let word = self.eval(ex, &[]);
                if word != ABSENT && (!bound || at(self.slots, *slot) == word) {
                    put(self.slots, *slot, word);
                    self.hop(rest);
                }
            }
            Hop::Member(Assign { slot, ex, bound }) => {
                let list = self.eval(ex, &[]);
                let known = at(self.slots, *slot);
                for word in elements(self.symbols, list) {
                    if !bound || known == word {
                        put(self.slots, *slot, word);
                        self.hop(rest);
                    }
                }
            }
            Hop::Test(ex) => {
                if self.eval(ex, &[]) == 1 {
                    self.hop(rest);
                }
            }
        }
    }

    fn probe(&mut self, scan: &Scan, projection: Option<usize>, rest: &[Hop]) {
        let mut key: Key = SmallVec::from_elem(ABSENT, scan.indexed);
        for (place, (ex, may_lack)) in key.iter_mut().zip(scan.keyed()) {
            *place = self.eval(ex, &[]);
            if *place == ABSENT && !may_lack {
                return;
            }
        }
        let relations = self.relations;
        for (number, index) in scan.tables() {
            let Some(relation) = relations.get(number) else { continue };
            if index == ALL_ROWS {
                relation.all().for_each(|row| self.meet_row(scan, rest, relation, row));
                continue;
            }
            let projected = projection.and_then(|of| Some((of, relation.projection(of)?)));
            if let Some((_, of)) = projected
                && of.each(&key, relation.types.len(), |words| {
                    self.meet(scan, rest, words, ABSENT);
                })
            {
                continue;
            }
            let rows = relation.find(index, &key);
            rows.iter().for_each(|row| self.meet_row(scan, rest, relation, *row));
            if let Some((of, projection)) = projected
                && projection.is_wanted(rows.len(), relation.len())
            {
                self.wanted.push((number, of));
            }
        }
    }

    fn meet_row(&mut self, scan: &Scan, rest: &[Hop], relation: &Relation, row: RowId) {
        self.meet(scan, rest, relation.words(row), int(relation.time(row)));
    }

    /// Goes on from a row, if it is as the scan asks.
    fn meet(&mut self, scan: &Scan, rest: &[Hop], words: &[Word], time: Word) {
        for (field, slot) in &scan.binds {
            match at(words, *field) {
                ABSENT => return,
                word => put(self.slots, *slot, word),
            }
        }
        for (field, slot) in &scan.optional {
            put(self.slots, *slot, at(words, *field));
        }
        put(self.slots, scan.row, time);
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
