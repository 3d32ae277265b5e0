//! The module under wasmtime, as a host of stories. The same calls in any language drive it.
#![allow(dead_code, reason = "the tests and the bench use each a part of it")]
#![allow(clippy::unwrap_used, reason = "a test that cannot call the module should stop")]

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use etio_engine::Options;
use etio_plan::{Input, Pack, stream};
use etio_testdata::Host;
use wasmtime::{Engine, Instance, Memory, Module, Store, TypedFunc};

/// The module where `cargo xtask wasm` leaves it, compiled for this machine, once. `None`, and a word about
/// it, where it was not built, unless `ETIO_WASM=required`.
pub(crate) fn module() -> Option<Module> {
    static MODULE: OnceLock<Option<Module>> = OnceLock::new();
    MODULE.get_or_init(compiled).clone()
}

fn compiled() -> Option<Module> {
    let path = path();
    if !path.exists() {
        let required = std::env::var_os("ETIO_WASM").is_some_and(|value| value == "required");
        assert!(!required, "{} is required: run `cargo xtask wasm` first", path.display());
        eprintln!("skipped: {} was not built; `cargo xtask wasm` builds it", path.display());
        return None;
    }
    Some(Module::from_file(&Engine::default(), path).unwrap())
}

fn path() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    target.join("wasm32-unknown-unknown/wasm/etio_wasm.wasm")
}

/// One instance: one engine.
pub(crate) struct Wasm {
    store: Store<()>,
    instance: Instance,
    memory: Memory,
    request: TypedFunc<u32, u32>,
    answer: TypedFunc<(), u32>,
    insert: TypedFunc<(), u32>,
    advance: TypedFunc<i64, ()>,
    drain: TypedFunc<(), u32>,
}

impl Wasm {
    /// Instantiates the module and opens an engine; the error is the module's own text.
    pub(crate) fn open(module: &Module, options: &Options, pack: &Pack) -> Result<Self, String> {
        let mut wasm = Self::new(module);
        let request = [stream::encode([options]), pack.to_bytes()].concat();
        wasm.send(&request);
        let why = wasm.call("etio_open");
        if why.is_empty() { Ok(wasm) } else { Err(String::from_utf8(why).unwrap()) }
    }

    /// Instantiates the module, which imports nothing.
    pub(crate) fn new(module: &Module) -> Self {
        let mut store = Store::new(module.engine(), ());
        let instance = Instance::new(&mut store, module, &[]).unwrap();
        let memory = instance.get_memory(&mut store, "memory").unwrap();
        Self {
            request: instance.get_typed_func(&mut store, "etio_request").unwrap(),
            answer: instance.get_typed_func(&mut store, "etio_answer").unwrap(),
            insert: instance.get_typed_func(&mut store, "etio_insert").unwrap(),
            advance: instance.get_typed_func(&mut store, "etio_advance").unwrap(),
            drain: instance.get_typed_func(&mut store, "etio_drain").unwrap(),
            store,
            instance,
            memory,
        }
    }

    /// Calls a function that leaves an answer.
    pub(crate) fn call(&mut self, name: &str) -> Vec<u8> {
        let function = self.instance.get_typed_func(&mut self.store, name).unwrap();
        self.ask(&function)
    }

    /// Calls a function that gives a number.
    pub(crate) fn number(&mut self, name: &str) -> i64 {
        let function = self.instance.get_typed_func::<(), i64>(&mut self.store, name).unwrap();
        function.call(&mut self.store, ()).unwrap()
    }

    /// Writes a request.
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        let length = bytes.len().try_into().unwrap();
        let address = self.request.call(&mut self.store, length).unwrap();
        assert_ne!(address, 0, "the module has no room for {length} bytes");
        self.memory.write(&mut self.store, address as usize, bytes).unwrap();
    }

    /// Inserts what is encoded already; none of it may be refused.
    pub(crate) fn insert_bytes(&mut self, inputs: &[u8]) {
        self.send(inputs);
        let insert = self.insert.clone();
        let refused = self.ask(&insert);
        let refused = stream::decode::<(u32, String)>(&refused).unwrap();
        assert!(refused.is_empty(), "{refused:?}");
    }

    fn ask(&mut self, function: &TypedFunc<(), u32>) -> Vec<u8> {
        let length = function.call(&mut self.store, ()).unwrap();
        let address = self.answer.call(&mut self.store, ()).unwrap();
        let mut answer = vec![0; length as usize];
        self.memory.read(&self.store, address as usize, &mut answer).unwrap();
        answer
    }
}

impl Host for Wasm {
    fn insert(&mut self, input: &Input) {
        self.insert_bytes(&stream::encode([input]));
    }

    fn advance(&mut self, time: i64) {
        self.advance.call(&mut self.store, time).unwrap();
    }

    fn drain(&mut self) -> Vec<u8> {
        let drain = self.drain.clone();
        self.ask(&drain)
    }
}
