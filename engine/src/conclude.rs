//! What is concluded: rows and findings compared with what stood, causes, and the report of all that.

pub(crate) mod edges;
pub(crate) mod episode;
pub(crate) mod keys;
pub(crate) mod lapse;
pub(crate) mod life;
pub(crate) mod log;
pub(crate) mod names;
pub(crate) mod open;
pub(crate) mod past;
pub(crate) mod report;
pub(crate) mod rows;
