//! The rows a proof names, each once.

use alloc::{boxed::Box, vec::Vec};

use etio_plan::{FieldId, Pack, RelId, SlotType, Type, Value};
use etio_proof::{Fact, Proof};

use crate::{
    store::{
        copies::Kept,
        row::{ASSUMED, RowId},
        support::KeyId,
    },
    think::eval::{Eval, View},
    value::{
        symbols::Symbols,
        word::{Word, as_int, at},
    },
};

/// As many rows does one proof name.
const MOST_FACTS: usize = 1024;

/// What is written so far.
pub(crate) struct Book<'p> {
    pub(crate) pack: &'p Pack,
    pub(crate) proof: Proof,
    rows: Vec<(usize, RowId)>,
    /// Facts that rules concluded and that are not explained yet: the fact, the rule and its key.
    pub(crate) open: Vec<(usize, usize, KeyId)>,
}

impl<'p> Book<'p> {
    pub(crate) const fn new(pack: &'p Pack, at: i64) -> Self {
        let proof = Proof { at, conclusions: Vec::new(), facts: Vec::new(), cut: false };
        Self { pack, proof, rows: Vec::new(), open: Vec::new() }
    }

    /// The place of a row among the facts.
    pub(crate) fn fact(&mut self, eval: &Eval<'_>, row: (usize, RowId)) -> Option<usize> {
        if let Some(known) = self.rows.iter().position(|known| *known == row) {
            return Some(known);
        }
        if self.rows.len() >= MOST_FACTS {
            self.proof.cut = true;
            return None;
        }
        let fact = self.read(&eval.view, eval.symbols, row)?;
        let place = self.proof.facts.len();
        if let Some(support) = eval.view.supports.get(row.0, row.1) {
            self.open.push((place, support.rule, support.key));
        }
        self.rows.push(row);
        self.proof.facts.push(fact);
        Some(place)
    }

    /// Adds a fact that is only remembered.
    pub(crate) fn remember(&mut self, symbols: &Symbols, kept: &Kept) {
        self.proof.facts.push(Fact {
            relation: RelId(kept.relation as u32),
            values: self.values(symbols, kept.relation, &kept.words),
            time: kept.stamp.time,
            until: None,
            origins: kept.origins(),
            assumed: false,
            conclusion: None,
        });
    }

    fn read(
        &self,
        view: &View<'_>,
        symbols: &Symbols,
        (relation, row): (usize, RowId),
    ) -> Option<Fact> {
        let rows = view.relations.get(relation)?;
        let (base, words) = (view.programs.base(relation), rows.words(row));
        let concluded = view.supports.get(relation, row).is_some();
        Some(Fact {
            relation: RelId(base as u32),
            values: self.values(symbols, base, words),
            time: rows.time(row),
            until: (base != relation).then(|| words.last().map_or(i64::MIN, |word| as_int(*word))),
            origins: rows.origins(row).filter(|_| !concluded).collect(),
            assumed: rows.marks(row) & ASSUMED != 0,
            conclusion: None,
        })
    }

    fn values(&self, symbols: &Symbols, relation: usize, words: &[Word]) -> Vec<Value> {
        let fields = self.pack.relations.get(relation).map_or(&[][..], |of| &of.fields);
        let value = |(field, word): (&etio_plan::Field, &Word)| symbols.value(*word, &field.ty);
        fields.iter().zip(words).map(value).collect()
    }

    /// A value of a field.
    pub(crate) fn value(
        &self,
        symbols: &Symbols,
        relation: usize,
        field: u16,
        word: Word,
    ) -> (FieldId, Value) {
        let fields = self.pack.relations.get(relation).map_or(&[][..], |of| &of.fields);
        let ty = fields.get(usize::from(field)).map_or(&Type::Text, |field| &field.ty);
        (FieldId(field), symbols.value(word, ty))
    }

    /// The value of each variable of a rule.
    pub(crate) fn bound(&self, symbols: &Symbols, rule: usize, slots: &[Word]) -> Vec<Value> {
        let count = self.pack.rules.get(rule).map_or(0, |rule| rule.slots.len());
        (0..count as u16).map(|slot| self.variable(symbols, rule, slot, slots)).collect()
    }

    /// The value of one variable.
    pub(crate) fn variable(
        &self,
        symbols: &Symbols,
        rule: usize,
        slot: u16,
        slots: &[Word],
    ) -> Value {
        let declared = self.pack.rules.get(rule).and_then(|rule| rule.slots.get(usize::from(slot)));
        let ty = match declared.map(|slot| &slot.ty) {
            Some(SlotType::Scalar(ty)) => ty,
            _ => &Type::Time,
        };
        symbols.value(at(slots, slot), ty)
    }

    /// The words of a row, to compare with.
    pub(crate) fn words(&self, eval: &Eval<'_>, fact: usize) -> Box<[Word]> {
        let row = self.rows.get(fact);
        let words = row.and_then(|(relation, row)| {
            Some(eval.view.relations.get(*relation)?.words(*row).into())
        });
        words.unwrap_or_default()
    }
}
