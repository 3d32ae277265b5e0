//! Etio's rule language: rule text in, a compiled [`Pack`](etio_plan::Pack) out.
//!
//! Text goes one way: [`syntax`] reads it into a typed tree, the later stages give names and types
//! their meaning and lower it to a pack. Every stage speaks through [`diag`] and none gives up at the
//! first error.
#![forbid(unsafe_code)]

pub mod diag;
pub mod syntax;

pub use syntax::SourceFile;
