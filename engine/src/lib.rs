//! Facts in, findings out: the incremental matcher.
//!
//! An [`Engine`] runs a [`Pack`](etio_plan::Pack). The host inserts stamped inputs, which are only
//! held back, and moves the clock; what changed comes out as [`Transition`]s:
//!
//! - `intake` checks inputs at the door, `timeline` forms instants of them and of due timers;
//! - `apply` brings the inputs of one instant to the relations, and each changed row takes its
//!   `route`s to the keys it concerns;
//! - `eval` thinks about each of these keys again, from its rule's first condition to its verdict
//!   (`judge`); `conclude` and `findings` compare with what stood, and each difference is a change for
//!   later rules;
//! - `edges` links causes to symptoms once everything is true.
//!
//! There is no clock, thread, file or randomness in here: time and the hash seed come from the host.
#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(test)]
extern crate self as etio_engine;

mod aggregate;
mod apply;
mod compile;
mod conclude;
mod cover;
mod coverage;
mod cursors;
mod edges;
mod engine;
mod episode;
mod error;
mod eval;
mod expr;
mod findings;
mod func;
mod index;
mod inexact;
mod intake;
mod judge;
mod load;
mod matching;
mod program;
mod relation;
mod render;
mod report;
mod route;
mod sources;
mod support;
#[cfg(test)]
mod tests;
mod timeline;
mod unseen;
mod word;

pub use engine::{Engine, Limits, Options};
pub use episode::{Change, Episode, Evidence, Late, Need, Status, Transition, Verdict};
pub use error::Error;
