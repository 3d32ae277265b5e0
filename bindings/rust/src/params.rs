//! How a host runs a pack.

use etio_engine::{Limits, Options};
use etio_plan::{Pack, Value};

use crate::{Error, schema};

/// Values for the parameters of rules, and how much the engine may do. What is not set has its default.
///
/// ```
/// use etio::{Engine, Params};
///
/// let stall = |value: &str| Params::default().set("image_pull_queue_blocked.stall", value);
/// assert!(Engine::new(etio::stdlib::pack(), stall("5m")).is_ok());
/// assert!(Engine::new(etio::stdlib::pack(), stall("soon")).is_err());
/// ```
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Params {
    values: Vec<(String, Value)>,
    limits: Limits,
    seed: u64,
    unnamed_ambiguous: bool,
}

impl Params {
    /// Sets a parameter by the name of its finding, a dot and its own, as sites do. The last value set counts.
    #[must_use]
    pub fn set(mut self, path: impl Into<String>, value: impl Into<Value>) -> Self {
        let path = path.into();
        self.values.retain(|(known, _)| *known != path);
        self.values.push((path, value.into()));
        self
    }

    /// Sets how much the engine may do and keep.
    #[must_use]
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets the seed of all hashes, which never shows in what comes out. A host that takes facts from
    /// strangers gives a random one.
    #[must_use]
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Says that some facts are of a node that the host does not know although it knows several: what
    /// rests on joining them is at most suspected.
    #[must_use]
    pub const fn unnamed_ambiguous(mut self, ambiguous: bool) -> Self {
        self.unnamed_ambiguous = ambiguous;
        self
    }

    /// The same in the engine's words.
    pub(crate) fn options(&self, pack: &Pack) -> Result<Options, Error> {
        let known = |(path, value): &(String, Value)| {
            let (id, param) = schema::param(pack, path)?;
            Ok((id, schema::fit(&param.path, &param.ty, value.clone())?))
        };
        Ok(Options {
            params: self.values.iter().map(known).collect::<Result<_, Error>>()?,
            seed: self.seed,
            limits: self.limits,
            unnamed_ambiguous: self.unnamed_ambiguous,
        })
    }
}
