//! What time it is for what is watched.

use std::time::Instant;

/// The clock of the inputs: at the first look the time that they tell, and from then on as much later as it is here.
///
/// So the zone of a log without one does not matter, and what is looked at begins as `etio diagnose` tells it, however
/// old it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    began: Instant,
    told: i64,
}

impl Clock {
    pub(super) fn at(told: i64) -> Self {
        Self { began: Instant::now(), told }
    }

    /// In nanoseconds since the epoch.
    pub(super) fn now(&self) -> i64 {
        let since = i64::try_from(self.began.elapsed().as_nanos()).unwrap_or(i64::MAX);
        self.told.saturating_add(since)
    }

    /// The inputs tell this time, and time does not go back.
    pub(super) fn reach(&mut self, told: i64) {
        if told > self.now() {
            *self = Self::at(told);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Clock;

    #[test]
    fn it_goes_on_and_never_back() {
        let mut clock = Clock::at(5_000_000_000);
        let first = clock.now();
        clock.reach(4_000_000_000);
        assert!(clock.now() >= first);
        clock.reach(3_605_000_000_000);
        assert!(clock.now() >= 3_605_000_000_000);
    }
}
