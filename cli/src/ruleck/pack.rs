//! `ruleck pack`: rules compiled once, for hosts that carry no compiler.

use std::fs;

use super::args::Pack;
use crate::disk::cannot_write;
use crate::text::count;
use crate::{Exit, out, program::Sources};

pub(crate) fn run(args: &Pack) -> Result<Exit, String> {
    let sources = Sources::load(&args.files.paths, args.files.no_stdlib)?;
    let compiled = sources.compile(args.files.at);
    let Some(pack) = compiled.pack else {
        return Err(format!("the rules do not compile\n{}", sources.render(&compiled.diagnostics)));
    };
    let (bytes, to) = (pack.to_bytes(), args.out.display());
    fs::write(&args.out, &bytes).map_err(|error| cannot_write(&args.out, &error))?;
    out::say(format_args!("{} in {to}, {} bytes", count(pack.rules.len(), "rule"), bytes.len()));
    Ok(Exit::Clean)
}
