//! `ruleck plan`: what the compiler made of the rules, and what running them costs.

mod every;

use std::{collections::BTreeSet, fmt::Write as _};

use etio_plan::{
    Atom, Body, Cond, Head, Kind, Pack, RelId, Relation, Rule, SlotId, SlotType, Type,
};

use crate::ruleck::plan::every::Known;
use crate::show::{Show, value};
use crate::text::{count, duration};

/// Bytes of a place in an index or in a table of keys.
const PLACE: u64 = 12;
/// Bytes of a row beside its fields (its time, origin and marks), and of its places in two indexes.
const ROW: u64 = 24 + 2 * PLACE;
/// Bytes of a field.
const FIELD: u64 = 8;
/// Bytes of an open finding beside its key. `engine/src/conclude/keys.rs` holds it to that.
const OPEN: u64 = 80 + PLACE;
/// Bytes of what a concluded row rests on, and of the key that concludes it, beside the key's words.
const CONCLUDED: u64 = 96 + 48 + PLACE;

/// The plans of the rules that `wanted` admits, then what is kept of what they read and of events that it admits.
pub(crate) fn render(pack: &Pack, wanted: impl Fn(&str) -> bool) -> String {
    let mut out = String::new();
    for rule in pack.rules.iter().filter(|rule| wanted(&rule.path)) {
        render_rule(&mut out, pack, rule);
        out.push('\n');
    }
    let read: BTreeSet<RelId> = pack
        .rules
        .iter()
        .filter(|rule| wanted(&rule.path))
        .flat_map(|rule| rule.atoms().map(|atom| atom.relation))
        .collect();
    let numbered = pack.relations.iter().enumerate();
    let mine =
        numbered.filter(|(at, of)| wanted(&of.path) || read.iter().any(|id| id.index() == *at));
    events(&mut out, &mine.map(|(_, relation)| relation).collect::<Vec<_>>());
    let states: Vec<&Relation> = read
        .into_iter()
        .filter_map(|id| pack.get(id))
        .filter(|relation| relation.kind == Kind::Entity)
        .collect();
    self::states(&mut out, &states);
    out
}

/// How long events are kept and what they take (M6.3): a number where their `rate` is declared.
fn events(out: &mut String, relations: &[&Relation]) {
    let kept = relations.iter().filter_map(|relation| Some((relation, relation.retention?)));
    let width = kept.clone().map(|(relation, _)| relation.path.len()).max().unwrap_or(0);
    let (mut total, mut unrated) = (0_u64, 0_usize);
    for (at, (relation, retention)) in kept.clone().enumerate() {
        if at == 0 {
            out.push_str("events kept\n");
        }
        let (path, row, kept) = (&relation.path, row(relation), duration(retention));
        let memory = match relation.rate {
            Some(rate) => {
                let events = rate.within(retention);
                let size = row.saturating_mul(events);
                total = total.saturating_add(size);
                format!("{row} B x {events} events = {}", bytes(size))
            }
            None => {
                unrated += 1;
                format!("{row} B x events in {kept}")
            }
        };
        let _ = writeln!(out, "  {path:width$}  {kept:>8}  {memory}");
    }
    let rated = kept.count() - unrated;
    if rated > 0 {
        let _ =
            writeln!(out, "  {} with a rate: at most {}", count(rated, "relation"), bytes(total));
    }
    if unrated > 0 {
        let _ = writeln!(
            out,
            "  {} without: declare `rate 20 per 1m` in the event for a number",
            count(unrated, "relation")
        );
    }
}

/// What stands is kept as long as it stands, and its past as long as `as of` and `changes` reach back.
fn states(out: &mut String, states: &[&Relation]) {
    let Some(width) = states.iter().map(|relation| relation.path.len()).max() else { return };
    out.push_str("rows that stand\n");
    for relation in states {
        let (path, row) = (&relation.path, row(relation));
        let past = match relation.history {
            0 => String::new(),
            history => format!(" + {} B x changes in {}", row + FIELD, duration(history)),
        };
        let _ = writeln!(out, "  {path:width$}  {row} B x rows{past}");
    }
}

/// Bytes of a row of a relation, as the engine keeps it.
fn row(relation: &Relation) -> u64 {
    ROW + FIELD * relation.fields.len() as u64
}

/// A size as people write it: `640 B`, `96 kB`, `1.2 MB`.
fn bytes(size: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    match UNITS.into_iter().find(|(unit, _)| size >= *unit) {
        // The next tenth above, as it is a bound.
        Some((unit, name)) => {
            let tenths = size.div_ceil(unit / 10);
            match (tenths / 10, tenths % 10) {
                (whole, 0) => format!("{whole} {name}"),
                (whole, tenth) => format!("{whole}.{tenth} {name}"),
            }
        }
        None => format!("{size} B"),
    }
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
    let key = FIELD * rule.key.len() as u64;
    let memory = match &rule.head {
        Head::Derived { relation, .. } => {
            let row = pack.get(*relation).map_or(ROW, row);
            format!("{} B x rows", row + CONCLUDED + key)
        }
        Head::Finding(_) => format!("{} B x open findings", OPEN + key),
    };
    let _ = writeln!(out, "  memory   {memory}");
    if let Head::Finding(finding) = &rule.head {
        for param in finding.params.iter().filter_map(|&id| pack.param(id)) {
            let name = param.path.rsplit('.').next().unwrap_or(&param.path);
            let (default, low, high) =
                (value(&param.default), value(&param.low), value(&param.high));
            let _ = writeln!(out, "  param    {name} = {default} in {low}..{high}");
        }
    }
    let mut known = Known::key(rule);
    let Body { when, confirm, unless, maybe } = &rule.body;
    block(out, &show, "when", when, &mut known);
    for (name, blocks) in [("confirm", confirm), ("unless", unless), ("maybe", maybe)] {
        for conds in blocks {
            block(out, &show, name, conds, &mut known.clone());
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
            block(out, &show, "", &edge.when, &mut known.clone());
        }
    }
}

fn block(out: &mut String, show: &Show<'_>, name: &str, conds: &[Cond], known: &mut Known) {
    for (at, cond) in conds.iter().enumerate() {
        let name = if at == 0 { name } else { "" };
        let every = known.every(show.pack, cond).into_iter();
        let every: Vec<&str> = every.map(Relation::name).collect();
        let every = match &*every {
            [] => String::new(),
            names => format!("  // looks at every {}", names.join(", every ")),
        };
        let _ = writeln!(out, "  {name:8} {}{every}", show.cond(cond));
        known.after(cond);
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
