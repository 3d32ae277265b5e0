//! Rules: heads, keys, blocks, and the order of the rules.

use alloc::{format, vec, vec::Vec};

use super::{
    Check, MANY,
    expr::{Gives, Place},
    scope::{Room, Scope},
};
use crate::{
    Cond, Expr, Finding, Head, Kind, Pack, Part, RelId, SlotId, SlotType, Text, Type, Value,
};

/// Checks every rule, and that each reads only what rules before it conclude.
pub(super) fn rules_are_sound(pack: &Pack) -> Check {
    // The last rule that concludes each relation.
    let mut last: Vec<Option<usize>> = vec![None; pack.relations.len()];
    for (at, rule) in pack.rules.iter().enumerate() {
        let (relation, kind) = match &rule.head {
            Head::Derived { relation, .. } => (*relation, Kind::Derived),
            Head::Finding(finding) => (finding.relation, Kind::Finding),
        };
        pack.of_kind(relation, &[kind]).map_err(|what| format!("{}: {what}", rule.path))?;
        let Some(last) = last.get_mut(relation.index()) else { continue };
        if last.replace(at).is_some() && kind == Kind::Finding {
            return Err(format!("{}: a second rule for one finding", rule.path));
        }
    }
    let mut room = Room::default();
    for (at, rule) in pack.rules.iter().enumerate() {
        Scope::of(pack, rule, &mut room)
            .rule_is_sound(&|read| last.get(read.index()).copied().flatten() < Some(at))
            .map_err(|what| format!("{}: {what}", rule.path))?;
    }
    Ok(())
}

impl Scope<'_> {
    /// Checks the rule. `before`: whether all of a relation is concluded by rules before it.
    fn rule_is_sound(&mut self, before: &dyn Fn(RelId) -> bool) -> Check {
        let rule = self.rule;
        if rule.slots.len() > MANY {
            return Err("too many variables".into());
        }
        if rule.keep < 0 {
            return Err("keeps events for less than no time".into());
        }
        for slot in &rule.slots {
            match &slot.ty {
                SlotType::Scalar(ty) => self.pack.type_is_known(ty)?,
                SlotType::Row(relation) => self.pack.relation_of(*relation).map(|_| ())?,
            }
        }
        for slot in &rule.key {
            self.scalar(*slot)?;
        }
        self.conds(&rule.body.when)?;
        for slot in &rule.key {
            self.bound(*slot).map_err(|_| "nothing binds its key")?;
        }
        if let Head::Derived { relation, fields, linger } = &rule.head {
            self.derived_is_sound(*relation, fields, linger.as_ref())?;
        }
        let bound_by_blocks = self.blocks()?;
        if !self.reads().all(before) {
            return Err("reads what is concluded only later".into());
        }
        let Head::Finding(finding) = &rule.head else { return Ok(()) };
        // What the alternatives bind, texts and edges may name.
        for slot in bound_by_blocks {
            if !self.is_bound(slot) {
                self.bind(slot)?;
            }
        }
        self.finding_is_sound(finding)
    }

    /// Checks the alternatives, and gives the variables that they bind for others.
    fn blocks(&mut self) -> Check<Vec<SlotId>> {
        let mut bound = Vec::new();
        let body = &self.rule.body;
        for (blocks, binds) in [(&body.confirm, true), (&body.unless, false), (&body.maybe, true)] {
            for block in blocks {
                self.inside(|inside| {
                    let before = inside.trail().len();
                    inside.conds(block)?;
                    if binds {
                        bound.extend(inside.trail().iter().skip(before));
                    }
                    Ok(())
                })?;
            }
        }
        Ok(bound)
    }

    fn derived_is_sound(
        &self,
        relation: RelId,
        fields: &[Option<Expr>],
        linger: Option<&Expr>,
    ) -> Check {
        let declared = &self.pack.relation_of(relation)?.fields;
        if declared.len() != fields.len() {
            return Err("its head has another number of fields".into());
        }
        for (declared, value) in declared.iter().zip(fields) {
            match value {
                Some(value) => self.gives(value, &declared.ty, Place::VALUE)?,
                None if declared.optional => {}
                None => return Err(format!("its head lacks {}", declared.name)),
            }
        }
        if let Some(linger) = linger {
            self.gives(linger, &Type::Duration, Place::VALUE)?;
            if !is_fixed(linger) {
                return Err("lingers for a time that is not fixed".into());
            }
        }
        let blocks = &self.rule.body;
        if blocks.confirm.len() + blocks.unless.len() + blocks.maybe.len() > 0 {
            return Err("only a finding has evidence".into());
        }
        Ok(())
    }

    fn finding_is_sound(&mut self, finding: &Finding) -> Check {
        let declared = &self.pack.relation_of(finding.relation)?.fields;
        if declared.len() != self.rule.key.len() {
            return Err("its key has another number of fields".into());
        }
        for (declared, slot) in declared.iter().zip(&self.rule.key) {
            if *self.scalar(*slot)? != declared.ty {
                return Err(format!("its key's {} is of another type", declared.name));
            }
        }
        if finding.params.iter().any(|id| self.pack.param(*id).is_none()) {
            return Err("no such parameter".into());
        }
        for text in finding.texts().into_iter().flatten() {
            self.inside(|inside| inside.text_is_sound(text))?;
        }
        if finding.ignored.last().is_some_and(|last| last.guard.len() + last.parts.len() > 0) {
            return Err("it is always ignored".into());
        }
        for edge in &finding.explains {
            let target = self.pack.of_kind(edge.target, &[Kind::Finding])?;
            self.inside(|inside| {
                inside.conds(&edge.when)?;
                edge.key.iter().try_for_each(|(field, value)| {
                    inside.gives(value, inside.pack.cell(target, *field)?, Place::VALUE)
                })
            })?;
        }
        Ok(())
    }

    fn text_is_sound(&mut self, text: &Text) -> Check {
        self.conds(&text.guard)?;
        text.parts.iter().try_for_each(|part| match part {
            Part::Lit(_) => Ok(()),
            Part::Expr(expr) => self.expr(expr, Place::TEXT).map(|_| ()),
        })
    }

    fn conds(&mut self, conds: &[Cond]) -> Check {
        conds.iter().try_for_each(|cond| self.cond(cond))
    }

    fn cond(&mut self, cond: &Cond) -> Check {
        match cond {
            Cond::Each(source) => self.source(source, false),
            Cond::Pick { of, group, .. } => {
                self.source(of, false)?;
                group.iter().try_for_each(|slot| self.scalar(*slot).map(|_| ()))
            }
            Cond::No(source) => self.inside(|inside| inside.source(source, false)),
            Cond::Agg { into, op, arg, of } => self.aggregate(*into, *op, arg.as_ref(), of),
            Cond::Test(test) => self.gives(test, &Type::Bool, Place::TEST),
            Cond::Let(slot, value) => {
                let ty = self.scalar(*slot)?.clone();
                self.gives(value, &ty, Place::VALUE)?;
                self.bind(*slot)
            }
            Cond::Member(slot, list) => {
                let ty = self.scalar(*slot)?.clone();
                self.has_elements(list, &ty)?;
                self.bind(*slot)
            }
        }
    }

    fn has_elements(&self, list: &Expr, ty: &Type) -> Check {
        let fits = match self.expr(list, Place::VALUE)? {
            Gives::Type(Type::List(item)) => *item == *ty,
            Gives::Type(Type::Map(_)) => *ty == Type::Text,
            Gives::Const(Value::List(items)) => items.iter().all(|item| self.pack.fits(item, ty)),
            _ => false,
        };
        fits.then_some(()).ok_or_else(|| "elements of another type".into())
    }
}

/// Whether an expression is made of constants and parameters.
pub(super) fn is_fixed(expr: &Expr) -> bool {
    match expr {
        Expr::Const(_) | Expr::Param(_) => true,
        Expr::Arith(_, a, b) => is_fixed(a) && is_fixed(b),
        _ => false,
    }
}
