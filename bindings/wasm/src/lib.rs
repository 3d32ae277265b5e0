//! The engine as a raw WebAssembly module: no compiler, no imports, no clock.
//!
//! One instance of the module runs one [`Engine`](etio_engine::Engine). [`abi`] is what the host sees:
//! numbers, and bytes in two buffers. `README.md` beside it says how to call it.

pub mod abi;
mod module;

pub use module::Module;
