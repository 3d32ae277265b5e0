//! The whole state of an engine as bytes, and an engine from them (M6.5).
//!
//! A snapshot says what is so and not how it is stored: values are spelled out, rows are named by their
//! place in canonical order, and whatever can be made again from the rest (indexes, symbols, timers,
//! numbers of rows and keys) is not in it. One state therefore has one spelling, whatever the seed, the
//! order of arrival and the layout in memory.

mod decode;
mod encode;
mod form;
mod types;

use alloc::{sync::Arc, vec::Vec};

use etio_plan::{Pack, ParamId, Value, checksum};

use crate::{
    engine::{Engine, Options},
    error::Error,
};

/// First bytes of every snapshot; the last two are the version of the format.
const MAGIC: &[u8; 8] = b"ETIOSN\x00\x06";
/// How many of them say that it is one.
const NAME: usize = 6;
/// Bytes of a checksum.
const HASH: usize = 8;

impl Engine {
    /// All that the engine knows, as bytes: the same for the same state.
    #[must_use]
    pub fn snapshot(&self) -> Vec<u8> {
        // Encoding plain data into a growing vector cannot fail.
        let content = postcard::to_allocvec(&self.form()).unwrap_or_default();
        let mut sealed = identity(&self.pack, &self.params, self.unnamed.is_some()).to_vec();
        sealed.extend_from_slice(&content);
        [MAGIC.as_slice(), &checksum(&sealed).to_le_bytes(), &sealed].concat()
    }

    /// An engine that goes on where a snapshot was taken. Only limits and the hash seed may be others
    /// than they were then.
    ///
    /// # Errors
    /// When the bytes are no snapshot, are damaged, or were taken under another pack or other parameters;
    /// and where [`Engine::new`] would refuse.
    pub fn restore(pack: Arc<Pack>, options: Options, bytes: &[u8]) -> Result<Self, Error> {
        let wrong = |what| move || Error::Snapshot(what);
        let rest = bytes.strip_prefix(&MAGIC[..NAME]).ok_or_else(wrong("it is none"))?;
        let rest = rest
            .strip_prefix(&MAGIC[NAME..])
            .ok_or_else(wrong("another version of Etio took it"))?;
        let damaged = || Error::Snapshot("it is damaged");
        let (hash, sealed) = rest.split_at_checked(HASH).ok_or_else(damaged)?;
        if checksum(sealed).to_le_bytes() != *hash {
            return Err(damaged());
        }
        let (taken_under, content) = sealed.split_at_checked(HASH).ok_or_else(damaged)?;
        if identity(&pack, &options.params, options.unnamed_ambiguous) != *taken_under {
            return Err(Error::Snapshot("it was taken under another pack or other parameters"));
        }
        let form = postcard::from_bytes(content).map_err(|_| damaged())?;
        let mut engine = Self::new(pack, options)?;
        engine.refill(form).ok_or_else(wrong("it says what no engine says"))?;
        Ok(engine)
    }

    /// Another engine in the same state. What one is told from now on is nothing to the other.
    #[must_use]
    pub fn fork(&self) -> Self {
        self.clone()
    }
}

/// What must be the same for a snapshot to mean the same.
fn identity(pack: &Pack, params: &[(ParamId, Value)], unnamed_ambiguous: bool) -> [u8; HASH] {
    let mut bytes = pack.to_bytes();
    for (at, param) in pack.params.iter().enumerate() {
        let set = params.iter().rev().find(|(param, _)| param.index() == at);
        let value = set.map_or(&param.default, |(_, value)| value);
        bytes.extend(postcard::to_allocvec(value).unwrap_or_default());
    }
    bytes.push(u8::from(unnamed_ambiguous));
    checksum(&bytes).to_le_bytes()
}
