//! How an engine explains itself, and how to check what it says.
//!
//! A [`Proof`] says of each condition of a rule how it came out, on which facts it rests, while when
//! they count, and who vouches for what is absent. The engine writes it on request. It names relations,
//! rules, fields and variables by their numbers in the pack it was made with.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod check;
mod proof;

pub use check::{Records, Report, check};
pub use proof::{
    Absence, Block, BlockKind, Conclusion, Cover, Fact, Miss, Outcome, Part, Proof, Step, Support,
};
