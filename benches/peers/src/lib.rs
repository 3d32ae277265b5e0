//! The workloads that Etio and its peers run, beside each other, under `cargo xtask peers`.
//!
//! A driver takes the name of a workload and its size, and prints lines of a figure, its value and its
//! unit.

pub mod cep;
pub mod measure;
pub mod names;
pub mod numbers;
pub mod patterns;
pub mod programs;
pub mod rules;

/// The workload and the size a driver is told.
#[must_use]
pub fn asked() -> (String, u32) {
    let mut args = std::env::args().skip(1);
    let workload = args.next().unwrap_or_else(|| "rules".into());
    (workload, args.next().and_then(|size| size.parse().ok()).unwrap_or(1000))
}

/// Says that a driver does not know a workload, and stops.
pub fn unknown(workload: &str) -> ! {
    eprintln!("there is no workload `{workload}`");
    std::process::exit(2)
}
