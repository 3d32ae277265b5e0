//! Facts in, findings out: the incremental matcher.
//!
//! An [`Engine`] runs a [`Pack`](etio_plan::Pack). The host inserts stamped inputs, which are only
//! held back, and moves the clock; what changed comes out as [`Transition`]s:
//!
//! - `store` is what stands: rows and their indexes, coverage, and what each conclusion rests on;
//! - `program` is the pack made ready to run, with the routes from a changed row to the keys it concerns;
//! - `input` checks inputs at the door, forms instants of them, and brings those of one instant to the
//!   store; each changed row takes its routes;
//! - `think` evaluates each of these keys again, from its rule's first condition to its verdict;
//! - `conclude` compares with what stood, each difference being a change for later rules, and links
//!   causes to symptoms once everything is true;
//! - `snapshot` writes all of that down and reads it back;
//! - `explain` says on request why a finding holds or not, by walking its conditions again.
//!
//! What none of these refers to any more is dropped by `forget`.
//!
//! A room uses those named before it and `value`, the words that all of them work on. `engine` holds the
//! state of them all and forms the instants; what changes that state is written in the rooms.
//!
//! There is no clock, thread, file or randomness in here: time and the hash seed come from the host.
#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(test)]
extern crate self as etio_engine;

mod conclude;
mod engine;
mod error;
mod explain;
mod forget;
mod input;
mod program;
mod snapshot;
mod store;
#[cfg(test)]
mod tests;
mod think;
mod value;

pub use conclude::episode::{Change, Episode, Evidence, Late, Need, Status, Transition};
pub use conclude::log::Told;
pub use engine::{Engine, Limits, Options};
pub use error::Error;
pub use explain::why_not::{Standing, WhyNot};
pub use input::cell::{Cell, Symbol};
pub use think::judge::Verdict;
