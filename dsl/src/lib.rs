//! Etio's rule language: rule text in, a compiled [`Pack`](etio_plan::Pack) out.
//!
//! Text goes one way: [`syntax`] reads it into a typed tree, the later stages give names and types
//! their meaning and lower it to a pack. Every stage speaks through [`diag`] and none gives up at the
//! first error.
#![forbid(unsafe_code)]

mod compile;
pub mod diag;
mod fmt;
mod lower;
mod mention;
mod never;
mod order;
mod resolve;
mod retention;
mod shown;
mod site;
pub mod syntax;
mod table;
mod testcase;
mod types;
mod untold;

pub use compile::{Compiled, compile, compile_at};
pub use fmt::fmt;
pub use lower::functions;
pub use mention::Mention;
pub use site::{SiteChange, SiteEffect};
pub use syntax::SourceFile;
pub use testcase::{ExpectTime, Expected, SampleCase, TestCase, TestStep, TestStepKind};
pub use types::built_in as types;
