//! Links causes to symptoms once everything is true (M4.2).

use alloc::{collections::BTreeSet, vec::Vec};

use crate::{
    conclude::{
        episode::{Change, Place},
        life::{Cause, Life},
    },
    engine::Engine,
    program::{Head, Program, Programs},
    store::{coverage::Query, span::Seen, support::KeyId},
    think::judge::Verdict,
    value::word::{ABSENT, Key, Word, key_at},
};

impl Engine {
    /// Sets what an open finding claims to explain.
    pub(crate) fn claim(
        &mut self,
        (rule, key): (usize, KeyId),
        program: &Program,
        claims: Vec<(usize, Key)>,
    ) {
        let Head::Finding { explains, .. } = &program.head else { return };
        if explains.is_empty() {
            return;
        }
        let open = self.keys.get_mut(rule).and_then(|keys| keys.open_mut(key));
        let Some(open) = open else { return };
        let life = &mut open.life;
        if life.rare().claims == claims {
            return;
        }
        // Of thousands that a cause explains few are new.
        let known = core::mem::take(&mut life.rare_mut().claims);
        for (clause, words) in missing(&known, &claims) {
            let name = (rule, *clause, words.clone());
            if let Some(keys) = self.claims.get_mut(&name) {
                keys.remove(&key);
                if keys.is_empty() {
                    self.claims.remove(&name);
                }
            }
        }
        for (clause, words) in missing(&claims, &known) {
            self.claims.entry((rule, *clause, words.clone())).or_default().insert(key);
            self.claimed.push(((rule, key), *clause, words.clone()));
        }
        life.rare_mut().claims = claims;
    }

    /// Makes the edges that are new in this instant: from causes that claim more than before to what is
    /// open, and to symptoms that opened from all that claim them.
    pub(crate) fn link(&mut self, programs: &Programs) {
        if self.claimed.is_empty() && self.claims.is_empty() {
            return;
        }
        let mut pairs: BTreeSet<((usize, KeyId), (usize, KeyId))> = BTreeSet::new();
        for (cause, clause, words) in core::mem::take(&mut self.claimed) {
            let Some(Head::Finding { explains, .. }) =
                programs.rules.get(cause.0).map(|rule| &rule.head)
            else {
                continue;
            };
            let Some(clause) = explains.get(clause) else { continue };
            let Some(rule) =
                programs.schema.get(clause.target).and_then(|schema| schema.rules.first())
            else {
                continue;
            };
            let Some(rows) = self.relations.get(clause.target) else { continue };
            for row in rows.find(clause.index, &words) {
                let key = self.keys.get(*rule).and_then(|keys| keys.find(rows.words(*row)));
                pairs.extend(key.map(|key| (cause, (*rule, key))));
            }
        }
        for changed in self.changed.iter().filter(|changed| changed.change == Change::Opened) {
            let Place::Open(key) = changed.episode else { continue };
            let relation =
                programs.rules.get(changed.rule).map_or(usize::MAX, |rule| rule.relation);
            for (rule, clause) in programs.explained.get(relation).into_iter().flatten() {
                let Some(Head::Finding { explains, .. }) =
                    programs.rules.get(*rule).map(|rule| &rule.head)
                else {
                    continue;
                };
                let Some(fields) = explains.get(*clause).map(|clause| &clause.fields) else {
                    continue;
                };
                let words = key_at(self.key_of(changed), fields);
                let causes = self.claims.get(&(*rule, *clause, words)).into_iter().flatten();
                pairs.extend(causes.map(|cause| ((*rule, *cause), (changed.rule, key))));
            }
        }
        for (cause, symptom) in pairs {
            self.link_pair(programs, cause, symptom);
        }
    }

    pub(crate) fn life_of(&self, (rule, key): (usize, KeyId)) -> Option<&Life> {
        Some(&self.keys.get(rule)?.open(key)?.life)
    }

    fn link_pair(
        &mut self,
        programs: &Programs,
        cause: (usize, KeyId),
        symptom: (usize, KeyId),
    ) -> Option<()> {
        let (from, to) = (self.life_of(cause)?, self.life_of(symptom)?);
        let from_id = self.id(programs, cause.0, self.keys.get(cause.0)?.key(cause.1));
        let edge = Cause { id: from_id, opened: from.opened, rule: cause.0, verdict: from.verdict };
        let known = |known: &Cause| (known.id, known.opened) == (edge.id, edge.opened);
        if cause == symptom
            || to.rare().causes.iter().any(known)
            || !self.may_precede(programs, from, to.opened)
        {
            return None;
        }
        let to_id = self.id(programs, symptom.0, self.keys.get(symptom.0)?.key(symptom.1));
        let opened = to.opened;
        let open = self.keys.get_mut(cause.0)?.open_mut(cause.1)?;
        open.life.rare_mut().explains.push((to_id, opened));
        let open = self.keys.get_mut(symptom.0)?.open_mut(symptom.1)?;
        let causes = &mut open.life.rare_mut().causes;
        causes.push(edge);
        causes.sort_unstable();
        self.note_change(symptom.0, Change::Updated, Place::Open(symptom.1));
        Some(())
    }

    /// Whether the cause's first evidence is not after the symptom opened, or its source does not
    /// reach back that far.
    fn may_precede(&self, programs: &Programs, cause: &Life, opened: i64) -> bool {
        let Some(first) = &cause.rare().first else { return cause.opened <= opened };
        if first.stamp.time <= opened {
            return true;
        }
        let fields = (0..first.words.len() as u16).zip(first.words.iter().copied());
        let known: Vec<(u16, Word)> = fields.filter(|(_, word)| *word != ABSENT).collect();
        let query =
            Query { relation: first.relation, known: &known, from: opened, to: opened, by: None };
        let seen = self.coverage.query(&programs.covers, &programs.vias, query, &mut Vec::new());
        seen.seen > Seen::Weakly
    }
}

/// Those of some claims that are not among others; both are in order.
fn missing<'a>(
    claims: &'a [(usize, Key)],
    others: &'a [(usize, Key)],
) -> impl Iterator<Item = &'a (usize, Key)> {
    let mut others = others.iter().peekable();
    claims.iter().filter(move |claim| {
        while others.next_if(|other| other < claim).is_some() {}
        others.peek() != Some(claim)
    })
}

/// The causes of an episode.
pub(crate) fn caused_by(life: &Life) -> Vec<(u128, i64)> {
    life.rare().causes.iter().map(|cause| (cause.id, cause.opened)).collect()
}

/// Whether no cause stands above an episode (M4.3).
pub(crate) fn is_root(own: Verdict, causes: impl IntoIterator<Item = Verdict>) -> bool {
    !causes.into_iter().any(|cause| cause == Verdict::Confirmed || own == Verdict::Suspected)
}
