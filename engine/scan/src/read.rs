//! Inputs as an engine takes them: with what their texts say.

use alloc::vec::Vec;

use etio_plan::{Fact, Input, Origin};

use crate::Scanner;

/// Extracted events of one fact are told apart by the low bits of their origin's part, the facts of
/// one position by the bits above.
const EVENTS_A_FACT: u32 = 1 << 10;

impl Scanner {
    /// Reads the texts of an input: the events that they speak of are told first, at the row's time and
    /// origin, then the input itself with its hidden columns filled. An event that no rule reads, as log
    /// records are, is not told: what it says has been read.
    ///
    /// # Errors
    /// The first that `tell` answers with.
    pub fn read<E>(
        &self,
        input: Input,
        mut tell: impl FnMut(Input) -> Result<(), E>,
    ) -> Result<(), E> {
        match input {
            Input::Fact(mut row) => {
                self.read_row(&mut row, &mut tell)?;
                self.keep(row, &mut tell)
            }
            Input::Snapshot { source, relation, scope, time, mut rows } => {
                for row in &mut rows {
                    self.read_row(row, &mut tell)?;
                }
                tell(Input::Snapshot { source, relation, scope, time, rows })
            }
            other => tell(other),
        }
    }

    fn read_row<E>(
        &self,
        row: &mut Fact,
        tell: &mut impl FnMut(Input) -> Result<(), E>,
    ) -> Result<(), E> {
        let events = self.extract_row(row.relation, &row.values);
        self.columns(row.relation, &mut row.values);
        for (event, number) in events.into_iter().zip(0..EVENTS_A_FACT) {
            let part = row.origin.part.wrapping_add(1).wrapping_mul(EVENTS_A_FACT) | number;
            let origin = Origin { part, ..row.origin };
            let mut values: Vec<_> = event.values;
            // An event made of a text is not read again, so no program reads for ever.
            self.columns(event.relation, &mut values);
            let event = Fact {
                relation: event.relation,
                values,
                time: row.time,
                origin,
                assumed_from: None,
            };
            self.keep(event, tell)?;
        }
        Ok(())
    }

    fn keep<E>(&self, row: Fact, tell: &mut impl FnMut(Input) -> Result<(), E>) -> Result<(), E> {
        if self.is_unread(row.relation) { Ok(()) } else { tell(Input::Fact(row)) }
    }
}
