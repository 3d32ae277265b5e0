//! Runs one command after the other and stops at the first that fails.

use std::process::{Command, ExitCode, Stdio};

/// One cargo command.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    args: &'static [&'static str],
    env: Option<(&'static str, &'static str)>,
}

impl Step {
    pub(crate) const fn cargo(args: &'static [&'static str]) -> Self {
        Self { args, env: None }
    }

    pub(crate) const fn with(self, name: &'static str, value: &'static str) -> Self {
        Self { args: self.args, env: Some((name, value)) }
    }

    /// Runs it in silence.
    pub(crate) fn succeeds(self) -> bool {
        self.command()
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }

    fn command(self) -> Command {
        // Cargo tells its subcommands which cargo runs them.
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.args(self.args).envs(self.env);
        command
    }
}

/// Runs the steps in order; each is printed before it runs.
pub(crate) fn run(steps: &[Step]) -> ExitCode {
    for step in steps {
        eprintln!("$ cargo {}", step.args.join(" "));
        match step.command().status() {
            Ok(status) if status.success() => {}
            Ok(_) => return ExitCode::FAILURE,
            Err(error) => {
                eprintln!("cannot run cargo: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}
