//! Which rule reads what: rules in dependency order, cycles as errors.

use etio_plan::{Head, Kind, RelId};

use crate::{
    diag::{Code, Diagnostic, codes},
    lower::Draft,
    resolve::{Block, BlockItem, Cx, Def, Place},
    syntax::ast::{
        Atom, Cond, CondKind, Expr, ExprKind, FieldOp, InterpPart, Path, Source, Window,
    },
    table::IndexMap,
};

/// From a relation to what its rules read, and where they say so.
type Edges = IndexMap<RelId, IndexMap<RelId, Place>>;

/// The blocks so that each reads only relations concluded before it; for equal rank in the order of
/// the files. A recursion is an error that prints the cycle.
pub(crate) fn by_dependency<'a>(cx: &mut Cx<'a>) -> Vec<Block<'a>> {
    let mut edges = Edges::default();
    for block in &cx.blocks {
        let reads = edges.entry(block.relation).or_default();
        each_condition(block.item, &mut |path| {
            if let Some(Def::Relation(read)) = cx.lookup(block.file, path)
                && matches!(cx.kind(read), Some(Kind::Derived | Kind::Finding))
            {
                reads.entry(read).or_insert(Place { file: block.file, span: path.span });
            }
        });
    }
    let (sorted, cycles) = sort(&edges);
    for cycle in &cycles {
        report_cycle(
            cx,
            cycle,
            &edges,
            codes::RECURSION,
            "reads",
            "rules must not read themselves, not even through others",
        );
        // Rules on a cycle are lowered all the same, but what they read may have no fields yet.
        cx.broken.extend(cycle.iter().copied().filter(|relation| {
            cx.pack.get(*relation).is_some_and(|relation| relation.kind == Kind::Finding)
        }));
    }
    let mut by_relation: IndexMap<RelId, Vec<Block<'a>>> = IndexMap::default();
    for block in &cx.blocks {
        by_relation.entry(block.relation).or_default().push(*block);
    }
    sorted.iter().filter_map(|relation| by_relation.swap_remove(relation)).flatten().collect()
}

/// A cycle among `explains` would make two findings each other's cause.
pub(crate) fn check_explains(cx: &mut Cx<'_>, drafts: &[Draft]) {
    let mut edges = Edges::default();
    for draft in drafts {
        let Head::Finding(finding) = &draft.rule.head else { continue };
        let causes = edges.entry(finding.relation).or_default();
        for (edge, span) in finding.explains.iter().zip(&draft.explains_spans) {
            causes.entry(edge.target).or_insert(Place { file: draft.file, span: *span });
        }
    }
    for cycle in sort(&edges).1 {
        report_cycle(
            cx,
            &cycle,
            &edges,
            codes::EXPLAINS_CYCLE,
            "explains",
            "a cause is never explained by what it causes: remove one of the edges",
        );
    }
}

/// Depth first in the order of the map, so that the result depends on nothing else.
fn sort(edges: &Edges) -> (Vec<RelId>, Vec<Vec<RelId>>) {
    let mut walk =
        Walk { edges, state: IndexMap::default(), sorted: Vec::new(), cycles: Vec::new() };
    for relation in edges.keys() {
        walk.visit(*relation);
    }
    (walk.sorted, walk.cycles)
}

struct Walk<'e> {
    edges: &'e Edges,
    /// `false` while on the path from the start to here, which `state` then lists in order.
    state: IndexMap<RelId, bool>,
    sorted: Vec<RelId>,
    cycles: Vec<Vec<RelId>>,
}

impl Walk<'_> {
    /// Without recursion, since rule files may chain any number of rules.
    fn visit(&mut self, start: RelId) {
        if self.state.contains_key(&start) {
            return;
        }
        self.state.insert(start, false);
        let mut path: Vec<(RelId, usize)> = vec![(start, 0)];
        while let Some((relation, next)) = path.last_mut() {
            let here = *relation;
            let Some((read, _)) = self.edges.get(&here).and_then(|reads| reads.get_index(*next))
            else {
                self.state.insert(here, true);
                self.sorted.push(here);
                path.pop();
                continue;
            };
            *next += 1;
            match self.state.get(read) {
                Some(true) => {}
                Some(false) => {
                    let from = path.iter().position(|(on_path, _)| on_path == read).unwrap_or(0);
                    let cycle = path.iter().skip(from).map(|(on_path, _)| *on_path).collect();
                    self.cycles.push(cycle);
                }
                None => {
                    self.state.insert(*read, false);
                    path.push((*read, 0));
                }
            }
        }
    }
}

fn report_cycle(
    cx: &mut Cx<'_>,
    cycle: &[RelId],
    edges: &Edges,
    code: Code,
    verb: &str,
    help: &str,
) {
    let Some(first) = cycle.first() else { return };
    let mut names: Vec<&str> = cycle.iter().map(|relation| cx.name_of(*relation)).collect();
    names.push(cx.name_of(*first));
    let message = match cycle {
        [_] => format!("`{}` {verb} itself", cx.name_of(*first)),
        _ => format!("these go round in a circle: {}", names.join(" -> ")),
    };
    let mut diagnostic = Diagnostic::new(code, message).help(help);
    for (at, from) in cycle.iter().enumerate() {
        let to = cycle.get(at + 1).unwrap_or(first);
        let Some(place) = edges.get(from).and_then(|reads| reads.get(to)) else { continue };
        let text = format!("`{}` {verb} `{}`", cx.name_of(*from), cx.name_of(*to));
        diagnostic = match at {
            0 => diagnostic.at(place.file, place.span, text),
            _ => diagnostic.also(place.file, place.span, text),
        };
    }
    cx.report(diagnostic);
}

/// Calls `see` with every relation that the truth of a block depends on.
pub(crate) fn each_condition(item: BlockItem<'_>, see: &mut dyn FnMut(&Path)) {
    match item {
        BlockItem::Derive(derive) => conditions(&derive.when, see),
        BlockItem::Finding(finding) => {
            conditions(&finding.when, see);
            for block in finding.confirm.iter().chain(&finding.unless).chain(&finding.maybe) {
                conditions(block, see);
            }
        }
    }
}

pub(crate) fn conditions(conds: &[Cond], see: &mut dyn FnMut(&Path)) {
    for cond in conds {
        match &cond.kind {
            CondKind::Each(_, of) | CondKind::No(of) | CondKind::Pick(_, _, of) => source(of, see),
            CondKind::Silence { of, hold, per } => {
                atom(of, see);
                expr(hold, see);
                atom(per, see);
            }
            CondKind::Let(_, value) | CondKind::Test(value) => expr(value, see),
        }
    }
}

fn source(of: &Source, see: &mut dyn FnMut(&Path)) {
    match of {
        Source::Rows(rows, window) => {
            atom(rows, see);
            if let Some(Window::Within(e) | Window::Since(e) | Window::AsOf(e)) = window {
                expr(e, see);
            }
        }
        Source::Then { first, next, without, .. } => {
            atom(first, see);
            atom(next, see);
            without.iter().for_each(|without| atom(without, see));
        }
        Source::Without { first, end, .. } => {
            atom(first, see);
            atom(end, see);
        }
        Source::Sustained { atom: state, .. } => atom(state, see),
    }
}

fn atom(of: &Atom, see: &mut dyn FnMut(&Path)) {
    see(&of.relation);
    for field in &of.fields {
        match &field.op {
            FieldOp::Is(e) | FieldOp::Cmp(_, e) | FieldOp::In(e) | FieldOp::Has(e) => expr(e, see),
            FieldOp::Same | FieldOp::Any | FieldOp::Like(_) => {}
        }
    }
}

/// An expression reads relations through its aggregates.
fn expr(of: &Expr, see: &mut dyn FnMut(&Path)) {
    match &of.kind {
        ExprKind::Agg(_, argument, over) => {
            argument.iter().for_each(|argument| expr(argument, see));
            source(over, see);
        }
        ExprKind::Text(parts) => parts.iter().for_each(|part| {
            if let InterpPart::Expr(e) = part {
                expr(e, see);
            }
        }),
        ExprKind::Field(e, _) | ExprKind::Not(e) | ExprKind::Neg(e) | ExprKind::Like(e, _) => {
            expr(e, see);
        }
        ExprKind::Call(_, items) | ExprKind::List(items) => {
            items.iter().for_each(|item| expr(item, see));
        }
        ExprKind::Index(a, b)
        | ExprKind::And(a, b)
        | ExprKind::Or(a, b)
        | ExprKind::Cmp(_, a, b)
        | ExprKind::In(a, b)
        | ExprKind::Has(a, b)
        | ExprKind::Arith(_, a, b) => {
            expr(a, see);
            expr(b, see);
        }
        ExprKind::Lit(_) | ExprKind::Name(_) => {}
    }
}
