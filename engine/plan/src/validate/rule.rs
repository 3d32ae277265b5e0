//! Rules: heads, keys, blocks, and the order of the rules.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    format, vec,
    vec::Vec,
};

use super::{Check, MANY, expr::Place};
use crate::{
    Cond, Expr, Finding, Head, Kind, Pack, Part, RelId, Rule, SlotId, SlotType, Text, Type,
};

/// Checks every rule, and that each reads only what rules before it conclude.
pub(super) fn rules_are_sound(pack: &Pack) -> Check {
    let mut last: BTreeMap<RelId, usize> = BTreeMap::new();
    for (at, rule) in pack.rules.iter().enumerate() {
        let (relation, kind) = match &rule.head {
            Head::Derived { relation, .. } => (*relation, Kind::Derived),
            Head::Finding(finding) => (finding.relation, Kind::Finding),
        };
        pack.of_kind(relation, &[kind]).map_err(|what| format!("{}: {what}", rule.path))?;
        if last.insert(relation, at).is_some() && kind == Kind::Finding {
            return Err(format!("{}: a second rule for one finding", rule.path));
        }
    }
    for (at, rule) in pack.rules.iter().enumerate() {
        let mut scope =
            Scope { pack, rule, bound: vec![false; rule.slots.len()], reads: BTreeSet::new() };
        scope.rule_is_sound().map_err(|what| format!("{}: {what}", rule.path))?;
        for read in &scope.reads {
            if last.get(read).is_some_and(|concluded| *concluded >= at) {
                return Err(format!("{}: reads what is concluded only later", rule.path));
            }
        }
    }
    Ok(())
}

/// A rule, and which of its variables are bound so far.
#[derive(Clone)]
pub(super) struct Scope<'p> {
    pub(super) pack: &'p Pack,
    pub(super) rule: &'p Rule,
    bound: Vec<bool>,
    /// The relations that its truth depends on.
    pub(super) reads: BTreeSet<RelId>,
}

impl Scope<'_> {
    fn rule_is_sound(&mut self) -> Check {
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
        // What the alternatives bind, texts and edges may name.
        let mut after = self.clone();
        for (blocks, binds) in
            [(&rule.body.confirm, true), (&rule.body.unless, false), (&rule.body.maybe, true)]
        {
            for block in blocks {
                let mut inside = self.clone();
                inside.conds(block)?;
                after.reads.extend(&inside.reads);
                if binds {
                    after.bound.iter_mut().zip(&inside.bound).for_each(|(all, one)| *all |= one);
                }
            }
        }
        self.reads.clone_from(&after.reads);
        match &rule.head {
            Head::Derived { relation, fields, linger } => {
                self.derived_is_sound(*relation, fields, linger.as_ref())
            }
            Head::Finding(finding) => after.finding_is_sound(finding),
        }
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

    fn finding_is_sound(&self, finding: &Finding) -> Check {
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
            self.clone().text_is_sound(text)?;
        }
        if finding.ignored.last().is_some_and(|last| last.guard.len() + last.parts.len() > 0) {
            return Err("it is always ignored".into());
        }
        for edge in &finding.explains {
            let target = self.pack.of_kind(edge.target, &[Kind::Finding])?;
            let mut inside = self.clone();
            inside.conds(&edge.when)?;
            for (field, value) in &edge.key {
                inside.gives(value, self.pack.cell(target, *field)?, Place::VALUE)?;
            }
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
            Cond::Each(source) | Cond::Pick(_, source) => self.source(source, false),
            Cond::No(source) => self.clone_reads(|inside| inside.source(source, false)),
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
        use super::expr::Gives;
        use crate::Value;
        let fits = match self.expr(list, Place::VALUE)? {
            Gives::Type(Type::List(item)) => *item == *ty,
            Gives::Type(Type::Map(_)) => *ty == Type::Text,
            Gives::Const(Value::List(items)) => items.iter().all(|item| self.pack.fits(item, ty)),
            _ => false,
        };
        fits.then_some(()).ok_or_else(|| "elements of another type".into())
    }

    /// Runs `inside` with bindings of its own, which end with it; what it reads counts.
    pub(super) fn clone_reads(&mut self, inside: impl FnOnce(&mut Self) -> Check) -> Check {
        let before = self.bound.clone();
        let result = inside(self);
        self.bound = before;
        result
    }

    /// The type of a variable.
    pub(super) fn slot(&self, slot: SlotId) -> Check<&SlotType> {
        let found = self.rule.slots.get(slot.index()).map(|slot| &slot.ty);
        found.ok_or_else(|| format!("variable {} of {}", slot.0, self.rule.slots.len()))
    }

    /// The type of a variable that is bound.
    pub(super) fn bound(&self, slot: SlotId) -> Check<&SlotType> {
        if self.is_bound(slot) {
            return self.slot(slot);
        }
        self.slot(slot)?;
        Err(format!("variable {} is not bound yet", slot.0))
    }

    pub(super) fn is_bound(&self, slot: SlotId) -> bool {
        self.bound.get(slot.index()).copied().unwrap_or(false)
    }

    /// The type of a scalar variable.
    pub(super) fn scalar(&self, slot: SlotId) -> Check<&Type> {
        match self.slot(slot)? {
            SlotType::Scalar(ty) => Ok(ty),
            SlotType::Row(_) => Err(format!("variable {} is a row", slot.0)),
        }
    }

    /// Binds a variable that is not bound yet.
    pub(super) fn bind(&mut self, slot: SlotId) -> Check {
        match self.bound.get_mut(slot.index()) {
            Some(bound) if !*bound => {
                *bound = true;
                Ok(())
            }
            Some(_) => Err(format!("variable {} is bound twice", slot.0)),
            None => Err(format!("variable {} of {}", slot.0, self.rule.slots.len())),
        }
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
