//! What follows: one key of one rule at a time, from its first condition to its verdict.

pub(crate) mod aggregate;
pub(crate) mod eval;
pub(crate) mod inexact;
pub(crate) mod judge;
pub(crate) mod matching;
pub(crate) mod scan;
pub(crate) mod show;
pub(crate) mod unseen;
