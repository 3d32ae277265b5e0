//! Text to typed captures, for all patterns of a pack at once.
//!
//! A [`Scanner`] looks for the literals of all spellings in one pass and tries only the spellings
//! whose literal is there, so that a text that no rule wants costs that pass and nothing more.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod convert;
mod hole;
mod literal;
mod prefilter;
mod read;
mod scanner;
mod spelling;
mod template;

pub use scanner::{Event, Scanner, Text};
