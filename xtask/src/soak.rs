//! Tells many random histories to engine and oracle. A history's number is its seed.

use std::process::{Command, ExitCode};

const MANY: u64 = 100_000;

const ARGS: &[&str] = &[
    "test",
    "--locked",
    "--profile",
    "soak",
    "-p",
    "etio-engine",
    "--test",
    "agrees_with_oracle",
    "--",
    "--ignored",
    "--nocapture",
    "of_many_more",
];

/// `[N] [--from SEED]`: histories from SEED on, 100,000 from zero where nothing else is said.
pub(crate) fn soak(args: &[String]) -> ExitCode {
    let number = |text: &String| text.replace(['_', ','], "").parse::<u64>().ok();
    let (count, from) = match args {
        [] => (Some(MANY), Some(0)),
        [count] if count != "--from" => (number(count), Some(0)),
        [flag, from] if flag == "--from" => (Some(MANY), number(from)),
        [count, flag, from] if flag == "--from" => (number(count), number(from)),
        _ => (None, None),
    };
    let (Some(count), Some(from)) = (count, from) else {
        eprintln!(
            "cargo xtask soak [N] [--from SEED], for example `cargo xtask soak 1 --from 4711`"
        );
        return ExitCode::from(2);
    };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(ARGS).env("ETIO_SOAK", count.to_string()).env("ETIO_SOAK_FROM", from.to_string());
    match command.status() {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("cannot run cargo: {error}");
            ExitCode::FAILURE
        }
    }
}
