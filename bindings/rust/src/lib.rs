//! Finds why a Kubernetes node or pod is stuck.
//!
//! An [`Engine`] runs the rules of a [`Pack`] over typed facts: events that happened and entities that
//! stand. Facts go in by name, the clock is moved by the host, and findings come out with their
//! verdict, their evidence and what they explain.
//!
//! ```
//! use etio::{Engine, Params, Stamp, Status};
//!
//! let mut engine = Engine::new(etio::stdlib::pack(), Params::default())?;
//! let minute = 60_000_000_000;
//! engine.advance(100 * minute);
//! assert!(engine.episodes().iter().all(|episode| episode.status != Status::Open));
//! # Ok::<(), etio::Error>(())
//! ```
#![forbid(unsafe_code)]

mod engine;
mod error;
mod fact;
mod json;
mod params;
mod schema;

pub use engine::Engine;
pub use error::Error;
pub use etio_engine::{Change, Episode, Evidence, Late, Limits, Need, Status, Transition, Verdict};
pub use etio_plan::{Input, Pack, Severity, SourceId, Value};
pub use fact::{Fact, Stamp};
pub use params::Params;

/// The rules that come with Etio.
pub mod stdlib {
    pub use etio_stdlib::pack;
}
