//! Writes [`Programs`] from a pack: the conditions of each rule in the order written, with the key
//! bound beforehand.

use alloc::{boxed::Box, sync::Arc, vec::Vec};

use etio_plan::{
    AggOp, Atom, Body, Cond, Expr, Field, Finding, Pack, Part, Rule, Slot, SlotId, SlotType,
    Source, Type,
};
use smallvec::SmallVec;

use crate::{
    program::{
        Aggregate, Assign, Block, Explains, Few, Head, Kind, Numbers, Program, Scan, Schema, Src,
        Step, Tallied, Text, Window, bound::Bound, timeless::is_timeless,
    },
    store::{cover::relation_of, relation::Relation, sources::Sources},
    value::{
        expr::{Calc, Ex, Typing},
        id::Fnv,
        symbols::Symbols,
        word::{ABSENT, Word, as_int},
    },
};

/// What compiling needs and adds to: indexes and symbols.
pub(crate) struct Compiler<'a> {
    pub(crate) pack: &'a Pack,
    pub(crate) params: &'a [Word],
    pub(crate) schema: &'a [Schema],
    pub(crate) relations: &'a mut [Relation],
    pub(crate) symbols: &'a mut Symbols,
    pub(crate) sources: &'a Sources,
    /// The relations of the conditions that have a cursor.
    pub(crate) cursors: &'a mut Vec<usize>,
    /// How many variables each aggregate reads that may have tallies.
    pub(crate) tallies: &'a mut Vec<usize>,
}

/// Whether the key and the event alone say which events there are and what settles one.
fn settles(rule: &Rule, first: &Scan, end: &Scan) -> bool {
    let key = |slot: u16| rule.key.iter().any(|key| key.0 == slot);
    let bound = |slot: u16| {
        let pairs = first.binds.iter().chain(&first.optional);
        key(slot) || slot == first.row || pairs.clone().any(|(_, bound)| *bound == slot)
    };
    let local = |slot: u16| {
        let pairs = end.binds.iter().chain(&end.optional);
        bound(slot) || slot == end.row || pairs.clone().any(|(_, bound)| *bound == slot)
    };
    first.probe.iter().all(|(ex, _)| ex.reads_only(key))
        && first.tests.iter().all(|ex| ex.reads_only(bound))
        && end.probe.iter().all(|(ex, _)| ex.reads_only(bound))
        && end.tests.iter().all(|ex| ex.reads_only(local))
}

/// Whether an aggregate is the first condition that names a part of the rule's key: what is named before it
/// is joined.
fn names_key(rule: &Rule, of: &Source) -> bool {
    let mut binds = of.binding().flat_map(|atom| &atom.binds);
    binds.any(|(_, slot)| rule.key.contains(slot))
}

impl<'a> Compiler<'a> {
    /// Compiles a rule. Its place among all is given: its rank, what it feeds and the names of its key.
    pub(crate) fn program(
        &mut self,
        rule: &Rule,
        rank: usize,
        feeds: Numbers,
        key_names: Vec<Arc<str>>,
    ) -> Program {
        let mut bound = Bound::key(rule);
        let Body { when, confirm, unless, maybe } = &rule.body;
        let no_events = Bound::none(rule);
        let when_steps = self.steps(rule, when, &mut bound, &mut no_events.clone());
        let mut inputs = Numbers::new();
        for cond in when {
            let (Cond::Each(source) | Cond::Pick { of: source, .. }) = cond else { continue };
            // What stood once need not stand now.
            if !matches!(source, Source::Rows { window: etio_plan::Window::AsOf(_), .. }) {
                source.binding().for_each(|atom| inputs.push(atom.relation.index()));
            }
        }
        inputs.sort_unstable();
        inputs.dedup();
        // What a block binds shows in texts, so later blocks and texts see it too.
        let blocks = |compiler: &mut Self, of: &[Vec<Cond>]| -> Vec<Block> {
            let mut blocks = Vec::new();
            for conds in of {
                let mut inside = bound.clone();
                blocks.push(compiler.block(rule, conds, &mut inside));
            }
            blocks
        };
        let (confirm_blocks, unless_blocks) = (blocks(self, confirm), blocks(self, unless));
        confirm_blocks.iter().flat_map(|block| &block.binds).for_each(|slot| bound.write(*slot));
        // What an aggregate or an absence names for itself joins nothing.
        let is_node =
            |(at, slot): &(u16, &Slot)| slot.ty == SlotType::Scalar(Type::Node) && bound.has(*at);
        let nodes = (0..).zip(&rule.slots).filter(is_node).map(|(at, _)| at).collect();
        let maybe_blocks: Vec<Block> =
            maybe.iter().map(|conds| self.block(rule, conds, &mut bound)).collect();
        let head = self.head(rule, &bound, &when_steps);
        let relation = relation_of(rule);
        let schema = |relation: usize| self.schema.get(relation);
        let type_of = |slot: &SlotId| match rule.slots.get(slot.index()).map(|slot| &slot.ty) {
            Some(SlotType::Scalar(ty)) => ty.clone(),
            _ => Type::Time,
        };
        let mut id = Fnv::new();
        id.write(rule.path.as_bytes());
        Program {
            path: rule.path.as_str().into(),
            id,
            rank,
            relation,
            is_read: schema(relation).is_some_and(|schema| schema.sought),
            is_traced: feeds.iter().any(|of| schema(*of).is_some_and(|schema| schema.explains)),
            feeds,
            slots: rule.slots.len(),
            key: rule.key.iter().map(|slot| slot.0).collect(),
            key_types: rule.key.iter().map(type_of).collect(),
            key_names,
            when: when_steps,
            confirm: confirm_blocks,
            unless: unless_blocks,
            maybe: maybe_blocks,
            inputs,
            routes: Numbers::new(),
            lapses: !is_timeless(&rule.body, self.schema),
            nodes,
            head,
        }
    }

    fn head(&mut self, rule: &Rule, bound: &Bound, when: &[Step]) -> Head {
        match &rule.head {
            etio_plan::Head::Derived { fields, linger, .. } => {
                let fields: Vec<Option<Ex>> = fields
                    .iter()
                    .map(|field| field.as_ref().map(|expr| self.expr(rule, expr, &[])))
                    .collect();
                let determined =
                    |ex: &Ex| ex.reads_only(|slot| rule.key.iter().any(|key| key.0 == slot));
                Head::Row {
                    single: fields.iter().flatten().all(determined),
                    linger: linger.as_ref().map_or(0, |expr| self.length(rule, expr)),
                    since: self.since(rule).filter(|_| !when.iter().any(reads_clock)),
                    fields,
                }
            }
            etio_plan::Head::Finding(finding) => self.finding(rule, finding, bound),
        }
    }

    /// A body of one entity atom holds since its row says so, unless time alone makes it true.
    fn since(&self, rule: &Rule) -> Option<u16> {
        let Body { when, confirm, unless, .. } = &rule.body;
        let mut sources = when.iter().filter(|cond| cond.source().is_some());
        match (sources.next(), sources.next()) {
            (Some(Cond::Each(Source::Rows { atom, window: etio_plan::Window::Stands })), None)
                if confirm.is_empty() && unless.is_empty() =>
            {
                self.pack.get(atom.relation)?.since.map(|field| field.0)
            }
            _ => None,
        }
    }

    fn finding(&mut self, rule: &Rule, finding: &Finding, bound: &Bound) -> Head {
        let texts = finding
            .texts()
            .map(|texts| texts.iter().map(|text| self.text(rule, text, bound)).collect());
        let explains = finding.explains.iter().map(|clause| {
            let mut inside = bound.clone();
            let when = self.steps(rule, &clause.when, &mut inside, &mut Bound::none(rule));
            let mut pairs: SmallVec<[(u16, Ex); 4]> = clause
                .key
                .iter()
                .map(|(field, expr)| (field.0, self.expr(rule, expr, &[])))
                .collect();
            pairs.sort_by_key(|(field, _)| *field);
            let (fields, key): (Few, Vec<Ex>) = pairs.into_iter().unzip();
            let target = clause.target.index();
            Explains { target, index: self.index(target, &fields), fields, key, when }
        });
        Head::Finding { explains: explains.collect(), texts }
    }

    fn text(&mut self, rule: &Rule, text: &etio_plan::Text, bound: &Bound) -> Text {
        let guard = self.block(rule, &text.guard, &mut bound.clone());
        let mut values = Vec::with_capacity(text.parts.len().div_ceil(2));
        for part in &text.parts {
            if let Part::Expr(expr) = part {
                values.push(self.typing(rule).compile(expr, &[]));
            }
        }
        Text { guard, values }
    }

    fn block(&mut self, rule: &Rule, conds: &[Cond], bound: &mut Bound) -> Block {
        let before = bound.clone();
        let steps = self.steps(rule, conds, bound, &mut Bound::none(rule));
        let of_binding = |slot: u16| before.has(slot) && !rule.key.contains(&SlotId(slot));
        // Where no event is looked for, what stands beside it may count or not (M5.2).
        let is_steady = self.awaits_event(rule) && !steps.iter().any(|step| step.reads(of_binding));
        Block { binds: before.fresh_in(bound).collect(), is_steady, steps }
    }

    /// Whether every binding of `when` has an event.
    fn awaits_event(&self, rule: &Rule) -> bool {
        let is_event =
            |atom: &Atom| self.schema.get(atom.relation.index()).is_some_and(|of| of.event);
        rule.body.when.iter().any(|cond| match cond {
            Cond::Each(source) | Cond::Pick { of: source, .. } => source.binding().any(is_event),
            _ => false,
        })
    }

    /// Compiles conditions in order. `events` collects the variables that events bind.
    fn steps(
        &mut self,
        rule: &Rule,
        conds: &[Cond],
        bound: &mut Bound,
        events: &mut Bound,
    ) -> Vec<Step> {
        conds.iter().map(|cond| self.step(rule, cond, bound, events)).collect()
    }

    fn step(&mut self, rule: &Rule, cond: &Cond, bound: &mut Bound, events: &mut Bound) -> Step {
        let before = bound.clone();
        let step = match cond {
            Cond::Each(source) => Step::Each(self.source(rule, source, bound)),
            Cond::Pick { pick, of, group } => {
                let of = self.source(rule, of, bound);
                let group: Few = group.iter().map(|slot| slot.0).collect();
                Step::Pick { of, pick: *pick, group: group.into() }
            }
            Cond::No(source) => Step::No(self.source(rule, source, &mut bound.clone())),
            Cond::Agg { into, op, arg, of } => {
                let names_key = names_key(rule, of);
                let of = self.source(rule, of, &mut bound.clone());
                let arg = arg.as_ref().map(|expr| self.typing(rule).compile(expr, &[]));
                let (arg, ty) = arg.map_or((None, Type::Int), |(ex, ty)| (Some(ex), ty));
                bound.write(into.0);
                let tally = self.tallied(*op, arg.as_ref(), &of, &before);
                let by = Aggregate { into: into.0, op: *op, arg, ty, tally, names_key };
                Step::Agg { of, by: by.into() }
            }
            Cond::Test(expr) => {
                let ex = self.expr(rule, expr, &[]);
                Step::Test { event: ex.reads(|slot| events.has(slot)), ex }
            }
            Cond::Let(slot, expr) | Cond::Member(slot, expr) => {
                let (slot, ex) = (slot.0, self.expr(rule, expr, &[]));
                let known = bound.has(slot);
                bound.write(slot);
                if ex.reads(|slot| events.has(slot)) {
                    events.write(slot);
                }
                let assign = Assign { slot, ex, bound: known };
                match cond {
                    Cond::Let(..) => Step::Let(assign),
                    _ => Step::Member(assign),
                }
            }
        };
        if let Step::Each(Src { events: true, .. })
        | Step::Pick { of: Src { events: true, .. }, .. }
        | Step::Agg { of: Src { events: true, .. }, .. } = &step
        {
            before.fresh_in(bound).for_each(|slot| events.write(slot));
        }
        step
    }

    /// Where the tallies of an aggregate are kept, if rows of events in a window decide it alone.
    fn tallied(
        &mut self,
        op: AggOp,
        arg: Option<&Ex>,
        of: &Src,
        before: &Bound,
    ) -> Option<Tallied> {
        let Kind::Rows { scan, window: Window::Last(_) | Window::Since(_) } = &of.kind else {
            return None;
        };
        let is_event = self.schema.get(scan.relation).is_some_and(|schema| schema.event);
        let is_count = op == AggOp::Count && scan.is_plain();
        if !is_event || is_count || op == AggOp::Changes {
            return None;
        }
        let (mut reads, mut is_aged) = (Few::new(), false);
        let asked = scan.probe.iter().map(|(ex, _)| ex).chain(&scan.tests).chain(arg);
        for ex in asked {
            ex.visit(&mut |ex| match ex {
                Ex::Slot(slot) if before.has(*slot) && !reads.contains(slot) => reads.push(*slot),
                Ex::Age(_) => is_aged = true,
                _ => {}
            });
        }
        if is_aged {
            return None;
        }
        self.tallies.push(reads.len());
        Some(Tallied { number: self.tallies.len() - 1, reads })
    }

    fn source(&mut self, rule: &Rule, source: &Source, bound: &mut Bound) -> Src {
        let eventful = |atom: &Atom| {
            self.schema.get(atom.relation.index()).is_some_and(|schema| schema.eventful)
        };
        let events = source.binding().any(eventful);
        let keep = rule.keep;
        let kind = match source {
            Source::Rows { atom, window } => {
                let window = match window {
                    etio_plan::Window::Stands => Window::Stands,
                    etio_plan::Window::Keep => Window::Last(Ex::Const(keep as Word)),
                    etio_plan::Window::Within(d) => Window::Last(self.expr(rule, d, &[])),
                    etio_plan::Window::Since(x) => Window::Since(self.expr(rule, x, &[])),
                    etio_plan::Window::AsOf(x) => Window::AsOf(self.expr(rule, x, &[])),
                };
                Kind::Rows { scan: self.scan(rule, atom, bound, false), window }
            }
            Source::Then { first, next, within, without } => {
                let first = self.scan(rule, first, bound, false);
                let without = without.as_ref().map(|atom| {
                    // It sees what `first` binds; what `next` binds comes later.
                    self.scan(rule, atom, &mut bound.clone(), false)
                });
                let next = self.scan(rule, next, bound, true);
                let within = self.expr(rule, within, &[]);
                let is_fixed = within.reads_only(|_| false)
                    && [Some(&next), without.as_ref()]
                        .into_iter()
                        .flatten()
                        .all(|scan| settles(rule, &first, scan));
                let cursor = is_fixed.then(|| self.cursor(first.relation));
                let (first, next) = (first.into(), next.into());
                Kind::Then { first, next, within, without: without.map(Box::new), keep, cursor }
            }
            Source::Without { first, end, hold } => {
                let first = self.scan(rule, first, bound, false);
                let end = self.scan(rule, end, &mut bound.clone(), false);
                let cursor = settles(rule, &first, &end).then(|| self.cursor(first.relation));
                let hold = self.expr(rule, hold, &[]);
                Kind::Without { first: first.into(), end: end.into(), hold, keep, cursor }
            }
            Source::Sustained { atom, hold } => Kind::Sustained {
                scan: self.scan(rule, atom, bound, false),
                hold: self.expr(rule, hold, &[]),
            },
            Source::Silence { of, hold, per } => {
                let per = self.scan(rule, per, bound, false);
                let of = self.scan(rule, of, &mut bound.clone(), false);
                Kind::Silence { of: of.into(), hold: self.expr(rule, hold, &[]), per: per.into() }
            }
        };
        Src { kind, events }
    }

    /// A cursor for a condition on events of a relation.
    fn cursor(&mut self, relation: usize) -> usize {
        self.cursors.push(relation);
        self.cursors.len() - 1
    }

    /// The fields that tests on a row of a relation may look at.
    pub(crate) fn cells(&self, relation: usize) -> &'a [Field] {
        self.pack.relations.get(relation).map_or(&[], |of| of.fields.as_slice())
    }

    pub(crate) fn expr(&mut self, rule: &Rule, expr: &Expr, cells: &[Field]) -> Ex {
        self.typing(rule).compile(expr, cells).0
    }

    pub(crate) fn typing<'b>(&'b mut self, rule: &'b Rule) -> Typing<'b> {
        Typing { pack: self.pack, rule, params: self.params, symbols: self.symbols }
    }

    /// An expression of constants and parameters as a length of time.
    fn length(&mut self, rule: &Rule, expr: &Expr) -> i64 {
        let ex = self.expr(rule, expr, &[]);
        let mut deadline = i64::MAX;
        let mut calc =
            Calc { slots: &[], cells: &[], now: 0, deadline: &mut deadline, symbols: self.symbols };
        match calc.eval(&ex) {
            ABSENT => 0,
            word => as_int(word).max(0),
        }
    }
}

/// Whether what a step tests or computes is a matter of when it is asked.
fn reads_clock(step: &Step) -> bool {
    let mut aged = false;
    let mut see = |ex: &Ex| ex.visit(&mut |ex| aged |= matches!(ex, Ex::Age(_)));
    match step {
        Step::Test { ex, .. } | Step::Let(Assign { ex, .. }) | Step::Member(Assign { ex, .. }) => {
            see(ex)
        }
        Step::Each(Src { kind: Kind::Rows { scan, .. }, .. }) => scan.tests.iter().for_each(see),
        _ => {}
    }
    aged
}
