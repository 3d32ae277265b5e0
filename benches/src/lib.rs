//! The inputs of the benches: generated, never stored.

mod program;

use std::fmt::Write as _;

use etio::{Engine, Params, Stamp, Value};
use etio_dsl::SourceFile;
use etio_plan::Pack;

pub use program::program;

/// One second.
pub const SECOND: i64 = 1_000_000_000;

/// A small generator of numbers: the same seed, the same numbers, on every machine (splitmix64).
#[derive(Clone, Debug)]
pub struct Numbers(pub u64);

impl Numbers {
    /// The next number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end.max(1)
    }
}

/// Rules that join an event with its pod, the pod with its node, and look for a silence: one a reason.
///
/// # Panics
/// When the rules do not compile, which a bench cannot go on from.
#[must_use]
#[expect(clippy::panic, reason = "a bench cannot go on without its rules")]
pub fn domain(reasons: usize) -> Pack {
    let mut text = String::from(
        "entity Alarm { key id: int, pod: pod, reason: text }\n\
         entity Instance { key pod: pod, node: node, running: bool }\n\
         entity Machine { key node: node, ready: bool }\n\
         entity Silence { key node: node, key reason: text }\n",
    );
    for reason in 0..reasons {
        // Writing into a string cannot fail.
        let _ = write!(
            text,
            "finding alarm_{reason}(id) {{\n  severity info\n  when {{\n\
             Alarm {{ id, pod, reason: \"r{reason}\" }}\n\
             Instance {{ pod, node, running: true }}\n\
             Machine {{ node, ready: true }}\n\
             no Silence {{ node, reason: \"r{reason}\" }}\n  }}\n  title \"alarm {{id}}\"\n}}\n"
        );
    }
    let files = [SourceFile::new("domain.etio", text)];
    let compiled = etio_dsl::compile(&files);
    compiled.pack.unwrap_or_else(|| {
        let first =
            compiled.diagnostics.first().map(|found| etio_dsl::diag::render(found, &files, false));
        panic!("the bench's rules do not compile: {first:?}")
    })
}

/// The cluster those rules run on.
pub struct Cluster {
    /// The engine with all pods and nodes in it.
    pub engine: Engine,
    pods: u64,
    reasons: u64,
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
    pub fn new(pack: &Pack, pods: u64, reasons: u64) -> Self {
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
