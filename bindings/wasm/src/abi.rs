//! What the host sees: functions over numbers, and bytes in two buffers of the module.
//!
//! The host asks for a request of so many bytes, writes them at the address it is given, and calls; the
//! call returns the length of its answer, which lies at [`etio_answer`]. Both buffers are the module's own
//! and stay until the next call that fills them, so nothing is ever freed by the host.
//!
//! INVARIANT: no pointer is read or written in here. Rust hands out the address of a vector it owns; what
//! the host writes there, it writes before the next call. The one thing that Rust counts as unsafe is to
//! give a function a fixed name: `etio_` names nothing else.
#![expect(unsafe_code, reason = "a fixed name counts as such; see above")]

use std::cell::RefCell;

use crate::Module;

thread_local! {
    /// One instance, one engine. A module without imports is never called while it is being called, so
    /// the cell is free at every call.
    static MODULE: RefCell<Module> = RefCell::default();
}

fn with<T>(call: impl FnOnce(&mut Module) -> T) -> T {
    MODULE.with_borrow_mut(call)
}

/// Calls, and gives the length of the answer.
fn answer(call: impl FnOnce(&mut Module)) -> usize {
    with(|module| {
        call(module);
        module.answer().len()
    })
}

/// The version of these functions and of all they exchange.
#[unsafe(no_mangle)]
pub extern "C" fn etio_abi() -> u32 {
    1
}

/// Where the host writes a request of `len` bytes; null where there is no memory for it.
#[unsafe(no_mangle)]
pub extern "C" fn etio_request(len: usize) -> *mut u8 {
    with(|module| {
        let request = module.request(len);
        if request.len() == len { request.as_mut_ptr() } else { std::ptr::null_mut() }
    })
}

/// Where the answer of the last call lies.
#[unsafe(no_mangle)]
pub extern "C" fn etio_answer() -> *const u8 {
    with(|module| module.answer().as_ptr())
}

/// Makes the engine out of the request: options, then the pack. No answer is a good one; otherwise it says
/// in words why there is no engine.
#[unsafe(no_mangle)]
pub extern "C" fn etio_open() -> usize {
    answer(Module::open)
}

/// Inserts the inputs of the request. Answers with those that were refused.
#[unsafe(no_mangle)]
pub extern "C" fn etio_insert() -> usize {
    answer(Module::insert)
}

/// Moves the clock: nothing at or before `time` is still to come.
#[unsafe(no_mangle)]
pub extern "C" fn etio_advance(time: i64) {
    with(|module| module.advance(time));
}

/// The clock; the least time before it was first moved.
#[unsafe(no_mangle)]
pub extern "C" fn etio_now() -> i64 {
    with(|module| module.now())
}

/// When moving the clock would next change something; the greatest time where nothing waits.
#[unsafe(no_mangle)]
pub extern "C" fn etio_next_deadline() -> i64 {
    with(|module| module.next_deadline())
}

/// Answers with the transitions since the last time.
#[unsafe(no_mangle)]
pub extern "C" fn etio_drain() -> usize {
    answer(Module::drain)
}

/// Answers with all episodes that are open or remembered.
#[unsafe(no_mangle)]
pub extern "C" fn etio_episodes() -> usize {
    answer(Module::episodes)
}

/// Answers with how many events of each source came too late.
#[unsafe(no_mangle)]
pub extern "C" fn etio_late() -> usize {
    answer(Module::late)
}
