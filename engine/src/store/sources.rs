//! Where facts come from, and the canonical order of what they say (M1.5).

use alloc::{boxed::Box, collections::BTreeMap};
use core::cmp::Ordering;

use etio_plan::{Origin, SourceId};

/// The stamp of an input: its time and its place in its source.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Stamp {
    pub(crate) time: i64,
    pub(crate) origin: Origin,
}

impl Stamp {
    /// The stamp of what rules conclude: its source is no host's.
    pub(crate) const fn concluded(time: i64) -> Self {
        Self { time, origin: Origin { source: SourceId(u32::MAX), at: 0, part: 0 } }
    }
}

/// The sources by number. Those the host never named have the empty name, and sort by number.
#[derive(Clone, Default)]
pub(crate) struct Sources {
    named: BTreeMap<SourceId, (Box<str>, i64)>,
    coarsest: i64,
    /// The one that was heard last.
    heard: Option<SourceId>,
}

impl Sources {
    /// Names a source; false where it is known otherwise. The first name stays, so that the order of
    /// what it said cannot change.
    pub(crate) fn name(&mut self, source: SourceId, name: &str, resolution: i64) -> bool {
        let resolution = resolution.max(1);
        if let Some((known, at)) = self.named.get(&source) {
            return **known == *name && *at == resolution;
        }
        self.named.insert(source, (name.into(), resolution));
        self.coarsest = self.coarsest.max(resolution);
        true
    }

    /// Something that a source said takes effect: from now on it has no name, if it had none.
    pub(crate) fn hear(&mut self, source: SourceId) {
        if self.heard != Some(source) {
            self.named.entry(source).or_insert_with(|| ("".into(), 1));
            self.heard = Some(source);
        }
    }

    /// All that have a name, with their resolutions.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (SourceId, &str, i64)> {
        let named = self.named.iter();
        named.map(|(source, (name, resolution))| (*source, &**name, *resolution))
    }

    pub(crate) fn resolution(&self, source: SourceId) -> i64 {
        self.named.get(&source).map_or(1, |(_, resolution)| *resolution)
    }

    /// The coarsest resolution of any source.
    pub(crate) fn coarsest(&self) -> i64 {
        self.coarsest.max(1)
    }

    /// The canonical order: time, source's name, place in the source.
    pub(crate) fn compare(&self, a: &Stamp, b: &Stamp) -> Ordering {
        let name =
            |stamp: &Stamp| self.named.get(&stamp.origin.source).map_or("", |(name, _)| &**name);
        a.time.cmp(&b.time).then_with(|| {
            if a.origin.source != b.origin.source {
                name(a).cmp(name(b)).then(a.origin.cmp(&b.origin))
            } else {
                a.origin.cmp(&b.origin)
            }
        })
    }

    /// Whether `b` is not before `a`, both floored to the coarser of the two resolutions (M1.6).
    #[inline]
    pub(crate) fn not_before(&self, a: &Stamp, b: &Stamp) -> bool {
        b.time >= a.time || (self.coarsest > 1 && self.may_not_be_before(a, b))
    }

    fn may_not_be_before(&self, a: &Stamp, b: &Stamp) -> bool {
        let coarser = self.resolution(a.origin.source).max(self.resolution(b.origin.source));
        floor(b.time, coarser) >= floor(a.time, coarser)
    }

    /// The first instant a row could have that is not before `a`. Not that of the coarsest resolution,
    /// which a less coarse one need not divide.
    pub(crate) fn earliest_after(&self, a: &Stamp) -> i64 {
        a.time.saturating_sub(self.coarsest().saturating_sub(1))
    }
}

fn floor(time: i64, resolution: i64) -> i64 {
    time.saturating_sub(time.rem_euclid(resolution))
}
