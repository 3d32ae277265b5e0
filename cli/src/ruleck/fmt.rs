//! `ruleck fmt`: rule files in their one layout.

use std::fs;
use std::io::IsTerminal as _;
use std::path::Path;

use etio_dsl::diag::render;

use super::args::Fmt;
use crate::disk::cannot_write;
use crate::text::count;
use crate::{Exit, out, program::Sources};

pub(super) fn run(args: &Fmt) -> Result<Exit, String> {
    let sources = Sources::load(&args.paths, true)?;
    let color = std::io::stderr().is_terminal();
    let (mut changed, mut broken) = (0, 0);
    for file in sources.files.iter().skip(sources.library) {
        match etio_dsl::fmt(&file.text) {
            Ok(text) if text == file.text => {}
            Ok(text) => {
                changed += 1;
                out::print(&format!("{}\n", file.path))?;
                if !args.check {
                    fs::write(&file.path, text)
                        .map_err(|error| cannot_write(Path::new(&file.path), &error))?;
                }
            }
            Err(diagnostics) => {
                broken += 1;
                for diagnostic in diagnostics {
                    let text = render(&diagnostic, std::slice::from_ref(file), color);
                    out::say(format_args!("{text}\n"));
                }
            }
        }
    }
    if broken > 0 {
        return Err(format!("{} could not be read", count(broken, "file")));
    }
    Ok(if args.check && changed > 0 { Exit::Found } else { Exit::Clean })
}
