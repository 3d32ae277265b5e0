//! The workload `rules`: an event joins its pod, the pod its node, and no silence may be there; one
//! rule a reason. Everything is told by number, so that no side pays for names.
//!
//! A driver outside the workspace includes this file, `measure.rs` and `numbers.rs`.

use crate::measure::{Begin, count, memory, peak};
use crate::numbers::Numbers;

/// What runs the rules. What is told counts from the next [`settle`](Self::settle) on.
pub trait Cluster {
    /// A node is as said.
    fn node(&mut self, node: u32, ready: bool);
    /// A pod is as said.
    fn pod(&mut self, pod: u32, node: u32, running: bool);
    /// Events of this reason do not matter on this node.
    fn silence(&mut self, node: u32, reason: u32);
    /// An event.
    fn event(&mut self, id: u32, pod: u32, reason: u32);
    /// An event is taken back.
    fn retract(&mut self, id: u32);
    /// Everything told is brought to its conclusions.
    fn settle(&mut self);
    /// How many alarms have begun so far.
    fn fired(&self) -> u64;
}

/// The shape of a run.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// As many pods; ten a node, four silences a node, and two events a pod.
    pub pods: u32,
    /// As many reasons, which is as many rules.
    pub reasons: u32,
    /// Of all random choices.
    pub seed: u64,
    /// At most as many steps a phase.
    pub most: u32,
}

impl Shape {
    /// Fifty reasons, and as many pods.
    #[must_use]
    pub const fn of(pods: u32) -> Self {
        Self { pods, reasons: 50, seed: 7, most: u32::MAX }
    }

    /// The same, where a step may cost much.
    #[must_use]
    pub const fn single(pods: u32) -> Self {
        Self { most: 20_000, ..Self::of(pods) }
    }
}

/// Runs the phases and prints what each step of them cost, in microseconds.
pub fn run(cluster: &mut impl Cluster, shape: Shape) {
    let Shape { pods, reasons, seed, most } = shape;
    let nodes = (pods / 10).max(1);
    let mut numbers = Numbers(seed);
    let mut node_of = Vec::new();
    let load = Begin::now();
    (0..nodes).for_each(|node| cluster.node(node, true));
    for pod in 0..pods {
        let node = numbers.below(nodes);
        node_of.push(node);
        cluster.pod(pod, node, true);
    }
    for _ in 0..4 * nodes {
        cluster.silence(numbers.below(nodes), numbers.below(reasons));
    }
    cluster.settle();
    load.figure("load", pods + 5 * nodes);

    let events = (2 * pods).min(most);
    let insert = Begin::now();
    for id in 0..events {
        cluster.event(id, numbers.below(pods), numbers.below(reasons));
        cluster.settle();
    }
    insert.figure("insert", events);
    count("fired", cluster.fired());
    memory("memory", peak());

    let updates = nodes.min(2000).min(most);
    let pod_updates = Begin::now();
    for _ in 0..5 * updates {
        let pod = numbers.below(pods);
        let node = node_of.get(pod as usize).copied().unwrap_or(0);
        for running in [false, true] {
            cluster.pod(pod, node, running);
            cluster.settle();
        }
    }
    pod_updates.figure("update-pod", 10 * updates);

    let node_updates = Begin::now();
    for _ in 0..updates {
        let node = numbers.below(nodes);
        for ready in [false, true] {
            cluster.node(node, ready);
            cluster.settle();
        }
    }
    node_updates.figure("update-node", 2 * updates);

    let retract = Begin::now();
    for id in 0..events {
        cluster.retract(id);
        cluster.settle();
    }
    retract.figure("retract", events);
    count("refired", cluster.fired());
}
