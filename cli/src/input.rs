//! From paths to a settled bundle, with progress on a terminal.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use etio_ingest::{Bundle, Options, Reader, Zone, read_paths};
use etio_scan::Scanner;
use indicatif::{ProgressBar, ProgressStyle};

use crate::args::{Collected, Input, Reading};
use crate::date;
use crate::text::{clean, count};

/// So many files are named of which none could be read.
const SHOWN: usize = 4;

/// Reads what the command line names.
pub(crate) fn read(input: &Input, scanner: &Scanner) -> Result<Bundle, String> {
    read_all(&input.paths, &input.collected, &input.reading, scanner)
}

/// Reads these paths.
pub(crate) fn read_all(
    paths: &[PathBuf],
    collected: &Collected,
    reading: &Reading,
    scanner: &Scanner,
) -> Result<Bundle, String> {
    let options = Options { at: collected.at, ..options(reading)? };
    read_into(Reader::new(scanner, options), paths, &|_| None)
}

/// Reads these paths, of each as many bytes as count, and what has come of the standard input so far.
pub(crate) fn read_so_far(
    stream: Option<&[u8]>,
    paths: &[PathBuf],
    most: &dyn Fn(&Path) -> Option<u64>,
    reading: &Reading,
    scanner: &Scanner,
) -> Result<Bundle, String> {
    let mut reader = Reader::new(scanner, options(reading)?);
    if let Some(come) = stream {
        reader.add("-", come);
    }
    read_into(reader, paths, most)
}

fn read_into(
    mut reader: Reader<'_>,
    paths: &[PathBuf],
    most: &dyn Fn(&Path) -> Option<u64>,
) -> Result<Bundle, String> {
    let progress = progress();
    let mut files = 0;
    let mut before = |path: &Path| {
        files += 1;
        progress.set_message(format!("reading {}  {}", count(files, "file"), path.display()));
        progress.tick();
    };
    let done = read_paths(&mut reader, paths, most, &mut before);
    progress.set_message("settling the bundle");
    let bundle = done.map(|()| reader.finish()).map_err(|error| error.to_string());
    progress.finish_and_clear();
    bundle
}

/// To find nothing where nothing could be read is no answer.
pub(crate) fn check(bundle: &Bundle) -> Result<(), String> {
    if !bundle.is_unread() {
        return Ok(());
    }
    if bundle.inputs.is_empty() {
        return Err("nothing could be read".to_owned());
    }
    let paths =
        bundle.inputs.iter().map(|input| format!("`{}` ({})", clean(&input.path), input.kind));
    let shown: Vec<String> = paths.take(SHOWN).collect();
    let more = if bundle.inputs.len() > SHOWN { " and others" } else { "" };
    Err(format!("nothing could be read: {}{more}", shown.join(", ")))
}

/// A line on standard error while it is a terminal; otherwise nothing.
fn progress() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

fn options(input: &Reading) -> Result<Options, String> {
    Ok(Options {
        at: None,
        year: input.year,
        tz: input.tz.as_deref().map(str::parse::<Zone>).transpose()?,
        since: input.since,
        node: input.node.clone(),
        today: date::today(),
        now: date::now(),
    })
}
