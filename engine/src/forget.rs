//! Forgets texts that nothing refers to any more: an engine takes memory for what stands and is kept, and
//! not for all that it ever heard.
//!
//! INVARIANT: whatever keeps a word from one advance to the next shows it here, or has it from the program
//! or from [`Engine::symbol`]. In debug builds every advance forgets, and numbers are taken again at once,
//! so that a word that is not shown soon means something else.

use crate::{engine::Engine, value::word::Word};

impl Engine {
    /// Forgets what nothing refers to, where there may be much of it.
    pub(crate) fn forget_symbols(&mut self) {
        if !self.symbols.is_crowded() {
            return;
        }
        let mut used = self.symbols.used();
        let symbols = &self.symbols;
        let mut see = |words: &[Word]| words.iter().for_each(|word| used.see(symbols, *word));
        self.timeline.each_words(&mut see);
        self.coverage.each_words(&mut see);
        self.relations.iter().for_each(|rows| rows.each_words(&mut see));
        self.entities.iter().for_each(|of| of.each_words(&mut see));
        self.supports.each_words(&mut see);
        self.cursors.each_words(&mut see);
        self.room.tallies.each_words(&mut see);
        for keys in &self.keys {
            keys.iter().for_each(|(number, _)| see(keys.key(number)));
            keys.episodes().for_each(|(_, open)| open.life.each_words(&mut see));
        }
        self.dirty.iter().for_each(|(_, key)| see(key));
        self.postponed.iter().for_each(|(_, key)| see(key));
        self.log.iter().for_each(|entry| see(&entry.key));
        self.past.each_words(&mut see);
        self.symbols.retain(&used);
    }
}
