//! What a command's exit code says.

use std::process::{ExitCode, Termination};

use anstyle::{AnsiColor, Style};

use crate::out;

const ERROR: Style = AnsiColor::Red.on_default().bold();

/// How a command ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// Nothing found, nothing to complain about.
    Clean,
    /// Findings were shown, or a lint or test complained.
    Found,
    /// The command line or an input was unusable.
    Unusable,
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Clean => 0,
            Self::Found => 1,
            Self::Unusable => 2,
        })
    }
}

/// Says why a command cannot go on.
pub(crate) fn unusable(message: &str) -> Exit {
    out::say(format_args!("{ERROR}error{ERROR:#}: {message}"));
    Exit::Unusable
}
