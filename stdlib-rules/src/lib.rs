//! Etio's standard library of failure modes: compiled, and as rule files.
//!
//! The rule files are the library: `facts/` declares what may be collected, `rules/<area>/` has one
//! file for each failure mode. This crate only carries them, compiled when it is built, so that a host
//! needs no compiler to use them.
#![forbid(unsafe_code)]

use etio_plan::Pack;

include!(concat!(env!("OUT_DIR"), "/sources.rs"));

/// A rule file of the library.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RuleFile {
    /// The module its names belong to: `std.image`.
    pub module: &'static str,
    /// Its path in the library: `rules/image/image-pull-auth.etio`.
    pub path: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// The compiled standard library, as it was built.
#[must_use]
pub fn pack_bytes() -> &'static [u8] {
    include_bytes!(concat!(env!("OUT_DIR"), "/stdlib.pack"))
}

/// The compiled standard library.
#[must_use]
#[expect(clippy::expect_used, reason = "the build wrote these bytes from a valid pack")]
pub fn pack() -> Pack {
    Pack::from_bytes(pack_bytes()).expect("the pack of the standard library is valid")
}
