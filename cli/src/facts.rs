//! `etio facts`: what the inputs say, before any rule.

use std::io::{self, BufWriter, Write as _};

use etio_scan::Scanner;

use crate::args::Facts;
use crate::text::clean;
use crate::{Exit, input, out, program};

pub(crate) fn run(args: &Facts) -> Result<Exit, String> {
    let scanner = Scanner::new(program::pack(&args.program, args.input.collected.at)?);
    let bundle = input::read(&args.input, &scanner)?;
    let mut stdout = BufWriter::new(io::stdout().lock());
    out::written(bundle.write_facts(scanner.pack(), &mut stdout).and_then(|()| stdout.flush()))?;
    for note in &bundle.notes {
        out::say(format_args!("note: {}: {}", clean(&note.path), clean(&note.text)));
    }
    input::check(&bundle)?;
    Ok(Exit::Clean)
}
