//! The workloads that Etio and its peers run, beside each other, under `cargo xtask peers`.
//!
//! A driver takes the name of a workload and its size, and prints lines of a figure and its value.

pub mod rules;
