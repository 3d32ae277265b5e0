//! The workload `rules`: an event joins its pod, the pod its node, and no silence may be there; one
//! rule a reason. Everything is told by number, so that no side pays for names.
//!
//! This file stands alone: drivers outside the workspace include it.

use rustix::time::{ClockId, clock_gettime};

/// A small generator of numbers: the same seed, the same numbers, on every machine (splitmix64).
#[derive(Clone, Debug)]
pub struct Numbers(pub u64);

impl Numbers {
    /// The next number below `end`.
    pub fn below(&mut self, end: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((((z ^ (z >> 31)) >> 32) * u64::from(end)) >> 32) as u32
    }
}

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
    figure("load", load, pods + 5 * nodes);

    let events = (2 * pods).min(most);
    let insert = Begin::now();
    for id in 0..events {
        cluster.event(id, numbers.below(pods), numbers.below(reasons));
        cluster.settle();
    }
    figure("insert", insert, events);
    println!("fired {}", cluster.fired());
    if let Some(megabytes) = peak_memory() {
        println!("memory {megabytes:.1}");
    }

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
    figure("update-pod", pod_updates, 10 * updates);

    let node_updates = Begin::now();
    for _ in 0..updates {
        let node = numbers.below(nodes);
        for ready in [false, true] {
            cluster.node(node, ready);
            cluster.settle();
        }
    }
    figure("update-node", node_updates, 2 * updates);

    let retract = Begin::now();
    for id in 0..events {
        cluster.retract(id);
        cluster.settle();
    }
    figure("retract", retract, events);
    println!("refired {}", cluster.fired());
}

/// When something began, by the processor's time that this thread has had: other processes do not show.
pub struct Begin(f64);

impl Begin {
    /// Now.
    #[must_use]
    pub fn now() -> Self {
        let now = clock_gettime(ClockId::ThreadCPUTime);
        Self(now.tv_sec as f64 * 1e6 + now.tv_nsec as f64 / 1e3)
    }
}

/// Prints what a step cost, in microseconds.
pub fn figure(name: &str, since: Begin, steps: u32) {
    println!("{name} {:.4}", (Begin::now().0 - since.0) / f64::from(steps.max(1)));
}

/// The most memory the process had so far, in megabytes, where the system says so.
#[must_use]
pub fn peak_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<f64>().ok()? / 1024.0)
}
