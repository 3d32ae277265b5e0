//! Criterion benches over generated inputs.
