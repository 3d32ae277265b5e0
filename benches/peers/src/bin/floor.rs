//! The floor: each workload as a good programmer would write it by hand, without an engine.

use etio_peers::cep::{self, Event, Kind, Sequences, WITHIN};
use etio_peers::names::{self, Names};
use etio_peers::rules::{self, Cluster, Shape};
use rustc_hash::{FxHashMap, FxHashSet};

#[derive(Default)]
struct Floor {
    ready: FxHashMap<u32, bool>,
    pods: FxHashMap<u32, (u32, bool)>,
    silences: FxHashSet<(u32, u32)>,
    events: FxHashMap<u32, Alarm>,
    pods_of: FxHashMap<u32, Vec<u32>>,
    events_of: FxHashMap<u32, Vec<u32>>,
    fired: u64,
}

struct Alarm {
    pod: u32,
    reason: u32,
    alarm: bool,
}

impl Floor {
    fn is_alarm(&self, pod: u32, reason: u32) -> bool {
        let Some((node, true)) = self.pods.get(&pod) else { return false };
        self.ready.get(node) == Some(&true) && !self.silences.contains(&(*node, reason))
    }

    fn look_again(&mut self, pod: u32) {
        let Some(events) = self.events_of.remove(&pod) else { return };
        for id in &events {
            let Some((pod, reason)) = self.events.get(id).map(|of| (of.pod, of.reason)) else {
                continue;
            };
            let alarm = self.is_alarm(pod, reason);
            if let Some(event) = self.events.get_mut(id)
                && event.alarm != alarm
            {
                event.alarm = alarm;
                self.fired += u64::from(alarm);
            }
        }
        self.events_of.insert(pod, events);
    }
}

impl Cluster for Floor {
    fn node(&mut self, node: u32, ready: bool) {
        self.ready.insert(node, ready);
        if let Some(pods) = self.pods_of.remove(&node) {
            pods.iter().for_each(|pod| self.look_again(*pod));
            self.pods_of.insert(node, pods);
        }
    }

    fn pod(&mut self, pod: u32, node: u32, running: bool) {
        if self.pods.insert(pod, (node, running)).is_none() {
            self.pods_of.entry(node).or_default().push(pod);
        }
        self.look_again(pod);
    }

    fn silence(&mut self, node: u32, reason: u32) {
        self.silences.insert((node, reason));
    }

    fn event(&mut self, id: u32, pod: u32, reason: u32) {
        let alarm = self.is_alarm(pod, reason);
        self.fired += u64::from(alarm);
        self.events.insert(id, Alarm { pod, reason, alarm });
        self.events_of.entry(pod).or_default().push(id);
    }

    fn retract(&mut self, id: u32) {
        if let Some(event) = self.events.remove(&id)
            && let Some(events) = self.events_of.get_mut(&event.pod)
            && let Some(place) = events.iter().position(|other| *other == id)
        {
            events.swap_remove(place);
        }
    }

    fn settle(&mut self) {}

    fn fired(&self) -> u64 {
        self.fired
    }
}

/// When the sequences of each key began.
#[derive(Default)]
struct Begun {
    begun: FxHashMap<u32, Vec<i64>>,
    found: u64,
}

impl Sequences for Begun {
    fn take(&mut self, events: &[Event]) {
        for (time, key, kind) in events {
            match kind {
                Kind::A => self.begun.entry(*key).or_default().push(*time),
                Kind::B => {
                    if let Some(begun) = self.begun.get_mut(key) {
                        self.found += u64::from(begun.iter().any(|begin| time - begin <= WITHIN));
                        begun.clear();
                    }
                }
                Kind::C => drop(self.begun.get_mut(key).map(Vec::clear)),
                Kind::Other => {}
            }
        }
    }

    fn found(&self) -> u64 {
        self.found
    }
}

/// The number of each name.
#[derive(Default)]
struct Numbered(FxHashMap<Box<str>, u32>);

impl Names for Numbered {
    fn intern(&mut self, name: &str) {
        if !self.0.contains_key(name) {
            self.0.insert(name.into(), self.0.len() as u32);
        }
    }
}

fn main() {
    let (workload, size) = etio_peers::asked();
    match workload.as_str() {
        "rules" => rules::run(&mut Floor::default(), Shape::of(size)),
        "datalog" => rules::run(&mut Floor::default(), Shape::single(size)),
        "cep" => cep::run(&mut Begun::default(), size),
        "keys" => cep::open(&mut Begun::default(), size),
        "names" => names::run(&mut Numbered::default(), size),
        _ => etio_peers::unknown(&workload),
    }
}
