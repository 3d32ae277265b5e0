//! The log of what changed. It is kept in the engine's own words, and named for those who ask for names.

use alloc::{boxed::Box, vec::Vec};

use crate::{
    conclude::{
        edges::caused_by,
        episode::{Change, Changed, Place, Transition},
        life::Life,
    },
    engine::Engine,
    input::cell::Cell,
    program::{Program, Programs},
    store::support::Want,
    think::judge::Verdict,
    value::word::{Key, Word, as_key},
};

/// One entry of the log.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) time: i64,
    pub(crate) change: Change,
    pub(crate) rule: usize,
    pub(crate) key: Key,
    pub(crate) verdict: Verdict,
    pub(crate) wants: Box<[Want]>,
    pub(crate) opened: i64,
    pub(crate) causes: Vec<(u128, i64)>,
}

/// A change of a finding as [`Engine::each_change`] shows it: for hosts that keep the symbols of their
/// texts, or look at few of the changes.
#[derive(Clone, Copy)]
pub struct Told<'a> {
    engine: &'a Engine,
    program: &'a Program,
    entry: &'a Entry,
}

impl<'a> Told<'a> {
    /// When.
    #[must_use]
    pub const fn time(&self) -> i64 {
        self.entry.time
    }

    /// What.
    #[must_use]
    pub const fn change(&self) -> Change {
        self.entry.change
    }

    /// The rule's path.
    #[must_use]
    pub fn rule(&self) -> &'a str {
        &self.program.path
    }

    /// The values of the finding's key, in the order in which it declares them; of a list or a map
    /// its symbol.
    pub fn key(&self) -> impl Iterator<Item = Cell> + use<'a> {
        let typed = self.entry.key.iter().zip(&self.program.key_types);
        typed.map(|(word, ty)| Cell::of(*word, ty))
    }

    /// The verdict after the change.
    #[must_use]
    pub const fn verdict(&self) -> Verdict {
        self.entry.verdict
    }

    /// When the episode opened.
    #[must_use]
    pub const fn opened(&self) -> i64 {
        self.entry.opened
    }

    /// All of it, named.
    #[must_use]
    pub fn transition(&self) -> Transition {
        let Self { engine, program, entry } = *self;
        Transition {
            time: entry.time,
            change: entry.change,
            id: engine.id(&engine.programs, entry.rule, &entry.key),
            rule: program.path.clone(),
            key: engine.named_key(program, &entry.key),
            verdict: entry.verdict,
            needs: engine.needs(&entry.wants),
            opened: entry.opened,
            explained_by: entry.causes.clone(),
        }
    }
}

impl Engine {
    /// What changed since the last time this was called, in the order (time, rule, key).
    pub fn drain(&mut self) -> Vec<Transition> {
        let mut named = Vec::with_capacity(self.log.len());
        self.each_change(|told| named.push(told.transition()));
        named
    }

    /// The same without naming anything: `then` is called with each change.
    pub fn each_change(&mut self, mut then: impl FnMut(Told<'_>)) {
        let mut log = core::mem::take(&mut self.log);
        for entry in &log {
            if let Some(program) = self.programs.rules.get(entry.rule) {
                then(Told { engine: self, program, entry });
            }
        }
        log.clear();
        self.log = log;
    }

    /// Writes down what changed in this instant.
    pub(crate) fn tell(&mut self, programs: &Programs) {
        let mut changed = core::mem::take(&mut self.changed);
        if changed.len() > 1 {
            self.put_in_order(programs, &mut changed);
        }
        for changed in changed.drain(..) {
            let Some(life) = self.episode_of(&changed) else { continue };
            let entry = Entry {
                time: self.now,
                change: changed.change,
                rule: changed.rule,
                verdict: life.verdict,
                wants: life.rare().wants.as_slice().into(),
                opened: life.opened,
                causes: caused_by(life),
                key: as_key(self.key_of(&changed)),
            };
            self.log.push(entry);
        }
        self.changed = changed;
        self.past.forget(self.limits.closed);
    }

    /// Each finding once, in the order of rules and keys.
    fn put_in_order(&self, programs: &Programs, changed: &mut Vec<Changed>) {
        let rank = |changed: &Changed| programs.rules.get(changed.rule).map_or(0, |rule| rule.rank);
        changed.sort_by(|a, b| {
            let keys = || {
                let types = programs.rules.get(a.rule).map_or(&[][..], |rule| &rule.key_types);
                self.symbols.compare_all(types, self.key_of(a), self.key_of(b))
            };
            rank(a).cmp(&rank(b)).then_with(keys).then(a.change.cmp(&b.change))
        });
        // Opened comes before updated: a finding that opens with its causes is only told as opened.
        changed.dedup_by(|b, a| a.rule == b.rule && self.key_of(a) == self.key_of(b));
    }

    /// The key of an episode that changed.
    pub(crate) fn key_of(&self, changed: &Changed) -> &[Word] {
        match changed.episode {
            Place::Open(key) => self.keys.get(changed.rule).map_or(&[], |keys| keys.key(key)),
            Place::Closed(place) => self.past.get(place).map_or(&[], |closed| &closed.key),
        }
    }

    fn episode_of(&self, changed: &Changed) -> Option<&Life> {
        match changed.episode {
            Place::Open(key) => self.life_of((changed.rule, key)),
            Place::Closed(place) => self.past.get(place).map(|closed| &closed.life),
        }
    }
}
