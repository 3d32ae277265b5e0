//! The logs in a document, host by host: how far they reach, how densely, and what they say they lost.

use std::collections::{BTreeMap, BTreeSet};

use crate::formats::log::{Lost, lost};
use crate::row::{Program, Record, Wall, When};

/// So many programs write into one log only where all do.
pub(crate) const MANY: usize = 3;

const HOUR: i64 = 3_600_000_000_000;
/// Clocks are set back between midnight and this.
const NIGHT: i64 = 4 * HOUR;
/// A log that says something this often shows that its clock was set back.
const EDGE: i64 = 5 * HOUR / 60;

/// The stamps of a log stream, as few as are needed to know its first and last.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Span {
    /// Full stamps.
    pub(crate) at: Option<(i64, i64)>,
    /// Since boot.
    pub(crate) boot: Option<(i64, i64)>,
    /// Wall clocks by year, month and day.
    pub(crate) wall: BTreeMap<(Option<i16>, i8, i8), (i64, i64)>,
}

impl Span {
    pub(crate) fn add(&mut self, when: When) {
        let widen = |span: &mut Option<(i64, i64)>, at: i64| {
            *span = Some(span.map_or((at, at), |(low, high)| (low.min(at), high.max(at))));
        };
        match when {
            When::At(at) => widen(&mut self.at, at),
            When::Boot(at) => widen(&mut self.boot, at),
            When::Wall(wall) => {
                let day = self.wall.entry((wall.year, wall.month, wall.day));
                let (low, high) = day.or_insert((wall.nanos, wall.nanos));
                (*low, *high) = ((*low).min(wall.nanos), (*high).max(wall.nanos));
            }
            When::Ago(_) | When::Unknown => {}
        }
    }

    /// The stamps that may be first or last.
    pub(crate) fn ends(&self) -> impl Iterator<Item = When> + '_ {
        let at = self.at.into_iter().flat_map(|(low, high)| [When::At(low), When::At(high)]);
        let boot =
            self.boot.into_iter().flat_map(|(low, high)| [When::Boot(low), When::Boot(high)]);
        let wall = self.wall.iter().flat_map(|(&(year, month, day), &(low, high))| {
            [low, high].map(|nanos| When::Wall(Wall { year, month, day, nanos }))
        });
        at.chain(boot).chain(wall)
    }
}

/// The records of one program on one host.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Stream {
    pub(crate) span: Span,
    /// The programs' own names, as many as are needed to know a log of everything.
    pub(crate) names: BTreeSet<String>,
    last: When,
}

/// A time of which a document does not have all records.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Hole {
    pub(crate) lost: Lost,
    pub(crate) from: When,
    pub(crate) to: When,
}

/// All records of one host.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Host {
    pub(crate) streams: BTreeMap<Program, Stream>,
    /// The longest time between a record and the next.
    pub(crate) pause: i64,
    pub(crate) holes: Vec<Hole>,
    last: When,
    tears: usize,
}

impl Host {
    /// Adds a record, before which the document was torn so many times.
    pub(crate) fn add(&mut self, record: &Record<'_>, tears: usize) {
        if record.when.is_stamp() {
            self.dig(record, tears);
            self.pause = self.pause.max(between(self.last, record.when).unwrap_or(0));
            self.last = record.when;
        }
        let stream = self.streams.entry(record.program).or_default();
        stream.span.add(record.when);
        if record.when.is_stamp() {
            stream.last = record.when;
        }
        if let Some(name) = record.name
            && stream.names.len() < MANY
            && !stream.names.contains(name)
        {
            stream.names.insert(name.to_owned());
        }
    }

    /// What comes now is of another log: how long after this one it begins says nothing.
    pub(crate) fn apart(&mut self) {
        self.last = When::Unknown;
    }

    /// Whether the clock was set back an hour before a record, as summer ends: it shows an hour of the night
    /// once more.
    pub(crate) fn is_set_back(&self, record: &Record<'_>) -> bool {
        let (When::Wall(before), When::Wall(now)) = (self.last, record.when) else { return false };
        let hour = |wall: Wall| (wall.month, wall.day, wall.nanos / HOUR);
        let last = before.nanos % HOUR >= HOUR - EDGE;
        let first = now.nanos % HOUR < EDGE;
        hour(before) == hour(now) && now.nanos < NIGHT && last && first
    }

    /// Notes what is missing before a record.
    fn dig(&mut self, record: &Record<'_>, tears: usize) {
        let torn = (tears > self.tears).then_some(Lost::All);
        self.tears = tears;
        let Some(lost) = torn.or_else(|| lost(record.name?, &record.message)) else { return };
        let from = match lost {
            Lost::All => self.last,
            // Of other programs nothing says when they were heard last.
            Lost::Of(Program::System) => return,
            Lost::Of(program) => self.streams.get(&program).map_or(When::Unknown, |it| it.last),
        };
        if from.is_stamp() {
            self.holes.push(Hole { lost, from, to: record.when });
        }
    }
}

/// How long after one stamp another is, where both are of one clock.
fn between(first: When, second: When) -> Option<i64> {
    match (first, second) {
        (When::At(a), When::At(b)) | (When::Boot(a), When::Boot(b)) => b.checked_sub(a),
        (When::Wall(a), When::Wall(b)) if (a.month, a.day) == (b.month, b.day) => {
            b.nanos.checked_sub(a.nanos)
        }
        (When::Wall(a), When::Wall(b)) => {
            // Any leap year will do where none is said.
            let civil = |it: Wall| it.civil(it.year.unwrap_or(2000));
            i64::try_from(civil(a)?.duration_until(civil(b)?).as_nanos()).ok()
        }
        _ => None,
    }
}
