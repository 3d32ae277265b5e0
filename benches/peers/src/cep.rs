//! The workload `cep`: for each key, A and then B within five minutes without C in between. One event
//! every ten milliseconds, of a thousand keys; three of four mean nothing.

use crate::rules::{Begin, Numbers, figure, peak_memory};

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
pub fn run(sequences: &mut impl Sequences, count: u32) {
    let events = events(count, 5);
    let begin = Begin::now();
    events.chunks(BATCH).for_each(|events| sequences.take(events));
    figure("event", begin, count);
    println!("found {}", sequences.found());
    if let Some(megabytes) = peak_memory() {
        println!("memory {megabytes:.1}");
    }
}
