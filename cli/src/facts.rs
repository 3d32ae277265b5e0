//! `etio facts`: what the inputs say, before any rule.

use std::io::{self, BufWriter, ErrorKind, Write as _};

use crate::args::Facts;
use crate::{Exit, input, program};

pub(crate) fn run(args: &Facts) -> Result<Exit, String> {
    let pack = program::pack(&args.program, args.input.reading.at)?;
    let bundle = input::read(&args.input, &pack)?;
    let mut out = BufWriter::new(io::stdout().lock());
    match bundle.write_facts(&pack, &mut out).and_then(|()| out.flush()) {
        // A reader that has seen enough is no error.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            return Err(format!("cannot write: {error}"));
        }
        _ => {}
    }
    for note in &bundle.notes {
        anstream::eprintln!("note: {}: {}", note.path, note.text);
    }
    Ok(Exit::Clean)
}
