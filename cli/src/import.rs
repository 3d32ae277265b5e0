//! `etio import`: rules of other tools as rule files.
//!
//! Exit 0: all rules were imported. What a file could not say stands in it, and on standard error.
//! Exit 1: some rules were left out, each with the reason. Exit 2: an input was none of the tool's.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use etio_import::{File, LeftOut, Names, cre, npd, sigma};
use etio_plan::Kind;

use crate::args::{Import, Tool};
use crate::text::count;
use crate::{Exit, out};

pub(crate) fn run(args: &Import) -> Result<Exit, String> {
    let (mut files, mut left_out) = (Vec::new(), Vec::new());
    // They are to run beside the standard library.
    let mut names = standard();
    for path in &args.paths {
        let mut found = Vec::new();
        find(path, args.from, &mut found)?;
        let named = found.as_slice() == [path.clone()];
        for path in found {
            let text = read(&path)?;
            // CRE keeps beside a rule a log that shows it, and one that only seems to.
            let logs = ["test.log", "test-fp.log"].map(|name| path.with_file_name(name));
            let logs: Vec<String> =
                logs.iter().filter_map(|path| fs::read_to_string(path).ok()).collect();
            let log = logs.join("\n");
            let import = match args.from {
                Tool::Cre => cre(&text, &log, &mut names),
                Tool::Npd => npd(&text, &log, &mut names),
                Tool::Sigma => sigma(&text, &log, &mut names),
            };
            match import {
                Ok(import) => {
                    files.extend(import.files);
                    left_out.extend(import.left_out);
                }
                Err(why) if named => return Err(format!("{}: {why}", path.display())),
                Err(why) => left_out.push(LeftOut { origin: path.display().to_string(), why }),
            }
        }
    }
    if files.is_empty() && left_out.is_empty() {
        return Err("no rules in the paths given".to_owned());
    }
    match &args.out {
        Some(dir) => write(dir, &files)?,
        None => print(&files)?,
    }
    report(&files, &left_out);
    Ok(if left_out.is_empty() { Exit::Clean } else { Exit::Found })
}

/// The names of the standard library's findings.
fn standard() -> Names {
    let pack = etio_stdlib::pack();
    let findings = pack.relations.iter().filter(|relation| relation.kind == Kind::Finding);
    findings.map(|finding| finding.name().to_owned()).collect()
}

/// The files that a path means.
fn find(path: &Path, tool: Tool, found: &mut Vec<PathBuf>) -> Result<(), String> {
    let cannot = |error: io::Error| format!("cannot read {}: {error}", path.display());
    if path.as_os_str() == "-" || !fs::metadata(path).map_err(cannot)?.is_dir() {
        found.push(path.to_owned());
        return Ok(());
    }
    let endings: &[&str] = match tool {
        Tool::Cre | Tool::Sigma => &["yaml", "yml"],
        Tool::Npd => &["json"],
    };
    let mut entries: Vec<PathBuf> = fs::read_dir(path)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
        .map_err(cannot)?;
    entries.sort();
    for entry in entries {
        if entry.is_dir()
            || entry.extension().is_some_and(|of| endings.iter().any(|end| of == *end))
        {
            find(&entry, tool, found)?;
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<String, String> {
    let cannot = |error: io::Error| format!("cannot read {}: {error}", path.display());
    if path.as_os_str() == "-" {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map_err(cannot)?;
        return Ok(text);
    }
    fs::read_to_string(path).map_err(cannot)
}

/// Writes the files. One that is there and says something else is somebody's work and stays.
fn write(dir: &Path, files: &[File]) -> Result<(), String> {
    fs::create_dir_all(dir).map_err(|error| format!("cannot make {}: {error}", dir.display()))?;
    let path = |file: &File| dir.join(format!("{}.etio", file.name));
    let changed = files
        .iter()
        .map(|file| (path(file), file))
        .find(|(path, file)| fs::read_to_string(path).is_ok_and(|there| there != file.text));
    if let Some((path, _)) = changed {
        return Err(format!(
            "{} is there and says something else; remove it, or name another directory",
            path.display()
        ));
    }
    for file in files {
        let path = path(file);
        fs::write(&path, &file.text)
            .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    }
    Ok(())
}

fn print(files: &[File]) -> Result<(), String> {
    let mut text = String::new();
    for file in files {
        if files.len() > 1 {
            text.push_str(&format!("// ---- {}.etio ----\n", file.name));
        }
        text.push_str(file.text.trim_end());
        text.push('\n');
    }
    out::print(&text)
}

/// What was not said, and what was left out.
fn report(files: &[File], left_out: &[LeftOut]) {
    for file in files.iter().filter(|file| !file.notes.is_empty()) {
        out::say(format_args!("{}.etio ({}) does not say:", file.name, file.origin));
        for note in &file.notes {
            out::say(format_args!("  - {note}"));
        }
    }
    for LeftOut { origin, why } in left_out {
        out::say(format_args!("left out: {origin}: {why}"));
    }
    let rules = count(files.len(), "rule");
    out::say(format_args!("{rules} imported, {} left out", left_out.len()));
}
