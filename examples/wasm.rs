//! The engine as a WebAssembly module, in a host that only writes and reads bytes. `cargo xtask wasm` builds it.

use std::path::PathBuf;

use etio_engine::{Options, Transition};
use etio_plan::{Fact, Input, Origin, Pack, RelId, SourceId, Value, stream};
use wasmtime::{Engine, Error, Instance, Memory, Module, Result, Store};

/// One instance is one engine.
struct Etio {
    store: Store<()>,
    instance: Instance,
    memory: Memory,
}

impl Etio {
    /// The module imports nothing, so there is nothing to give it.
    fn new(module: &Module) -> Result<Self> {
        let mut store = Store::new(module.engine(), ());
        let instance = Instance::new(&mut store, module, &[])?;
        let memory = instance.get_memory(&mut store, "memory");
        Ok(Self { memory: memory.ok_or_else(|| Error::msg("no memory"))?, instance, store })
    }

    /// Writes a request, calls, and reads the answer.
    fn call(&mut self, name: &str, request: &[u8]) -> Result<Vec<u8>> {
        let Self { store, instance, memory } = self;
        let room = instance.get_typed_func::<u32, u32>(&mut *store, "etio_request")?;
        let address = room.call(&mut *store, request.len().try_into()?)?;
        memory.write(&mut *store, address as usize, request)?;
        let length =
            instance.get_typed_func::<(), u32>(&mut *store, name)?.call(&mut *store, ())?;
        let answer = instance.get_typed_func::<(), u32>(&mut *store, "etio_answer")?;
        let address = answer.call(&mut *store, ())?;
        let mut bytes = vec![0; length as usize];
        memory.read(&*store, address as usize, &mut bytes)?;
        Ok(bytes)
    }

    fn advance(&mut self, time: i64) -> Result<()> {
        let advance = self.instance.get_typed_func::<i64, ()>(&mut self.store, "etio_advance")?;
        advance.call(&mut self.store, time)
    }
}

const MINUTE: i64 = 60_000_000_000;

/// What tells all that is told here.
const WATCH: SourceId = SourceId(0);

/// The number of a relation.
fn named(pack: &Pack, relation: &str) -> Option<RelId> {
    let at = pack.relations.iter().position(|of| of.path == relation)?;
    Some(RelId(at.try_into().ok()?))
}

/// A row of a relation.
fn row(pack: &Pack, relation: &str, values: &[(&str, Value)], time: i64) -> Option<Input> {
    let relation = named(pack, relation)?;
    let value = |name: &str| values.iter().find(|(of, _)| *of == name).map(|(_, value)| value);
    let fields = pack.get(relation)?.fields.iter();
    let values = fields.map(|field| value(&field.name).cloned().unwrap_or(Value::Null)).collect();
    let origin = Origin { source: WATCH, at: time.unsigned_abs(), part: 0 };
    Some(Input::Fact(Fact { relation, values, time, origin, assumed_from: None }))
}

/// Tells the module of two pulls, the first of which does not end, and gives what it makes of them.
fn diagnose(module: PathBuf) -> Result<Vec<Transition>> {
    let pack = etio_stdlib::pack();
    let mut etio = Etio::new(&Module::from_file(&Engine::default(), module)?)?;

    let options = stream::encode([&Options::default()]);
    let why = etio.call("etio_open", &[&options, etio_stdlib::pack_bytes()].concat())?;
    assert!(why.is_empty(), "{}", String::from_utf8_lossy(&why));

    let pulling = |pod: &str, image: &str, time| {
        let pull = [("node", "worker-3".into()), ("pod", pod.into()), ("image", image.into())];
        row(&pack, "std.image.PullStarted", &pull, time)
    };
    let config = [("node", "worker-3".into()), ("serialize_image_pulls", true.into())];
    // All events are told from the start, so that "no event" means that there was none.
    let all = |relation| Input::Covered { source: WATCH, relation, scope: vec![], from: 0 };
    let told = [
        named(&pack, "std.kube.KubeEvent").map(all),
        row(&pack, "std.kube.KubeletConfig", &config, 0),
        pulling("shop/cart", "10.8.14.7:9083/cart:2", 0),
        pulling("shop/front", "r.example/front:3", MINUTE),
    ];
    let refused = etio.call("etio_insert", &stream::encode(told.iter().flatten()))?;
    assert!(refused.is_empty());

    etio.advance(15 * MINUTE)?;
    Ok(stream::decode(&etio.call("etio_drain", &[])?)?)
}

fn main() -> Result<()> {
    let Some(module) = built() else {
        println!("there is no module yet; `cargo xtask wasm` builds it");
        return Ok(());
    };
    for told in diagnose(module)? {
        println!("{:?}  {}  {:?}", told.change, told.rule, told.verdict);
    }
    Ok(())
}

/// The module, where it has been built: beside the profile in whose folder of examples this program lies.
fn built() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    let module = program.ancestors().nth(3)?.join("wasm32-unknown-unknown/wasm/etio_wasm.wasm");
    module.exists().then_some(module)
}

#[test]
fn runs() -> Result<()> {
    let Some(module) = built() else { return Ok(()) };
    let blocked = |told: &Transition| told.rule.ends_with("image_pull_queue_blocked");
    assert!(diagnose(module)?.iter().any(blocked));
    Ok(())
}
