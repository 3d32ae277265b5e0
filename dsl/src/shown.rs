//! Edges that go to one of many: what a finding explains is said of the binding that it shows. Where a name stands for
//! several values beside one key, the symptoms of all but one keep being roots, which nobody means.

use etio_plan::{
    Atom, Cond, Explains, Expr, Field, FieldId, Head, Kind, Pack, Rule, SlotId, Source, Window,
};

use crate::{
    diag::{Diagnostic, codes},
    lower::Draft,
    table::HashSet,
};

/// Warnings of edges that read a name for which several bindings of one key may have other values.
pub(crate) fn warnings(pack: &Pack, draft: &Draft) -> Vec<Diagnostic> {
    let Head::Finding(finding) = &draft.rule.head else { return Vec::new() };
    if finding.explains.is_empty() {
        return Vec::new();
    }
    let loose = Loose::of(pack, &draft.rule);
    let edges = finding.explains.iter().zip(&draft.explains_spans);
    let read = edges.filter_map(|(edge, span)| Some((loose.in_edge(edge)?, edge, *span)));
    let warning = |(slot, edge, span): (SlotId, &Explains, _)| {
        let name = draft.rule.slots.get(slot.index()).map_or("", |slot| &slot.name);
        let target = pack.get(edge.target).map_or("", |target| target.name());
        let message = format!(
            "only one `{target}` of several is explained: `{name}` is that of the binding shown"
        );
        let help = format!(
            "bind it anew in `explains {target} {{ … }} when {{ … }}` under a name of its own, so that all that are \
             like it are explained"
        );
        Diagnostic::new(codes::ONLY_SHOWN, message).at(draft.file, span, "").help(help)
    };
    read.map(warning).collect()
}

/// The variables that may have several values beside one key.
struct Loose<'p> {
    pack: &'p Pack,
    rule: &'p Rule,
    slots: HashSet<SlotId>,
}

impl<'p> Loose<'p> {
    fn of(pack: &'p Pack, rule: &'p Rule) -> Self {
        let mut loose = Self { pack, rule, slots: HashSet::default() };
        let body = &rule.body;
        let blocks = body.confirm.iter().chain(&body.maybe).flatten();
        body.when.iter().chain(blocks).for_each(|cond| loose.see(cond));
        loose
    }

    fn see(&mut self, cond: &Cond) {
        match cond {
            Cond::Each(of) | Cond::Pick { of, .. } => {
                let stands = matches!(of, Source::Rows { window: Window::Stands, .. });
                let many = of.binding().filter(|atom| !stands || !self.is_one(atom));
                let bound = many.flat_map(|atom| atom.bound().chain([atom.row])).collect();
                self.add(bound);
            }
            Cond::Agg { into, of, arg, .. } => {
                if self.reads(of) || arg.as_ref().is_some_and(|arg| self.has(arg)) {
                    self.add(vec![*into]);
                }
            }
            Cond::Let(slot, expr) => {
                if self.has(expr) {
                    self.add(vec![*slot]);
                }
            }
            Cond::Member(slot, _) => self.add(vec![*slot]),
            Cond::No(_) | Cond::Test(_) => {}
        }
    }

    fn add(&mut self, slots: Vec<SlotId>) {
        self.slots.extend(slots.into_iter().filter(|slot| !self.rule.key.contains(slot)));
    }

    /// Whether what has one value beside a key says which row it is.
    fn is_one(&self, atom: &Atom) -> bool {
        let Some(relation) = self.pack.get(atom.relation) else { return false };
        let is_key = |field: &Field| match relation.kind {
            Kind::Entity => field.key,
            _ => true,
        };
        let known = |at: FieldId| {
            let joined = atom.joins.iter().any(|(field, expr)| *field == at && !self.has(expr));
            let of_key =
                |(field, slot): &(FieldId, SlotId)| *field == at && self.rule.key.contains(slot);
            joined || atom.binds.iter().any(of_key)
        };
        let fields = (0..).map(FieldId).zip(&relation.fields);
        relation.kind != Kind::Event
            && fields.filter(|(_, field)| is_key(field)).all(|(at, _)| known(at))
    }

    /// Whether rows are looked for by one of them.
    fn reads(&self, source: &Source) -> bool {
        source.atoms().flat_map(|atom| &atom.joins).any(|(_, expr)| self.has(expr))
    }

    fn has(&self, expr: &Expr) -> bool {
        expr.any(&|part| match part {
            Expr::Slot(slot) | Expr::TimeOf(slot) => self.slots.contains(slot),
            _ => false,
        })
    }

    /// The one that says which symptom an edge goes to, if there is one: in its key, or in what finds a part of that.
    fn in_edge(&self, edge: &Explains) -> Option<SlotId> {
        let key = || edge.key.iter().map(|(_, expr)| expr);
        let of = edge.when.iter().filter_map(|cond| match cond {
            Cond::Each(of) | Cond::Pick { of, .. } => Some(of),
            _ => None,
        });
        let finds =
            |atom: &&Atom| atom.bound().any(|slot| key().any(|expr| *expr == Expr::Slot(slot)));
        let joins = of.flat_map(Source::binding).filter(finds).flat_map(|atom| &atom.joins);
        let mut said = joins.map(|(_, expr)| expr).chain(key());
        said.find_map(|expr| match expr {
            Expr::Slot(slot) => Some(*slot).filter(|slot| self.slots.contains(slot)),
            _ => None,
        })
    }
}
