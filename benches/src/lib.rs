//! The inputs of the benches: generated, never stored.

use etio::{Engine, Params, Stamp, Value};
use etio_peers::numbers::Numbers;
use etio_peers::programs::{RELATIONS, by_reason, compile};
use etio_plan::Pack;

/// One second.
pub const SECOND: i64 = 1_000_000_000;

/// Rules that join an event with its pod, the pod with its node, and look for a silence: one a reason.
#[must_use]
pub fn domain(reasons: u32) -> Pack {
    compile("domain", &(RELATIONS.to_owned() + &by_reason(reasons)))
}

/// The cluster those rules run on.
pub struct Cluster {
    /// The engine with all pods and nodes in it.
    pub engine: Engine,
    pods: u32,
    reasons: u32,
    numbers: Numbers,
    now: i64,
    next: i64,
}

impl Cluster {
    /// A cluster with ten pods a node and four silences a node.
    ///
    /// # Panics
    /// When the engine refuses its own schema's rows.
    #[must_use]
    #[expect(clippy::expect_used, reason = "the rows are of the schema above")]
    pub fn new(pack: &Pack, pods: u32, reasons: u32) -> Self {
        let engine = Engine::new(pack.clone(), Params::default()).expect("the pack is valid");
        let mut cluster = Self { engine, pods, reasons, numbers: Numbers(11), now: 0, next: 0 };
        let nodes = (pods / 10).max(1);
        for pod in 0..pods {
            let node = cluster.numbers.below(nodes);
            cluster.tell(
                "Instance",
                &[
                    ("pod", format!("ns/p{pod}").into()),
                    ("node", format!("n{node}").into()),
                    ("running", true.into()),
                ],
            );
        }
        for node in 0..nodes {
            cluster.tell("Machine", &[("node", format!("n{node}").into()), ("ready", true.into())]);
            for _ in 0..4 {
                let reason = cluster.numbers.below(reasons);
                cluster.tell(
                    "Silence",
                    &[("node", format!("n{node}").into()), ("reason", format!("r{reason}").into())],
                );
            }
        }
        cluster.settle();
        cluster
    }

    #[expect(clippy::expect_used, reason = "the rows are of the schema above")]
    fn tell(&mut self, relation: &str, fields: &[(&str, Value)]) {
        let stamp = Stamp::at(self.now + 1);
        self.engine.insert_row(relation, fields.iter().cloned(), stamp).expect("the row fits");
    }

    fn settle(&mut self) {
        self.now += SECOND;
        self.engine.advance(self.now);
        self.engine.drain();
    }

    /// One alarm of a random pod and reason; its number.
    pub fn alarm(&mut self) -> i64 {
        let (pod, reason) = (self.numbers.below(self.pods), self.numbers.below(self.reasons));
        let id = self.next;
        self.next += 1;
        self.tell(
            "Alarm",
            &[
                ("id", id.into()),
                ("pod", format!("ns/p{pod}").into()),
                ("reason", format!("r{reason}").into()),
            ],
        );
        self.settle();
        id
    }

    /// Switches a random node off or on.
    pub fn switch_node(&mut self, ready: bool) {
        let node = self.numbers.below((self.pods / 10).max(1));
        self.tell("Machine", &[("node", format!("n{node}").into()), ("ready", ready.into())]);
        self.settle();
    }
}

/// Lines of a kubelet's log in which one of a thousand says that something is wrong.
#[must_use]
pub fn kubelet_log(lines: u64) -> Vec<String> {
    let mut numbers = Numbers(1);
    (0..lines)
        .map(|line| match numbers.below(1000) {
            0 => format!(
                "E0214 17:00:33.187665    1547 kubelet_volumes.go:154] Orphaned pod \
                 \"8d73e524-fb7c-4b25-a907-{line:012x}\" found, but volume paths are still present on disk"
            ),
            1..200 => format!(
                "I0214 17:00:33.187665    1547 reconciler.go:293] \"Volume detached for volume\" \
                 volumeName=\"kubernetes.io/projected/{line:x}\" node=\"worker-3\" DevicePath=\"\""
            ),
            _ => format!(
                "I0214 17:00:33.187665    1547 kubelet.go:2134] \"SyncLoop (PLEG): event for pod\" \
                 pod=\"shop/cart-{line:x}\" event=&{{ID:{line:x} Type:ContainerStarted Data:{line:x}}}"
            ),
        })
        .collect()
}
