//! Values inside the engine, and what is computed of them.

pub(crate) mod expr;
pub(crate) mod func;
pub(crate) mod id;
pub(crate) mod render;
pub(crate) mod symbols;
pub(crate) mod word;
