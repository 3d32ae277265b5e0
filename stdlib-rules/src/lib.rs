//! Etio's standard library of failure modes.
