//! What hosts tell: checked, held back until the clock passes it, and brought to the relations.

pub(crate) mod apply;
pub(crate) mod awake;
pub(crate) mod cell;
pub(crate) mod intake;
pub(crate) mod timeline;
pub(crate) mod touch;
