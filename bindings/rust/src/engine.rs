//! The engine as hosts use it: names instead of numbers, and texts read on the way in.

use std::sync::Arc;

use etio_engine::{Episode, Late, Transition, WhyNot};
use etio_plan::{Fact as Row, Input, Origin, Pack, RelId, Scope, SourceId, Value, checksum};
use etio_scan::Scanner;

use crate::{Error, Fact, Params, Stamp, json, schema};

/// The source of facts that a host tells on its own word. The last number is the engine's own.
pub(crate) const HOST: SourceId = SourceId(u32::MAX - 1);
/// Bytes behind the engine's snapshot: the number of sources, that of unnumbered facts, a checksum.
const OWN: usize = 4 + 8;
const HASH: usize = 8;

/// Set in the sequence of facts without a number of their own, so that they never meet numbered ones.
const UNNUMBERED: u64 = 1 << 63;

/// Facts in, findings out.
///
/// A clone is a [fork](Self::fork). Facts are held back until [`advance`](Self::advance) moves the clock past them; between two calls
/// of it their order means nothing.
#[derive(Clone)]
pub struct Engine {
    inner: etio_engine::Engine,
    scanner: Scanner,
    /// The number of the next source named.
    sources: u32,
    /// How many facts came without a number of their own.
    unnumbered: u64,
}

impl Engine {
    /// An engine for the rules of a pack. Who makes several gives each a clone of the pack's [`Scanner`]: to make one
    /// is most of what a new engine costs.
    ///
    /// # Errors
    /// When a parameter is unknown, not of its type or out of its range.
    pub fn new(pack: impl Into<Scanner>, params: Params) -> Result<Self, Error> {
        let scanner = pack.into();
        let options = params.options(scanner.pack())?;
        let inner = etio_engine::Engine::new(Arc::clone(scanner.pack()), options)?;
        Ok(Self { inner, scanner, sources: 0, unnumbered: 0 })
    }

    /// All that the engine knows, as bytes: the same for the same state. Facts held back and changes not
    /// drained are in it.
    #[must_use]
    pub fn snapshot(&self) -> Vec<u8> {
        let mut bytes = self.inner.snapshot();
        bytes.extend(self.sources.to_le_bytes());
        bytes.extend(self.unnumbered.to_le_bytes());
        bytes.extend(checksum(&bytes).to_le_bytes());
        bytes
    }

    /// An engine that goes on where a snapshot was taken, under the same pack and parameters. Limits may
    /// be others than they were then.
    ///
    /// # Errors
    /// When the bytes are no snapshot, are damaged, or were taken under another pack or other parameters.
    pub fn restore(pack: impl Into<Scanner>, params: Params, bytes: &[u8]) -> Result<Self, Error> {
        let damaged = || Error::Engine(etio_engine::Error::Snapshot("it is damaged"));
        let (content, hash) =
            bytes.split_at_checked(bytes.len().saturating_sub(HASH)).ok_or_else(damaged)?;
        if *hash != checksum(content).to_le_bytes() {
            return Err(damaged());
        }
        let (content, own) =
            content.split_at_checked(content.len().saturating_sub(OWN)).ok_or_else(damaged)?;
        let (sources, unnumbered) = own.split_first_chunk().ok_or_else(damaged)?;
        let (unnumbered, _) = unnumbered.split_first_chunk().ok_or_else(damaged)?;
        let scanner = pack.into();
        let options = params.options(scanner.pack())?;
        let inner = etio_engine::Engine::restore(Arc::clone(scanner.pack()), options, content)?;
        Ok(Self {
            inner,
            scanner,
            sources: u32::from_le_bytes(*sources),
            unnumbered: u64::from_le_bytes(*unnumbered),
        })
    }

    /// Another engine in the same state. What one is told from now on is nothing to the other.
    #[must_use]
    pub fn fork(&self) -> Self {
        self.clone()
    }

    /// The pack it runs.
    #[must_use]
    pub fn pack(&self) -> &Pack {
        self.scanner.pack()
    }

    /// Names a new source of facts. `resolution` is that of its stamps in nanoseconds: one second for
    /// API events and syslog, one where they are exact.
    ///
    /// # Errors
    /// When the engine refuses the input.
    pub fn source(&mut self, name: &str, resolution: i64) -> Result<SourceId, Error> {
        let source = SourceId(self.sources);
        self.feed(Input::Source { source, name: name.into(), resolution })?;
        Ok(source)
    }

    /// Tells a fact.
    ///
    /// # Errors
    /// When the pack has no such relation or field, or a value is not of its type.
    pub fn insert<F: Fact>(&mut self, fact: &F) -> Result<(), Error> {
        self.insert_row(F::RELATION, fact.fields(), Stamp::at(fact.time()))
    }

    /// Tells a fact by name.
    ///
    /// # Errors
    /// When the pack has no such relation or field, or a value is not of its type.
    pub fn insert_row<'v>(
        &mut self,
        relation: &str,
        fields: impl IntoIterator<Item = (&'v str, Value)>,
        stamp: Stamp,
    ) -> Result<(), Error> {
        let row = self.row(relation, fields, stamp, schema::Need::Whole)?;
        self.feed(Input::Fact(row))
    }

    /// Tells a fact as JSON. Durations, times and sizes are texts (`"10m"`, `"2026-01-01T00:00:00Z"`,
    /// `"1Gi"`).
    ///
    /// # Errors
    /// When it is not an object, the pack has no such relation or field, or a value is not of its type.
    pub fn insert_json(
        &mut self,
        relation: &str,
        row: &serde_json::Value,
        stamp: Stamp,
    ) -> Result<(), Error> {
        self.insert_row(relation, json::fields(row)?, stamp)
    }

    /// Says that the entity's row with this key is gone.
    ///
    /// # Errors
    /// When the pack has no such relation or field, it is no entity, or a value is not of its type.
    pub fn remove<'v>(
        &mut self,
        relation: &str,
        key: impl IntoIterator<Item = (&'v str, Value)>,
        stamp: Stamp,
    ) -> Result<(), Error> {
        let row = self.row(relation, key, stamp, schema::Need::Key)?;
        self.feed(Input::Remove(row))
    }

    /// Says that a source carries a relation from an instant on, for the rows with these values: what
    /// it does not tell then is known not to be.
    ///
    /// # Errors
    /// When the pack has no such relation or field, or a value is not of its type.
    pub fn cover(
        &mut self,
        relation: &str,
        scope: &[(&str, Value)],
        source: SourceId,
        from: i64,
    ) -> Result<(), Error> {
        let (relation, scope) = self.scope(relation, scope)?;
        self.feed(Input::Covered { source, relation, scope, from })
    }

    /// Says that a source has lost what happened in between, as a watch does that was cut off: what is
    /// absent then is unknown.
    ///
    /// # Errors
    /// When the pack has no such relation or field, or a value is not of its type.
    pub fn gap(
        &mut self,
        relation: &str,
        scope: &[(&str, Value)],
        source: SourceId,
        from: i64,
        to: i64,
    ) -> Result<(), Error> {
        let (relation, scope) = self.scope(relation, scope)?;
        self.feed(Input::Gap { source, relation, scope, from, to })
    }

    /// Takes an input as it is, for example from `etio-ingest`. Texts of its rows are read: extractors
    /// make their events of them, at the row's time and origin.
    ///
    /// # Errors
    /// When the engine refuses it.
    pub fn feed(&mut self, input: Input) -> Result<(), Error> {
        if let Input::Source { source, .. } = input
            && source != HOST
        {
            self.sources = self.sources.max(source.0.saturating_add(1));
        }
        let inner = &mut self.inner;
        Ok(self.scanner.read(input, |input| inner.insert(input))?)
    }

    /// Moves the clock: nothing at or before `time` is still to come. A time that has passed is none.
    pub fn advance(&mut self, time: i64) {
        self.inner.advance(time);
    }

    /// When an [`advance`](Self::advance) would next change something by itself: an input that waits, or
    /// time that runs out.
    #[must_use]
    pub fn next_deadline(&self) -> Option<i64> {
        self.inner.next_deadline()
    }

    /// What changed since the last call, in order.
    pub fn drain(&mut self) -> Vec<Transition> {
        self.inner.drain()
    }

    /// All findings that are open, and those that ended and are still remembered.
    #[must_use]
    pub fn episodes(&self) -> Vec<Episode> {
        self.inner.episodes()
    }

    /// Why a finding holds, by the id of its episode: of one that is open its conditions, the facts they
    /// rest on and what vouches for what is absent; of one that ended the facts that are remembered.
    pub fn proof(&mut self, id: u128) -> Option<crate::proof::Proof> {
        self.inner.proof(id)
    }

    /// Why a rule, by its path or mode, finds nothing for a key: the condition that fails first and what
    /// comes closest to it. What is not given of the key may be anything; of several keys the one that
    /// gets furthest is shown.
    ///
    /// # Errors
    /// When the pack has no such rule, its key no such part, or a value is not of its type.
    pub fn why_not(&mut self, rule: &str, key: &[(&str, Value)]) -> Result<WhyNot, Error> {
        let pack = self.scanner.pack();
        let (at, rule) = schema::rule(pack, rule)?;
        let key = schema::key(pack, rule, key)?;
        let path = &rule.path;
        self.inner.why_not(at, &key).ok_or_else(|| Error::UnknownRule(path.clone()))
    }

    /// How many rows and lookups each rule has taken since the engine was made or restored, by its path: for a
    /// host that watches what its rules cost.
    pub fn work(&self) -> impl Iterator<Item = (&str, u64)> {
        self.inner.work()
    }

    /// The rules that had no work left in the last instant ([`Limits::work`](crate::Limits)), by their path, each
    /// with how many of its keys wait for the next: what they find is not whole.
    pub fn postponed(&self) -> impl Iterator<Item = (&str, usize)> {
        self.inner.postponed()
    }

    /// How many events came too late, by source.
    #[must_use]
    pub fn late(&self) -> Vec<Late> {
        self.inner.late()
    }

    fn scope(&self, relation: &str, scope: &[(&str, Value)]) -> Result<(RelId, Scope), Error> {
        let (id, declared) = schema::relation(self.pack(), relation)?;
        Ok((id, schema::scope(declared, scope)?))
    }

    fn row<'v>(
        &mut self,
        relation: &str,
        fields: impl IntoIterator<Item = (&'v str, Value)>,
        stamp: Stamp,
        need: schema::Need,
    ) -> Result<Row, Error> {
        let (id, declared) = schema::relation(self.pack(), relation)?;
        let values = schema::row(declared, fields, need)?;
        let at = stamp.sequence.unwrap_or_else(|| {
            self.unnumbered += 1;
            UNNUMBERED | self.unnumbered
        });
        let origin = Origin { source: stamp.source, at, part: 0 };
        Ok(Row { relation: id, values, time: stamp.time, origin, assumed_from: None })
    }
}
