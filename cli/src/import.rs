//! `etio import`: rules of other tools as rule files.
//!
//! Exit 0: all rules were imported. What a file could not say stands in it, and on standard error.
//! Exit 1: some rules were left out, each with the reason. Exit 2: an input was none of the tool's.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use etio_import::{File, LeftOut, Names, cre, npd, sigma};
use etio_plan::Kind;

use crate::args::{Import, Tool};
use crate::disk::{cannot_read, cannot_write, find, read_text};
use crate::text::count;
use crate::{Exit, out};

pub(crate) fn run(args: &Import) -> Result<Exit, String> {
    let (mut files, mut left_out) = (Vec::new(), Vec::new());
    // They are to run beside the standard library.
    let mut names = standard();
    for path in &args.paths {
        let found = rule_files(path, args.from)?;
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
                Err(why) if named => return Err(format!("`{}`: {why}", path.display())),
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
fn rule_files(path: &Path, tool: Tool) -> Result<Vec<PathBuf>, String> {
    if path.as_os_str() == "-" {
        return Ok(vec![path.to_owned()]);
    }
    let endings: &[&str] = match tool {
        Tool::Cre | Tool::Sigma => &["yaml", "yml"],
        Tool::Npd => &["json"],
    };
    let mut files = Vec::new();
    find(path, endings, &mut files)?;
    Ok(files)
}

fn read(path: &Path) -> Result<String, String> {
    if path.as_os_str() != "-" {
        return read_text(path);
    }
    io::read_to_string(io::stdin()).map_err(|error| cannot_read(path, &error))
}

/// Writes the files. One that is there and says something else is somebody's work and stays.
fn write(dir: &Path, files: &[File]) -> Result<(), String> {
    fs::create_dir_all(dir).map_err(|error| cannot_write(dir, &error))?;
    let path = |file: &File| dir.join(format!("{}.etio", file.name));
    let changed = files
        .iter()
        .map(|file| (path(file), file))
        .find(|(path, file)| fs::read_to_string(path).is_ok_and(|there| there != file.text));
    if let Some((path, _)) = changed {
        return Err(format!(
            "`{}` is there and says something else; remove it, or name another directory",
            path.display()
        ));
    }
    for file in files {
        let path = path(file);
        fs::write(&path, &file.text).map_err(|error| cannot_write(&path, &error))?;
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
