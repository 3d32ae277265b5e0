//! `ruleck plan`: what the compiler made of the rules, and what running them costs.

use std::fmt::Write as _;

use etio_plan::{Atom, Body, Cond, Head, Pack, Relation, Rule, SlotId, SlotType, Type};

use crate::show::{Show, value};
use crate::text::duration;

/// Bytes of an event's row and its index entries, as the engine's design estimates them.
const EVENT_BYTES: u32 = 45 + 2 * 12;

/// The plans of the rules that `wanted` admits, then what they keep.
pub(crate) fn render(pack: &Pack, wanted: impl Fn(&str) -> bool) -> String {
    let mut out = String::new();
    for rule in pack.rules.iter().filter(|rule| wanted(&rule.path)) {
        render_rule(&mut out, pack, rule);
        out.push('\n');
    }
    let kept = pack.relations.iter().filter_map(|relation| Some((relation, relation.retention?)));
    let width = kept.clone().map(|(relation, _)| relation.path.len()).max().unwrap_or(0);
    for (at, (relation, retention)) in kept.enumerate() {
        if at == 0 {
            out.push_str("events kept\n");
        }
        let Relation { path, .. } = relation;
        let kept = duration(retention);
        let _ = writeln!(out, "  {path:width$}  {kept:>8}  {EVENT_BYTES} B x events in {kept}");
    }
    out
}

fn render_rule(out: &mut String, pack: &Pack, rule: &Rule) {
    let show = Show::new(pack, rule);
    let kind = match &rule.head {
        Head::Derived { .. } => "derived",
        Head::Finding(_) => "finding",
    };
    let partition =
        partition(rule).map_or("global".into(), |slot| format!("by {}", show.slot(slot)));
    let keep = duration(rule.keep);
    let _ = writeln!(out, "{}  ({kind}, keep {keep}, partition: {partition})", rule.path);
    let key: Vec<String> = rule.key.iter().map(|&slot| show.slot(slot)).collect();
    let _ =
        writeln!(out, "  key      {}", if key.is_empty() { "-".into() } else { key.join(", ") });
    if let Head::Finding(finding) = &rule.head {
        for param in finding.params.iter().filter_map(|&id| pack.param(id)) {
            let name = param.path.rsplit('.').next().unwrap_or(&param.path);
            let (default, low, high) =
                (value(&param.default), value(&param.low), value(&param.high));
            let _ = writeln!(out, "  param    {name} = {default} in {low}..{high}");
        }
    }
    let Body { when, confirm, unless, maybe } = &rule.body;
    block(out, &show, "when", when);
    for (name, blocks) in [("confirm", confirm), ("unless", unless), ("maybe", maybe)] {
        for conds in blocks {
            block(out, &show, name, conds);
        }
    }
    if let Head::Finding(finding) = &rule.head {
        for edge in &finding.explains {
            let key: Vec<String> = edge
                .key
                .iter()
                .map(|(field, expr)| show.field_is(edge.target, *field, expr))
                .collect();
            let target = pack.get(edge.target).map_or("?", Relation::name);
            let _ = writeln!(out, "  explains {target} {{ {} }}", key.join(", "));
            block(out, &show, "", &edge.when);
        }
    }
}

fn block(out: &mut String, show: &Show<'_>, name: &str, conds: &[Cond]) {
    for (at, cond) in conds.iter().enumerate() {
        let name = if at == 0 { name } else { "" };
        let _ = writeln!(out, "  {name:8} {}", show.cond(cond));
    }
}

/// The variable of the key by which the rule's input could be split among machines: all its atoms join
/// or bind it. A node where there is a choice.
fn partition(rule: &Rule) -> Option<SlotId> {
    let body = &rule.body;
    let blocks = [&body.confirm, &body.unless, &body.maybe].into_iter().flatten();
    let conds = body.when.iter().chain(blocks.flatten());
    let atoms: Vec<&Atom> = conds.flat_map(Cond::atoms).collect();
    let everywhere = |slot: &SlotId| {
        let joined = |atom: &Atom| {
            atom.binds.iter().any(|(_, bound)| bound == slot)
                || atom
                    .joins
                    .iter()
                    .any(|(_, expr)| matches!(expr, etio_plan::Expr::Slot(s) if s == slot))
        };
        atoms.iter().all(|atom| joined(atom))
    };
    let is_node = |slot: &SlotId| {
        rule.slots.get(slot.index()).is_some_and(|slot| slot.ty == SlotType::Scalar(Type::Node))
    };
    let mut candidates: Vec<SlotId> = rule.key.iter().copied().filter(everywhere).collect();
    candidates.sort_by_key(|slot| !is_node(slot));
    candidates.first().copied()
}
