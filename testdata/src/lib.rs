//! Stories that every target and every binding must tell alike: the conformance cases, whose log is
//! written down, and the incidents.
//!
//! `README.md` says how a case is written. Here it becomes a [`Story`], what a host does from the first
//! input to the last; [`Host`] is what runs one.

mod case;
mod file;
mod history;
mod incidents;
mod lines;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use etio_engine::{Engine, Options};
use etio_plan::{Input, Pack, stream};

pub use case::{Case, cases};
pub use incidents::incidents;
pub use lines::lines;

/// A program, and all that a host tells an engine that runs it.
#[derive(Clone, Debug)]
pub struct Story {
    /// Where it is from.
    pub name: String,
    /// The program.
    pub pack: Arc<Pack>,
    /// How it is run.
    pub options: Options,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

/// One thing that a host does.
#[derive(Clone, Debug)]
pub enum Step {
    /// Inserts an input.
    Insert(Input),
    /// Moves the clock.
    Advance(i64),
}

/// What runs stories: an engine on some target, behind some binding.
pub trait Host {
    /// Inserts an input; whatever is wrong with it is wrong with the test.
    fn insert(&mut self, input: &Input);
    /// Moves the clock.
    fn advance(&mut self, time: i64);
    /// The transitions since the last time, as [`stream`] writes them.
    fn drain(&mut self) -> Vec<u8>;
}

impl Host for Engine {
    #[expect(clippy::panic, reason = "a story that cannot be told is a broken test")]
    fn insert(&mut self, input: &Input) {
        if let Err(error) = Self::insert(self, input.clone()) {
            panic!("{error}: {input:?}");
        }
    }

    fn advance(&mut self, time: i64) {
        Self::advance(self, time);
    }

    fn drain(&mut self) -> Vec<u8> {
        stream::encode(&Self::drain(self))
    }
}

impl Story {
    /// Tells the story to a host; the whole log, as bytes.
    pub fn tell(&self, host: &mut impl Host) -> Vec<u8> {
        let mut log = Vec::new();
        for step in &self.steps {
            match step {
                Step::Insert(input) => host.insert(input),
                Step::Advance(time) => {
                    host.advance(*time);
                    log.extend(host.drain());
                }
            }
        }
        log
    }

    /// Tells it to an engine of this very program.
    #[must_use]
    #[expect(clippy::panic, reason = "a story that cannot be told is a broken test")]
    pub fn natively(&self) -> Vec<u8> {
        match Engine::new(Arc::clone(&self.pack), self.options.clone()) {
            Ok(mut engine) => self.tell(&mut engine),
            Err(error) => panic!("{}: {error}", self.name),
        }
    }
}

/// The directory of all test data.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).into()
}
