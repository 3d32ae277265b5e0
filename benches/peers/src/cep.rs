//! The workload `cep`: for each key, A and then B within five minutes without C in between. One event
//! every ten milliseconds, of a thousand keys; three of four mean nothing. The workload `keys` begins
//! one of each key.

use crate::measure::{Begin, count, memory, peak, resident};
use crate::numbers::Numbers;

/// What an event is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Begins a sequence.
    A,
    /// Ends one.
    B,
    /// Spoils those of its key that have begun.
    C,
    /// Anything else.
    Other,
}

/// An event: milliseconds, key, kind.
pub type Event = (i64, u32, Kind);

/// As many keys.
pub const KEYS: u32 = 1000;
/// B comes at most so long after A, in milliseconds.
pub const WITHIN: i64 = 300_000;
/// As many events are told at a time.
pub const BATCH: usize = 1000;

/// The events of a run.
#[must_use]
pub fn events(count: u32, seed: u64) -> Vec<Event> {
    let mut numbers = Numbers(seed);
    let mut now = 1_700_000_000_000;
    let mut event = || {
        now += i64::from(numbers.below(20));
        let kind = match numbers.below(100) {
            0..10 => Kind::A,
            10..20 => Kind::B,
            20..25 => Kind::C,
            _ => Kind::Other,
        };
        (now, numbers.below(KEYS), kind)
    };
    (0..count).map(|_| event()).collect()
}

/// What finds the sequences.
pub trait Sequences {
    /// Takes some events and finds what they complete.
    fn take(&mut self, events: &[Event]);
    /// How many sequences were found so far.
    fn found(&self) -> u64;
}

/// Runs the workload and prints what an event cost, in microseconds.
pub fn run(sequences: &mut impl Sequences, size: u32) {
    let events = events(size, 5);
    let begin = Begin::now();
    events.chunks(BATCH).for_each(|events| sequences.take(events));
    if let Some((last, ..)) = events.last() {
        // Whoever waits for more of an instant has waited long enough.
        sequences.take(&[(last + 1, 0, Kind::Other)]);
    }
    begin.figure("event", size);
    count("found", sequences.found());
    memory("memory", peak());
}

/// Begins a sequence of each of so many keys, all within the time, and prints what a key holds, in bytes.
/// That every key was open is seen when all of them end.
pub fn open(sequences: &mut impl Sequences, keys: u32) {
    let tell = |sequences: &mut _, kind, from: i64| {
        let event = |key| (from + WITHIN / 3 * i64::from(key) / i64::from(keys), key, kind);
        for first in (0..keys).step_by(BATCH) {
            let last = keys.min(first.saturating_add(BATCH as u32));
            let events: Vec<Event> = (first..last).map(event).collect();
            Sequences::take(sequences, &events);
        }
    };
    let before = resident();
    tell(sequences, Kind::A, 1_700_000_000_000);
    if let (Some(before), Some(after)) = (before, resident()) {
        println!("key {:.0} B", (after - before) * 1024.0 / f64::from(keys.max(1)));
    }
    tell(sequences, Kind::B, 1_700_000_000_000 + WITHIN / 2);
    sequences.take(&[(1_700_000_000_000 + WITHIN, 0, Kind::Other)]);
    count("found", sequences.found());
}
