//! How to embed Etio, one idea a file: `cargo run -p etio-examples --example embed`.
//!
//! - `embed`: the standard library over facts that the host already has;
//! - `own-rules`: rules of one's own, compiled at run time.
//!
//! `incidents/` are directories as an operator would have collected them, for `etio diagnose`.
