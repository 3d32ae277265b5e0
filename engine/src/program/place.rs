//! Where in its rule an atom stands, which says what else holds wherever its row makes a difference.

use core::ptr;

use etio_plan::{Atom, Cond, Head, Rule};

/// Where an atom stands.
pub(crate) struct Place<'a> {
    cond: &'a Cond,
    /// The conjunction, where only what holds as a whole counts: a `maybe`, the guard of a text, a clause of
    /// `explains`. Of `confirm` and `unless` it also counts how far they got (M3.3).
    pub(crate) beside: &'a [Cond],
}

impl<'a> Place<'a> {
    /// That of an atom of a rule.
    pub(crate) fn of(rule: &'a Rule, atom: &Atom) -> Option<Self> {
        let body = &rule.body;
        let within = body.confirm.iter().chain(&body.unless).map(|conds| (conds, &[][..]));
        let finding = if let Head::Finding(finding) = &rule.head { Some(finding) } else { None };
        let told = finding.into_iter().flat_map(|finding| {
            let guards = finding.texts().into_iter().flatten().map(|text| &text.guard);
            guards.chain(finding.explains.iter().map(|clause| &clause.when))
        });
        let beside = body.maybe.iter().chain(told).map(|conds| (conds, conds.as_slice()));
        let all = [(&body.when, &[][..])].into_iter().chain(within).chain(beside);
        let is_in = |cond: &Cond| cond.atoms().any(|of| ptr::eq(of, atom));
        all.into_iter().find_map(|(conds, beside)| {
            let cond = conds.iter().find(|cond| is_in(cond))?;
            Some(Self { cond, beside })
        })
    }

    /// Whether rows of which one is chosen may differ in a variable that they give a value: what the new one says
    /// there says nothing of the one that it takes the place of.
    pub(crate) fn differs_within_group(&self, rule: &Rule, slot: u16) -> bool {
        let Cond::Pick { group, .. } = self.cond else { return false };
        !rule.key.iter().chain(group).any(|of| of.0 == slot)
    }
}
