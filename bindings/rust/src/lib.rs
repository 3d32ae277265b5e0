//! Finds why a Kubernetes node or pod is stuck.
//!
//! An [`Engine`] runs the rules of a [`Pack`] over typed facts: events that happened and entities that
//! stand. Facts go in by name, the clock is moved by the host, and findings come out with their
//! verdict, their evidence and what they explain.
//!
//! ```
//! use etio::{Engine, Params, Stamp, Status, Value};
//!
//! let minute = 60_000_000_000;
//! let mut engine = Engine::new(etio::stdlib::pack(), Params::default())?;
//! let line = "Orphaned pod \"8d73e524-fb7c-4b25-a907-3c18b78f587d\" found, but volume paths are \
//!     still present on disk";
//! let record = [("node", Value::from("worker-3")), ("message", line.into())];
//! engine.insert_row("KubeletLog", record, Stamp::at(100 * minute))?;
//! engine.advance(101 * minute);
//!
//! let found = engine.episodes();
//! let orphan = found.iter().find(|episode| episode.mode == "orphaned-pod-volumes");
//! assert!(orphan.is_some_and(|episode| episode.status == Status::Open));
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
pub use etio_engine::{
    Change, Episode, Error as EngineError, Evidence, Late, Limits, Need, Standing, Status,
    Transition, Verdict, WhyNot,
};
pub use etio_plan::{Input, Origin, Pack, PackError, Severity, SourceId, Value};
pub use etio_proof as proof;
pub use etio_scan::Scanner;
pub use fact::{Fact, Stamp};
pub use params::Params;

/// The rules that come with Etio.
pub mod stdlib {
    pub use etio_stdlib::pack;
}

/// The examples of the page run as tests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/embedding.md")]
struct Page;
