//! Differential dataflow's side of the workload `datalog`: one query for all reasons, one update an
//! epoch, shared arrangements.

#[allow(dead_code, reason = "other workloads measure more")]
#[path = "../../src/measure.rs"]
mod measure;
#[path = "../../src/numbers.rs"]
mod numbers;
#[path = "../../src/rules.rs"]
mod rules;

use std::{cell::Cell, rc::Rc};

use differential_dataflow::input::InputSession;
use rules::{Cluster, Shape};
use rustc_hash::{FxHashMap, FxHashSet};
use timely::{dataflow::ProbeHandle, worker::Worker};

type Input<D> = InputSession<u32, D, isize>;

/// A running dataflow, and what its inputs hold: to change a row is to take it back and give another.
struct Dataflow<'a> {
    worker: &'a mut Worker,
    probe: ProbeHandle<u32>,
    epoch: u32,
    node: Input<(u32, bool)>,
    pod: Input<(u32, (u32, bool))>,
    silence: Input<(u32, u32)>,
    event: Input<(u32, (u32, u32))>,
    nodes: FxHashMap<u32, bool>,
    pods: FxHashMap<u32, (u32, bool)>,
    silences: FxHashSet<(u32, u32)>,
    events: FxHashMap<u32, (u32, u32)>,
    /// By so many the alarms have become more in this epoch.
    change: Rc<Cell<isize>>,
    fired: u64,
}

impl<'a> Dataflow<'a> {
    fn new(worker: &'a mut Worker) -> Self {
        let (mut node, mut pod) = (Input::new(), Input::new());
        let (mut silence, mut event) = (Input::new(), Input::new());
        let (probe, change) = (ProbeHandle::new(), Rc::new(Cell::new(0)));
        let (seen, probed) = (change.clone(), probe.clone());
        worker.dataflow(|scope| {
            let ready = node.to_collection(scope).filter(|(_, ready)| *ready);
            let running = pod.to_collection(scope).filter(|(_, (_, running))| *running);
            let ready = ready.map(|(node, _): (u32, bool)| (node, ())).arrange_by_key();
            let running =
                running.map(|(pod, (node, _)): (u32, (u32, bool))| (pod, node)).arrange_by_key();
            let silences = silence.to_collection(scope).map(|of| (of, ())).arrange_by_key();
            let placed = event
                .to_collection(scope)
                .arrange_by_key()
                .join_core(running, |_, (id, reason): &(u32, u32), node| {
                    Some((*node, (*id, *reason)))
                });
            let felt = placed
                .arrange_by_key()
                .join_core(ready, |node, (id, reason), ()| Some(((*node, *reason), *id)));
            let silenced =
                felt.clone().arrange_by_key().join_core(silences, |of, id, ()| Some((*of, *id)));
            // What is felt and silenced comes and goes in the same epoch.
            let count = move |(_, _, more): &(_, _, isize)| seen.set(seen.get() + more);
            felt.concat(silenced.negate()).inspect(count).probe_with(&probed);
        });
        Self {
            worker,
            probe,
            epoch: 0,
            node,
            pod,
            silence,
            event,
            nodes: FxHashMap::default(),
            pods: FxHashMap::default(),
            silences: FxHashSet::default(),
            events: FxHashMap::default(),
            change,
            fired: 0,
        }
    }
}

impl Cluster for Dataflow<'_> {
    fn node(&mut self, node: u32, ready: bool) {
        if let Some(was) = self.nodes.insert(node, ready) {
            self.node.update((node, was), -1);
        }
        self.node.update((node, ready), 1);
    }

    fn pod(&mut self, pod: u32, node: u32, running: bool) {
        if let Some(was) = self.pods.insert(pod, (node, running)) {
            self.pod.update((pod, was), -1);
        }
        self.pod.update((pod, (node, running)), 1);
    }

    fn silence(&mut self, node: u32, reason: u32) {
        if self.silences.insert((node, reason)) {
            self.silence.update((node, reason), 1);
        }
    }

    fn event(&mut self, id: u32, pod: u32, reason: u32) {
        self.events.insert(id, (pod, reason));
        self.event.update((pod, (id, reason)), 1);
    }

    fn retract(&mut self, id: u32) {
        if let Some((pod, reason)) = self.events.remove(&id) {
            self.event.update((pod, (id, reason)), -1);
        }
    }

    fn settle(&mut self) {
        self.epoch += 1;
        self.node.advance_to(self.epoch);
        self.pod.advance_to(self.epoch);
        self.silence.advance_to(self.epoch);
        self.event.advance_to(self.epoch);
        self.node.flush();
        self.pod.flush();
        self.silence.flush();
        self.event.flush();
        while self.probe.less_than(&self.epoch) {
            self.worker.step();
        }
        self.fired += self.change.take().max(0).unsigned_abs() as u64;
    }

    fn fired(&self) -> u64 {
        self.fired
    }
}

fn main() {
    let size = std::env::args().nth(2).and_then(|size| size.parse().ok()).unwrap_or(1000);
    timely::execute_directly(move |worker| {
        let shape = Shape::single(size);
        rules::run(&mut Dataflow::new(worker), shape);
    });
}
