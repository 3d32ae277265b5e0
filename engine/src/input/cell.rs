//! Rows of a host that keeps the symbols of its texts: nothing is hashed or copied but the row.

use etio_plan::{Origin, RelId, Type};

use crate::{
    engine::Engine,
    error::Error,
    store::sources::Stamp,
    value::word::{ABSENT, Word, as_float, as_int, float, int},
};

/// A text by its number in one engine; no other engine knows it. What [`Engine::symbol`] made stays good;
/// what [`Told::key`](crate::Told::key) tells is good until the next [`Engine::advance`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Symbol(Word);

/// The value of one field, its text interned.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Cell {
    /// No value.
    Absent,
    /// A boolean.
    Bool(bool),
    /// An integer, a duration or a time in nanoseconds, or a size in bytes.
    Int(i64),
    /// A float or a percentage.
    Float(f64),
    /// A text of any textual type, in its canonical spelling.
    Text(Symbol),
}

impl Cell {
    /// A word of a type.
    pub(crate) fn of(word: Word, ty: &Type) -> Self {
        use Type as T;
        match ty {
            _ if word == ABSENT => Self::Absent,
            T::Bool => Self::Bool(word != 0),
            T::Int | T::Duration | T::Time | T::Bytes => Self::Int(as_int(word)),
            T::Float | T::Percent => Self::Float(as_float(word)),
            _ => Self::Text(Symbol(word)),
        }
    }

    /// The word for a field of a type, or `None` where it is not of the type.
    pub(crate) fn word(self, ty: &Type) -> Option<Word> {
        use Type as T;
        match (self, ty) {
            (Self::Absent, _) => Some(ABSENT),
            (Self::Bool(value), T::Bool) => Some(Word::from(value)),
            (Self::Int(value), T::Int | T::Duration | T::Time | T::Bytes) => Some(int(value)),
            (Self::Float(value), T::Float | T::Percent) if value.is_finite() => Some(float(value)),
            (Self::Text(Symbol(word)), ty) if ty.is_textual() => Some(word),
            _ => None,
        }
    }
}

impl Engine {
    /// The symbol of a text, for [`insert_cells`](Self::insert_cells). The text is kept for the engine's life:
    /// for those that never come again [`insert`](Self::insert) is better.
    pub fn symbol(&mut self, text: &str) -> Symbol {
        Symbol(self.symbols.lasting(|symbols| symbols.text(text)))
    }

    /// Holds a row of an event or an entity back until the clock passes it, as
    /// [`insert`](Self::insert) does.
    ///
    /// # Errors
    /// When it does not fit the pack's schema, or as many inputs are held back as the limit allows.
    pub fn insert_cells(
        &mut self,
        relation: RelId,
        cells: &[Cell],
        time: i64,
        origin: Origin,
    ) -> Result<(), Error> {
        self.room()?;
        let words = self.words(relation, cells, |_, cell, ty| cell.word(ty))?;
        self.tell_row(relation, words, Stamp { time, origin }, None)
    }

    /// Holds back that an entity's row is gone; the cells hold the key.
    ///
    /// # Errors
    /// When it does not fit the pack's schema, or as many inputs are held back as the limit allows.
    pub fn remove_cells(
        &mut self,
        relation: RelId,
        cells: &[Cell],
        time: i64,
        origin: Origin,
    ) -> Result<(), Error> {
        self.room()?;
        let words = self.words(relation, cells, |_, cell, ty| cell.word(ty))?;
        self.tell_removal(relation, &words, Stamp { time, origin })
    }
}
