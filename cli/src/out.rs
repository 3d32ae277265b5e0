//! The one way to write to the standard streams.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write as _};

/// Prints to standard output, with styles where it is a terminal.
pub(crate) fn print(text: &str) -> Result<(), String> {
    written(write(text))
}

/// Prints as [`print`] does, and says whether anybody reads it.
pub(crate) fn print_to_reader(text: &str) -> Result<bool, String> {
    let done = write(text);
    let is_read = done.is_ok();
    written(done).map(|()| is_read)
}

fn write(text: &str) -> io::Result<()> {
    let mut out = anstream::stdout();
    out.write_all(text.as_bytes()).and_then(|()| out.flush())
}

/// What to make of an attempt to write: a reader that has seen enough is no error.
pub(crate) fn written(done: io::Result<()>) -> Result<(), String> {
    match done {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(format!("cannot write to standard output: {error}"))
        }
        _ => Ok(()),
    }
}

/// Says a line on standard error. Where nobody can hear it there is nobody to tell.
pub(crate) fn say(line: impl Display) {
    let _ = writeln!(anstream::stderr(), "{line}");
}
