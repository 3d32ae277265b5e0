//! Etio's side of the workloads about sequences.

use etio_engine::{Cell, Change, Engine, Options};
use etio_peers::cep::{Event, Kind, Sequences};
use etio_peers::programs::compile;
use etio_plan::{Origin, RelId};

use crate::{SOURCE, cover, relation};

const SEQUENCE: &str = "event A { key: int }\nevent B { key: int }\nevent C { key: int }\n\
    finding sequence(key) {\n  severity info\n  keep 1s\n\
    when { A { key } then B { key } within 5m without C { key } }\n  title \"{key}\"\n}\n";

/// The rule about sequences, and the relations of the three kinds that it reads.
pub(crate) struct Watch {
    engine: Engine,
    kinds: [RelId; 3],
    told: u64,
    found: u64,
}

#[expect(clippy::expect_used, reason = "a bench stops where it is wrong")]
impl Watch {
    pub(crate) fn new() -> Self {
        let pack = compile("cep", SEQUENCE);
        let kinds = ["A", "B", "C"].map(|name| relation(&pack, &format!("cep.{name}")));
        let mut engine = Engine::new(pack.into(), Options::default()).expect("the pack is right");
        cover(&mut engine, &kinds);
        Self { engine, kinds, told: 0, found: 0 }
    }
}

#[expect(clippy::expect_used, reason = "a bench stops where it is wrong")]
impl Sequences for Watch {
    fn take(&mut self, events: &[Event]) {
        let [a, b, c] = self.kinds;
        for (time, key, kind) in events {
            let relation = match kind {
                Kind::A => a,
                Kind::B => b,
                Kind::C => c,
                Kind::Other => continue,
            };
            self.told += 1;
            let origin = Origin { source: SOURCE, at: self.told, part: 0 };
            let key = [Cell::Int(i64::from(*key))];
            self.engine.insert_cells(relation, &key, time * 1_000_000, origin).expect("it fits");
        }
        if let Some((time, ..)) = events.last() {
            // Another event may bear the last stamp.
            self.engine.advance(time * 1_000_000 - 1);
        }
        self.engine.each_change(|told| self.found += u64::from(told.change() == Change::Opened));
    }

    fn found(&self) -> u64 {
        self.found
    }
}
