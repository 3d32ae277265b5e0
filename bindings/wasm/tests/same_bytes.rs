//! Natively and as a WebAssembly module the engine tells every story in the same bytes.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod host;

use etio_engine::{Episode, Late};
use etio_plan::stream;
use etio_testdata::{Story, cases, incidents};
use host::Wasm;
use wasmtime::Module;

/// What to do where they differ because the module is of an earlier engine.
const STALE: &str = "stale? `cargo xtask wasm` builds";

/// Tells the story to both and gives the log.
fn same(module: &Module, story: &Story) -> Vec<u8> {
    let mut wasm = Wasm::open(module, &story.options, &story.pack).unwrap();
    let mut native = etio_engine::Engine::new(story.pack.clone(), story.options.clone()).unwrap();
    let log = story.tell(&mut wasm);
    assert_eq!(log, story.tell(&mut native), "{}: {STALE}", story.name);
    let episodes = stream::encode(&native.episodes());
    assert_eq!(wasm.call("etio_episodes"), episodes, "{}: {STALE}", story.name);
    assert_eq!(wasm.call("etio_late"), stream::encode(&native.late()), "{}", story.name);
    assert_eq!(wasm.number("etio_now"), native.now(), "{}", story.name);
    let deadline = native.next_deadline().unwrap_or(i64::MAX);
    assert_eq!(wasm.number("etio_next_deadline"), deadline, "{}", story.name);
    log
}

#[test]
fn every_case_and_every_incident() {
    let Some(module) = host::module() else { return };
    for case in cases() {
        let log = same(&module, &case.story);
        assert_eq!(log.is_empty(), case.log.is_empty(), "{}", case.story.name);
    }
    for incident in incidents() {
        assert!(!same(&module, &incident).is_empty(), "{}: nothing was told", incident.name);
    }
}

#[test]
fn it_imports_nothing() {
    let Some(module) = host::module() else { return };
    assert_eq!(module.imports().count(), 0);
}

#[test]
fn what_goes_wrong_is_said_in_words() {
    let Some(module) = host::module() else { return };
    let story = cases().swap_remove(0).story;
    let mut wasm = Wasm::new(&module);
    assert!(wasm.call("etio_drain").is_empty());
    wasm.send(&[stream::encode([&story.options]), b"no pack".to_vec()].concat());
    assert_eq!(wasm.call("etio_open"), b"these bytes are not a pack");
    wasm.send(&[]);
    assert_eq!(wasm.call("etio_open"), b"these are no options");
    let refused = wasm.call("etio_insert");
    let refused = stream::decode::<(u32, String)>(&refused).unwrap();
    assert_eq!(refused, [(0, "there is no engine yet: open one first".to_owned())]);
    assert_eq!(stream::decode::<Episode>(&wasm.call("etio_episodes")), Ok(vec![]));
    assert_eq!(stream::decode::<Late>(&wasm.call("etio_late")), Ok(vec![]));
}
