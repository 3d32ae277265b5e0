//! `cargo xtask fuzz TARGET SECONDS`: runs a fuzz target on a nightly compiler, from seeds.

use std::process::{Command, ExitCode};

use crate::run::{Step, run};

const SEEDS: Step = Step::cargo(&["run", "--locked", "-p", "etio-testdata", "--bin", "seeds"]);

/// The chore.
pub(crate) fn fuzz(target: Option<&str>, seconds: Option<&str>) -> ExitCode {
    let seconds = seconds.unwrap_or("60");
    let (Some(target), Ok(_)) = (target, seconds.parse::<u32>()) else {
        eprintln!(
            "usage: cargo xtask fuzz TARGET [SECONDS]; the targets are the files of fuzz/fuzz_targets"
        );
        return ExitCode::from(2);
    };
    if run(&[SEEDS]) != ExitCode::SUCCESS {
        return ExitCode::FAILURE;
    }
    let time = format!("-max_total_time={seconds}");
    let own: &[&str] = match target {
        // The history is drawn from a seed of so many bytes; of longer ones the rest would be nothing. To weigh
        // each of many thousand seeds by how rare is what it does takes six times as long as to run them.
        "delta_vs_oracle" => &["-max_len=32", "-entropic=0"],
        "pack_decode" => &["-max_len=65536"],
        _ => &["-max_len=16384"],
    };
    // The outer cargo is of another toolchain, so rustup is asked for the nightly one. What is fuzzed
    // forbids unsafe code, so a sanitizer would find nothing and take most of the time.
    let fuzzed = Command::new("rustup")
        .args(["run", "nightly", "cargo", "fuzz", "run", "--sanitizer", "none", target, "--"])
        .args([time.as_str(), "-timeout=60"])
        .args(own)
        .status();
    match fuzzed {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => {
            eprintln!(
                "it needs rustup's nightly toolchain and cargo-fuzz (`cargo install cargo-fuzz`); \
                 an input that fails lies in fuzz/artifacts/{target}"
            );
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("cannot run rustup: {error}");
            ExitCode::FAILURE
        }
    }
}
