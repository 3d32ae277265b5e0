//! Why a finding holds, and why it does not: the conditions walked again, on request, one by one.
//!
//! Nothing is recorded while the engine thinks. What is asked here reads what stands and changes
//! nothing that shows.

pub(crate) mod book;
pub(crate) mod miss;
pub(crate) mod proof;
pub(crate) mod steps;
pub(crate) mod trace;
pub(crate) mod why_not;
