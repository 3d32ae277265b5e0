//! The names of findings and of what they need, for hosts.

use alloc::{string::String, sync::Arc, vec::Vec};

use etio_plan::Value;

use crate::{
    conclude::episode::Need,
    engine::Engine,
    program::{Program, Programs},
    store::support::Want,
    value::word::Word,
};

impl Engine {
    /// A key by the names of its fields.
    pub(crate) fn named_key(&self, program: &Program, words: &[Word]) -> Vec<(Arc<str>, Value)> {
        let mut named = Vec::with_capacity(words.len());
        for ((name, ty), word) in program.key_names.iter().zip(&program.key_types).zip(words) {
            named.push((name.clone(), self.symbols.value(*word, ty)));
        }
        named
    }

    /// What would have to be collected or done.
    pub(crate) fn needs(&self, wants: &[Want]) -> Vec<Need> {
        let need = |want: &Want| match want {
            Want::Relation(relation) => Need {
                relation: self
                    .pack
                    .relations
                    .get(*relation)
                    .map(|of| of.path.clone())
                    .unwrap_or_default(),
                collect: self.how_to_collect(*relation),
            },
            Want::NodeName => Need {
                relation: "node".into(),
                collect: "say which node each file is from (`--node NAME`)".into(),
            },
            Want::Limit => Need {
                relation: "limit".into(),
                collect: "raise the limit on rows and lookups, or make the rule's joins narrower"
                    .into(),
            },
        };
        let mut needs: Vec<Need> = wants.iter().map(need).collect();
        needs.sort_unstable();
        needs.dedup();
        needs
    }

    /// A relation's own words, or those of the sources it is extracted from.
    fn how_to_collect(&self, relation: usize) -> String {
        let own = |relation: usize| {
            self.pack.relations.get(relation).map_or("", |of| of.collect.as_str())
        };
        if !own(relation).is_empty() {
            return own(relation).into();
        }
        let vias = self.programs.vias.get(relation).into_iter().flatten();
        let mut ways: Vec<&str> = Vec::new();
        for way in vias.map(|via| own(via.from)).filter(|way| !way.is_empty()) {
            if !ways.contains(&way) {
                ways.push(way);
            }
        }
        ways.join("; or ")
    }

    /// The id of a finding instance.
    pub(crate) fn id(&self, programs: &Programs, rule: usize, key: &[Word]) -> u128 {
        let Some(program) = programs.rules.get(rule) else { return 0 };
        let mut hash = program.id;
        for (ty, word) in program.key_types.iter().zip(key) {
            hash.value(&self.symbols, *word, ty);
        }
        hash.finish()
    }
}
