//! Orders of arrival that mean the same (M1.1).

use etio_plan::Input;

use super::timeline::Timeline;

/// A source of numbers that is the same on every run (splitmix64).
pub(super) struct Dice(u64);

impl Dice {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `n`, which is not zero.
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % n.max(1) as u64).unwrap_or(0)
    }
}

/// What to do with an engine, in turn.
pub(super) enum Act {
    /// Insert an input.
    Insert(Input),
    /// Move the clock.
    Advance(i64),
}

/// The inputs in another order, each at any moment before the clock passes it, and the clock moved in
/// other strides.
pub(super) fn shuffled(timeline: &Timeline, dice: &mut Dice) -> Vec<Act> {
    let last = timeline.instants.last().copied().unwrap_or(0);
    let stops: Vec<i64> =
        timeline.instants.iter().copied().filter(|&at| at == last || dice.below(2) == 0).collect();
    // The moment before each stop takes some inputs; the later, the longer they may wait.
    let mut moments: Vec<Vec<Input>> = stops.iter().map(|_| Vec::new()).collect();
    for input in &timeline.inputs {
        let latest = match input {
            Input::Fact(fact) | Input::Remove(fact) => {
                stops.iter().position(|&stop| stop >= fact.time).unwrap_or(0)
            }
            // Coverage learnt late counts from the clock on, which would mean something else.
            _ => 0,
        };
        let moment = dice.below(latest + 1);
        if let Some(inputs) = moments.get_mut(moment) {
            inputs.insert(dice.below(inputs.len() + 1), input.clone());
        }
    }
    let mut acts = Vec::new();
    for (stop, inputs) in stops.into_iter().zip(moments) {
        acts.extend(inputs.into_iter().map(Act::Insert));
        acts.push(Act::Advance(stop));
    }
    acts
}

#[cfg(test)]
mod tests {
    use etio_plan::{Fact, Origin, RelId, SourceId};

    use super::*;

    fn timeline() -> Timeline {
        let fact = |time: i64| {
            let origin = Origin { source: SourceId(0), at: time.unsigned_abs(), part: 0 };
            let values = Vec::new();
            Input::Fact(Fact { relation: RelId(0), values, time, origin, assumed_from: None })
        };
        Timeline { inputs: (1..9).map(fact).collect(), instants: (1..9).collect() }
    }

    /// The times of the facts in order of arrival.
    fn arrivals(acts: &[Act]) -> Vec<i64> {
        let times = acts.iter().filter_map(|act| match act {
            Act::Insert(Input::Fact(fact)) => Some(fact.time),
            _ => None,
        });
        times.collect()
    }

    #[test]
    fn nothing_is_lost_or_late() {
        for seed in 0..50 {
            let mut clock = 0;
            let acts = shuffled(&timeline(), &mut Dice::new(seed));
            for act in &acts {
                match act {
                    Act::Insert(Input::Fact(fact)) => assert!(fact.time > clock, "seed {seed}"),
                    Act::Insert(_) => {}
                    Act::Advance(to) => clock = *to,
                }
            }
            assert_eq!(clock, 8, "seed {seed}");
            let mut times = arrivals(&acts);
            times.sort_unstable();
            assert_eq!(times, (1..9).collect::<Vec<i64>>(), "seed {seed}");
        }
    }

    #[test]
    fn orders_differ() {
        let order = |seed| arrivals(&shuffled(&timeline(), &mut Dice::new(seed)));
        assert_ne!(order(0), order(1));
        assert_eq!(order(0), order(0));
    }
}
