//! What stands: the rows of each relation with their indexes, who tells of them and what is covered,
//! and what each conclusion rests on.

pub(crate) mod by_hash;
pub(crate) mod copies;
pub(crate) mod cover;
pub(crate) mod coverage;
pub(crate) mod cursors;
pub(crate) mod entity;
pub(crate) mod index;
pub(crate) mod keyed;
pub(crate) mod over;
pub(crate) mod projection;
pub(crate) mod relation;
pub(crate) mod row;
pub(crate) mod run;
pub(crate) mod slab;
pub(crate) mod sources;
pub(crate) mod span;
pub(crate) mod support;
pub(crate) mod table;
pub(crate) mod tally;
